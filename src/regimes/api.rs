//! `/v1/regimes`: versions of funders' rules, published, listed, resolved and compared. Their description for the OpenAPI
//! document is in `api/document.rs`.
mod document;
mod shown;

pub use document::{document, tag};

use super::difference::{Difference, differences};
use super::model::RegimeKey;
use super::publish::{Draft, Published, publish};
use super::schema::{Form, schema};
use super::store::{REGIME, find, key, line, named, page};
use crate::access::Action;
use crate::http::ask::{Ask, Moment};
use crate::http::idempotency::{Begun, begin_post};
use crate::http::json::{JSON, YAML, bytes, kept, read};
use crate::http::problem::{INVALID, MALFORMED_YAML, Problem, VERSION_PUBLISHED};
use crate::http::resource::{
    Face, Paging, SchemaOf, begin_read, bytes_answer, created, history, linked, record_answer, records_answer,
};
use crate::shared::check::Faults;
use crate::shared::yaml;
use crate::state::AppState;
use crate::store::aggregate::to_record;
use crate::store::classify::{DbFault, classify};
use crate::store::read::Reader;
use crate::store::{Error, Result as Stored};
use axum::Router;
use axum::extract::{FromRequest, Request, State};
use axum::http::HeaderValue;
use axum::response::Response;
use axum::routing::get;
use entity::regime::Model;
use serde_json::{Value, json};
use shown::{Regime, RegimeComparison, RegimeDifference, RegimeList, shown, summary, whole};
use std::collections::HashMap;
use uuid::Uuid;

pub static FACE: Face = Face {
    resource: &REGIME,
    schema: "Regime",
    tag: "regimes",
    one: "a regime",
    many: "regimes",
    about: "A funder's rules as data: versions that never change once they are published.",
    fields: SchemaOf::new::<Regime>(),
    example: document::example,
    parts: &[],
};

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/v1/regimes", get(list).post(create))
        .route("/v1/regimes/schema", get(served_schema))
        .route("/v1/regimes/{id}", get(newest))
        .route("/v1/regimes/{id}/history", get(|state, ask| history(&FACE, state, ask)))
        .route("/v1/regimes/{id}/versions", get(versions))
        .route("/v1/regimes/{id}/versions/{version}", get(version))
        .route("/v1/regimes/{id}/versions/{version}/differences", get(compared))
}

/// What was sent, not yet held against anything.
pub struct Sent {
    value: Value,
    plain: HashMap<String, String>,
    faults: Faults,
}

impl FromRequest<AppState> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let (media_type, bytes) = bytes(request, state, &[JSON, YAML]).await?;
        if media_type == JSON {
            return Ok(Self { value: read(&bytes)?, plain: HashMap::new(), faults: Faults::default() });
        }
        let refuse = |reason: String| Problem::new(MALFORMED_YAML).with(json!({"reason": reason}));
        let text = std::str::from_utf8(&bytes).map_err(|error| refuse(error.to_string()))?;
        let yaml::Read { value, plain, faults } = yaml::read(text).map_err(refuse)?;
        Ok(Self { value: kept(value)?, plain, faults })
    }
}

/// Tries of a write that another one of the same version came before: the second one finds it.
const TRIES: usize = 2;

async fn create(State(state): State<AppState>, mut ask: Ask, sent: Sent) -> Result<Response, Problem> {
    let intent = ask.intent(&state)?;
    ask.params.done()?;
    ask.must_everywhere(Action::Create, REGIME.name)?;
    let draft = Draft::new(sent.value.clone(), &sent.plain, sent.faults);
    let draft = draft.map_err(|faults| Problem::faults(INVALID, faults))?;
    let mut tries = 0;
    loop {
        tries += 1;
        let mut writing = match begin_post(&state, &ask, &FACE, intent.clone(), &sent.value).await? {
            Begun::Fresh(writing) => writing,
            Begun::Again(answer) => return Ok(answer),
        };
        let outcome = publish(&mut writing.unit, &draft).await;
        if tries < TRIES && came_second(&outcome) {
            // What failed has been taken back.
            let _ = writing.answer(&state, &FACE, &ask, Err(Problem::new(VERSION_PUBLISHED))).await;
            continue;
        }
        let answer = answer(&writing.unit.reader(), &ask, &draft, outcome, intent.dry_run).await;
        return writing.answer(&state, &FACE, &ask, answer).await;
    }
}

fn came_second(outcome: &Stored<Published>) -> bool {
    matches!(outcome, Err(Error::Database(error)) if matches!(classify(error), DbFault::Unique { .. }))
}

async fn answer(
    reader: &Reader<'_>,
    ask: &Ask,
    draft: &Draft,
    outcome: Stored<Published>,
    dry_run: bool,
) -> Result<Response, Problem> {
    let (row, new) = match outcome? {
        Published::New(row) => (row, true),
        Published::Before(row) => (row, false),
        Published::Other => {
            return Err(Problem::new(VERSION_PUBLISHED).with(json!({"version": draft.key.to_string()})));
        }
    };
    let address = format!("/v1/regimes/{}/versions/{}", row.code, row.edition);
    let record = to_record(&shown(&line(reader, row).await?, false)?)?;
    Ok(created(ask, dry_run || !new, &address, 1, &record))
}

