//! Opening the pools, and saying in one sentence why that failed. Not transactions.
use super::super::classify::{DbFault, classify_driver};
use super::{Db, Engine, rest};
use sea_orm::DatabaseConnection;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sea_orm::sqlx::{self, Connection, Executor, pool::PoolOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long SQLite waits for a lock that another process holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a caller waits for its turn at a connection. The queue is ours and moves, so a burst is better waited for
/// than refused; it is longer than the busy timeout and shorter than a request may take, so that who waits in vain is
/// told so. Whether the server is there at all is found out apart from this (`presence.rs`).
const TURN: Duration = Duration::from_secs(30);
/// How long the first connection to a server may take.
const FIRST_CONNECTION: Duration = Duration::from_secs(10);
/// A connection that rested this long is tried before it is used: the server may have gone meanwhile.
const TRUSTED_REST: Duration = Duration::from_secs(1);
/// Set on each PostgreSQL connection, as statements (a pooler in between refuses them as start options).
/// A statement past its time frees its connection; a transaction whose owner died does not hold locks for ever. Statements of a
/// scope are long to write and short to run: compiling one to machine code takes longer than running it.
const POSTGRES_SETTINGS: &str = "SET jit = off; SET statement_timeout = '25s'; SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'";

/// Why the database could not be opened: one sentence, without secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConnectError(String);

pub(super) async fn open(url: &str, connections: u32) -> Result<Db, ConnectError> {
    if url.starts_with("sqlite:") {
        sqlite(url, connections).await
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        postgres(url, connections).await
    } else {
        fail("The database address must begin with sqlite:// or postgres://.")
    }
}

fn fail<T>(sentence: impl Into<String>) -> Result<T, ConnectError> {
    Err(ConnectError(sentence.into()))
}

// ---- SQLite

async fn sqlite(url: &str, connections: u32) -> Result<Db, ConnectError> {
    let options = sqlite_options(url)?;
    let path = options.get_filename().to_owned();
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        let (path, folder) = (path.display(), folder.display());
        return fail(format!("Cannot open the SQLite file {path}: there is no folder {folder}."));
    }
    if path.is_dir() {
        return fail(format!("Cannot open the SQLite file {}: it is a folder.", path.display()));
    }
    let options = options.busy_timeout(BUSY_TIMEOUT).foreign_keys(true).synchronous(SqliteSynchronous::Full);
    // What is erased leaves no bytes behind in the file.
    let options = options.pragma("secure_delete", "ON");
    let writing = options.clone().create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    prepare_file(&writing).await.map_err(|error| sqlite_error(&path, &error))?;

    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(TURN)
        // One file, one process: a connection never goes stale, and the page cache is worth keeping.
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_release(|connection, _| Box::pin(rest::sqlite(connection)))
        .connect_with(writing)
        .await
        .map_err(|error| sqlite_error(&path, &error))?;
    let read = SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(TURN)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_release(|connection, _| Box::pin(rest::sqlite(connection)))
        .connect_with(options.pragma("query_only", "ON"))
        .await
        .map_err(|error| sqlite_error(&path, &error))?;
    Ok(Db {
        read: read.into(),
        write: write.into(),
        engine: Engine::Sqlite,
        presence: Arc::default(),
        given_up: rest::GivenUp::default(),
    })
}

/// An address that names a file.
pub(super) fn sqlite_options(url: &str) -> Result<SqliteConnectOptions, ConnectError> {
    let Ok(options) = url.parse::<SqliteConnectOptions>() else {
        return fail("The SQLite address is not of the form sqlite://path/to/file.db.");
    };
    if url.contains(":memory:") || url.contains("mode=memory") {
        return fail("SQLite in memory is not supported, because readers would not see it: name a file.");
    }
    if options.get_filename().as_os_str().is_empty() {
        return fail("The SQLite address names no file: write sqlite://path/to/file.db.");
    }
    Ok(options)
}

