//! A page, article, film or print about the work.
use crate::vocab::{PublicationKind, PublicationTier};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "publication")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub kind: PublicationKind,
    #[sea_orm(column_type = "JsonBinary")]
    pub title: Json,
    pub url: Option<String>,
    pub language: Option<String>,
    pub published_on: Option<Date>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub summary: Option<Json>,
    pub text: Option<String>,
    pub publication_tiers_record: PublicationTier,
    pub publication_tiers_text: PublicationTier,
    pub title_key: String,
    pub search_text: String,
}
impl ActiveModelBehavior for ActiveModel {}
