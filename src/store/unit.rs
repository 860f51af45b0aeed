//! The unit of work: the only way to change the register. One transaction holds the view, the changed rows, their
//! twins and the history entry, or nothing.
use super::db::{Db, Engine};
use super::history::{self, Change};
use super::read::{Reader, column};
use super::resource::{Part, Register, Resource};
use super::table::{Row, Table};
use super::view::View;
use super::{Error, Result};
use crate::clock::Clock;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Who changes, why, and in which request: what every history entry keeps.
#[derive(Clone, Debug)]
pub struct Intent {
    pub principal_id: Uuid,
    pub token_id: Option<Uuid>,
    /// [`super::scope::Maker::granted`]; none for what the program does by itself.
    pub granted: Option<String>,
    pub reason: Option<String>,
    pub request_id: Option<String>,
    /// Does everything, then takes it back.
    pub dry_run: bool,
    pub now: DateTime<Utc>,
    pub as_of: NaiveDate,
}

/// A function that keeps something in step with the aggregates that a transaction touched, before it commits: in the
/// same unit, so that history tells of it too. `lib.rs` lists them.
pub type Projection = for<'a> fn(&'a mut Unit) -> futures_util::future::BoxFuture<'a, Result<()>>;

/// Values that one statement binds at most: within what both databases take.
pub(super) const MOST_VALUES: usize = 20_000;

/// An aggregate that a unit of work changed.
pub struct Touched {
    pub resource: &'static Resource,
    pub id: Uuid,
    pub action: &'static str,
    pub version: i64,
    pub changes: Vec<Change>,
}

impl Touched {
    /// A row changed twice in one unit has one new state: the last.
    fn leave(&mut self, change: Change) {
        self.changes.retain(|c| (c.table.name, c.id) != (change.table.name, change.id));
        self.changes.push(change);
    }
}

pub struct Unit {
    txn: DatabaseTransaction,
    view: View,
    whole: View,
    engine: Engine,
    register: &'static Register,
    projections: &'static [Projection],
    pub intent: Intent,
    clock: Arc<dyn Clock>,
    touched: Vec<Touched>,
    /// Whether something changed that the projections have not seen.
    changed: bool,
}

/// After an error, which is what the caller is told: the database may have taken everything back by itself.
async fn take_back(txn: DatabaseTransaction) {
    if let Err(error) = txn.rollback().await {
        tracing::debug!(%error, "there was nothing left to take back");
    }
}

impl Unit {
    /// Begins a transaction that may write (immediate on SQLite).
    pub async fn begin(
        db: &Db,
        register: &'static Register,
        projections: &'static [Projection],
        view: View,
        intent: Intent,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let txn = db.begin_write().await?;
        let (whole, touched) = (view.whole(), Vec::new());
        Ok(Self {
            txn,
            view,
            whole,
            engine: db.engine,
            register,
            projections,
            intent,
            clock,
            touched,
            changed: false,
        })
    }

