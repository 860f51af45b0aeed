//! Persons over HTTP.
use super::model::PersonFields;
use super::store::PERSON;
use crate::http::resource::{Face, SchemaOf};
use serde_json::json;

pub static PERSONS: Face = Face {
    resource: &PERSON,
    schema: "Person",
    tag: "persons",
    one: "a person",
    many: "persons",
    about: "A natural person, held for a purpose and on a lawful basis. Everything else refers to persons by id.",
    fields: SchemaOf::new::<PersonFields>(),
    example: || {
        json!({
            "name": "Jane Example",
            "purpose": "Contact of LATBEL's beneficiary",
            "lawful_basis": "public_task",
        })
    },
    parts: &[],
};
