//! A change of a grant agreement, from its draft until it is applied.
use crate::vocab::{AmendmentCase, AmendmentKind, AmendmentStatus};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "amendment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub grant_agreement_id: Uuid,
    pub number: Option<String>,
    pub kind: AmendmentKind,
    pub case: Option<AmendmentCase>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub summary: Option<Json>,
    #[sea_orm(column_type = "JsonBinary")]
    pub changes: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub terms: Json,
    pub requested_on: Option<Date>,
    pub received_by_grantor_on: Option<Date>,
    pub signed_on: Option<Date>,
    pub effective_on: Option<Date>,
    pub document: Option<String>,
    pub document_id: Option<Uuid>,
    pub status: Option<AmendmentStatus>,
    pub status_since: Option<Date>,
    pub applied_on: Option<Date>,
    pub applied_version: Option<i64>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub applied: Option<Json>,
    pub search_text: String,
}
impl ActiveModelBehavior for ActiveModel {}
