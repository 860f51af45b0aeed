//! When tokens were used last: kept once a minute at most, however many requests come at once, and beside them. Not
//! whether a token is good.
use super::caller::Caller;
use super::store::keep_used;
use crate::state::AppState;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// How far behind what is kept may be.
const EVERY: TimeDelta = TimeDelta::minutes(1);

/// When this server last set out to keep that a token was used. Cheap to clone; all clones are the same.
#[derive(Clone, Default)]
pub struct LastUsed(Arc<Mutex<HashMap<Uuid, DateTime<Utc>>>>);

impl LastUsed {
    /// Keeps that the caller's token was used, unless that was just done. The request does not wait for it: a reader
    /// waits for no writer.
    pub fn note(&self, state: &AppState, caller: &Caller, now: DateTime<Utc>) {
        let Some(token) = caller.token_id.filter(|token| self.is_due(*token, caller.last_used_at, now))
        else {
            return;
        };
        let db = state.db.clone();
        state.tasks.spawn(async move {
            if let Err(error) = keep_used(&db, token, now).await {
                tracing::warn!(%error, "when a token was used could not be kept");
            }
        });
    }

    fn is_due(&self, token: Uuid, kept: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
        let old = |at: DateTime<Utc>| now - at >= EVERY;
        if kept.is_some_and(|at| !old(at)) {
            return false;
        }
        let mut tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tried.get(&token).is_some_and(|at| !old(*at)) {
            return false;
        }
        tried.retain(|_, at| !old(*at));
        tried.insert(token, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_kept_once_a_minute_even_where_keeping_fails() {
        let (used, token, start) = (LastUsed::default(), Uuid::nil(), DateTime::UNIX_EPOCH);
        let due = |kept: Option<i64>, seconds: i64| {
            let at = |seconds| start + TimeDelta::seconds(seconds);
            used.is_due(token, kept.map(at), at(seconds))
        };
        assert!(due(None, 0));
        assert!(!due(None, 59), "it was tried a moment ago");
        assert!(due(None, 60));
        assert!(!due(Some(70), 121), "another server kept it");
        assert!(due(Some(61), 121));
    }
}
