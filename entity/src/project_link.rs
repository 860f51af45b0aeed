//! One project seen from another: phase of, continues, merged into, related.
use crate::vocab::ProjectLinkKind;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "project_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub project_id: Uuid,
    pub kind: ProjectLinkKind,
    pub other_project_id: Uuid,
    pub from: Option<Date>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub notes: Option<Json>,
}
impl ActiveModelBehavior for ActiveModel {}
