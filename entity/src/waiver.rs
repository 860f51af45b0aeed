//! A duty or finding that is let be for a time, or taken note of.
use crate::vocab::WaiverStatus;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "waiver")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub grant_agreement_id: Uuid,
    pub obligation_id: Option<Uuid>,
    pub finding: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub reason: Json,
    pub until: Option<Date>,
    pub document: Option<String>,
    pub document_id: Option<Uuid>,
    pub status: Option<WaiverStatus>,
    pub status_since: Option<Date>,
    pub search_text: String,
}
impl ActiveModelBehavior for ActiveModel {}
