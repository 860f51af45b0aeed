//! What a publication tells of: exactly one of event, project, agreement, programme.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "publication_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub publication_id: Uuid,
    pub event_id: Option<Uuid>,
    pub project_id: Option<Uuid>,
    pub grant_agreement_id: Option<Uuid>,
    pub programme_id: Option<Uuid>,
}
impl ActiveModelBehavior for ActiveModel {}
