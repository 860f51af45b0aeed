//! What is known of amendments, suspensions and terminations. No database, no HTTP.
use crate::projects::model::in_order;
use crate::shared::check::{Content, Faults};
use crate::shared::overrides::OverrideFields;
use crate::shared::text::LocalizedText;
use chrono::NaiveDate;
use entity::vocab::{AmendmentCase, AmendmentKind, ContractSide, SuspensionScope};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{Ref, RefOr, Schema};
use uuid::Uuid;

/// A patch of the agreement, as its own operation takes it.
fn patch_of_agreement() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name("GrantAgreementPatch"))
}

fn nothing() -> Value {
    Value::Object(Map::new())
}

/// The writable members of an amendment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendmentFields {
    /// The agreement that it changes.
    pub grant_agreement_id: Uuid,
    /// Its number, as printed.
    #[serde(default)]
    #[schema(format = "line", min_length = 1, max_length = 100, example = "1")]
    pub number: Option<String>,
    pub kind: AmendmentKind,
    /// A typed case is held against what it may change: a no-cost extension moves the end and leaves the money.
    #[serde(default)]
    pub case: Option<AmendmentCase>,
    #[serde(default)]
    pub summary: Option<LocalizedText>,
    /// What it changes in the agreement: a merge patch (RFC 7396) that application writes. A new end takes the duration
    /// with it.
    #[serde(default = "nothing")]
    #[schema(schema_with = patch_of_agreement)]
    pub changes: Value,
    /// Parameters of the funder's rules that hold otherwise from then on.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub terms: Vec<OverrideFields>,
    /// The day on which it was asked for or, of a notification, told.
    #[serde(default)]
    pub requested_on: Option<NaiveDate>,
    /// The day on which the grantor received that.
    #[serde(default)]
    pub received_by_grantor_on: Option<NaiveDate>,
    /// The day of the last signature.
    #[serde(default)]
    pub signed_on: Option<NaiveDate>,
    /// The day from which it holds.
    #[serde(default)]
    pub effective_on: Option<NaiveDate>,
    /// The paper.
    #[serde(default)]
    #[schema(format = "text", min_length = 1, max_length = 2000)]
    pub document: Option<String>,
    /// The same, where it is kept here.
    #[serde(default)]
    pub document_id: Option<Uuid>,
}

/// Members that a no-cost extension leaves as they are.
const MONEY: [&str; 3] = ["maximum_grant", "total_eligible_cost", "eu_rate"];

impl Content for AmendmentFields {
    fn check(&self, faults: &mut Faults) {
        if let (Some(asked), Some(received)) = (self.requested_on, self.received_by_grantor_on)
            && received < asked
        {
            faults.add("/received_by_grantor_on", "before_start", json!({"start": asked, "end": received}));
        }
        if self.case == Some(AmendmentCase::NoCostExtension) {
            if self.changes["implementation_period"]["end"].is_null() {
                faults.add("/changes/implementation_period/end", "required", json!({}));
            }
            for member in MONEY.iter().filter(|member| self.changes.get(**member).is_some()) {
                faults.add(format!("/changes/{member}"), "not_in_case", json!({"case": "no_cost_extension"}));
            }
        }
    }
}

/// The writable members of a suspension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspensionFields {
    /// The agreement that rests.
    pub grant_agreement_id: Uuid,
    pub scope: SuspensionScope,
    /// Who suspends it.
    pub by: ContractSide,
    /// The first day.
    pub from: NaiveDate,
    /// The last day; null while it is not known.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// Whether the end moves by as many days.
    #[serde(default)]
    pub extends_end: bool,
    /// Whether the agreement's end has them in already: an amendment has moved it.
    #[serde(default)]
    pub end_moved: bool,
    #[serde(default)]
    pub reason: Option<LocalizedText>,
    /// The day of the notice.
    #[serde(default)]
    pub notified_on: Option<NaiveDate>,
    /// The paper.
    #[serde(default)]
    #[schema(format = "text", min_length = 1, max_length = 2000)]
    pub document: Option<String>,
    /// The same, where it is kept here.
    #[serde(default)]
    pub document_id: Option<Uuid>,
}

impl Content for SuspensionFields {
    fn check(&self, faults: &mut Faults) {
        in_order(Some(self.from), self.to, faults);
    }
}

/// The writable members of a termination.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TerminationFields {
    /// The agreement that ends.
    pub grant_agreement_id: Uuid,
    /// Who ends it.
    pub by: ContractSide,
    #[serde(default)]
    pub ground: Option<LocalizedText>,
    /// The day of the notice.
    #[serde(default)]
    pub notified_on: Option<NaiveDate>,
    /// The last day of the agreement's work: terms that run from its end run from here.
    #[serde(default)]
    pub effective_on: Option<NaiveDate>,
    /// The paper.
    #[serde(default)]
    #[schema(format = "text", min_length = 1, max_length = 2000)]
    pub document: Option<String>,
    /// The same, where it is kept here.
    #[serde(default)]
    pub document_id: Option<Uuid>,
}

impl Content for TerminationFields {
    fn check(&self, _: &mut Faults) {}
}
