//! `/v1/me/calendar-feeds`: addresses that the calendar is read at without a header, because calendar programs send none.
//! Each holds a token of its own, which is good for nothing else and can be taken back. The calendar is in `exports`.
mod store;

use super::me::TAG;
use super::role::Action;
use super::store::revoke;
use crate::http::ask::Ask;
use crate::http::json::Body;
use crate::http::problem::{INVALID, MALFORMED_HEADER, NOT_FOUND, Problem};
use crate::http::resource::{Effect, Operations, Post, records_answer};
use crate::http::{contract, insert_schema};
use crate::shared::check::Faults;
use crate::state::AppState;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use chrono::{DateTime, Utc};
use entity::token;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// What tokens of feeds are good for.
pub const CALENDAR: &str = "calendar";
/// Where.
pub const CALENDAR_ADDRESS: &str = "/v1/calendar.ics";

const ROOT: &str = "/v1/me/calendar-feeds";
/// Feeds of one principal that work at a time.
const MOST: usize = 50;

/// A feed to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "The calendar on my phone"}))]
pub struct NewCalendarFeed {
    /// What it is for: to know it again among others.
    #[schema(format = "line", min_length = 1, max_length = 200)]
    pub name: String,
}

/// An address that the calendar can be read at.
#[derive(Serialize, ToSchema)]
pub struct CalendarFeed {
    pub id: Uuid,
    #[schema(format = "line", max_length = 200)]
    pub name: String,
    pub created_at: DateTime<Utc>,
    /// Until when it works; null where it does until it is revoked, or the token that it was made with.
    #[schema(required)]
    pub expires_at: Option<DateTime<Utc>>,
    /// To the minute; null where it never was.
    #[schema(required)]
    pub last_used_at: Option<DateTime<Utc>>,
}

/// The feeds that work.
#[derive(Serialize, ToSchema)]
pub struct CalendarFeedList {
    #[schema(max_items = 100)]
    pub items: Vec<CalendarFeed>,
}

/// A feed that was just made.
#[derive(Serialize, ToSchema)]
pub struct IssuedCalendarFeed {
    pub feed: CalendarFeed,
    /// The address to subscribe to, shown this once: whoever has it reads the calendar. Filters may be added to it
    /// (`&state=overdue`). Null where it was a dry run.
    #[schema(
        required,
        max_length = 2000,
        pattern = "/v1/calendar\\.ics\\?token=[A-Za-z0-9_-]+$",
        example = "https://grants.example.org/v1/calendar.ics?token=grantline_feed_uJk3pQz0"
    )]
    pub address: Option<String>,
}

impl From<token::Model> for CalendarFeed {
    fn from(row: token::Model) -> Self {
        let token::Model { id, name, created_at, expires_at, last_used_at, .. } = row;
        Self { id, name, created_at, expires_at, last_used_at }
    }
}

pub fn routes() -> Router<AppState> {
    Router::new().route(ROOT, get(list).post(make)).route(&format!("{ROOT}/{{id}}"), delete(end))
}

async fn list(State(state): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    ask.params.done()?;
    let items = feeds(&state, &ask).await?.into_iter().map(CalendarFeed::from).collect();
    Ok(records_answer(&ask, &json!(CalendarFeedList { items })))
}

