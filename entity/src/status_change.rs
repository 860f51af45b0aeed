//! A step of a record's life: who moved it, when, from what day on, why.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "status_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub project_id: Option<Uuid>,
    pub grant_agreement_id: Option<Uuid>,
    pub amendment_id: Option<Uuid>,
    pub suspension_id: Option<Uuid>,
    pub termination_id: Option<Uuid>,
    pub report_id: Option<Uuid>,
    pub waiver_id: Option<Uuid>,
    pub from_status: Option<String>,
    pub to_status: Option<String>,
    pub opened_as: bool,
    pub effective_on: Option<Date>,
    pub reason: Option<String>,
    pub document: Option<String>,
    pub document_id: Option<Uuid>,
    pub source: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub attestations: Json,
    pub actor_id: Option<Uuid>,
    pub recorded_at: DateTimeUtc,
}
impl ActiveModelBehavior for ActiveModel {}
