//! One line of the audit trail: what was done to an aggregate, by whom, when and why.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "history_entry")]
pub struct Model {
    /// In the order of writing, before commit. Twin rows refer to it.
    #[sea_orm(primary_key)]
    pub seq: i64,
    /// In the order of commit, given by the sequencer. Readers go by it.
    pub position: Option<i64>,
    pub sequenced_at: Option<DateTimeUtc>,
    pub aggregate: String,
    pub aggregate_id: Uuid,
    pub action: String,
    pub version: i64,
    pub principal_id: Uuid,
    pub token_id: Option<Uuid>,
    /// SHA-256 of the scope that the writer had, in hexadecimal: who has the same sees what it made. Not digested.
    pub granted: Option<String>,
    pub at: DateTimeUtc,
    pub reason: Option<String>,
    pub request_id: Option<String>,
    /// SHA-256 of the entry, the rows written and the digest of the aggregate's entry before, in hexadecimal.
    pub digest: String,
    pub previous_seq: Option<i64>,
    /// SHA-256 over the link of the position before and this entry's digest, place and time, in hexadecimal; given
    /// with the position.
    pub link: Option<String>,
}
impl ActiveModelBehavior for ActiveModel {}
