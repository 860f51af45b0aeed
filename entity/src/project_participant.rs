//! An organisation that takes part in a project.
use crate::vocab::ParticipantRole;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "project_participant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub project_id: Uuid,
    pub organisation_id: Uuid,
    pub role: ParticipantRole,
    pub from: Option<Date>,
    pub to: Option<Date>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub notes: Option<Json>,
}
impl ActiveModelBehavior for ActiveModel {}
