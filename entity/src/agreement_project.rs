//! A project that an agreement pays for, with its share and time.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "agreement_project")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub grant_agreement_id: Uuid,
    pub project_id: Uuid,
    pub share: Option<String>,
    pub from: Option<Date>,
    pub to: Option<Date>,
}
impl ActiveModelBehavior for ActiveModel {}
