//! The tables of events, publications and their parts, and how lists of them are filtered.
use super::model::{
    EventFields, EventLinkFields, EventOrganisationFields, EventTiers, PublicationFields,
    PublicationLinkFields, PublicationTiers, SessionFields,
};
use crate::funders::{Way, agreements_paid_by, projects_of};
use crate::shared::dates::PartialDate;
use crate::shared::search::{search_text, sort_key};
use crate::shared::text::fold;
use crate::store::listing::{Field, Kind, Relation};
use crate::store::path::{step, within};
use crate::store::view::View;
use crate::store::{
    Group, Link, Neighbour, Nested, Part, Publishing, Record, Reference, Resource, Row, Table, parse,
};
use chrono::NaiveDate;
use entity::vocab::{EventKind, EventMode, EventState, PublicationKind, Word};
use sea_orm::sea_query::{Expr, SelectStatement};
use serde_json::{Value, json};

pub static EVENT: Resource = Resource {
    name: "event",
    path: "events",
    table: Table::of::<entity::event::Entity>(
        "event",
        &[Nested::Tiers(EventTiers::NAMES)],
        &["starts_on", "ends_on", "title_key", "search_text"],
    ),
    code: None,
    parse: parse::<EventFields>,
    references: &[Reference::to("parent_id", "event")],
    unique: &[],
    computed,
    named_by: &[],
    parts: &[&PARTS[0], &PARTS[1], &PARTS[2]],
    neighbours: &[
        Neighbour { name: "parent", resource: "event", link: Link::Column("parent_id") },
        Neighbour {
            name: "projects",
            resource: "project",
            link: Link::Through {
                table: "event_link",
                own: "event_id",
                other: "project_id",
                ids: "project_ids",
            },
        },
        Neighbour {
            name: "publications",
            resource: "publication",
            link: Link::Through {
                table: "publication_link",
                own: "event_id",
                other: "publication_id",
                ids: "publication_ids",
            },
        },
    ],
    fields: &[
        Field::new("title", "title_key", Kind::Folded(fold)).sorted(),
        Field::word("kind", EventKind::LIST),
        Field::word("mode", EventMode::LIST),
        Field::word("state", EventState::LIST),
        Field::date("starts_on", "starts_on"),
        Field::date("ends_on", "ends_on"),
        Field::text("starts"),
        Field::text("ends"),
        Field::id("parent_id"),
    ],
    relations: &[
        Relation {
            name: "project",
            resource: "project",
            meaning: "Events of a project.",
            condition: |view, projects| linked(view, "project_id", projects),
        },
        Relation {
            name: "agreement",
            resource: "grant_agreement",
            meaning: "Events of an agreement.",
            condition: |view, agreements| linked(view, "grant_agreement_id", agreements),
        },
        Relation {
            name: "programme",
            resource: "programme",
            meaning: "Events of a programme.",
            condition: |view, programmes| linked(view, "programme_id", programmes),
        },
        Relation {
            name: "funder",
            resource: "funder",
            meaning: "Events of projects that a funder pays for directly.",
            condition: |view, funders| {
                linked(view, "project_id", projects_of(view, agreements_paid_by(view, funders, Way::Direct)))
            },
        },
        Relation {
            name: "ultimate_funder",
            resource: "funder",
            meaning: "Events of projects whose money comes from a funder in the end.",
            condition: |view, funders| {
                linked(
                    view,
                    "project_id",
                    projects_of(view, agreements_paid_by(view, funders, Way::Ultimate)),
                )
            },
        },
        Relation {
            name: "publication",
            resource: "publication",
            meaning: "Events that a publication tells of.",
            condition: |view, publications| {
                within(
                    "event",
                    "id",
                    step(view, "publication_link", "event_id", "publication_id", publications),
                )
            },
        },
        Relation {
            name: "organisation",
            resource: "organisation",
            meaning: "Events that an organisation organises or takes part in.",
            condition: |view, organisations| {
                let at = step(view, "event_organisation", "event_id", "organisation_id", organisations);
                within("event", "id", at)
            },
        },
    ],
    life: None,
    followed: false,
    publishing: Some(Publishing {
        groups: &[
            Group { name: "participation", members: &["organisations"], relations: &["organisation"] },
            Group { name: "outcomes", members: &["outcomes", "notes"], relations: &[] },
        ],
        search: Some("title_key"),
    }),
    rule: Some(crate::store::rule::no_cycle),
    kept_for: None,
    kept_while: None,
};

fn linked(view: &View, to: &'static str, ids: SelectStatement) -> Expr {
    within("event", "id", step(view, "event_link", "event_id", to, ids))
}

