//! What was submitted to a donor, as it stood then.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "report_snapshot")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub report_id: Uuid,
    pub content: String,
    pub sha256: String,
    pub submitted_on: Date,
    pub submitted_by: Uuid,
    pub taken_at: DateTimeUtc,
}
impl ActiveModelBehavior for ActiveModel {}
