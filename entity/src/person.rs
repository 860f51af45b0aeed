//! A natural person. The only table that holds personal data; everything else refers to it by id.
use crate::vocab::{ErasureGround, LawfulBasis};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub name: Option<String>,
    pub organisation_id: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub position: Option<Json>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub purpose: String,
    pub lawful_basis: LawfulBasis,
    pub retention_class: Option<String>,
    pub name_key: Option<String>,
    pub search_text: Option<String>,
    /// 32 random bytes in hexadecimal; they go with the personal values.
    pub salt: Option<String>,
    /// Stands for the personal values in digests: it stays when they go.
    pub commitment: Option<String>,
    pub erased_at: Option<DateTimeUtc>,
    pub restricted_at: Option<DateTimeUtc>,
    pub restricted_until: Option<Date>,
    pub removal_ground: Option<ErasureGround>,
    pub removed_by: Option<Uuid>,
}
impl ActiveModelBehavior for ActiveModel {}
