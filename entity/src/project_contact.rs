//! Where to ask about a project: a unit and its mailbox first, a person only when needed.
use crate::vocab::ContactRole;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "project_contact")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub project_id: Uuid,
    pub role: ContactRole,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub unit: Option<Json>,
    pub organisation_id: Option<Uuid>,
    pub person_id: Option<Uuid>,
    pub email: Option<String>,
    pub phone: Option<String>,
}
impl ActiveModelBehavior for ActiveModel {}
