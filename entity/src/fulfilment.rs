//! How a duty was fulfilled that no report covers.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "fulfilment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub obligation_id: Uuid,
    pub fulfilled_on: Date,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub note: Option<Json>,
    pub document: Option<String>,
    pub document_id: Option<Uuid>,
}
impl ActiveModelBehavior for ActiveModel {}
