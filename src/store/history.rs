//! The audit trail that every write leaves: an entry per changed aggregate, and the states of its rows in their
//! twins. Reading it back is the business of views and of the history room.
//!
//! Two numbers. `seq` is taken inside the writing transaction and orders the entries of one aggregate. With
//! several writers transactions commit in another order than they took their numbers, so a reader who went by
//! `seq` could skip an entry that committed late. `position` is given after commit, under a lock, to entries that
//! are visible: it never goes back, and readers go by it.
use super::Result;
use super::db::{Db, Engine};
use super::table::{Row, Table};
use super::unit::{Intent, Touched};
use super::view::TWIN;
use crate::clock::Clock;
use chrono::{DateTime, Utc};
use entity::history_entry;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, IntoIden, Order, Query, TableRef};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Locks the numbering on PostgreSQL; any constant of ours would do.
const SEQUENCER_LOCK: i64 = 0x6772_616e_746c_696e;

/// A row as a unit of work left it; none where it was deleted.
pub struct Change {
    pub table: &'static Table,
    pub id: Uuid,
    pub row: Option<Row>,
}

/// Writes an entry for each touched aggregate, closes the twins of its changed rows and opens new ones.
pub async fn write(txn: &DatabaseTransaction, intent: &Intent, touched: &[Touched]) -> Result<()> {
    for aggregate in touched {
        let previous = newest(txn, aggregate.id).await?;
        let entry = history_entry::ActiveModel {
            aggregate: Set(aggregate.resource.name.to_owned()),
            aggregate_id: Set(aggregate.id),
            action: Set(aggregate.action.to_owned()),
            version: Set(aggregate.version),
            principal_id: Set(intent.principal_id),
            token_id: Set(intent.token_id),
            at: Set(intent.now),
            reason: Set(intent.reason.clone()),
            request_id: Set(intent.request_id.clone()),
            digest: Set(digest(intent, aggregate, previous.as_ref().map(|(_, digest)| digest.as_str()))),
            previous_seq: Set(previous.map(|(seq, _)| seq)),
            ..Default::default()
        };
        let seq = history_entry::Entity::insert(entry).exec(txn).await?.last_insert_id;
        for change in &aggregate.changes {
            keep(txn, change, seq).await?;
        }
    }
    Ok(())
}

async fn newest(txn: &DatabaseTransaction, aggregate: Uuid) -> Result<Option<(i64, String)>> {
    let mut select = Query::select();
    select
        .columns([Alias::new("seq"), Alias::new("digest")])
        .from(Alias::new("history_entry"))
        .and_where(Expr::col(Alias::new("aggregate_id")).eq(aggregate))
        .order_by(Alias::new("seq"), Order::Desc)
        .limit(1);
    Ok(match txn.query_one(&select).await? {
        Some(row) => Some((row.try_get("", "seq")?, row.try_get("", "digest")?)),
        None => None,
    })
}

