//! `…/transitions` of whatever has a life.
use super::transition::{NewTransition, transition};
use crate::access::Action;
use crate::agreements::changes::{AMENDMENTS, SUSPENSIONS, TERMINATIONS};
use crate::http::ask::Ask;
use crate::http::idempotency::{Begun, begin_post};
use crate::http::json::Body;
use crate::http::problem::Problem;
use crate::http::resource::{
    Effect, Face, Operations, Post, as_shown, begin_read, created, find, find_to, must_be_shown,
    records_answer, shared, stale,
};
use crate::http::{contract, etag, insert_schema};
use crate::shared::life::Opening;
use crate::shared::text::LocalizedText;
use crate::state::AppState;
use crate::store::aggregate::{MOST_PARTS, STATUS_CHANGES, typed_value};
use crate::store::read::{Reader, column, id_in};
use crate::store::{Record, Row};
use crate::{agreements, projects, reporting, waivers};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{ExprTrait, Order};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

const LIVES: [&Face; 7] = [
    &projects::FACE,
    &agreements::FACE,
    &AMENDMENTS,
    &SUSPENSIONS,
    &TERMINATIONS,
    &reporting::FACE,
    &waivers::FACE,
];

/// A step of a life, as it was taken.
#[derive(Serialize, ToSchema)]
pub struct Transition {
    pub id: Uuid,
    /// Null where the record was opened, or its status was not known.
    #[schema(required, max_length = 40, pattern = "^[a-z_]+$")]
    pub from_status: Option<String>,
    #[schema(required, max_length = 40, pattern = "^[a-z_]+$")]
    pub to_status: Option<String>,
    /// Whether the status was entered as the one that the record was found in.
    pub opened_as: bool,
    #[schema(required)]
    pub effective_on: Option<NaiveDate>,
    #[schema(required, format = "text", max_length = 2000)]
    pub reason: Option<String>,
    #[schema(required, format = "text", max_length = 2000)]
    pub document: Option<String>,
    #[schema(required)]
    pub document_id: Option<Uuid>,
    #[schema(required, format = "text", max_length = 2000)]
    pub source: Option<String>,
    #[schema(max_items = 20)]
    pub attestations: Vec<super::transition::Attestation>,
    /// The principal who took it.
    #[schema(required)]
    pub actor_id: Option<Uuid>,
    pub recorded_at: DateTime<Utc>,
}

/// The steps of a life, oldest first.
#[derive(Serialize, ToSchema)]
pub struct TransitionList {
    #[schema(max_items = 500)]
    pub items: Vec<Transition>,
}

pub fn routes() -> Router<AppState> {
    LIVES.into_iter().fold(Router::new(), |router, face| {
        router.route(
            &format!("/v1/{}/{{id}}/transitions", face.resource.path),
            get(move |state, ask| list(face, state, ask))
                .post(move |state, ask, body| create(face, state, ask, body)),
        )
    })
}

async fn list(face: &'static Face, State(state): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    ask.must(Action::Read, face.resource.name)?;
    ask.must(Action::Read, "history_entry")?;
    let moment = ask.moment(&state);
    ask.params.done()?;
    let snapshot = begin_read(&state, &ask, moment).await?;
    let reader = snapshot.reader();
    let root = find(&reader, face, &ask).await?;
    must_be_shown(&reader, face, "available_transitions", &root).await?;
    let steps = steps(&reader, face, id_in(&root, "id").unwrap_or_default()).await?;
    Ok(records_answer(&ask, &json!({"items": steps})))
}

async fn steps(reader: &Reader<'_>, face: &Face, id: Uuid) -> Result<Vec<Record>, Problem> {
    let Some(life) = &face.resource.life else { return Ok(Vec::new()) };
    let mut select = reader.view.select(&STATUS_CHANGES);
    select
        .and_where(column(&STATUS_CHANGES, life.parent).eq(id))
        .order_by(STATUS_CHANGES.column("id"), Order::Asc)
        .limit(MOST_PARTS as u64);
    let rows = reader.rows(&STATUS_CHANGES, &select).await?;
    Ok(rows.iter().map(|row| STATUS_CHANGES.record(row)).collect())
}

