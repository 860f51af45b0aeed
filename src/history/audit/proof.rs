//! Proofs that an entry stands under a signed checkpoint: made from the database, checked without it.
use super::entries::{ByEntry, entries, past, places};
use super::merkle::{Path, root_of};
use super::note::{Checkpoint, NoteError, PublicKey};
use super::store::newest;
use crate::store::db::Db;
use crate::store::digest::{Hash, hex_digest, leaf_hash};
use crate::store::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

const PLACES: u64 = 5000;

/// An entry's way to the root that a checkpoint signs: all that an auditor needs beside the public key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Proof {
    /// The entry's place among all entries.
    #[schema(minimum = 1)]
    pub position: i64,
    /// What was written: JSON as text, of which `digest` is the SHA-256. In place of personal values it has a commitment.
    #[schema(max_length = 100_000_000, pattern = "^\\{")]
    pub content: String,
    /// The leaf's data: JSON as text with `digest`, `position`, `seq` and `sequenced_at`.
    #[schema(max_length = 1000, pattern = "^\\{")]
    pub leaf: String,
    #[schema(minimum = 1)]
    pub tree_size: i64,
    /// The hashes beside the way from the leaf to the root (RFC 6962, 2.1.1), in hexadecimal.
    #[schema(max_items = 64, max_length = 64, pattern = "^[0-9a-f]{64}$")]
    pub path: Vec<String>,
    /// The signed note (c2sp.org/tlog-checkpoint) with the root.
    #[schema(max_length = 2000, pattern = "^[^\\u0000]*$")]
    pub checkpoint: String,
    /// The public key that the installation says it signs with: compare it with the one that you were given.
    #[schema(max_length = 300, pattern = "^[^+]+\\+[0-9a-f]{8}\\+[A-Za-z0-9+/=]+$")]
    pub key: String,
}

/// The proof of an entry under the newest checkpoint.
///
/// # Errors
/// [`Error::NotFound`] where no checkpoint covers a position of this number.
pub async fn prove(db: &Db, position: i64) -> Result<Proof> {
    let txn = db.begin_read().await?;
    let checkpoint = newest(&txn).await?.filter(|kept| (1..=kept.tree_size).contains(&position));
    let checkpoint = checkpoint.ok_or(Error::NotFound)?;
    let size = checkpoint.tree_size.unsigned_abs();
    let (mut path, mut found, mut after, mut left) =
        (Path::new(position.unsigned_abs() - 1, size), None, 0, size);
    while left > 0 {
        let page = places(&txn, after, PLACES.min(left)).await?;
        let Some(last) = page.last() else { return Err(Error::NotFound) };
        (after, left) = (last.place.position, left.saturating_sub(page.len() as u64));
        for linked in page {
            path.push(linked.place.leaf_hash());
            if linked.place.position == position {
                found = Some(linked.place);
            }
        }
    }
    let place = found.ok_or(Error::NotFound)?;
    let entry = entries(&txn, place.seq - 1, 1).await?.pop().ok_or(Error::NotFound)?.1?;
    let states = past(&txn, place.seq - 1, place.seq).await?;
    let content = ByEntry::new(&states).content(&entry).ok_or(Error::NotFound)?;
    Ok(Proof {
        position,
        content,
        leaf: place.leaf(),
        tree_size: checkpoint.tree_size,
        path: path.hashes().iter().map(hex::encode).collect(),
        checkpoint: checkpoint.note,
        key: checkpoint.key,
    })
}

/// Why a proof proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    #[error("the checkpoint: {0}")]
    Note(#[from] NoteError),
    #[error("the content is not what the entry's digest was made from")]
    Content,
    #[error("the leaf is not one of this position")]
    Leaf,
    #[error("the proof is over another number of entries than the checkpoint")]
    Size,
    #[error("the way from the entry does not lead to the root of the checkpoint")]
    Path,
}

/// Checks a proof with a key that came from elsewhere. Answers the checkpoint that it stands under.
///
/// # Errors
/// What does not hold.
pub fn check(proof: &Proof, key: &PublicKey) -> std::result::Result<Checkpoint, Unproven> {
    let checkpoint = key.open(&proof.checkpoint)?;
    if i64::try_from(checkpoint.tree_size) != Ok(proof.tree_size) {
        return Err(Unproven::Size);
    }
    let leaf: Value = serde_json::from_str(&proof.leaf).map_err(|_| Unproven::Leaf)?;
    if leaf["position"] != proof.position || proof.position < 1 {
        return Err(Unproven::Leaf);
    }
    if leaf["digest"] != hex_digest(&proof.content) {
        return Err(Unproven::Content);
    }
    let hash = |text: &String| -> Option<Hash> { hex::decode(text).ok()?.try_into().ok() };
    let path: Option<Vec<Hash>> = proof.path.iter().map(hash).collect();
    let index = proof.position.unsigned_abs() - 1;
    let root = path.and_then(|path| root_of(leaf_hash(&proof.leaf), index, checkpoint.tree_size, &path));
    if root == Some(checkpoint.root) { Ok(checkpoint) } else { Err(Unproven::Path) }
}
