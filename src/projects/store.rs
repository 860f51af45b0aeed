//! The tables of projects and their parts, and how lists of them are filtered.
use super::model::{ContactFields, ParticipantFields, ProjectFields, ProjectLinkFields, ProjectTiers};
use crate::funders::{Way, agreements_paid_by, projects_of};
use crate::shared::period::Period;
use crate::shared::search::{search_text, sort_key};
use crate::shared::text::fold;
use crate::store::listing::{Field, Kind, PHASE, Relation};
use crate::store::path::{step, within};
use crate::store::{
    Group, Life, Link, Neighbour, Nested, Part, Publishing, Record, Reference, Resource, Row, Table, parse,
};
use entity::vocab::{ProjectStatus, Word};
use sea_orm::sea_query::ExprTrait;
use serde_json::{Value, json};

pub static PROJECT: Resource = Resource {
    name: "project",
    path: "projects",
    table: Table::of::<entity::project::Entity>(
        "project",
        &[
            Nested::Period("planned_period"),
            Nested::Period("actual_period"),
            Nested::Tiers(ProjectTiers::NAMES),
        ],
        &["phase_start", "phase_end", "title_key", "search_text"],
    ),
    code: Some("code"),
    parse: parse::<ProjectFields>,
    references: &[Reference::to("lead_organisation_id", "organisation")],
    unique: &["code"],
    computed,
    named_by: &[],
    parts: &[&PARTICIPANT, &CONTACT, &LINK],
    neighbours: &[
        Neighbour {
            name: "lead_organisation",
            resource: "organisation",
            link: Link::Column("lead_organisation_id"),
        },
        Neighbour {
            name: "agreements",
            resource: "grant_agreement",
            link: Link::Through {
                table: "agreement_project",
                own: "project_id",
                other: "grant_agreement_id",
                ids: "agreement_ids",
            },
        },
        Neighbour {
            name: "events",
            resource: "event",
            link: Link::Through {
                table: "event_link",
                own: "project_id",
                other: "event_id",
                ids: "event_ids",
            },
        },
        Neighbour {
            name: "publications",
            resource: "publication",
            link: Link::Through {
                table: "publication_link",
                own: "project_id",
                other: "publication_id",
                ids: "publication_ids",
            },
        },
    ],
    fields: &[
        Field::text("code").sorted(),
        Field::new("title", "title_key", Kind::Folded(fold)).sorted(),
        Field::text("acronym").sorted(),
        Field::word("status", ProjectStatus::LIST).sorted(),
        Field::date("status_since", "status_since"),
        Field::new("phase", "phase_start", Kind::Judged(&PHASE)).sorted().counted(),
        Field::date("planned_period.start", "planned_period_start"),
        Field::date("planned_period.end", "planned_period_end"),
        Field::date("actual_period.start", "actual_period_start"),
        Field::date("actual_period.end", "actual_period_end"),
        Field::id("lead_organisation_id"),
        Field::new("country", "countries", Kind::Listed(Some("country"))).formatted("country-code").counted(),
        Field::new("sectors.code", "sectors", Kind::Listed(Some("code"))).counted(),
        Field::new("tags", "tags", Kind::Listed(None)).counted(),
        Field::new("identifiers", "search_text", Kind::Identifiers),
    ],
    relations: &[
        Relation {
            name: "funder",
            resource: "funder",
            meaning: "Projects that a funder pays for directly.",
            condition: |view, funders| {
                within("project", "id", projects_of(view, agreements_paid_by(view, funders, Way::Direct)))
            },
        },
        Relation {
            name: "ultimate_funder",
            resource: "funder",
            meaning: "Projects whose money comes from a funder in the end, through the funding chain where one is known.",
            condition: |view, funders| {
                within("project", "id", projects_of(view, agreements_paid_by(view, funders, Way::Ultimate)))
            },
        },
        Relation {
            name: "programme",
            resource: "programme",
            meaning: "Projects with an agreement under a programme.",
            condition: |view, programmes| {
                let agreements = step(view, "grant_agreement", "id", "programme_id", programmes);
                within("project", "id", projects_of(view, agreements))
            },
        },
        Relation {
            name: "agreement",
            resource: "grant_agreement",
            meaning: "Projects that an agreement pays for.",
            condition: |view, agreements| within("project", "id", projects_of(view, agreements)),
        },
        Relation {
            name: "event",
            resource: "event",
            meaning: "Projects that an event belongs to.",
            condition: |view, events| {
                within("project", "id", step(view, "event_link", "project_id", "event_id", events))
            },
        },
        Relation {
            name: "publication",
            resource: "publication",
            meaning: "Projects that a publication tells of.",
            condition: |view, publications| {
                let projects = step(view, "publication_link", "project_id", "publication_id", publications);
                within("project", "id", projects)
            },
        },
        Relation {
            name: "organisation",
            resource: "organisation",
            meaning: "Projects that an organisation leads or takes part in.",
            condition: |view, organisations| {
                let parts =
                    step(view, "project_participant", "project_id", "organisation_id", organisations.clone());
                within("project", "id", parts).or(within("project", "lead_organisation_id", organisations))
            },
        },
    ],
    life: Some(Life {
        initial: "preparation",
        statuses: ProjectStatus::LIST,
        parent: "project_id",
        frozen: &[],
        on_step: None,
    }),
    followed: false,
    publishing: Some(Publishing {
        groups: &[
            Group {
                name: "participants",
                members: &["lead_organisation_id", "participants"],
                relations: &["organisation"],
            },
            Group { name: "contacts", members: &["contacts"], relations: &[] },
        ],
        search: None,
    }),
    rule: None,
    kept_for: None,
    kept_while: None,
};

