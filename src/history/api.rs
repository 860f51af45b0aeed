//! `GET /v1/changes`: everything that happened, in the order in which it became visible.
//!
//! Nothing is skipped and nothing comes twice, whatever transactions overlap: the feed goes by `position`, which is
//! given under a lock to entries that are committed already (`store/history.rs`). An entry whose transaction is still
//! open has no position; when it commits, it gets one beyond all that any reader has seen.
use crate::access::Action;
use crate::http::ask::Ask;
use crate::http::problem::Problem;
use crate::http::resource::{
    Actor, HistoryEntry, HistoryList, Operations, asked, begin_read, records_answer,
};
use crate::http::{face, faces, insert_schema};
use crate::state::AppState;
use crate::store::entries::{Entry, entries};
use crate::store::number_waiting;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

const TAG: &str = "changes";

/// Something that happened to a record. A deletion is told like every other change.
#[derive(Serialize, ToSchema)]
pub struct Change {
    /// Its place in the order in which changes became visible: only grows, never changes.
    #[schema(minimum = 1)]
    pub position: i64,
    #[schema(max_length = 60, pattern = "^[a-z_]+$", example = "project")]
    pub resource: String,
    pub id: Uuid,
    #[schema(max_length = 60, pattern = "^[a-z_]+$", example = "updated")]
    pub action: String,
    /// The record's version afterwards; of a deletion the last one.
    #[schema(minimum = 1)]
    pub version: i64,
    pub at: DateTime<Utc>,
    pub principal: Actor,
    #[schema(required, format = "text", max_length = 2000)]
    pub reason: Option<String>,
    #[schema(required, max_length = 128, pattern = "^[A-Za-z0-9._-]+$")]
    pub request_id: Option<String>,
    /// Where the record is; null for a deletion.
    #[schema(required, max_length = 200, pattern = "^/v1/")]
    pub href: Option<String>,
    /// What was changed, member by member.
    #[schema(max_length = 200, pattern = "^/v1/")]
    pub history: String,
}

/// A page of the feed, oldest first.
#[derive(Serialize, ToSchema)]
pub struct ChangeList {
    #[schema(max_items = 200)]
    pub items: Vec<Change>,
    /// Where to go on, also where there is nothing more yet: ask again later.
    #[schema(max_length = 4000, pattern = "^/v1/")]
    pub next: String,
    /// Whether there is more already.
    pub more: bool,
}

pub fn routes() -> Router<AppState> {
    Router::new().route("/v1/changes", get(list))
}

async fn list(State(state): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    ask.must(Action::Read, "history_entry")?;
    let mut asked = asked(&mut ask, &state, false);
    for name in ask.params.list("resource").unwrap_or_default() {
        let names: Vec<&str> = faces().map(|face| face.resource.name).collect();
        if names.contains(&name.as_str()) {
            asked.which.resources.push(name);
        } else {
            let expected = format!("any of {}", names.join(", "));
            ask.params.refuse("resource", "invalid_value", json!({"value": name, "expected": expected}));
        }
    }
    ask.params.done()?;
    number_waiting(&state.db, state.clock.as_ref()).await?;
    let snapshot = begin_read(&state, &ask, asked.moment()).await?;
    let (found, more) = entries(&snapshot.reader(), &asked.which, asked.limit()).await?;
    let last = found.last().map(|entry| entry.position).or(asked.which.beyond).unwrap_or(0);
    let next = asked.further(&ask, &state, last);
    let items: Vec<Change> = found.into_iter().filter_map(shown).collect();
    Ok(records_answer(&ask, &json!(ChangeList { items, next, more })))
}

fn shown(entry: Entry) -> Option<Change> {
    let face = face(&entry.aggregate)?;
    let address = format!("/v1/{}/{}", face.resource.path, entry.aggregate_id);
    Some(Change {
        history: format!("{address}/history"),
        href: (entry.action != "deleted").then_some(address),
        position: entry.position,
        resource: entry.aggregate,
        id: entry.aggregate_id,
        action: entry.action,
        version: entry.version,
        at: entry.at,
        principal: Actor { id: entry.principal_id, name: entry.principal },
        reason: entry.reason,
        request_id: entry.request_id,
    })
}

pub fn tag() -> Value {
    json!({"name": TAG, "description": "Everything that happened, in the order in which it became visible."})
}

/// The operation and schemas of the feed, and of the histories of single records.
pub fn document(schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    insert_schema::<HistoryEntry>("HistoryEntry", schemas);
    insert_schema::<HistoryList>("HistoryList", schemas);
    insert_schema::<Change>("Change", schemas);
    insert_schema::<ChangeList>("ChangeList", schemas);
    let words: Vec<&str> = faces().map(|face| face.resource.name).collect();
    let resource = json!({"name": "resource", "in": "query",
        "description": "Only changes of these resources: singular names, separated by commas.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 400, "pattern": "^[a-z_]+(,[a-z_]+)*$", "x-known-values": words}});
    let op = Operations { tag: TAG };
    let about = "In the order in which changes became visible, deletions among them; nothing is skipped and nothing \
        comes twice, also while others write. Keep `next` and ask it again: it leads to what came since. A change that \
        is not there yet comes later, never in between.";
    let parameters = [vec![resource], Operations::of_entries()].concat();
    let mut operation = op.pages("list_changes", "List all changes", about, "ChangeList", parameters);
    operation["responses"]["200"]["headers"] = crate::http::header_refs(&["ETag"]);
    paths.insert("/v1/changes".into(), json!({"get": operation}));
}