/// SHA-256 over the entry, the rows it leaves and the entry before it, as JSON with sorted members. Rows stand in the
/// order of table and id, so that their twins give the same digest again.
fn digest(intent: &Intent, aggregate: &Touched, previous: Option<&str>) -> String {
    let mut changes: Vec<&Change> = aggregate.changes.iter().collect();
    changes.sort_unstable_by_key(|change| (change.table.name, change.id));
    let rows: Vec<Value> = changes
        .into_iter()
        .map(|change| json!({"table": change.table.name, "id": change.id, "row": change.row}))
        .collect();
    let mut content = json!({
        "aggregate": aggregate.resource.name,
        "id": aggregate.id,
        "action": aggregate.action,
        "version": aggregate.version,
        "principal_id": intent.principal_id,
        "token_id": intent.token_id,
        "at": intent.now,
        "reason": intent.reason,
        "rows": rows,
        "previous": previous,
    });
    content.sort_all_objects();
    Sha256::digest(content.to_string()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Ends the row's newest state in its twin and, unless it was deleted, copies the live row as the next one.
async fn keep(txn: &DatabaseTransaction, change: &Change, seq: i64) -> Result<()> {
    let twin = Alias::new(format!("{}{TWIN}", change.table.name));
    let mut close = Query::update();
    close
        .table(twin.clone())
        .value(Alias::new("seq_to"), seq)
        .and_where(Expr::col(Alias::new("id")).eq(change.id))
        .and_where(Expr::col(Alias::new("seq_to")).is_null());
    txn.execute(&close).await?;
    if change.row.is_none() {
        return Ok(());
    }
    let columns = change.table.columns();
    let mut copy = Query::select();
    for name in columns.iter().map(|c| c.name) {
        copy.column(Alias::new(name));
    }
    copy.expr(Expr::value(seq))
        .from(Alias::new(change.table.name))
        .and_where(Expr::col(Alias::new("id")).eq(change.id));
    let mut open = Query::insert();
    open.into_table(twin)
        .columns(columns.iter().map(|c| Alias::new(c.name)).chain([Alias::new("seq_from")]))
        .select_from(copy)
        .map_err(|e| DbErr::Custom(e.to_string()))?;
    txn.execute(&open).await?;
    Ok(())
}

/// Numbers the committed entries that have no position yet, in the order of `seq`. Their time is the one at which
/// they are numbered, not that of their requests, and never before that of an earlier position: what was the
/// register's state at an instant stays so.
pub async fn sequence(txn: &DatabaseTransaction, clock: &dyn Clock) -> Result<()> {
    let entry = Alias::new("history_entry");
    let newest = Query::select()
        .columns([Alias::new("position"), Alias::new("sequenced_at")])
        .from(entry.clone())
        .and_where(Expr::col(Alias::new("position")).is_not_null())
        .order_by(Alias::new("position"), Order::Desc)
        .limit(1)
        .to_owned();
    let (mut last, mut at) = (0i64, clock.now());
    if let Some(row) = txn.query_one(&newest).await? {
        last = row.try_get("", "position")?;
        let before: Option<DateTime<Utc>> = row.try_get("", "sequenced_at")?;
        at = before.filter(|before| *before > at).unwrap_or(at);
    }
    let waiting = Query::select()
        .column(Alias::new("seq"))
        .expr_as(Expr::cust("ROW_NUMBER() OVER (ORDER BY seq)"), Alias::new("place"))
        .from(entry.clone())
        .and_where(Expr::col(Alias::new("position")).is_null())
        .to_owned();
    let mut update = Query::update();
    update
        .table(entry.clone())
        .from(TableRef::SubQuery(Box::new(waiting), Alias::new("waiting").into_iden()))
        .value(Alias::new("position"), Expr::col((Alias::new("waiting"), Alias::new("place"))).add(last))
        .value(Alias::new("sequenced_at"), at)
        .and_where(Expr::col((entry, Alias::new("seq"))).equals((Alias::new("waiting"), Alias::new("seq"))));
    txn.execute(&update).await?;
    Ok(())
}

/// The same in a transaction of its own, one server at a time (PostgreSQL).
pub async fn sequence_after_commit(db: &Db, clock: &dyn Clock) -> Result<()> {
    let txn = db.begin_write().await?;
    let lock = Query::select()
        .expr(Func::cust(Alias::new("pg_advisory_xact_lock")).arg(Expr::value(SEQUENCER_LOCK)))
        .to_owned();
    txn.query_one(&lock).await?;
    sequence(&txn, clock).await?;
    txn.commit().await?;
    Ok(())
}

/// Numbers entries that a server committed and did not live to number (PostgreSQL; elsewhere none can wait).
pub async fn number_waiting(db: &Db, clock: &dyn Clock) -> Result<()> {
    if db.engine == Engine::Sqlite {
        return Ok(());
    }
    let waiting = Query::select()
        .column(Alias::new("seq"))
        .from(Alias::new("history_entry"))
        .and_where(Expr::col(Alias::new("position")).is_null())
        .limit(1)
        .to_owned();
    let txn = db.begin_read().await?;
    let found = txn.query_one(&waiting).await?;
    txn.rollback().await?;
    match found {
        Some(_) => sequence_after_commit(db, clock).await,
        None => Ok(()),
    }
}

/// The position of the last entry that had been committed at an instant; 0 before the first.
pub async fn position_at(txn: &DatabaseTransaction, at: DateTime<Utc>) -> Result<i64> {
    let select = Query::select()
        .column(Alias::new("position"))
        .from(Alias::new("history_entry"))
        .and_where(Expr::col(Alias::new("sequenced_at")).lte(at))
        .order_by(Alias::new("sequenced_at"), Order::Desc)
        .order_by(Alias::new("position"), Order::Desc)
        .limit(1)
        .to_owned();
    Ok(match txn.query_one(&select).await? {
        Some(row) => row.try_get("", "position")?,
        None => 0,
    })
}
