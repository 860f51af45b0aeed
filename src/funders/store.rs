//! The tables of funders and programmes, who pays which agreements, and a funder's totals.
use super::model::{FunderFacts, FunderFields, FunderTotal, ProgrammeFields};
use crate::shared::search::{search_text, sort_key};
use crate::shared::text::fold;
use crate::store::listing::{Field, Kind, Relation};
use crate::store::path::{step, within};
use crate::store::read::{Reader, id_in};
use crate::store::table::stored_money;
use crate::store::view::View;
use crate::store::{Link, Neighbour, Nested, Record, Reference, Resource, Result, Row, Table, parse};
use entity::vocab::{ProgrammeKind, Word};
use futures_util::future::BoxFuture;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Query, SelectStatement};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

pub static FUNDER: Resource = Resource {
    name: "funder",
    path: "funders",
    table: Table::of::<entity::funder::Entity>("funder", &[], &["search_text"]),
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
    rule: None,
};

pub static PROGRAMME: Resource = Resource {
    name: "programme",
    path: "programmes",
    table: Table::of::<entity::programme::Entity>(
        "programme",
        &[Nested::Period("period")],
        &["name_key", "search_text"],
    ),
    code: Some("code"),
    parse: parse::<ProgrammeFields>,
    references: &[
        Reference::to("funder_id", "funder"),
        Reference::to("managing_organisation_id", "organisation"),
        Reference::to("parent_id", "programme"),
    ],
    unique: &["code"],
    computed: |record| {
        Row::from_iter([
            ("name_key".to_owned(), json!(sort_key(record.get("name")))),
            ("search_text".to_owned(), json!(search_text(record, &["code", "name", "earlier_names"]))),
        ])
    },
    named_by: &[],
    parts: &[],
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
    rule: Some(crate::store::rule::no_cycle),
};

/// Ids of the agreements that these funders pay directly: as the grantor, as a party that funds, or in a step of
/// the chain that ends at a beneficiary.
pub fn agreements_paid_by(view: &View, funders: SelectStatement) -> [SelectStatement; 3] {
    let organisations = || step(view, "funder", "organisation_id", "id", funders.clone());
    let grantor = step(view, "grant_agreement", "id", "funder_id", funders.clone());
    let mut party = view.select_columns(
        "agreement_party",
        "grant_agreement_id",
        &["grant_agreement_id", "organisation_id", "role"],
    );
    party
        .and_where(within("agreement_party", "organisation_id", organisations()))
        .and_where(column("agreement_party", "role").is_in(["funder", "contracting_authority"]));
    [grantor, party, hops(view, organisations(), "recipient_id", "payer_id")]
}

/// Ids of the agreements whose money comes from these funders in the end: they pay, and nobody pays them.
pub fn agreements_ultimately_paid_by(view: &View, funders: SelectStatement) -> SelectStatement {
    let organisations = step(view, "funder", "organisation_id", "id", funders);
    hops(view, organisations, "payer_id", "recipient_id")
}

/// Agreements with a step paid by these organisations, where no other step of the same chain joins on to it: none
/// has, in `theirs`, the organisation that this one has in `ours`.
fn hops(view: &View, payers: SelectStatement, ours: &'static str, theirs: &'static str) -> SelectStatement {
    const COLUMNS: [&str; 3] = ["grant_agreement_id", "payer_id", "recipient_id"];
    let mut other = Query::select();
    let inner = view.select_columns("funding_hop", "grant_agreement_id", &COLUMNS);
    let mut inner = inner;
    inner.columns([column_ref("funding_hop", "payer_id"), column_ref("funding_hop", "recipient_id")]);
    other
        .expr(Expr::value(1))
        .from_subquery(inner, Alias::new("other_hop"))
        .and_where(
            column("other_hop", "grant_agreement_id").equals(column_ref("funding_hop", "grant_agreement_id")),
        )
        .and_where(column("other_hop", theirs).equals(column_ref("funding_hop", ours)));
    let mut select = view.select_columns("funding_hop", "grant_agreement_id", &COLUMNS);
    select.and_where(within("funding_hop", "payer_id", payers)).and_where(Expr::not_exists(other));
    select
}

