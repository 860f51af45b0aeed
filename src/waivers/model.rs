//! What is known of a waiver. No database, no HTTP.
use crate::shared::check::{Content, Faults};
use crate::shared::text::LocalizedText;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

/// The writable members of a waiver. It is of an obligation or of a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverFields {
    /// The agreement whose terms ask for it.
    pub grant_agreement_id: Uuid,
    /// The obligation that is waived.
    #[serde(default)]
    pub obligation_id: Option<Uuid>,
    /// The finding, by its `key`.
    #[serde(default)]
    #[schema(
        min_length = 5,
        max_length = 300,
        pattern = r"^[A-H][0-9]{2}:\S.*$",
        example = "F02:publication:01932c07-6b80-7000-8000-000000000002:disclaimer"
    )]
    pub finding: Option<String>,
    /// Why.
    pub reason: LocalizedText,
    /// The last day on which it holds; null where it holds for good.
    #[serde(default)]
    pub until: Option<NaiveDate>,
    /// The paper that allows it.
    #[serde(default)]
    #[schema(format = "text", min_length = 1, max_length = 2000)]
    pub document: Option<String>,
    /// The same, where it is kept here.
    #[serde(default)]
    pub document_id: Option<Uuid>,
}

impl Content for WaiverFields {
    fn check(&self, faults: &mut Faults) {
        if self.obligation_id.is_some() == self.finding.is_some() {
            faults.add("", "exactly_one", json!({"members": ["obligation_id", "finding"]}));
        }
    }
}
