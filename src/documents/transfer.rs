//! Contents on their way in and out. They are put before their record is written and taken back where that fails; who may
//! do it is asked before the first byte is read.
use super::FACE;
use super::files::{Asked, Content, Error as FileError, disposition, file_name, media_type, range};
use super::problem::expected;
use super::store::{DOCUMENT, FILE};
use crate::access::Action;
use crate::clock::new_id;
use crate::http::AsItIs;
use crate::http::ask::Ask;
use crate::http::etag;
use crate::http::parameters::text;
use crate::http::problem::{BEYOND, NOT_FOUND, Problem, UNSUPPORTED_MEDIA_TYPE};
use crate::http::resource::{
    Operations, begin_read, begin_write, created, find, find_to, finish, id_parameter, must_be_shown,
    note_read, shared, stale,
};
use crate::http::serve::Patience;
use crate::state::AppState;
use crate::store::aggregate::MOST_PARTS;
use crate::store::read::{Reader, id_in, text_in};
use crate::store::unit::{Intent, Unit};
use crate::store::{Error, Record, Row};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde_json::{Map, Value, json};
use uuid::Uuid;

const FILES: &str = "/v1/documents/{id}/files";
const CONTENT: &str = "/v1/documents/{id}/files/{part_id}/content";

pub fn routes() -> Router<AppState> {
    Router::new().route(FILES, post(upload)).route(CONTENT, get(download))
}

/// Whether a request lasts as long as its body does.
pub fn takes_its_time(method: &Method, route: Option<&str>) -> bool {
    method == Method::POST && route == Some(FILES)
}

async fn upload(
    State(state): State<AppState>,
    mut ask: Ask,
    patience: Option<Extension<Patience>>,
    body: Body,
) -> Result<Response, Problem> {
    let intent = ask.intent(&state)?;
    let dry_run = intent.dry_run;
    let name = named(&mut ask);
    ask.params.done()?;
    ask.must(Action::Update, DOCUMENT.name)?;
    as_it_is(&ask.headers)?;
    let expected = etag::expected_version(&ask);
    // Asked in a transaction of its own: none is open while the body comes.
    let trial = Intent { dry_run: true, ..intent.clone() };
    let unit = begin_write(&state, &ask, trial).await?;
    let outcome = may_take_another(&unit, &ask, expected).await;
    let expected = finish(unit, &state, &FACE, &ask, outcome).await?;
    let files = state.shelf.files()?;
    let key = new_id(state.clock.now());
    // A slow line is not an idle one.
    if let Some(Extension(patience)) = patience {
        patience.leave_to_reader();
    }
    let stored = files.put(key, body.into_data_stream(), state.shelf.limits).await?;
    let record = json!({
        "file_name": name,
        "media_type": media_type(stored.media_type, &name),
        "size": stored.size,
        "sha256": stored.sha256,
        "uploaded_by": intent.principal_id,
        "uploaded_at": state.clock.now(),
    });
    // As late as it is: a change is found by when it was written.
    let intent = Intent { now: state.clock.now(), ..intent };
    let written = write(&state, &ask, intent, key, record, expected).await;
    // Where nobody knows whether the record was committed, its content stays.
    let refused = written.as_ref().is_err_and(|problem| problem.code.status < 500);
    if (dry_run || refused)
        && let Err(error) = files.delete(key).await
    {
        tracing::warn!(%key, %error, "a content without a record could not be removed");
    }
    let (root, record) = written?;
    let address = format!("/v1/{}/{root}/{}/{key}", DOCUMENT.path, FILE.path);
    Ok(created(&ask, dry_run, &address, expected + 1, &record))
}

/// The name that the content is kept by.
fn named(ask: &mut Ask) -> String {
    let Some(raw) = ask.params.text("file_name") else {
        ask.params.refuse("file_name", "required", json!({}));
        return String::new();
    };
    file_name(&raw).unwrap_or_else(|fault| {
        ask.params.refuse("file_name", "invalid_value", json!({"value": raw, "expected": expected(fault)}));
        String::new()
    })
}

/// The bytes themselves: a form around them, or a coding of them, would be kept instead.
fn as_it_is(headers: &HeaderMap) -> Result<(), Problem> {
    let given = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = given(header::CONTENT_TYPE).to_ascii_lowercase();
    let form =
        media_type.starts_with("multipart/") || media_type.starts_with("application/x-www-form-urlencoded");
    let coded = headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
    if !form && !coded {
        return Ok(());
    }
    let expected = "application/octet-stream, or the file's own type: the bytes themselves, in no form and without Content-Encoding";
    Err(Problem::new(UNSUPPORTED_MEDIA_TYPE).with(json!({"expected": expected})))
}

async fn may_take_another(unit: &Unit, ask: &Ask, expected: Result<i64, Problem>) -> Result<i64, Problem> {
    let root = find_to(unit, &FACE, ask, Action::Update).await?;
    let expected = expected?;
    stale(&root, expected)?;
    let id = id_in(&root, "id").unwrap_or_default();
    let there = unit.whole().parts(&FILE, &[id]).await?.remove(&id).unwrap_or_default();
    if there.len() >= MOST_PARTS {
        return Err(Error::invalid("", "too_many", json!({"max": MOST_PARTS})).into());
    }
    Ok(expected)
}

