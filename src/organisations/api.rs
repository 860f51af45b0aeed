//! Organisations over HTTP.
use super::model::OrganisationFields;
use super::store::ORGANISATION;
use crate::http::resource::{Face, SchemaOf};
use serde_json::json;

pub static FACE: Face = Face {
    resource: &ORGANISATION,
    schema: "Organisation",
    tag: "organisations",
    one: "an organisation",
    many: "organisations",
    about: "A party of grants: beneficiary, partner, funder, authority; or a unit of one.",
    fields: SchemaOf::new::<OrganisationFields>(),
    example: || {
        json!({
            "name": {"lv": "Valsts robežsardze", "en": "State Border Guard of Latvia"},
            "acronym": "VRS",
            "kind": "government",
            "country": "LV",
        })
    },
    parts: &[],
};
