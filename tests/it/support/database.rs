//! A database for each test: migrated once in a test process, then copied. Not the server it lies on.
use super::cluster::{self, Server};
use grantline::clock::FixedClock;
use grantline::config::{Config, Settings};
use grantline::imports::demo::load_demo;
use grantline::regimes::ship;
use grantline::state::AppState;
use grantline::store::db::Db;
pub use grantline::store::db::Engine;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbErr, Statement};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::{Mutex, OnceCell};

/// A database with the whole schema and no data, for one test. It goes when this is dropped.
pub struct TestDatabase {
    pub url: String,
    pub engine: Engine,
    place: Place,
}

enum Place {
    /// Held for its removal.
    Folder(#[expect(dead_code, reason = "removed when it is dropped")] tempfile::TempDir),
    Server {
        server: &'static Server,
        name: String,
    },
    /// Somebody else's: it stays.
    Elsewhere,
}

impl TestDatabase {
    /// One that is there already, and stays.
    pub fn elsewhere(url: &str) -> Self {
        let engine = if url.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres };
        Self { url: url.to_owned(), engine, place: Place::Elsewhere }
    }

    /// Opens it with a few connections.
    pub async fn open(&self) -> Db {
        Db::connect(&self.url, 5).await.expect("the test's database opens")
    }
}

/// What a new database holds besides the schema.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Content {
    Nothing,
    Demo,
}

/// A new database of that engine. `None` where the machine has no such engine (and that is allowed).
pub async fn fresh(engine: Engine, content: Content) -> Option<TestDatabase> {
    match engine {
        Engine::Sqlite => Some(fresh_sqlite(content).await),
        Engine::Postgres => {
            let server = cluster::server()?;
            Some(fresh_postgres(server, content).await)
        }
    }
}

/// A new, empty database without tables: for tests of the migrations.
pub async fn empty(engine: Engine) -> Option<TestDatabase> {
    match engine {
        Engine::Sqlite => Some(sqlite_in(tempfile::tempdir().expect("a temporary folder"))),
        Engine::Postgres => {
            let server = cluster::server()?;
            let name = next_name();
            create_empty(server, &name).await;
            Some(postgres_named(server, name))
        }
    }
}

fn sqlite_in(folder: tempfile::TempDir) -> TestDatabase {
    let url = format!("sqlite://{}", folder.path().join("test.db").display());
    TestDatabase { url, engine: Engine::Sqlite, place: Place::Folder(folder) }
}

async fn fresh_sqlite(content: Content) -> TestDatabase {
    // In memory, so that no file is left when the process ends.
    static TEMPLATES: [OnceCell<Vec<u8>>; 2] = [const { OnceCell::const_new() }; 2];
    let bytes = TEMPLATES[content as usize]
        .get_or_init(|| async {
            let first = sqlite_in(tempfile::tempdir().expect("a temporary folder"));
            fill(&first.url, content).await;
            std::fs::read(file(&first)).expect("the filled file")
        })
        .await;
    let copy = sqlite_in(tempfile::tempdir().expect("a temporary folder"));
    std::fs::write(file(&copy), bytes).expect("the copied file");
    copy
}

fn file(database: &TestDatabase) -> &str {
    database.url.trim_start_matches("sqlite://")
}

async fn fresh_postgres(server: &'static Server, content: Content) -> TestDatabase {
    static TEMPLATES: [OnceCell<String>; 2] = [const { OnceCell::const_new() }; 2];
    // PostgreSQL copies a database only while nobody else does.
    static COPYING: Mutex<()> = Mutex::const_new(());
    let template = TEMPLATES[content as usize]
        .get_or_init(|| async {
            let name = next_name();
            create_empty(server, &name).await;
            fill(&server.url(&name), content).await;
            name
        })
        .await;
    let name = next_name();
    let _alone = COPYING.lock().await;
    admin(server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await.expect("a copied database");
    postgres_named(server, name)
}

fn postgres_named(server: &'static Server, name: String) -> TestDatabase {
    TestDatabase { url: server.url(&name), engine: Engine::Postgres, place: Place::Server { server, name } }
}

/// Texts sort by code point on every machine, as they do on SQLite, where the server can do that.
pub async fn create_empty(server: &Server, name: &str) {
    let sorted = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'");
    if admin(server, &sorted).await.is_err() {
        let made = admin(server, &format!("CREATE DATABASE {name}")).await;
        made.unwrap_or_else(|error| panic!("no database can be made on the PostgreSQL server: {error}"));
    }
}

async fn fill(url: &str, content: Content) {
    let db = Db::connect(url, 2).await.expect("a database to migrate");
    db.migrate().await.expect("the migrations");
    if content == Content::Demo {
        let config = Config::load(Settings::default()).expect("the usual configuration");
        let clock = Arc::new(FixedClock::new(super::app::NOW.parse().expect("an instant")));
        let state = AppState::new(db.clone(), clock, Arc::new(config)).await.expect("a state");
        ship(&state).await.expect("regimes come with the program");
        load_demo(&state).await.expect("the demo fits").expect("the register was empty");
    }
    db.close().await;
}

/// Unlike any other of this process, and of others that use the same server.
fn next_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let run = grantline::clock::new_id(grantline::clock::Clock::now(&grantline::clock::SystemClock)).simple();
    format!("grantline_test_{run}_{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

async fn admin(server: &Server, sql: &str) -> Result<(), DbErr> {
    let mut options = ConnectOptions::new(server.admin_url());
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await?;
    let done = db.execute_unprepared(sql).await.map(drop);
    db.close().await?;
    done
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Place::Server { server, name } = &self.place else { return };
        let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let server: &'static Server = server;
        // A thread with a runtime of its own: the test's cannot be waited on here. Best effort: a failed clean-up
        // must not hide what the test said.
        let cleaner = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                drop(runtime.block_on(admin(server, &sql)));
            }
        });
        drop(cleaner.join());
    }
}

