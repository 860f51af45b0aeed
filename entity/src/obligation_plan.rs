//! A due date that an obligation had, and how it came about.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "obligation_plan")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub obligation_id: Uuid,
    pub due: Option<Date>,
    pub period_start: Option<Date>,
    pub period_end: Option<Date>,
    pub period_duration_months: Option<i32>,
    #[sea_orm(column_type = "JsonBinary")]
    pub computed: Json,
    pub planned_at: DateTimeUtc,
}
impl ActiveModelBehavior for ActiveModel {}
