//! Events and publications over HTTP.
use super::model::{
    EventFields, EventLinkFields, EventOrganisationFields, PublicationFields, PublicationLinkFields,
    SessionFields,
};
use super::store::{EVENT, PARTS, PUBLICATION, PUBLICATION_LINK};
use crate::http::resource::{Face, PartFace, SchemaOf};
use serde_json::json;

pub static FACE: Face = Face {
    resource: &EVENT,
    schema: "Event",
    tag: "events",
    one: "an event",
    many: "events",
    about: "Something that takes place: a seminar, a meeting, a mission, a milestone.",
    fields: SchemaOf::new::<EventFields>(),
    example: || {
        json!({
            "title": {"en": "Online meeting on joint investigation of border incidents (LATBEL)"},
            "kind": "bilateral_meeting",
            "mode": "online",
            "state": "held",
            "starts": "2021-02-19",
        })
    },
    parts: &[
        PartFace {
            part: &PARTS[0],
            schema: "Session",
            one: "a session",
            many: "sessions",
            about: "A time and a place of an event: several may run at once or follow each other.",
            fields: SchemaOf::new::<SessionFields>(),
            example: || json!({"place": {"lv": "Daugavpils"}, "country": "LV", "starts": "2021-02-19"}),
        },
        PartFace {
            part: &PARTS[1],
            schema: "EventOrganisation",
            one: "an organisation at an event",
            many: "organisations",
            about: "An organisation that organises an event or takes part in it, with the heads it sent.",
            fields: SchemaOf::new::<EventOrganisationFields>(),
            example: || json!({"organisation_id": "01932c07-6b80-7000-8000-000000000002", "role": "organiser"}),
        },
        PartFace {
            part: &PARTS[2],
            schema: "EventLink",
            one: "a link of an event",
            many: "links",
            about: "What an event belongs to: exactly one of project, agreement, programme.",
            fields: SchemaOf::new::<EventLinkFields>(),
            example: || json!({"project_id": "01932c07-6b80-7000-8000-000000000001"}),
        },
    ],
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
        part: &PUBLICATION_LINK,
        schema: "PublicationLink",
        one: "a link of a publication",
        many: "links",
        about: "What a publication tells of: exactly one of event, project, agreement, programme.",
        fields: SchemaOf::new::<PublicationLinkFields>(),
        example: || json!({"project_id": "01932c07-6b80-7000-8000-000000000001"}),
    }],
};
