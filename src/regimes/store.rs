//! The table of regimes: a record for each version. It is part of the register, so that each has its entry in the history
//! and its place under the signed checkpoints; nobody changes or deletes one, so those operations are not offered.
use super::model::RegimeKey;
use crate::shared::search::search_text;
use crate::store::aggregate::typed;
use crate::store::read::{Reader, column};
use crate::store::resource::Parsed;
use crate::store::{Error, Resource, Result, Row, Table};
use entity::regime::Model;
use sea_orm::sea_query::{ExprTrait, Order};
use serde::de::Error as _;
use serde_json::json;

pub static REGIME: Resource = Resource {
    name: "regime",
    path: "regimes",
    table: Table::of::<entity::regime::Entity>("regime", &[], &["edition_key", "search_text"]),
    code: None,
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
};

/// A regime is held against its own schema and against others before it is written: no other way leads here.
fn never(_: serde_json::Value) -> std::result::Result<Parsed, serde_json::Error> {
    Err(serde_json::Error::custom("a regime is published through an operation of its own"))
}

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
    let (mut line, mut parent) = (Vec::new(), row.parent_id);
    line.push(row);
    while let Some(id) = parent {
        let row: Model = typed(&reader.row(&REGIME, id).await?)?;
        parent = row.parent_id;
        line.insert(0, row);
    }
    Ok(line)
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
