//! The tables of grant agreements and their parts, and how lists of them are filtered.
use super::model::{
    AgreementFields, AgreementProjectFields, AgreementTiers, FundingLineFields, HopFields, PartyFields,
};
use super::rules;
use crate::funders::{Way, agreements_paid_by};
use crate::shared::identifier::normalise;
use crate::shared::overrides::OverrideFields;
use crate::shared::period::Period;
use crate::shared::search::search_text;
use crate::store::listing::{Field, Kind, PHASE, Relation};
use crate::store::path::{step, within};
use crate::store::{
    Group, Life, Link, Neighbour, Nested, Part, Publishing, Record, Reference, Resource, Row, Table, parse,
};
use entity::vocab::{AgreementStatus, GrantForm, Word};
use serde_json::{Value, json};

pub static AGREEMENT: Resource = Resource {
    name: "grant_agreement",
    path: "grant-agreements",
    table: Table::of::<entity::grant_agreement::Entity>(
        "grant_agreement",
        &[
            Nested::Period("implementation_period"),
            Nested::Money("maximum_grant"),
            Nested::Money("total_eligible_cost"),
            Nested::Tiers(AgreementTiers::NAMES),
        ],
        &["phase_start", "phase_end", "reference_key", "search_text"],
    ),
    code: None,
    parse: parse::<AgreementFields>,
    references: &[
        Reference::to("programme_id", "programme"),
        Reference::to("funder_id", "funder"),
        Reference::to("regime_id", "regime"),
    ],
    unique: &[],
    computed,
    named_by: &[],
    parts: &[&PARTS[0], &PARTS[1], &PARTS[2], &PARTS[3], &PARTS[4]],
    neighbours: &[
        Neighbour { name: "programme", resource: "programme", link: Link::Column("programme_id") },
        Neighbour { name: "funder", resource: "funder", link: Link::Column("funder_id") },
        Neighbour {
            name: "projects",
            resource: "project",
            link: Link::Through {
                table: "agreement_project",
                own: "grant_agreement_id",
                other: "project_id",
                ids: "project_ids",
            },
        },
    ],
    fields: &[
        Field::new("reference", "reference_key", Kind::Folded(normalise)).sorted(),
        Field::id("programme_id"),
        Field::id("funder_id"),
        Field::id("regime_id"),
        Field::word("form", GrantForm::LIST),
        Field::word("status", AgreementStatus::LIST).sorted(),
        Field::date("status_since", "status_since"),
        Field::new("phase", "phase_start", Kind::Judged(&PHASE)).sorted().counted(),
        Field::date("enters_into_force_on", "enters_into_force_on"),
        Field::date("implementation_period.start", "implementation_period_start"),
        Field::date("implementation_period.end", "implementation_period_end"),
        Field::text("currency").formatted("currency-code").counted(),
        Field::new("maximum_grant.amount", "maximum_grant_minor", Kind::Money),
        Field::new("maximum_grant.currency", "maximum_grant_currency", Kind::Text)
            .formatted("currency-code")
            .counted(),
        Field::new("total_eligible_cost.amount", "total_eligible_cost_minor", Kind::Money),
        Field::new("total_eligible_cost.currency", "total_eligible_cost_currency", Kind::Text)
            .formatted("currency-code")
            .counted(),
        Field::new("identifiers", "search_text", Kind::Identifiers),
    ],
    relations: &[
        Relation {
            name: "project",
            resource: "project",
            meaning: "Agreements that pay for a project.",
            condition: |view, projects| {
                let agreements =
                    step(view, "agreement_project", "grant_agreement_id", "project_id", projects);
                within("grant_agreement", "id", agreements)
            },
        },
        Relation {
            name: "programme",
            resource: "programme",
            meaning: "Agreements under a programme.",
            condition: |_, programmes| within("grant_agreement", "programme_id", programmes),
        },
        Relation {
            name: "funder",
            resource: "funder",
            meaning: "Agreements that a funder pays for directly.",
            condition: |view, funders| {
                within("grant_agreement", "id", agreements_paid_by(view, funders, Way::Direct))
            },
        },
        Relation {
            name: "ultimate_funder",
            resource: "funder",
            meaning: "Agreements whose money comes from a funder in the end, through the funding chain where one is known.",
            condition: |view, funders| {
                within("grant_agreement", "id", agreements_paid_by(view, funders, Way::Ultimate))
            },
        },
        Relation {
            name: "organisation",
            resource: "organisation",
            meaning: "Agreements that an organisation is a party of.",
            condition: |view, organisations| {
                let parties =
                    step(view, "agreement_party", "grant_agreement_id", "organisation_id", organisations);
                within("grant_agreement", "id", parties)
            },
        },
    ],
    life: Some(Life {
        initial: "draft",
        statuses: AgreementStatus::LIST,
        parent: "grant_agreement_id",
        frozen: &[],
        on_step: None,
    }),
    followed: false,
    publishing: Some(Publishing {
        groups: &[
            Group {
                name: "money",
                members: &["maximum_grant", "total_eligible_cost", "eu_rate", "funding_lines"],
                relations: &[],
            },
            Group { name: "parties", members: &["parties"], relations: &["organisation"] },
            Group { name: "funding_chain", members: &["funding_chain"], relations: &[] },
            Group { name: "notes", members: &["notes"], relations: &[] },
        ],
        search: Some("reference_key"),
    }),
    rule: None,
    kept_for: None,
    kept_while: None,
};

