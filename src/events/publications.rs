//! Publications: their table, how lists of them are filtered, and their face.
use super::model::{PublicationFields, PublicationLinkFields};
use crate::http::resource::{Face, PartFace, SchemaOf};
use crate::shared::search::{search_text, sort_key};
use crate::shared::text::fold;
use crate::store::listing::{Field, Kind, Relation};
use crate::store::path::{step, within};
use crate::store::view::View;
use crate::store::{Link, Neighbour, Part, Reference, Resource, Row, Table, parse};
use entity::vocab::{PublicationKind, Word};
use sea_orm::sea_query::{Expr, SelectStatement};
use serde_json::json;

pub static PUBLICATION: Resource = Resource {
    name: "publication",
    path: "publications",
    table: Table::of::<entity::publication::Entity>("publication", &[], &["title_key", "search_text"]),
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
    parts: &[&LINK],
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
        Field::text("language").counted(),
        Field::date("published_on", "published_on"),
    ],
    relations: &[
        Relation {
            name: "event",
            resource: "event",
            meaning: "Publications about an event.",
            condition: |view, events| linked(view, "event_id", events),
        },
        Relation {
            name: "project",
            resource: "project",
            meaning: "Publications about a project.",
            condition: |view, projects| linked(view, "project_id", projects),
        },
        Relation {
            name: "agreement",
            resource: "grant_agreement",
            meaning: "Publications about an agreement.",
            condition: |view, agreements| linked(view, "grant_agreement_id", agreements),
        },
        Relation {
            name: "programme",
            resource: "programme",
            meaning: "Publications about a programme.",
            condition: |view, programmes| linked(view, "programme_id", programmes),
        },
    ],
    life: None,
    rule: None,
};

fn linked(view: &View, to: &'static str, ids: SelectStatement) -> Expr {
    within("publication", "id", step(view, "publication_link", "publication_id", to, ids))
}

static LINK: Part = Part {
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
};

pub static PUBLICATIONS: Face = Face {
    resource: &PUBLICATION,
    schema: "Publication",
    tag: "publications",
    one: "a publication",
    many: "publications",
    about: "A page, article, film or print about the work.",
    fields: SchemaOf::new::<PublicationFields>(),
    example: || {
        json!({
            "kind": "web_article",
            "title": {"en": "Online meeting on joint investigation of border incidents (LATBEL)"},
            "url": "https://example.org/latbel",
            "language": "lv",
            "published_on": null,
        })
    },
    parts: &[PartFace {
        part: &LINK,
        schema: "PublicationLink",
        one: "a link of a publication",
        many: "links",
        about: "What a publication tells of: exactly one of event, project, agreement, programme.",
        fields: SchemaOf::new::<PublicationLinkFields>(),
        example: || json!({"project_id": "01932c07-6b80-7000-8000-000000000001"}),
    }],
};
