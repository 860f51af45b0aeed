//! What is known of a funder and of a programme. No database, no HTTP.
use crate::shared::check::{Content, Faults};
use crate::shared::period::Period;
use crate::shared::text::LocalizedText;
use crate::shared::tiers::tiers;
use entity::vocab::ProgrammeKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The writable members of a funder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FunderFields {
    /// The organisation that it is: one funder an organisation.
    pub organisation_id: Uuid,
    /// The sentence by which publications name its support.
    #[serde(default)]
    pub visibility_text: Option<LocalizedText>,
    #[serde(default)]
    #[schema(format = "uri", max_length = 2000)]
    pub website: Option<String>,
    #[serde(default)]
    pub notes: Option<LocalizedText>,
    /// Who may read it without a role; nobody where left out.
    #[serde(default)]
    pub publication_tiers: FunderTiers,
}

tiers! {
    /// Who may read a funder and its groups of fields without a role.
    FunderTiers {
        /// Who may read `notes`.
        notes,
    }
}

impl Content for FunderFields {
    fn check(&self, _: &mut Faults) {}
}

/// What is worked out of a funder.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FunderFacts {
    /// Its organisation's name.
    pub name: LocalizedText,
    /// What it pays directly, by currency; nothing is converted. Agreements without a known sum are counted only.
    #[schema(max_items = 200)]
    pub direct: Vec<FunderTotal>,
    /// What is ultimately its money, by currency.
    #[schema(max_items = 200)]
    pub ultimate: Vec<FunderTotal>,
}

/// A sum of agreements in one currency.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FunderTotal {
    /// Null: no sum is known.
    #[schema(required, format = "currency-code", min_length = 3, max_length = 3)]
    pub currency: Option<String>,
    #[schema(minimum = 0)]
    pub agreements: i64,
    /// The maximum grants together, as a decimal.
    #[schema(required, format = "decimal", max_length = 40, pattern = r"^-?[0-9]+(\.[0-9]+)?$")]
    pub maximum_grant: Option<String>,
}

/// The writable members of a programme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeFields {
    /// Unique; answers in addresses instead of the id.
    #[schema(
        format = "project-code",
        min_length = 2,
        max_length = 40,
        pattern = "^[A-Z0-9][A-Z0-9._-]{1,39}$"
    )]
    pub code: String,
    pub name: LocalizedText,
    /// What it was called before.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub earlier_names: Vec<LocalizedText>,
    pub kind: ProgrammeKind,
    /// Whose money it is.
    #[serde(default)]
    pub funder_id: Option<Uuid>,
    /// Who runs it, where that is not the funder.
    #[serde(default)]
    pub managing_organisation_id: Option<Uuid>,
    /// The programme that it is part of.
    #[serde(default)]
    pub parent_id: Option<Uuid>,
    /// The version of the funder's rules that agreements under it are usually given; each agreement names its own.
    #[serde(default)]
    pub regime_id: Option<Uuid>,
    #[serde(default)]
    pub period: Period,
    #[serde(default)]
    #[schema(format = "uri", max_length = 2000)]
    pub website: Option<String>,
    /// Who may read it without a role; nobody where left out.
    #[serde(default)]
    pub publication_tiers: ProgrammeTiers,
}

tiers! {
    /// Who may read a programme and its groups of fields without a role.
    ProgrammeTiers {
    }
}

impl Content for ProgrammeFields {
    fn check(&self, _: &mut Faults) {}
}
