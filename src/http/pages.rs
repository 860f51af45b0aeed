//! What is open to everybody and shows no data: health, the document and its reader, explanations of problems, the
//! first page; and the metrics.
use super::contract;
use super::metrics;
use super::problem::{CODES, FORBIDDEN, NOT_FOUND, Problem, UNAVAILABLE};
use crate::state::AppState;
use axum::Router;
use axum::extract::{ConnectInfo, RawPathParams, State};
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::LazyLock;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// The document as it is served, and as it is committed.
pub static DOCUMENT: LazyLock<String> =
    LazyLock::new(|| serde_json::to_string_pretty(&contract().document).unwrap_or_default() + "\n");

pub fn routes() -> Router<AppState> {
    // Nothing is loaded from another host: the reader's files are in this program.
    let reader = SwaggerUi::new("/docs")
        .config(Config::from("/openapi.json").validator_url("none").persist_authorization(true));
    Router::new()
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(measured))
        .route("/openapi.json", get(document))
        .route("/problems/{code}", get(problem))
        .route("/", get(first_page))
        .merge(reader)
}

async fn ready(State(state): State<AppState>) -> Result<&'static str, Problem> {
    state.db.ping().await.map_err(|error| {
        tracing::warn!(%error, "not ready");
        Problem::new(UNAVAILABLE)
    })?;
    Ok("ready\n")
}

async fn measured(
    State(state): State<AppState>,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let peer = peer.as_ref().map(|axum::Extension(peer)| peer);
    metrics::expose(&state.metrics, &state.db.pool_usage(), state.config.metrics_public, peer, &headers)
        .map_err(|_| Problem::new(FORBIDDEN).with(json!({"role": "stranger", "action": "read"})))
}

/// As committed, but for the address under which clients reach this installation.
async fn document(State(state): State<AppState>) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    let Some(address) = &state.config.public_url else { return (kind, DOCUMENT.as_str()).into_response() };
    let mut document = contract().document.clone();
    let server = json!({"url": address.as_str().trim_end_matches('/'), "description": "This installation."});
    document["servers"] = json!([server]);
    (kind, document.to_string()).into_response()
}

async fn problem(path: RawPathParams) -> Result<Html<String>, Problem> {
    let asked = path.iter().find(|(name, _)| *name == "code").map_or("", |(_, code)| code);
    let code = CODES.iter().find(|c| c.code == asked).ok_or_else(|| Problem::new(NOT_FOUND))?;
    let [en, lv] = code.title;
    let [detail_en, detail_lv] = code.detail;
    Ok(page(
        code.code,
        &format!(
            "<h1>{} {}</h1><h2>{en}</h2><p>{detail_en}</p><h2 lang=\"lv\">{lv}</h2><p lang=\"lv\">{detail_lv}</p>\
             <p>Each fault in <code>errors</code> has its own <code>code</code>, a JSON pointer or parameter, \
             and a message.</p>",
            code.status, code.code
        ),
    ))
}

async fn first_page() -> Html<String> {
    page(
        "Grantline",
        &format!(
            "<h1>Grantline {}</h1><p>Grant-funded projects, for those who receive the grants.</p>\
             <ul><li><a href=\"/docs/\">The API, to read and try</a></li>\
             <li><a href=\"/openapi.json\">Its OpenAPI document</a></li></ul>\
             <p>Every other address needs a token: <code>Authorization: Bearer …</code>; an administrator makes \
             one with <code>grantline token create</code>.</p>",
            env!("CARGO_PKG_VERSION")
        ),
    )
}

/// A page of our own words; nothing that a caller sent goes into it.
fn page(title: &str, body: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}}</style>\
         <body>{body}</body></html>"
    ))
}
