//! A SQLite database as one file: taken while others write to it, and put in its place again. Each copy is looked
//! through before it gets its name, so no half of one ever stands under it. PostgreSQL has `pg_dump` for this.
use super::connect::{single, sqlite_error, sqlite_options, sqlite_reason};
use super::migrate::{MigrateError, known_states};
use crate::store::classify::{DbFault, classify};
use chrono::{DateTime, Utc};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, Statement};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// What SQLite leaves beside a database that was not closed. Beside another database it would be taken for its own.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// What a copy holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Changes that the history knows.
    pub entries: i64,
    /// When the newest of them was made.
    pub newest: Option<DateTime<Utc>>,
    pub bytes: u64,
    /// Steps of the schema that this program has and the copy lacks.
    pub behind: usize,
}

/// Why there is no copy: one sentence. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Schema(#[from] MigrateError),
}

impl From<DbErr> for SnapshotError {
    fn from(error: DbErr) -> Self {
        Self::Schema(error.into())
    }
}

type Result<T> = std::result::Result<T, SnapshotError>;

/// Copies the SQLite database at `url` into the new file `target`: all of one moment, however much is written
/// meanwhile. The file can be read by its owner only, for it holds all that the register holds.
///
/// # Errors
/// Where `target` is there already, can't be written, or the copy would not be sound.
pub async fn back_up(url: &str, target: &Path) -> Result<Snapshot> {
    let source = database_file(url)?;
    if !source.is_file() {
        return refuse(format!("There is no database {}.", source.display()));
    }
    if let Some(taken) = with_companions(target).into_iter().find(|path| exists(path)) {
        return refuse(format!("{} is there already: name a new file.", taken.display()));
    }
    let (copy, held) = copy(&source, target).await?;
    copy.persist_noclobber(target).map_err(|error| unwritable(target, &error.error))?;
    sync_folder(target)?;
    Ok(held)
}

/// Puts a copy of `source` in the place of the SQLite database at `url`, in one step.
///
/// # Errors
/// Where `source` is damaged, no database of Grantline or of a newer one; where another program has the database
/// open; and, unless told to `overwrite`, where it holds anything.
pub async fn restore(url: &str, source: &Path, overwrite: bool) -> Result<Snapshot> {
    let target = database_file(url)?;
    if !source.is_file() {
        return refuse(format!("There is no file {}.", source.display()));
    }
    let (copy, held) = copy(source, &target).await?;
    // Held until the new file stands in the old one's place, so that no server begins to write to the old one.
    let locked = if exists(&target) { lock(&target, overwrite).await? } else { None };
    if locked.is_none() && !overwrite {
        let companions = with_companions(&target);
        if let Some(orphan) = companions.iter().find(|path| exists(path)) {
            return refuse(format!(
                "{} is left of a database that is gone: move it away, or allow it to be lost with --overwrite.",
                orphan.display()
            ));
        }
    }
    if let Ok(old) = fs::metadata(&target) {
        // Whoever could read the old file reads the new one, where this user may arrange that.
        drop(fs::set_permissions(&copy, old.permissions()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt, chown};
            drop(chown(&copy, Some(old.uid()), Some(old.gid())));
        }
    }
    for companion in with_companions(&target).into_iter().skip(1).filter(|path| exists(path)) {
        fs::remove_file(&companion).map_err(|error| unwritable(&companion, &error))?;
    }
    let placed = if exists(&target) { copy.persist(&target) } else { copy.persist_noclobber(&target) };
    placed.map_err(|error| unwritable(&target, &error.error))?;
    sync_folder(&target)?;
    if let Some(locked) = locked {
        drop(locked.close().await);
    }
    Ok(held)
}

fn refuse<T>(sentence: impl Into<String>) -> Result<T> {
    Err(SnapshotError::Refused(sentence.into()))
}

fn unwritable(path: &Path, error: &std::io::Error) -> SnapshotError {
    SnapshotError::Refused(format!("{} can't be written: {error}.", path.display()))
}

fn unsound(path: &Path, why: impl std::fmt::Display) -> SnapshotError {
    SnapshotError::Refused(format!("{} is not sound: {why}.", path.display()))
}

/// What the database says of its file, without the statement.
fn reason(error: &DbErr) -> String {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
            sqlite_reason(cause)
        }
        other => other.to_string(),
    }
}

/// The file behind the address of a database.
fn database_file(url: &str) -> Result<PathBuf> {
    if !url.starts_with("sqlite:") {
        return refuse(
            "This is for SQLite. PostgreSQL has programs of its own: pg_dump --format=custom --file=FILE for a \
             back-up, pg_restore for putting it back (README, Back-up).",
        );
    }
    let options = sqlite_options(url).map_err(|error| SnapshotError::Refused(error.to_string()))?;
    let named = options.get_filename();
    // Behind a link: the database is to be replaced, not the link to it.
    Ok(named.canonicalize().unwrap_or_else(|_| named.to_owned()))
}

/// The path, and those of what SQLite may keep beside it.
fn with_companions(path: &Path) -> Vec<PathBuf> {
    let beside = |end: &&str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    [""].iter().chain(&COMPANIONS).map(beside).collect()
}

/// Whether anything has this name, be it a link that leads nowhere.
fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

