//! What is known of a document. Its contents are in [`super::document_file`] and beside the database.
use crate::vocab::PublicationTier;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "document")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(column_type = "JsonBinary")]
    pub title: Json,
    pub kind: String,
    pub language: Option<String>,
    pub dated_on: Option<Date>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub description: Option<Json>,
    pub contains_personal_data: bool,
    pub retain_until: Option<Date>,
    pub held_for: Option<String>,
    pub publication_tiers_record: PublicationTier,
    pub publication_tiers_keeping: PublicationTier,
    pub title_key: String,
    pub search_text: String,
}
impl ActiveModelBehavior for ActiveModel {}
