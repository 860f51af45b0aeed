//! The edge of the server: request ids, time limits, panics caught, problems written out, headers of every answer,
//! one log line a request.
use super::ask::RequestId;
use super::messages::Language;
use super::problem::{INTERNAL, METHOD_NOT_ALLOWED, NOT_FOUND, Problem, TIMEOUT};
use crate::clock::new_id;
use crate::state::AppState;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::any::Any;

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The outermost layer.
pub async fn edge(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let id = request_id(&request, &state);
    let accept = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
    let language = Language::accepted(accept);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let route = request.extensions().get::<MatchedPath>().map(|m| m.as_str().to_owned());
    request.extensions_mut().insert(RequestId(id.clone()));
    let limit = state.config.request_timeout;
    let mut response = match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(TIMEOUT).with(json!({"seconds": limit.as_secs()})).into_response(),
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let body = problem.body(language, &path, &id);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.remove(header::CONTENT_LENGTH);
        *response.body_mut() = serde_json::to_vec(&body).unwrap_or_default().into();
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    let vary = HeaderValue::from_static("Authorization, Accept, Accept-Language");
    headers.append(header::VARY, vary);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    tracing::info!(
        request_id = id,
        %method,
        route = route.as_deref().unwrap_or("unmatched"),
        status = response.status().as_u16(),
        milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "answered"
    );
    response
}

/// The caller's own id where it is a harmless word, else a new one.
fn request_id(request: &Request, state: &AppState) -> String {
    let given = request.headers().get(&REQUEST_ID).and_then(|v| v.to_str().ok()).filter(|id| {
        (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    });
    given.map_or_else(|| new_id(state.clock.now()).to_string(), str::to_owned)
}

/// A panic is a fault of ours: a 500 for the caller, a line with its place in the log.
pub fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let said = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("of unknown kind");
    tracing::error!(panic = said, "a handler panicked");
    Problem::new(INTERNAL).into_response()
}

pub async fn no_route() -> Problem {
    Problem::new(NOT_FOUND)
}

pub async fn no_method() -> Problem {
    Problem::new(METHOD_NOT_ALLOWED)
}

/// Answers of layers that know nothing of problems.
pub async fn plain_errors(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let is_problem = response.extensions().get::<Problem>().is_some();
    if is_problem || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let problem = match status {
        StatusCode::NOT_FOUND => Problem::new(NOT_FOUND),
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(METHOD_NOT_ALLOWED),
        StatusCode::FORBIDDEN => {
            Problem::new(super::problem::FORBIDDEN).with(json!({"role": "-", "action": "read"}))
        }
        StatusCode::REQUEST_TIMEOUT => Problem::new(TIMEOUT).with(json!({"seconds": 30})),
        _ => Problem::new(INTERNAL),
    };
    let mut answer = problem.into_response();
    for (name, value) in response.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    answer
}
