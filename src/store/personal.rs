//! Personal data in rows: digests hold a salted commitment in its place, so that it can be erased everywhere, the past
//! included, and every digest still holds. Restricted values are moved out of the tables that readers of the register
//! know. Which columns are personal is said by the table; who may erase what is said in its room.
use super::aggregate::at_version;
use super::digest::{canonical, hex_digest};
use super::read::Reader;
use super::table::{Row, Table};
use super::unit::Unit;
use super::view::TWIN;
use super::{Error, Resource, Result};
use crate::clock::new_id;
use crate::shared::check::Faults;
use chrono::NaiveDate;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult};
use serde_json::{Value, json};
use uuid::Uuid;

pub const SALT: &str = "salt";
pub const COMMITMENT: &str = "commitment";
/// Where restricted values are kept.
pub const RESTRICTED: &str = "restricted_personal_data";
/// Actions of entries after which earlier states may lack their personal values.
pub const REMOVALS: [&str; 3] = [ERASED, RESTRICTED_NOW, "deleted"];
pub const ERASED: &str = "personal_data_erased";
pub const RESTRICTED_NOW: &str = "personal_data_restricted";

/// What becomes of personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// Values and salts are destroyed.
    Erase,
    /// They are kept apart, for administrators only, until they may be destroyed.
    Restrict { until: NaiveDate },
}

impl Table {
    /// Binds the row's personal values with a fresh salt. Without values there is nothing to bind.
    pub(super) fn seal(&self, row: &mut Row) -> Result<()> {
        if self.personal.is_empty() {
            return Ok(());
        }
        let (mut salt, mut commitment) = (Value::Null, Value::Null);
        if self.holds_personal_data(row) {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes).map_err(|e| DbErr::Custom(format!("no randomness: {e}")))?;
            let fresh = hex::encode(bytes);
            commitment = json!(commit(&fresh, self.personal_values(row)));
            salt = json!(fresh);
        }
        row.insert(SALT.into(), salt);
        row.insert(COMMITMENT.into(), commitment);
        Ok(())
    }

    pub fn holds_personal_data(&self, row: &Row) -> bool {
        self.personal.iter().any(|name| row.get(*name).is_some_and(|value| !value.is_null()))
    }

    fn personal_values(&self, row: &Row) -> Row {
        let of = |name: &&str| (name.to_string(), row.get(*name).cloned().unwrap_or_default());
        self.personal.iter().map(of).collect()
    }
}

/// The commitment to personal values: SHA-256 over the salt and their canonical JSON.
pub fn commit(salt: &str, values: Row) -> String {
    hex_digest(&format!("{salt}{}", canonical(Value::Object(values))))
}

/// What is wrong with a row's commitment; `kept` are its restricted values, where they are kept apart.
pub fn broken_commitment(table: &Table, row: &Row, kept: Option<&(String, Row)>) -> Option<&'static str> {
    let text = |name: &str| row.get(name).and_then(Value::as_str);
    let commitment = text(COMMITMENT);
    match (commitment, text(SALT), kept) {
        (None, None, None) if !table.holds_personal_data(row) => None,
        (Some(c), Some(salt), None) if commit(salt, table.personal_values(row)) == c => None,
        (Some(c), None, Some((salt, values))) if commit(salt, values.clone()) == c => None,
        (Some(_), None, None) if !table.holds_personal_data(row) => None,
        _ => Some("its personal values are not those that its commitment stands for"),
    }
}

/// Destroys or sets apart the personal data of a record in all its states, and leaves who did it, when and on what
/// ground. Nothing happens to what is erased already.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Refused`] for an erasure before a restriction has run its time, and for a restriction of
/// what is gone.
pub async fn remove(
    unit: &mut Unit,
    resource: &'static Resource,
    id: Uuid,
    expected: i64,
    removal: Removal,
    ground: &str,
) -> Result<()> {
    let mut row = unit.reader().row_to_change(resource, id).await?;
    at_version(&row, expected)?;
    if row.get("erased_at").is_some_and(|at| !at.is_null()) {
        return match removal {
            Removal::Erase => Ok(()),
            Removal::Restrict { .. } => Err(refused("removed", json!({}))),
        };
    }
    for name in resource.table.personal {
        row.insert((*name).into(), Value::Null);
    }
    row.insert("removal_ground".into(), json!(ground));
    row.insert("removed_by".into(), json!(unit.intent.principal_id));
    let action = match removal {
        Removal::Erase => {
            not_kept(unit, &row)?;
            row.insert("erased_at".into(), json!(unit.intent.now));
            row.insert("restricted_at".into(), Value::Null);
            row.insert("restricted_until".into(), Value::Null);
            ERASED
        }
        Removal::Restrict { until } => {
            if row.get("restricted_at").is_none_or(Value::is_null) {
                row.insert("restricted_at".into(), json!(unit.intent.now));
            }
            row.insert("restricted_until".into(), json!(until));
            RESTRICTED_NOW
        }
    };
    unit.update_root(resource, row, expected, action).await?;
    if let Removal::Restrict { .. } = removal {
        set_apart(unit, &resource.table, id).await?;
    }
    forget(&unit.reader(), &resource.table, id, removal == Removal::Erase).await
}

