//! How long it takes to verify, sign and prove a history of 100,000 entries: `cargo bench --bench audit`. Figures, not
//! verdicts. SQLite in a temporary folder, or the empty PostgreSQL database that `DATABASE_URL` names.
#![expect(clippy::unwrap_used, reason = "a bench may")]
use axum::body::Body;
use axum::http::Request;
use entity::vocab::{PrincipalKind, Role};
use grantline::access::{self, Grant, NewToken};
use grantline::clock::{Clock, SystemClock};
use grantline::config::{Config, Settings};
use grantline::history::audit::note::SecretKey;
use grantline::history::audit::{Outside, make, proof, verify};
use grantline::http::router;
use grantline::state::AppState;
use grantline::store::db::Db;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;
use tower::ServiceExt;

const ENTRIES: usize = 100_000;
const BATCH: usize = 200;

/// The most memory that this process has held, in MiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite://{}", folder.path().join("bench.db").display());
    let url = std::env::var("DATABASE_URL").unwrap_or(file);
    let db = Db::connect(&url, 5).await.unwrap();
    db.migrate().await.unwrap();
    let clock = Arc::new(SystemClock);
    let mut settings = Settings::default();
    settings.set("body_limit", "10m");
    let config = Arc::new(Config::load(settings).unwrap());
    let state = AppState::new(db.clone(), clock.clone(), config).await.unwrap();
    let new = NewToken {
        principal: "bench".into(),
        kind: PrincipalKind::Service,
        name: "bench".into(),
        grants: vec![Grant { role: Role::Admin, root: None }],
        expires_at: None,
    };
    let token = access::issue(&db, new, clock.now()).await.unwrap().text;
    let router = router(state);

    let start = Instant::now();
    for batch in 0..ENTRIES / BATCH {
        let items: Vec<Value> = (0..BATCH)
            .map(|n| json!({"name": {"lv": format!("Iestāde {batch}-{n}"), "en": format!("Office {batch}-{n}")}}))
            .collect();
        let request = Request::post("/v1/organisations/batch")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("prefer", "return=minimal")
            .body(Body::from(json!({"items": items}).to_string()));
        let answer = router.clone().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(answer.status(), 201);
    }
    println!("{ENTRIES} entries were written in {:.1?}; {} MiB at most", start.elapsed(), peak());

    let key = SecretKey::new("bench.example.org", &[7; 32]).unwrap();
    let start = Instant::now();
    make(&db, clock.as_ref(), &key).await.unwrap();
    println!("signed in {:.2?}", start.elapsed());
    let start = Instant::now();
    proof::prove(&db, ENTRIES as i64 / 2).await.unwrap();
    println!("an entry proven in {:.2?}", start.elapsed());
    let (start, before) = (Instant::now(), peak());
    let outside = Outside { key: Some(key.public()), checkpoints: vec![] };
    let report = verify(&db, &outside, &|| ()).await.unwrap();
    println!("verified in {:.2?}; memory {before} → {} MiB at most", start.elapsed(), peak());
    assert!(report.clean && report.proven_up_to == Some(ENTRIES as i64), "{report:?}");
    db.close().await;
}
