//! The connections: opening them on either engine, transactions, readiness. Not what is asked over them.
mod connect;
mod migrate;
mod presence;
mod rest;
pub mod snapshot;

pub use connect::ConnectError;
pub use migrate::{MigrateError, MigrationState};

use presence::Presence;
use sea_orm::sqlx;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, IsolationLevel, RuntimeErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The database engines that are spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The open database. Cheap to clone; all clones share the same connections.
#[derive(Clone, Debug)]
pub struct Db {
    /// For reading. On SQLite these connections refuse to write.
    pub read: DatabaseConnection,
    /// For writing. On SQLite a single connection, so that writers queue here instead of failing on each other.
    pub write: DatabaseConnection,
    pub engine: Engine,
    presence: Arc<Presence>,
    given_up: rest::GivenUp,
}

/// Connections of one pool at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolUsage {
    /// `read`, `write`, or `all` where one pool does both.
    pub pool: &'static str,
    pub in_use: u32,
    pub idle: u32,
}

impl Db {
    /// Opens the database at `url` (`sqlite://path`, `postgres://…`) with up to `connections` connections
    /// (on SQLite: that many readers, and one writer). A missing SQLite file is made.
    ///
    /// # Errors
    /// One sentence for whoever started the program: a path that cannot be written, a server that does not answer,
    /// a refused password. It never holds the password.
    pub async fn connect(url: &str, connections: u32) -> Result<Self, ConnectError> {
        connect::open(url, connections.max(1)).await
    }

    /// A transaction that may write. On SQLite it takes the write lock at once (`BEGIN IMMEDIATE`): a transaction
    /// that reads first and then asks for the lock fails at once when another one wrote meanwhile.
    ///
    /// # Errors
    /// What the database says; see [`super::classify::classify`].
    pub async fn begin_write(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.given_up.unless(self.write.begin_with_options(options)).await
    }

    /// A transaction in which every query sees the same moment. PostgreSQL: REPEATABLE READ READ ONLY. SQLite: a
    /// read transaction, whose moment is that of its first query.
    ///
    /// # Errors
    /// What the database says; see [`super::classify::classify`].
    pub async fn begin_read(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = match self.engine {
            Engine::Sqlite => TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
                ..TransactionOptions::default()
            },
            Engine::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
        };
        self.given_up.unless(self.read.begin_with_options(options)).await
    }

    /// Whether the database answers: for the readiness check.
    ///
    /// # Errors
    /// Why it does not; after two seconds at the latest.
    pub async fn ping(&self) -> Result<(), DbErr> {
        tokio::time::timeout(Duration::from_secs(2), self.read.ping())
            .await
            .unwrap_or_else(|_| Err(unreachable_error(std::io::ErrorKind::TimedOut.into())))
    }

    /// How many connections are open, for the metrics.
    pub fn pool_usage(&self) -> Vec<PoolUsage> {
        let usage = |pool, size: u32, idle: usize| {
            let idle = u32::try_from(idle).unwrap_or(size).min(size);
            PoolUsage { pool, in_use: size - idle, idle }
        };
        match self.engine {
            Engine::Sqlite => [("read", &self.read), ("write", &self.write)]
                .map(|(name, pool)| (name, pool.get_sqlite_connection_pool()))
                .map(|(name, pool)| usage(name, pool.size(), pool.num_idle()))
                .into(),
            Engine::Postgres => {
                let pool = self.write.get_postgres_connection_pool();
                vec![usage("all", pool.size(), pool.num_idle())]
            }
        }
    }

    /// The file of an embedded database.
    pub fn file(&self) -> Option<PathBuf> {
        match self.engine {
            Engine::Sqlite => {
                let options = self.write.get_sqlite_connection_pool().connect_options();
                Some(options.get_filename().to_owned())
            }
            Engine::Postgres => None,
        }
    }

    /// Folds SQLite's write-ahead log into the file and empties it, so that what was erased does not stand there any
    /// longer. Where somebody still reads, a later one does it.
    ///
    /// # Errors
    /// What the database says; see [`super::classify::classify`].
    pub async fn forget_freed(&self) -> Result<(), DbErr> {
        match self.engine {
            Engine::Sqlite => {
                self.write.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.map(drop)
            }
            Engine::Postgres => Ok(()),
        }
    }

    /// Closes all connections, waiting for those in use. SQLite folds its write-ahead log into the file then.
    pub async fn close(&self) {
        match self.engine {
            // The writer last: the last connection to go is the one that tidies up, and it may write.
            Engine::Sqlite => {
                self.read.get_sqlite_connection_pool().close().await;
                self.write.get_sqlite_connection_pool().close().await;
            }
            Engine::Postgres => self.write.get_postgres_connection_pool().close().await,
        }
    }
}

