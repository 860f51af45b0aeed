//! What a claim is. No database, no HTTP.
use crate::shared::check::{Content, Faults};
use crate::shared::codes::LanguageTag;
use crate::shared::dates::PartialDate;
use crate::shared::text::LocalizedText;
use chrono::NaiveDate;
use entity::vocab::ClaimSubject;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// The writable members of a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimFields {
    /// What kind of record it is about.
    pub subject_kind: ClaimSubject,
    pub subject_id: Uuid,
    /// The member that it speaks of, by path: `planned_period`, `title.lv`, `status`.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)*$")]
    pub field: String,
    /// The words of the source.
    #[serde(default)]
    #[schema(format = "text", min_length = 1, max_length = 10_000)]
    pub as_printed: Option<String>,
    /// What the words mean, as the member would hold it; null where they can't be read so.
    #[serde(default)]
    #[schema(value_type = ClaimedValue)]
    pub value: Option<Value>,
    /// The language of the words.
    #[serde(default)]
    pub language: Option<LanguageTag>,
    #[schema(format = "text", min_length = 1, max_length = 1000)]
    pub source_title: String,
    #[serde(default)]
    #[schema(format = "uri", max_length = 2000)]
    pub source_url: Option<String>,
    #[serde(default)]
    pub source_published_on: Option<PartialDate>,
    /// The day on which the source was read.
    #[serde(default)]
    pub source_retrieved_on: Option<NaiveDate>,
    #[serde(default)]
    pub notes: Option<LocalizedText>,
}

/// A value as the member would hold it: a text, a number, an object or a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClaimedValue(Value);

impl utoipa::PartialSchema for ClaimedValue {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, SchemaType};
        // Of any type: the member's own schema judges it when the claim is adopted.
        let about =
            "A value as the member would hold it: a text, a number, an object or a list; null for none.";
        ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some(about)).into()
    }
}
impl ToSchema for ClaimedValue {}

impl Content for ClaimFields {
    fn check(&self, faults: &mut Faults) {
        if self.as_printed.is_none() && self.value.is_none() {
            faults.add("", "at_least_one", json!({"members": ["as_printed", "value"]}));
        }
    }
}

/// What the server says of a claim.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AdoptionFacts {
    /// Whether the record took its value from this claim.
    pub adopted: bool,
    #[schema(required)]
    pub adopted_at: Option<chrono::DateTime<chrono::Utc>>,
    /// The principal who adopted it.
    #[schema(required)]
    pub adopted_by: Option<Uuid>,
    #[schema(required, format = "text", max_length = 2000)]
    pub adoption_reason: Option<String>,
}
