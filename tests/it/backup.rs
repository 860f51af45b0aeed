//! Back-ups: taken while writers are at work, put back, and held against what was acknowledged. What a restore must
//! refuse so that nothing is lost.
use crate::faults::writers::{Ledger, Writers, projects};
use crate::faults::{audit, common, token_on};
use crate::support::client::Client;
use crate::support::cluster::{program, server};
use crate::support::database::{Content, TestDatabase, empty, fresh};
use crate::support::process::{Process, run};
use crate::support::{App, Engine};
use grantline::store::db::Db;
use sea_orm::ConnectionTrait;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Lets writers work on a server, runs `copy` in the middle of it, and answers what had been acknowledged before.
async fn under_load(url: &str, copy: impl AsyncFnOnce()) -> HashMap<Uuid, i64> {
    let token = token_on(url).await;
    let server = Process::serve(url, &[]).await;
    let ledger = Arc::new(Ledger::default());
    let writers = Writers::start(8, &Client::new(server.address, &token), ledger.clone());
    writers.under_way().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (before, begun) = (ledger.so_far(), ledger.acknowledged());
    copy().await;
    let ended = ledger.acknowledged();
    tokio::time::sleep(Duration::from_millis(100)).await;
    writers.stop().await;
    assert!(before.len() > 2, "the writers had begun");
    assert!(ended > begun, "they went on meanwhile");
    before
}

/// Every acknowledged row is in the copy, and the copy does not contradict itself.
async fn holds(url: &str, before: HashMap<Uuid, i64>) {
    let there = projects(url).await;
    for (id, version) in before {
        assert!(there.get(&id).is_some_and(|kept| *kept >= version), "{id} was at version {version}");
    }
    audit(url).await;
}

/// The blocking command beside the writers.
async fn command(arguments: &[&str]) -> Output {
    let arguments: Vec<String> = arguments.iter().map(|a| (*a).to_owned()).collect();
    let run = move || run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_made_under_load_holds_all_that_was_acknowledged_on_sqlite() {
    let Some(database) = common(Engine::Sqlite).await else { return };
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    let before = under_load(&database.url, async || {
        let done = command(&["backup", copy.to_str().unwrap(), "--database-url", &database.url]).await;
        assert!(done.status.success(), "{}", said(&done));
        assert!(said(&done).contains(" changes, the newest of 20"), "{}", said(&done));
    });
    let before = before.await;
    assert_eq!(names(folder.path()), ["copy.db"], "nothing else is left");
    let restored = url(&folder.path().join("restored.db"));
    let done = command(&["restore", copy.to_str().unwrap(), "--database-url", &restored]).await;
    assert!(done.status.success(), "{}", said(&done));
    let db = Db::connect(&restored, 1).await.unwrap();
    let check = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "PRAGMA integrity_check");
    let row = db.read.query_one_raw(check).await.unwrap().unwrap();
    assert_eq!(row.try_get_by_index::<String>(0).unwrap(), "ok");
    db.close().await;
    holds(&restored, before).await;
}

/// As the README has it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_made_under_load_holds_all_that_was_acknowledged_on_postgres() {
    let Some(database) = common(Engine::Postgres).await else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("grantline.dump").display().to_string();
    let run = |name: &'static str, arguments: Vec<String>| async move {
        let done = tokio::task::spawn_blocking(move || program(name).args(arguments).output().unwrap()).await;
        let done = done.unwrap();
        assert!(done.status.success(), "{name}: {}", said(&done));
    };
    let before = under_load(&database.url, async || {
        let dump = ["--format=custom".into(), format!("--file={file}"), database.url.clone()];
        run("pg_dump", dump.into()).await;
    });
    let before = before.await;
    let other = empty(Engine::Postgres).await.unwrap();
    let into = format!("--dbname={}", other.url);
    let flags = ["--exit-on-error", "--single-transaction", "--no-owner"].map(str::to_owned);
    run("pg_restore", flags.into_iter().chain([into, file.clone()]).collect()).await;
    holds(&other.url, before).await;
    for arguments in [["backup", "a.db"], ["restore", &file]] {
        let refused =
            command(&[arguments[0], arguments[1], "--database-url", &server().unwrap().admin_url()]).await;
        assert_eq!(refused.status.code(), Some(1));
        assert!(said(&refused).contains("pg_dump --format=custom"), "{}", said(&refused));
    }
}