fn unreachable_error(cause: std::io::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(sqlx::Error::Io(cause).into()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use crate::store::classify::{DbFault, classify};

    async fn opened(dir: &tempfile::TempDir) -> Db {
        let url = format!("sqlite://{}", dir.path().join("a.db").display());
        Db::connect(&url, 3).await.unwrap()
    }

    async fn number(db: &impl ConnectionTrait, sql: &str) -> i64 {
        let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, sql);
        db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    #[tokio::test]
    async fn sqlite_is_durable_and_checks_references_on_each_connection() {
        let dir = tempfile::tempdir().unwrap();
        let db = opened(&dir).await;
        for pool in [&db.read, &db.write] {
            assert_eq!(number(pool, "PRAGMA synchronous").await, 2, "FULL");
            assert_eq!(number(pool, "PRAGMA foreign_keys").await, 1);
            assert_eq!(number(pool, "PRAGMA busy_timeout").await, 10_000);
            let mode = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "PRAGMA journal_mode");
            let mode: String = pool.query_one_raw(mode).await.unwrap().unwrap().try_get_by_index(0).unwrap();
            assert_eq!(mode, "wal");
        }
        db.ping().await.unwrap();
        assert_eq!(db.pool_usage().iter().map(|one| one.pool).collect::<Vec<_>>(), ["read", "write"]);
        db.close().await;
        assert!(!dir.path().join("a.db-wal").exists(), "the log is folded in at the end");
        assert_eq!(classify(&db.ping().await.unwrap_err()), DbFault::Unavailable);
    }

    #[tokio::test]
    async fn readers_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let db = opened(&dir).await;
        let error = db.read.execute_unprepared("CREATE TABLE t (n INTEGER)").await.unwrap_err();
        assert!(error.to_string().contains("readonly"), "{error}");
    }

    #[tokio::test]
    async fn writers_queue_and_none_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        let db = opened(&dir).await;
        db.write.execute_unprepared("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (0)").await.unwrap();
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let db = db.clone();
            writers.spawn(async move {
                let tx = db.begin_write().await.unwrap();
                let seen = number(&tx, "SELECT n FROM t").await;
                tokio::task::yield_now().await;
                tx.execute_unprepared(&format!("UPDATE t SET n = {}", seen + 1)).await.unwrap();
                tx.commit().await.unwrap();
            });
        }
        writers.join_all().await;
        assert_eq!(number(&db.read, "SELECT n FROM t").await, 50);
    }

    /// As SQLite does by itself on a full disk.
    #[tokio::test]
    async fn what_sqlite_takes_back_by_itself_is_not_waited_for_by_the_next_writer() {
        let dir = tempfile::tempdir().unwrap();
        let db = opened(&dir).await;
        db.write
            .execute_unprepared("CREATE TABLE t (n INTEGER UNIQUE); INSERT INTO t VALUES (1)")
            .await
            .unwrap();
        for explicit in [true, false] {
            let tx = db.begin_write().await.unwrap();
            tx.execute_unprepared("INSERT OR ROLLBACK INTO t VALUES (1)").await.unwrap_err();
            if explicit {
                tx.rollback().await.unwrap_err();
            } else {
                drop(tx);
            }
            let taken_back = db.begin_write().await.unwrap();
            taken_back.rollback().await.unwrap();
            let tx = db.begin_write().await.unwrap();
            tx.execute_unprepared(&format!("INSERT INTO t VALUES ({})", 2 + i32::from(explicit)))
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        assert_eq!(number(&db.read, "SELECT count(*) FROM t").await, 3, "what was committed is there");
    }

    #[tokio::test]
    async fn a_read_transaction_sees_one_moment() {
        let dir = tempfile::tempdir().unwrap();
        let db = opened(&dir).await;
        db.write.execute_unprepared("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)").await.unwrap();
        let tx = db.begin_read().await.unwrap();
        assert_eq!(number(&tx, "SELECT count(*) FROM t").await, 1);
        db.write.execute_unprepared("INSERT INTO t VALUES (2)").await.unwrap();
        assert_eq!(number(&tx, "SELECT count(*) FROM t").await, 1);
        tx.commit().await.unwrap();
        assert_eq!(number(&db.read, "SELECT count(*) FROM t").await, 2);
    }
}
