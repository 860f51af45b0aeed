//! An organisation: a party of grants, or a unit of one.
use crate::vocab::{OrganisationKind, PublicationTier};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(column_type = "JsonBinary")]
    pub name: Json,
    pub acronym: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub other_names: Json,
    pub kind: Option<OrganisationKind>,
    pub country: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub identifiers: Json,
    pub website: Option<String>,
    pub parent_id: Option<Uuid>,
    pub publication_tiers_record: PublicationTier,
    pub name_key: String,
    pub search_text: String,
}
impl ActiveModelBehavior for ActiveModel {}
