//! Making checkpoints, by hand and from time to time. None is signed over a history that does not contain the one
//! signed before.
use super::entries::places;
use super::key::load;
use super::merkle::Tree;
use super::note::{PublicKey, SecretKey};
use super::store::{Kept, keep, newest};
use crate::clock::{Clock, new_id};
use crate::state::AppState;
use crate::store::db::Db;
use crate::store::digest::NO_LINK;
use crate::store::link_of;
use anyhow::{Context, bail};
use std::time::Duration;

const PLACES: u64 = 5000;

/// A checkpoint, and whether it is new.
pub struct Made {
    pub checkpoint: Kept,
    pub new: bool,
}

/// Signs the entries as they are. Where there are none since the newest checkpoint of this key, that one is answered.
///
/// # Errors
/// Where the entries under the newest checkpoint are not those that it was made over, or the order of commits is
/// broken: such a history must be verified, not signed.
pub async fn make(db: &Db, clock: &dyn Clock, key: &SecretKey) -> anyhow::Result<Made> {
    let txn = db.begin_read().await?;
    let before = newest(&txn).await?;
    let signed = before.as_ref().map(|kept| PublicKey::parse(&kept.key)?.open(&kept.note)).transpose();
    let signed = signed.context(
        "the newest checkpoint in the database was not signed by its key: run `grantline audit verify`",
    )?;
    let (mut tree, mut link, mut after) = (Tree::default(), NO_LINK, i64::MIN);
    let mut contains = signed.is_none();
    loop {
        if let Some(signed) = signed.as_ref().filter(|signed| signed.tree_size == tree.size()) {
            contains = signed.root == tree.root();
        }
        let page = places(&txn, after, PLACES).await?;
        if page.is_empty() {
            break;
        }
        for linked in page {
            let kept = link_of(linked.link);
            let next = i64::try_from(tree.size()).map_or(i64::MAX, |size| size + 1);
            if linked.place.position != next || linked.place.link(&link) != kept {
                bail!("the history is broken at position {next}: run `grantline audit verify`");
            }
            (link, after) = (kept, linked.place.position);
            tree.push(linked.place.leaf_hash());
            if let Some(signed) = signed.as_ref().filter(|signed| signed.tree_size == tree.size()) {
                contains = signed.root == tree.root();
            }
        }
    }
    drop(txn);
    if !contains {
        bail!(
            "the entries are not those that the newest checkpoint in the database was made over: run \
             `grantline audit verify`"
        );
    }
    let (size, public) = (tree.size(), key.public().to_string());
    if let Some(kept) = before.filter(|kept| i64::try_from(size) == Ok(kept.tree_size) && kept.key == public)
    {
        return Ok(Made { checkpoint: kept, new: false });
    }
    let (root, at) = (tree.root(), clock.now());
    let checkpoint = Kept {
        id: new_id(at),
        tree_size: i64::try_from(size)?,
        root: hex::encode(root),
        at,
        origin: key.public().name,
        key: public,
        note: key.sign(size, root, at),
    };
    keep(db, &checkpoint).await?;
    Ok(Made { checkpoint, new: true })
}

/// Makes a checkpoint each time that so much time has passed; for ever. Each new one is in the log too, which is often
/// kept elsewhere.
pub async fn sign_from_time_to_time(state: AppState, every: Duration) {
    let Some(path) = state.config.audit_key.clone() else { return };
    loop {
        tokio::time::sleep(every).await;
        let made = async { make(&state.db, state.clock.as_ref(), &load(&path)?).await };
        match made.await {
            Ok(Made { checkpoint, new: true }) => {
                tracing::info!(
                    entries = checkpoint.tree_size,
                    note = checkpoint.note,
                    "the history was signed"
                );
            }
            Ok(_) => {}
            Err(error) => tracing::error!(error = format!("{error:#}"), "the history could not be signed"),
        }
    }
}
