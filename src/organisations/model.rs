//! What is known of an organisation. No database, no HTTP.
use crate::shared::check::{Content, Faults};
use crate::shared::codes::CountryCode;
use crate::shared::identifier::Identifier;
use crate::shared::text::LocalizedText;
use crate::shared::tiers::tiers;
use entity::vocab::OrganisationKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The writable members of an organisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganisationFields {
    /// Its official name.
    pub name: LocalizedText,
    /// How it is called for short, such as ICMPD.
    #[serde(default)]
    #[schema(format = "line", min_length = 1, max_length = 60)]
    pub acronym: Option<String>,
    /// Earlier and other names.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub other_names: Vec<LocalizedText>,
    /// What kind of organisation it is (IATI OrganisationType).
    #[serde(default)]
    pub kind: Option<OrganisationKind>,
    #[serde(default)]
    pub country: Option<CountryCode>,
    /// Its numbers in registers, as printed.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub identifiers: Vec<Identifier>,
    #[serde(default)]
    #[schema(format = "uri", max_length = 2000)]
    pub website: Option<String>,
    /// The organisation that it is a unit of.
    #[serde(default)]
    pub parent_id: Option<Uuid>,
    /// Who may read it without a role; nobody where left out.
    #[serde(default)]
    pub publication_tiers: OrganisationTiers,
}

tiers! {
    /// Who may read an organisation and its groups of fields without a role.
    OrganisationTiers {
    }
}

impl Content for OrganisationFields {
    fn check(&self, _: &mut Faults) {}
}
