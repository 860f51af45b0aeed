//! An organisation at an event, with its head count.
use crate::vocab::EventRole;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "event_organisation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub organisation_id: Uuid,
    pub role: EventRole,
    pub country: Option<String>,
    pub women: Option<i32>,
    pub men: Option<i32>,
    pub people: Option<i32>,
}
impl ActiveModelBehavior for ActiveModel {}