/// Sessions, organisations, links.
pub static PARTS: [Part; 3] = [
    Part {
        path: "sessions",
        name: "session",
        table: Table::of::<entity::event_session::Entity>("event_session", &[], &["event_id"]),
        parent: "event_id",
        parse: parse::<SessionFields>,
        references: &[Reference::to("organisation_id", "organisation")],
        together: None,
        kept: false,
    },
    Part {
        path: "organisations",
        name: "event_organisation",
        table: Table::of::<entity::event_organisation::Entity>("event_organisation", &[], &["event_id"]),
        parent: "event_id",
        parse: parse::<EventOrganisationFields>,
        references: &[Reference::to("organisation_id", "organisation")],
        together: None,
        kept: false,
    },
    Part {
        path: "links",
        name: "event_link",
        table: Table::of::<entity::event_link::Entity>("event_link", &[], &["event_id"]),
        parent: "event_id",
        parse: parse::<EventLinkFields>,
        references: &[
            Reference::to("project_id", "project"),
            Reference::to("grant_agreement_id", "grant_agreement"),
            Reference::to("programme_id", "programme"),
        ],
        together: None,
        kept: false,
    },
];

fn computed(record: &Record) -> Row {
    let date = |name: &str| record.get(name).and_then(Value::as_str).and_then(|d| PartialDate::parse(d).ok());
    let (starts, ends) = (date("starts"), date("ends"));
    let first: Option<NaiveDate> = starts.as_ref().and_then(PartialDate::earliest);
    let last = ends.as_ref().or(starts.as_ref()).and_then(PartialDate::latest);
    let members = ["title", "objective", "topics", "outcomes", "notes"];
    Row::from_iter([
        ("starts_on".to_owned(), json!(first)),
        ("ends_on".to_owned(), json!(last)),
        ("title_key".to_owned(), json!(sort_key(record.get("title")))),
        ("search_text".to_owned(), json!(search_text(record, &members))),
    ])
}

pub static PUBLICATION: Resource = Resource {
    name: "publication",
    path: "publications",
    table: Table::of::<entity::publication::Entity>(
        "publication",
        &[Nested::Tiers(PublicationTiers::NAMES)],
        &["title_key", "search_text"],
    ),
    code: None,
    parse: parse::<PublicationFields>,
    references: &[],
    unique: &[],
    computed: |record| {
        Row::from_iter([
            ("title_key".to_owned(), json!(sort_key(record.get("title")))),
            ("search_text".to_owned(), json!(search_text(record, &["title", "url", "summary", "text"]))),
        ])
    },
    named_by: &[],
    parts: &[&PUBLICATION_LINK],
    neighbours: &[
        Neighbour {
            name: "events",
            resource: "event",
            link: Link::Through {
                table: "publication_link",
                own: "publication_id",
                other: "event_id",
                ids: "event_ids",
            },
        },
        Neighbour {
            name: "projects",
            resource: "project",
            link: Link::Through {
                table: "publication_link",
                own: "publication_id",
                other: "project_id",
                ids: "project_ids",
            },
        },
    ],
    fields: &[
        Field::word("kind", PublicationKind::LIST),
        Field::new("title", "title_key", Kind::Folded(fold)).sorted(),
        Field::text("url"),
        Field::text("language").formatted("language-tag").counted(),
        Field::date("published_on", "published_on"),
    ],
    relations: &[
        Relation {
            name: "event",
            resource: "event",
            meaning: "Publications about an event.",
            condition: |view, events| published(view, "event_id", events),
        },
        Relation {
            name: "project",
            resource: "project",
            meaning: "Publications about a project.",
            condition: |view, projects| published(view, "project_id", projects),
        },
        Relation {
            name: "agreement",
            resource: "grant_agreement",
            meaning: "Publications about an agreement.",
            condition: |view, agreements| published(view, "grant_agreement_id", agreements),
        },
        Relation {
            name: "programme",
            resource: "programme",
            meaning: "Publications about a programme.",
            condition: |view, programmes| published(view, "programme_id", programmes),
        },
    ],
    life: None,
    followed: false,
    publishing: Some(Publishing {
        groups: &[Group { name: "text", members: &["text"], relations: &[] }],
        search: Some("title_key"),
    }),
    rule: None,
    kept_for: None,
    kept_while: None,
};

fn published(view: &View, to: &'static str, ids: SelectStatement) -> Expr {
    within("publication", "id", step(view, "publication_link", "publication_id", to, ids))
}

pub static PUBLICATION_LINK: Part = Part {
    path: "links",
    name: "publication_link",
    table: Table::of::<entity::publication_link::Entity>("publication_link", &[], &["publication_id"]),
    parent: "publication_id",
    parse: parse::<PublicationLinkFields>,
    references: &[
        Reference::to("event_id", "event"),
        Reference::to("project_id", "project"),
        Reference::to("grant_agreement_id", "grant_agreement"),
        Reference::to("programme_id", "programme"),
    ],
    together: None,
    kept: false,
};
