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
    Alias, Expr, ExprTrait, Func, IntoIden, IntoValueTuple, Order, Query, TableRef, ValueTuple,
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait};
use uuid::Uuid;

/// Locks the numbering on PostgreSQL; any constant of ours would do.
const SEQUENCER_LOCK: i64 = 0x6772_616e_746c_696e;

/// Entries that are numbered in one statement: three values each, within what both databases bind.
const MOST_PLACES: usize = 2000;

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
            granted: Set(intent.granted.clone()),
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