static PARTICIPANT: Part = Part {
    path: "participants",
    name: "participant",
    table: Table::of::<entity::project_participant::Entity>("project_participant", &[], &["project_id"]),
    parent: "project_id",
    parse: parse::<ParticipantFields>,
    references: &[Reference::to("organisation_id", "organisation")],
    together: None,
    kept: false,
};

static CONTACT: Part = Part {
    path: "contacts",
    name: "contact",
    table: Table::of::<entity::project_contact::Entity>("project_contact", &[], &["project_id"]),
    parent: "project_id",
    parse: parse::<ContactFields>,
    references: &[Reference::to("organisation_id", "organisation"), Reference::to("person_id", "person")],
    together: None,
    kept: false,
};

static LINK: Part = Part {
    path: "links",
    name: "project_link",
    table: Table::of::<entity::project_link::Entity>("project_link", &[], &["project_id"]),
    parent: "project_id",
    parse: parse::<ProjectLinkFields>,
    references: &[Reference::to("other_project_id", "project")],
    together: None,
    kept: false,
};

/// Parts as the face of the room names them, in the order of [`PROJECT`].
pub static PARTS: [&Part; 3] = [&PARTICIPANT, &CONTACT, &LINK];

fn computed(record: &Record) -> Row {
    let resolved = effective(record).resolve();
    let members = ["code", "title", "acronym", "other_titles", "summary", "objective", "tags"];
    Row::from_iter([
        ("phase_start".to_owned(), json!(resolved.start)),
        ("phase_end".to_owned(), json!(resolved.end)),
        ("title_key".to_owned(), json!(sort_key(record.get("title")))),
        ("search_text".to_owned(), json!(search_text(record, &members))),
    ])
}

/// The period that the phase goes by: the actual one where it is known, part by part, else the planned one.
pub fn effective(record: &Record) -> Period {
    let read = |name: &str| -> Period {
        let value = record.get(name).cloned().unwrap_or(Value::Null);
        serde_json::from_value::<Option<Period>>(value).ok().flatten().unwrap_or_default()
    };
    let (planned, actual) = (read("planned_period").resolve(), read("actual_period").resolve());
    Period { start: actual.start.or(planned.start), end: actual.end.or(planned.end), duration_months: None }
}
