//! Parts with an identity, below their root and under its version: list, create, read, patch, delete.
use super::answer::{changed_answer, created, deleted, record_answer, records_answer};
use super::create::must_be_object;
use super::schema::{part_new_schema, part_writable};
use super::single::{find, find_to, finish, merge, stale, version};
use super::unit::{begin_read, begin_write};
use super::withheld::must_be_shown;
use super::{Face, PartFace};
use crate::access::Action;
use crate::http::ask::Ask;
use crate::http::contract;
use crate::http::etag;
use crate::http::idempotency::{Begun, begin_post};
use crate::http::json::Body;
use crate::http::problem::{NOT_FOUND, Problem};
use crate::state::AppState;
use crate::store::aggregate::{self, prepare};
use crate::store::read::{Reader, id_in};
use crate::store::unit::Unit;
use crate::store::{Record, Row};
use axum::extract::State;
use axum::http::header;
use axum::response::Response;
use serde_json::{Value, json};
use uuid::Uuid;

pub async fn list(
    face: &'static Face,
    part: &'static PartFace,
    State(state): State<AppState>,
    mut ask: Ask,
) -> Result<Response, Problem> {
    ask.must(Action::Read, face.resource.name)?;
    let moment = ask.moment(&state);
    ask.params.done()?;
    let snapshot = begin_read(&state, &ask, moment).await?;
    let reader = snapshot.reader();
    let root = find(&reader, face, &ask).await?;
    must_be_shown(&reader, face, &part.part.member(), &root).await?;
    Ok(records_answer(&ask, &json!({"items": all(&reader, part, &root).await?})))
}

pub async fn read(
    face: &'static Face,
    part: &'static PartFace,
    State(state): State<AppState>,
    mut ask: Ask,
) -> Result<Response, Problem> {
    ask.must(Action::Read, face.resource.name)?;
    let moment = ask.moment(&state);
    ask.params.done()?;
    let snapshot = begin_read(&state, &ask, moment).await?;
    let reader = snapshot.reader();
    let root = find(&reader, face, &ask).await?;
    must_be_shown(&reader, face, &part.part.member(), &root).await?;
    let record = named(&reader, part, &root, &ask).await?;
    Ok(record_answer(&ask, version(&root), &record))
}

pub async fn create(
    face: &'static Face,
    part: &'static PartFace,
    State(state): State<AppState>,
    mut ask: Ask,
    Body(body): Body,
) -> Result<Response, Problem> {
    let intent = ask.intent(&state)?;
    ask.params.done()?;
    ask.must(Action::Update, face.resource.name)?;
    contract().shape(&part_new_schema(part), &body)?;
    let expected = etag::expected_version(&ask);
    let dry_run = intent.dry_run;
    let mut writing = match begin_post(&state, &ask, face, intent, &body).await? {
        Begun::Fresh(writing) => writing,
        Begun::Again(answer) => return Ok(answer),
    };
    let outcome = add(&mut writing.unit, face, part, &ask, body, expected).await;
    let answer = outcome.map(|(root, id, version, record)| {
        let address = format!("/v1/{}/{root}/{}/{id}", face.resource.path, part.part.path);
        created(&ask, dry_run, &address, version, &record)
    });
    writing.answer(&state, face, &ask, answer).await
}

async fn add(
    unit: &mut Unit,
    face: &'static Face,
    part: &'static PartFace,
    ask: &Ask,
    body: Value,
    expected: Result<i64, Problem>,
) -> Result<(Uuid, Uuid, i64, Record), Problem> {
    let root = find_to(unit, face, ask, Action::Update).await?;
    let expected = expected?;
    stale(&root, expected)?;
    let record = prepare(&part.part.table, part.part.parse, body)?;
    let root_id = id_in(&root, "id").unwrap_or_default();
    let id = aggregate::create_part(unit, face.resource, part.part, root, expected, record).await?;
    let record = by_id(&unit.reader(), part, root_id, id).await?;
    Ok((root_id, id, expected + 1, record))
}

