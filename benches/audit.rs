//! How long it takes to verify, sign and prove a history of 100,000 entries: `cargo bench --bench audit`. Figures, not
//! verdicts. SQLite in a temporary folder, or the empty PostgreSQL database that `DATABASE_URL` names.
#![expect(clippy::unwrap_used, reason = "a bench may")]
#[path = "support.rs"]
#[expect(dead_code, reason = "each bench uses its part")]
mod support;

use grantline::clock::SystemClock;
use grantline::history::audit::note::SecretKey;
use grantline::history::audit::{Outside, make, proof, verify};
use serde_json::{Value, json};
use std::time::Instant;
use support::Bench;

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
    let bench = Bench::new().await;
    let db = &bench.db;
    let start = Instant::now();
    for batch in 0..ENTRIES / BATCH {
        let items: Vec<Value> = (0..BATCH)
            .map(|n| json!({"name": {"lv": format!("Iestāde {batch}-{n}"), "en": format!("Office {batch}-{n}")}}))
            .collect();
        bench.ask("POST", "/v1/organisations/batch", Some(json!({"items": items}))).await;
    }
    println!("{ENTRIES} entries were written in {:.1?}; {} MiB at most", start.elapsed(), peak());

    let key = SecretKey::new("bench.example.org", &[7; 32]).unwrap();
    let start = Instant::now();
    make(db, &SystemClock, &key).await.unwrap();
    println!("signed in {:.2?}", start.elapsed());
    let start = Instant::now();
    proof::prove(db, ENTRIES as i64 / 2).await.unwrap();
    println!("an entry proven in {:.2?}", start.elapsed());
    let (start, before) = (Instant::now(), peak());
    let outside = Outside { key: Some(key.public()), checkpoints: vec![] };
    let report = verify(db, &outside, &|| ()).await.unwrap();
    println!("verified in {:.2?}; memory {before} → {} MiB at most", start.elapsed(), peak());
    assert!(report.clean && report.proven_up_to == Some(ENTRIES as i64), "{report:?}");
    db.close().await;
}
