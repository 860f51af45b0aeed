//! Something that takes place: a seminar, a meeting, a mission, a milestone.
use crate::vocab::{EventKind, EventMode, EventState, PublicationTier};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(column_type = "JsonBinary")]
    pub title: Json,
    pub kind: EventKind,
    pub mode: EventMode,
    pub state: EventState,
    pub starts: Option<String>,
    pub ends: Option<String>,
    pub parent_id: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub objective: Option<Json>,
    #[sea_orm(column_type = "JsonBinary")]
    pub topics: Json,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub outcomes: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub notes: Option<Json>,
    pub publication_tiers_record: PublicationTier,
    pub publication_tiers_participation: PublicationTier,
    pub publication_tiers_outcomes: PublicationTier,
    pub starts_on: Option<Date>,
    pub ends_on: Option<Date>,
    pub title_key: String,
    pub search_text: String,
}
impl ActiveModelBehavior for ActiveModel {}
