//! A role that a token or a principal has, for the whole register or within a scope.
use crate::vocab::{Role, ScopeKind};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "access_grant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub token_id: Option<Uuid>,
    pub principal_id: Option<Uuid>,
    pub role: Role,
    pub scope_kind: ScopeKind,
    pub scope_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
}
impl ActiveModelBehavior for ActiveModel {}
