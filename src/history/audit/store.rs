//! Checkpoints and verifications in their tables. Both are beside the register: no twin, no history.
use crate::clock::new_id;
use crate::store::Result;
use crate::store::db::Db;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Alias, Cond, Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};
use serde_json::{Value, json};
use uuid::Uuid;

const CHECKPOINT: &str = "audit_checkpoint";
const VERIFICATION: &str = "audit_verification";

/// A verification that was silent for so long has died with its server.
const SILENCE: TimeDelta = TimeDelta::minutes(2);

/// A checkpoint as the database keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub id: Uuid,
    pub tree_size: i64,
    /// In hexadecimal.
    pub root: String,
    pub at: DateTime<Utc>,
    pub origin: String,
    pub key: String,
    pub note: String,
}

fn col(name: &str) -> Expr {
    Expr::col(Alias::new(name))
}

fn checkpoints() -> SelectStatement {
    Query::select()
        .columns(["id", "tree_size", "root", "at", "origin", "key", "note"].map(Alias::new))
        .from(Alias::new(CHECKPOINT))
        .to_owned()
}

fn kept(row: &QueryResult) -> Result<Kept> {
    Ok(Kept {
        id: row.try_get("", "id")?,
        tree_size: row.try_get("", "tree_size")?,
        root: row.try_get("", "root")?,
        at: row.try_get("", "at")?,
        origin: row.try_get("", "origin")?,
        key: row.try_get("", "key")?,
        note: row.try_get("", "note")?,
    })
}

/// The newest checkpoint: the one over the most entries.
pub async fn newest(txn: &DatabaseTransaction) -> Result<Option<Kept>> {
    Ok(older(txn, None, 1).await?.pop())
}

/// Checkpoints from the newest back, beyond a place.
pub async fn older(txn: &DatabaseTransaction, beyond: Option<(i64, Uuid)>, limit: u64) -> Result<Vec<Kept>> {
    let mut select = checkpoints();
    select.order_by("tree_size", Order::Desc).order_by("id", Order::Desc).limit(limit);
    if let Some((size, id)) = beyond {
        let same = Cond::all().add(col("tree_size").eq(size)).add(col("id").lt(id));
        select.cond_where(Cond::any().add(col("tree_size").lt(size)).add(same));
    }
    txn.query_all(&select).await?.iter().map(kept).collect()
}

/// Checkpoints from the oldest on, beyond a place.
pub async fn newer(txn: &DatabaseTransaction, beyond: (i64, Uuid), limit: u64) -> Result<Vec<Kept>> {
    let (size, id) = beyond;
    let mut select = checkpoints();
    let same = Cond::all().add(col("tree_size").eq(size)).add(col("id").gt(id));
    select
        .cond_where(Cond::any().add(col("tree_size").gt(size)).add(same))
        .order_by("tree_size", Order::Asc)
        .order_by("id", Order::Asc)
        .limit(limit);
    txn.query_all(&select).await?.iter().map(kept).collect()
}

pub async fn keep(db: &Db, checkpoint: &Kept) -> Result<()> {
    let mut insert = Query::insert();
    insert
        .into_table(Alias::new(CHECKPOINT))
        .columns(["id", "tree_size", "root", "at", "origin", "key", "note"].map(Alias::new))
        .values_panic([
            Expr::value(checkpoint.id),
            Expr::value(checkpoint.tree_size),
            Expr::value(checkpoint.root.as_str()),
            Expr::value(checkpoint.at),
            Expr::value(checkpoint.origin.as_str()),
            Expr::value(checkpoint.key.as_str()),
            Expr::value(checkpoint.note.as_str()),
        ]);
    let txn = db.begin_write().await?;
    txn.execute(&insert).await?;
    txn.commit().await?;
    Ok(())
}

/// A verification that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub id: Uuid,
    pub state: String,
    pub requested_at: DateTime<Utc>,
    pub requested_by: Option<Uuid>,
    pub alive_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub report: Option<Value>,
}

pub const RUNNING: &str = "running";
pub const FINISHED: &str = "finished";
pub const FAILED: &str = "failed";

impl Run {
    /// Whether somebody still works at it.
    pub fn goes_on(&self, now: DateTime<Utc>) -> bool {
        self.state == RUNNING && now - self.alive_at < SILENCE
    }
}

/// The verification that was asked for last.
pub async fn last_run(txn: &DatabaseTransaction) -> Result<Option<Run>> {
    let select = Query::select()
        .columns(
            ["id", "state", "requested_at", "requested_by", "alive_at", "finished_at", "report"]
                .map(Alias::new),
        )
        .from(Alias::new(VERIFICATION))
        .order_by("requested_at", Order::Desc)
        .order_by("id", Order::Desc)
        .limit(1)
        .to_owned();
    let Some(row) = txn.query_one(&select).await? else { return Ok(None) };
    Ok(Some(Run {
        id: row.try_get("", "id")?,
        state: row.try_get("", "state")?,
        requested_at: row.try_get("", "requested_at")?,
        requested_by: row.try_get("", "requested_by")?,
        alive_at: row.try_get("", "alive_at")?,
        finished_at: row.try_get("", "finished_at")?,
        report: row.try_get("", "report")?,
    }))
}

/// The run that goes on, or a new one; true where it is new.
pub async fn begin_run(db: &Db, by: Uuid, now: DateTime<Utc>) -> Result<(Run, bool)> {
    let txn = db.begin_write().await?;
    if let Some(run) = last_run(&txn).await?.filter(|run| run.goes_on(now)) {
        return Ok((run, false));
    }
    let run = Run {
        id: new_id(now),
        state: RUNNING.to_owned(),
        requested_at: now,
        requested_by: Some(by),
        alive_at: now,
        finished_at: None,
        report: None,
    };
    let mut insert = Query::insert();
    insert
        .into_table(Alias::new(VERIFICATION))
        .columns(["id", "state", "requested_at", "requested_by", "alive_at"].map(Alias::new))
        .values_panic([
            Expr::value(run.id),
            Expr::value(run.state.as_str()),
            Expr::value(now),
            Expr::value(by),
            Expr::value(now),
        ]);
    txn.execute(&insert).await?;
    txn.commit().await?;
    Ok((run, true))
}

/// Tells that a run goes on.
pub async fn alive(db: &Db, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    let mut update = Query::update();
    update.table(Alias::new(VERIFICATION)).value("alive_at", now).and_where(col("id").eq(id));
    change(db, &update).await
}

/// Tells what a run has found; none where it failed.
pub async fn end_run(db: &Db, id: Uuid, report: Option<Value>, now: DateTime<Utc>) -> Result<()> {
    let state = if report.is_some() { FINISHED } else { FAILED };
    let mut update = Query::update();
    update
        .table(Alias::new(VERIFICATION))
        .values([("state", Expr::value(state)), ("finished_at", Expr::value(now))])
        .value("report", report.unwrap_or(json!(null)))
        .and_where(col("id").eq(id));
    change(db, &update).await
}

async fn change(db: &Db, update: &sea_orm::sea_query::UpdateStatement) -> Result<()> {
    let txn = db.begin_write().await?;
    txn.execute(update).await?;
    txn.commit().await?;
    Ok(())
}
