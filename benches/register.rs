//! How long lists and writes take on a register of some size: `cargo bench --bench register`. Figures, not verdicts:
//! nothing here fails for being slow. SQLite in a temporary folder, or the empty PostgreSQL database that `DATABASE_URL`
//! names.
#![expect(clippy::unwrap_used, reason = "a bench may")]
#[path = "support.rs"]
mod support;

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use support::Bench;

/// Projects in the register.
const PROJECTS: usize = 5_000;
const ROUNDS: usize = 50;

async fn time(bench: &Bench, what: &str, path: &str) {
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        bench.ask("GET", path, None).await;
        times.push(start.elapsed());
    }
    times.sort();
    println!("{what:<44} median {:>8.2?}  worst {:>8.2?}", times[ROUNDS / 2], times[ROUNDS - 1]);
}

#[tokio::main]
async fn main() {
    let bench = Bench::new().await;
    let start = Instant::now();
    for batch in 0..PROJECTS / 100 {
        let items: Vec<Value> = (0..100)
            .map(|n| {
                let number = batch * 100 + n;
                json!({
                    "code": format!("P{number:05}"),
                    "title": {"lv": format!("Robežu šķērsošana {number}"), "en": format!("Crossing {number}")},
                    "planned_period": {"start": format!("20{:02}-01-01", number % 30), "duration_months": 24},
                    "countries": [{"country": "LV"}, {"country": if number % 2 == 0 { "BY" } else { "LT" }}],
                })
            })
            .collect();
        bench.ask("POST", "/v1/projects/batch", Some(json!({"items": items}))).await;
    }
    let took = start.elapsed();
    println!(
        "{PROJECTS} projects in batches of 100: {took:.2?}, {:.0} a second",
        PROJECTS as f64 / took.as_secs_f64()
    );

    let start = Instant::now();
    for n in 0..200 {
        bench
            .ask("POST", "/v1/organisations", Some(json!({"name": {"en": format!("Organisation {n}")}})))
            .await;
    }
    let took = start.elapsed();
    println!("200 organisations one by one: {took:.2?}, {:.0} a second", 200.0 / took.as_secs_f64());

    time(&bench, "one project by code", "/v1/projects/P02500").await;
    time(&bench, "a page of 50", "/v1/projects").await;
    time(&bench, "a page of 200, chosen members", "/v1/projects?limit=200&fields=id,code,title").await;
    time(
        &bench,
        "sorted by end, filtered by start",
        "/v1/projects?sort=-planned_period.end&planned_period.start[gte]=2015-01-01",
    )
    .await;
    time(
        &bench,
        "by country, with total and facets",
        "/v1/projects?country=BY&include_total=true&facets=country,status",
    )
    .await;
    time(&bench, "search", "/v1/projects?q=skersosana%2042").await;
    bench.db.close().await;
}
