//! Whether a connection may go back to its pool: only when it and the driver agree that no transaction is open on it.
//! Otherwise the next caller's transaction would begin inside of another.
use sea_orm::sqlx::{self, Connection, PgConnection, Row, SqliteConnection};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

/// SQLite. On a full disk, and after other faults of its file, it takes a transaction back by itself; the driver's own
/// ROLLBACK then fails, and it goes on counting the transaction as open. The next caller's would be a savepoint inside of
/// it, whose end commits nothing: its writes would be acknowledged, and lost.
pub(super) async fn sqlite(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // A transaction that was dropped is taken back before this is answered.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// PostgreSQL, after somebody gave up waiting for a transaction to begin: its BEGIN may be on the way, and the driver
/// counts only those that were answered.
pub(super) async fn postgres(connection: &mut PgConnection, given_up: &GivenUp) -> Result<bool, sqlx::Error> {
    if !given_up.lately() {
        return Ok(true);
    }
    // In a transaction, the statement is younger than that; in one that failed, it is refused. Sent as one message: of
    // those of a prepared statement, the last is younger than the transaction that the first began.
    let alone = sqlx::raw_sql("SELECT transaction_timestamp() = statement_timestamp()");
    alone.fetch_one(connection).await?.try_get(0)
}

/// When a caller last gave up waiting for a transaction to begin; clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct GivenUp(Arc<AtomicU64>);

/// How long a connection may take from its caller back to its pool.
const LATELY: Duration = Duration::from_secs(10);

/// Zero of the times that are kept.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

fn now() -> u64 {
    u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX)
}

impl GivenUp {
    fn lately(&self) -> bool {
        let last = self.0.load(Ordering::Acquire);
        let lately = u64::try_from(LATELY.as_millis()).unwrap_or(u64::MAX);
        last > 0 && now().saturating_sub(last) < lately
    }

    /// Waits for a transaction to begin, and notes it when the wait ends before.
    pub(super) async fn unless<T>(&self, begins: impl Future<Output = T>) -> T {
        struct Note<'a>(Option<&'a GivenUp>);
        impl Drop for Note<'_> {
            fn drop(&mut self) {
                if let Some(given_up) = self.0 {
                    given_up.0.store(now().max(1), Ordering::Release);
                }
            }
        }
        let mut note = Note(Some(self));
        let begun = begins.await;
        note.0 = None;
        begun
    }
}
