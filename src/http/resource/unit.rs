//! Opening the store for a request: a snapshot to read, or a unit of work.
use crate::http::ask::{Ask, Moment};
use crate::http::problem::Problem;
use crate::state::AppState;
use crate::store::position_at;
use crate::store::read::Reader;
use crate::store::unit::{Intent, Unit};
use crate::store::view::View;
use chrono::NaiveDate;
use sea_orm::DatabaseTransaction;

/// A consistent snapshot, with the view that it is read through.
pub struct Snapshot {
    view: View,
    txn: DatabaseTransaction,
    as_of: NaiveDate,
    engine: crate::store::db::Engine,
}

pub async fn begin_read(state: &AppState, ask: &Ask, moment: Moment) -> Result<Snapshot, Problem> {
    let txn = state.db.begin_read().await.map_err(crate::store::Error::from)?;
    let view = match moment.known_at {
        None => ask.view(),
        Some(at) => ask.view().known_at(at, position_at(&txn, at).await?),
    };
    Ok(Snapshot { view, txn, as_of: moment.as_of, engine: state.db.engine })
}

impl Snapshot {
    pub fn reader(&self) -> Reader<'_> {
        Reader {
            view: &self.view,
            conn: &self.txn,
            engine: self.engine,
            register: &crate::REGISTER,
            as_of: self.as_of,
        }
    }
}

pub async fn begin_write(state: &AppState, ask: &Ask, intent: Intent) -> Result<Unit, Problem> {
    let clock = state.clock.clone();
    Ok(Unit::begin(&state.db, &crate::REGISTER, crate::PROJECTIONS, ask.view(), intent, clock).await?)
}
