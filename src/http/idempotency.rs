//! `Idempotency-Key` (IETF draft-ietf-httpapi-idempotency-key-header-07): a `POST` that is sent again has its effect
//! once and gets its first answer again.
use super::ask::Ask;
use super::problem::{KEY_IN_PROGRESS, KEY_REUSED, MALFORMED_HEADER, Problem};
use super::resource::{Face, begin_write, find, finish};
use crate::state::AppState;
use crate::store::Error;
use crate::store::digest::hex_digest;
use crate::store::remembered::{Answered, Recalled};
use crate::store::scope::Maker;
use crate::store::unit::{Intent, Unit};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const MOST_CHARS: usize = 255;
/// Headers that belong to an answer; all others are the edge's.
const KEPT: [HeaderName; 4] =
    [header::CONTENT_TYPE, header::ETAG, header::LOCATION, HeaderName::from_static("preference-applied")];

/// What a key stands for, and the request that came with it: both hashed.
struct Key {
    scope: String,
    request: String,
}

/// A `POST` under way.
pub struct Writing {
    pub unit: Unit,
    key: Option<Key>,
}

/// How a `POST` begins.
pub enum Begun {
    Fresh(Box<Writing>),
    /// It has happened before: this was its answer.
    Again(Response),
}

/// Opens the unit of work of a `POST`, unless it was done before. The caller's role has been checked; that the record
/// in the address is still the caller's to see is checked here.
pub async fn begin_post(
    state: &AppState,
    ask: &Ask,
    face: &'static Face,
    intent: Intent,
    body: &Value,
) -> Result<Begun, Problem> {
    // A dry run is not kept, but a key that no write would take is told then already.
    let key = key(ask, body)?.filter(|_| !intent.dry_run);
    let unit = begin_write(state, ask, intent).await?;
    let Some(key) = key else { return Ok(Begun::Fresh(Box::new(Writing { unit, key: None }))) };
    let recalled = match unit.recall(&key.scope, &key.request).await? {
        Recalled::Nothing => return Ok(Begun::Fresh(Box::new(Writing { unit, key: Some(key) }))),
        Recalled::Running => Err(Problem::new(KEY_IN_PROGRESS).retry_after(1)),
        Recalled::Other => Err(Problem::new(KEY_REUSED)),
        Recalled::Answer(answer) if ask.path("id").is_empty() => Ok(replayed(answer)),
        Recalled::Answer(answer) => find(&unit.reader(), face, ask).await.map(|_| replayed(answer)),
    };
    // Nothing was changed; the transaction ends in either case.
    let _ = unit.finish::<()>(&state.db, Err(Error::NotFound)).await;
    recalled.map(Begun::Again)
}

impl Writing {
    /// Ends the unit; where a key came along, the answer is kept with the effect.
    pub async fn answer(
        self,
        state: &AppState,
        face: &'static Face,
        ask: &Ask,
        outcome: Result<Response, Problem>,
    ) -> Result<Response, Problem> {
        let outcome = match (outcome, &self.key) {
            (Ok(response), Some(key)) => keep(&self.unit, key, response).await,
            (outcome, _) => outcome,
        };
        finish(self.unit, state, face, ask, outcome).await
    }
}

async fn keep(unit: &Unit, key: &Key, response: Response) -> Result<Response, Problem> {
    let (parts, body) = response.into_parts();
    // It stands in memory already.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let named = |name: &HeaderName| {
        let value = parts.headers.get(name)?.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    };
    let answer = Answered {
        status: parts.status.as_u16(),
        headers: KEPT.iter().filter_map(named).collect(),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    };
    unit.remember(&key.scope, &key.request, &answer).await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn replayed(answer: Answered) -> Response {
    let mut response = answer.body.into_response();
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    response.headers_mut().remove(header::CONTENT_TYPE);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// The key of a request. Its scope is the principal with what it was granted: a new token of the same one still meets it,
/// one for another part of the register is not shown what was made there.
fn key(ask: &Ask, body: &Value) -> Result<Option<Key>, Problem> {
    let mut given = ask.headers.get_all(&KEY).iter();
    let Some(value) = given.next() else { return Ok(None) };
    let text = value.to_str().ok().filter(|_| given.next().is_none()).unwrap_or_default().trim();
    // The draft has it as a structured string, in quotes; most clients send it bare.
    let text = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    let fits = (1..=MOST_CHARS).contains(&text.len())
        && text.bytes().all(|b| b != b'"' && (b'!'..=b'~').contains(&b));
    if !fits {
        let reason = format!("send one key of 1 to {MOST_CHARS} visible ASCII characters, such as a UUID");
        return Err(
            Problem::new(MALFORMED_HEADER).with(json!({"header": "Idempotency-Key", "reason": reason}))
        );
    }
    let mut body = body.clone();
    body.sort_all_objects();
    let mut parameters = ask.params.pairs().to_vec();
    parameters.sort();
    let path = ask.uri.path();
    let Maker { principal_id, granted } = ask.caller.maker();
    Ok(Some(Key {
        scope: hex_digest(&format!("{principal_id} {granted}\nPOST\n{path}\n{text}")),
        request: hex_digest(&format!("{parameters:?}\n{body}")),
    }))
}
