//! A database that is away, and one that is there and answers nobody: every caller is told so within two seconds, and the
//! server finds it again by itself.
use super::writers::{Ledger, Writers};
use super::{audit, own_postgres, report, rounds, token_on};
use crate::support::client::Client;
use crate::support::cluster::Server;
use crate::support::process::Process;
use futures_util::future::join_all;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Ordinary requests, each told that the database is away, and the slowest answer.
async fn told(client: &Client) -> Duration {
    let ask = async |n: u32| {
        let asked = Instant::now();
        let answer = match n % 4 {
            0 => client.get("/v1/projects").await,
            1 => client.get("/v1/projects/NONE").await,
            2 => client.post("/v1/projects", json!({"code": format!("A-{n}"), "title": {"en": "A"}})).await,
            _ => client.get("/readyz").await,
        };
        let answer = answer.unwrap();
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (503, "unavailable"));
        assert_eq!(answer.header("retry-after"), "5");
        asked.elapsed()
    };
    let asked = Instant::now();
    assert_eq!(client.get("/livez").await.unwrap().status, 200, "alive, though not ready");
    assert!(asked.elapsed() < Duration::from_millis(500), "{:?}", asked.elapsed());
    let mut slowest = Duration::ZERO;
    for batch in 0..2 {
        slowest =
            slowest.max(join_all((0..20).map(|n| ask(batch * 20 + n))).await.into_iter().max().unwrap());
    }
    slowest
}

/// Takes the database away while writers are at work, and brings it back.
async fn comes_and_goes(what: &str, away: impl Fn(&mut Server), back: impl Fn(&mut Server)) {
    let Some((mut postgres, url)) = own_postgres().await else { return };
    let token = token_on(&url).await;
    let mut server = Process::serve(&url, &[]).await;
    let client = Client::new(server.address, &token);
    let ledger = Arc::new(Ledger::default());
    let (rounds, mut told_in, mut back_in) = (rounds(2).min(10), Duration::ZERO, Duration::ZERO);
    for _ in 0..rounds {
        let writers = Writers::start(8, &client, ledger.clone());
        writers.under_way().await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        away(&mut postgres);
        tokio::time::sleep(Duration::from_millis(500)).await;
        told_in = told_in.max(told(&client).await);
        back(&mut postgres);
        let begun = Instant::now();
        server.ready(Duration::from_secs(5)).await;
        writers.under_way().await;
        back_in = back_in.max(begun.elapsed());
        writers.stop().await;
        let reads = join_all((0..30).map(|_| client.get("/v1/projects?limit=1"))).await;
        assert!(reads.into_iter().all(|answer| answer.unwrap().status == 200), "the pool is whole again");
        ledger.hold_against(&url).await;
    }
    audit(&url).await;
    let (refused, slowest) = ledger.refused();
    report(&format!(
        "PostgreSQL {what} {rounds} times: 503 within {told_in:?}, writing again after {back_in:?}; \
         {refused} writes refused, the slowest after {slowest:?}; {}",
        ledger.summary()
    ));
    assert!(told_in < Duration::from_secs(2), "{told_in:?}");
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    assert!(back_in < Duration::from_secs(5), "{back_in:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_goes_away() {
    comes_and_goes("went away", Server::kill, Server::start_again).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_hangs() {
    comes_and_goes("hung", Server::hang, Server::go_on).await;
}
