//! Access tokens of the institution's own identity provider (OpenID Connect; RFC 9068), in place of API tokens. From
//! outside to inside: `fetch` asks the issuer, `keys` keeps what it said, `check` judges a token by it, `map` turns its
//! claims into grants. Grantline is a resource server only: it sends nobody to log in and keeps no session.
mod check;
mod crypto;
mod fetch;
mod keys;
mod map;

pub use check::is_jwt;
pub use fetch::{is_here, may_be_asked};
pub use map::Rules;

use super::caller::Caller;
use super::principals::{self, Identity};
use crate::clock::Clock;
use crate::shared::text::clean;
use crate::store;
use crate::store::db::Db;
use check::{Expected, Refusal, Token};
use chrono::{DateTime, TimeDelta, Utc};
use entity::vocab::PrincipalKind;
use keys::{Away, FRESH, Keys};
use serde_json::{Map, Value};
use std::sync::Arc;
use url::Url;

/// As the schema of `/v1/me` has it.
const LONGEST_NAME: usize = 200;

/// The checked settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// As it was written: tokens must name it letter for letter.
    pub issuer: String,
    pub audience: String,
    pub leeway: TimeDelta,
    /// The claim that holds the name of the principal.
    pub name_claim: String,
    pub rules: Rules,
}

/// Why there is no caller.
#[derive(Debug)]
pub enum Denied {
    /// The token is not good; why stands in the log.
    Refused,
    /// Nobody can say whether it is: the issuer is away and its keys are unknown.
    Away {
        seconds: u32,
    },
    Store(store::Error),
}

pub struct Oidc {
    keys: Arc<Keys>,
    expected: Expected,
    name_claim: String,
    rules: Rules,
}

impl Oidc {
    /// # Errors
    /// Where no client for the issuer can be made.
    pub fn new(settings: &Settings) -> Result<Self, Box<dyn std::error::Error>> {
        let Settings { issuer, audience, leeway, name_claim, rules } = settings.clone();
        // OpenID Connect Discovery 1.0, section 4.1.
        let place = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let discovery = Url::parse(&place)?;
        let client = fetch::client(is_here(&discovery))?;
        let keys = Arc::new(Keys::new(issuer.clone(), discovery, client));
        Ok(Self { keys, expected: Expected { issuer, audience, leeway }, name_claim, rules })
    }

    /// The caller behind an access token. Its principal is made when it comes for the first time.
    ///
    /// # Errors
    /// Where the token is not good, and where that can't be said.
    pub async fn caller(&self, db: &Db, text: &str, now: DateTime<Utc>) -> Result<Caller, Denied> {
        let refused = |reason: Refusal| {
            tracing::info!(%reason, "an access token was refused");
            Denied::Refused
        };
        let token = Token::read(text).map_err(refused)?;
        let set = self.keys.of(&token.kid, now).await.map_err(|Away { seconds }| Denied::Away { seconds })?;
        let claims = token.check(&set.keys, &self.expected, now).map_err(refused)?;
        let identity = Identity {
            issuer: &self.expected.issuer,
            subject: &claims.subject,
            name: name(&claims.all, &self.name_claim),
            kind: if claims.is_client { PrincipalKind::Service } else { PrincipalKind::Person },
        };
        let principal = principals::signed_in(db, &identity, now).await.map_err(Denied::Store)?;
        if principal.disabled_at.is_some() {
            return Err(refused(Refusal::Disabled));
        }
        // As with API tokens: what came with the token, else what the principal was granted here.
        let mut grants = self.rules.grants(&claims.all);
        if grants.is_empty() {
            grants = principals::granted(db, principal.id).await.map_err(Denied::Store)?;
        }
        let (principal_id, kind, name) = (principal.id, principal.kind, principal.name);
        let (token_id, last_used_at, public_access) = (None, None, false);
        let organisation_id = principal.organisation_id;
        Ok(Caller {
            principal_id,
            kind,
            name,
            token_id,
            last_used_at,
            grants,
            organisation_id,
            public_access,
        })
    }

    /// Keeps the keys fresh, so that no request waits for the issuer. Never ends.
    pub async fn keep_fresh(&self, clock: &dyn Clock) {
        let pause = (FRESH * 4 / 5).to_std().unwrap_or_default();
        loop {
            self.keys.refresh(clock.now()).await;
            tokio::time::sleep(pause).await;
        }
    }
}

/// A line that can be shown; none where the token has none.
fn name(claims: &Map<String, Value>, claim: &str) -> Option<String> {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let line: String =
        map::at(claims, claim)?.as_str()?.replace(breaks, " ").chars().take(LONGEST_NAME).collect();
    Some(clean(&line)).filter(|line| !line.is_empty()).map(|line| line.chars().take(LONGEST_NAME).collect())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_is_a_line_of_bounded_length() {
        let of = |value: Value| name(json!({"name": value}).as_object().unwrap(), "name");
        assert_eq!(of(json!(" Anna\nBērziņa ")), Some("Anna Bērziņa".into()));
        assert_eq!(of(json!("ā".repeat(300))), Some("ā".repeat(200)));
        // Normalisation makes of one letter two.
        assert_eq!(of(json!("\u{958}".repeat(200))).unwrap().chars().count(), 200);
        for nothing in [json!(""), json!(" \u{2028}\0 "), json!(1), json!(null), json!(["a"])] {
            assert_eq!(of(nothing.clone()), None, "{nothing}");
        }
    }
}
