//! Rules about other records that several resources share.
use super::read::{Reader, id_in};
use super::resource::Resource;
use super::table::Row;
use super::{Error, Result};
use crate::shared::check::Faults;
use futures_util::future::BoxFuture;
use serde_json::json;

/// Units of units of units …: real trees are far shallower.
const DEEPEST: usize = 50;

/// A record's `parent_id` never leads back to itself. The record and all above it stay as they are until the
/// transaction ends, so that two moves at once can't make a circle that neither of them would make alone.
pub fn no_cycle<'a>(
    reader: &'a Reader<'a>,
    resource: &'a Resource,
    row: &'a Row,
) -> BoxFuture<'a, Result<Faults>> {
    Box::pin(async move {
        let (mut faults, own) = (Faults::default(), id_in(row, "id").unwrap_or_default());
        // The record before those above it: everybody takes them in that order.
        let stored = match reader.row_to_change(resource, own).await {
            Err(Error::NotFound) => None,
            other => Some(other?),
        };
        let mut next = id_in(row, "parent_id");
        if stored.is_some_and(|stored| id_in(&stored, "parent_id") == next) {
            return Ok(faults);
        }
        for _ in 0..DEEPEST {
            match next {
                None => return Ok(faults),
                Some(parent) if parent == own => break,
                Some(parent) => next = id_in(&reader.row_to_change(resource, parent).await?, "parent_id"),
            }
        }
        faults.add("/parent_id", "circular", json!({}));
        Ok(faults)
    })
}
