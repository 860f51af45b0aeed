//! The demo portfolio, inside the program: real projects as sourced facts. See `demo/README.md`.
use super::portfolio::{File, load};
use crate::access;
use crate::clock::today;
use crate::regimes;
use crate::state::AppState;
use crate::store::unit::{Intent, Unit};
use crate::store::view::{Scope, View};
use crate::store::{Error, Result};
use entity::vocab::PrincipalKind;
use sea_orm::DbErr;

const FILES: [&str; 7] = [
    include_str!("../../demo/organisations.json"),
    include_str!("../../demo/funders.json"),
    include_str!("../../demo/programmes.json"),
    include_str!("../../demo/projects.json"),
    include_str!("../../demo/agreements.json"),
    include_str!("../../demo/events.json"),
    include_str!("../../demo/publications.json"),
];

/// Loads the demo into a register that is empty but for regimes; answers how many records came in, none where it is not empty.
///
/// # Errors
/// When the database refuses; the portfolio itself is checked by a test.
pub async fn load_demo(state: &AppState) -> Result<Option<usize>> {
    let now = state.clock.now();
    let txn = state.db.begin_write().await?;
    let principal_id = access::principal(&txn, "demo", PrincipalKind::Service, now).await?;
    txn.commit().await?;
    let intent = Intent {
        principal_id,
        token_id: None,
        granted: None,
        reason: Some("The demo portfolio: real projects as sourced facts.".to_owned()),
        request_id: None,
        dry_run: false,
        now,
        as_of: today(now, state.config.time_zone),
    };
    let view = View::now(Scope::Register);
    let clock = state.clock.clone();
    let mut unit = Unit::begin(&state.db, &crate::REGISTER, crate::PROJECTIONS, view, intent, clock).await?;
    let outcome = fill(&mut unit).await;
    unit.finish(&state.db, outcome).await
}

async fn fill(unit: &mut Unit) -> Result<Option<usize>> {
    // Regimes come with the program: a server that was started before has published them.
    if !unit.reader().is_empty_but_for(&["regime"]).await? {
        return Ok(None);
    }
    let files: std::result::Result<Vec<File>, _> =
        FILES.iter().map(|text| serde_json::from_str(text)).collect();
    let files = files.map_err(|e| Error::Database(DbErr::Json(e.to_string())))?;
    let shipped = regimes::shipped(&unit.reader()).await?;
    load(unit, files, shipped).await.map(Some)
}
