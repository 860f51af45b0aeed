//! What is known of a report to a donor. No database, no HTTP.
use crate::shared::check::{Content, Faults};
use crate::shared::period::Period;
use crate::shared::text::LocalizedText;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The writable members of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportFields {
    /// The agreement that it reports on.
    pub grant_agreement_id: Uuid,
    /// The duty that it fulfils when it is submitted.
    #[serde(default)]
    pub obligation_id: Option<Uuid>,
    /// What it is, in the word of the regime.
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9_]+$", example = "interim_report")]
    pub kind: String,
    #[serde(default)]
    pub title: Option<LocalizedText>,
    /// The time that it reports on; all null where it is about none.
    #[serde(default)]
    pub period: Period,
    #[serde(default)]
    pub summary: Option<LocalizedText>,
    /// The paper that is handed in.
    #[serde(default)]
    #[schema(format = "text", min_length = 1, max_length = 2000)]
    pub document: Option<String>,
    /// The same, where it is kept here.
    #[serde(default)]
    pub document_id: Option<Uuid>,
}

impl Content for ReportFields {
    fn check(&self, _: &mut Faults) {}
}

/// What was submitted, as it stood then. It never changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SnapshotFields {
    /// The report with the agreement, its parts and the obligation that it fulfils: a JSON document, byte for byte as it was hashed.
    #[schema(format = "long-text", max_length = 2_000_000)]
    pub content: String,
    /// SHA-256 of `content` in UTF-8.
    #[schema(max_length = 64, pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    pub submitted_on: NaiveDate,
    /// The principal who submitted it.
    pub submitted_by: Uuid,
    pub taken_at: DateTime<Utc>,
}
