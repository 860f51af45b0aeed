//! A project, agreement or programme that an event belongs to: exactly one of the three.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "event_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub project_id: Option<Uuid>,
    pub grant_agreement_id: Option<Uuid>,
    pub programme_id: Option<Uuid>,
}
impl ActiveModelBehavior for ActiveModel {}
