//! One page of a list: order with ties broken by id, the place to go on from, and how many there are.
use super::condition::{all, value};
use super::facet::{self, Bucket, Facet};
use super::{Field, Filter, Kind, Operand};
use crate::store::read::Reader;
use crate::store::table::Row;
use crate::store::{Error, Resource, Result};
use sea_orm::DbErr;
use sea_orm::sea_query::{Alias, Cond, Condition, Expr, ExprTrait, Func, NullOrdering, Order as SqlOrder};
use serde_json::Value;

/// A member to sort by. Records without a value come last, in either direction.
pub struct Order<'a> {
    pub field: &'a Field,
    pub descending: bool,
}

pub struct Query<'a> {
    pub filters: Vec<Filter<'a>>,
    pub orders: Vec<Order<'a>>,
    /// The sort values and the id of the last record of the page before.
    pub after: Option<Vec<Value>>,
    pub limit: u64,
    pub total: bool,
    pub facets: Vec<&'a Field>,
}

pub struct Page {
    pub rows: Vec<Row>,
    /// [`Query::after`] of the next page, where there is one.
    pub next: Option<Vec<Value>>,
    pub total: Option<i64>,
    pub facets: Vec<Facet>,
}

/// A page, in one statement; one more for the total, and one for each facet.
pub async fn list(reader: &Reader<'_>, resource: &Resource, query: &Query<'_>) -> Result<Page> {
    let conditions = all(reader, resource, &query.filters)?;
    let mut select = reader.view.select(&resource.table);
    select.cond_where(conditions.clone());
    if let Some(after) = &query.after {
        select.cond_where(beyond(reader, resource, &query.orders, after)?);
    }
    for order in &query.orders {
        let by = order.field.expression(resource.table.name, reader.as_of);
        let direction = if order.descending { SqlOrder::Desc } else { SqlOrder::Asc };
        select.order_by_expr_with_nulls(by, direction, NullOrdering::Last);
    }
    select.order_by((Alias::new(resource.table.name), Alias::new("id")), SqlOrder::Asc);
    select.limit(query.limit + 1);
    let mut rows = reader.rows(&resource.table, &select).await?;
    let more = rows.len() as u64 > query.limit;
    rows.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|last| {
        let id = last.get("id").cloned().unwrap_or_default();
        query.orders.iter().map(|o| o.field.value(last, reader.as_of)).chain([id]).collect()
    });
    let total = match query.total {
        true => Some(count(reader, resource, conditions.clone()).await?),
        false => None,
    };
    let mut facets = Vec::new();
    for field in &query.facets {
        facets.push(facet::count(reader, resource, field, conditions.clone()).await?);
    }
    Ok(Page { rows, next, total, facets })
}

async fn count(reader: &Reader<'_>, resource: &Resource, conditions: Condition) -> Result<i64> {
    let mut select = reader.view.select(&resource.table);
    select.clear_selects();
    select.expr_as(Func::count(Expr::col((Alias::new(resource.table.name), Alias::new("id")))), "total");
    select.cond_where(conditions);
    let row = reader.one(&select).await?.ok_or(DbErr::RecordNotFound("a count".into()))?;
    Ok(row.try_get::<i64>("", "total")?)
}

/// The records that come after the given one in this order.
fn beyond(
    reader: &Reader<'_>,
    resource: &Resource,
    orders: &[Order<'_>],
    after: &[Value],
) -> Result<Condition> {
    let column = |name: &str| Expr::col((Alias::new(resource.table.name), Alias::new(name)));
    let foreign = || Error::invalid("", "invalid_cursor", serde_json::json!({}));
    if after.len() != orders.len() + 1 {
        return Err(foreign());
    }
    let (id, mut equal) = (after.last().ok_or_else(foreign)?, Cond::all());
    let mut any = Cond::any();
    for (order, last) in orders.iter().zip(after) {
        let by = || order.field.expression(resource.table.name, reader.as_of);
        if last.is_null() {
            // Nothing comes after null but the rest of the nulls.
            equal = equal.add(by().is_null());
            continue;
        }
        let last = value(&operand(order.field.kind, last).ok_or_else(foreign)?);
        let further = match order.descending {
            true => by().lt(last.clone()),
            false => by().gt(last.clone()),
        };
        any = any.add(equal.clone().add(Cond::any().add(further).add(by().is_null())));
        equal = equal.add(by().eq(last));
    }
    let id = value(&operand(Kind::Id, id).ok_or_else(foreign)?);
    Ok(any.add(equal.add(column("id").gt(id))))
}

/// A value of a row, read back from the cursor that carried it.
fn operand(kind: Kind, json: &Value) -> Option<Operand> {
    Some(match kind {
        Kind::Id => Operand::Id(json.as_str()?.parse().ok()?),
        Kind::Date => Operand::Date(json.as_str()?.parse().ok()?),
        Kind::Instant => Operand::Instant(json.as_str()?.parse().ok()?),
        Kind::Integer | Kind::Money => Operand::Integer(json.as_i64()?),
        Kind::Flag => Operand::Flag(json.as_bool()?),
        _ => Operand::Text(json.as_str()?.to_owned()),
    })
}

impl Facet {
    pub fn new(path: &str, buckets: Vec<Bucket>) -> Self {
        Self { path: path.to_owned(), buckets }
    }
}
