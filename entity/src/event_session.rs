//! A time and a place of an event: several may run at once or follow each other.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "event_session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub title: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub place: Option<Json>,
    pub country: Option<String>,
    pub organisation_id: Option<Uuid>,
    pub starts: Option<String>,
    pub ends: Option<String>,
    pub start_time: Option<String>,
    pub end_time: Option<String>,
    pub time_zone: Option<String>,
}
impl ActiveModelBehavior for ActiveModel {}