async fn write(
    state: &AppState,
    ask: &Ask,
    intent: Intent,
    key: Uuid,
    record: Value,
    expected: i64,
) -> Result<(Uuid, Record), Problem> {
    let mut unit = begin_write(state, ask, intent).await?;
    let outcome = async {
        let root = find_to(&unit, &FACE, ask, Action::Update).await?;
        stale(&root, expected)?;
        let id = id_in(&root, "id").unwrap_or_default();
        let mut row: Row = record.as_object().cloned().unwrap_or_default();
        row.insert("id".into(), json!(key));
        row.insert(FILE.parent.into(), json!(id));
        unit.update_root(&DOCUMENT, root, expected, "updated").await?;
        unit.insert_part(&DOCUMENT, id, &FILE.table, row).await?;
        let (_, shown) = content(&unit.reader(), id, key).await?;
        Ok((id, shown))
    }
    .await;
    finish(unit, state, &FACE, ask, outcome).await
}

/// A content of a document: its key, and what is known of it.
async fn content(reader: &Reader<'_>, document: Uuid, key: Uuid) -> Result<(Uuid, Record), Problem> {
    let files = reader.parts(&FILE, &[document]).await?.remove(&document).unwrap_or_default();
    let found = files.into_iter().find(|file| id_in(file, "id") == Some(key));
    found.map(|file| (key, file)).ok_or_else(|| Problem::new(NOT_FOUND))
}

async fn download(State(state): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    ask.must(Action::Read, DOCUMENT.name)?;
    let inline = ask.params.flag("inline").unwrap_or(false);
    let moment = ask.moment(&state);
    ask.params.done()?;
    let snapshot = begin_read(&state, &ask, moment).await?;
    let reader = snapshot.reader();
    let root = find(&reader, &FACE, &ask).await?;
    must_be_shown(&reader, &FACE, FILE.path, &root).await?;
    let id = id_in(&root, "id").unwrap_or_default();
    let past = moment.known_at.is_some();
    let key = ask.path("part_id").parse().map_err(|_| Problem::new(NOT_FOUND))?;
    let (key, file) = content(&reader, id, key).await?;
    drop(snapshot);
    let told = |name: &str| text_in(&file, name).unwrap_or_default();
    let sha256 = told("sha256");
    let tag = HeaderValue::from_str(&format!("\"{sha256}\"")).unwrap_or(HeaderValue::from_static("\"\""));
    if etag::not_modified(&ask, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    // What is known of its past may not be known of it then.
    if past || root.get("contains_personal_data") == Some(&Value::Bool(true)) {
        note_read(&state, &ask, DOCUMENT.name, vec![id]).await;
    }
    let size = file.get("size").and_then(Value::as_u64).unwrap_or_default();
    // A part is of the content that the caller has the beginning of (RFC 9110, section 13.1.5).
    let same = ask.headers.get(header::IF_RANGE).is_none_or(|given| *given == tag);
    let files = state.shelf.files()?;
    // What was deleted since has been swept.
    let gone = |error| match error {
        FileError::Missing(_) if past => Problem::new(NOT_FOUND),
        error => error.into(),
    };
    let (status, length, content, of) = match range(ask.header(header::RANGE).filter(|_| same), size) {
        Asked::Whole => (StatusCode::OK, size, files.get_verified(key, sha256).await.map_err(gone)?, None),
        Asked::Part(part) => {
            let of = format!("bytes {}-{}/{size}", part.start, part.end - 1);
            (
                StatusCode::PARTIAL_CONTENT,
                part.end - part.start,
                files.get(key, Some(part)).await.map_err(gone)?,
                Some(of),
            )
        }
        Asked::Beyond => {
            let of = HeaderValue::from_str(&format!("bytes */{size}"))
                .unwrap_or(HeaderValue::from_static("bytes */*"));
            return Err(Problem::new(BEYOND).header(header::CONTENT_RANGE, of));
        }
    };
    let Content { body, .. } = content;
    let mut response =
        (status, disposition(told("file_name"), told("media_type"), inline), Body::from_stream(body))
            .into_response();
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if let Some(of) = of.and_then(|of| HeaderValue::from_str(&of).ok()) {
        headers.insert(header::CONTENT_RANGE, of);
    }
    response.extensions_mut().insert(AsItIs);
    Ok(response)
}

pub fn document(paths: &mut Map<String, Value>) {
    let op = Operations { tag: FACE.tag };
    let about = "The bytes themselves as the body, in no form: `curl --data-binary @Agenda.pdf -H 'Content-Type: application/octet-stream'`. \
        They are kept as they are, with their SHA-256 and the media type that they look like. The version of the document is needed.";
    let mut file_name = text("file_name", "The name of the file.", 255, "^[^\\u0000]+$");
    file_name["required"] = json!(true);
    file_name["example"] = json!("Agenda.pdf");
    let parameters = vec![id_parameter(&FACE), file_name];
    let up =
        op.upload("create_document_file", "Upload a file of a document", about, "DocumentFile", parameters);
    let part_id = json!({"name": "part_id", "in": "path", "required": true, "description": "Its id.",
        "example": "01932c07-6b80-7000-8000-000000000002",
        "schema": {"type": "string", "format": "uuid", "maxLength": 36}});
    let inline = json!({"name": "inline", "in": "query", "description": "Whether a browser may show it (PDF, pictures, plain text) instead of saving it.",
        "schema": {"type": "boolean", "default": false}});
    let about = "As it was uploaded, checked against its SHA-256, whole or in part (`Range`). It never comes as a type that a browser would run.";
    let parameters = vec![id_parameter(&FACE), part_id, inline, shared("AsOf"), shared("KnownAt")];
    let down = op.download("read_document_file", "Download a file of a document", about, parameters);
    paths.entry(FILES).or_insert_with(|| json!({}))["post"] = up;
    paths.insert(CONTENT.into(), json!({"get": down}));
}
