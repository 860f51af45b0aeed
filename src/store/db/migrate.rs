//! Bringing the schema up to date, once, however many servers start at once. Not the migrations themselves.
use super::{Db, Engine, connect};
use migration::{Migrator, MigratorTrait, SchemaManager};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};

/// PostgreSQL's lock for schema changes: "grantlin" in ASCII. Such locks belong to one database, not to the server.
const MIGRATION_LOCK: i64 = 0x6772_616e_746c_696e;

/// One migration that this program knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationState {
    pub name: String,
    pub applied: bool,
}

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A newer version of the program has changed the schema.
    #[error(
        "The database was migrated by a newer version of grantline (it knows \"{0}\", this one does not): \
         start that version, or restore a back-up made before it."
    )]
    Newer(String),
    /// SQLite: rows refer to nothing after the migration; nothing was changed.
    #[error(
        "The migration would leave rows of the table \"{0}\" that refer to nothing; nothing was changed."
    )]
    DanglingReferences(String),
    #[error("The database could not be migrated: {0}")]
    Database(#[from] DbErr),
}

impl Db {
    /// Applies the migrations that are missing and returns their names: none when the schema is up to date.
    /// Safe to call from many processes at once: one migrates, the others wait for it and find nothing to do.
    ///
    /// # Errors
    /// [`MigrateError::Newer`] for a database of a newer program; else what the database says. A migration that
    /// fails leaves nothing behind on either engine; on PostgreSQL those before it stay.
    pub async fn migrate(&self) -> Result<Vec<String>, MigrateError> {
        let own = connect::for_schema_changes(self)
            .await
            .map_err(|error| DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error.into())))?;
        let done = match self.engine {
            Engine::Sqlite => migrate_sqlite(&own).await,
            Engine::Postgres => migrate_postgres(&own).await,
        };
        // Gives PostgreSQL's lock back too, also after an error.
        drop(own.close().await);
        done
    }

    /// The migrations this program knows, in order, and whether the database has them. Changes nothing.
    ///
    /// # Errors
    /// [`MigrateError::Newer`] for a database of a newer program; else what the database says.
    pub async fn migrations(&self) -> Result<Vec<MigrationState>, MigrateError> {
        known_states(&self.read).await
    }

    /// The names of the migrations that are missing. Changes nothing.
    ///
    /// # Errors
    /// As [`Db::migrations`].
    pub async fn pending(&self) -> Result<Vec<String>, MigrateError> {
        Ok(missing(self.migrations().await?))
    }
}

async fn migrate_postgres(db: &DatabaseConnection) -> Result<Vec<String>, MigrateError> {
    // Held by the session: the pool has this one connection and never changes it.
    db.execute_unprepared(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})")).await?;
    let names = missing(known_states(db).await?);
    if !names.is_empty() {
        Migrator::up(db, None).await?;
    }
    Ok(names)
}

async fn migrate_sqlite(db: &DatabaseConnection) -> Result<Vec<String>, MigrateError> {
    // The write lock is the lock. All migrations are one transaction, which SQLite allows for tables too.
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let tx = db.begin_with_options(options).await?;
    let names = missing(known_states(&tx).await?);
    if names.is_empty() {
        tx.rollback().await?;
        return Ok(names);
    }
    Migrator::up(&tx, None).await?;
    // References are not enforced meanwhile (a table is rebuilt by dropping it), so they are checked here.
    if let Some(row) = tx.query_one_raw(statement(&tx, "PRAGMA foreign_key_check")).await? {
        return Err(MigrateError::DanglingReferences(row.try_get_by_index(0)?));
    }
    tx.commit().await?;
    Ok(names)
}

fn missing(states: Vec<MigrationState>) -> Vec<String> {
    states.into_iter().filter(|one| !one.applied).map(|one| one.name).collect()
}

pub(super) async fn known_states<C: ConnectionTrait>(db: &C) -> Result<Vec<MigrationState>, MigrateError>
where
    for<'c> &'c C: migration::IntoSchemaManagerConnection<'c>,
{
    let applied = applied(db).await?;
    let known: Vec<String> = Migrator::migrations().iter().map(|one| one.name().to_owned()).collect();
    if let Some(foreign) = applied.iter().find(|name| !known.contains(name)) {
        return Err(MigrateError::Newer(foreign.clone()));
    }
    Ok(known.into_iter().map(|name| MigrationState { applied: applied.contains(&name), name }).collect())
}

async fn applied<C: ConnectionTrait>(db: &C) -> Result<Vec<String>, DbErr>
where
    for<'c> &'c C: migration::IntoSchemaManagerConnection<'c>,
{
    if !SchemaManager::new(db).has_table("seaql_migrations").await? {
        return Ok(Vec::new());
    }
    db.query_all_raw(statement(db, "SELECT version FROM seaql_migrations ORDER BY version"))
        .await?
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect()
}

fn statement(db: &impl ConnectionTrait, sql: &str) -> Statement {
    Statement::from_string(db.get_database_backend(), sql)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    async fn opened(dir: &tempfile::TempDir) -> Db {
        Db::connect(&format!("sqlite://{}", dir.path().join("a.db").display()), 2).await.unwrap()
    }

    fn known() -> Vec<String> {
        Migrator::migrations().iter().map(|one| one.name().to_owned()).collect()
    }

    #[tokio::test]
    async fn a_database_is_migrated_once() {
        let dir = tempfile::tempdir().unwrap();
        let db = opened(&dir).await;
        assert_eq!(db.pending().await.unwrap(), known());
        assert_eq!(db.pending().await.unwrap(), known(), "asking changes nothing");
        assert_eq!(db.migrate().await.unwrap(), known());
        assert!(db.migrate().await.unwrap().is_empty());
        assert!(db.migrations().await.unwrap().iter().all(|one| one.applied));
    }

    #[tokio::test]
    async fn servers_that_start_at_once_migrate_once() {
        let dir = tempfile::tempdir().unwrap();
        let mut servers = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let db = opened(&dir).await;
            servers.spawn(async move { db.migrate().await.unwrap() });
        }
        let mut done: Vec<_> =
            servers.join_all().await.into_iter().filter(|names| !names.is_empty()).collect();
        assert_eq!(done.pop(), Some(known()));
        assert!(done.is_empty(), "a second one migrated too");
    }

    #[tokio::test]
    async fn a_newer_database_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let db = opened(&dir).await;
        db.migrate().await.unwrap();
        let row = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m99990101_000001_future', 0)";
        db.write.execute_unprepared(row).await.unwrap();
        for refusal in [db.migrate().await.unwrap_err(), db.pending().await.unwrap_err()] {
            assert!(matches!(&refusal, MigrateError::Newer(name) if name == "m99990101_000001_future"));
            assert!(refusal.to_string().contains("newer version of grantline"));
        }
    }
}
