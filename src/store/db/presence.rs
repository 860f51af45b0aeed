//! Whether PostgreSQL is there: asked only while somebody waits for it, and for all who wait at once. Not how long a
//! caller may wait for its turn at a busy server.
use super::{Db, Engine, unreachable_error};
use sea_orm::DbErr;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{self, Connection, PgConnection};
use std::future::Future;
use std::io::ErrorKind;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

/// How long a caller waits before the server's presence is doubted, and then between one doubt and the next.
const PATIENCE: Duration = Duration::from_millis(400);
/// How long a server may take to greet. With the patience before it, a caller of one that hangs knows within two
/// seconds; a busy one greets in a few milliseconds.
const GREETING: Duration = Duration::from_secs(1);

/// What the last look found, and when. Who comes while another looks takes what that one finds: however many wait, one
/// connection at a time is tried.
#[derive(Debug, Default)]
pub(super) struct Presence(Mutex<Option<(Instant, Result<(), ErrorKind>)>>);

impl Db {
    /// Waits for `work`, but not for a server that is gone or hangs. The pool would try a server that refuses
    /// connections until the time for a turn is up, and a statement sent to one that hangs is waited for as long as a
    /// statement may take: right for a busy server, too long for a caller of none.
    ///
    /// # Errors
    /// That the server is gone. What became of the work is not known then: a commit may have been on its way.
    pub async fn while_reachable<T>(&self, work: impl Future<Output = T>) -> Result<T, DbErr> {
        if self.engine == Engine::Sqlite {
            return Ok(work.await);
        }
        let mut work = std::pin::pin!(work);
        loop {
            if let Ok(done) = timeout(PATIENCE, work.as_mut()).await {
                return Ok(done);
            }
            tokio::select! {
                biased;
                done = work.as_mut() => return Ok(done),
                there = self.look() => there.map_err(|gone| unreachable_error(gone.into()))?,
            }
        }
    }

    async fn look(&self) -> Result<(), ErrorKind> {
        let asked = Instant::now();
        let mut last = self.presence.0.lock().await;
        match *last {
            Some((at, found)) if at + PATIENCE > asked => found,
            _ => {
                let options = self.write.get_postgres_connection_pool().connect_options();
                let found = greeted(&options).await;
                *last = Some((Instant::now(), found));
                found
            }
        }
    }
}

/// A whole greeting, because a server that hangs, starts or stops still has somebody listening at its address.
async fn greeted(server: &PgConnectOptions) -> Result<(), ErrorKind> {
    match timeout(GREETING, PgConnection::connect_with(server)).await {
        Ok(Ok(connection)) => {
            drop(timeout(GREETING, connection.close()).await);
            Ok(())
        }
        Ok(Err(sqlx::Error::Io(gone))) => Err(gone.kind()),
        // Stopping, crashed, starting.
        Ok(Err(sqlx::Error::Database(said)))
            if said.code().is_some_and(|code| ["57P01", "57P02", "57P03"].contains(&&*code)) =>
        {
            Err(ErrorKind::ConnectionRefused)
        }
        // It answers, and says itself what it does not like: such as one connection too many.
        Ok(Err(_)) => Ok(()),
        Err(_) => Err(ErrorKind::TimedOut),
    }
}
