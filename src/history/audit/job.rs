//! Verifications that go on after the answer: one at a time, in the background of the server that was asked; the result
//! stays in the database.
use super::key::load;
use super::report::Report;
use super::store::{FAILED, Run, alive, begin_run, end_run, last_run};
use super::verify::{Outside, verify};
use crate::state::AppState;
use crate::store::Result;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

/// How often a run tells that it goes on, in seconds.
const TELL: i64 = 20;

/// The newest run as it stands; a new one where there is none, or where its server died.
pub async fn current(state: &AppState, by: Uuid) -> Result<Run> {
    let last = last_run(&state.db.begin_read().await?).await?;
    match last.filter(|run| run.finished_at.is_some() || run.goes_on(state.clock.now())) {
        Some(run) => Ok(run),
        None => start(state, by).await,
    }
}

/// A new run, or the one that goes on.
pub async fn start(state: &AppState, by: Uuid) -> Result<Run> {
    let (run, new) = begin_run(&state.db, by, state.clock.now()).await?;
    if new {
        let (id, state) = (run.id, state.clone());
        state.clone().tasks.spawn(async move { work(state, id).await });
    }
    Ok(run)
}

async fn work(state: AppState, id: Uuid) {
    let outside = outside(&state);
    let told = Arc::new(AtomicI64::new(state.clock.now().timestamp()));
    let progress = || {
        let now = state.clock.now();
        if now.timestamp() - told.load(Ordering::Relaxed) >= TELL {
            told.store(now.timestamp(), Ordering::Relaxed);
            let db = state.db.clone();
            // On its own: the run does not wait for writers.
            state.tasks.spawn(async move { drop(alive(&db, id, now).await) });
        }
    };
    let report = match verify(&state.db, &outside, &progress).await {
        Ok(report) => Some(report),
        Err(error) => {
            tracing::error!(%error, "the history could not be verified");
            None
        }
    };
    if let Some(report) = report.as_ref().filter(|report| !report.clean) {
        tracing::error!(faults = report.fault_count, first = ?report.faults.first(), "the history was tampered with");
    }
    if let Err(error) = end_run(&state.db, id, report.map(|r| json!(r)), state.clock.now()).await {
        tracing::error!(%error, "the result of the verification could not be kept");
    }
}

/// What the server knows from outside the database: its own key.
fn outside(state: &AppState) -> Outside {
    let key = state.config.audit_key.as_ref().map(|path| load(path));
    match key.transpose() {
        Ok(key) => Outside { key: key.map(|key| key.public()), checkpoints: Vec::new() },
        Err(error) => {
            tracing::warn!(error = format!("{error:#}"), "verifying without the audit key");
            Outside::default()
        }
    }
}

/// The report of a run; none while it goes on, or where it failed.
pub fn report(run: &Run) -> Option<Report> {
    run.report.as_ref().and_then(|report| serde_json::from_value(report.clone()).ok())
}

/// How a run stands, as it is shown: one whose server died has failed.
pub fn state_of(run: &Run, now: chrono::DateTime<chrono::Utc>) -> String {
    match run.finished_at.is_none() && !run.goes_on(now) {
        true => FAILED.to_owned(),
        false => run.state.clone(),
    }
}
