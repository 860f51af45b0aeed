//! Persons over HTTP, and their personal data: reading it where it is restricted, erasing and restricting it.
use super::journal::{Act, Line};
use super::model::{Holding, PersonFields, PersonalData};
use super::store::PERSON;
use crate::access::{Action, PERSONAL_DATA};
use crate::clock::today;
use crate::http::ask::{Ask, Moment};
use crate::http::problem::Problem;
use crate::http::resource::{
    Effect, Expand, Face, Operations, SchemaOf, begin_read, begin_write, changed_answer, find, finish,
    id_parameter, note_read, one, record_answer, stale, version,
};
use crate::http::{etag, insert_schema};
use crate::shared::dates::DATE_PATTERN;
use crate::state::AppState;
use crate::store::aggregate::{to_record, typed_value};
use crate::store::personal::{self, Removal};
use crate::store::read::id_in;
use crate::store::unit::Unit;
use crate::store::{Record, Row};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use entity::vocab::{ErasureGround, Word};
use serde_json::{Map, Value, json};

pub static PERSONS: Face = Face {
    resource: &PERSON,
    schema: "Person",
    tag: "persons",
    one: "a person",
    many: "persons",
    about: "A natural person, held for a purpose and on a lawful basis. Everything else refers to persons by id. \
        Deleting one destroys its personal data in the past too.",
    fields: SchemaOf::new::<PersonFields>(),
    example: || {
        json!({
            "name": "Jane Example",
            "purpose": "Contact of LATBEL's beneficiary",
            "lawful_basis": "public_task",
        })
    },
    parts: &[],
};

pub fn routes() -> Router<AppState> {
    Router::new().route("/v1/persons/{id}/personal-data", get(read).delete(remove))
}

async fn read(State(state): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    ask.must_everywhere(Action::Read, PERSONAL_DATA)?;
    let as_of = ask.as_of(&state);
    ask.params.done()?;
    let snapshot = begin_read(&state, &ask, Moment { as_of, known_at: None }).await?;
    let reader = snapshot.reader();
    let row = find(&reader, &PERSONS, &ask).await?;
    let id = id_in(&row, "id").unwrap_or_default();
    let has = |name: &str| row.get(name).is_some_and(|at| !at.is_null());
    let (holding, values) = match (has("erased_at"), has("restricted_at")) {
        (true, _) => (Holding::Erased, Row::new()),
        (_, true) => {
            let kept = personal::kept(reader.conn, &PERSON.table, Some(id), (i64::MIN, i64::MAX)).await?;
            (Holding::Restricted, kept.into_iter().next_back().map(|k| k.values).unwrap_or_default())
        }
        _ => (Holding::Held, row.clone()),
    };
    drop(snapshot);
    let text = |name: &str| values.get(name).and_then(Value::as_str).map(str::to_owned);
    let data = PersonalData {
        person_id: id,
        state: holding,
        name: text("name"),
        position: typed_value(values.get("position"))?,
        email: text("email"),
        phone: text("phone"),
    };
    if holding != Holding::Erased {
        note_read(&state, &ask, PERSON.name, vec![id]).await;
    }
    Ok(record_answer(&ask, version(&row), &to_record(&data)?))
}

