//! A party of an agreement, with the day it signed.
use crate::vocab::PartyRole;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "agreement_party")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub grant_agreement_id: Uuid,
    pub organisation_id: Uuid,
    pub role: PartyRole,
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub signed_on: Option<Date>,
}
impl ActiveModelBehavior for ActiveModel {}
