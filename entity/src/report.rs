//! A report to a donor.
use crate::vocab::ReportStatus;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub grant_agreement_id: Uuid,
    pub obligation_id: Option<Uuid>,
    pub kind: String,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub title: Option<Json>,
    pub period_start: Option<Date>,
    pub period_end: Option<Date>,
    pub period_duration_months: Option<i32>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub summary: Option<Json>,
    pub document: Option<String>,
    pub document_id: Option<Uuid>,
    pub status: Option<ReportStatus>,
    pub status_since: Option<Date>,
    pub submitted_on: Option<Date>,
    pub search_text: String,
}
impl ActiveModelBehavior for ActiveModel {}