fn url(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

fn names(folder: &Path) -> Vec<String> {
    let found = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = found.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

/// A folder with `register.db`, which holds one project, and `copy.db`, made before a second one.
struct Place {
    folder: tempfile::TempDir,
    _first: TestDatabase,
}

impl Place {
    async fn new() -> Self {
        let first = fresh(Engine::Sqlite, Content::Nothing).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(first.url.trim_start_matches("sqlite://"), folder.path().join("register.db")).unwrap();
        let place = Self { folder, _first: first };
        place.add("FIRST").await;
        assert_eq!(place.run(&["backup", "copy.db"]), "");
        place.add("SECOND").await;
        place
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn add(&self, code: &str) {
        let app = App::on(TestDatabase::elsewhere(&url(&self.at("register.db")))).await;
        app.project(code).await;
        app.state.db.close().await;
    }

    /// Runs a command on a file of the folder; the sentence of a refusal, or nothing.
    fn run(&self, command: &[&str]) -> String {
        self.run_on(command, "register.db")
    }

    fn run_on(&self, command: &[&str], database: &str) -> String {
        let (file, database) = (self.at(command[1]), url(&self.at(database)));
        let mut arguments = vec![command[0], file.to_str().unwrap(), "--database-url", &database];
        arguments.extend(&command[2..]);
        let done = run(&arguments);
        assert!(!names(self.folder.path()).iter().any(|name| name.contains("partial")), "{command:?}");
        if done.status.success() { String::new() } else { said(&done) }
    }

    async fn count(&self) -> usize {
        projects(&url(&self.at("register.db"))).await.len()
    }
}

#[tokio::test]
async fn nothing_is_overwritten_unless_told_so() {
    let place = Place::new().await;
    let refused = place.run(&["backup", "copy.db"]);
    assert!(refused.contains("is there already"), "{refused}");
    let refused = place.run(&["restore", "copy.db"]);
    assert!(refused.contains("holds records already") && refused.contains("--overwrite"), "{refused}");
    assert_eq!(place.count().await, 2);
    assert_eq!(place.run(&["restore", "copy.db", "--overwrite"]), "");
    assert_eq!(place.count().await, 1);
    audit(&url(&place.at("register.db"))).await;
    // A database without records is in nobody's way; one of another program is.
    assert_eq!(place.run_on(&["restore", "copy.db"], "new.db"), "");
    let empty = fresh(Engine::Sqlite, Content::Nothing).await.unwrap();
    std::fs::copy(empty.url.trim_start_matches("sqlite://"), place.at("blank.db")).unwrap();
    assert_eq!(place.run_on(&["restore", "copy.db"], "blank.db"), "");
    other_program(&place.at("other.db")).await;
    assert!(place.run_on(&["restore", "copy.db"], "other.db").contains("holds records already"));
    // What is left of a database that is gone would be taken for the new one's.
    std::fs::write(place.at("gone.db-wal"), "left").unwrap();
    assert!(place.run_on(&["restore", "copy.db"], "gone.db").contains("gone.db-wal is left"));
    assert_eq!(place.run_on(&["restore", "copy.db", "--overwrite"], "gone.db"), "");
    assert!(!place.at("gone.db-wal").exists());
}

async fn other_program(path: &Path) {
    let db = Db::connect(&url(path), 1).await.unwrap();
    db.write.execute_unprepared("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)").await.unwrap();
    db.close().await;
}

#[tokio::test]
async fn what_is_no_sound_copy_is_refused() {
    let place = Place::new().await;
    let copy = std::fs::read(place.at("copy.db")).unwrap();
    std::fs::write(place.at("text.db"), "this is no database, though long enough to look like a header")
        .unwrap();
    std::fs::write(place.at("empty.db"), "").unwrap();
    std::fs::write(place.at("short.db"), &copy[..copy.len() / 2]).unwrap();
    let mut spoilt = copy.clone();
    let (from, to) = (copy.len() / 2, copy.len() / 2 + 8192);
    spoilt[from..to].fill(0x5a);
    std::fs::write(place.at("spoilt.db"), spoilt).unwrap();
    other_program(&place.at("other.db")).await;
    std::fs::write(place.at("newer.db"), &copy).unwrap();
    let newer = Db::connect(&url(&place.at("newer.db")), 1).await.unwrap();
    let row = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m99990101_000001_future', 0)";
    newer.write.execute_unprepared(row).await.unwrap();
    newer.close().await;
    let before = std::fs::read(place.at("register.db")).unwrap();
    for (file, word) in [
        ("none.db", "There is no file"),
        ("text.db", "not a SQLite database"),
        ("empty.db", "is no database of Grantline"),
        ("short.db", "is not sound: its content is damaged"),
        ("spoilt.db", "is not sound: "),
        ("other.db", "is no database of Grantline"),
        ("newer.db", "newer version of grantline"),
    ] {
        let refused = place.run(&["restore", file, "--overwrite"]);
        assert!(refused.contains(word), "{file}: {refused}");
        assert_eq!(std::fs::read(place.at("register.db")).unwrap(), before, "{file}");
    }
    assert!(place.run_on(&["backup", "new.db"], "none.db").contains("There is no database"));
    assert!(!place.at("none.db").exists() && !place.at("new.db").exists());
    assert!(place.run_on(&["backup", "new.db"], "spoilt.db").contains("spoilt.db"));
    assert!(place.run(&["backup", "none/new.db"]).contains("can't be written"));
}

/// A server that runs would go on writing into the file that is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_database_in_use_is_replaced() {
    let place = Place::new().await;
    let server = Process::serve(&url(&place.at("register.db")), &[]).await;
    let refused = place.run(&["restore", "copy.db", "--overwrite"]);
    assert!(refused.contains("stop the server first"), "{refused}");
    assert_eq!(place.run(&["backup", "second.db"]), "", "a back-up needs no stop");
    server.kill();
    assert_eq!(place.count().await, 2);
    // What a killed server left beside the file is folded in, or goes with it.
    assert_eq!(place.run(&["restore", "copy.db", "--overwrite"]), "");
    assert_eq!(place.count().await, 1);
    assert_eq!(place.run(&["restore", "second.db", "--overwrite"]), "");
    assert_eq!(place.count().await, 2);
    // A file that is no database any more can be replaced.
    std::fs::write(place.at("register.db"), "the disk has eaten it, all but this line").unwrap();
    assert!(place.run(&["restore", "copy.db"]).contains("not a SQLite database"));
    assert_eq!(place.run(&["restore", "copy.db", "--overwrite"]), "");
    assert_eq!(place.count().await, 1);
}
