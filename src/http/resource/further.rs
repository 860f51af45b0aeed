//! Pages of what has a fixed order: `limit`, `cursor` and where the next page is. Lists of records, which callers filter
//! and sort, read the same cursors in `http/filter.rs`.
use crate::clock::today;
use crate::http::ask::Ask;
use crate::http::cursor::{Cursor, binding};
use crate::http::filter::{MOST, USUAL};
use crate::state::AppState;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Which page is asked for.
pub struct Paging<T> {
    pub limit: u64,
    /// The place of the last one before.
    pub after: Option<T>,
    /// The day by which the first page was judged, unless another was asked for.
    pub as_of: NaiveDate,
    binding: String,
}

impl<T: DeserializeOwned> Paging<T> {
    /// Takes `limit` and `cursor`. Faults stay in the parameters.
    pub fn take(ask: &mut Ask, state: &AppState) -> Self {
        let binding = binding(ask.uri.path(), ask.params.pairs());
        let params = &mut ask.params;
        let (mut after, mut as_of) = (None, today(state.clock.now(), state.config.time_zone));
        if let Some(text) = params.text("cursor") {
            let cursor = Cursor::open(&text, &state.cursor_key).filter(|cursor| cursor.binding == binding);
            as_of = cursor.as_ref().map_or(as_of, |cursor| cursor.as_of);
            after = cursor.and_then(|cursor| serde_json::from_value(Value::Array(cursor.after)).ok());
            if after.is_none() {
                params.refuse("cursor", "invalid_cursor", json!({}));
            }
        }
        let limit = params.count("limit", USUAL, MOST);
        Self { limit, after, as_of, binding }
    }

    /// The address of what lies beyond a place.
    pub fn further(&self, ask: &Ask, state: &AppState, after: Vec<Value>) -> String {
        let cursor = Cursor { binding: self.binding.clone(), as_of: self.as_of, after };
        next_address(ask, &cursor.seal(&state.cursor_key))
    }
}

/// This address with another cursor.
pub fn next_address(ask: &Ask, cursor: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in ask.params.pairs().iter().filter(|(name, _)| name != "cursor") {
        query.append_pair(name, value);
    }
    query.append_pair("cursor", cursor);
    format!("{}?{}", ask.uri.path(), query.finish())
}

/// `Link: rel="next"`, where there is a next page.
pub fn linked(mut response: Response, next: Option<&str>) -> Response {
    let link = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok());
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}
