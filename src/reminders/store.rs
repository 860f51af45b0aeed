//! What was written to whom, in its table: beside the register, without a twin. A message is claimed before it is sent, in a
//! transaction of its own, so that of several servers one sends it; what became of it is kept afterwards.
use super::gather::Told;
use crate::clock::new_id;
use crate::store::Result;
use crate::store::db::Db;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::sea_query::{Alias, Cond, Expr, ExprTrait, OnConflict, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};
use std::collections::HashSet;
use uuid::Uuid;

const REMINDER: &str = "reminder";

/// Claimed; perhaps on its way.
pub const SENDING: &str = "sending";
/// A mail server took it over.
pub const SENT: &str = "sent";
/// A mail server refused it for good.
pub const REFUSED: &str = "refused";
/// Nobody knows: the connection was lost with the message under way, or the server that sent it ended.
pub const UNCERTAIN: &str = "uncertain";
pub const STATES: [&str; 4] = [SENDING, SENT, REFUSED, UNCERTAIN];

/// After which a claim without an outcome has lost its server. More than the longest that one message can take (17 minutes).
const LEASE: TimeDelta = TimeDelta::minutes(30);

const COLUMNS: [&str; 11] = [
    "id",
    "principal_id",
    "obligation_id",
    "rule",
    "due",
    "day",
    "message_id",
    "state",
    "claimed_at",
    "settled_at",
    "said",
];

/// A message as the database keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub id: Uuid,
    pub principal_id: Uuid,
    pub obligation_id: Option<Uuid>,
    pub rule: String,
    pub due: Option<NaiveDate>,
    pub day: NaiveDate,
    pub message_id: String,
    pub state: String,
    pub claimed_at: DateTime<Utc>,
    pub settled_at: Option<DateTime<Utc>>,
    pub said: Option<String>,
}

/// Which of them are asked for.
#[derive(Debug, Default)]
pub struct Which {
    pub states: Vec<String>,
    pub obligations: Vec<Uuid>,
    pub principals: Vec<Uuid>,
}

fn col(name: &str) -> Expr {
    Expr::col(Alias::new(name))
}

/// Which of these were claimed already.
pub async fn claimed(txn: &DatabaseTransaction, claims: &[String]) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    // No statement takes any number of values.
    for some in claims.chunks(1000) {
        let mut select = Query::select();
        select.column(Alias::new("claim")).from(Alias::new(REMINDER)).and_where(col("claim").is_in(some));
        for row in txn.query_all(&select).await? {
            found.insert(row.try_get("", "claim")?);
        }
    }
    Ok(found)
}

/// Takes a message to send; none where another has it, or had it.
pub async fn claim(db: &Db, told: &Told, message_id: &str, now: DateTime<Utc>) -> Result<Option<Uuid>> {
    let id = new_id(now);
    let mut insert = Query::insert();
    insert
        .into_table(Alias::new(REMINDER))
        .columns(["claim"].into_iter().chain(COLUMNS).map(Alias::new))
        .values_panic([
            Expr::value(told.claim()),
            Expr::value(id),
            Expr::value(told.to.id),
            Expr::value(told.obligation_id),
            Expr::value(told.rule.as_str()),
            Expr::value(told.due),
            Expr::value(told.day),
            Expr::value(message_id),
            Expr::value(SENDING),
            Expr::value(now),
            Expr::value(None::<DateTime<Utc>>),
            Expr::value(None::<String>),
        ])
        .on_conflict(OnConflict::column(Alias::new("claim")).do_nothing().to_owned());
    let txn = db.begin_write().await?;
    let mine = txn.execute(&insert).await?.rows_affected() == 1;
    txn.commit().await?;
    Ok(mine.then_some(id))
}

/// Keeps what became of a message. Who took so long that it was held for lost knows better.
pub async fn settle(db: &Db, id: Uuid, state: &str, said: &str, now: DateTime<Utc>) -> Result<()> {
    let mut update = Query::update();
    update
        .table(Alias::new(REMINDER))
        .value(Alias::new("state"), state)
        .value(Alias::new("said"), said)
        .value(Alias::new("settled_at"), now)
        .and_where(col("id").eq(id));
    let txn = db.begin_write().await?;
    txn.execute(&update).await?;
    txn.commit().await?;
    Ok(())
}

/// Gives a message back that was surely not sent, for another time.
pub async fn give_back(db: &Db, id: Uuid) -> Result<()> {
    let mut delete = Query::delete();
    delete.from_table(Alias::new(REMINDER)).and_where(col("id").eq(id)).and_where(col("state").eq(SENDING));
    let txn = db.begin_write().await?;
    txn.execute(&delete).await?;
    txn.commit().await?;
    Ok(())
}

/// Says of what lost its server that nobody knows; answers of how many.
pub async fn doubt(db: &Db, now: DateTime<Utc>) -> Result<u64> {
    let mut update = Query::update();
    update
        .table(Alias::new(REMINDER))
        .value(Alias::new("state"), UNCERTAIN)
        .value(Alias::new("said"), "the server that was sending it ended")
        .value(Alias::new("settled_at"), now)
        .and_where(col("state").eq(SENDING))
        .and_where(col("claimed_at").lt(now - LEASE));
    let txn = db.begin_write().await?;
    let lost = txn.execute(&update).await?.rows_affected();
    txn.commit().await?;
    Ok(lost)
}

/// Messages from the newest back, beyond a place.
pub async fn older(
    txn: &DatabaseTransaction,
    which: &Which,
    beyond: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let mut all = Cond::all();
    if !which.states.is_empty() {
        all = all.add(col("state").is_in(&which.states));
    }
    for (name, ids) in [("obligation_id", &which.obligations), ("principal_id", &which.principals)] {
        if !ids.is_empty() {
            all = all.add(col(name).is_in(ids.iter().copied()));
        }
    }
    if let Some(id) = beyond {
        all = all.add(col("id").lt(id));
    }
    let mut select = Query::select();
    select
        .columns(COLUMNS.map(Alias::new))
        .from(Alias::new(REMINDER))
        .cond_where(all)
        .order_by("id", Order::Desc)
        .limit(limit);
    txn.query_all(&select).await?.iter().map(kept).collect()
}

fn kept(row: &QueryResult) -> Result<Kept> {
    Ok(Kept {
        id: row.try_get("", "id")?,
        principal_id: row.try_get("", "principal_id")?,
        obligation_id: row.try_get("", "obligation_id")?,
        rule: row.try_get("", "rule")?,
        due: row.try_get("", "due")?,
        day: row.try_get("", "day")?,
        message_id: row.try_get("", "message_id")?,
        state: row.try_get("", "state")?,
        claimed_at: row.try_get("", "claimed_at")?,
        settled_at: row.try_get("", "settled_at")?,
        said: row.try_get("", "said")?,
    })
}
