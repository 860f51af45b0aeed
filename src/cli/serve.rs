//! `grantline serve`: checks, migrates, listens, and stops when told to.
use super::needed_database;
use crate::access::{Kept, keep_up};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::history::audit;
use crate::http::router;
use crate::http::serve::{Limits, Stopped, serve};
use crate::state::AppState;
use crate::store::db::Db;
use crate::store::number_waiting;
use crate::{documents, logging, regimes, reminders};
use anyhow::Context;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How often erasures are kept up.
const UPKEEP: Duration = Duration::from_secs(60 * 60);
/// How long the connections to the database may take to close.
const CLOSING: Duration = Duration::from_secs(5);

pub async fn run(config: Config) -> anyhow::Result<()> {
    logging::init(config.log_format, &config.log_level)?;
    let url = needed_database(&config)?.to_owned();
    let listener = listen(&config).await?;
    let state = open(config, &url).await?;
    shipped(&state).await?;
    let told = Told::new()?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    until_told(listener, state, told).await
}

/// Ctrl-C and SIGTERM, heard from when it is made: before the address is told, so that who knows it can stop the server.
pub struct Told {
    interrupt: Signal,
    terminate: Signal,
}

impl Told {
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        tracing::info!("stopping: running requests may finish");
    }
}

/// Takes the port first: a server that can't listen should not touch a database.
pub async fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let address = config.listen;
    TcpListener::bind(address).await.with_context(|| {
        format!("can't listen on {address}: choose another address with --listen or GRANTLINE_LISTEN")
    })
}

/// Connects, migrates, and erases again what a restored back-up has brought back.
pub async fn open(config: Config, url: &str) -> anyhow::Result<AppState> {
    let db = Db::connect(url, config.database_connections).await?;
    for name in db.migrate().await? {
        tracing::info!(name, "migrated");
    }
    let state = AppState::new(db, Arc::new(SystemClock), Arc::new(config)).await?;
    if state.journal.path().is_none() {
        tracing::warn!(
            "no erasure journal is set (--erasure-journal): a restored back-up will bring erased personal data back"
        );
    }
    // A server that was killed between a commit and its numbering has left entries without a place.
    number_waiting(&state.db, state.clock.as_ref()).await?;
    let kept = keep_up(&state).await.context("the erasure journal can't be followed")?;
    if kept != Kept::default() {
        tracing::info!(?kept, "erasures were kept up");
    }
    Ok(state)
}

/// Publishes the regimes that come with the program and are not there yet.
pub async fn shipped(state: &AppState) -> anyhow::Result<()> {
    let count = regimes::ship(state).await.context("the regimes of the program can't be published")?;
    if count > 0 {
        tracing::info!(count, "regimes of the program were published");
    }
    Ok(())
}

/// What is done by the clock: erasing what need not be kept any longer, asking for the identity provider's keys, signing
/// the history, sweeping the files of documents, and reminding of what is owed.
fn by_the_clock(state: &AppState) -> anyhow::Result<()> {
    let upkeep = state.clone();
    state.tasks.spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            if let Err(error) = keep_up(&upkeep).await {
                tracing::error!(%error, "erasures could not be kept up: it will be tried again in an hour");
            }
        }
    });
    if let Some(oidc) = state.oidc.clone() {
        let clock = state.clock.clone();
        state.tasks.spawn(async move { oidc.keep_fresh(clock.as_ref()).await });
    }
    if let Some(every) = state.config.audit_checkpoint_every {
        let path = state.config.audit_key.as_ref();
        // What can't work is told now, not at the first time.
        audit::load(path.context("checkpoints need a key: set --audit-key")?)?;
        state.tasks.spawn(audit::sign_from_time_to_time(state.clone(), every));
    }
    // A place that can't be used is told now, not at the first upload.
    state.shelf.files().context("the files of documents can't be kept: see --files")?;
    state.tasks.spawn(documents::time_after_time(state.clone()));
    if let Some(mail) = state.config.reminders.mail.clone() {
        state.tasks.spawn(reminders::time_after_time(state.clone(), mail));
    }
    Ok(())
}

/// Serves until it is told to stop, then lets running requests finish.
pub async fn until_told(listener: TcpListener, state: AppState, told: Told) -> anyhow::Result<()> {
    let limits = Limits {
        header_read_timeout: state.config.header_read_timeout,
        body_read_timeout: state.config.body_read_timeout,
        keep_alive_timeout: state.config.keep_alive_timeout,
        shutdown_grace: state.config.shutdown_grace,
        connections_per_address: state.config.connections_per_address,
    };
    let db = state.db.clone();
    let tasks = state.tasks.clone();
    by_the_clock(&state)?;
    if let Stopped::CutOff(connections) = serve(listener, router(state), limits, told.wait()).await {
        tracing::warn!(connections, "some requests did not finish in time");
    }
    tasks.stop().await;
    // A database that hangs is not waited for: what was answered is safe, and all else is given up.
    if tokio::time::timeout(CLOSING, db.close()).await.is_err() {
        tracing::warn!("the database does not let go of its connections");
    }
    Ok(())
}
