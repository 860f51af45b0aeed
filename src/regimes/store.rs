//! The table of regimes: a record for each version. It is part of the register, so that each has its entry in the history
//! and its place under the signed checkpoints; nobody changes or deletes one, so those operations are not offered.
use super::model::RegimeKey;
use crate::shared::search::search_text;
use crate::store::aggregate::typed;
use crate::store::read::{Reader, column};
use crate::store::{Error, Resource, Result, Row, Table, never};
use entity::regime::Model;
use sea_orm::sea_query::{ExprTrait, Order};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

pub static REGIME: Resource = Resource {
    name: "regime",
    path: "regimes",
    table: Table::of::<entity::regime::Entity>("regime", &[], &["edition_key", "search_text"]),
    code: None,
    // Held against its own schema and against others before it is written.
    parse: never,
    // Its parent is never deleted: the foreign key is guard enough.
    references: &[],
    // `publish` looks first, and takes another look where the index says that somebody else was faster.
    unique: &[],
    computed: |record| {
        Row::from_iter([("search_text".to_owned(), json!(search_text(record, &["code", "edition"])))])
    },
    named_by: &[],
    parts: &[],
    neighbours: &[],
    fields: &[],
    relations: &[],
    life: None,
    followed: false,
    publishing: None,
    rule: None,
    kept_for: None,
    kept_while: None,
};

/// Which version a row is.
pub fn key(row: &Model) -> RegimeKey {
    RegimeKey { id: row.code.clone(), version: row.edition.clone() }
}

/// A version.
///
/// # Errors
/// What the database says.
pub async fn find(reader: &Reader<'_>, key: &RegimeKey) -> Result<Option<Model>> {
    let mut select = reader.view.select(&REGIME.table);
    select.and_where(column(&REGIME.table, "reference").eq(key.to_string()));
    one(reader, &select).await
}

/// The newest version of a regime.
///
/// # Errors
/// What the database says.
pub async fn newest(reader: &Reader<'_>, id: &str) -> Result<Option<Model>> {
    let mut select = reader.view.select(&REGIME.table);
    select
        .and_where(column(&REGIME.table, "code").eq(id))
        .order_by(REGIME.table.column("edition_key"), Order::Desc)
        .limit(1);
    one(reader, &select).await
}

async fn one(reader: &Reader<'_>, select: &sea_orm::sea_query::SelectStatement) -> Result<Option<Model>> {
    reader.rows(&REGIME.table, select).await?.pop().map(|row| typed(&row)).transpose()
}

/// Versions by regime, the newest of each first, beyond a place.
///
/// # Errors
/// What the database says.
pub async fn page(
    reader: &Reader<'_>,
    ids: Option<&[String]>,
    after: Option<(String, i64)>,
    limit: u64,
) -> Result<Vec<Model>> {
    let of = |name| column(&REGIME.table, name);
    let mut select = reader.view.select(&REGIME.table);
    if let Some(ids) = ids {
        select.and_where(of("code").is_in(ids.iter().cloned()));
    }
    if let Some((id, place)) = after {
        let older = of("code").eq(id.clone()).and(of("edition_key").lt(place));
        select.and_where(of("code").gt(id).or(older));
    }
    select
        .order_by(REGIME.table.column("code"), Order::Asc)
        .order_by(REGIME.table.column("edition_key"), Order::Desc)
        .limit(limit);
    reader.rows(&REGIME.table, &select).await?.iter().map(typed).collect()
}

/// A version with what it descends from, the eldest first. A statement for each: there are few
/// ([`super::inherit::DEEPEST`]).
///
/// # Errors
/// What the database says.
pub async fn line(reader: &Reader<'_>, row: Model) -> Result<Vec<Model>> {
    let id = row.id;
    let found = above(reader, vec![row]).await?;
    Ok(descent(&found, id).into_iter().cloned().collect())
}

/// Versions by the ids of their records, each as the line that it descends from, the eldest first. A statement for each
/// generation, however many there are.
///
/// # Errors
/// What the database says.
pub async fn lines(reader: &Reader<'_>, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<(RegimeKey, Value)>>> {
    let rows = reader.rows_of(&REGIME, ids).await?.iter().map(typed).collect::<Result<Vec<Model>>>()?;
    let found = above(reader, rows).await?;
    let known = ids.iter().filter(|id| found.contains_key(id));
    let said = |id| descent(&found, id).into_iter().map(|row| (key(row), row.document.clone())).collect();
    Ok(known.map(|id| (*id, said(*id))).collect())
}

/// Rows with all that they descend from, by id.
async fn above(reader: &Reader<'_>, rows: Vec<Model>) -> Result<HashMap<Uuid, Model>> {
    let (mut found, mut rows) = (HashMap::new(), rows);
    while !rows.is_empty() {
        let parents: Vec<Uuid> = rows.iter().filter_map(|row| row.parent_id).collect();
        found.extend(rows.into_iter().map(|row| (row.id, row)));
        let wanted: Vec<Uuid> = parents.into_iter().filter(|id| !found.contains_key(id)).collect();
        rows = reader.rows_of(&REGIME, &wanted).await?.iter().map(typed).collect::<Result<_>>()?;
    }
    Ok(found)
}

/// What extends what never makes a circle.
fn descent(found: &HashMap<Uuid, Model>, id: Uuid) -> Vec<&Model> {
    let mut line: Vec<&Model> =
        std::iter::successors(found.get(&id), |row| row.parent_id.and_then(|id| found.get(&id))).collect();
    line.reverse();
    line
}

/// The version that an address names: a regime by its id is its newest version, a record by its id is itself.
///
/// # Errors
/// [`Error::NotFound`] where there is none.
pub async fn named(reader: &Reader<'_>, name: &str) -> Result<Model> {
    match name.parse() {
        Ok(id) => typed(&reader.row(&REGIME, id).await?),
        Err(_) => newest(reader, name).await?.ok_or(Error::NotFound),
    }
}