fn refused(code: &'static str, params: Value) -> Error {
    let mut faults = Faults::default();
    faults.add("", code, params);
    Error::Refused(faults)
}

/// # Errors
/// [`Error::Refused`] where a restriction still keeps what would be destroyed.
pub(super) fn not_kept(unit: &Unit, row: &Row) -> Result<()> {
    let until = row.get("restricted_until").and_then(Value::as_str).and_then(|day| day.parse().ok());
    match until.filter(|until: &NaiveDate| *until > unit.intent.now.date_naive()) {
        Some(until) => Err(refused("kept_until", json!({"until": until}))),
        None => Ok(()),
    }
}

/// Copies the personal values of all states to where only administrators read them.
async fn set_apart(unit: &Unit, table: &Table, id: Uuid) -> Result<()> {
    let mut select = Query::select();
    select
        .columns(table.columns().iter().map(|c| Alias::new(c.name)))
        .column(Alias::new("seq_from"))
        .from(Alias::new(format!("{}{TWIN}", table.name)))
        .and_where(Expr::col(Alias::new("id")).eq(id))
        .and_where(Expr::col(Alias::new(SALT)).is_not_null());
    let states = unit.reader().query(&select).await?;
    if states.is_empty() {
        return Ok(());
    }
    let mut insert = Query::insert();
    insert
        .into_table(Alias::new(RESTRICTED))
        .columns(["id", "of_table", "row_id", "seq_from", "salt", "content"].map(Alias::new));
    for state in &states {
        let (row, seq): (Row, i64) = (table.decode(state)?, state.try_get("", "seq_from")?);
        let salt = row.get(SALT).and_then(Value::as_str).unwrap_or_default().to_owned();
        let content = Value::Object(table.personal_values(&row));
        insert.values_panic([
            Expr::value(new_id(unit.intent.now)),
            Expr::value(table.name),
            Expr::value(id),
            Expr::value(seq),
            Expr::value(salt),
            Expr::value(content),
        ]);
    }
    unit.reader().conn.execute(&insert).await?;
    Ok(())
}

/// Destroys values and salts in the twin and, with `wholly`, those that were set apart.
pub(super) async fn forget(reader: &Reader<'_>, table: &Table, id: Uuid, wholly: bool) -> Result<()> {
    let mut update = Query::update();
    update.table(Alias::new(format!("{}{TWIN}", table.name))).and_where(Expr::col(Alias::new("id")).eq(id));
    for name in table.personal.iter().chain([&SALT]) {
        update.value(Alias::new(*name), Expr::cust("NULL"));
    }
    reader.conn.execute(&update).await?;
    super::remembered::forget(reader, id).await?;
    if wholly {
        let mut delete = Query::delete();
        delete
            .from_table(Alias::new(RESTRICTED))
            .and_where(Expr::col(Alias::new("of_table")).eq(table.name))
            .and_where(Expr::col(Alias::new("row_id")).eq(id));
        reader.conn.execute(&delete).await?;
    }
    Ok(())
}

/// Values of one state that were set apart: the entry that wrote it, salt and values.
pub struct Kept {
    pub row_id: Uuid,
    pub seq_from: i64,
    pub salt: String,
    pub values: Row,
}

/// The values that were set apart of some states of a table, newest last: of one row, or of those that entries from
/// `after` up to `until` wrote.
pub async fn kept(
    txn: &DatabaseTransaction,
    table: &Table,
    row: Option<Uuid>,
    (after, until): (i64, i64),
) -> Result<Vec<Kept>> {
    let mut select = Query::select();
    select
        .columns(["row_id", "seq_from", "salt", "content"].map(Alias::new))
        .from(Alias::new(RESTRICTED))
        .and_where(Expr::col(Alias::new("of_table")).eq(table.name))
        .and_where(Expr::col(Alias::new("seq_from")).gt(after))
        .and_where(Expr::col(Alias::new("seq_from")).lte(until))
        .and_where_option(row.map(|id| Expr::col(Alias::new("row_id")).eq(id)))
        .order_by(Alias::new("seq_from"), Order::Asc);
    let read = |row: &QueryResult| -> Result<Kept> {
        let values = match row.try_get("", "content")? {
            Value::Object(values) => values,
            _ => Row::new(),
        };
        Ok(Kept {
            row_id: row.try_get("", "row_id")?,
            seq_from: row.try_get("", "seq_from")?,
            salt: row.try_get("", "salt")?,
            values,
        })
    };
    txn.query_all(&select).await?.iter().map(read).collect()
}
