//! `POST /v1/<resource>` and `POST /v1/<resource>/batch`.
use super::Face;
use super::answer::{address, all_created, created};
use super::expand::Expand;
use super::represent::represent;
use super::schema::{batch_schema, new_schema};
use crate::access::Action;
use crate::http::ask::Ask;
use crate::http::contract;
use crate::http::idempotency::{Begun, begin_post};
use crate::http::json::Body;
use crate::http::problem::{INVALID, Problem};
use crate::shared::check::Faults;
use crate::shared::life::Opening;
use crate::state::AppState;
use crate::store::aggregate::{self, prepare};
use crate::store::unit::Unit;
use crate::store::{Error, Record};
use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use uuid::Uuid;

pub async fn create(
    face: &'static Face,
    State(state): State<AppState>,
    mut ask: Ask,
    Body(body): Body,
) -> Result<Response, Problem> {
    let intent = ask.intent(&state)?;
    ask.params.done()?;
    ask.must(Action::Create, face.resource.name)?;
    contract().shape(&new_schema(face), &body)?;
    let dry_run = intent.dry_run;
    let mut writing = match begin_post(&state, &ask, face, intent, &body).await? {
        Begun::Fresh(writing) => writing,
        Begun::Again(answer) => return Ok(answer),
    };
    let outcome = create_one(&mut writing.unit, face, &ask, body).await;
    let answer = outcome.map(|(id, record)| created(&ask, dry_run, &address(face, id), 1, &record));
    writing.answer(&state, face, &ask, answer.map_err(Problem::from)).await
}

async fn create_one(
    unit: &mut Unit,
    face: &'static Face,
    ask: &Ask,
    body: Value,
) -> crate::store::Result<(Uuid, Record)> {
    let id = insert(unit, face, body).await?;
    let row = unit.reader().row(face.resource, id).await?;
    let expand = Expand::default();
    let mut records =
        represent(&unit.reader(), face, &ask.caller, std::slice::from_ref(&row), &expand).await?;
    Ok((id, records.pop().ok_or(Error::NotFound)?))
}

async fn insert(unit: &mut Unit, face: &Face, mut body: Value) -> crate::store::Result<Uuid> {
    let opening = match body.as_object_mut().and_then(|map| map.shift_remove("opening")) {
        None | Some(Value::Null) => None,
        Some(value) => Some(
            serde_json::from_value::<Opening>(value)
                .map_err(|e| Error::invalid("/opening", "invalid", json!({"reason": e.to_string()})))?,
        ),
    };
    let record = prepare(&face.resource.table, face.resource.parse, body)?;
    aggregate::create(unit, face.resource, record, opening).await
}

/// All or nothing; faults carry the index of their item.
pub async fn batch(
    face: &'static Face,
    State(state): State<AppState>,
    mut ask: Ask,
    Body(body): Body,
) -> Result<Response, Problem> {
    let intent = ask.intent(&state)?;
    ask.params.done()?;
    ask.must(Action::Create, face.resource.name)?;
    contract().shape(&batch_schema(face), &body)?;
    let dry_run = intent.dry_run;
    let mut writing = match begin_post(&state, &ask, face, intent, &body).await? {
        Begun::Fresh(writing) => writing,
        Begun::Again(answer) => return Ok(answer),
    };
    let outcome = create_all(&mut writing.unit, face, &ask, body).await;
    let answer = outcome.map(|records| all_created(&ask, dry_run, &records));
    writing.answer(&state, face, &ask, answer.map_err(Problem::from)).await
}

async fn create_all(
    unit: &mut Unit,
    face: &'static Face,
    ask: &Ask,
    mut body: Value,
) -> crate::store::Result<Vec<Record>> {
    let items = match body.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    let (mut ids, mut faults) = (Vec::new(), Faults::default());
    for (index, item) in items.into_iter().enumerate() {
        match insert(unit, face, item).await {
            Ok(id) => ids.push(id),
            Err(Error::Invalid(of_item)) => faults.extend_at(&format!("/items/{index}"), of_item),
            Err(error) => return Err(error),
        }
    }
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let mut rows = unit.reader().rows_of(face.resource, &ids).await?;
    rows.sort_by_key(|row| {
        let id = crate::store::read::id_in(row, "id");
        ids.iter().position(|i| Some(*i) == id)
    });
    represent(&unit.reader(), face, &ask.caller, &rows, &Expand::default()).await
}

/// A body that is no object can't be merged into one.
pub fn must_be_object(body: &Value) -> Result<&Record, Problem> {
    body.as_object().ok_or_else(|| {
        let mut faults = Faults::default();
        faults.add("", "wrong_type", json!({"expected": "object"}));
        Problem::faults(INVALID, faults)
    })
}
