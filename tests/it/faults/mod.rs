//! Faults made on purpose: processes killed, databases that go away or hang, disks that fill, clients that dawdle,
//! bodies that are too much. Each is small here; `GRANTLINE_FAULT_ROUNDS` makes it as long as wanted, and the figures
//! are printed (CONTRIBUTING.md, "Faults").

mod bodies;
mod disk;
mod kills;
mod outage;
mod servers;
mod slow;
pub mod writers;

use crate::support::cluster::say;
use crate::support::database::{TestDatabase, create_empty, empty};
use crate::support::{App, Engine, cluster};
use entity::vocab::{PrincipalKind, Role};
use grantline::access::{self, Grant, NewToken};
use grantline::clock::{Clock, SystemClock};
use grantline::store::db::Db;

/// How often a fault is made: as `GRANTLINE_FAULT_ROUNDS` says, else a few times.
fn rounds(few: u32) -> u32 {
    std::env::var("GRANTLINE_FAULT_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(few)
}

/// Whether the faults are wanted at their full size.
fn at_length() -> bool {
    rounds(0) >= 50
}

/// A figure for whoever reads the test's output.
fn report(line: &str) {
    say(&format!("fault: {line}"));
}

/// Brings the database's schema up to date and makes a token of the role `admin` on it.
pub async fn token_on(url: &str) -> String {
    let db = Db::connect(url, 1).await.unwrap();
    db.migrate().await.unwrap();
    let new = NewToken {
        principal: "writers".into(),
        kind: PrincipalKind::Service,
        name: "faults".into(),
        grants: vec![Grant { role: Role::Admin, root: None }],
        expires_at: None,
    };
    let token = access::issue(&db, new, SystemClock.now()).await.unwrap().text;
    db.close().await;
    token
}

/// Holds a register's tables against each other, after a last write that gives each entry its position.
pub async fn audit(url: &str) {
    let app = App::on(TestDatabase::elsewhere(url)).await;
    app.organisation("The last").await;
    app.audit().await;
    app.state.db.close().await;
}

/// A database of the test's own on the tests' common server, or a file.
pub async fn common(engine: Engine) -> Option<TestDatabase> {
    empty(engine).await
}

/// A server of the test's own with a database on it, and the database's address.
async fn own_postgres() -> Option<(cluster::Server, String)> {
    let server = cluster::own()?;
    create_empty(&server, "register").await;
    let url = server.url("register");
    Some((server, url))
}
