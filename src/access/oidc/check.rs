//! What makes an access token good (RFC 9068, section 4; RFC 8725): a pure judgement of its text, the issuer's keys and
//! the time. Every refusal has a reason of its own, for the log: the caller is never told which.
use super::crypto::{Algorithm, Key};
use crate::shared::json::Unique;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

/// Far more than an access token has; looked at before anything else.
pub const LONGEST: usize = 16 * 1024;
/// OpenID Connect Core 1.0, section 2.
const LONGEST_SUBJECT: usize = 255;
/// Parameters of a header that say where a key is to be had, or ask for what is not done here (RFC 7515, sections
/// 4.1.2 to 4.1.6 and 4.1.11; RFC 7797). Keys are the configured issuer's and nobody else's.
const NOT_TAKEN: [&str; 6] = ["jku", "x5u", "x5c", "jwk", "crit", "b64"];

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it is longer than any access token")]
    TooLong,
    #[error("it is not three parts of base64url")]
    Shape,
    #[error("its header is not a JSON object with each member once")]
    Header,
    #[error("its header has jku, x5u, x5c, jwk, crit or b64")]
    HeaderNotTaken,
    #[error("its typ is not at+jwt: it is no access token of RFC 9068, perhaps an ID token")]
    Type,
    #[error("its algorithm is not RS256, ES256 or EdDSA")]
    Algorithm,
    #[error("it names no key")]
    NoKey,
    #[error("it has no signature")]
    Unsigned,
    #[error("the issuer has no such key")]
    UnknownKey,
    #[error("its key is not made for its algorithm")]
    OtherAlgorithm,
    #[error("its signature is wrong")]
    Signature,
    #[error("its claims are not a JSON object with each member once")]
    Claims,
    #[error("it is of another issuer")]
    Issuer,
    #[error("it is for another audience")]
    Audience,
    #[error("it does not say when it ends")]
    NoEnd,
    #[error("a time in it is not a number")]
    Time,
    #[error("it has expired")]
    Expired,
    #[error("it is not valid yet")]
    NotYet,
    #[error("it has no usable subject")]
    Subject,
    #[error("its principal is disabled")]
    Disabled,
}

/// What tokens are held against.
#[derive(Clone, Debug)]
pub struct Expected {
    pub issuer: String,
    pub audience: String,
    /// How far the issuer's clock and this one may be apart.
    pub leeway: TimeDelta,
}

/// A token whose header was read. Nothing in it is to be believed yet.
#[derive(Debug)]
pub struct Token<'a> {
    pub kid: String,
    algorithm: Algorithm,
    /// Header and claims as they were signed.
    message: &'a str,
    claims: &'a str,
    signature: Vec<u8>,
}

/// What the issuer says of the caller.
#[derive(Debug, PartialEq)]
pub struct Claims {
    pub subject: String,
    /// A client that acts for itself (RFC 9068, section 2.2): no person.
    pub is_client: bool,
    pub all: Map<String, Value>,
}

/// base64url without padding, and with nothing left over: one text for one value.
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Whether a text is to be judged here at all: API tokens have no dots.
pub fn is_jwt(text: &str) -> bool {
    text.bytes().filter(|byte| *byte == b'.').count() == 2
}

fn object(part: &str) -> Option<Map<String, Value>> {
    match serde_json::from_slice::<Unique>(&decoded(part)?).ok()?.0 {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

impl<'a> Token<'a> {
    /// # Errors
    /// What is wrong with its shape or its header.
    pub fn read(text: &'a str) -> Result<Self, Refusal> {
        if text.len() > LONGEST {
            return Err(Refusal::TooLong);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(Refusal::Shape)?;
        let (header, claims) = message.split_once('.').ok_or(Refusal::Shape)?;
        let signature = decoded(signature).ok_or(Refusal::Shape)?;
        if claims.contains('.') || decoded(claims).is_none() {
            return Err(Refusal::Shape);
        }
        let header = object(header).ok_or(Refusal::Header)?;
        if NOT_TAKEN.iter().any(|name| header.contains_key(*name)) {
            return Err(Refusal::HeaderNotTaken);
        }
        // RFC 9068, section 4; media types have no case (RFC 2045, section 5.1).
        let kind = header.get("typ").and_then(Value::as_str).unwrap_or_default();
        if !["at+jwt", "application/at+jwt"].iter().any(|good| kind.eq_ignore_ascii_case(good)) {
            return Err(Refusal::Type);
        }
        let algorithm = header.get("alg").and_then(Value::as_str).and_then(Algorithm::named);
        let algorithm = algorithm.ok_or(Refusal::Algorithm)?;
        let kid = header.get("kid").and_then(Value::as_str).filter(|kid| !kid.is_empty());
        let kid = kid.ok_or(Refusal::NoKey)?.to_owned();
        if signature.is_empty() {
            return Err(Refusal::Unsigned);
        }
        Ok(Self { kid, algorithm, message, claims, signature })
    }

    /// Holds it against the issuer's keys, then its claims against what is expected.
    ///
    /// # Errors
    /// The first thing that is wrong. Claims are looked at only when the signature is good.
    pub fn check(&self, keys: &[Key], expected: &Expected, now: DateTime<Utc>) -> Result<Claims, Refusal> {
        // RFC 7517, section 4.5: keys of different types may share a kid.
        let mut named = keys.iter().filter(|key| key.kid == self.kid).peekable();
        named.peek().ok_or(Refusal::UnknownKey)?;
        let mut fitting = named.filter(|key| key.algorithm == self.algorithm).peekable();
        fitting.peek().ok_or(Refusal::OtherAlgorithm)?;
        if !fitting.any(|key| key.verifies(self.message.as_bytes(), &self.signature)) {
            return Err(Refusal::Signature);
        }
        let all = object(self.claims).ok_or(Refusal::Claims)?;
        judged(all, expected, now)
    }
}

fn judged(all: Map<String, Value>, expected: &Expected, now: DateTime<Utc>) -> Result<Claims, Refusal> {
    let text = |name: &str| all.get(name).and_then(Value::as_str);
    if text("iss") != Some(&expected.issuer) {
        return Err(Refusal::Issuer);
    }
    // RFC 7519, section 4.1.3: one text or a list of texts.
    let for_us = match all.get("aud") {
        Some(Value::String(one)) => *one == expected.audience,
        Some(Value::Array(many)) => {
            many.iter().all(Value::is_string) && many.iter().any(|one| *one == expected.audience)
        }
        _ => false,
    };
    if !for_us {
        return Err(Refusal::Audience);
    }
    // Seconds, with fractions where the issuer likes (RFC 7519, section 2, NumericDate).
    let now = now.timestamp_micros() as f64 / 1e6;
    let leeway = expected.leeway.num_seconds() as f64;
    let time = |name: &str| match all.get(name) {
        None => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or(Refusal::Time),
    };
    if now >= time("exp")?.ok_or(Refusal::NoEnd)? + leeway {
        return Err(Refusal::Expired);
    }
    for name in ["nbf", "iat"] {
        if time(name)?.is_some_and(|from| now < from - leeway) {
            return Err(Refusal::NotYet);
        }
    }
    let subject = text("sub").filter(|subject| {
        (1..=LONGEST_SUBJECT).contains(&subject.chars().count()) && !subject.chars().any(char::is_control)
    });
    let subject = subject.ok_or(Refusal::Subject)?.to_owned();
    Ok(Claims { is_client: text("client_id") == Some(&subject), subject, all })
}

#[cfg(test)]
mod tests;
