//! The tables of funders and programmes, and a funder's totals.
use super::model::{FunderFacts, FunderFields, FunderTiers, FunderTotal, ProgrammeFields, ProgrammeTiers};
use super::pays::{Way, column, column_ref, pays};
use crate::shared::overrides::OverrideFields;
use crate::shared::search::{search_text, sort_key};
use crate::shared::text::fold;
use crate::store::listing::{Field, Kind, Relation};
use crate::store::path::within;
use crate::store::read::{Reader, id_in};
use crate::store::table::stored_money;
use crate::store::{
    Group, Link, Neighbour, Nested, Part, Publishing, Record, Reference, Resource, Result, Row, Table, parse,
};
use entity::vocab::{ProgrammeKind, Word};
use futures_util::future::BoxFuture;
use sea_orm::sea_query::{Alias, ExprTrait, Func, JoinType, Order};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

pub static FUNDER: Resource = Resource {
    name: "funder",
    path: "funders",
    table: Table::of::<entity::funder::Entity>(
        "funder",
        &[Nested::Tiers(FunderTiers::NAMES)],
        &["search_text"],
    ),
    code: None,
    parse: parse::<FunderFields>,
    references: &[Reference::to("organisation_id", "organisation")],
    unique: &["organisation_id"],
    computed: |record| {
        let members = ["visibility_text", "website", "notes"];
        Row::from_iter([("search_text".to_owned(), json!(search_text(record, &members)))])
    },
    named_by: &[("organisation_id", "organisation")],
    parts: &[],
    neighbours: &[
        Neighbour { name: "organisation", resource: "organisation", link: Link::Column("organisation_id") },
        Neighbour {
            name: "programmes",
            resource: "programme",
            link: Link::Through { table: "programme", own: "funder_id", other: "id", ids: "programme_ids" },
        },
    ],
    fields: &[Field::id("organisation_id"), Field::text("website")],
    relations: &[Relation {
        name: "organisation",
        resource: "organisation",
        meaning: "The funder that is this organisation.",
        condition: |_, organisations| within("funder", "organisation_id", organisations),
    }],
    life: None,
    followed: true,
    publishing: Some(Publishing {
        groups: &[Group { name: "notes", members: &["notes"], relations: &[] }],
        search: Some("website"),
    }),
    rule: None,
    kept_for: None,
    kept_while: None,
};

pub static PROGRAMME: Resource = Resource {
    name: "programme",
    path: "programmes",
    table: Table::of::<entity::programme::Entity>(
        "programme",
        &[Nested::Period("period"), Nested::Tiers(ProgrammeTiers::NAMES)],
        &["name_key", "search_text"],
    ),
    code: Some("code"),
    parse: parse::<ProgrammeFields>,
    references: &[
        Reference::to("funder_id", "funder"),
        Reference::to("managing_organisation_id", "organisation"),
        Reference::to("parent_id", "programme"),
        Reference::to("regime_id", "regime"),
    ],
    unique: &["code"],
    computed: |record| {
        Row::from_iter([
            ("name_key".to_owned(), json!(sort_key(record.get("name")))),
            ("search_text".to_owned(), json!(search_text(record, &["code", "name", "earlier_names"]))),
        ])
    },
    named_by: &[],
    parts: &[&OVERRIDE],
    neighbours: &[
        Neighbour { name: "funder", resource: "funder", link: Link::Column("funder_id") },
        Neighbour {
            name: "managing_organisation",
            resource: "organisation",
            link: Link::Column("managing_organisation_id"),
        },
        Neighbour { name: "parent", resource: "programme", link: Link::Column("parent_id") },
    ],
    fields: &[
        Field::text("code").sorted(),
        Field::new("name", "name_key", Kind::Folded(fold)).sorted(),
        Field::word("kind", ProgrammeKind::LIST),
        Field::id("funder_id"),
        Field::id("managing_organisation_id"),
        Field::id("parent_id"),
        Field::id("regime_id"),
        Field::date("period.start", "period_start"),
        Field::date("period.end", "period_end"),
    ],
    relations: &[Relation {
        name: "funder",
        resource: "funder",
        meaning: "Programmes of a funder.",
        condition: |_, funders| within("programme", "funder_id", funders),
    }],
    life: None,
    followed: true,
    publishing: Some(Publishing { groups: &[], search: None }),
    rule: Some(crate::store::rule::no_cycle),
    kept_for: None,
    kept_while: None,
};

