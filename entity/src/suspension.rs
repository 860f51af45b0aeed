//! A time during which a grant agreement rests.
use crate::vocab::{ContractSide, SuspensionScope, SuspensionStatus};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "suspension")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub grant_agreement_id: Uuid,
    pub scope: SuspensionScope,
    pub by: ContractSide,
    pub from: Date,
    pub to: Option<Date>,
    pub extends_end: bool,
    pub end_moved: bool,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub reason: Option<Json>,
    pub notified_on: Option<Date>,
    pub document: Option<String>,
    pub document_id: Option<Uuid>,
    pub status: Option<SuspensionStatus>,
    pub status_since: Option<Date>,
    pub search_text: String,
}
impl ActiveModelBehavior for ActiveModel {}
