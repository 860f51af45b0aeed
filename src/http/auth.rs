//! Who asks. A handler that takes an [`super::ask::Ask`] can't be reached by a stranger.
use super::problem::{Problem, UNAUTHENTICATED};
use crate::access::{Caller, authenticate};
use crate::state::AppState;
use axum::http::{HeaderMap, header};

/// The caller behind `Authorization: Bearer …`.
///
/// # Errors
/// 401 where there is no token, or one that is unknown, expired or revoked.
pub async fn caller(headers: &HeaderMap, state: &AppState) -> Result<Caller, Problem> {
    let stranger = || Problem::new(UNAUTHENTICATED);
    let value = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).ok_or_else(stranger)?;
    let (scheme, token) = value.split_once(' ').ok_or_else(stranger)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(stranger());
    }
    let now = state.clock.now();
    let caller = authenticate(&state.db, token.trim(), now).await?.ok_or_else(stranger)?;
    state.last_used.note(state, &caller, now);
    Ok(caller)
}
