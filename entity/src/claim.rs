//! What a source says of a record: a field, the words as printed, the value they mean.
use crate::vocab::ClaimSubject;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "claim")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub subject_kind: ClaimSubject,
    pub subject_id: Uuid,
    pub field: String,
    pub as_printed: Option<String>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub value: Option<Json>,
    pub language: Option<String>,
    pub source_title: String,
    pub source_url: Option<String>,
    pub source_published_on: Option<String>,
    pub source_retrieved_on: Option<Date>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub notes: Option<Json>,
    #[serde(default)]
    pub adopted: bool,
    pub adopted_at: Option<DateTimeUtc>,
    pub adopted_by: Option<Uuid>,
    pub adoption_reason: Option<String>,
    pub search_text: String,
}
impl ActiveModelBehavior for ActiveModel {}
