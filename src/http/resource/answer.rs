//! Answers with one or several records: tags, 304, 201 with `Location`, `Prefer: return=minimal`.
use super::Face;
use crate::http::ask::Ask;
use crate::http::etag;
use crate::store::Record;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

const MINIMAL: (&str, &str) = ("preference-applied", "return=minimal");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// One record with its strong tag; 304 where the caller has it.
pub fn record_answer(ask: &Ask, version: i64, record: &Record) -> Response {
    let body = serde_json::to_vec(record).unwrap_or_default();
    let tag = etag::strong(version, &body);
    if etag::not_modified(ask, &tag) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    ([(header::ETAG, tag), (header::CONTENT_TYPE, JSON)], body).into_response()
}

/// The record after a change; no tag where it was a dry run, since nothing has that version.
pub fn changed_answer(dry_run: bool, version: i64, record: &Record) -> Response {
    let body = serde_json::to_vec(record).unwrap_or_default();
    let mut response = ([(header::CONTENT_TYPE, JSON)], body.clone()).into_response();
    if !dry_run {
        response.headers_mut().insert(header::ETAG, etag::strong(version, &body));
    }
    response
}

/// 201 with the new record; 200 and no tag where it was a dry run.
pub fn created(ask: &Ask, dry_run: bool, location: &str, version: i64, record: &Record) -> Response {
    let body = serde_json::to_vec(record).unwrap_or_default();
    if dry_run {
        return ([(header::CONTENT_TYPE, JSON)], body).into_response();
    }
    let tag = etag::strong(version, &body);
    let location = HeaderValue::from_str(location).unwrap_or(HeaderValue::from_static("/"));
    let headers = [(header::ETAG, tag), (header::LOCATION, location)];
    if minimal(ask) {
        return (StatusCode::CREATED, headers, [MINIMAL]).into_response();
    }
    (StatusCode::CREATED, headers, [(header::CONTENT_TYPE, JSON)], body).into_response()
}

/// 201 with the new records; 200 where it was a dry run.
pub fn all_created(ask: &Ask, dry_run: bool, records: &[Record]) -> Response {
    if minimal(ask) && !dry_run {
        return (StatusCode::CREATED, [MINIMAL]).into_response();
    }
    let status = if dry_run { StatusCode::OK } else { StatusCode::CREATED };
    (status, [(header::CONTENT_TYPE, JSON)], json!({"items": records}).to_string()).into_response()
}

/// A list or another collection, with its weak tag.
pub fn records_answer(ask: &Ask, body: &Value) -> Response {
    let body = serde_json::to_vec(body).unwrap_or_default();
    bytes_answer(ask, JSON, body)
}

pub fn bytes_answer(ask: &Ask, media_type: HeaderValue, body: Vec<u8>) -> Response {
    let tag = etag::weak(&body);
    if etag::not_modified(ask, &tag) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    ([(header::ETAG, tag), (header::CONTENT_TYPE, media_type)], body).into_response()
}

/// The answer to a deletion: nothing, or what a dry run would have removed.
pub fn deleted(dry_run: bool, record: &Record) -> Response {
    match dry_run {
        true => ([(header::CONTENT_TYPE, JSON)], json!(record).to_string()).into_response(),
        false => StatusCode::NO_CONTENT.into_response(),
    }
}

/// `Prefer: return=minimal` (RFC 7240).
fn minimal(ask: &Ask) -> bool {
    let preferences = ask.headers.get_all("prefer").iter().filter_map(|v| v.to_str().ok());
    preferences.flat_map(|v| v.split(',')).any(|p| p.trim().eq_ignore_ascii_case("return=minimal"))
}

/// Where a record is found.
pub fn address(face: &Face, id: impl std::fmt::Display) -> String {
    format!("/v1/{}/{id}", face.resource.path)
}
