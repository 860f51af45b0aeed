//! Funders and programmes over HTTP.
use super::model::{FunderFields, ProgrammeFields};
use super::store::{FUNDER, OVERRIDE, PROGRAMME};
use crate::http::resource::{Face, PartFace, SchemaOf};
use crate::shared::overrides::{OverrideFields, overridden};
use serde_json::json;

pub static FACE: Face = Face {
    resource: &FUNDER,
    schema: "Funder",
    tag: "funders",
    one: "a funder",
    many: "funders",
    about: "An organisation seen as a source of money, with what it pays directly and in the end.",
    fields: SchemaOf::new::<FunderFields>(),
    example: || {
        json!({
            "organisation_id": "01932c07-6b80-7000-8000-000000000003",
            "visibility_text": {"lv": "Projektu finansē Eiropas Savienība."},
        })
    },
    parts: &[],
};

pub static PROGRAMMES: Face = Face {
    resource: &PROGRAMME,
    schema: "Programme",
    tag: "programmes",
    one: "a programme",
    many: "programmes",
    about: "A fund, instrument, facility, programme or call.",
    fields: SchemaOf::new::<ProgrammeFields>(),
    example: || {
        json!({
            "code": "MPF",
            "name": {"en": "Migration Partnership Facility"},
            "earlier_names": [{"en": "Mobility Partnership Facility"}],
            "kind": "facility",
        })
    },
    parts: &[PartFace {
        part: &OVERRIDE,
        schema: "ProgrammeOverride",
        one: "an override",
        many: "overrides",
        about: "A parameter of the regime that agreements under this programme follow otherwise, with the clause.",
        fields: SchemaOf::new::<OverrideFields>(),
        example: overridden,
    }],
};
