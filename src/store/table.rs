//! A table of the register as data: rows in and out of the database as flat JSON maps, typed by the entity's
//! model on the way, and records with nested members as the API shows them. What the members mean is not here.
use crate::shared::codes::CurrencyCode;
use crate::shared::money::Money;
pub use crate::shared::record::Record;
use sea_orm::sea_query::{Alias, ColumnRef, IntoColumnRef, Query, ReturningClause, Value as SqlValue};
use sea_orm::{
    ColumnTrait, ColumnType, DbErr, EntityTrait, FromQueryResult, IdenStatic, Iterable, ModelTrait,
    QueryResult,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

/// A row by column name, in the order of the entity.
pub type Row = Map<String, Value>;

/// A column's name and value.
pub type Cell = (&'static str, SqlValue);

/// The member with the tiers of a record and of its groups of fields: see [`super::published`].
pub const TIERS: &str = "publication_tiers";

/// A member that stands in several columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nested {
    /// `<name>_start`, `<name>_end`, `<name>_duration_months`.
    Period(&'static str),
    /// `<name>_minor`, `<name>_currency`.
    Money(&'static str),
    /// `publication_tiers_<group>` for each of these groups.
    Tiers(&'static [&'static str]),
}

/// A column and what it holds.
pub struct Column {
    pub name: &'static str,
    pub kind: ColumnType,
    pub nullable: bool,
}

/// A table, made from its entity by [`Table::of`].
pub struct Table {
    pub name: &'static str,
    pub nested: &'static [Nested],
    /// Columns that are computed from others and never shown, and the parent's id of a part.
    pub hidden: &'static [&'static str],
    /// Columns with personal data and what is computed from it: see [`super::personal`].
    pub personal: &'static [&'static str],
    columns: fn() -> Vec<Column>,
    decode: fn(&QueryResult) -> Result<Row, DbErr>,
    encode: fn(Row) -> Result<Vec<Cell>, DbErr>,
}

impl Table {
    pub const fn of<E>(name: &'static str, nested: &'static [Nested], hidden: &'static [&'static str]) -> Self
    where
        E: EntityTrait,
        E::Model: Serialize + DeserializeOwned + FromQueryResult + ModelTrait<Entity = E>,
    {
        let (columns, decode, encode) = (columns::<E>, decode::<E>, encode::<E>);
        Self { name, nested, hidden, personal: &[], columns, decode, encode }
    }

    /// The same table, with personal data in these columns.
    pub const fn holding(self, personal: &'static [&'static str]) -> Self {
        Self { personal, ..self }
    }

    pub fn columns(&self) -> Vec<Column> {
        (self.columns)()
    }

    /// `"table"."column"` for each column, to be selected.
    pub fn selection(&self) -> Vec<ColumnRef> {
        self.columns().iter().map(|c| self.column(c.name)).collect()
    }

    /// `RETURNING` all columns: a written row as the database holds it.
    pub fn returning(&self) -> ReturningClause {
        Query::returning().columns(self.columns().into_iter().map(|c| Alias::new(c.name)))
    }

    /// `"table"."column"`.
    pub fn column(&self, name: &str) -> ColumnRef {
        (Alias::new(self.name), Alias::new(name)).into_column_ref()
    }

    pub fn decode(&self, row: &QueryResult) -> Result<Row, DbErr> {
        (self.decode)(row)
    }

    /// The SQL values of a row, column by column.
    ///
    /// # Errors
    /// When the row does not have the shape of the entity: a fault of the caller, never of the request.
    pub fn encode(&self, row: Row) -> Result<Vec<Cell>, DbErr> {
        (self.encode)(row)
    }

    /// What the API shows of a row.
    pub fn record(&self, row: &Row) -> Record {
        let mut record = Record::new();
        for (column, value) in row {
            if self.hidden.contains(&column.as_str()) {
                continue;
            }
            match self.nested.iter().find_map(|n| n.part(column).map(|part| (n, part))) {
                None => {
                    record.insert(column.clone(), value.clone());
                }
                Some((nested, Part::First)) => {
                    record.insert(nested.name().into(), nested.gather(row));
                }
                Some((_, Part::Further)) => {}
            }
        }
        record
    }

    /// The columns of a record: [`Table::record`] backwards, without the hidden ones.
    pub fn row(&self, record: Record) -> Row {
        let mut row = Row::new();
        for (member, value) in record {
            match self.nested.iter().find(|n| n.name() == member) {
                Some(nested) => nested.scatter(&value, &mut row),
                None => {
                    row.insert(member, value);
                }
            }
        }
        row
    }
}

