//! Groups of fields that were not published to the caller: null and named in `withheld`, and not to be asked for.
use super::Face;
use crate::http::problem::{Problem, WITHHELD};
use crate::store::published::members;
use crate::store::read::{Reader, id_in};
use crate::store::{Record, Resource, Result, Row};
use serde_json::{Value, json};
use uuid::Uuid;

/// Takes out of records what is withheld, and names it. Two statements at most; none for callers with a role alone.
pub async fn withhold(
    reader: &Reader<'_>,
    resource: &'static Resource,
    rows: &[Row],
    records: &mut [Record],
) -> Result<()> {
    if resource.publishing.is_none() {
        return Ok(());
    }
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| id_in(row, "id")).collect();
    let standing = reader.standing(resource, &ids).await?;
    for (record, row) in records.iter_mut().zip(rows) {
        let withheld = standing.as_ref().map(|standing| standing.withheld(resource, row)).unwrap_or_default();
        for member in withheld.iter().flat_map(|group| members(resource, group)) {
            if let Some(value) = record.get_mut(*member) {
                *value = Value::Null;
            }
        }
        record.insert("withheld".into(), json!(withheld));
    }
    Ok(())
}

/// # Errors
/// 403 where a member of a record that the caller sees was not published with it.
pub async fn must_be_shown(
    reader: &Reader<'_>,
    face: &'static Face,
    member: &str,
    root: &Row,
) -> std::result::Result<(), Problem> {
    let ids: Vec<Uuid> = id_in(root, "id").into_iter().collect();
    let Some(standing) = reader.standing(face.resource, &ids).await? else { return Ok(()) };
    let withheld = standing.withheld(face.resource, root);
    match withheld.into_iter().find(|group| members(face.resource, group).contains(&member)) {
        Some(group) => Err(Problem::new(WITHHELD).with(json!({"group": group}))),
        None => Ok(()),
    }
}
