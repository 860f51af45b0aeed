//! A step of the funding chain: who passes the money on to whom, under which agreement number.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "funding_hop")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub grant_agreement_id: Uuid,
    pub position: i32,
    pub payer_id: Uuid,
    pub recipient_id: Uuid,
    pub programme_id: Option<Uuid>,
    pub reference: Option<String>,
    pub share: Option<String>,
    pub amount_minor: Option<i64>,
    pub amount_currency: Option<String>,
}
impl ActiveModelBehavior for ActiveModel {}
