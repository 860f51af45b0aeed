//! One record: `GET`, `PATCH` and `DELETE /v1/<resource>/{id}`.
use super::answer::{changed_answer, deleted, record_answer};
use super::create::must_be_object;
use super::expand::Expand;
use super::represent::represent;
use super::schema::{fields_schema, writable};
use super::seen;
use super::unit::{begin_read, begin_write};
use super::{Face, Wish};
use crate::access::{Act, Action, Line, tell};
use crate::http::ask::Ask;
use crate::http::contract;
use crate::http::etag;
use crate::http::json::Body;
use crate::http::problem::{INVALID, NOT_FOUND, Problem, STALE_VERSION};
use crate::shared::check::{Faults, pointer_segment};
use crate::state::AppState;
use crate::store::aggregate::{self, at_version, prepare};
use crate::store::read::{Reader, id_in};
use crate::store::unit::Unit;
use crate::store::view::View;
use crate::store::{Error, Record, Row};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::{Value, json};
use uuid::Uuid;

pub async fn read(
    face: &'static Face,
    State(state): State<AppState>,
    mut ask: Ask,
) -> Result<Response, Problem> {
    ask.must(Action::Read, face.resource.name)?;
    let moment = ask.moment(&state);
    let wish = Wish::take(&mut ask.params, face);
    ask.params.done()?;
    let snapshot = begin_read(&state, &ask, moment).await?;
    let reader = snapshot.reader();
    let row = find(&reader, face, &ask).await?;
    let record = one(&reader, face, &ask, &row, &wish.expand).await?;
    drop(snapshot);
    seen::log(&state, &ask, face, &wish.expand, std::slice::from_ref(&record)).await;
    Ok(record_answer(&ask, version(&row), &wish.prune(record)))
}

pub async fn patch(
    face: &'static Face,
    State(state): State<AppState>,
    mut ask: Ask,
    Body(body): Body,
) -> Result<Response, Problem> {
    let intent = ask.intent(&state)?;
    ask.params.done()?;
    ask.must(Action::Update, face.resource.name)?;
    let changes = must_be_object(&body)?.clone();
    let expected = etag::expected_version(&ask);
    let dry_run = intent.dry_run;
    let mut unit = begin_write(&state, &ask, intent).await?;
    let outcome = change(&mut unit, face, &ask, changes, expected).await;
    let (record, version) = finish(unit, &state, face, &ask, outcome).await?;
    Ok(changed_answer(dry_run, version, &record))
}

async fn change(
    unit: &mut Unit,
    face: &'static Face,
    ask: &Ask,
    changes: Record,
    expected: Result<i64, Problem>,
) -> Result<(Record, i64), Problem> {
    let row = find_to(unit, face, ask, Action::Update).await?;
    // An absent record is a 404 before anything is asked of its version.
    let expected = expected?;
    stale(&row, expected)?;
    let current = face.resource.table.record(&row);
    let id = id_in(&row, "id").unwrap_or_default();
    let shown = as_shown(unit, face, ask, id).await?;
    let merged = merge(&fields_schema(face), &writable(face), &current, &shown, changes)?;
    let record = prepare(&face.resource.table, face.resource.parse, merged)?;
    if writable(face).iter().all(|name| current.get(name) == record.get(name)) {
        return Ok((shown, expected));
    }
    aggregate::update(unit, face.resource, row.clone(), record, expected, "updated").await?;
    let row = unit.reader().row(face.resource, id).await?;
    let record = one(&unit.reader(), face, ask, &row, &Expand::default()).await?;
    Ok((record, version(&row)))
}

/// The representation of a record as the unit has it now.
pub async fn as_shown(unit: &Unit, face: &'static Face, ask: &Ask, id: Uuid) -> Result<Record, Problem> {
    let row = unit.reader().row(face.resource, id).await?;
    one(&unit.reader(), face, ask, &row, &Expand::default()).await
}

/// A merge patch (RFC 7396) applied to the writable members, held against the schema of a whole record. Members
/// that the server sets may come along unchanged, so that a caller can send back what it read.
pub fn merge(
    schema: &str,
    writable: &[String],
    current: &Record,
    shown: &Record,
    changes: Record,
) -> Result<Value, Problem> {
    let (mut faults, mut patch) = (Faults::default(), Record::new());
    for (name, value) in changes {
        if writable.contains(&name) {
            // What comes back as it was shown is no change: an id that is hidden from the caller was shown as null.
            if shown.get(&name) != Some(&value) {
                patch.insert(name, value);
            }
        } else if shown.get(&name).is_none() {
            let pointer = pointer_segment(&name);
            faults.add(pointer, "unknown_member", json!({"known": writable}));
        } else if shown.get(&name) != Some(&value) {
            faults.add(pointer_segment(&name), "read_only", json!({}));
        }
    }
    let mut merged: Value = writable
        .iter()
        .filter_map(|name| Some((name.clone(), current.get(name)?.clone())))
        .collect::<Record>()
        .into();
    json_patch::merge(&mut merged, &Value::Object(patch));
    faults.extend_at("", contract().faults(schema, &merged));
    if faults.is_empty() { Ok(merged) } else { Err(Problem::faults(INVALID, faults)) }
}

