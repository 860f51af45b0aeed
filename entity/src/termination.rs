//! The end of a grant agreement before its time.
use crate::vocab::{ContractSide, TerminationStatus};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "termination")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub grant_agreement_id: Uuid,
    pub by: ContractSide,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub ground: Option<Json>,
    pub notified_on: Option<Date>,
    pub effective_on: Option<Date>,
    pub document: Option<String>,
    pub document_id: Option<Uuid>,
    pub status: Option<TerminationStatus>,
    pub status_since: Option<Date>,
    pub search_text: String,
}
impl ActiveModelBehavior for ActiveModel {}
