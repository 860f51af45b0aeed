//! Whether PostgreSQL is there: asked only while somebody waits for it, and for all who wait at once. Not how long a
//! caller may wait for its turn at a busy server.
use super::{Db, Engine, unreachable_error};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use sea_orm::DbErr;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{self, Connection, PgConnection};
use std::future::Future;
use std::io::ErrorKind;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// How long a caller waits before the server's presence is doubted, and then between one doubt and the next.
const PATIENCE: Duration = Duration::from_millis(300);
/// How long a server may take to greet. A caller of one that hangs knows within two seconds, even where the patience is
/// needed twice because somebody was greeted just before; a busy one greets in a few milliseconds.
const GREETING: Duration = Duration::from_millis(900);

/// What a look found, and when.
type Look = Shared<BoxFuture<'static, (Instant, Result<(), ErrorKind>)>>;

/// The last look, or the one that is under way: however many wait, one connection at a time is tried. It goes on when who
/// began it waits no longer, or the others would begin again.
#[derive(Debug, Default)]
pub(super) struct Presence(Mutex<Option<Look>>);

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
                (_, there) = self.look() => there.map_err(|gone| unreachable_error(gone.into()))?,
            }
        }
    }

    fn look(&self) -> Look {
        let mut last = self.presence.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |look: &&Look| look.peek().is_none_or(|(at, _)| at.elapsed() < PATIENCE);
        if let Some(look) = last.as_ref().filter(fresh) {
            return look.clone();
        }
        let server = self.write.get_postgres_connection_pool().connect_options();
        let task = tokio::spawn(async move { greeted(&server).await });
        let look = task.map(|found| (Instant::now(), found.unwrap_or(Ok(())))).boxed().shared();
        last.insert(look).clone()
    }
}

/// A whole greeting, because a server that hangs, starts or stops still has somebody listening at its address.
async fn greeted(server: &PgConnectOptions) -> Result<(), ErrorKind> {
    match timeout(GREETING, PgConnection::connect_with(server)).await {
        // Its end is not waited for: that would be one more thing that a server may hang in.
        Ok(Ok(connection)) => {
            drop(connection);
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
