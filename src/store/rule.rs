//! Rules about other records that several resources share.
use super::Result;
use super::read::{Reader, column, id_in};
use super::resource::Resource;
use super::table::Row;
use crate::shared::check::Faults;
use futures_util::future::BoxFuture;
use sea_orm::sea_query::ExprTrait;
use serde_json::json;

/// Units of units of units …: real trees are far shallower.
const DEEPEST: usize = 50;

/// A record's `parent_id` never leads back to itself.
pub fn no_cycle<'a>(
    reader: &'a Reader<'a>,
    resource: &'a Resource,
    row: &'a Row,
) -> BoxFuture<'a, Result<Faults>> {
    Box::pin(async move {
        let (mut faults, own) = (Faults::default(), id_in(row, "id"));
        let mut next = id_in(row, "parent_id");
        for _ in 0..DEEPEST {
            let Some(parent) = next else { return Ok(faults) };
            if Some(parent) == own {
                break;
            }
            let mut select =
                reader.view.select_columns(resource.table.name, "parent_id", &["id", "parent_id"]);
            select.and_where(column(&resource.table, "id").eq(parent));
            next = match reader.one(&select).await? {
                Some(row) => row.try_get("", "parent_id")?,
                None => None,
            };
        }
        if next.is_some() {
            faults.add("/parent_id", "circular", json!({}));
        }
        Ok(faults)
    })
}
