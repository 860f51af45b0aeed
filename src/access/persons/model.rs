//! What is known of a person, and why it may be. No database, no HTTP.
use crate::shared::check::{Content, Faults};
use crate::shared::text::LocalizedText;
use entity::vocab::LawfulBasis;
use serde::{Deserialize, Serialize};
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
