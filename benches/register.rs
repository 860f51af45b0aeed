//! How long lists and writes take on a register of some size: `cargo bench --bench register`. Figures, not verdicts:
//! nothing here fails for being slow. SQLite in a temporary folder, or the empty PostgreSQL database that `DATABASE_URL`
//! names.
#![expect(clippy::unwrap_used, reason = "a bench may")]
#[path = "support.rs"]
mod support;

use entity::vocab::Role;
use grantline::access::Grant;
use grantline::clock::{Clock, SystemClock};
use grantline::store::scope::Root;
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

    let (funder, projects) = pay(&bench).await;
    ask_all(&bench, "everything").await;
    let scope = Root::Funder(funder.parse().unwrap());
    ask_all(&bench.with(&[Grant { role: Role::Auditor, root: Some(scope) }]).await, "a funder's").await;
    for id in projects {
        let path = format!("/v1/projects/{id}");
        bench.patch(&path, json!({"publication_tiers": {"record": "public"}})).await;
    }
    ask_all(&bench.without_token(), "what is public").await;
    bench.db.close().await;
}

/// A funder with an agreement for every tenth project: its id and theirs.
async fn pay(bench: &Bench) -> (String, Vec<String>) {
    let id = |made: Value| made["id"].as_str().unwrap().to_owned();
    let organisation =
        id(bench.ask("POST", "/v1/organisations", Some(json!({"name": {"en": "Payer"}}))).await);
    let funder = id(bench.ask("POST", "/v1/funders", Some(json!({"organisation_id": organisation}))).await);
    let mut projects = Vec::new();
    for number in (0..PROJECTS).step_by(10) {
        let project = id(bench.ask("GET", &format!("/v1/projects/P{number:05}"), None).await);
        let agreement = json!({"reference": format!("A/{number}"), "funder_id": funder});
        let agreement = id(bench.ask("POST", "/v1/grant-agreements", Some(agreement)).await);
        let path = format!("/v1/grant-agreements/{agreement}");
        bench.part(&path, "project-links", json!({"project_id": project})).await;
        projects.push(project);
    }
    (funder, projects)
}

/// The same questions of a caller.
async fn ask_all(bench: &Bench, who: &str) {
    println!("{who}:");
    time(bench, "  one project by code", "/v1/projects/P02500").await;
    time(bench, "  a page of 50", "/v1/projects").await;
    time(bench, "  a page of 200, chosen members", "/v1/projects?limit=200&fields=id,code,title").await;
    let sorted = "/v1/projects?sort=-planned_period.end&planned_period.start[gte]=2015-01-01";
    time(bench, "  sorted by end, filtered by start", sorted).await;
    let counted = "/v1/projects?country=BY&include_total=true&facets=country,status";
    time(bench, "  by country, with total and facets", counted).await;
    time(bench, "  search", "/v1/projects?q=skersosana%2042").await;
    if bench.has_token() {
        let now = SystemClock.now().format("%FT%TZ");
        time(bench, "  a page of the feed", "/v1/changes").await;
        time(bench, "  a page of the past", &format!("/v1/projects?known_at={now}")).await;
    }
}
