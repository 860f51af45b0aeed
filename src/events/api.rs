//! Events over HTTP.
use super::model::{EventFields, EventLinkFields, EventOrganisationFields, SessionFields};
use super::store::{EVENT, PARTS};
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
