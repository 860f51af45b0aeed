//! What is known of an obligation. No database, no HTTP.
use crate::compliance::plan::Computation;
use crate::shared::check::{Content, Faults};
use crate::shared::period::Period;
use crate::shared::text::{LocalizedText, lines};
use chrono::{DateTime, NaiveDate, Utc};
use entity::vocab::{Confidence, ObligationKind, ObligationState, Severity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What is stored of an obligation. The program works all of it out; nobody types it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ObligationFields {
    /// The agreement under which it is owed.
    pub grant_agreement_id: Uuid,
    /// The grantor of that agreement.
    pub funder_id: Option<Uuid>,
    /// A duty, or a window: something that can be done until a day.
    pub kind: ObligationKind,
    /// The entry of the terms that asks for it: of `reporting.obligations`, or a rule.
    #[schema(format = "line", max_length = 100, example = "final")]
    pub entry: String,
    /// What it is asked for: the `agreement`, or a reporting period such as `period-1`.
    #[schema(max_length = 40, pattern = "^(agreement|period-[0-9]+)$", example = "agreement")]
    pub subject: String,
    /// What must be handed in, in the word of the regime.
    #[schema(format = "line", max_length = 100, example = "final_report")]
    pub document_type: String,
    pub title: LocalizedText,
    /// The papers that belong to it, in the words of the regime.
    #[schema(schema_with = lines)]
    pub bundle: Vec<String>,
    /// The reporting period that it is about; all null where it is about none.
    pub period: Period,
    /// The date of the first plan that had one.
    pub original_due: Option<NaiveDate>,
    /// The date that counts: itself in time. Null while a fact is missing.
    pub due: Option<NaiveDate>,
    /// The month of that date.
    #[schema(max_length = 7, pattern = "^[0-9]{4}-[0-9]{2}$", example = "2021-08")]
    pub due_month: Option<String>,
    /// The day on which it was fulfilled.
    pub fulfilled_on: Option<NaiveDate>,
    /// The day since which the terms and facts no longer ask for it.
    pub superseded_on: Option<NaiveDate>,
    /// The first day on which it need not be met, by a waiver in force.
    pub waived_from: Option<NaiveDate>,
    /// The last such day; null where there is none.
    pub waived_until: Option<NaiveDate>,
    /// Who owes it, by its role in the agreement, and to whom.
    #[schema(max_length = 40, pattern = "^[a-z_]+$", example = "coordinator")]
    pub by_role: Option<String>,
    #[schema(max_length = 40, pattern = "^[a-z_]+$", example = "contracting_authority")]
    pub to_role: Option<String>,
    /// The party in that role.
    pub responsible_organisation_id: Option<Uuid>,
    pub recipient_organisation_id: Option<Uuid>,
    /// How grave it is to be late.
    pub severity: Severity,
    /// How far the length of the term can be relied on; null where the regime does not say.
    pub confidence: Option<Confidence>,
    /// How the date came about.
    pub computed: Computation,
}

/// A date that an obligation had. The last one counts; those before it were superseded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlanFields {
    pub due: Option<NaiveDate>,
    pub period: Period,
    pub computed: Computation,
    pub planned_at: DateTime<Utc>,
}

/// How a duty was fulfilled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FulfilmentFields {
    /// The day on which it was handed in or done; not in the future.
    pub fulfilled_on: NaiveDate,
    #[serde(default)]
    pub note: Option<LocalizedText>,
    /// The paper that shows it.
    #[serde(default)]
    #[schema(format = "text", min_length = 1, max_length = 2000)]
    pub document: Option<String>,
    /// The same, where it is kept here.
    #[serde(default)]
    pub document_id: Option<Uuid>,
}

impl Content for FulfilmentFields {
    fn check(&self, _: &mut Faults) {}
}

/// How an obligation stands on `as_of`.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ObligationStanding {
    pub state: ObligationState,
    /// Days after `due` on which it was fulfilled or, while it is not, has not been; 0 where it is in time.
    #[schema(minimum = 0)]
    pub days_late: i64,
    /// The same against `original_due`.
    #[schema(minimum = 0)]
    pub days_late_originally: i64,
    /// Days from `as_of` to `due`; negative after it, null where there is none.
    #[schema(required, minimum = -200_000, maximum = 200_000)]
    pub days_left: Option<i64>,
}
