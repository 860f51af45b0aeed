//! Natural persons: the one table that holds personal data. Everything else refers to a person by id.
use crate::http::resource::{Face, SchemaOf};
use crate::shared::check::{Content, Faults};
use crate::shared::search::search_text;
use crate::shared::text::{LocalizedText, fold};
use crate::store::listing::{Field, Kind};
use crate::store::{Link, Neighbour, Reference, Resource, Row, Table, parse};
use entity::vocab::{LawfulBasis, Word};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// The writable members of a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonFields {
    #[schema(format = "line", min_length = 1, max_length = 200)]
    pub name: String,
    #[serde(default)]
    pub organisation_id: Option<Uuid>,
    #[serde(default)]
    pub position: Option<LocalizedText>,
    #[serde(default)]
    #[schema(format = "email", max_length = 254)]
    pub email: Option<String>,
    #[serde(default)]
    #[schema(format = "line", min_length = 3, max_length = 40)]
    pub phone: Option<String>,
    /// Why the register holds this person (GDPR art. 5(1)(b)).
    #[schema(format = "line", min_length = 1, max_length = 500)]
    pub purpose: String,
    /// On what ground (GDPR art. 6(1)).
    pub lawful_basis: LawfulBasis,
    /// Which rule says how long it is kept.
    #[serde(default)]
    #[schema(format = "line", min_length = 1, max_length = 60)]
    pub retention_class: Option<String>,
}

impl Content for PersonFields {
    fn check(&self, _: &mut Faults) {}
}

pub static PERSON: Resource = Resource {
    name: "person",
    path: "persons",
    table: Table::of::<entity::person::Entity>("person", &[], &["name_key", "search_text"]),
    code: None,
    parse: parse::<PersonFields>,
    references: &[Reference::to("organisation_id", "organisation")],
    unique: &[],
    computed: |record| {
        let name = record.get("name").and_then(Value::as_str).map(fold);
        Row::from_iter([
            ("name_key".to_owned(), json!(name.unwrap_or_default())),
            ("search_text".to_owned(), json!(search_text(record, &["name", "position", "email"]))),
        ])
    },
    parts: &[],
    neighbours: &[Neighbour {
        name: "organisation",
        resource: "organisation",
        link: Link::Column("organisation_id"),
    }],
    fields: &[
        Field::new("name", "name_key", Kind::Folded(fold)).sorted(),
        Field::id("organisation_id"),
        Field::word("lawful_basis", LawfulBasis::LIST),
        Field::text("retention_class").counted(),
    ],
    relations: &[],
    life: None,
    rule: None,
};

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
