//! `GET /v1/calendar.ics`: obligations and events as a calendar, for programs that subscribe to it. Written a page at a
//! time, each page read on its own: nobody's slow line holds a connection to the database, and no table is in memory.
use super::entries::{Manner, of_events, of_obligations};
use super::ical::{Entry, Feed, Language, Texts};
use crate::access::{Action, CALENDAR_ADDRESS};
use crate::compliance::{self, OBLIGATION};
use crate::events::EVENT;
use crate::http::ask::{Ask, Moment};
use crate::http::filter::{MOST, filters};
use crate::http::problem::Problem;
use crate::http::resource::{Operations, begin_read, shared};
use crate::http::{messages, parameters};
use crate::state::AppState;
use crate::store::Resource;
use crate::store::listing::{COMMON, Filter, Query, list};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream::{self, StreamExt};
use serde_json::{Map, Value, json};
use std::io;

const TAG: &str = "calendar";
const MEDIA_TYPE: &str = "text/calendar";

pub fn routes() -> Router<AppState> {
    Router::new().route(CALENDAR_ADDRESS, get(calendar))
}

async fn calendar(State(state): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    let moment = ask.moment(&state);
    let of_obligations = filters(&mut ask, &OBLIGATION);
    let language = language(&mut ask);
    // Taken from the address by `http/auth.rs`, where no header says who asks.
    if ask.params.text("token").is_some() && ask.headers.contains_key(header::AUTHORIZATION) {
        let expected = "sent beside the header Authorization";
        ask.params.refuse("token", "invalid_value", json!({"value": "token", "expected": expected}));
    }
    ask.params.done()?;
    ask.must(Action::Read, OBLIGATION.name)?;
    let of_events = of_events_too(&of_obligations).filter(|_| ask.caller.may(Action::Read, EVENT.name));
    let sources = of_events.into_iter().map(|filters| (&EVENT, filters));
    let sources: Vec<(&'static Resource, Query<'static>)> =
        sources.chain([(&OBLIGATION, of_obligations)]).map(|(of, filters)| (of, all(filters))).collect();
    let base = state.config.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
    let manner = Manner { language, zone: state.config.time_zone, base };
    let name = Texts::from_iter([("lv", "Termiņi un pasākumi"), ("en", "Deadlines and events")]);
    let tag = language.code();
    let mut pages =
        Pages { state, ask, moment, manner, feed: Feed { name, language }, sources, written: None };
    // What goes wrong at once is told as a problem; what goes wrong later breaks the answer off.
    let first = pages.next().await?.unwrap_or_default();
    let rest = stream::try_unfold(pages, |mut pages| async {
        let state = pages.state.clone();
        let next = state.db.while_reachable(pages.next()).await.map_err(io::Error::other)?;
        let next = next.map_err(|problem| io::Error::other(problem.code.code))?;
        Ok(next.map(|text| (text, pages)))
    });
    let body = Body::from_stream(stream::once(async { Ok::<_, io::Error>(first) }).chain(rest));
    let kind = format!("{MEDIA_TYPE}; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind.as_str()), (header::CONTENT_LANGUAGE, tag)], body).into_response())
}

/// `lang`, else what `Accept-Language` wants most.
fn language(ask: &mut Ask) -> Language {
    match ask.params.text("lang").as_deref() {
        Some("lv") => return Language::Lv,
        Some("en") => return Language::En,
        Some(other) => {
            let params = json!({"value": other, "expected": "lv or en"});
            ask.params.refuse("lang", "invalid_value", params);
        }
        None => {}
    }
    match ask.language {
        messages::Language::Lv => Language::Lv,
        messages::Language::En => Language::En,
    }
}

/// The same filters of events; none where one names a member that only obligations have: no event is that.
fn of_events_too(filters: &[Filter<'static>]) -> Option<Vec<Filter<'static>>> {
    let of_event = |filter: &Filter<'static>| match filter {
        Filter::Member { field, op, values } => COMMON
            .iter()
            .any(|common| common.path == field.path)
            .then(|| Filter::Member { field, op: *op, values: values.clone() }),
        Filter::Related { relation, ids, codes } => {
            let same = EVENT.relations.iter().find(|other| other.name == relation.name)?;
            Some(Filter::Related { relation: same, ids: ids.clone(), codes: codes.clone() })
        }
        Filter::Search(words) => Some(Filter::Search(words.clone())),
        Filter::UpdatedSince(at) => Some(Filter::UpdatedSince(*at)),
    };
    filters.iter().map(of_event).collect()
}

/// In the order of their ids, which never changes: nothing comes twice, however long the reading takes.
fn all(filters: Vec<Filter<'static>>) -> Query<'static> {
    Query { filters, orders: Vec::new(), after: None, limit: MOST, total: false, facets: Vec::new() }
}

/// What is still to be written.
struct Pages {
    state: AppState,
    ask: Ask,
    moment: Moment,
    manner: Manner,
    feed: Feed,
    /// The last one comes first.
    sources: Vec<(&'static Resource, Query<'static>)>,
    /// How many entries there were; none before the head.
    written: Option<usize>,
}

impl Pages {
    /// The next piece: the first one with the head, the last one with the tail. None after it.
    async fn next(&mut self) -> Result<Option<String>, Problem> {
        let Some((resource, query)) = self.sources.last_mut() else { return Ok(None) };
        let mut out = String::new();
        let snapshot = begin_read(&self.state, &self.ask, self.moment).await?;
        let reader = snapshot.reader();
        let page = list(&reader, resource, query).await?;
        let entries = match resource.name {
            name if name == OBLIGATION.name => of_obligations(&reader, &self.manner, &page.rows).await?,
            _ => of_events(&reader, &self.manner, &page.rows).await?,
        };
        query.after = page.next;
        if query.after.is_none() {
            self.sources.pop();
        }
        let written = self.written.unwrap_or(0) + entries.len();
        // Writing into memory can't fail.
        let _ = self.write(&entries, written, &mut out);
        self.written = Some(written);
        Ok(Some(out))
    }

    fn write(&self, entries: &[Entry], written: usize, out: &mut String) -> std::fmt::Result {
        if self.written.is_none() {
            self.feed.head(out)?;
        }
        entries.iter().try_for_each(|entry| self.feed.entry(entry, out))?;
        if self.sources.is_empty() { self.feed.tail(written, out) } else { Ok(()) }
    }
}

pub fn tag() -> Value {
    json!({"name": TAG, "description": "Obligations and events for calendar programs."})
}

pub fn document(paths: &mut Map<String, Value>) {
    let lang = json!({"name": "lang", "in": "query", "description": "The language of the calendar, instead of `Accept-Language`.",
        "schema": {"type": "string", "enum": ["lv", "en"]}});
    let mut parameters = ["AsOf", "KnownAt", "Search", "UpdatedSince"].map(shared).to_vec();
    parameters.push(lang);
    parameters.extend(parameters::of_filters(&compliance::FACE));
    let about = "Obligations with a date and events that the caller may see (RFC 5545), filtered like `/v1/obligations`. Relations, \
        `q`, `updated_since` and the members that all records have hold for events too; a filter by any other member leaves events \
        out. Calendar programs read it at the address of a calendar feed (`POST /v1/me/calendar-feeds`), which needs no header.";
    let example = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n";
    let mut operation = Operations { tag: TAG }.stream(
        "find_calendar",
        "Read the calendar",
        about,
        MEDIA_TYPE,
        example,
        parameters,
    );
    operation["security"] = json!([{"token": []}, {"feed": []}]);
    paths.insert(CALENDAR_ADDRESS.into(), json!({"get": operation}));
}
