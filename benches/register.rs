//! How long lists and writes take on a register of some size: `cargo bench`. Figures, not verdicts: nothing here fails
//! for being slow. SQLite in a temporary folder, or the empty PostgreSQL database that `DATABASE_URL` names.
#![expect(clippy::unwrap_used, reason = "a bench may")]
use axum::body::Body;
use axum::http::Request;
use entity::vocab::{PrincipalKind, Role};
use grantline::access::{self, Grant, NewToken};
use grantline::clock::{Clock, SystemClock};
use grantline::config::{Config, Settings};
use grantline::http::router;
use grantline::state::AppState;
use grantline::store::db::Db;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower::ServiceExt;

/// Projects in the register.
const PROJECTS: usize = 5_000;
const ROUNDS: usize = 50;

struct Bench {
    router: axum::Router,
    token: String,
}

impl Bench {
    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(body.map_or(Body::empty(), |b| Body::from(b.to_string())));
        let response = self.router.clone().oneshot(request.unwrap()).await.unwrap();
        assert!(response.status().is_success(), "{method} {path}: {}", response.status());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    }

    async fn time(&self, what: &str, path: &str) {
        let mut times: Vec<Duration> = Vec::new();
        for _ in 0..ROUNDS {
            let start = Instant::now();
            self.ask("GET", path, None).await;
            times.push(start.elapsed());
        }
        times.sort();
        println!("{what:<44} median {:>8.2?}  worst {:>8.2?}", times[ROUNDS / 2], times[ROUNDS - 1]);
    }
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite://{}", folder.path().join("bench.db").display());
    let url = std::env::var("DATABASE_URL").unwrap_or(file);
    let db = Db::connect(&url, 5).await.unwrap();
    db.migrate().await.unwrap();
    let clock = Arc::new(SystemClock);
    let config = Config::load(Settings::default()).unwrap();
    let state = AppState::new(db.clone(), clock.clone(), Arc::new(config)).await.unwrap();
    let new = NewToken {
        principal: "bench".into(),
        kind: PrincipalKind::Service,
        name: "bench".into(),
        grants: vec![Grant { role: Role::Admin, root: None }],
        expires_at: None,
    };
    let token = access::issue(&db, new, clock.now()).await.unwrap().text;
    let bench = Bench { router: router(state), token };

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

    bench.time("one project by code", "/v1/projects/P02500").await;
    bench.time("a page of 50", "/v1/projects").await;
    bench.time("a page of 200, chosen members", "/v1/projects?limit=200&fields=id,code,title").await;
    bench
        .time(
            "sorted by end, filtered by start",
            "/v1/projects?sort=-planned_period.end&planned_period.start[gte]=2015-01-01",
        )
        .await;
    bench
        .time(
            "by country, with total and facets",
            "/v1/projects?country=BY&include_total=true&facets=country,status",
        )
        .await;
    bench.time("search", "/v1/projects?q=skersosana%2042").await;
    db.close().await;
}
