//! The regimes that come with the program: on every installation from its first start. They are documents like any
//! other; a new funder is uploaded and needs no program.
use super::publish::{Draft, Published, publish};
use super::store::find;
use crate::access;
use crate::clock::{new_id, today};
use crate::http::plain;
use crate::shared::yaml;
use crate::state::AppState;
use crate::store::classify::{DbFault, classify};
use crate::store::unit::{Intent, Unit};
use crate::store::view::{Scope, View};
use crate::store::{Error, Result, read::Reader};
use entity::vocab::PrincipalKind;
use std::collections::HashMap;
use std::time::Duration;
use uuid::Uuid;

const PROFILES: [&str; 3] = [
    include_str!("profiles/eu-prag-icmpd-mpf.yaml"),
    include_str!("profiles/eu-mga-2021-27.yaml"),
    include_str!("profiles/us-2cfr200.yaml"),
];

/// In whose name they are published.
const PRINCIPAL: &str = "regimes of the program";
/// Servers that start at once on one database get into each other's way a few times at most.
const TRIES: u32 = 10;

/// Publishes those that are not there; answers how many that were.
///
/// # Errors
/// When the database refuses; the documents themselves are checked by a test.
pub async fn ship(state: &AppState) -> anyhow::Result<usize> {
    let mut shipped = 0;
    for draft in drafts()? {
        let mut tries = 1;
        loop {
            match one(state, &draft).await {
                Ok(new) => {
                    shipped += usize::from(new);
                    break;
                }
                Err(Error::Database(error)) if tries < TRIES && in_the_way(&classify(&error)) => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(50) * tries).await;
                }
                Err(Error::Invalid(faults)) => anyhow::bail!("{}: {}", draft.key, plain(&faults)),
                Err(other) => return Err(other.into()),
            }
        }
    }
    Ok(shipped)
}

/// The ids of the records of those that come with the program and are published, by `id:version`.
///
/// # Errors
/// What the database says.
pub async fn shipped(reader: &Reader<'_>) -> Result<HashMap<String, Uuid>> {
    let mut found = HashMap::new();
    for draft in drafts().unwrap_or_default() {
        found.extend(find(reader, &draft.key).await?.map(|row| (draft.key.to_string(), row.id)));
    }
    Ok(found)
}

fn in_the_way(fault: &DbFault) -> bool {
    matches!(fault, DbFault::Unique { .. } | DbFault::Busy)
}

fn drafts() -> anyhow::Result<Vec<Draft>> {
    let draft = |text: &&str| {
        let read = yaml::read(text).map_err(anyhow::Error::msg)?;
        Draft::new(read.value, &read.plain, read.faults).map_err(|faults| anyhow::anyhow!(plain(&faults)))
    };
    PROFILES.iter().map(draft).collect()
}

async fn one(state: &AppState, draft: &Draft) -> Result<bool> {
    let (now, zone) = (state.clock.now(), state.config.time_zone);
    let (txn, view) = (state.db.begin_read().await?, View::now(Scope::Register));
    let (engine, as_of) = (state.db.engine, today(now, zone));
    let reader = Reader { view: &view, conn: &txn, engine, register: &crate::REGISTER, as_of };
    // Most starts write nothing.
    if find(&reader, &draft.key).await?.is_some() {
        return Ok(false);
    }
    drop(txn);
    let txn = state.db.begin_write().await?;
    let principal_id = access::principal(&txn, PRINCIPAL, PrincipalKind::Service, now).await?;
    txn.commit().await?;
    let intent = Intent {
        principal_id,
        token_id: None,
        granted: None,
        reason: Some("It comes with the program.".to_owned()),
        request_id: Some(new_id(now).to_string()),
        dry_run: false,
        now,
        as_of,
    };
    let clock = state.clock.clone();
    let mut unit = Unit::begin(&state.db, &crate::REGISTER, crate::PROJECTIONS, view, intent, clock).await?;
    let outcome = publish(&mut unit, draft).await;
    let published = unit.finish(&state.db, outcome).await?;
    Ok(matches!(published, Published::New(_)))
}

/// The documents themselves, for tests of what is worked out from them.
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
pub fn documents() -> Vec<(super::model::RegimeKey, serde_json::Value)> {
    drafts().unwrap().into_iter().map(|draft| (draft.key, draft.document)).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn they_are_what_a_regime_must_be() {
        let keys: Vec<String> = drafts().unwrap().iter().map(|draft| draft.key.to_string()).collect();
        assert_eq!(keys, ["eu-prag-icmpd-mpf:2019.1", "eu-mga-2021-27:2024.1", "us-2cfr200:2024.1"]);
    }
}
