//! What is owed under an agreement, or can be done until a day. Its plans are rows of their own.
use crate::vocab::{Confidence, ObligationKind, Severity};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "obligation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub grant_agreement_id: Uuid,
    pub funder_id: Option<Uuid>,
    pub kind: ObligationKind,
    pub entry: String,
    pub subject: String,
    pub series: String,
    pub document_type: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub title: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub bundle: Json,
    pub period_start: Option<Date>,
    pub period_end: Option<Date>,
    pub period_duration_months: Option<i32>,
    pub original_due: Option<Date>,
    pub due: Option<Date>,
    pub due_month: Option<String>,
    pub fulfilled_on: Option<Date>,
    pub superseded_on: Option<Date>,
    pub waived_from: Option<Date>,
    pub waived_until: Option<Date>,
    pub by_role: Option<String>,
    pub to_role: Option<String>,
    pub responsible_organisation_id: Option<Uuid>,
    pub recipient_organisation_id: Option<Uuid>,
    pub severity: Severity,
    pub confidence: Option<Confidence>,
    #[sea_orm(column_type = "JsonBinary")]
    pub computed: Json,
    pub search_text: String,
}
impl ActiveModelBehavior for ActiveModel {}
