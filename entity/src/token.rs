//! An API token, kept as the SHA-256 of its text.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub principal_id: Uuid,
    pub name: String,
    pub hash: String,
    pub created_at: DateTimeUtc,
    pub expires_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
    /// To the minute.
    pub last_used_at: Option<DateTimeUtc>,
    /// None: whatever its principal may do. Else the one thing that it is good for.
    pub purpose: Option<String>,
    /// The token that it was made with: it is good no longer than that one.
    pub made_with: Option<Uuid>,
}
impl ActiveModelBehavior for ActiveModel {}
