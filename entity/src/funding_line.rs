//! Who pays what part of an agreement.
use crate::vocab::{FundingKind, FundingPrecision, FundingStage};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "funding_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub grant_agreement_id: Uuid,
    pub source_organisation_id: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub source_name: Option<Json>,
    pub kind: FundingKind,
    pub amount_minor: Option<i64>,
    pub amount_currency: Option<String>,
    pub share: Option<String>,
    pub precision: FundingPrecision,
    pub stage: FundingStage,
    pub stated_on: Option<Date>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub notes: Option<Json>,
}
impl ActiveModelBehavior for ActiveModel {}
