//! How many records of a filtered list have each value of a member.
use super::condition::element;
use super::{Field, Kind};
use crate::store::Resource;
use crate::store::Result;
use crate::store::db::Engine;
use crate::store::read::Reader;
use sea_orm::sea_query::{Alias, Condition, Expr, Func, IntoIden, JoinType, NullOrdering, Order, TableRef};
use serde_json::Value;

/// At most this many values of a member are counted, the most frequent first.
pub const MOST: u64 = 100;

pub struct Facet {
    pub path: String,
    pub buckets: Vec<Bucket>,
}

pub struct Bucket {
    /// Null counts the records without a value.
    pub value: Value,
    pub count: i64,
}

pub async fn count(
    reader: &Reader<'_>,
    resource: &Resource,
    field: &Field,
    conditions: Condition,
) -> Result<Facet> {
    let table = resource.table.name;
    let mut select = reader.view.select(&resource.table);
    select.clear_selects().cond_where(conditions);
    let counted = match field.kind {
        Kind::Listed(member) => {
            let list = Expr::col((Alias::new(table), Alias::new(field.column)));
            let unnest = match reader.engine {
                Engine::Sqlite => "json_each",
                Engine::Postgres => "jsonb_array_elements",
            };
            // Outer, so that a record with an empty list is counted as one without a value.
            let items = TableRef::FunctionCall(Func::cust(unnest).arg(list), "item".into_iden());
            select.join(JoinType::LeftJoin, items, Expr::cust("TRUE"));
            Expr::cust(element(reader.engine, member))
        }
        _ => field.expression(table, reader.as_of),
    };
    let records = Func::count_distinct(Expr::col((Alias::new(table), Alias::new("id"))));
    select
        .expr_as(counted, "value")
        .expr_as(records, "records")
        // By its place: PostgreSQL takes an expression with values of its own for another one each time.
        .add_group_by([Expr::cust("1")])
        .order_by_expr(Expr::cust("2"), Order::Desc)
        .order_by_expr_with_nulls(Expr::cust("1"), Order::Asc, NullOrdering::Last)
        .limit(MOST);
    let mut buckets = Vec::new();
    for row in reader.query(&select).await? {
        let value = match field.kind {
            Kind::Id => serde_json::json!(row.try_get::<Option<uuid::Uuid>>("", "value")?),
            _ => serde_json::json!(row.try_get::<Option<String>>("", "value")?),
        };
        buckets.push(Bucket { value, count: row.try_get("", "records")? });
    }
    Ok(Facet::new(field.path, buckets))
}
