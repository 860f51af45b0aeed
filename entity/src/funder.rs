//! An organisation seen as a source of money.
use crate::vocab::PublicationTier;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "funder")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub organisation_id: Uuid,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub visibility_text: Option<Json>,
    pub website: Option<String>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub notes: Option<Json>,
    pub publication_tiers_record: PublicationTier,
    pub publication_tiers_notes: PublicationTier,
    pub search_text: String,
}
impl ActiveModelBehavior for ActiveModel {}
