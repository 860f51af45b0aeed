//! The planned work. Its code answers in addresses instead of the id.
use crate::vocab::{ProjectStatus, PublicationTier};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "project")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub code: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub title: Json,
    pub acronym: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub other_titles: Json,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub summary: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub objective: Option<Json>,
    pub status: Option<ProjectStatus>,
    pub status_since: Option<Date>,
    pub planned_period_start: Option<Date>,
    pub planned_period_end: Option<Date>,
    pub planned_period_duration_months: Option<i32>,
    pub actual_period_start: Option<Date>,
    pub actual_period_end: Option<Date>,
    pub actual_period_duration_months: Option<i32>,
    pub lead_organisation_id: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary")]
    pub countries: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub locations: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub sectors: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub tags: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub websites: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub identifiers: Json,
    pub publication_tiers_record: PublicationTier,
    pub publication_tiers_participants: PublicationTier,
    pub publication_tiers_contacts: PublicationTier,
    pub phase_start: Option<Date>,
    pub phase_end: Option<Date>,
    pub title_key: String,
    pub search_text: String,
}
impl ActiveModelBehavior for ActiveModel {}
