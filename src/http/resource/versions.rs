//! `GET /v1/<resource>/{id}/versions/{version}`: a record as it was when it had a version, and what differs between two.
use super::expand::Expand;
use super::history::{FieldChange, differing};
use super::seen;
use super::single::one;
use super::unit::begin_read;
use super::{Face, record_answer, records_answer};
use crate::access::Action;
use crate::http::ask::{Ask, Moment};
use crate::http::problem::{NOT_FOUND, Problem};
use crate::state::AppState;
use crate::store::entries::{Which, entries};
use crate::store::read::{Reader, id_in};
use crate::store::view::View;
use crate::store::{Record, Row};
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// What differs between two versions of a record.
#[derive(Serialize, ToSchema)]
pub struct VersionComparison {
    /// The versions, as asked for.
    #[schema(minimum = 1)]
    pub from: i64,
    #[schema(minimum = 1)]
    pub to: i64,
    /// Member by member. A part that only one of them has, has all its members here.
    #[schema(max_items = 20000)]
    pub changes: Vec<FieldChange>,
}

/// A version that an address names: a number from 1 on.
fn version_of(text: &str) -> Option<i64> {
    text.parse().ok().filter(|version| *version > 0 && !text.starts_with(['+', '0']))
}

pub async fn version(
    face: &'static Face,
    State(state): State<AppState>,
    mut ask: Ask,
) -> Result<Response, Problem> {
    ask.must(Action::Read, face.resource.name)?;
    ask.must(Action::Read, "history_entry")?;
    let as_of = ask.as_of(&state);
    ask.params.done()?;
    let version = version_of(ask.path("version")).ok_or_else(|| Problem::new(NOT_FOUND))?;
    let snapshot = begin_read(&state, &ask, Moment { as_of, known_at: None }).await?;
    let reader = snapshot.reader();
    let view = view_of(&reader, face, &ask, version).await?;
    let then = reader.seeing(&view);
    let row = row_of(&then, face, &ask).await?;
    let record = one(&then, face, &ask, &row, &Expand::default()).await?;
    drop(snapshot);
    seen::log(&state, &ask, face, &Expand::default(), std::slice::from_ref(&record)).await;
    Ok(record_answer(&ask, version, &record))
}

pub async fn compared(
    face: &'static Face,
    State(state): State<AppState>,
    mut ask: Ask,
) -> Result<Response, Problem> {
    ask.must(Action::Read, face.resource.name)?;
    ask.must(Action::Read, "history_entry")?;
    let with = ask.params.text("with").unwrap_or_default();
    let other = version_of(&with);
    if other.is_none() {
        let expected = "another version of the record, such as 2";
        ask.params.refuse("with", "invalid_value", json!({"value": with, "expected": expected}));
    }
    ask.params.done()?;
    let from = version_of(ask.path("version")).ok_or_else(|| Problem::new(NOT_FOUND))?;
    let to = other.unwrap_or_default();
    let as_of = crate::clock::today(state.clock.now(), state.config.time_zone);
    let snapshot = begin_read(&state, &ask, Moment { as_of, known_at: None }).await?;
    let reader = snapshot.reader();
    let mut states = Vec::new();
    for version in [from, to] {
        let view = view_of(&reader, face, &ask, version).await?;
        states.push(state_of(&reader.seeing(&view), face, &ask).await?);
    }
    let id = reader.resolve(face.resource, ask.path("id")).await?;
    drop(snapshot);
    if !face.resource.table.personal.is_empty() {
        seen::note_read(&state, &ask, face.resource.name, vec![id]).await;
    }
    let changes = comparison(&states[0], &states[1]);
    Ok(records_answer(&ask, &json!(VersionComparison { from, to, changes })))
}

/// The register as it stood when the record had a version.
async fn view_of(reader: &Reader<'_>, face: &Face, ask: &Ask, version: i64) -> Result<View, Problem> {
    let id = reader.resolve(face.resource, ask.path("id")).await?;
    let which = Which {
        aggregate_id: Some(id),
        resources: vec![face.resource.name.to_owned()],
        version: Some(version),
        ..Which::default()
    };
    let (found, _) = entries(reader, &which, 1).await?;
    let entry = found.into_iter().next().ok_or_else(|| Problem::new(NOT_FOUND))?;
    Ok(View::at(reader.view.scope().clone(), entry.position))
}

async fn row_of(then: &Reader<'_>, face: &Face, ask: &Ask) -> Result<Row, Problem> {
    // A code may have been another one then.
    let id = match ask.path("id").parse::<Uuid>() {
        Ok(id) => id,
        Err(_) => {
            let now = View::now(then.view.scope().clone());
            then.seeing(&now).resolve(face.resource, ask.path("id")).await?
        }
    };
    Ok(then.row(face.resource, id).await?)
}

/// The record's own members and those of its parts, by the path of the part and its id.
type States = BTreeMap<(&'static str, Option<Uuid>), Record>;

async fn state_of(then: &Reader<'_>, face: &Face, ask: &Ask) -> Result<States, Problem> {
    let row = row_of(then, face, ask).await?;
    let id = id_in(&row, "id").unwrap_or_default();
    let mut states = States::new();
    states.insert((face.resource.name, None), face.resource.table.record(&row));
    for part in face.resource.parts {
        for record in then.parts(part, &[id]).await?.remove(&id).unwrap_or_default() {
            states.insert((part.path, id_in(&record, "id")), record);
        }
    }
    Ok(states)
}

fn comparison(from: &States, to: &States) -> Vec<FieldChange> {
    let gone = from.keys().filter(|key| !to.contains_key(*key));
    let keys = to.keys().chain(gone);
    let of = |(part, id): &(&'static str, Option<Uuid>)| {
        let key = (*part, *id);
        differing(id.map(|_| *part), *id, from.get(&key), to.get(&key))
    };
    keys.flat_map(of).collect()
}
