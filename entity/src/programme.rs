//! A fund, instrument, facility, programme or call that a funder runs.
use crate::vocab::{ProgrammeKind, PublicationTier};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "programme")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub code: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub name: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub earlier_names: Json,
    pub kind: ProgrammeKind,
    pub funder_id: Option<Uuid>,
    pub managing_organisation_id: Option<Uuid>,
    pub parent_id: Option<Uuid>,
    pub regime_id: Option<Uuid>,
    pub period_start: Option<Date>,
    pub period_end: Option<Date>,
    pub period_duration_months: Option<i32>,
    pub website: Option<String>,
    pub publication_tiers_record: PublicationTier,
    pub name_key: String,
    pub search_text: String,
}
impl ActiveModelBehavior for ActiveModel {}
