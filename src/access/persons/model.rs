//! What is known of a person, and why it may be. No database, no HTTP.
use crate::shared::check::{Content, Faults};
use crate::shared::text::LocalizedText;
use chrono::{DateTime, NaiveDate, Utc};
use entity::vocab::{ErasureGround, LawfulBasis};
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

/// What became of the personal data. Where it was erased or restricted, name, position, email and phone are null.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RemovalFacts {
    /// When the personal data was destroyed, here and in the past.
    #[schema(required)]
    pub erased_at: Option<DateTime<Utc>>,
    /// Since when only administrators read it.
    #[schema(required)]
    pub restricted_at: Option<DateTime<Utc>>,
    /// The day up to which it is kept so, to be erased then.
    #[schema(required)]
    pub restricted_until: Option<NaiveDate>,
    /// The legal ground of erasing it, or of restricting what may not be erased yet.
    #[schema(required)]
    pub removal_ground: Option<ErasureGround>,
    /// The principal who did it.
    #[schema(required)]
    pub removed_by: Option<Uuid>,
}

/// Whether and where the register holds the personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holding {
    Held,
    Restricted,
    Erased,
}

/// The personal data of a person, where it is restricted too.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonalData {
    pub person_id: Uuid,
    /// Held with the person; restricted: kept apart, for administrators; or erased.
    #[schema(value_type = String, max_length = 40, pattern = "^[a-z][a-z0-9_]*$", example = "restricted")]
    pub state: Holding,
    #[schema(required, format = "line", max_length = 200)]
    pub name: Option<String>,
    #[schema(required)]
    pub position: Option<LocalizedText>,
    #[schema(required, format = "email", max_length = 254)]
    pub email: Option<String>,
    #[schema(required, format = "line", max_length = 40)]
    pub phone: Option<String>,
}

impl Content for PersonFields {
    fn check(&self, _: &mut Faults) {}
}
