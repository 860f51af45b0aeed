//! The audit trail that every write leaves: an entry per changed aggregate, and the states of its rows in their
//! twins. Reading it back is the business of views and of the history room.
//!
//! Two numbers. `seq` is taken inside the writing transaction and orders the entries of one aggregate. With
//! several writers transactions commit in another order than they took their numbers, so a reader who went by
//! `seq` could skip an entry that committed late. `position` is given after commit, under a lock, to entries that
//! are visible: it never goes back, and readers go by it.
use super::Result;
use super::db::{Db, Engine};
use super::digest::{Content, Hash, NO_LINK, Place, hex_digest};
use super::table::{Row, Table};
use super::unit::{Intent, Touched};
use super::view::TWIN;
use crate::clock::Clock;
use chrono::{DateTime, Utc};
use entity::history_entry;
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait, Func, IntoIden, IntoValueTuple, JoinType, Order, Query, TableRef, ValueTuple,
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait};
use std::collections::HashMap;
use uuid::Uuid;

/// Locks the numbering on PostgreSQL; any constant of ours would do.
const SEQUENCER_LOCK: i64 = 0x6772_616e_746c_696e;

/// What is written or numbered in one statement: three values each, within what both databases bind.
const MOST_PLACES: usize = 2000;

/// The same of entries, which have a dozen values.
const MOST_ENTRIES: usize = 500;

/// A row as a unit of work left it; none where it was deleted.
pub struct Change {
    pub table: &'static Table,
    pub id: Uuid,
    pub row: Option<Row>,
}

