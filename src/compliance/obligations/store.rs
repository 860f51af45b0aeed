//! The tables of obligations, their plans and fulfilments, and how lists of them are filtered.
use super::model::FulfilmentFields;
use super::state::{STATE, standing};
use crate::funders::{Way, agreements_paid_by};
use crate::store::aggregate::to_record;
use crate::store::listing::{Field, Kind, Relation};
use crate::store::path::{step, within};
use crate::store::read::Reader;
use crate::store::{
    Link, Neighbour, Nested, Part, Record, Reference, Resource, Result, Row, Table, never, parse,
};
use entity::vocab::{Confidence, ObligationKind, Severity, Word};
use futures_util::future::BoxFuture;

pub static OBLIGATION: Resource = Resource {
    name: "obligation",
    path: "obligations",
    table: Table::of::<entity::obligation::Entity>(
        "obligation",
        &[Nested::Period("period")],
        &["series", "search_text"],
    ),
    code: None,
    parse: never,
    references: &[
        Reference::to("grant_agreement_id", "grant_agreement"),
        Reference::to("funder_id", "funder"),
        Reference::to("responsible_organisation_id", "organisation"),
        Reference::to("recipient_organisation_id", "organisation"),
    ],
    unique: &[],
    computed: |_| Row::new(),
    named_by: &[],
    parts: &[&PLAN, &FULFILMENT],
    neighbours: &[
        Neighbour {
            name: "agreement",
            resource: "grant_agreement",
            link: Link::Column("grant_agreement_id"),
        },
        Neighbour { name: "funder", resource: "funder", link: Link::Column("funder_id") },
        Neighbour {
            name: "responsible_organisation",
            resource: "organisation",
            link: Link::Column("responsible_organisation_id"),
        },
        Neighbour {
            name: "recipient_organisation",
            resource: "organisation",
            link: Link::Column("recipient_organisation_id"),
        },
    ],
    fields: &[
        Field::id("grant_agreement_id"),
        Field::id("funder_id"),
        Field::word("kind", ObligationKind::LIST),
        Field::new("state", "due", Kind::Judged(&STATE)).sorted().counted(),
        Field::text("entry").sorted().counted(),
        Field::text("subject"),
        Field::text("document_type").counted(),
        Field::date("due", "due"),
        Field::date("original_due", "original_due"),
        Field::text("due_month").sorted().counted(),
        Field::date("fulfilled_on", "fulfilled_on"),
        Field::date("superseded_on", "superseded_on"),
        Field::date("waived_until", "waived_until"),
        Field::text("by_role").counted(),
        Field::text("to_role").counted(),
        Field::id("responsible_organisation_id"),
        Field::id("recipient_organisation_id"),
        Field::word("severity", Severity::LIST),
        Field::word("confidence", Confidence::LIST),
    ],
    relations: &[
        Relation {
            name: "agreement",
            resource: "grant_agreement",
            meaning: "Obligations under an agreement.",
            condition: |_, agreements| within("obligation", "grant_agreement_id", agreements),
        },
        Relation {
            name: "project",
            resource: "project",
            meaning: "Obligations under the agreements that pay for a project.",
            condition: |view, projects| {
                let agreements =
                    step(view, "agreement_project", "grant_agreement_id", "project_id", projects);
                within("obligation", "grant_agreement_id", agreements)
            },
        },
        Relation {
            name: "programme",
            resource: "programme",
            meaning: "Obligations under agreements of a programme.",
            condition: |view, programmes| {
                let agreements = step(view, "grant_agreement", "id", "programme_id", programmes);
                within("obligation", "grant_agreement_id", agreements)
            },
        },
        Relation {
            name: "funder",
            resource: "funder",
            meaning: "Obligations under agreements that a funder pays for directly.",
            condition: |view, funders| {
                within("obligation", "grant_agreement_id", agreements_paid_by(view, funders, Way::Direct))
            },
        },
        Relation {
            name: "ultimate_funder",
            resource: "funder",
            meaning: "Obligations under agreements whose money comes from a funder in the end.",
            condition: |view, funders| {
                within("obligation", "grant_agreement_id", agreements_paid_by(view, funders, Way::Ultimate))
            },
        },
        Relation {
            name: "organisation",
            resource: "organisation",
            meaning: "What an organisation owes.",
            condition: |_, organisations| within("obligation", "responsible_organisation_id", organisations),
        },
    ],
    life: None,
    followed: false,
    publishing: None,
    rule: None,
    kept_for: Some(("grant_agreement", "grant_agreement_id")),
    kept_while: None,
};

/// The dates that it had, the one that counts last.
pub static PLAN: Part = Part {
    path: "plans",
    name: "obligation_plan",
    table: Table::of::<entity::obligation_plan::Entity>(
        "obligation_plan",
        &[Nested::Period("period")],
        &["obligation_id"],
    ),
    parent: "obligation_id",
    parse: never,
    references: &[],
    together: None,
    kept: true,
};

pub static FULFILMENT: Part = Part {
    path: "fulfilments",
    name: "fulfilment",
    table: Table::of::<entity::fulfilment::Entity>("fulfilment", &[], &["obligation_id"]),
    parent: "obligation_id",
    parse: parse::<FulfilmentFields>,
    references: &[Reference::to("document_id", "document")],
    together: None,
    kept: false,
};

/// How obligations stand on the date by which they are judged.
pub fn derive<'a>(reader: &'a Reader<'a>, records: &'a [Record]) -> BoxFuture<'a, Result<Vec<Record>>> {
    Box::pin(async move { records.iter().map(|record| to_record(&standing(record, reader.as_of))).collect() })
}
