//! A disk that is full, under SQLite: writers are told so, readers are not disturbed, nothing is lost, and when there is
//! space again writing goes on by itself.
use super::writers::{Ledger, Writers};
use super::{audit, common, report, rounds, say, token_on};
use crate::support::Engine;
use crate::support::client::Client;
use crate::support::cluster::required;
use crate::support::process::{Process, grantline};
use grantline::store::db::Db;
use sea_orm::ConnectionTrait;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Runs a program ($4…) with a small disk of its own at $1, on which the database $2 is $3; the disk goes with the
/// program.
const ON_A_SMALL_DISK: &str =
    r#"mount -t tmpfs -o size=40m tmpfs "$1" && cp "$2" "$1/$3" && shift 3 && exec "$@""#;

/// A shell that may mount: root's, else one that is root in a namespace of its own, where the system allows that.
fn mounting_shell() -> Option<Command> {
    for flags in [&["--mount"][..], &["--user", "--map-root-user", "--mount"][..]] {
        let tried =
            Command::new("unshare").args(flags).args(["sh", "-c", "mount -t tmpfs tmpfs /mnt"]).output();
        if tried.is_ok_and(|tried| tried.status.success()) {
            let mut shell = Command::new("unshare");
            shell.args(flags).args(["sh", "-c", ON_A_SMALL_DISK, "sh"]);
            return Some(shell);
        }
    }
    assert!(!required("mount"), "GRANTLINE_TEST_REQUIRE lists mount, but nothing may be mounted here");
    say("NOT TESTED on a full disk: nothing may be mounted here (run as root, or allow user namespaces)");
    None
}

/// Everything that is free, taken.
fn fill(disk: &Path) {
    let mut ballast = std::fs::File::create(disk.join("ballast")).unwrap();
    for size in [1 << 20, 4096, 1] {
        while ballast.write_all(&vec![0; size]).is_ok() {}
    }
}

async fn reads_go_on(client: &Client) {
    for path in ["/v1/projects", "/v1/organisations?limit=200", "/readyz"] {
        let answer = client.get(path).await.unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_disk_is_full_on_sqlite() {
    let Some(mut shell) = mounting_shell() else { return };
    let template = common(Engine::Sqlite).await.unwrap();
    let token = token_on(&template.url).await;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("register.db").display());
    let program = grantline(&[]);
    shell.arg(folder.path()).arg(template.url.trim_start_matches("sqlite://")).arg("register.db");
    shell.arg(program.get_program()).args(["serve", "--database-url", &url]).stdin(Stdio::null());
    let server = Process::serve_with(shell, &[]).await;
    // As the server sees it.
    let inside = folder.path().strip_prefix("/").unwrap();
    let disk: PathBuf = Path::new("/proc").join(server.id().to_string()).join("root").join(inside);
    let (client, ledger) = (Client::new(server.address, &token), Arc::new(Ledger::default()));
    let (rounds, mut back_in) = (rounds(2).min(10), Duration::ZERO);
    for _ in 0..rounds {
        let writers = Writers::start(8, &client, ledger.clone());
        writers.under_way().await;
        fill(&disk);
        let (before, begun) = (ledger.refused().0, Instant::now());
        // The log has room of its own for some more.
        while ledger.refused().0 < before + 50 {
            assert!(begun.elapsed() < Duration::from_secs(30), "it is never full: {}", ledger.summary());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        reads_go_on(&client).await;
        std::fs::remove_file(disk.join("ballast")).unwrap();
        let begun = Instant::now();
        writers.under_way().await;
        back_in = back_in.max(begun.elapsed());
        reads_go_on(&client).await;
        writers.stop().await;
    }
    // Nobody writes now: the file and its log are one state. The disk goes with the server.
    let kept = tempfile::tempdir().unwrap();
    for name in ["register.db", "register.db-wal"] {
        std::fs::copy(disk.join(name), kept.path().join(name)).unwrap();
    }
    server.kill();
    let url = format!("sqlite://{}", kept.path().join("register.db").display());
    let db = Db::connect(&url, 1).await.unwrap();
    let check = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "PRAGMA integrity_check");
    let found = db.read.query_one_raw(check).await.unwrap().unwrap();
    assert_eq!(found.try_get_by_index::<String>(0).unwrap(), "ok");
    db.close().await;
    ledger.hold_against(&url).await;
    audit(&url).await;
    let (refused, _) = ledger.refused();
    report(&format!(
        "disk full {rounds} times on SQLite: {refused} writes refused, writing again {back_in:?} after there was \
         space; {}",
        ledger.summary()
    ));
    assert!(ledger.only_refused_with("507"), "{}", ledger.summary());
    assert!(back_in < Duration::from_secs(5), "{back_in:?}");
}