/// Every value of every table, as text.
pub async fn dump(db: &Db) -> String {
    let raw = |sql: String| Statement::from_string(db.read.get_database_backend(), sql);
    let (tables, columns) = match db.engine {
        Engine::Sqlite => (
            "SELECT name FROM sqlite_master WHERE type = 'table'",
            "SELECT name FROM pragma_table_info('{}')",
        ),
        Engine::Postgres => (
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
            "SELECT column_name::text FROM information_schema.columns WHERE table_name = '{}'",
        ),
    };
    let names = async |sql: String| -> Vec<String> {
        let rows = db.read.query_all_raw(raw(sql)).await.expect("names");
        rows.iter().map(|row| row.try_get_by_index(0).expect("a name")).collect()
    };
    let mut dump = String::new();
    for table in names(tables.to_owned()).await {
        let quote = |name: &String| match db.engine {
            Engine::Sqlite => format!("quote(\"{name}\")"),
            Engine::Postgres => format!("coalesce(\"{name}\"::text, '')"),
        };
        let columns = names(columns.replace("{}", &table)).await;
        let text = columns.iter().map(quote).collect::<Vec<_>>().join(" || '|' || ");
        for line in names(format!("SELECT {text} FROM \"{table}\"")).await {
            dump.push_str(&format!("{table}|{line}\n"));
        }
    }
    dump
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use grantline::store::classify::{DbFault, classify};
    use sea_orm::sqlx::{self, Row};

    async fn number(db: &impl ConnectionTrait, sql: &str) -> i64 {
        let statement = Statement::from_string(db.get_database_backend(), sql);
        db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    async fn copies_are_migrated_and_apart(engine: Engine) {
        let (Some(one), Some(two)) =
            (fresh(engine, Content::Nothing).await, fresh(engine, Content::Nothing).await)
        else {
            return;
        };
        assert_ne!(one.url, two.url);
        assert_eq!(one.engine, engine);
        let (one, two) = (one.open().await, two.open().await);
        assert!(one.pending().await.unwrap().is_empty() && two.pending().await.unwrap().is_empty());
        one.write.execute_unprepared("CREATE TABLE mine (n INTEGER)").await.unwrap();
        assert!(two.write.execute_unprepared("SELECT n FROM mine").await.is_err());
    }

    #[tokio::test]
    async fn copies_are_migrated_and_apart_on_sqlite() {
        copies_are_migrated_and_apart(Engine::Sqlite).await;
    }

    #[tokio::test]
    async fn copies_are_migrated_and_apart_on_postgres() {
        copies_are_migrated_and_apart(Engine::Postgres).await;
    }

    #[tokio::test]
    async fn a_dropped_database_is_gone() {
        let Some(database) = fresh(Engine::Postgres, Content::Nothing).await else { return };
        let (url, held) = (database.url.clone(), database.open().await);
        held.ping().await.unwrap();
        drop(database);
        let refusal = Db::connect(&url, 1).await.unwrap_err().to_string();
        assert!(refusal.contains("has no database \"grantline_test_"), "{refusal}");
    }

    /// Ten servers that start at once on an empty PostgreSQL.
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn ten_servers_migrate_once() {
        let Some(database) = empty(Engine::Postgres).await else { return };
        let mut servers = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let url = database.url.clone();
            // One connection each: the lock must not need a second one.
            servers.spawn(async move { Db::connect(&url, 1).await.unwrap().migrate().await.unwrap().len() });
        }
        let mut applied = servers.join_all().await;
        applied.sort_unstable();
        assert_eq!(applied[..9], [0; 9], "{applied:?}");
        assert!(applied[9] > 0);
        let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'";
        assert_eq!(number(&database.open().await.read, locks).await, 0, "the lock is given back");
    }

    #[tokio::test]
    async fn postgres_tells_each_rule_apart() {
        let Some(database) = empty(Engine::Postgres).await else { return };
        let db = database.open().await;
        for sql in [
            "CREATE TABLE funder (id INTEGER PRIMARY KEY, code TEXT NOT NULL, country TEXT, UNIQUE (code, country))",
            "CREATE UNIQUE INDEX funder_folded ON funder (lower(code))",
            "CREATE TABLE call (id TEXT PRIMARY KEY, funder_id INTEGER REFERENCES funder (id) ON DELETE RESTRICT, \
             places INTEGER CHECK (places > 0))",
            "INSERT INTO funder VALUES (1, 'EU', 'BE')",
            "INSERT INTO call VALUES ('a', 1, 5)",
        ] {
            db.write.execute_unprepared(sql).await.unwrap();
        }
        let unique = |name: &str| DbFault::Unique { constraint: name.to_owned() };
        for (sql, fault) in [
            ("INSERT INTO funder VALUES (2, 'EU', 'BE')", unique("funder.code, funder.country")),
            ("INSERT INTO funder VALUES (2, 'eu', 'LV')", unique("funder_folded")),
            ("INSERT INTO funder VALUES (1, 'LV', 'LV')", unique("funder.id")),
            ("INSERT INTO call VALUES ('b', 9, 5)", DbFault::ForeignKey),
            ("DELETE FROM funder", DbFault::ForeignKey),
            ("INSERT INTO call VALUES ('b', 1, 0)", DbFault::Check),
            ("INSERT INTO funder VALUES (3, NULL, 'LV')", DbFault::Check),
            ("SET statement_timeout = 1; SELECT pg_sleep(1)", DbFault::Unavailable),
            ("SELECT nonsense", DbFault::Other),
        ] {
            let error = db.write.execute_unprepared(sql).await.expect_err(sql);
            assert_eq!(classify(&error), fault, "{sql}: {error}");
        }
        let nul =
            Statement::from_sql_and_values(sea_orm::DbBackend::Postgres, "SELECT $1::text", ["a\0b".into()]);
        assert_eq!(classify(&db.read.query_one_raw(nul).await.unwrap_err()), DbFault::BadText);
    }

    #[tokio::test]
    async fn a_postgres_read_sees_one_moment_and_cannot_write() {
        let Some(database) = empty(Engine::Postgres).await else { return };
        let db = database.open().await;
        db.write.execute_unprepared("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)").await.unwrap();
        let tx = db.begin_read().await.unwrap();
        assert_eq!(number(&tx, "SELECT count(*) FROM t").await, 1);
        db.write.execute_unprepared("INSERT INTO t VALUES (2)").await.unwrap();
        assert_eq!(number(&tx, "SELECT count(*) FROM t").await, 1);
        assert!(tx.execute_unprepared("DELETE FROM t").await.is_err());
        drop(tx);
        assert_eq!(number(&db.read, "SELECT count(*) FROM t").await, 2);
        assert_eq!(db.pool_usage()[0].pool, "all");
    }

    /// A caller of a full pool waits; a caller of a server that is gone is told soon.
    #[tokio::test]
    async fn waiting_ends_early_only_when_the_server_is_gone() {
        let Some(database) = empty(Engine::Postgres).await else { return };
        let db = Db::connect(&database.url, 1).await.unwrap();
        let held = db.begin_write().await.unwrap();
        let waiting = tokio::spawn({
            let db = db.clone();
            async move { db.begin_write().await.map(drop) }
        });
        tokio::time::sleep(std::time::Duration::from_millis(5500)).await;
        assert!(!waiting.is_finished(), "the server is there");
        held.commit().await.unwrap();
        waiting.await.unwrap().unwrap();
    }
    /// As callers do who hang up: the BEGIN may be on its way then, and the connection goes back to the pool.
    #[tokio::test]
    async fn a_transaction_that_nobody_waited_for_is_in_nobodys_way() {
        let Some(database) = empty(Engine::Postgres).await else { return };
        let db = Db::connect(&database.url, 1).await.unwrap();
        db.read.execute_unprepared("SELECT 1").await.unwrap();
        let alone = "SELECT transaction_timestamp() = statement_timestamp()";
        for step in 0..100 {
            // A few steps: some end when the statement has left and the answer has not come.
            let mut begin = Box::pin(db.begin_write());
            for _ in 0..step % 8 {
                if begin.as_mut().now_or_never().is_some() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            drop(begin);
            let pool = db.read.get_postgres_connection_pool();
            let row = sqlx::raw_sql(alone).fetch_one(pool).await.unwrap();
            assert!(row.get::<bool, _>(0), "somebody else's transaction is open, step {step}");
        }
    }
}