/// Makes the file, switches it to the write-ahead log and sees that it can be written. The switch needs the file
/// for itself and does not wait for it, so two programs that start at once would fail on each other: try again.
async fn prepare_file(options: &SqliteConnectOptions) -> Result<(), sqlx::Error> {
    let mut tries = BUSY_TIMEOUT.as_millis() / 50;
    loop {
        let tried = async {
            let mut connection = sqlx::SqliteConnection::connect_with(options).await?;
            connection.execute("BEGIN IMMEDIATE; ROLLBACK").await?;
            connection.close().await
        };
        match tried.await {
            Err(error) if tries > 0 && classify_driver(&error) == DbFault::Busy => tries -= 1,
            done => return done,
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub(super) fn sqlite_error(path: &Path, error: &sqlx::Error) -> ConnectError {
    ConnectError(format!("Cannot open the SQLite file {}: {}.", path.display(), sqlite_reason(error)))
}

/// In plain words where they are known.
pub(super) fn sqlite_reason(error: &sqlx::Error) -> String {
    let code = match error {
        sqlx::Error::Database(error) => error.code().and_then(|code| code.parse::<i32>().ok()).unwrap_or(0),
        _ => 0,
    };
    match code & 0xff {
        5 | 6 => "another program has locked it".to_owned(),
        8 => "it cannot be written".to_owned(),
        11 => "its content is damaged".to_owned(),
        13 => "the disk is full".to_owned(),
        14 => "it cannot be made or opened there; check the folder's permissions".to_owned(),
        26 => "it is not a SQLite database".to_owned(),
        _ => error.to_string(),
    }
}

// ---- PostgreSQL

async fn postgres(url: &str, connections: u32) -> Result<Db, ConnectError> {
    let Ok(options) = url.parse::<PgConnectOptions>() else {
        return fail(
            "The PostgreSQL address is not of the form postgres://user:password@host:port/database.",
        );
    };
    let options = options.application_name("grantline");
    // By hand, because the pool would try a server that refuses connections again and again, and then say only
    // that it waited too long.
    match tokio::time::timeout(FIRST_CONNECTION, sqlx::PgConnection::connect_with(&options)).await {
        Ok(Ok(connection)) => drop(connection.close().await),
        Ok(Err(error)) => return Err(postgres_error(&options, &error)),
        Err(_) => {
            let (place, seconds) = (place(&options), FIRST_CONNECTION.as_secs());
            return fail(format!("PostgreSQL at {place} did not answer within {seconds} seconds."));
        }
    }
    let given_up = rest::GivenUp::default();
    let pool: PgPool = PoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(TURN)
        .test_before_acquire(false)
        .after_release({
            let given_up = given_up.clone();
            move |connection, _| {
                let given_up = given_up.clone();
                Box::pin(async move { rest::postgres(connection, &given_up).await })
            }
        })
        .before_acquire(|connection: &mut sqlx::PgConnection, rest| {
            Box::pin(async move {
                if rest.idle_for >= TRUSTED_REST {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(|connection: &mut sqlx::PgConnection, _| {
            Box::pin(async move { connection.execute(POSTGRES_SETTINGS).await.map(drop) })
        })
        .connect_lazy_with(options);
    let both = DatabaseConnection::from(pool);
    Ok(Db { read: both.clone(), write: both, engine: Engine::Postgres, presence: Arc::default(), given_up })
}

/// The server's address without its user.
fn place(options: &PgConnectOptions) -> String {
    match socket_path(options) {
        Some(path) => path.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

/// The server's unix socket, where the address names one: as `socket` or as a host that is a folder.
fn socket_path(options: &PgConnectOptions) -> Option<PathBuf> {
    let folder = options.get_socket().cloned().or_else(|| {
        let host = options.get_host();
        host.starts_with('/').then(|| PathBuf::from(host))
    })?;
    Some(folder.join(format!(".s.PGSQL.{}", options.get_port())))
}

fn postgres_error(options: &PgConnectOptions, error: &sqlx::Error) -> ConnectError {
    let (place, user) = (place(options), options.get_username());
    let database = options.get_database().unwrap_or(user);
    ConnectError(match error {
        sqlx::Error::Io(cause) => match cause.kind() {
            ErrorKind::ConnectionRefused | ErrorKind::NotFound => {
                format!("Cannot reach PostgreSQL at {place}: nothing listens there.")
            }
            _ => format!("Cannot reach PostgreSQL at {place}: {cause}."),
        },
        sqlx::Error::Database(cause) => match cause.code().as_deref() {
            Some("28P01" | "28000") => {
                format!("PostgreSQL at {place} refused the user \"{user}\": check the name and the password.")
            }
            Some("3D000") => format!("PostgreSQL at {place} has no database \"{database}\"."),
            Some("42501") => {
                format!("PostgreSQL at {place}: \"{user}\" may not use the database \"{database}\".")
            }
            Some("53300") => format!("PostgreSQL at {place} has no connection left."),
            Some("57P03") => format!("PostgreSQL at {place} is starting or stopping."),
            _ => format!("PostgreSQL at {place} refused the connection: {}.", cause.message()),
        },
        sqlx::Error::Tls(cause) => format!("No encrypted connection to PostgreSQL at {place}: {cause}."),
        other => format!("Cannot connect to PostgreSQL at {place}: {other}."),
    })
}

/// One connection, the same for as long as the pool is open.
pub(super) fn single<DB: sqlx::Database>() -> PoolOptions<DB> {
    PoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(TURN)
}

/// One connection of its own for changing the schema: no statement timeout, and references are not enforced while
/// SQLite's tables are rebuilt.
pub(super) async fn for_schema_changes(db: &Db) -> Result<DatabaseConnection, sqlx::Error> {
    Ok(match db.engine {
        Engine::Sqlite => {
            let options = db.write.get_sqlite_connection_pool().connect_options();
            let options = SqliteConnectOptions::clone(&options).foreign_keys(false);
            let pool: SqlitePool = single().connect_with(options.busy_timeout(BUSY_TIMEOUT * 6)).await?;
            pool.into()
        }
        Engine::Postgres => {
            let options = db.write.get_postgres_connection_pool().connect_options();
            let pool: PgPool =
                PgPoolOptions::connect_with(single(), PgConnectOptions::clone(&options)).await?;
            pool.into()
        }
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    async fn refusal(url: &str) -> String {
        Db::connect(url, 2).await.unwrap_err().to_string()
    }

    #[tokio::test]
    async fn each_refusal_is_a_sentence() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| format!("sqlite://{}/{name}", dir.path().display());
        std::fs::write(
            dir.path().join("note.db"),
            "this is no database, though long enough to look like a header",
        )
        .unwrap();
        for (url, words) in [
            (at("none/a.db"), "there is no folder"),
            (at(""), "it is a folder"),
            (at("note.db"), "not a SQLite database"),
            ("sqlite:///proc/grantline.db".into(), "cannot be made or opened there"),
            ("sqlite::memory:".into(), "in memory is not supported"),
            ("sqlite://".into(), "names no file"),
            ("sqlite://a.db?unknown=1".into(), "not of the form"),
            ("mysql://u:secret@h/d".into(), "must begin with"),
            ("postgres://u:secret@127.0.0.1:1/d".into(), "127.0.0.1:1: nothing listens there"),
            (
                "postgres://u:secret@localhost/d?host=/nowhere".into(),
                "/nowhere/.s.PGSQL.5432: nothing listens",
            ),
            ("postgres://u:secret@h:notaport/d".into(), "not of the form"),
        ] {
            let sentence = refusal(&url).await;
            assert!(sentence.contains(words), "{url}: {sentence}");
            assert!(!sentence.contains("secret") && sentence.ends_with('.'), "{sentence}");
        }
    }

    #[tokio::test]
    async fn many_may_open_a_new_file_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", dir.path().join("a b.db").display());
        let mut openers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let url = url.clone();
            openers.spawn(async move { Db::connect(&url, 2).await.map(drop) });
        }
        for opened in openers.join_all().await {
            opened.unwrap();
        }
        assert!(dir.path().join("a b.db").exists());
    }
}