/// Ids of the projects that these agreements pay for.
pub fn projects_of(view: &View, agreements: SelectStatement) -> SelectStatement {
    step(view, "agreement_project", "project_id", "grant_agreement_id", agreements)
}

fn column(table: &str, name: &str) -> Expr {
    Expr::col(column_ref(table, name))
}

fn column_ref(table: &str, name: &str) -> (Alias, Alias) {
    (Alias::new(table), Alias::new(name))
}

/// Names and totals of funders, in three statements a page.
pub fn derive<'a>(reader: &'a Reader<'a>, records: &'a [Record]) -> BoxFuture<'a, Result<Vec<Record>>> {
    Box::pin(async move {
        let organisations: Vec<Uuid> = records.iter().filter_map(|r| id_in(r, "organisation_id")).collect();
        let organisation = reader.register.get("organisation")?;
        let named = reader.rows_of(organisation, &organisations).await?;
        let names: HashMap<Uuid, &Value> =
            named.iter().filter_map(|row| Some((id_in(row, "id")?, row.get("name")?))).collect();
        let direct = totals(reader, &organisations, "recipient_id", "payer_id").await?;
        let ultimate = totals(reader, &organisations, "payer_id", "recipient_id").await?;
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

/// Sums of maximum grants by payer and currency, over agreements whose chain has a step of that payer that no
/// other joins on to (see [`hops`]). One statement.
async fn totals(
    reader: &Reader<'_>,
    payers: &[Uuid],
    ours: &'static str,
    theirs: &'static str,
) -> Result<HashMap<Uuid, Vec<FunderTotal>>> {
    let mut of: HashMap<Uuid, Vec<FunderTotal>> = HashMap::new();
    if payers.is_empty() {
        return Ok(of);
    }
    let ids = Query::select()
        .column(column_ref("organisation", "id"))
        .from(Alias::new("organisation"))
        .and_where(column("organisation", "id").is_in(payers.iter().copied()))
        .to_owned();
    let mut steps = hops(reader.view, ids, ours, theirs);
    steps.column(column_ref("funding_hop", "payer_id")).distinct();
    let agreement = &reader.register.get("grant_agreement")?.table;
    let mut select = reader.view.select(agreement);
    select
        .clear_selects()
        .column((Alias::new("paid"), Alias::new("payer_id")))
        .column(column_ref("grant_agreement", "maximum_grant_currency"))
        .expr_as(Func::count(column("grant_agreement", "id")), Alias::new("agreements"))
        .expr_as(
            Func::cast_as(Func::sum(column("grant_agreement", "maximum_grant_minor")), Alias::new("BIGINT")),
            Alias::new("minor"),
        )
        .join_subquery(
            sea_orm::sea_query::JoinType::InnerJoin,
            steps,
            Alias::new("paid"),
            column("paid", "grant_agreement_id").equals(column_ref("grant_agreement", "id")),
        )
        .group_by_columns([
            column_ref("paid", "payer_id"),
            column_ref("grant_agreement", "maximum_grant_currency"),
        ])
        .order_by(column_ref("grant_agreement", "maximum_grant_currency"), sea_orm::sea_query::Order::Asc);
    for row in reader.query(&select).await? {
        let currency: Option<String> = row.try_get("", "maximum_grant_currency")?;
        let minor: Option<i64> = row.try_get("", "minor")?;
        let sum = stored_money(&json!(minor), &json!(currency));
        of.entry(row.try_get("", "payer_id")?).or_default().push(FunderTotal {
            currency,
            agreements: row.try_get("", "agreements")?,
            maximum_grant: sum.and_then(|money| Some(money.get("amount")?.as_str()?.to_owned())),
        });
    }
    Ok(of)
}
