//! Who asks. A handler that takes an [`super::ask::Ask`] can't be reached by a stranger, except readings of what can be
//! published, where the installation has public access.
use super::FACES;
use super::problem::{IDENTITY_AWAY, Problem, UNAUTHENTICATED};
use crate::access::oidc::{Denied, is_jwt};
use crate::access::{CALENDAR, CALENDAR_ADDRESS, Caller, authenticate, authenticate_for};
use crate::state::AppState;
use axum::extract::MatchedPath;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};

/// Whether callers without a token may ask this: readings of what can be published, and code lists.
fn is_open(parts: &Parts) -> bool {
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return false;
    }
    let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let steps: Vec<&str> = route.trim_start_matches('/').split('/').collect();
    let Some(("v1", [path, below @ ..])) = steps.split_first().map(|(first, rest)| (*first, rest)) else {
        return false;
    };
    if *path == "code-lists" {
        return true;
    }
    let face = FACES.iter().find(|face| face.resource.path == *path && face.resource.publishing.is_some());
    let has_part = |name: &str| face.is_some_and(|face| face.parts.iter().any(|part| part.part.path == name));
    match below {
        [] | ["{id}"] => face.is_some(),
        ["{id}", part] | ["{id}", part, "{part_id}"] | ["{id}", part, "{part_id}", "content"] => {
            has_part(part)
        }
        _ => false,
    }
}

/// The caller behind `Authorization: Bearer …`: an API token, or an access token of the configured identity provider.
/// Without either nobody in particular, where that may ask.
///
/// # Errors
/// 401 where there is no token, or one that is unknown, expired or revoked. 503 where nobody can say.
pub async fn caller(parts: &Parts, state: &AppState) -> Result<Caller, Problem> {
    let headers = &parts.headers;
    if !headers.contains_key(header::AUTHORIZATION) && state.config.public_access && is_open(parts) {
        return Ok(Caller::nobody());
    }
    let now = state.clock.now();
    if let Some(token) = in_address(headers, &parts.uri) {
        let mut caller = authenticate_for(&state.db, CALENDAR, &token, now).await?.ok_or_else(refused)?;
        caller.public_access = state.config.public_access;
        state.last_used.note(state, &caller, now);
        return Ok(caller);
    }
    let stranger = || Problem::new(UNAUTHENTICATED);
    let value = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).ok_or_else(stranger)?;
    let (scheme, token) = value.split_once(' ').ok_or_else(stranger)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(stranger());
    }
    let token = token.trim();
    if token.is_empty() {
        return Err(stranger());
    }
    let mut caller = match state.oidc.as_ref().filter(|_| is_jwt(token)) {
        Some(oidc) => oidc.caller(&state.db, token, now).await.map_err(|denied| match denied {
            Denied::Refused => refused(),
            Denied::Away { seconds } => Problem::new(IDENTITY_AWAY).retry_after(seconds),
            Denied::Store(error) => error.into(),
        })?,
        None => authenticate(&state.db, token, now).await?.ok_or_else(refused)?,
    };
    caller.public_access = state.config.public_access;
    state.last_used.note(state, &caller, now);
    Ok(caller)
}

/// The token of a calendar feed: in its address, since calendar programs send no header. Nowhere else, and not beside a
/// header.
pub fn in_address(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    if headers.contains_key(header::AUTHORIZATION) || uri.path() != CALENDAR_ADDRESS {
        return None;
    }
    let mut pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    pairs.find(|(name, _)| name == "token").map(|(_, token)| token.into_owned())
}

/// RFC 6750, section 3: a token that was sent and is no good is told apart from none. Why is nobody's business.
fn refused() -> Problem {
    const INVALID_TOKEN: HeaderValue = HeaderValue::from_static("Bearer error=\"invalid_token\"");
    Problem::new(UNAUTHENTICATED).header(header::WWW_AUTHENTICATE, INVALID_TOKEN)
}