async fn remove(State(state): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    let intent = ask.intent(&state)?;
    let day = today(intent.now, state.config.time_zone);
    let until = ask.params.date("restrict_until");
    if let Some(until) = until.filter(|until| *until < day) {
        ask.params.refuse("restrict_until", "in_the_past", json!({"date": until, "today": day}));
    }
    let ground = match ask.params.text("ground") {
        Some(text) => {
            let ground = ErasureGround::from_code(&text);
            if ground.is_none() {
                let allowed: Vec<&str> = ErasureGround::all().iter().map(|g| g.code()).collect();
                ask.params.refuse("ground", "not_in_list", json!({"value": text, "allowed": allowed}));
            }
            ground
        }
        None => {
            ask.params.refuse("ground", "required", json!({}));
            None
        }
    };
    ask.params.done()?;
    ask.must_everywhere(Action::Delete, PERSONAL_DATA)?;
    let ground = ground.unwrap_or(ErasureGround::NoLongerNecessary);
    let expected = etag::expected_version(&ask);
    let (dry_run, by, at) = (intent.dry_run, intent.principal_id, intent.now);
    let removal = until.map_or(Removal::Erase, |until| Removal::Restrict { until });
    let mut unit = begin_write(&state, &ask, intent).await?;
    let outcome = take(&mut unit, &ask, removal, ground, expected).await;
    let (person, version) = finish(unit, &state, &PERSONS, &ask, outcome).await?;
    if let Some(id) = id_in(&person, "id").filter(|_| !dry_run) {
        let act = if until.is_some() { Act::Restricted } else { Act::Erased };
        let (resource, ground) = (PERSON.name.to_owned(), Some(ground.code().to_owned()));
        tell(&state, Line { at, resource, id, act, ground, restricted_until: until, by }).await;
    }
    Ok(changed_answer(dry_run, version, &person))
}

async fn take(
    unit: &mut Unit,
    ask: &Ask,
    removal: Removal,
    ground: ErasureGround,
    expected: Result<i64, Problem>,
) -> Result<(Record, i64), Problem> {
    let row = find(&unit.reader(), &PERSONS, ask).await?;
    let expected = expected?;
    stale(&row, expected)?;
    let id = id_in(&row, "id").unwrap_or_default();
    personal::remove(unit, &PERSON, id, expected, removal, ground.code()).await?;
    let row = find(&unit.reader(), &PERSONS, ask).await?;
    let person = one(&unit.reader(), &PERSONS, ask, &row, &Expand::default()).await?;
    Ok((person, version(&row)))
}

/// What is done is told outside the database, and leaves the database's own log; where that fails now, the hourly upkeep
/// tells it.
pub async fn tell(state: &AppState, line: Line) {
    if let Err(error) = state.journal.append(&line).await {
        tracing::error!(%error, id = %line.id, "the erasure journal can't be written: it will be tried again");
    }
    if let Err(error) = state.db.forget_freed().await {
        tracing::warn!(%error, "the database's log could not be emptied after an erasure");
    }
}

/// The operations on personal data.
pub fn document(schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    insert_schema::<PersonalData>("PersonalData", schemas);
    let op = Operations { tag: PERSONS.tag };
    let id = id_parameter(&PERSONS);
    let words: Vec<&str> = ErasureGround::all().iter().map(|g| g.code()).collect();
    let ground = json!({"name": "ground", "in": "query", "required": true,
        "description": "The legal ground (GDPR, article 17(1)): a word of the code list `erasure-grounds`.",
        "example": "consent_withdrawn", "schema": {"type": "string", "enum": words}});
    let until = json!({"name": "restrict_until", "in": "query",
        "description": "Where a duty to keep the data stands against erasing it (a donor's audit, say): the day up to \
            which it is restricted instead. Then it is erased.",
        "schema": {"type": "string", "format": "date", "maxLength": 10, "pattern": DATE_PATTERN}});
    let about = "Destroys name, position, email and phone in the record and in all of its past states; the history and \
        its digests stay whole. With `restrict_until` the values are set apart first, for administrators only, and \
        destroyed after that day. Administrators only.";
    paths.insert(
        "/v1/persons/{id}/personal-data".into(),
        json!({
            "get": op.read("find_personal_data", "Find the personal data of a person",
                "Also where it is restricted. Administrators only; every reading is logged.", "PersonalData",
                vec![id.clone(), crate::http::resource::shared("AsOf")]),
            "delete": op.bare("remove_personal_data", "Erase or restrict the personal data of a person", about,
                PERSONS.schema, vec![id, ground, until], Effect::Changes),
        }),
    );
}
