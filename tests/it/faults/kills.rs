//! `kill -9` of the server, and of PostgreSQL, while 16 writers are at work: nothing acknowledged is lost, nothing is half
//! written, history is whole.
use super::writers::{Ledger, Writers};
use super::{audit, common, own_postgres, report, rounds, token_on};
use crate::support::Engine;
use crate::support::client::Client;
use crate::support::process::Process;
use std::sync::Arc;
use std::time::Duration;

const WRITERS: usize = 16;

/// A moment of work that differs from round to round, so that the kill falls on different steps of it.
fn moment(round: u32) -> Duration {
    Duration::from_millis(100 + u64::from(round * 37 % 100) * 5)
}

async fn the_server_is_killed(engine: Engine) {
    let Some(database) = common(engine).await else { return };
    let token = token_on(&database.url).await;
    let ledger = Arc::new(Ledger::default());
    let rounds = rounds(3);
    for round in 0..rounds {
        let server = Process::serve(&database.url, &[]).await;
        let writers = Writers::start(WRITERS, &Client::new(server.address, &token), ledger.clone());
        writers.under_way().await;
        tokio::time::sleep(moment(round)).await;
        server.kill();
        writers.stop().await;
        ledger.hold_against(&database.url).await;
    }
    audit(&database.url).await;
    report(&format!("server killed {rounds} times on {engine:?}: {}", ledger.summary()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_is_killed_on_sqlite() {
    the_server_is_killed(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_is_killed_on_postgres() {
    the_server_is_killed(Engine::Postgres).await;
}

/// The server stays, and finds its database again by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_killed() {
    let Some((mut postgres, url)) = own_postgres().await else { return };
    let token = token_on(&url).await;
    let mut server = Process::serve(&url, &[]).await;
    let ledger = Arc::new(Ledger::default());
    let (rounds, mut slowest) = (rounds(3), Duration::ZERO);
    for round in 0..rounds {
        let writers = Writers::start(WRITERS, &Client::new(server.address, &token), ledger.clone());
        writers.under_way().await;
        tokio::time::sleep(moment(round)).await;
        postgres.kill();
        tokio::time::sleep(Duration::from_millis(200)).await;
        postgres.start_again();
        slowest = slowest.max(server.ready(Duration::from_secs(5)).await);
        writers.stop().await;
        ledger.hold_against(&url).await;
    }
    audit(&url).await;
    report(&format!(
        "PostgreSQL killed {rounds} times: ready again after {slowest:?} at most; {}",
        ledger.summary()
    ));
}