/// Writes an entry for each touched aggregate, closes the twins of its changed rows and opens new ones. The number of
/// statements does not depend on how many were touched, but for [`MOST_PLACES`].
pub async fn write(txn: &DatabaseTransaction, intent: &Intent, touched: &[Touched]) -> Result<()> {
    for touched in touched.chunks(MOST_PLACES) {
        let seqs = enter(txn, intent, touched).await?;
        let mut changed: Vec<(&'static Table, Vec<(&Change, i64)>)> = Vec::new();
        for aggregate in touched {
            let seq = *seqs.get(&aggregate.id).ok_or_else(|| DbErr::RecordNotInserted)?;
            for change in &aggregate.changes {
                match changed.iter_mut().find(|(table, _)| table.name == change.table.name) {
                    Some((_, changes)) => changes.push((change, seq)),
                    None => changed.push((change.table, vec![(change, seq)])),
                }
            }
        }
        for (table, changes) in changed {
            for changes in changes.chunks(MOST_PLACES) {
                keep(txn, table, changes).await?;
            }
        }
    }
    Ok(())
}

/// Writes the entries; answers the `seq` of each aggregate's.
async fn enter(
    txn: &DatabaseTransaction,
    intent: &Intent,
    touched: &[Touched],
) -> Result<HashMap<Uuid, i64>> {
    let newest = newest(txn, touched).await?;
    let mut seqs = HashMap::new();
    for touched in touched.chunks(MOST_ENTRIES) {
        let entries = touched.iter().map(|aggregate| {
            let previous = newest.get(&aggregate.id);
            history_entry::ActiveModel {
                aggregate: Set(aggregate.resource.name.to_owned()),
                aggregate_id: Set(aggregate.id),
                action: Set(aggregate.action.to_owned()),
                version: Set(aggregate.version),
                principal_id: Set(intent.principal_id),
                token_id: Set(intent.token_id),
                granted: Set(intent.granted.clone()),
                at: Set(intent.now),
                reason: Set(intent.reason.clone()),
                request_id: Set(intent.request_id.clone()),
                digest: Set(digest(intent, aggregate, previous.map(|(_, digest)| digest.as_str()))),
                previous_seq: Set(previous.map(|(seq, _)| *seq)),
                ..Default::default()
            }
        });
        let written = history_entry::Entity::insert_many(entries).exec_with_returning(txn).await?;
        seqs.extend(written.into_iter().map(|entry| (entry.aggregate_id, entry.seq)));
    }
    Ok(seqs)
}

/// The newest entry of each aggregate that has one: its `seq` and digest.
async fn newest(txn: &DatabaseTransaction, touched: &[Touched]) -> Result<HashMap<Uuid, (i64, String)>> {
    let entry = Alias::new("history_entry");
    let last = Query::select()
        .expr(Expr::col(Alias::new("seq")).max())
        .from(entry.clone())
        .and_where(Expr::col(Alias::new("aggregate_id")).is_in(touched.iter().map(|t| t.id)))
        .group_by_col(Alias::new("aggregate_id"))
        .to_owned();
    let mut select = Query::select();
    select
        .columns(["aggregate_id", "seq", "digest"].map(Alias::new))
        .from(entry)
        .and_where(Expr::col(Alias::new("seq")).in_subquery(last));
    let mut found = HashMap::new();
    for row in txn.query_all(&select).await? {
        found.insert(row.try_get("", "aggregate_id")?, (row.try_get("", "seq")?, row.try_get("", "digest")?));
    }
    Ok(found)
}

fn digest(intent: &Intent, aggregate: &Touched, previous: Option<&str>) -> String {
    let content = Content {
        aggregate: aggregate.resource.name,
        id: aggregate.id,
        action: aggregate.action,
        version: aggregate.version,
        principal_id: intent.principal_id,
        token_id: intent.token_id,
        at: intent.now,
        reason: intent.reason.as_deref(),
        request_id: intent.request_id.as_deref(),
        previous,
    };
    hex_digest(&content.text(aggregate.changes.iter().map(|c| (c.table, c.id, c.row.as_ref()))))
}

/// Ends the rows' newest states in their twin and, unless they were deleted, copies the live rows as the next ones.
async fn keep(txn: &DatabaseTransaction, table: &Table, changes: &[(&Change, i64)]) -> Result<()> {
    let twin = Alias::new(format!("{}{TWIN}", table.name));
    let entry = Alias::new("entry");
    // Both databases call the columns of a list of values so.
    let of = |n: usize| Expr::col((entry.clone(), Alias::new(format!("column{n}"))));
    let list = |live: bool| {
        let these = changes.iter().filter(|(change, _)| !live || change.row.is_some());
        these.map(|(change, seq)| (change.id, *seq).into_value_tuple()).collect::<Vec<ValueTuple>>()
    };
    let mut close = Query::update();
    close
        .table(twin.clone())
        .from(TableRef::ValuesList(list(false), entry.clone().into_iden()))
        .value(Alias::new("seq_to"), of(2))
        .and_where(of(1).equals((twin.clone(), Alias::new("id"))))
        .and_where(Expr::col((twin.clone(), Alias::new("seq_to"))).is_null());
    txn.execute(&close).await?;
    let live = list(true);
    if live.is_empty() {
        return Ok(());
    }
    let (columns, own) = (table.columns(), Alias::new(table.name));
    let mut copy = Query::select();
    for name in columns.iter().map(|c| c.name) {
        copy.column((own.clone(), Alias::new(name)));
    }
    copy.expr(of(2)).from(own.clone()).join(
        JoinType::InnerJoin,
        TableRef::ValuesList(live, entry.clone().into_iden()),
        of(1).equals((own.clone(), Alias::new("id"))),
    );
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
/// register's state at an instant stays so. Each is linked to the position before it, so that an order changed later
/// shows.
pub async fn sequence(txn: &DatabaseTransaction, clock: &dyn Clock) -> Result<()> {
    let entry = Alias::new("history_entry");
    let newest = Query::select()
        .columns(["position", "sequenced_at", "link"].map(Alias::new))
        .from(entry.clone())
        .and_where(Expr::col(Alias::new("position")).is_not_null())
        .order_by(Alias::new("position"), Order::Desc)
        .limit(1)
        .to_owned();
    let (mut last, mut at, mut link) = (0i64, clock.now(), NO_LINK);
    if let Some(row) = txn.query_one(&newest).await? {
        last = row.try_get("", "position")?;
        let before: Option<DateTime<Utc>> = row.try_get("", "sequenced_at")?;
        at = before.filter(|before| *before > at).unwrap_or(at);
        link = link_of(row.try_get("", "link")?);
    }
    let waiting = Query::select()
        .columns(["seq", "digest"].map(Alias::new))
        .from(entry.clone())
        .and_where(Expr::col(Alias::new("position")).is_null())
        .order_by(Alias::new("seq"), Order::Asc)
        .to_owned();
    let mut places: Vec<ValueTuple> = Vec::new();
    for row in txn.query_all(&waiting).await? {
        let (seq, digest) = (row.try_get("", "seq")?, row.try_get("", "digest")?);
        last += 1;
        let place = Place { seq, position: last, sequenced_at: at, digest };
        link = place.link(&link);
        places.push((seq, last, hex::encode(link)).into_value_tuple());
    }
    for places in places.chunks(MOST_PLACES) {
        let place = Alias::new("place");
        // Both databases call the columns of a list of values so.
        let of = |n: usize| Expr::col((place.clone(), Alias::new(format!("column{n}"))));
        let mut update = Query::update();
        update
            .table(entry.clone())
            .from(TableRef::ValuesList(places.to_vec(), place.clone().into_iden()))
            .value(Alias::new("position"), of(2))
            .value(Alias::new("link"), of(3))
            .value(Alias::new("sequenced_at"), at)
            .and_where(of(1).equals((entry.clone(), Alias::new("seq"))));
        txn.execute(&update).await?;
    }
    Ok(())
}

/// An entry of before there were links counts as none.
pub fn link_of(link: Option<String>) -> Hash {
    let bytes = link.and_then(|link| hex::decode(link).ok());
    bytes.and_then(|bytes| bytes.try_into().ok()).unwrap_or(NO_LINK)
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

/// The position of the newest entry that has one; 0 before the first.
pub async fn last_position(txn: &DatabaseTransaction) -> Result<i64> {
    let select = Query::select()
        .expr_as(Expr::col(Alias::new("position")).max(), "position")
        .from(Alias::new("history_entry"))
        .to_owned();
    let row = txn.query_one(&select).await?;
    Ok(row.map(|row| row.try_get("", "position")).transpose()?.flatten().unwrap_or(0))
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
