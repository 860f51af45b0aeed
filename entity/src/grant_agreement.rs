//! The signed contract that pays for projects.
use crate::vocab::{AgreementStatus, GrantForm, PublicationTier};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "grant_agreement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub reference: Option<String>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub title: Option<Json>,
    pub programme_id: Option<Uuid>,
    pub funder_id: Option<Uuid>,
    pub regime_id: Option<Uuid>,
    pub form: Option<GrantForm>,
    pub status: Option<AgreementStatus>,
    pub status_since: Option<Date>,
    pub enters_into_force_on: Option<Date>,
    pub implementation_period_start: Option<Date>,
    pub implementation_period_end: Option<Date>,
    pub implementation_period_duration_months: Option<i32>,
    pub currency: Option<String>,
    pub maximum_grant_minor: Option<i64>,
    pub maximum_grant_currency: Option<String>,
    pub total_eligible_cost_minor: Option<i64>,
    pub total_eligible_cost_currency: Option<String>,
    pub eu_rate: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub identifiers: Json,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub notes: Option<Json>,
    pub publication_tiers_record: PublicationTier,
    pub publication_tiers_money: PublicationTier,
    pub publication_tiers_parties: PublicationTier,
    pub publication_tiers_funding_chain: PublicationTier,
    pub publication_tiers_notes: PublicationTier,
    pub phase_start: Option<Date>,
    pub phase_end: Option<Date>,
    pub reference_key: Option<String>,
    pub search_text: String,
}
impl ActiveModelBehavior for ActiveModel {}