async fn opened(path: &Path, options: SqliteConnectOptions) -> Result<DatabaseConnection> {
    let pool: std::result::Result<SqlitePool, _> = single().connect_with(options.filename(path)).await;
    pool.map(Into::into).map_err(|error| SnapshotError::Refused(sqlite_error(path, &error).to_string()))
}

/// A copy of `source` on the disk, in the folder of `target`, that goes away unless it is given a name. Both are looked
/// through: copying would mend a damaged index in silence.
async fn copy(source: &Path, target: &Path) -> Result<(TempPath, Snapshot)> {
    look_through(source).await?;
    let name = tempfile::Builder::new().prefix(".grantline-").suffix(".partial").tempfile_in(folder(target));
    let copy = name.map_err(|error| unwritable(target, &error))?.into_temp_path();
    let from = opened(source, SqliteConnectOptions::new()).await?;
    // One read transaction: writers go on, and none of what they write meanwhile is in the copy.
    let into = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [utf8(&copy)?.into()]);
    let copied = from.execute_raw(into).await;
    drop(from.close().await);
    copied.map_err(|error| {
        let (source, reason) = (source.display(), reason(&error));
        SnapshotError::Refused(format!("{source} can't be copied: {reason}."))
    })?;
    File::open(&copy).and_then(|file| file.sync_all()).map_err(|error| unwritable(target, &error))?;
    let held = look_through(&copy).await?;
    Ok((copy, held))
}

fn utf8(path: &Path) -> Result<&str> {
    path.to_str().map_or_else(|| refuse(format!("{} is not a name in UTF-8.", path.display())), Ok)
}

/// The new name is on the disk too once its folder is.
fn sync_folder(path: &Path) -> Result<()> {
    File::open(folder(path)).and_then(|folder| folder.sync_all()).map_err(|error| unwritable(path, &error))
}

/// Sees that a file is a sound database of this version of Grantline or an earlier one.
async fn look_through(path: &Path) -> Result<Snapshot> {
    let file = opened(path, SqliteConnectOptions::new().read_only(true)).await?;
    let held = looked_through(path, &file).await;
    drop(file.close().await);
    held
}

async fn looked_through(path: &Path, file: &DatabaseConnection) -> Result<Snapshot> {
    let damaged = |error: DbErr| unsound(path, reason(&error));
    let first: String = value(file, "PRAGMA integrity_check(1)").await.map_err(damaged)?;
    if first != "ok" {
        return Err(unsound(path, first));
    }
    let dangling = file.query_one_raw(statement("PRAGMA foreign_key_check")).await.map_err(damaged)?;
    if let Some(row) = dangling {
        let table: String = row.try_get_by_index(0)?;
        return Err(unsound(path, format!("rows of {table} refer to nothing")));
    }
    let schema = known_states(file).await?;
    if !schema.iter().any(|step| step.applied) {
        return refuse(format!("{} is no database of Grantline.", path.display()));
    }
    Ok(Snapshot {
        entries: entries(file).await?,
        newest: match holds_table(file, "history_entry").await? {
            true => value(file, "SELECT MAX(at) FROM history_entry").await?,
            false => None,
        },
        bytes: fs::metadata(path).map_or(0, |file| file.len()),
        behind: schema.iter().filter(|step| !step.applied).count(),
    })
}

/// The database at `path`, closed to all others, after it was seen that it may be replaced. None where it is no
/// database at all: nobody can have that open, and it is lost only when that is allowed.
async fn lock(path: &Path, overwrite: bool) -> Result<Option<DatabaseConnection>> {
    let locked = match opened(path, SqliteConnectOptions::new()).await {
        Ok(database) => database,
        Err(_) if overwrite => return Ok(None),
        Err(error) => return Err(error),
    };
    // Leaving the write-ahead log needs the file for itself, and folds the log in.
    match locked.execute_unprepared("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE").await {
        Ok(_) => {}
        Err(error) if classify(&error) == DbFault::Busy => {
            return refuse(format!("Another program has {} open: stop the server first.", path.display()));
        }
        Err(_) if overwrite => return Ok(None),
        Err(error) => return Err(unsound(path, reason(&error))),
    }
    let tables: i64 = value(&locked, "SELECT COUNT(*) FROM sqlite_master").await?;
    let blank = tables == 0 || (holds_table(&locked, "history_entry").await? && entries(&locked).await? == 0);
    if blank || overwrite {
        return Ok(Some(locked));
    }
    refuse(format!(
        "{} holds records already: name another database, or allow them to be lost with --overwrite.",
        path.display()
    ))
}

async fn entries(file: &DatabaseConnection) -> Result<i64> {
    if !holds_table(file, "history_entry").await? {
        return Ok(0);
    }
    Ok(value(file, "SELECT COUNT(*) FROM history_entry").await?)
}

async fn holds_table(file: &DatabaseConnection, name: &str) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?";
    let asked = Statement::from_sql_and_values(DbBackend::Sqlite, sql, [name.into()]);
    let row = file.query_one_raw(asked).await?;
    Ok(row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?.unwrap_or(0) > 0)
}

async fn value<T: sea_orm::TryGetable>(
    file: &DatabaseConnection,
    sql: &str,
) -> std::result::Result<T, DbErr> {
    let row = file.query_one_raw(statement(sql)).await?;
    row.ok_or_else(|| DbErr::RecordNotFound(sql.to_owned()))?.try_get_by_index(0)
}

fn statement(sql: &str) -> Statement {
    Statement::from_string(DbBackend::Sqlite, sql)
}
