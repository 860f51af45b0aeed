//! A parameter of the regime that a programme says otherwise.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "programme_override")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub programme_id: Uuid,
    pub path: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub value: Json,
    pub clause: String,
    pub document: Option<String>,
    pub document_id: Option<Uuid>,
}
impl ActiveModelBehavior for ActiveModel {}
