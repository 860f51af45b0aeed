//! Keeps erasures true: what the journal tells is erased again where a restored back-up brought it back, what the
//! database tells is in the journal, and what was restricted is erased when its time has come. At the start, and every
//! hour while serving.
use super::PERSON;
use super::journal::{Act, Line};
use crate::access;
use crate::clock::{new_id, today};
use crate::state::AppState;
use crate::store::aggregate::typed_value;
use crate::store::personal::{self, ERASED, REMOVALS, RESTRICTED_NOW, Removal};
use crate::store::read::{Reader, column, id_in};
use crate::store::unit::{Intent, Unit};
use crate::store::view::{Scope, View};
use crate::store::{Error, Result, Row};
use chrono::NaiveDate;
use entity::vocab::{ErasureGround, PrincipalKind, Word};
use sea_orm::DatabaseTransaction;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// In whose name erasures are repeated and restrictions ended.
const PRINCIPAL: &str = "erasures";

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Erasures and restrictions of the journal that were applied again.
    pub repeated: usize,
    /// Restrictions that had run their time.
    pub ended: usize,
    /// Lines that the journal lacked.
    pub journaled: usize,
}

/// # Errors
/// What the database or the journal's file says. What was done stays done; the rest is done the next time.
pub async fn keep_up(state: &AppState) -> anyhow::Result<Kept> {
    let mut kept = Kept::default();
    let words = state.journal.last_words()?;
    for line in words.values() {
        kept.repeated += usize::from(repeat(state, line).await?);
    }
    let (now, zone) = (state.clock.now(), state.config.time_zone);
    for row in due(state, today(now, zone)).await? {
        let ground = row.get("removal_ground").and_then(Value::as_str);
        let ground = ground.unwrap_or(ErasureGround::NoLongerNecessary.code());
        let reason = "The restriction has run its time.";
        kept.ended += usize::from(remove(state, &row, Removal::Erase, ground, reason).await?);
    }
    if state.journal.path().is_some() {
        for line in in_the_database(state).await? {
            let known = words.get(&line.id).is_some_and(|word| {
                word.act != Act::Restricted
                    || (line.act == Act::Restricted && word.restricted_until == line.restricted_until)
            });
            if !known {
                state.journal.append(&line).await?;
                kept.journaled += 1;
            }
        }
    }
    Ok(kept)
}

/// The records whose restriction has run its time.
async fn due(state: &AppState, today: NaiveDate) -> Result<Vec<Row>> {
    let (txn, view) = (state.db.begin_read().await?, View::now(Scope::Register));
    let reader = reader(state, &txn, &view);
    let mut select = view.select(&PERSON.table);
    select.and_where(column(&PERSON.table, "restricted_until").lt(today)).limit(1000);
    reader.rows(&PERSON.table, &select).await
}

/// What the history tells of erasures, the newest of each record.
async fn in_the_database(state: &AppState) -> Result<Vec<Line>> {
    let (txn, view) = (state.db.begin_read().await?, View::now(Scope::Register));
    let reader = reader(state, &txn, &view);
    let mut select = Query::select();
    select
        .columns(["aggregate_id", "action", "at", "principal_id"].map(Alias::new))
        .from(Alias::new("history_entry"))
        .and_where(Expr::col(Alias::new("aggregate")).eq(PERSON.name))
        .and_where(Expr::col(Alias::new("action")).is_in(REMOVALS))
        .order_by(Alias::new("seq"), Order::Asc);
    let mut lines: BTreeMap<Uuid, Line> = BTreeMap::new();
    for row in reader.query(&select).await? {
        let (id, action): (Uuid, String) = (row.try_get("", "aggregate_id")?, row.try_get("", "action")?);
        let act = match action.as_str() {
            ERASED => Act::Erased,
            RESTRICTED_NOW => Act::Restricted,
            _ => Act::Deleted,
        };
        let (at, by) = (row.try_get("", "at")?, row.try_get("", "principal_id")?);
        let (resource, ground, restricted_until) = (PERSON.name.to_owned(), None, None);
        lines.insert(id, Line { at, resource, id, act, ground, restricted_until, by });
    }
    let ids: Vec<Uuid> = lines.keys().copied().collect();
    for ids in ids.chunks(1000) {
        for row in reader.rows_of(&PERSON, ids).await? {
            if let Some(line) = id_in(&row, "id").and_then(|id| lines.get_mut(&id)) {
                line.ground = row.get("removal_ground").and_then(Value::as_str).map(str::to_owned);
                line.restricted_until = typed_value(row.get("restricted_until"))?;
            }
        }
    }
    Ok(lines.into_values().collect())
}

fn reader<'a>(state: &AppState, conn: &'a DatabaseTransaction, view: &'a View) -> Reader<'a> {
    let as_of = today(state.clock.now(), state.config.time_zone);
    Reader { view, conn, engine: state.db.engine, register: &crate::REGISTER, as_of }
}

/// Does again what a line tells, where the record still has its personal data.
async fn repeat(state: &AppState, line: &Line) -> Result<bool> {
    if line.resource != PERSON.name {
        return Ok(false);
    }
    let (txn, view) = (state.db.begin_read().await?, View::now(Scope::Register));
    let row = match reader(state, &txn, &view).row(&PERSON, line.id).await {
        Ok(row) => row,
        Err(Error::NotFound) => return Ok(false),
        Err(other) => return Err(other),
    };
    drop(txn);
    let removal = match (line.act, line.restricted_until) {
        (Act::Restricted, Some(until)) => Removal::Restrict { until },
        _ => Removal::Erase,
    };
    let restricted = row.get("restricted_at").is_some_and(|at| !at.is_null());
    let gone = row.get("erased_at").is_some_and(|at| !at.is_null());
    if gone || (restricted && removal != Removal::Erase) {
        return Ok(false);
    }
    let ground = line.ground.as_deref().unwrap_or(ErasureGround::NoLongerNecessary.code());
    remove(state, &row, removal, ground, "Told by the erasure journal: the record had come back.").await
}

/// False where somebody else was at the record at the same moment: they, or the next hour, will have done it.
async fn remove(state: &AppState, row: &Row, removal: Removal, ground: &str, reason: &str) -> Result<bool> {
    let (Some(id), Some(version)) = (id_in(row, "id"), row.get("version").and_then(Value::as_i64)) else {
        return Ok(false);
    };
    let mut unit = begin(state, reason).await?;
    let outcome = personal::remove(&mut unit, &PERSON, id, version, removal, ground).await;
    match unit.finish(&state.db, outcome).await {
        Ok(()) => {
            tracing::info!(person = %id, reason, "personal data was removed");
            Ok(true)
        }
        Err(Error::Stale { .. } | Error::NotFound | Error::Refused(_)) => Ok(false),
        Err(other) => Err(other),
    }
}

async fn begin(state: &AppState, reason: &str) -> Result<Unit> {
    let now = state.clock.now();
    let txn = state.db.begin_write().await?;
    let principal_id = access::principal(&txn, PRINCIPAL, PrincipalKind::Service, now).await?;
    txn.commit().await?;
    let intent = Intent {
        principal_id,
        token_id: None,
        granted: None,
        reason: Some(reason.to_owned()),
        request_id: Some(new_id(now).to_string()),
        dry_run: false,
        now,
        as_of: today(now, state.config.time_zone),
    };
    let view = View::now(Scope::Register);
    Unit::begin(&state.db, &crate::REGISTER, crate::PROJECTIONS, view, intent, state.clock.clone()).await
}
