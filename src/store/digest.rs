//! What history is hashed from: the content of an entry, its place among all entries, and the chain that both make.
//! Written once, for those who write it and those who check it. `SECURITY.md` publishes the same for auditors.
use super::table::{Row, TIERS, Table};
use chrono::{DateTime, Utc};
use entity::vocab::{PublicationTier, Word};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A SHA-256.
pub type Hash = [u8; 32];

/// The link before the first.
pub const NO_LINK: Hash = [0; 32];

/// An entry before it has a place: what its digest covers.
pub struct Content<'a> {
    pub aggregate: &'a str,
    pub id: Uuid,
    pub action: &'a str,
    pub version: i64,
    pub principal_id: Uuid,
    pub token_id: Option<Uuid>,
    pub at: DateTime<Utc>,
    pub reason: Option<&'a str>,
    pub request_id: Option<&'a str>,
    /// The digest of the aggregate's entry before.
    pub previous: Option<&'a str>,
}

/// A row as an entry left it; none where it was deleted.
pub type State<'a> = (&'a Table, Uuid, Option<&'a Row>);

impl Content<'_> {
    /// JSON with sorted members and nothing between them. Rows stand in the order of table and id, without nulls, and
    /// with a commitment in place of personal values.
    pub fn text<'a>(&self, rows: impl Iterator<Item = State<'a>>) -> String {
        let mut rows: Vec<State> = rows.collect();
        rows.sort_unstable_by_key(|(table, id, _)| (table.name, *id));
        let rows: Vec<Value> = rows
            .into_iter()
            .map(|(table, id, row)| json!({"table": table.name, "id": id, "row": row.map(|r| table.digested(r))}))
            .collect();
        canonical(json!({
            "aggregate": self.aggregate,
            "id": self.id,
            "action": self.action,
            "version": self.version,
            "principal_id": self.principal_id,
            "token_id": self.token_id,
            "at": self.at,
            "reason": self.reason,
            "request_id": self.request_id,
            "rows": rows,
            "previous": self.previous,
        }))
    }
}

impl Table {
    /// What history digests of a row. Without nulls and internal tiers, so that a column added later does not change
    /// what was digested before.
    fn digested(&self, row: &Row) -> Row {
        let kept = |name: &str| name != super::personal::SALT && !self.personal.contains(&name);
        let is_usual = |name: &str, value: &Value| {
            value.is_null() || (name.starts_with(TIERS) && value == PublicationTier::Internal.code())
        };
        row.iter()
            .filter(|(name, value)| !is_usual(name, value) && kept(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

/// JSON that is the same whoever writes it.
pub fn canonical(mut value: Value) -> String {
    value.sort_all_objects();
    value.to_string()
}

/// SHA-256 in hexadecimal.
pub fn hex_digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// An entry in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub seq: i64,
    pub position: i64,
    pub sequenced_at: DateTime<Utc>,
    pub digest: String,
}

impl Place {
    /// The data of the entry's leaf in the Merkle tree over all entries.
    pub fn leaf(&self) -> String {
        canonical(json!({
            "seq": self.seq,
            "position": self.position,
            "sequenced_at": self.sequenced_at,
            "digest": self.digest,
        }))
    }

    /// The leaf's hash (RFC 6962, 2.1).
    pub fn leaf_hash(&self) -> Hash {
        leaf_hash(&self.leaf())
    }

    /// What ties this entry to all before it: the hash of the link before and the leaf.
    pub fn link(&self, before: &Hash) -> Hash {
        Sha256::new().chain_update(before).chain_update(self.leaf_hash()).finalize().into()
    }
}

pub fn leaf_hash(data: &str) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}
