//! Who asks. A handler that takes an [`super::ask::Ask`] can't be reached by a stranger.
use super::problem::{IDENTITY_AWAY, Problem, UNAUTHENTICATED};
use crate::access::oidc::{Denied, is_jwt};
use crate::access::{Caller, authenticate};
use crate::state::AppState;
use axum::http::{HeaderMap, HeaderValue, header};

/// The caller behind `Authorization: Bearer …`: an API token, or an access token of the configured identity provider.
///
/// # Errors
/// 401 where there is no token, or one that is unknown, expired or revoked. 503 where nobody can say.
pub async fn caller(headers: &HeaderMap, state: &AppState) -> Result<Caller, Problem> {
    let stranger = || Problem::new(UNAUTHENTICATED);
    let value = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).ok_or_else(stranger)?;
    let (scheme, token) = value.split_once(' ').ok_or_else(stranger)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(stranger());
    }
    let (token, now) = (token.trim(), state.clock.now());
    if token.is_empty() {
        return Err(stranger());
    }
    if let Some(oidc) = state.oidc.as_ref().filter(|_| is_jwt(token)) {
        return oidc.caller(&state.db, token, now).await.map_err(|denied| match denied {
            Denied::Refused => refused(),
            Denied::Away { seconds } => Problem::new(IDENTITY_AWAY).retry_after(seconds),
            Denied::Store(error) => error.into(),
        });
    }
    authenticate(&state.db, token, now).await?.ok_or_else(refused)
}

/// RFC 6750, section 3: a token that was sent and is no good is told apart from none. Why is nobody's business.
fn refused() -> Problem {
    const INVALID_TOKEN: HeaderValue = HeaderValue::from_static("Bearer error=\"invalid_token\"");
    Problem::new(UNAUTHENTICATED).header(header::WWW_AUTHENTICATE, INVALID_TOKEN)
}