async fn create(
    face: &'static Face,
    State(state): State<AppState>,
    mut ask: Ask,
    Body(body): Body,
) -> Result<Response, Problem> {
    let mut intent = ask.intent(&state)?;
    ask.params.done()?;
    ask.must(Action::Transition, face.resource.name)?;
    contract().shape("NewTransition", &body)?;
    let asked: NewTransition = typed_value(Some(&body))?;
    intent.reason = asked.reason.clone().or(intent.reason);
    let expected = etag::expected_version(&ask);
    let dry_run = intent.dry_run;
    let mut writing = match begin_post(&state, &ask, face, intent, &body).await? {
        Begun::Fresh(writing) => writing,
        Begun::Again(answer) => return Ok(answer),
    };
    let outcome = take(&mut writing.unit, face, &ask, asked, expected).await;
    let answer = outcome.map(|(root, step, version)| {
        let id = step.get("id").and_then(Value::as_str).unwrap_or_default();
        let address = format!("/v1/{}/{root}/transitions#{id}", face.resource.path);
        created(&ask, dry_run, &address, version, &step)
    });
    writing.answer(&state, face, &ask, answer).await
}

async fn take(
    unit: &mut crate::store::unit::Unit,
    face: &'static Face,
    ask: &Ask,
    asked: NewTransition,
    expected: Result<i64, Problem>,
) -> Result<(Uuid, Record, i64), Problem> {
    let row: Row = find_to(unit, face, ask, Action::Transition).await?;
    let expected = expected?;
    stale(&row, expected)?;
    // Reopening what was closed is the administrator's (rules.md 1.5).
    let reopens = row.get("status") == Some(&json!("closed"));
    if reopens && !ask.caller.is_admin() {
        return Err(ask.forbidden("reopen"));
    }
    let id = id_in(&row, "id").unwrap_or_default();
    let record = as_shown(unit, face, ask, id).await?;
    let step = transition(unit, face.resource, row, record, expected, asked).await?;
    let steps = steps(&unit.reader(), face, id).await?;
    let step = steps.into_iter().find(|s| id_in(s, "id") == Some(step)).unwrap_or_default();
    Ok((id, step, expected + 1))
}

/// The operations and schemas of this room.
pub fn document(schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    insert_schema::<NewTransition>("NewTransition", schemas);
    insert_schema::<Transition>("Transition", schemas);
    insert_schema::<TransitionList>("TransitionList", schemas);
    insert_schema::<LocalizedText>("LocalizedText", schemas);
    insert_schema::<Opening>("Opening", schemas);
    for face in LIVES {
        let op = Operations { tag: face.tag };
        let id = crate::http::resource::id_parameter(face);
        let name = face.resource.name;
        let example = json!({
            "to": match name {
                "project" => "finalisation",
                "grant_agreement" => "implementation_ended",
                "amendment" => "requested",
                "report" => "internally_approved",
                "waiver" => "acknowledged",
                _ => "in_effect",
            },
            "effective_on": "2021-06-01",
            "reason": "As the letter of that day says.",
        });
        let about = "Moves the record along its life cycle. Refused while guards are unmet: the answer names every one. \
            A guard whose fact the register does not hold can be attested.";
        paths.insert(
            format!("/v1/{}/{{id}}/transitions", face.resource.path),
            json!({
                "get": op.read(&format!("list_{name}_transitions"), &format!("List the steps of {}", face.one),
                    "The life so far, oldest first: who moved it, from what day on, why, and what was attested.",
                    "TransitionList", vec![id.clone(), shared("AsOf"), shared("KnownAt")]),
                "post": op.post(&Post {
                    id: &format!("transition_{name}"),
                    summary: &format!("Move {} along its life cycle", face.one),
                    about,
                    request: "NewTransition",
                    answer: "Transition",
                    example: Some(example),
                    path: std::slice::from_ref(&id),
                    effect: Effect::Creates,
                }),
            }),
        );
    }
}
