//! What is known of a document. No database, no HTTP.
use crate::shared::check::{Content, Faults};
use crate::shared::codes::LanguageTag;
use crate::shared::text::LocalizedText;
use crate::shared::tiers::tiers;
use chrono::{DateTime, NaiveDate, Utc};
use entity::vocab::{DocumentSubject, PublicationTier};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

/// The writable members of a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentFields {
    pub title: LocalizedText,
    /// What it is, in the word of the regime that asks for it: `agenda`, `signed_participant_list`, `participant_list`,
    /// `connection_log`, `screenshot`, `minutes`, `photos`, `presentations`; else a word such as `grant_agreement`,
    /// `amendment`, `letter`, `decision`, `derogation`, `invoice`.
    #[schema(
        min_length = 1,
        max_length = 60,
        pattern = "^[a-z][a-z0-9_]*$",
        example = "signed_participant_list"
    )]
    pub kind: String,
    /// The language that it is written in.
    #[serde(default)]
    pub language: Option<LanguageTag>,
    /// The day that it bears; of evidence, the day that it shows.
    #[serde(default)]
    pub dated_on: Option<NaiveDate>,
    #[serde(default)]
    pub description: Option<LocalizedText>,
    /// Whether people are named or shown in it. Downloads of it are logged, and it is never published to everybody.
    #[serde(default)]
    pub contains_personal_data: bool,
    /// The last day on which it must be there: until then it is not deleted.
    #[serde(default)]
    pub retain_until: Option<NaiveDate>,
    /// Why it is kept whatever that day, such as an audit or a lawsuit; null while nothing holds it.
    #[serde(default)]
    #[schema(format = "text", min_length = 1, max_length = 2000)]
    pub held_for: Option<String>,
    /// Who may read it without a role; nobody where left out.
    #[serde(default)]
    pub publication_tiers: DocumentTiers,
}

tiers! {
    /// Who may read a document, with its files, and its groups of fields without a role.
    DocumentTiers {
        /// Who may read `retain_until` and `held_for`.
        keeping,
    }
}

impl Content for DocumentFields {
    fn check(&self, faults: &mut Faults) {
        if self.contains_personal_data && self.publication_tiers.record == PublicationTier::Public {
            faults.add("/publication_tiers/record", "names_people", json!({}));
        }
    }
}

/// What a document is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentLinkFields {
    pub subject_kind: DocumentSubject,
    pub subject_id: Uuid,
}

impl Content for DocumentLinkFields {
    fn check(&self, _: &mut Faults) {}
}

/// A content of a document. It never changes; a later one is uploaded beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DocumentFileFields {
    /// The name that it was uploaded by.
    #[schema(format = "line", min_length = 1, max_length = 255, example = "Agenda.pdf")]
    pub file_name: String,
    /// What its bytes look like, whatever its sender said.
    #[schema(max_length = 200, pattern = "^[a-z]+/[a-z0-9.+-]+$", example = "application/pdf")]
    pub media_type: String,
    /// Bytes.
    #[schema(minimum = 1)]
    pub size: i64,
    /// SHA-256 of the bytes.
    #[schema(max_length = 64, pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    /// The principal who uploaded it.
    pub uploaded_by: Uuid,
    pub uploaded_at: DateTime<Utc>,
}