async fn make(State(state): State<AppState>, mut ask: Ask, Body(body): Body) -> Result<Response, Problem> {
    let dry_run = ask.params.flag("dry_run").unwrap_or(false);
    ask.params.done()?;
    // What may not be read now is not subscribed to.
    ask.must(Action::Read, "obligation")?;
    if ask.headers.contains_key("idempotency-key") {
        // An answer that is kept to be given again would keep the secret.
        let reason = "what is shown once can't be answered again: list the feeds, and revoke one too many";
        return Err(
            Problem::new(MALFORMED_HEADER).with(json!({"header": "Idempotency-Key", "reason": reason}))
        );
    }
    contract().shape("NewCalendarFeed", &body)?;
    let new: NewCalendarFeed = serde_json::from_value(body).map_err(|error| {
        let mut faults = Faults::default();
        faults.add("", "invalid", json!({"reason": error.to_string()}));
        Problem::faults(INVALID, faults)
    })?;
    let draft = store::draft(&state.db, &ask.caller, new.name, state.clock.now()).await?;
    let made = match dry_run {
        true => None,
        false => {
            let secret = store::make(&state.db, &draft, MOST).await?.ok_or_else(|| {
                let mut faults = Faults::default();
                faults.add("", "too_many", json!({"max": MOST}));
                Problem::faults(INVALID, faults)
            })?;
            let base = state.config.public_url.as_ref().map_or("", |url| url.as_str().trim_end_matches('/'));
            Some(format!("{base}{CALENDAR_ADDRESS}?token={secret}"))
        }
    };
    let status = if dry_run { StatusCode::OK } else { StatusCode::CREATED };
    let issued = IssuedCalendarFeed { feed: draft.row.into(), address: made };
    // Nobody on the way keeps it.
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((status, headers, json!(issued).to_string()).into_response())
}

async fn end(State(state): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    let dry_run = ask.params.flag("dry_run").unwrap_or(false);
    ask.params.done()?;
    let id: Option<Uuid> = ask.path("id").parse().ok();
    let found = feeds(&state, &ask).await?.into_iter().find(|feed| Some(feed.id) == id);
    let feed = found.ok_or_else(|| Problem::new(NOT_FOUND))?;
    if dry_run {
        let kind = [(header::CONTENT_TYPE, "application/json")];
        return Ok((kind, json!(CalendarFeed::from(feed)).to_string()).into_response());
    }
    revoke(&state.db, feed.id, state.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The caller's own.
async fn feeds(state: &AppState, ask: &Ask) -> crate::store::Result<Vec<token::Model>> {
    store::good(&state.db.read, ask.caller.principal_id, state.clock.now()).await
}

pub fn document(schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    insert_schema::<NewCalendarFeed>("NewCalendarFeed", schemas);
    insert_schema::<CalendarFeed>("CalendarFeed", schemas);
    insert_schema::<CalendarFeedList>("CalendarFeedList", schemas);
    insert_schema::<IssuedCalendarFeed>("IssuedCalendarFeed", schemas);
    let op = Operations { tag: TAG };
    let about = "The caller's own addresses of the calendar that work, without their secrets.";
    let list = op.read(
        "list_calendar_feeds",
        "List the caller's calendar feeds",
        about,
        "CalendarFeedList",
        Vec::new(),
    );
    let about = "An address at which calendar programs read `/v1/calendar.ics`, with a token that is good for nothing else. It shows \
        what the caller may see, and works until it is revoked, its principal is suspended, or the token that it was made with ends; \
        made with an access token of the identity provider that brought its own roles, for 90 days. Its secret is shown this \
        once, so that no `Idempotency-Key` is taken.";
    let make = op.post(&Post {
        id: "create_calendar_feed",
        summary: "Make a calendar feed",
        about,
        request: "NewCalendarFeed",
        answer: "IssuedCalendarFeed",
        example: None,
        path: &[],
        effect: Effect::Issues,
    });
    paths.insert(ROOT.into(), json!({"get": crate::http::for_all(list), "post": make}));
    let id = json!({"name": "id", "in": "path", "required": true, "description": "Its id.",
        "example": "01932c07-6b80-7000-8000-000000000001",
        "schema": {"type": "string", "format": "uuid", "maxLength": 36}});
    let about = "At once and for good: whoever asks with it is a stranger.";
    let end = op.end("revoke_calendar_feed", "Revoke a calendar feed", about, "CalendarFeed", vec![id]);
    paths.insert(format!("{ROOT}/{{id}}"), json!({"delete": end}));
}
