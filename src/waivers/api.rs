//! Waivers over HTTP.
use super::model::WaiverFields;
use super::store::WAIVER;
use crate::http::resource::{Face, SchemaOf};
use serde_json::json;

pub static FACE: Face = Face {
    resource: &WAIVER,
    schema: "Waiver",
    tag: "waivers",
    one: "a waiver",
    many: "waivers",
    about: "A duty or a finding that is let be for a time: asked for by one person, brought into force by another. Who has seen it and goes on, acknowledges it.",
    fields: SchemaOf::new::<WaiverFields>(),
    example: || {
        json!({
            "grant_agreement_id": "01932c07-6b80-7000-8000-000000000001",
            "finding": "F02:publication:01932c07-6b80-7000-8000-000000000002:disclaimer",
            "reason": {"en": "The page can't be changed any more; the funder agreed by letter"},
            "until": "2027-06-30",
            "document": "Letter of 12 October 2026",
        })
    },
    parts: &[],
};
