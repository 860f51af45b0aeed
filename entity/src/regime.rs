//! A version of a funder's rules: a document that never changes.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "regime")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub code: String,
    pub edition: String,
    pub reference: String,
    pub parent_id: Option<Uuid>,
    pub checksum: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub document: Json,
    pub edition_key: i64,
    pub search_text: String,
}
impl ActiveModelBehavior for ActiveModel {}
