//! A parameter of a funder's rules that a programme or an agreement says otherwise. What paths lead to is not known here.
use super::check::{Content, Faults};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A parameter of the regime that is said otherwise here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OverrideFields {
    /// The parameter, as `/v1/grant-agreements/{id}/terms` and differences of regimes tell it; or `reporting.periods`, the
    /// reporting periods one by one.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[a-z][a-z0-9_]*(\[[A-Za-z0-9_.-]+\])?(\.[a-z][a-z0-9_]*(\[[A-Za-z0-9_.-]+\])?)*$"
    )]
    pub path: String,
    /// What holds instead: what the regime's schema allows there.
    pub value: Value,
    /// The clause that says so, quoted.
    #[schema(format = "text", min_length = 1, max_length = 2000)]
    pub clause: String,
    /// The paper that the clause stands in.
    #[serde(default)]
    #[schema(format = "text", min_length = 1, max_length = 2000)]
    pub document: Option<String>,
    /// The same, where it is kept here.
    #[serde(default)]
    pub document_id: Option<Uuid>,
}

impl Content for OverrideFields {
    fn check(&self, _: &mut Faults) {}
}

/// What a caller may write, for the document.
pub fn overridden() -> Value {
    json!({"path": "retention.years", "value": 7, "clause": "Special Conditions, article 7.2"})
}
