//! Claims over HTTP. Adopting one is an act of its own.
use super::adopt::adopt;
use super::model::ClaimFields;
use super::store::CLAIM;
use crate::access::Action;
use crate::http::ask::Ask;
use crate::http::idempotency::{Begun, begin_post};
use crate::http::json::Body;
use crate::http::problem::Problem;
use crate::http::resource::{
    Effect, Expand, Face, Operations, Post, SchemaOf, changed_answer, find, find_to, id_parameter, one,
    stale, version, writable,
};
use crate::http::{contract, etag, face, insert_schema};
use crate::state::AppState;
use crate::store::aggregate::typed_value;
use crate::store::unit::Unit;
use crate::store::{Record, Resource};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

pub static FACE: Face = Face {
    resource: &CLAIM,
    schema: "Claim",
    tag: "claims",
    one: "a claim",
    many: "claims",
    about: "What a source says of a record's member: the words as printed and what they mean. Rival claims stand side by side.",
    fields: SchemaOf::new::<ClaimFields>(),
    example: || {
        json!({
            "subject_kind": "project",
            "subject_id": "01932c07-6b80-7000-8000-000000000001",
            "field": "planned_period",
            "as_printed": "October 2019 - September 2021",
            "value": {"start": "2019-10-01", "end": "2021-09-30"},
            "language": "en",
            "source_title": "The grantor's page about LATBEL",
        })
    },
    parts: &[],
};

/// Why a claim is adopted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAdoption {
    #[schema(format = "text", min_length = 1, max_length = 2000)]
    pub reason: String,
}

pub fn routes() -> Router<AppState> {
    Router::new().route("/v1/claims/{id}/adoption", post(create))
}

async fn create(State(state): State<AppState>, mut ask: Ask, Body(body): Body) -> Result<Response, Problem> {
    let mut intent = ask.intent(&state)?;
    ask.params.done()?;
    ask.must(Action::Update, CLAIM.name)?;
    contract().shape("NewAdoption", &body)?;
    let NewAdoption { reason } = typed_value(Some(&body))?;
    intent.reason = Some(reason.clone());
    let expected = etag::expected_version(&ask);
    let dry_run = intent.dry_run;
    let mut writing = match begin_post(&state, &ask, &FACE, intent, &body).await? {
        Begun::Fresh(writing) => writing,
        Begun::Again(answer) => return Ok(answer),
    };
    let outcome = take(&mut writing.unit, &ask, &reason, expected).await;
    let answer = outcome.map(|(claim, version)| changed_answer(dry_run, version, &claim));
    writing.answer(&state, &FACE, &ask, answer).await
}

async fn take(
    unit: &mut Unit,
    ask: &Ask,
    reason: &str,
    expected: Result<i64, Problem>,
) -> Result<(Record, i64), Problem> {
    let claim = find_to(unit, &FACE, ask, Action::Update).await?;
    let expected = expected?;
    stale(&claim, expected)?;
    // Adopting changes the subject too: whoever may not do that can't do it by way of a claim.
    ask.must(Action::Update, claim.get("subject_kind").and_then(Value::as_str).unwrap_or_default())?;
    let face_of = |resource: &Resource| face(resource.name);
    adopt(
        unit,
        claim,
        expected,
        reason,
        |subject| face_of(subject).map(writable).unwrap_or_default(),
        |subject, value| {
            contract().faults(&format!("New{}", face_of(subject).map_or("", |f| f.schema)), value)
        },
    )
    .await?;
    let claim = find(&unit.reader(), &FACE, ask).await?;
    let version = version(&claim);
    Ok((one(&unit.reader(), &FACE, ask, &claim, &Expand::default()).await?, version))
}

/// The operation and schema of adopting.
pub fn document(schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    insert_schema::<NewAdoption>("NewAdoption", schemas);
    let op = Operations { tag: FACE.tag };
    let example = json!({"reason": "The institution's own article is nearer to the contract."});
    let id = id_parameter(&FACE);
    paths.insert(
        "/v1/claims/{id}/adoption".into(),
        json!({"post": op.post(&Post {
            id: "adopt_claim",
            summary: "Adopt a claim",
            about: "The subject takes the claim's value, checked like any change; rival claims for the same member are no longer adopted.",
            request: "NewAdoption",
            answer: FACE.schema,
            example: Some(example),
            path: std::slice::from_ref(&id),
            effect: Effect::Changes,
        })}),
    );
}