    /// The register as this unit has changed it so far.
    pub fn reader(&self) -> Reader<'_> {
        Reader {
            view: &self.view,
            conn: &self.txn,
            engine: self.engine,
            register: self.register,
            as_of: self.intent.as_of,
        }
    }

    /// The same without regard to who asks, for rules. What is read so is never shown.
    pub fn whole(&self) -> Reader<'_> {
        Reader { view: &self.whole, ..self.reader() }
    }

    /// The position of the newest entry that has one: what was before this unit.
    pub async fn last_position(&self) -> Result<i64> {
        history::last_position(&self.txn).await
    }

    /// What this unit has changed so far.
    pub fn touched(&self) -> &[Touched] {
        &self.touched
    }

    /// Brings what follows from the changes so far in step with them. Before the answer is made, where that tells of it.
    pub async fn project(&mut self) -> Result<()> {
        if self.changed {
            for projection in self.projections {
                projection(self).await?;
            }
            self.changed = false;
        }
        Ok(())
    }

    /// Ends the unit: on success runs the projections, writes history and commits, unless it is a dry run; else
    /// takes everything back.
    pub async fn finish<T>(mut self, db: &Db, outcome: Result<T>) -> Result<T> {
        let outcome = match outcome {
            Ok(value) => self.project().await.map(|()| value),
            Err(error) => Err(error),
        };
        let value = match outcome {
            Ok(value) => value,
            Err(error) => {
                take_back(self.txn).await;
                return Err(error);
            }
        };
        if self.intent.dry_run || self.touched.is_empty() {
            self.txn.rollback().await?;
            return Ok(value);
        }
        history::write(&self.txn, &self.intent, &self.touched).await?;
        // One writer at a time: on SQLite the order of commits is known before the commit.
        if self.engine == Engine::Sqlite {
            history::sequence(&self.txn, self.clock.as_ref()).await?;
        }
        self.txn.commit().await?;
        if self.engine == Engine::Postgres
            && let Err(error) = history::sequence_after_commit(db, self.clock.as_ref()).await
        {
            // What was committed stays so; the next write numbers this entry too.
            tracing::warn!(%error, "an entry waits for its position");
        }
        Ok(value)
    }

    /// Inserts the root row of a new aggregate.
    pub async fn insert_root(&mut self, resource: &'static Resource, row: Row) -> Result<()> {
        let id = super::read::id_in(&row, "id").ok_or(Error::NotFound)?;
        let row = self.insert(&resource.table, row).await?;
        self.view = self.view.including(id);
        self.touch(resource, id, "created", 1, Change { table: &resource.table, id, row: Some(row) });
        Ok(())
    }

    /// Writes the root row again, raising its version. `row` holds every column.
    ///
    /// # Errors
    /// [`Error::Stale`] when the version is no longer `expected`.
    pub async fn update_root(
        &mut self,
        resource: &'static Resource,
        mut row: Row,
        expected: i64,
        action: &'static str,
    ) -> Result<()> {
        let id = super::read::id_in(&row, "id").ok_or(Error::NotFound)?;
        let version = match self.touched.iter().find(|t| t.id == id) {
            Some(touched) => touched.version,
            None => expected + 1,
        };
        row.insert("version".into(), json!(version));
        row.insert("updated_at".into(), json!(self.intent.now));
        resource.table.seal(&mut row)?;
        let mut update = Query::update();
        update.table(Alias::new(resource.table.name));
        for (name, value) in resource.table.encode(row)? {
            update.value(Alias::new(name), value);
        }
        // A second change of one aggregate in one unit keeps the version that the first one raised it to.
        let stored = if self.touched.iter().any(|t| t.id == id) { version } else { expected };
        update
            .and_where(column(&resource.table, "id").eq(id))
            .and_where(column(&resource.table, "version").eq(stored))
            .returning(resource.table.returning());
        let Some(row) = self.reader().written(&resource.table, &update).await?.pop() else {
            return Err(self.why_not(resource, id).await);
        };
        self.touch(resource, id, action, version, Change { table: &resource.table, id, row: Some(row) });
        Ok(())
    }

    /// Deletes the root row; its parts must be gone.
    pub async fn delete_root(&mut self, resource: &'static Resource, id: Uuid, expected: i64) -> Result<()> {
        let mut delete = Query::delete();
        delete
            .from_table(Alias::new(resource.table.name))
            .and_where(column(&resource.table, "id").eq(id))
            .and_where(column(&resource.table, "version").eq(expected));
        if self.txn.execute(&delete).await?.rows_affected() == 0 {
            return Err(self.why_not(resource, id).await);
        }
        self.touch(resource, id, "deleted", expected, Change { table: &resource.table, id, row: None });
        Ok(())
    }

    /// Inserts a part. The caller has raised, or will raise, the root's version with [`Unit::update_root`].
    pub async fn insert_part(
        &mut self,
        resource: &'static Resource,
        root: Uuid,
        table: &'static Table,
        row: Row,
    ) -> Result<()> {
        let id = super::read::id_in(&row, "id").ok_or(Error::NotFound)?;
        let row = self.insert(table, row).await?;
        self.change_part(resource, root, Change { table, id, row: Some(row) })
    }

    /// Writes a part again; `row` holds every column.
    pub async fn update_part(
        &mut self,
        resource: &'static Resource,
        root: Uuid,
        part: &'static Part,
        mut row: Row,
    ) -> Result<()> {
        let id = super::read::id_in(&row, "id").ok_or(Error::NotFound)?;
        part.table.seal(&mut row)?;
        let mut update = Query::update();
        update.table(Alias::new(part.table.name));
        for (name, value) in part.table.encode(row)? {
            update.value(Alias::new(name), value);
        }
        update.and_where(column(&part.table, "id").eq(id)).returning(part.table.returning());
        let row = self.reader().written(&part.table, &update).await?.pop().ok_or(Error::NotFound)?;
        self.change_part(resource, root, Change { table: &part.table, id, row: Some(row) })
    }

    pub async fn delete_part(
        &mut self,
        resource: &'static Resource,
        root: Uuid,
        table: &'static Table,
        id: Uuid,
    ) -> Result<()> {
        let mut delete = Query::delete();
        delete.from_table(Alias::new(table.name)).and_where(column(table, "id").eq(id));
        if self.txn.execute(&delete).await?.rows_affected() == 0 {
            return Err(Error::NotFound);
        }
        self.change_part(resource, root, Change { table, id, row: None })
    }

    /// Writes many roots of one kind, new ones (without a version) and changed ones, in a few statements: for what the
    /// program keeps in step by itself. The caller has locked those that are there.
    pub async fn put_roots(&mut self, resource: &'static Resource, rows: Vec<Row>) -> Result<()> {
        let now = json!(self.intent.now);
        let mut ready = Vec::with_capacity(rows.len());
        for mut row in rows {
            let id = super::read::id_in(&row, "id").ok_or(Error::NotFound)?;
            let (stored, before) =
                (row.get("version").and_then(|v| v.as_i64()), self.touched.iter().find(|t| t.id == id));
            let version = match (before, stored) {
                (Some(touched), _) => touched.version,
                (None, stored) => stored.unwrap_or(0) + 1,
            };
            if stored.is_none() {
                row.insert("created_at".into(), now.clone());
            }
            row.insert("version".into(), json!(version));
            row.insert("updated_at".into(), now.clone());
            ready.push((id, version, row));
        }
        let versions: HashMap<Uuid, i64> = ready.iter().map(|(id, version, _)| (*id, *version)).collect();
        let written = self.put(&resource.table, ready.into_iter().map(|(.., row)| row).collect()).await?;
        for row in written {
            let id = super::read::id_in(&row, "id").ok_or(Error::NotFound)?;
            let version = versions.get(&id).copied().unwrap_or(1);
            let action = match self.touched.iter().find(|t| t.id == id) {
                Some(touched) => touched.action,
                None if version == 1 => "created",
                None => "updated",
            };
            self.touch(resource, id, action, version, Change { table: &resource.table, id, row: Some(row) });
        }
        Ok(())
    }

    /// The same of parts, each with its root, which has been written before.
    pub async fn put_parts(
        &mut self,
        resource: &'static Resource,
        part: &'static Part,
        rows: Vec<Row>,
    ) -> Result<()> {
        for row in self.put(&part.table, rows).await? {
            let of = |name: &str| super::read::id_in(&row, name).ok_or(Error::NotFound);
            let (root, id) = (of(part.parent)?, of("id")?);
            self.change_part(resource, root, Change { table: &part.table, id, row: Some(row) })?;
        }
        Ok(())
    }

    /// Deletes many roots of one kind with their parts, in a few statements: for what the program keeps by itself. The
    /// caller has locked them.
    pub async fn remove_roots(&mut self, resource: &'static Resource, rows: &[Row]) -> Result<()> {
        for rows in rows.chunks(MOST_VALUES) {
            let mut ids = Vec::with_capacity(rows.len());
            for row in rows {
                let id = super::read::id_in(row, "id").ok_or(Error::NotFound)?;
                let version = row.get("version").and_then(|v| v.as_i64()).unwrap_or(0) + 1;
                self.touch(
                    resource,
                    id,
                    "deleted",
                    version,
                    Change { table: &resource.table, id, row: None },
                );
                ids.push(id);
            }
            for part in resource.parts {
                for row in self.remove(&part.table, part.parent, &ids).await? {
                    let of = |name: &str| super::read::id_in(&row, name).ok_or(Error::NotFound);
                    let (root, id) = (of(part.parent)?, of("id")?);
                    self.change_part(resource, root, Change { table: &part.table, id, row: None })?;
                }
            }
            self.remove(&resource.table, "id", &ids).await?;
        }
        Ok(())
    }

    /// Deletes the rows that have one of these ids in a column.
    async fn remove(&self, table: &'static Table, by: &str, ids: &[Uuid]) -> Result<Vec<Row>> {
        let mut delete = Query::delete();
        delete
            .from_table(Alias::new(table.name))
            .and_where(column(table, by).is_in(ids.iter().copied()))
            .returning(table.returning());
        self.reader().written(table, &delete).await
    }

    /// Inserts rows, or overwrites those whose id is there.
    async fn put(&self, table: &'static Table, rows: Vec<Row>) -> Result<Vec<Row>> {
        let columns: Vec<&str> = table.columns().iter().map(|c| c.name).collect();
        let others = columns.iter().filter(|name| **name != "id").map(|name| Alias::new(*name));
        let overwrite = OnConflict::column(Alias::new("id")).update_columns(others).to_owned();
        let mut written = Vec::with_capacity(rows.len());
        for rows in rows.chunks(MOST_VALUES / columns.len().max(1)) {
            let mut insert = Query::insert();
            insert.into_table(Alias::new(table.name)).columns(columns.iter().map(|name| Alias::new(*name)));
            for row in rows {
                let mut row = row.clone();
                table.seal(&mut row)?;
                insert.values_panic(table.encode(row)?.into_iter().map(|(_, value)| Expr::value(value)));
            }
            insert.on_conflict(overwrite.clone()).returning(table.returning());
            written.extend(self.reader().written(table, &insert).await?);
        }
        Ok(written)
    }

    /// Answers the row as the database holds it, which is what history keeps and digests.
    async fn insert(&self, table: &Table, mut row: Row) -> Result<Row> {
        table.seal(&mut row)?;
        let values = table.encode(row)?;
        let mut insert = Query::insert();
        insert
            .into_table(Alias::new(table.name))
            .columns(values.iter().map(|(name, _)| Alias::new(*name)))
            .values_panic(values.iter().map(|(_, value)| Expr::value(value.clone())))
            .returning(table.returning());
        self.reader().written(table, &insert).await?.pop().ok_or(Error::NotFound)
    }

    fn change_part(&mut self, resource: &'static Resource, root: Uuid, change: Change) -> Result<()> {
        // Roots are written first, so that a stale version stops everything that follows from it.
        let touched = self.touched.iter_mut().find(|t| t.id == root);
        let touched = touched.ok_or_else(|| {
            sea_orm::DbErr::Custom(format!("a part of {} changed before its root", resource.name))
        })?;
        touched.leave(change);
        self.changed = true;
        Ok(())
    }

    fn touch(
        &mut self,
        resource: &'static Resource,
        id: Uuid,
        action: &'static str,
        version: i64,
        change: Change,
    ) {
        self.changed = true;
        match self.touched.iter_mut().find(|t| t.id == id) {
            Some(touched) => {
                touched.action = action;
                touched.version = version;
                touched.leave(change);
            }
            None => self.touched.push(Touched { resource, id, action, version, changes: vec![change] }),
        }
    }

    /// Why a guarded statement met no row: gone, or at another version.
    async fn why_not(&self, resource: &Resource, id: Uuid) -> Error {
        match self.reader().row(resource, id).await {
            Ok(row) => Error::Stale { current: row.get("version").and_then(|v| v.as_i64()).unwrap_or(0) },
            Err(error) => error,
        }
    }
}