pub async fn patch(
    face: &'static Face,
    part: &'static PartFace,
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
    let outcome = change(&mut unit, face, part, &ask, changes, expected).await;
    let (record, version) = finish(unit, &state, face, &ask, outcome).await?;
    Ok(changed_answer(dry_run, version, &record))
}

async fn change(
    unit: &mut Unit,
    face: &'static Face,
    part: &'static PartFace,
    ask: &Ask,
    changes: Record,
    expected: Result<i64, Problem>,
) -> Result<(Record, i64), Problem> {
    let root = find_to(unit, face, ask, Action::Update).await?;
    let current = named(&unit.reader(), part, &root, ask).await?;
    let expected = expected?;
    stale(&root, expected)?;
    let writable = part_writable(part);
    let merged = merge(&part_new_schema(part), &writable, &current, &current, changes)?;
    let mut record = prepare(&part.part.table, part.part.parse, merged)?;
    if writable.iter().all(|name| current.get(name) == record.get(name)) {
        return Ok((current, expected));
    }
    // What the server sets stays as it is.
    for (name, value) in current.iter().filter(|(name, _)| !writable.contains(name)) {
        record.insert(name.clone(), value.clone());
    }
    let root_id = id_in(&root, "id").unwrap_or_default();
    let id = id_in(&record, "id").unwrap_or_default();
    aggregate::update_part(unit, face.resource, part.part, root, expected, record).await?;
    Ok((by_id(&unit.reader(), part, root_id, id).await?, expected + 1))
}

pub async fn delete(
    face: &'static Face,
    part: &'static PartFace,
    State(state): State<AppState>,
    mut ask: Ask,
) -> Result<Response, Problem> {
    let intent = ask.intent(&state)?;
    ask.params.done()?;
    ask.must(Action::Update, face.resource.name)?;
    let expected = etag::expected_version(&ask);
    let dry_run = intent.dry_run;
    let mut unit = begin_write(&state, &ask, intent).await?;
    let outcome = remove(&mut unit, face, part, &ask, expected).await;
    let (record, version) = finish(unit, &state, face, &ask, outcome).await?;
    let mut response = deleted(dry_run, &record);
    if !dry_run {
        // The root's new version, for whoever goes on changing it.
        response.headers_mut().insert(header::ETAG, etag::strong(version, &[]));
    }
    Ok(response)
}

async fn remove(
    unit: &mut Unit,
    face: &'static Face,
    part: &'static PartFace,
    ask: &Ask,
    expected: Result<i64, Problem>,
) -> Result<(Record, i64), Problem> {
    let root = find_to(unit, face, ask, Action::Update).await?;
    let record = named(&unit.reader(), part, &root, ask).await?;
    let expected = expected?;
    stale(&root, expected)?;
    let id = id_in(&record, "id").unwrap_or_default();
    aggregate::delete_part(unit, face.resource, part.part, root, expected, id).await?;
    Ok((record, expected + 1))
}

async fn all(reader: &Reader<'_>, part: &PartFace, root: &Row) -> Result<Vec<Record>, Problem> {
    let root = id_in(root, "id").unwrap_or_default();
    Ok(reader.parts(part.part, &[root]).await?.remove(&root).unwrap_or_default())
}

/// The part that the address names.
async fn named(reader: &Reader<'_>, part: &PartFace, root: &Row, ask: &Ask) -> Result<Record, Problem> {
    let id = ask.path("part_id").parse().map_err(|_| Problem::new(NOT_FOUND))?;
    by_id(reader, part, id_in(root, "id").unwrap_or_default(), id).await
}

async fn by_id(reader: &Reader<'_>, part: &PartFace, root: Uuid, id: Uuid) -> Result<Record, Problem> {
    let all = reader.parts(part.part, &[root]).await?.remove(&root).unwrap_or_default();
    all.into_iter().find(|r| id_in(r, "id") == Some(id)).ok_or_else(|| Problem::new(NOT_FOUND))
}
