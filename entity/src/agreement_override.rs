//! A parameter of the regime that an agreement says otherwise.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "agreement_override")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub grant_agreement_id: Uuid,
    pub path: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub value: Json,
    pub clause: String,
    pub document: Option<String>,
    pub document_id: Option<Uuid>,
    /// The amendment that says so.
    pub amendment_id: Option<Uuid>,
}
impl ActiveModelBehavior for ActiveModel {}
