//! The edge of the server: request ids, time limits, panics caught, problems written out, headers of every answer,
//! one log line a request.
use super::ask::RequestId;
use super::messages::Language;
use super::problem::{INTERNAL, METHOD_NOT_ALLOWED, NOT_FOUND, Problem, TIMEOUT};
use crate::clock::new_id;
use crate::documents;
use crate::state::AppState;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::any::Any;
use std::time::Duration;

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// No upload takes longer: contents without a record are swept when they are older.
const LONGEST: Duration = Duration::from_secs(12 * 60 * 60);

/// The outermost layer.
pub async fn edge(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let id = request_id(&request, &state);
    let accept = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
    let language = Language::accepted(accept);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let route = request.extensions().get::<MatchedPath>().map(|m| m.as_str().to_owned());
    request.extensions_mut().insert(RequestId(id.clone()));
    // A body that is taken in as it comes is given up when it stalls, which its handler sees.
    let lasts = documents::takes_its_time(&method, route.as_deref());
    let limit = if lasts { LONGEST } else { state.config.request_timeout };
    // Here, and once, so that no statement of any handler waits for a database that is gone.
    let answered = state.db.while_reachable(next.run(request));
    let mut response = match tokio::time::timeout(limit, answered).await {
        Ok(Ok(response)) => response,
        Ok(Err(gone)) => Problem::from(crate::store::Error::from(gone)).into_response(),
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::config::{Config, Settings};
    use crate::store::db::Db;
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::{from_fn, from_fn_with_state};
    use axum::routing::get;
    use http_body_util::BodyExt;
    use serde_json::Value;
    use std::sync::Arc;
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    /// The layers around handlers that fail; requests may take a second.
    async fn ask(path: &str) -> (Response<()>, Value) {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::connect(&format!("sqlite://{}", folder.path().join("a.db").display()), 1).await.unwrap();
        db.migrate().await.unwrap();
        let mut settings = Settings::default();
        settings.set("request_timeout", "1");
        let config = Arc::new(Config::load(settings).unwrap());
        let state = AppState::new(db, Arc::new(SystemClock), config).await.unwrap();
        let app = Router::new()
            .route("/text", get(async || -> &'static str { panic!("the secret {}", 7) }))
            .route("/value", get(async || -> &'static str { std::panic::panic_any(7) }))
            .route("/slow", get(std::future::pending::<&'static str>))
            .route("/plain", get(async || StatusCode::IM_A_TEAPOT))
            .layer(from_fn(plain_errors))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn_with_state(state.clone(), edge));
        let request = Request::get(path).header("x-request-id", "mine").body(Body::empty()).unwrap();
        let (parts, body) = app.oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (Response::from_parts(parts, ()), serde_json::from_slice(&bytes).unwrap())
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_that_tells_no_secrets() {
        for path in ["/text", "/value"] {
            let (head, body) = ask(path).await;
            assert_eq!((head.status().as_u16(), &body["code"]), (500, &json!("internal")), "{path}");
            assert_eq!((&body["request_id"], &body["instance"]), (&json!("mine"), &json!(path)));
            assert_eq!(head.headers()["content-type"], "application/problem+json");
            assert_eq!(head.headers()["x-request-id"], "mine");
            assert!(!body.to_string().contains("secret"), "{body}");
        }
    }

    #[tokio::test]
    async fn what_takes_too_long_is_given_up() {
        let (head, body) = ask("/slow").await;
        assert_eq!((head.status().as_u16(), &body["code"]), (408, &json!("timeout")));
        assert!(body["detail"].as_str().unwrap().contains("1 seconds"), "{body}");
    }

    #[tokio::test]
    async fn an_answer_that_knows_no_problems_becomes_one() {
        assert_eq!(ask("/plain").await.1["code"], "internal");
        assert_eq!(ask("/text?x=1").await.1["instance"], "/text");
    }
}