enum Part {
    First,
    Further,
}

impl Nested {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Period(name) | Self::Money(name) => name,
            Self::Tiers(_) => TIERS,
        }
    }

    fn columns(&self) -> &'static [&'static str] {
        match self {
            Self::Period(_) => &["start", "end", "duration_months"],
            Self::Money(_) => &["minor", "currency"],
            Self::Tiers(groups) => groups,
        }
    }

    /// The members that it has where records show it.
    pub const fn members(&self) -> &'static [&'static str] {
        match self {
            Self::Period(_) => &["start", "end", "duration_months"],
            Self::Money(_) => &["amount", "currency"],
            Self::Tiers(groups) => groups,
        }
    }

    /// Whether a column is one of its.
    pub fn holds(&self, column: &str) -> bool {
        self.part(column).is_some()
    }

    fn part(&self, column: &str) -> Option<Part> {
        let suffix = column.strip_prefix(self.name())?.strip_prefix('_')?;
        match self.columns().iter().position(|c| *c == suffix)? {
            0 => Some(Part::First),
            _ => Some(Part::Further),
        }
    }

    fn gather(&self, row: &Row) -> Value {
        let of = |part: &str| row.get(&format!("{}_{part}", self.name())).cloned().unwrap_or(Value::Null);
        match self {
            Self::Period(_) => {
                json!({"start": of("start"), "end": of("end"), "duration_months": of("duration_months")})
            }
            Self::Money(_) => stored_money(&of("minor"), &of("currency")).unwrap_or(Value::Null),
            Self::Tiers(groups) => groups.iter().map(|group| ((*group).to_owned(), of(group))).collect(),
        }
    }

    fn scatter(&self, value: &Value, row: &mut Row) {
        let name = self.name();
        match self {
            Self::Period(_) | Self::Tiers(_) => {
                for part in self.columns() {
                    row.insert(format!("{name}_{part}"), value.get(*part).cloned().unwrap_or(Value::Null));
                }
            }
            Self::Money(_) => {
                let money = serde_json::from_value::<Option<Money>>(value.clone()).ok().flatten();
                let minor = money.as_ref().and_then(|m| m.minor().ok());
                row.insert(format!("{name}_minor"), json!(minor));
                row.insert(format!("{name}_currency"), value.get("currency").cloned().unwrap_or(Value::Null));
            }
        }
    }
}

/// Money out of its two columns; none where there is none.
pub fn stored_money(minor: &Value, currency: &Value) -> Option<Value> {
    let currency = serde_json::from_value::<CurrencyCode>(currency.clone()).ok()?;
    serde_json::to_value(Money::from_minor(minor.as_i64()?, currency)).ok()
}

fn columns<E: EntityTrait>() -> Vec<Column> {
    let column = |c: E::Column| {
        let def = c.def();
        Column { name: c.as_str(), kind: def.get_column_type().clone(), nullable: def.is_null() }
    };
    E::Column::iter().map(column).collect()
}

fn decode<E>(row: &QueryResult) -> Result<Row, DbErr>
where
    E: EntityTrait,
    E::Model: Serialize + FromQueryResult,
{
    match serde_json::to_value(E::Model::from_query_result(row, "")?) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(DbErr::Custom("a row is a map".into())),
        Err(e) => Err(DbErr::Json(e.to_string())),
    }
}

fn encode<E>(row: Row) -> Result<Vec<Cell>, DbErr>
where
    E: EntityTrait,
    E::Model: DeserializeOwned + ModelTrait<Entity = E>,
{
    let model: E::Model =
        serde_json::from_value(Value::Object(row)).map_err(|e| DbErr::Json(e.to_string()))?;
    Ok(E::Column::iter().map(|c| (c.as_str(), model.get(c))).collect())
}
