//! What a document is about: a record of any kind.
use crate::vocab::DocumentSubject;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "document_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub document_id: Uuid,
    pub subject_kind: DocumentSubject,
    pub subject_id: Uuid,
}
impl ActiveModelBehavior for ActiveModel {}