async fn list(State(state): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    let ids = ask.params.list("id");
    pages(state, ask, ids).await
}

async fn versions(State(state): State<AppState>, ask: Ask) -> Result<Response, Problem> {
    let id = ask.path("id").to_owned();
    pages(state, ask, Some(vec![id])).await
}

async fn pages(state: AppState, mut ask: Ask, ids: Option<Vec<String>>) -> Result<Response, Problem> {
    ask.must(Action::Read, REGIME.name)?;
    let paging = Paging::<(String, i64)>::take(&mut ask, &state);
    ask.params.done()?;
    let snapshot = begin_read(&state, &ask, Moment { as_of: paging.as_of, known_at: None }).await?;
    let reader = snapshot.reader();
    let beyond = paging.after.is_some();
    let mut found = page(&reader, ids.as_deref(), paging.after.clone(), paging.limit + 1).await?;
    let of_one = !ask.path("id").is_empty();
    if of_one && found.is_empty() && !beyond {
        return Err(Error::NotFound.into());
    }
    let more = found.len() as u64 > paging.limit;
    found.truncate(usize::try_from(paging.limit).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| more);
    let next = next.map(|row| paging.further(&ask, &state, vec![json!(row.code), json!(row.edition_key)]));
    let parents: Vec<Uuid> = found.iter().filter_map(|row| row.parent_id).collect();
    let mut keys = HashMap::new();
    for row in reader.rows_of(&REGIME, &parents).await? {
        let parent: Model = crate::store::aggregate::typed(&row)?;
        keys.insert(parent.id, key(&parent));
    }
    let items =
        found.iter().map(|row| summary(row, row.parent_id.and_then(|id| keys.get(&id)).cloned())).collect();
    let response = records_answer(&ask, &json!(RegimeList { items, next: next.clone() }));
    Ok(linked(response, next.as_deref()))
}

async fn newest(State(state): State<AppState>, ask: Ask) -> Result<Response, Problem> {
    one(state, ask).await
}

async fn version(State(state): State<AppState>, ask: Ask) -> Result<Response, Problem> {
    one(state, ask).await
}

/// The version that the address names, or the newest one.
async fn one(state: AppState, mut ask: Ask) -> Result<Response, Problem> {
    ask.must(Action::Read, REGIME.name)?;
    let resolved = ask.params.flag("resolved").unwrap_or(false);
    ask.params.done()?;
    let moment =
        Moment { as_of: crate::clock::today(state.clock.now(), state.config.time_zone), known_at: None };
    let snapshot = begin_read(&state, &ask, moment).await?;
    let reader = snapshot.reader();
    let row = asked_for(&reader, &ask).await?;
    let record = to_record(&shown(&line(&reader, row).await?, resolved)?)?;
    Ok(record_answer(&ask, 1, &record))
}

async fn asked_for(reader: &Reader<'_>, ask: &Ask) -> Result<Model, Problem> {
    let version = ask.path("version");
    if version.is_empty() {
        return Ok(named(reader, ask.path("id")).await?);
    }
    let key = RegimeKey { id: ask.path("id").to_owned(), version: version.to_owned() };
    find(reader, &key).await?.ok_or_else(|| Error::NotFound.into())
}

async fn compared(State(state): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    ask.must(Action::Read, REGIME.name)?;
    let other = ask.params.text("with").unwrap_or_default();
    let key_of_other = match other.contains(':') {
        true => RegimeKey::parse(&other),
        false => RegimeKey::parse(&format!("{}:{other}", ask.path("id"))),
    };
    if key_of_other.is_none() {
        let expected = "a version of this regime such as 2021.1, or of another as id:version";
        ask.params.refuse("with", "invalid_value", json!({"value": other, "expected": expected}));
    }
    ask.params.done()?;
    let moment =
        Moment { as_of: crate::clock::today(state.clock.now(), state.config.time_zone), known_at: None };
    let snapshot = begin_read(&state, &ask, moment).await?;
    let reader = snapshot.reader();
    let from = asked_for(&reader, &ask).await?;
    let to = match key_of_other {
        Some(key) => find(&reader, &key).await?,
        None => None,
    };
    let to = to.ok_or(Error::NotFound)?;
    let (from_key, to_key) = (key(&from), key(&to));
    let (from, to) = (whole(&line(&reader, from).await?), whole(&line(&reader, to).await?));
    let told = |difference: Difference| RegimeDifference {
        path: difference.path,
        change: match (&difference.from, &difference.to) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        }
        .to_owned(),
        from: difference.from,
        to: difference.to,
    };
    let differences = differences(&from.document, &to.document).into_iter().map(told).collect();
    Ok(records_answer(&ask, &json!(RegimeComparison { from: from_key, to: to_key, differences })))
}

async fn served_schema(State(_): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    ask.must(Action::Read, REGIME.name)?;
    let extending = ask.params.flag("extending").unwrap_or(false);
    ask.params.done()?;
    let form = if extending { Form::Extending } else { Form::Whole };
    let text = serde_json::to_vec_pretty(schema(form)).unwrap_or_default();
    Ok(bytes_answer(&ask, HeaderValue::from_static("application/schema+json"), text))
}