/// Projects, parties, funding chain, funding lines, overrides of the regime.
pub static PARTS: [Part; 5] = [
    Part {
        path: "project-links",
        name: "agreement_project",
        table: Table::of::<entity::agreement_project::Entity>(
            "agreement_project",
            &[],
            &["grant_agreement_id"],
        ),
        parent: "grant_agreement_id",
        parse: parse::<AgreementProjectFields>,
        references: &[Reference::to("project_id", "project")],
        together: Some(rules::shares),
        kept: false,
    },
    Part {
        path: "parties",
        name: "party",
        table: Table::of::<entity::agreement_party::Entity>("agreement_party", &[], &["grant_agreement_id"]),
        parent: "grant_agreement_id",
        parse: parse::<PartyFields>,
        references: &[Reference::to("organisation_id", "organisation")],
        together: None,
        kept: false,
    },
    Part {
        path: "funding-chain",
        name: "funding_hop",
        table: Table::of::<entity::funding_hop::Entity>(
            "funding_hop",
            &[Nested::Money("amount")],
            &["grant_agreement_id"],
        ),
        parent: "grant_agreement_id",
        parse: parse::<HopFields>,
        references: &[
            Reference::to("payer_id", "organisation"),
            Reference::to("recipient_id", "organisation"),
            Reference::to("programme_id", "programme"),
        ],
        together: Some(rules::chain),
        kept: false,
    },
    Part {
        path: "funding-lines",
        name: "funding_line",
        table: Table::of::<entity::funding_line::Entity>(
            "funding_line",
            &[Nested::Money("amount")],
            &["grant_agreement_id"],
        ),
        parent: "grant_agreement_id",
        parse: parse::<FundingLineFields>,
        references: &[Reference::to("source_organisation_id", "organisation")],
        together: None,
        kept: false,
    },
    Part {
        path: "overrides",
        name: "agreement_override",
        table: Table::of::<entity::agreement_override::Entity>(
            "agreement_override",
            &[],
            &["grant_agreement_id", "amendment_id"],
        ),
        parent: "grant_agreement_id",
        parse: parse::<OverrideFields>,
        references: &[Reference::to("document_id", "document")],
        together: None,
        kept: false,
    },
];

fn computed(record: &Record) -> Row {
    let text = |name: &str| record.get(name).and_then(Value::as_str);
    let resolved = effective(record).resolve();
    let reference = text("reference").map(normalise);
    let mut search = search_text(record, &["reference", "title", "notes"]);
    if let Some(reference) = &reference {
        search.push_str(&format!(" |{reference}|"));
    }
    Row::from_iter([
        ("phase_start".to_owned(), json!(resolved.start)),
        ("phase_end".to_owned(), json!(resolved.end)),
        ("reference_key".to_owned(), json!(reference)),
        ("search_text".to_owned(), json!(search)),
    ])
}

/// The period that the phase goes by.
pub fn effective(record: &Record) -> Period {
    let value = record.get("implementation_period").cloned().unwrap_or(Value::Null);
    serde_json::from_value::<Option<Period>>(value).ok().flatten().unwrap_or_default()
}