/// What agreements under a programme follow instead of what their regime says.
pub static OVERRIDE: Part = Part {
    path: "overrides",
    name: "programme_override",
    table: Table::of::<entity::programme_override::Entity>("programme_override", &[], &["programme_id"]),
    parent: "programme_id",
    parse: parse::<OverrideFields>,
    references: &[Reference::to("document_id", "document")],
    together: None,
    kept: false,
};

/// Names and totals of funders, in three statements a page.
pub fn derive<'a>(reader: &'a Reader<'a>, records: &'a [Record]) -> BoxFuture<'a, Result<Vec<Record>>> {
    Box::pin(async move {
        let organisations: Vec<Uuid> = records.iter().filter_map(|r| id_in(r, "organisation_id")).collect();
        let organisation = reader.register.get("organisation")?;
        let named = reader.rows_of(organisation, &organisations).await?;
        let names: HashMap<Uuid, &Value> =
            named.iter().filter_map(|row| Some((id_in(row, "id")?, row.get("name")?))).collect();
        let direct = totals(reader, &organisations, Way::Direct).await?;
        let ultimate = totals(reader, &organisations, Way::Ultimate).await?;
        let of = |totals: &HashMap<Uuid, Vec<FunderTotal>>, id| totals.get(&id).cloned().unwrap_or_default();
        records
            .iter()
            .map(|record| {
                let id = id_in(record, "organisation_id").unwrap_or_default();
                let facts = FunderFacts {
                    name: crate::store::aggregate::typed_value(names.get(&id).copied())?,
                    direct: of(&direct, id),
                    ultimate: of(&ultimate, id),
                };
                crate::store::aggregate::to_record(&facts)
            })
            .collect()
    })
}

/// Sums of maximum grants by payer and currency. One statement.
async fn totals(reader: &Reader<'_>, payers: &[Uuid], way: Way) -> Result<HashMap<Uuid, Vec<FunderTotal>>> {
    let mut of: HashMap<Uuid, Vec<FunderTotal>> = HashMap::new();
    if payers.is_empty() {
        return Ok(of);
    }
    let agreement = &reader.register.get("grant_agreement")?.table;
    let mut select = reader.view.select(agreement);
    select
        .clear_selects()
        .column(column_ref("pays", "organisation_id"))
        .column(column_ref("grant_agreement", "maximum_grant_currency"))
        .expr_as(Func::count(column("grant_agreement", "id")), Alias::new("agreements"))
        .expr_as(
            Func::cast_as(Func::sum(column("grant_agreement", "maximum_grant_minor")), Alias::new("BIGINT")),
            Alias::new("minor"),
        )
        .join_subquery(
            JoinType::InnerJoin,
            pays(reader.view, way),
            Alias::new("pays"),
            column("pays", "grant_agreement_id").equals(column_ref("grant_agreement", "id")),
        )
        .and_where(column("pays", "organisation_id").is_in(payers.iter().copied()))
        .group_by_columns([
            column_ref("pays", "organisation_id"),
            column_ref("grant_agreement", "maximum_grant_currency"),
        ])
        .order_by(column_ref("grant_agreement", "maximum_grant_currency"), Order::Asc);
    for row in reader.query(&select).await? {
        let currency: Option<String> = row.try_get("", "maximum_grant_currency")?;
        let minor: Option<i64> = row.try_get("", "minor")?;
        let sum = stored_money(&json!(minor), &json!(currency));
        of.entry(row.try_get("", "organisation_id")?).or_default().push(FunderTotal {
            currency,
            agreements: row.try_get("", "agreements")?,
            maximum_grant: sum.and_then(|money| Some(money.get("amount")?.as_str()?.to_owned())),
        });
    }
    Ok(of)
}
