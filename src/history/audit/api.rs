//! `/v1/audit`: verifications, checkpoints and proofs, for administrators and auditors.
use super::job;
use super::proof::{Proof, prove};
use super::report::Report;
use super::store::{Kept, Run, older};
use crate::access::{AUDIT, Action};
use crate::http::ask::Ask;
use crate::http::insert_schema;
use crate::http::problem::{NOT_FOUND, Problem};
use crate::http::resource::{Effect, Operations, Paging, linked, records_answer};
use crate::state::AppState;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

const TAG: &str = "audit";

/// A verification of the history: poll it until it has finished.
#[derive(Serialize, ToSchema)]
pub struct Verification {
    pub id: Uuid,
    /// running, finished or failed.
    #[schema(max_length = 40, pattern = "^[a-z][a-z0-9_]*$", example = "finished")]
    pub state: String,
    pub requested_at: DateTime<Utc>,
    /// The principal who asked for it.
    #[schema(required)]
    pub requested_by: Option<Uuid>,
    #[schema(required)]
    pub finished_at: Option<DateTime<Utc>>,
    /// What was found; null until it has finished.
    #[schema(required)]
    pub report: Option<Report>,
}

/// The history as it was signed.
#[derive(Serialize, ToSchema)]
pub struct SignedCheckpoint {
    pub id: Uuid,
    /// Over so many entries.
    #[schema(minimum = 0)]
    pub tree_size: i64,
    /// The root of the Merkle tree (RFC 6962), in hexadecimal.
    #[schema(max_length = 64, pattern = "^[0-9a-f]{64}$")]
    pub root: String,
    pub at: DateTime<Utc>,
    /// The name of the key.
    #[schema(max_length = 100, pattern = "^[^\\s+]+$", example = "grants.example.org")]
    pub origin: String,
    /// The public key.
    #[schema(max_length = 300, pattern = "^[^+]+\\+[0-9a-f]{8}\\+[A-Za-z0-9+/=]+$")]
    pub key: String,
    /// The signed note (c2sp.org/tlog-checkpoint): keep it where nobody of this installation can change it.
    #[schema(max_length = 2000, pattern = "^[^\\u0000]*$")]
    pub note: String,
}

/// A page of checkpoints, the newest first.
#[derive(Serialize, ToSchema)]
pub struct SignedCheckpointList {
    #[schema(max_items = 200)]
    pub items: Vec<SignedCheckpoint>,
    /// The next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000, pattern = "^/v1/")]
    pub next: Option<String>,
}

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/v1/audit/verification", get(verification).post(verify))
        .route("/v1/audit/checkpoints", get(checkpoints))
        .route("/v1/audit/proofs/{entry}", get(proof))
}

fn shown(run: &Run, now: DateTime<Utc>) -> Value {
    json!(Verification {
        id: run.id,
        state: job::state_of(run, now),
        requested_at: run.requested_at,
        requested_by: run.requested_by,
        finished_at: run.finished_at,
        report: job::report(run),
    })
}

async fn verification(State(state): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    ask.must_everywhere(Action::Read, AUDIT)?;
    ask.params.done()?;
    let run = job::current(&state, ask.caller.principal_id).await?;
    Ok(records_answer(&ask, &shown(&run, state.clock.now())))
}

async fn verify(State(state): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    ask.must_everywhere(Action::Read, AUDIT)?;
    ask.params.done()?;
    let run = job::start(&state, ask.caller.principal_id).await?;
    let body = shown(&run, state.clock.now()).to_string();
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    Ok((StatusCode::ACCEPTED, json, body).into_response())
}

async fn checkpoints(State(state): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    ask.must_everywhere(Action::Read, AUDIT)?;
    let paging = Paging::<(i64, Uuid)>::take(&mut ask, &state);
    ask.params.done()?;
    let txn = state.db.begin_read().await.map_err(crate::store::Error::from)?;
    let mut found = older(&txn, paging.after, paging.limit + 1).await?;
    let more = found.len() as u64 > paging.limit;
    found.truncate(usize::try_from(paging.limit).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| more);
    let next = next.map(|k| paging.further(&ask, &state, vec![json!(k.tree_size), json!(k.id)]));
    let signed = |k: Kept| SignedCheckpoint {
        id: k.id,
        tree_size: k.tree_size,
        root: k.root,
        at: k.at,
        origin: k.origin,
        key: k.key,
        note: k.note,
    };
    let items = found.into_iter().map(signed).collect();
    let response = records_answer(&ask, &json!(SignedCheckpointList { items, next: next.clone() }));
    Ok(linked(response, next.as_deref()))
}

async fn proof(State(state): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    ask.must_everywhere(Action::Read, AUDIT)?;
    ask.params.done()?;
    let position = ask.path("entry").parse().map_err(|_| Problem::new(NOT_FOUND))?;
    Ok(records_answer(&ask, &json!(prove(&state.db, position).await?)))
}

pub fn tag() -> Value {
    json!({"name": TAG, "description": "Whether the history still is what was written: verifications, signed checkpoints, proofs."})
}

pub fn document(schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    insert_schema::<Verification>("Verification", schemas);
    insert_schema::<SignedCheckpointList>("SignedCheckpointList", schemas);
    insert_schema::<Proof>("Proof", schemas);
    let op = Operations { tag: TAG };
    let about = "The newest verification; asks for one where there is none. It holds every entry, every past state and \
        every live row against each other and against the signed checkpoints, and names what was changed behind the \
        program's back. `unseen` says what it can't see. Administrators and auditors only.";
    paths.insert(
        "/v1/audit/verification".into(),
        json!({
            "get": op.read("find_verification", "Find the newest verification of the history", about, "Verification", vec![]),
            "post": op.bare("verify_history", "Verify the history anew", "Begins a verification, unless one goes on. Poll \
                it with GET.", "Verification", vec![], Effect::Starts),
        }),
    );
    let about = "The history as it was signed, the newest first, with the public keys. Keep them outside: up to a \
        checkpoint that you have, nothing can be rewritten unseen. Administrators and auditors only.";
    paths.insert(
        "/v1/audit/checkpoints".into(),
        json!({"get": op.pages("list_checkpoints", "List the signed checkpoints", about, "SignedCheckpointList", vec![])}),
    );
    let entry = json!({"name": "entry", "in": "path", "required": true, "example": "1",
        "description": "The entry's position, as histories and the feed of changes tell it.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 18, "pattern": "^[1-9][0-9]*$"}});
    let about = "An entry with its way to the root of the newest checkpoint: `grantline audit check-proof` checks it \
        without the database. 404 where no checkpoint covers it yet. Administrators and auditors only.";
    paths.insert(
        "/v1/audit/proofs/{entry}".into(),
        json!({"get": op.read("find_proof", "Prove that an entry stands in the signed history", about, "Proof", vec![entry])}),
    );
}
