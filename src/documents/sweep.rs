//! Removing the contents of documents that were deleted. A day passes first, so that a deletion by mistake can be taken back
//! with yesterday's copy of the database. What this register never had is left alone: it may be another's, or be committed yet.
use super::files::{Error, Files};
use super::store::FILE;
use crate::state::AppState;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::TryStreamExt;
use sea_orm::ConnectionTrait;
use sea_orm::DbErr;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use std::collections::HashSet;
use std::time::Duration;
use uuid::Uuid;

const EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// Longer than any upload takes.
const AGE: TimeDelta = TimeDelta::days(1);

/// Sweeps once a day, for as long as the server runs.
pub async fn time_after_time(state: AppState) {
    loop {
        tokio::time::sleep(EVERY).await;
        let before = state.clock.now() - AGE;
        match swept(&state, before, before).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "contents of deleted documents were removed"),
            Err(error) => {
                tracing::error!(%error, "contents could not be swept: it will be tried again in a day")
            }
        }
    }
}

/// Removes what was stored before a moment, that a document had once and none has, nor had after another moment.
///
/// # Errors
/// The store's, or the database's.
pub async fn swept(state: &AppState, stored: DateTime<Utc>, had: DateTime<Utc>) -> Result<usize, Error> {
    let files = state.shelf.files()?;
    let cleared = files.clear(stored).await?;
    let orphans = files.orphans(stored, |keys| named(state, keys, had));
    let removed = orphans.try_fold(0, |count, key| removed(&files, key, count)).await?;
    Ok(cleared + removed)
}

async fn removed(files: &Files, key: Uuid, count: usize) -> Result<usize, Error> {
    files.delete(key).await?;
    Ok(count + 1)
}

/// Which of some keys documents have, had after a moment, or never had.
async fn named(state: &AppState, keys: Vec<Uuid>, had: DateTime<Utc>) -> Result<HashSet<Uuid>, DbErr> {
    let [id, seq, to] = ["id", "seq", "seq_to"].map(Alias::new);
    let (past, entry) = (Alias::new(format!("{}_past", FILE.table.name)), Alias::new("history_entry"));
    let recent =
        Query::select().column(seq).from(entry).and_where(Expr::col(Alias::new("at")).gt(had)).to_owned();
    let had_once = Query::select()
        .column(id.clone())
        .from(past.clone())
        .and_where(Expr::col(id.clone()).is_in(keys.iter().copied()))
        .to_owned();
    let lately = Expr::col(to.clone()).is_null().or(Expr::col(to).in_subquery(recent));
    let select = Query::select()
        .column(id.clone())
        .from(past)
        .and_where(Expr::col(id).is_in(keys.iter().copied()))
        .and_where(lately)
        .to_owned();
    let txn = state.db.begin_read().await?;
    let ids = async |select| -> Result<HashSet<Uuid>, DbErr> {
        txn.query_all(select).await?.iter().map(|row| row.try_get("", "id")).collect()
    };
    let (once, lately) = (ids(&had_once).await?, ids(&select).await?);
    Ok(keys.into_iter().filter(|key| !once.contains(key) || lately.contains(key)).collect())
}
