//! `GET /v1/reminders`: what was written to whom, and what became of it.
use super::store::{Kept, STATES, Which, older};
use crate::access::{AUDIT, Action};
use crate::compliance::OBLIGATION;
use crate::http::ask::Ask;
use crate::http::insert_schema;
use crate::http::problem::Problem;
use crate::http::resource::{Operations, Paging, linked, records_answer};
use crate::state::AppState;
use crate::store::Error;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

const TAG: &str = "reminders";
const PATH: &str = "/v1/reminders";

/// A message that was written to somebody.
#[derive(Serialize, ToSchema)]
pub struct ReminderEntry {
    pub id: Uuid,
    /// To whom.
    pub principal_id: Uuid,
    /// What it is about; null for a weekly digest.
    #[schema(required)]
    pub obligation_id: Option<Uuid>,
    /// The rule that asked for it, or `digest`.
    #[schema(max_length = 60, pattern = "^[a-z0-9-]+$", example = "7d-before")]
    pub rule: String,
    /// The date that it reminded of.
    #[schema(required)]
    pub due: Option<NaiveDate>,
    /// The day for which it was planned.
    pub day: NaiveDate,
    /// `sending`; `sent`: a mail server took it over; `refused`: it refused it for good; `uncertain`: nobody knows, and it is not
    /// sent again.
    #[schema(max_length = 40, pattern = "^[a-z][a-z0-9_]*$", example = "sent")]
    pub state: String,
    /// Its Message-ID: the same whenever this message is sent.
    #[schema(
        max_length = 400,
        pattern = "^<[^<>]+>$",
        example = "<71438d459043515ce2c151e62ecf8b5b@grants.example.org>"
    )]
    pub message_id: String,
    pub claimed_at: DateTime<Utc>,
    #[schema(required)]
    pub settled_at: Option<DateTime<Utc>>,
    /// What the mail server answered, without addresses.
    #[schema(required, format = "text", max_length = 1000)]
    pub said: Option<String>,
}

/// A page of messages, the newest first.
#[derive(Serialize, ToSchema)]
pub struct ReminderEntryList {
    #[schema(max_items = 200)]
    pub items: Vec<ReminderEntry>,
    /// The next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000, pattern = "^/v1/")]
    pub next: Option<String>,
}

impl From<Kept> for ReminderEntry {
    fn from(kept: Kept) -> Self {
        Self {
            id: kept.id,
            principal_id: kept.principal_id,
            obligation_id: kept.obligation_id,
            rule: kept.rule,
            due: kept.due,
            day: kept.day,
            state: kept.state,
            message_id: kept.message_id,
            claimed_at: kept.claimed_at,
            settled_at: kept.settled_at,
            said: kept.said,
        }
    }
}

pub fn routes() -> Router<AppState> {
    Router::new().route(PATH, get(entries))
}

async fn entries(State(state): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    ask.must(Action::Read, OBLIGATION.name)?;
    let paging = Paging::<(Uuid,)>::take(&mut ask, &state);
    let mut which = Which::default();
    for word in ask.params.list("state").unwrap_or_default() {
        match STATES.contains(&word.as_str()) {
            true => which.states.push(word),
            false => {
                let expected = format!("any of {}", STATES.join(", "));
                ask.params.refuse("state", "invalid_value", json!({"value": word, "expected": expected}));
            }
        }
    }
    which.obligations = ask.params.ids("obligation");
    which.principals = ask.params.ids("principal");
    ask.params.done()?;
    // What others were written is for those who answer for the whole.
    if !ask.caller.may_everywhere(Action::Read, AUDIT) {
        let own = ask.caller.principal_id;
        let others = !which.principals.is_empty() && !which.principals.contains(&own);
        which.principals = vec![if others { Uuid::nil() } else { own }];
    }
    let txn = state.db.begin_read().await.map_err(Error::from)?;
    let mut found = older(&txn, &which, paging.after.map(|(id,)| id), paging.limit + 1).await?;
    let more = found.len() as u64 > paging.limit;
    found.truncate(usize::try_from(paging.limit).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| more).map(|last| paging.further(&ask, &state, vec![json!(last.id)]));
    let items = found.into_iter().map(ReminderEntry::from).collect();
    let response = records_answer(&ask, &json!(ReminderEntryList { items, next: next.clone() }));
    Ok(linked(response, next.as_deref()))
}

pub fn tag() -> Value {
    json!({"name": TAG, "description": "What was written to whom about what is owed."})
}

pub fn document(schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    insert_schema::<ReminderEntryList>("ReminderEntryList", schemas);
    let of = |name: &str, about: &str| {
        json!({"name": name, "in": "query", "description": format!("{about}: ids, separated by commas."),
            "schema": {"type": "string", "minLength": 1, "maxLength": 10_000, "pattern": "^[0-9A-Fa-f-]{36}(,[0-9A-Fa-f-]{36})*$"}})
    };
    let states = json!({"name": "state", "in": "query", "description": "In any of these states, separated by commas.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[a-z_]+(,[a-z_]+)*$", "x-known-values": STATES}});
    let parameters = vec![
        states,
        of("obligation", "About any of these obligations"),
        of("principal", "To any of these principals"),
    ];
    let about = "Reminders and weekly digests that were sent by e-mail, or were to be, the newest first. Administrators and auditors \
        of the whole register see all, everybody else their own.";
    let op = Operations { tag: TAG };
    let operation = op.pages("list_reminders", "List the reminders", about, "ReminderEntryList", parameters);
    paths.insert(PATH.into(), json!({"get": operation}));
}
