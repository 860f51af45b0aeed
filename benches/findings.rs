//! What the findings of a portfolio cost: `cargo bench --bench findings`. 1,000 agreements, each with 10 reporting periods,
//! 50 events and 20 publications of some 3,000 characters; and re-planning an agreement of 60 periods. Figures, not
//! verdicts. SQLite in a temporary folder, or the empty PostgreSQL database that `DATABASE_URL` names. The process's own
//! CPU time is told: with SQLite that of the database too.
#![expect(clippy::unwrap_used, reason = "a bench may")]
#[path = "support.rs"]
#[expect(dead_code, reason = "each bench uses its part")]
mod support;

use grantline::regimes::ship;
use grantline::store::db::Engine;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use support::Bench;

const AGREEMENTS: usize = 1_000;
const EVENTS: usize = 50;
const PUBLICATIONS: usize = 20;
const ROUNDS: usize = 5;

/// CPU time that this process has used so far.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after = stat.rsplit_once(')').unwrap().1;
    let ticks: u64 = after.split_whitespace().skip(11).take(2).map(|text| text.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

async fn time(bench: &Bench, what: &str, path: &str) {
    let mut costs = Vec::new();
    for _ in 0..ROUNDS {
        let (start, before) = (Instant::now(), cpu());
        bench.ask("GET", path, None).await;
        costs.push((cpu().saturating_sub(before), start.elapsed()));
    }
    let first = costs[0];
    costs.sort();
    let median = costs[ROUNDS / 2];
    println!("{what:<52} CPU {:>8.2?} (first {:>8.2?})  elapsed {:>8.2?}", median.0, first.0, median.1);
}

fn article(n: usize) -> String {
    let says = "Šis projekts tiek finansēts no Eiropas Savienības līdzekļiem. ";
    let body = "Semināra dalībnieki apsprieda “robežšķērsošanas” incidentu izmeklēšanu – un to, kā īstenot sadarbību. ".repeat(28);
    if n.is_multiple_of(2) { format!("{body}{says}") } else { body }
}

async fn batch(bench: &Bench, path: &str, items: Vec<Value>) -> Vec<String> {
    let mut ids = Vec::new();
    for items in items.chunks(100) {
        let made = bench.ask("POST", &format!("/v1/{path}/batch"), Some(json!({"items": items}))).await;
        ids.extend(
            made["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()),
        );
    }
    ids
}

/// Links records to agreements, the same number to each: without requests, of which there would be too many, and so without
/// history.
async fn link(bench: &Bench, of: &str, records: &[String], agreements: &[String]) {
    let each = records.len() / agreements.len();
    let id = |text: &str| match bench.db.engine {
        Engine::Sqlite => format!("x'{}'", text.replace('-', "")),
        Engine::Postgres => format!("'{text}'"),
    };
    let rows: Vec<String> = records
        .iter()
        .enumerate()
        .map(|(n, record)| format!("({0}, {0}, {1})", id(record), id(&agreements[n / each])))
        .collect();
    for rows in rows.chunks(1000) {
        let sql =
            format!("INSERT INTO {of}_link (id, {of}_id, grant_agreement_id) VALUES {}", rows.join(", "));
        bench.db.write.execute_unprepared(&sql).await.unwrap();
    }
}

#[tokio::main]
async fn main() {
    let bench = Bench::new().await;
    ship(&bench.state).await.unwrap();
    let regime = bench.ask("GET", "/v1/regimes/eu-prag-icmpd-mpf", None).await["record_id"].clone();
    let start = Instant::now();
    let period = json!({"start": "2019-01-01", "end": "2023-12-31", "duration_months": null});
    let agreement = |n: usize| json!({"reference": format!("A/{n}"), "regime_id": regime, "implementation_period": period});
    let agreements = batch(&bench, "grant-agreements", (0..AGREEMENTS).map(agreement).collect()).await;
    let months = json!({"path": "reporting.period_months", "value": 6, "clause": "Special Conditions"});
    for id in &agreements {
        bench.part(&format!("/v1/grant-agreements/{id}"), "overrides", months.clone()).await;
    }
    let event = |n: usize| json!({"title": {"en": format!("Meeting {n}")}, "kind": "seminar", "mode": "in_person", "state": "held", "starts": "2021-02-19"});
    let events = batch(&bench, "events", (0..AGREEMENTS * EVENTS).map(event).collect()).await;
    let publication = |n: usize| json!({"kind": "web_article", "title": {"lv": format!("Raksts {n}")}, "language": "lv", "text": article(n)});
    let publications =
        batch(&bench, "publications", (0..AGREEMENTS * PUBLICATIONS).map(publication).collect()).await;
    link(&bench, "event", &events, &agreements).await;
    link(&bench, "publication", &publications, &agreements).await;
    println!("the register was made in {:.0?}", start.elapsed());
    time(&bench, "all findings, counted", "/v1/findings?as_of=2024-01-01&include_total=true&facets=result")
        .await;
    time(&bench, "failures, counted by rule", "/v1/findings?as_of=2024-01-01&result=fail&facets=rule").await;
    time(&bench, "a page of 50", "/v1/findings?as_of=2024-01-01").await;
    time(
        &bench,
        "an agreement's",
        &format!("/v1/grant-agreements/{}/findings?as_of=2024-01-01", agreements[500]),
    )
    .await;

    let body = json!({"regime_id": regime, "implementation_period": {"start": "2019-01-01", "end": "2023-12-31", "duration_months": null}});
    let id = bench.ask("POST", "/v1/grant-agreements", Some(body)).await["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/grant-agreements/{id}");
    let months = json!({"path": "reporting.period_months", "value": 1, "clause": "Monthly"});
    bench.part(&path, "overrides", months).await;
    let mut costs = Vec::new();
    for n in 0..20 {
        let end = json!({"implementation_period": {"end": format!("2023-12-{:02}", 31 - n)}});
        let (start, before) = (Instant::now(), cpu());
        bench.patch(&path, end).await;
        costs.push((start.elapsed(), cpu().saturating_sub(before)));
    }
    costs.sort();
    println!("60 periods planned anew: median {:.2?}, worst {:.2?}", costs[10].0, costs[19].0);
    bench.db.close().await;
}
