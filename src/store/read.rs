//! Reading within a view, in one consistent snapshot: single records, their parts and their neighbours, always
//! a page at a time.
use super::db::Engine;
use super::resource::{Link, Neighbour, Part, Register, Resource};
use super::table::{Record, Row, Table};
use super::unit::MOST_VALUES;
use super::view::View;
use super::{Error, Result};
use chrono::NaiveDate;
use futures_util::Stream;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, LockType, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, StatementBuilder, StreamTrait};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// What leads from each id to which.
pub type Links = BTreeMap<Uuid, BTreeSet<Uuid>>;

/// Ids of neighbours are carried up to this many a record; lists filtered by relation have all of them.
pub const MOST_NEIGHBOURS: usize = 100;

/// A snapshot of the register as a view shows it, judged at a business date.
pub struct Reader<'a> {
    pub view: &'a View,
    pub conn: &'a DatabaseTransaction,
    pub engine: Engine,
    pub register: &'static Register,
    pub as_of: NaiveDate,
}

/// The ids of a record's neighbours, and whether there are more than are named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    pub ids: Vec<Uuid>,
    pub more: bool,
}

impl Reader<'_> {
    /// The same snapshot as it is, whoever asks: see [`View::whole`].
    pub fn seeing<'v>(&'v self, view: &'v View) -> Reader<'v> {
        Reader { view, conn: self.conn, engine: self.engine, register: self.register, as_of: self.as_of }
    }

    pub async fn query(&self, select: &SelectStatement) -> Result<Vec<QueryResult>> {
        Ok(match self.view.with_tables(select) {
            None => self.conn.query_all(select).await?,
            Some(select) => self.conn.query_all(&select).await?,
        })
    }

    /// The same row by row, for what need not be in memory at once.
    pub async fn stream(
        &self,
        select: &SelectStatement,
    ) -> Result<impl Stream<Item = std::result::Result<QueryResult, DbErr>> + Send + '_> {
        Ok(match self.view.with_tables(select) {
            None => self.conn.stream(select).await?,
            Some(select) => self.conn.stream(&select).await?,
        })
    }

    pub async fn one(&self, select: &SelectStatement) -> Result<Option<QueryResult>> {
        Ok(match self.view.with_tables(select) {
            None => self.conn.query_one(select).await?,
            Some(select) => self.conn.query_one(&select).await?,
        })
    }

    /// Rows of a table, from a select that answers with all its columns.
    pub async fn rows(&self, table: &Table, select: &SelectStatement) -> Result<Vec<Row>> {
        decoded(table, &self.query(select).await?)
    }

    /// Rows of a table as a statement has written them.
    pub async fn written(&self, table: &Table, statement: &impl StatementBuilder) -> Result<Vec<Row>> {
        decoded(table, &self.conn.query_all(statement).await?)
    }

    /// Whether the view shows no record of any resource but these.
    pub async fn is_empty_but_for(&self, beside: &[&str]) -> Result<bool> {
        let counted = |resource: &&&'static Resource| !beside.contains(&resource.name);
        for resource in self.register.resources.iter().filter(counted) {
            let mut select = self.view.select_columns(resource.table.name, "id", &["id"]);
            select.limit(1);
            if self.one(&select).await?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The row of a record, by id.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the view shows none.
    pub async fn row(&self, resource: &Resource, id: Uuid) -> Result<Row> {
        let mut select = self.view.select(&resource.table);
        select.and_where(column(&resource.table, "id").eq(id));
        self.rows(&resource.table, &select).await?.pop().ok_or(Error::NotFound)
    }

    /// The same with all its ids, to be written again.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the view shows none.
    pub async fn row_to_write(&self, resource: &Resource, id: Uuid) -> Result<Row> {
        let mut select = self.view.select_to_write(&resource.table);
        select.and_where(column(&resource.table, "id").eq(id));
        self.rows(&resource.table, &select).await?.pop().ok_or(Error::NotFound)
    }

    /// The row of a record that nobody else changes until the transaction ends, though others may refer to it.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the view shows none.
    pub async fn row_to_change(&self, resource: &Resource, id: Uuid) -> Result<Row> {
        let mut select = self.view.select_to_write(&resource.table);
        select.and_where(column(&resource.table, "id").eq(id)).lock(LockType::NoKeyUpdate);
        self.rows(&resource.table, &select).await?.pop().ok_or(Error::NotFound)
    }

    /// The row of a record that is about to be deleted: nothing can begin to refer to it until the transaction ends.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the view shows none.
    pub async fn row_to_delete(&self, resource: &Resource, id: Uuid) -> Result<Row> {
        let mut select = self.view.select_to_write(&resource.table);
        select.and_where(column(&resource.table, "id").eq(id)).lock(LockType::Update);
        self.rows(&resource.table, &select).await?.pop().ok_or(Error::NotFound)
    }

    /// The id of a record that an address names by id or code.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the view shows none.
    pub async fn resolve(&self, resource: &Resource, key: &str) -> Result<Uuid> {
        let select = match (key.parse::<Uuid>(), resource.code) {
            (Ok(id), _) => return Ok(id),
            (Err(_), None) => return Err(Error::NotFound),
            (Err(_), Some(code)) => {
                let mut select = self.view.select_columns(resource.table.name, "id", &["id", code]);
                select.and_where(column(&resource.table, code).eq(key));
                select
            }
        };
        let row = self.one(&select).await?.ok_or(Error::NotFound)?;
        Ok(row.try_get("", "id")?)
    }

    /// The rows of several records, in one statement, in no order.
    pub async fn rows_of(&self, resource: &Resource, ids: &[Uuid]) -> Result<Vec<Row>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut select = self.view.select(&resource.table);
        select.and_where(column(&resource.table, "id").is_in(ids.iter().copied()));
        self.rows(&resource.table, &select).await
    }

    /// Which of these ids the view shows, now.
    pub async fn among(&self, resource: &Resource, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
        let mut found = HashSet::new();
        for ids in ids.chunks(MOST_VALUES) {
            let mut select = self.view.select_columns(resource.table.name, "id", &["id"]);
            select.and_where(column(&resource.table, "id").is_in(ids.iter().copied()));
            for row in self.query(&select).await? {
                found.insert(row.try_get("", "id")?);
            }
        }
        Ok(found)
    }

    /// Which of these ids the view shows. Until the transaction ends none of them can be deleted (PostgreSQL;
    /// SQLite has one writer at a time): what refers to a record by kind and id has no foreign key to guard it.
    pub async fn known(&self, resource: &Resource, ids: &[Uuid]) -> Result<Vec<Uuid>> {
        let mut select = self.view.select_columns(resource.table.name, "id", &["id"]);
        select.and_where(column(&resource.table, "id").is_in(ids.iter().copied())).lock(LockType::KeyShare);
        let rows = self.query(&select).await?;
        Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<std::result::Result<_, _>>()?)
    }

    /// The parts of one kind of several roots, in one statement, oldest first.
    pub async fn parts(&self, part: &Part, roots: &[Uuid]) -> Result<HashMap<Uuid, Vec<Record>>> {
        let mut of: HashMap<Uuid, Vec<Record>> = HashMap::new();
        if roots.is_empty() {
            return Ok(of);
        }
        let mut select = self.view.select(&part.table);
        select.and_where(column(&part.table, part.parent).is_in(roots.iter().copied()));
        if part.table.columns().iter().any(|c| c.name == "position") {
            select.order_by(part.table.column("position"), Order::Asc);
        }
        select.order_by(part.table.column("id"), Order::Asc);
        for row in self.rows(&part.table, &select).await? {
            if let Some(root) = id_in(&row, part.parent) {
                of.entry(root).or_default().push(part.table.record(&row));
            }
        }
        Ok(of)
    }

    /// Whether somebody made or changed a record, its steps apart: for approval by another person.
    pub async fn wrote(&self, id: Uuid, principal: Uuid) -> Result<bool> {
        let entry = |name: &str| Expr::col((Alias::new("history_entry"), Alias::new(name)));
        let mut select = Query::select();
        select
            .column((Alias::new("history_entry"), Alias::new("seq")))
            .from(Alias::new("history_entry"))
            .and_where(entry("aggregate_id").eq(id))
            .and_where(entry("principal_id").eq(principal))
            .and_where(entry("action").is_in(["created", "updated", "adopted"]))
            .limit(1);
        Ok(self.conn.query_one(&select).await?.is_some())
    }

    /// From the ids in one column of a table to all those in another, in one statement.
    pub async fn links(
        &self,
        table: &'static str,
        from: &'static str,
        to: &'static str,
        ids: &[Uuid],
    ) -> Result<Links> {
        let mut found = Links::new();
        if ids.is_empty() {
            return Ok(found);
        }
        let of = |name: &str| (Alias::new(table), Alias::new(name));
        let mut select = self.view.select_columns(table, from, &[from, to]);
        select
            .column(of(to))
            .and_where(Expr::col(of(from)).is_in(ids.iter().copied()))
            .and_where(Expr::col(of(to)).is_not_null());
        for row in self.query(&select).await? {
            found.entry(row.try_get("", from)?).or_default().insert(row.try_get("", to)?);
        }
        Ok(found)
    }

    /// The ids of one kind of neighbour of several records, in one statement, and capped for each.
    pub async fn neighbours(&self, neighbour: &Neighbour, of: &[Row]) -> Result<HashMap<Uuid, Neighbours>> {
        let mut found: HashMap<Uuid, Neighbours> = HashMap::new();
        let Link::Through { table, own, other, .. } = neighbour.link else {
            return Ok(found);
        };
        let roots: Vec<Uuid> = of.iter().filter_map(|row| id_in(row, "id")).collect();
        if roots.is_empty() {
            return Ok(found);
        }
        let link = |name: &str| (Alias::new(table), Alias::new(name));
        let mut ranked = self.view.select_columns(table, own, &["id", own, other]);
        ranked
            .distinct()
            .column(link(other))
            .expr_as(
                Expr::cust(format!(
                    "DENSE_RANK() OVER (PARTITION BY \"{table}\".\"{own}\" ORDER BY \"{table}\".\"{other}\")"
                )),
                "place",
            )
            .and_where(Expr::col(link(own)).is_in(roots))
            .and_where(Expr::col(link(other)).is_not_null());
        let ranks = Alias::new("ranked");
        let mut select = Query::select();
        select
            .columns([(ranks.clone(), Alias::new(own)), (ranks.clone(), Alias::new(other))])
            .from_subquery(ranked, ranks.clone())
            .and_where(Expr::col((ranks.clone(), Alias::new("place"))).lte(MOST_NEIGHBOURS as i64 + 1))
            .order_by((ranks, Alias::new("place")), Order::Asc);
        for row in self.query(&select).await? {
            let entry = found.entry(row.try_get("", own)?).or_default();
            if entry.ids.len() < MOST_NEIGHBOURS {
                entry.ids.push(row.try_get("", other)?);
            } else {
                entry.more = true;
            }
        }
        Ok(found)
    }
}

fn decoded(table: &Table, rows: &[QueryResult]) -> Result<Vec<Row>> {
    Ok(rows.iter().map(|row| table.decode(row)).collect::<std::result::Result<_, _>>()?)
}

/// `"table"."name"`, to compare with.
pub fn column(table: &Table, name: &str) -> Expr {
    Expr::col((Alias::new(table.name), Alias::new(name)))
}

/// The text in a member of a row or record.
pub fn text_in<'a>(row: &'a Row, name: &str) -> Option<&'a str> {
    row.get(name).and_then(Value::as_str)
}

/// The id in a member of a row or record.
pub fn id_in(row: &Row, name: &str) -> Option<Uuid> {
    text_in(row, name)?.parse().ok()
}

/// The date in a member of a row or record.
pub fn date_in(row: &Row, name: &str) -> Option<NaiveDate> {
    text_in(row, name)?.parse().ok()
}
