//! Adopting a claim: the subject takes its value, through the same checks as any change; rivals for the same
//! member are no longer adopted.
use super::store::CLAIM;
use crate::store::aggregate::{self, prepare};
use crate::store::read::{column, id_in};
use crate::store::unit::Unit;
use crate::store::{Error, Record, Resource, Result, Row};
use sea_orm::sea_query::ExprTrait;
use serde_json::{Value, json};
use uuid::Uuid;

/// Adopts a claim at the version that the caller read. `writable` are the members that a claim can set;
/// `shape` holds the changed record against its schema.
///
/// # Errors
/// [`Error::Invalid`] where the claim's value does not fit the member.
pub async fn adopt(
    unit: &mut Unit,
    claim: Row,
    expected: i64,
    reason: &str,
    writable: impl Fn(&Resource) -> Vec<String>,
    shape: impl Fn(&Resource, &Value) -> crate::shared::check::Faults,
) -> Result<()> {
    let text = |name: &str| claim.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (field, subject_id) = (text("field"), id_in(&claim, "subject_id").ok_or(Error::NotFound)?);
    let subject = unit.reader().register.get(&text("subject_kind"))?;
    let value = claim.get("value").filter(|v| !v.is_null()).cloned();
    let value = value.ok_or_else(|| Error::invalid("/value", "no_value", json!({})))?;
    let writable = writable(subject);
    let first = field.split('.').next().unwrap_or_default();
    if !writable.iter().any(|name| name == first) {
        let params = json!({"resource": subject.name, "field": field, "known": writable});
        return Err(Error::invalid("/field", "not_adoptable", params));
    }
    let row = unit.reader().row_to_change(subject, subject_id).await?;
    let current = subject.table.record(&row);
    let mut merged: Record =
        writable.iter().filter_map(|n| Some((n.clone(), current.get(n)?.clone()))).collect();
    let mut place = merged.entry(first.to_owned()).or_insert(Value::Null);
    for step in field.split('.').skip(1) {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[step];
    }
    *place = value;
    let merged = Value::Object(merged);
    let faults = shape(subject, &merged);
    let record = match faults.is_empty() {
        true => prepare(&subject.table, subject.parse, merged),
        false => Err(Error::Invalid(faults)),
    };
    let taken = match record {
        Ok(record) => {
            let version = row.get("version").and_then(Value::as_i64).unwrap_or(0);
            aggregate::update(unit, subject, row, record, version, "adopted").await
        }
        Err(error) => Err(error),
    };
    if let Err(Error::Invalid(faults)) = &taken {
        // The value is at fault, wherever in the subject it does not fit.
        let first = faults.iter().next().map(|f| format!("{} would be {}", f.pointer, f.code));
        return Err(Error::invalid("/value", "invalid", json!({"reason": first.unwrap_or_default()})));
    }
    taken?;
    set_adopted(unit, claim.clone(), expected, Some(reason)).await?;
    for rival in rivals(unit, &claim, subject_id, &field).await? {
        let version = rival.get("version").and_then(Value::as_i64).unwrap_or(0);
        set_adopted(unit, rival, version, None).await?;
    }
    Ok(())
}

/// Marks a claim as adopted for a reason, or as no longer adopted.
async fn set_adopted(unit: &mut Unit, mut claim: Row, expected: i64, reason: Option<&str>) -> Result<()> {
    let (adopted, now, by) = (reason.is_some(), unit.intent.now, unit.intent.principal_id);
    claim.insert("adopted".into(), json!(adopted));
    claim.insert("adopted_at".into(), json!(adopted.then_some(now)));
    claim.insert("adopted_by".into(), json!(adopted.then_some(by)));
    claim.insert("adoption_reason".into(), json!(reason));
    unit.update_root(&CLAIM, claim, expected, if adopted { "adopted" } else { "superseded" }).await
}

/// Other adopted claims about the same member, or about a part or the whole of it.
async fn rivals(unit: &Unit, claim: &Row, subject: Uuid, field: &str) -> Result<Vec<Row>> {
    let own = id_in(claim, "id").unwrap_or_default();
    let mut select = unit.whole().view.select(&CLAIM.table);
    select
        .and_where(column(&CLAIM.table, "subject_id").eq(subject))
        .and_where(column(&CLAIM.table, "adopted").eq(true))
        .and_where(column(&CLAIM.table, "id").ne(own));
    let overlaps = |other: &str| {
        other == field
            || other.strip_prefix(field).is_some_and(|rest| rest.starts_with('.'))
            || field.strip_prefix(other).is_some_and(|rest| rest.starts_with('.'))
    };
    let rows = unit.whole().rows(&CLAIM.table, &select).await?;
    Ok(rows
        .into_iter()
        .filter(|row| row.get("field").and_then(Value::as_str).is_some_and(overlaps))
        .collect())
}