pub async fn delete(
    face: &'static Face,
    State(state): State<AppState>,
    mut ask: Ask,
) -> Result<Response, Problem> {
    let intent = ask.intent(&state)?;
    ask.params.done()?;
    ask.must(Action::Delete, face.resource.name)?;
    let expected = etag::expected_version(&ask);
    let (dry_run, at, by) = (intent.dry_run, intent.now, intent.principal_id);
    let mut unit = begin_write(&state, &ask, intent).await?;
    let outcome = remove(&mut unit, face, &ask, expected).await;
    let record = finish(unit, &state, face, &ask, outcome).await?;
    if let Some(id) = id_in(&record, "id").filter(|_| !dry_run && !face.resource.table.personal.is_empty()) {
        let (resource, act) = (face.resource.name.to_owned(), Act::Deleted);
        tell(&state, Line { at, resource, id, act, ground: None, restricted_until: None, by }).await;
    }
    Ok(deleted(dry_run, &record))
}

async fn remove(
    unit: &mut Unit,
    face: &'static Face,
    ask: &Ask,
    expected: Result<i64, Problem>,
) -> Result<Record, Problem> {
    let row = find_to(unit, face, ask, Action::Delete).await?;
    let expected = expected?;
    stale(&row, expected)?;
    let id = id_in(&row, "id").unwrap_or_default();
    let record = as_shown(unit, face, ask, id).await?;
    aggregate::delete(unit, face.resource, id, expected).await?;
    Ok(record)
}

/// Ends a unit whose work may have met a problem of HTTP's own. `face` and `ask` name the root whose version counted:
/// a refusal for a stale one carries the tag that it has now.
pub async fn finish<T>(
    unit: Unit,
    state: &AppState,
    face: &'static Face,
    ask: &Ask,
    outcome: Result<T, Problem>,
) -> Result<T, Problem> {
    match outcome {
        Ok(value) => Ok(unit.finish(&state.db, Ok(value)).await?),
        Err(mut problem) => {
            if problem.code.code == STALE_VERSION.code
                && let Ok(tag) = current_tag(&unit.reader(), face, ask).await
            {
                problem = problem.header(header::ETAG, tag);
            }
            // The refusal is what the caller hears; the transaction ends in either case.
            let _ = unit.finish::<()>(&state.db, Err(Error::NotFound)).await;
            Err(problem)
        }
    }
}

async fn current_tag(reader: &Reader<'_>, face: &'static Face, ask: &Ask) -> Result<HeaderValue, Problem> {
    let row = find(reader, face, ask).await?;
    let record = one(reader, face, ask, &row, &Expand::default()).await?;
    Ok(etag::strong(version(&row), &serde_json::to_vec(&record).unwrap_or_default()))
}

/// The row that the address names, by id or code.
pub async fn find(reader: &Reader<'_>, face: &Face, ask: &Ask) -> Result<Row, Problem> {
    let id = reader.resolve(face.resource, ask.path("id")).await?;
    Ok(reader.row(face.resource, id).await?)
}

/// The row that the address names, with all its columns, to be written again.
///
/// # Errors
/// 404 where the caller does not see it, 403 where it sees it and may not do this to it.
pub async fn find_to(unit: &Unit, face: &Face, ask: &Ask, action: Action) -> Result<Row, Problem> {
    let reader = unit.reader();
    let id = reader.resolve(face.resource, ask.path("id")).await?;
    let row = reader.row_to_write(face.resource, id).await?;
    if let Some(scope) = ask.caller.scope_to(action, face.resource.name)
        && !reader.seeing(&View::now(scope)).among(face.resource, &[id]).await?.contains(&id)
    {
        return Err(ask.forbidden(action.code()));
    }
    Ok(row)
}

/// The representation of one row.
pub async fn one(
    reader: &Reader<'_>,
    face: &'static Face,
    ask: &Ask,
    row: &Row,
    expand: &Expand,
) -> Result<Record, Problem> {
    let mut records = represent(reader, face, &ask.caller, std::slice::from_ref(row), expand).await?;
    records.pop().ok_or_else(|| Problem::new(NOT_FOUND))
}

/// # Errors
/// 412 where the row is at another version.
pub fn stale(row: &Row, expected: i64) -> Result<(), Problem> {
    Ok(at_version(row, expected)?)
}

pub fn version(row: &Row) -> i64 {
    row.get("version").and_then(Value::as_i64).unwrap_or(0)
}
