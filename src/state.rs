//! What every handler may reach.
use crate::access::oidc::Oidc;
use crate::access::{Journal, LastUsed};
use crate::clock::Clock;
use crate::config::Config;
use crate::documents::Shelf;
use crate::documents::files::{self, Place};
use crate::http::limits::Limits;
use crate::http::metrics::Metrics;
use crate::store::db::Db;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ConnectionTrait, DbErr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::JoinSet;

#[derive(Clone)]
pub struct AppState {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub config: Arc<Config>,
    pub metrics: Metrics,
    pub limits: Arc<Limits>,
    /// The identity provider, where one is configured.
    pub oidc: Option<Arc<Oidc>>,
    /// Signs cursors; the same on all servers of one database.
    pub cursor_key: [u8; 32],
    pub last_used: LastUsed,
    /// Where erasures are told outside the database.
    pub journal: Journal,
    /// The contents of documents.
    pub shelf: Shelf,
    /// What goes on beside the requests.
    pub tasks: Tasks,
}

/// Work in the background, which ends with the server. Cheap to clone; all clones are the same.
#[derive(Clone, Default)]
pub struct Tasks(Arc<Mutex<JoinSet<()>>>);

impl Tasks {
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that have ended are forgotten.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(work);
    }

    /// Breaks off what still goes on.
    pub async fn stop(&self) {
        let mut tasks = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        tasks.shutdown().await;
    }
}

impl AppState {
    /// # Errors
    /// When the database can't give or keep the installation's own secrets, or the identity provider could not be asked
    /// whatever it does.
    pub async fn new(db: Db, clock: Arc<dyn Clock>, config: Arc<Config>) -> Result<Self, DbErr> {
        let cursor_key = installation_key(&db, "cursor_key").await?;
        let limits = Arc::new(Limits::new(&config));
        let oidc = config.oidc.as_ref().map(Oidc::new).transpose();
        let oidc = oidc.map_err(|e| DbErr::Custom(format!("no client for the identity provider: {e}")))?;
        let beside = |end: &str| {
            let mut name = db.file()?.into_os_string();
            name.push(end);
            Some(PathBuf::from(name))
        };
        let journal = Journal::new(config.erasure_journal.clone().or_else(|| beside("-erasures")));
        let folder = || Place::Folder(beside("-files").unwrap_or_else(|| "grantline-files".into()));
        let of_files = files::Limits { max_bytes: config.file_limit, idle: config.body_read_timeout };
        let shelf = Shelf::new(config.files.clone().unwrap_or_else(folder), of_files);
        let (metrics, last_used, tasks) = (Metrics::new(), LastUsed::default(), Tasks::default());
        Ok(Self {
            db,
            clock,
            config,
            metrics,
            limits,
            oidc: oidc.map(Arc::new),
            cursor_key,
            last_used,
            journal,
            shelf,
            tasks,
        })
    }
}

/// A random key that the installation keeps; made by whichever server asks first.
async fn installation_key(db: &Db, name: &str) -> Result<[u8; 32], DbErr> {
    let mut fresh = [0; 32];
    getrandom::fill(&mut fresh).map_err(|e| DbErr::Custom(format!("no randomness: {e}")))?;
    let table = Alias::new("installation");
    let (name_column, value_column) = (Alias::new("name"), Alias::new("value"));
    let mut insert = Query::insert();
    insert
        .into_table(table.clone())
        .columns([name_column.clone(), value_column.clone()])
        .values_panic([Expr::value(name), Expr::value(STANDARD.encode(fresh))])
        .on_conflict(OnConflict::column(name_column.clone()).do_nothing().to_owned());
    let txn = db.begin_write().await?;
    txn.execute(&insert).await?;
    let select = Query::select()
        .column(value_column)
        .from(table)
        .and_where(Expr::col(name_column).eq(name))
        .to_owned();
    let row = txn.query_one(&select).await?.ok_or_else(|| DbErr::RecordNotFound(name.to_owned()))?;
    let kept: String = row.try_get("", "value")?;
    txn.commit().await?;
    let bytes = STANDARD.decode(kept).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| DbErr::Custom(format!("the installation's {name} is damaged")))
}
