//! A request as handlers see it: who asks, the parts of the path, the parameters (each taken by name, the rest
//! refused), the headers. axum's own extractors for paths and queries are not used elsewhere.
use super::messages::Language;
use super::problem::{FORBIDDEN, Located, MALFORMED_HEADER, Problem, UNAUTHENTICATED};
use crate::access::{Action, Caller};
use crate::clock::today;
use crate::shared::check::Fault;
use crate::shared::dates::{DATE_EXPECTED, is_business_date};
use crate::shared::formats;
use crate::state::AppState;
use crate::store::unit::Intent;
use crate::store::view::View;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::{HeaderMap, Uri, header, request::Parts};
use chrono::{DateTime, NaiveDate, Utc};
use entity::vocab::Word;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The id of a request: given by the caller or made by us, in every log line and error body.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

pub struct Ask {
    pub caller: Caller,
    pub params: Params,
    pub headers: HeaderMap,
    pub uri: Uri,
    pub language: Language,
    pub request_id: String,
    path: Vec<(String, String)>,
}

impl FromRequestParts<AppState> for Ask {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let caller = super::auth::caller(parts, state).await?;
        let path = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::new(super::problem::NOT_FOUND))?;
        if path.iter().any(|(_, value)| value.contains('\0')) {
            // No record is named so, and PostgreSQL would refuse the question.
            return Err(Problem::new(super::problem::NOT_FOUND));
        }
        readable(&parts.headers)?;
        let accept = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
        Ok(Self {
            caller,
            params: Params::read(parts.uri.query().unwrap_or_default()),
            language: Language::accepted(accept),
            request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
            path: path.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
            headers: parts.headers.clone(),
            uri: parts.uri.clone(),
        })
    }
}

impl Ask {
    /// A parameter of the path; empty if the route has none of this name.
    pub fn path(&self, name: &str) -> &str {
        self.path.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    /// What this caller may see.
    pub fn view(&self) -> View {
        View::now(self.caller.scope())
    }

    /// # Errors
    /// 403 when the caller's role may not do this.
    pub fn must(&self, action: Action, resource: &str) -> Result<(), Problem> {
        if self.caller.may(action, resource) { Ok(()) } else { Err(self.forbidden(action.code())) }
    }

    /// # Errors
    /// 403 when the caller may not do this in the whole register: for what can't be done within a scope.
    pub fn must_everywhere(&self, action: Action, resource: &str) -> Result<(), Problem> {
        if self.caller.may_everywhere(action, resource) { Ok(()) } else { Err(self.forbidden(action.code())) }
    }

    pub fn forbidden(&self, action: &str) -> Problem {
        if self.caller.is_nobody() {
            return Problem::new(UNAUTHENTICATED);
        }
        let roles: Vec<&str> = self.caller.roles().into_iter().map(Word::code).collect();
        let roles = if roles.is_empty() { vec!["-"] } else { roles };
        Problem::new(FORBIDDEN).with(json!({"role": roles, "action": action}))
    }

    /// The business date: `as_of`, else today in the installation's time zone.
    pub fn as_of(&mut self, state: &AppState) -> NaiveDate {
        self.params.date("as_of").unwrap_or_else(|| today(state.clock.now(), state.config.time_zone))
    }

    /// The two times of a reading: `as_of` and `known_at`.
    pub fn moment(&mut self, state: &AppState) -> Moment {
        Moment { as_of: self.as_of(state), known_at: self.known_at(state) }
    }

    /// The instant whose register is asked for; none is now.
    pub fn known_at(&mut self, state: &AppState) -> Option<DateTime<Utc>> {
        let at = self.params.instant("known_at")?;
        if !self.caller.has_role() {
            self.params.refuse("known_at", "withheld", json!({}));
        }
        if at > state.clock.now() {
            let expected = "an instant that has passed: nobody knows what will be known later";
            self.params.refuse("known_at", "invalid_value", json!({"value": at, "expected": expected}));
        }
        Some(at)
    }

    /// What a write keeps of its request. Takes `dry_run` and the header `Grantline-Reason`.
    pub fn intent(&mut self, state: &AppState) -> Result<Intent, Problem> {
        let trial = self.trial(state)?;
        Ok(Intent { dry_run: self.params.flag("dry_run").unwrap_or(false), ..trial })
    }

    /// The same of what is taken back in any case.
    pub fn trial(&mut self, state: &AppState) -> Result<Intent, Problem> {
        let reason = match self.headers.get("grantline-reason") {
            None => None,
            Some(value) => Some(header_text("Grantline-Reason", value.as_bytes())?),
        };
        let as_of = self.as_of(state);
        Ok(Intent {
            principal_id: self.caller.principal_id,
            token_id: self.caller.token_id,
            granted: Some(self.caller.maker().granted),
            reason,
            request_id: Some(self.request_id.clone()),
            dry_run: true,
            now: state.clock.now(),
            as_of,
        })
    }

    pub fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }
}

/// Which day a reading is judged by, and whose moment's register it reads.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The business date.
    pub as_of: NaiveDate,
    pub known_at: Option<DateTime<Utc>>,
}

/// A header that the document describes: how long it may be, what it must look like, and that in words.
type Described = (header::HeaderName, usize, fn(&str) -> bool, &'static str);

const DESCRIBED: [Described; 2] = [
    (header::IF_NONE_MATCH, 2000, super::etag::are_tags, "* or ETags such as \"7-0a1b2c3d4e5f6071\""),
    (
        header::HeaderName::from_static("prefer"),
        200,
        |text| text.bytes().all(|b| (b' '..=b'~').contains(&b)),
        "preferences such as return=minimal",
    ),
];

/// # Errors
/// 400 for a header that is not what the document says: a slip there would otherwise pass in silence.
fn readable(headers: &HeaderMap) -> Result<(), Problem> {
    for (name, most, fits, expected) in DESCRIBED {
        for value in headers.get_all(&name) {
            let text = value.to_str().ok().filter(|text| (1..=most).contains(&text.len()) && fits(text));
            if text.is_none() {
                let reason = format!("send {expected}, at most {most} characters");
                return Err(
                    Problem::new(MALFORMED_HEADER).with(json!({"header": name.as_str(), "reason": reason}))
                );
            }
        }
    }
    Ok(())
}

/// A header that people write text into: UTF-8, without control characters, not longer than a reason needs.
fn header_text(name: &str, bytes: &[u8]) -> Result<String, Problem> {
    let refuse =
        |reason: &str| Problem::new(MALFORMED_HEADER).with(json!({"header": name, "reason": reason}));
    let text = std::str::from_utf8(bytes).map_err(|_| refuse("not UTF-8"))?.trim();
    if text.is_empty() || text.chars().count() > 2000 || text.chars().any(char::is_control) {
        return Err(refuse("1 to 2000 characters without control characters"));
    }
    Ok(text.to_owned())
}

/// More than any operation knows.
const MOST_PARAMETERS: usize = 300;

/// Characters of a refused name or value that an error repeats.
const MOST_REPEATED: usize = 200;

/// The parameters of an address. Each is taken once by name; what is left at the end is unknown.
#[derive(Debug, Default)]
pub struct Params {
    pairs: Vec<(String, String)>,
    allowed: Vec<String>,
    faults: Vec<Located>,
}

impl Params {
    fn read(query: &str) -> Self {
        let mut params = Self::default();
        for (index, (name, value)) in url::form_urlencoded::parse(query.as_bytes()).enumerate() {
            if index == MOST_PARAMETERS {
                params.refuse(&name, "too_many", json!({"max": MOST_PARAMETERS}));
                break;
            }
            // Bytes that are no UTF-8 were replaced, and PostgreSQL takes no NUL.
            if [&name, &value].iter().any(|text| text.contains(['\0', '\u{fffd}'])) {
                params.refuse(
                    &name,
                    "invalid_value",
                    json!({"value": "", "expected": "UTF-8 text without NUL"}),
                );
            } else if params.pairs.iter().any(|(n, _)| *n == name) {
                params.refuse(&name, "duplicate_parameter", json!({}));
            } else {
                params.pairs.push((name.into_owned(), value.into_owned()));
            }
        }
        params
    }

    pub fn refuse(&mut self, name: &str, code: &'static str, params: Value) {
        let name: String = name.replace('\0', "").chars().take(MOST_REPEATED).collect();
        let mut params = match params {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        if let Some(Value::String(value)) = params.get_mut("value")
            && let Some((end, _)) = value.char_indices().nth(MOST_REPEATED)
        {
            value.truncate(end);
            value.push('…');
        }
        let fault = Fault { pointer: String::new(), code, params };
        self.faults.push(Located { parameter: Some(name), fault });
    }

    /// A name that the operation knows, for the message of those it does not.
    pub fn allow(&mut self, name: impl Into<String>) {
        self.allowed.push(name.into());
    }

    /// All pairs, for the address of the next page.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// The raw value of a parameter. It stays among [`Params::pairs`].
    pub fn text(&mut self, name: &str) -> Option<String> {
        self.allow(name);
        self.pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone())
    }

    pub fn flag(&mut self, name: &str) -> Option<bool> {
        let text = self.text(name)?;
        match text.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.refuse(name, "invalid_value", json!({"value": text, "expected": "true or false"}));
                None
            }
        }
    }

    pub fn date(&mut self, name: &str) -> Option<NaiveDate> {
        let text = self.text(name)?;
        match text.parse() {
            Ok(date) if is_business_date(&text) => Some(date),
            _ => {
                let expected = DATE_EXPECTED;
                self.refuse(name, "invalid_value", json!({"value": text, "expected": expected}));
                None
            }
        }
    }

    pub fn instant(&mut self, name: &str) -> Option<DateTime<Utc>> {
        let text = self.text(name)?;
        match DateTime::parse_from_rfc3339(&text) {
            Ok(at) if formats::named("date-time").is_some_and(|format| (format.check)(&text)) => {
                Some(at.to_utc())
            }
            _ => {
                let expected = "an instant such as 2026-11-22T10:00:00Z";
                self.refuse(name, "invalid_value", json!({"value": text, "expected": expected}));
                None
            }
        }
    }

    /// A number of records, 1 to `max`.
    pub fn count(&mut self, name: &str, default: u64, max: u64) -> u64 {
        let Some(text) = self.text(name) else { return default };
        match text.parse() {
            Ok(count) if (1..=max).contains(&count) && !text.starts_with('+') => count,
            _ => {
                let expected = format!("a whole number from 1 to {max}");
                self.refuse(name, "invalid_value", json!({"value": text, "expected": expected}));
                default
            }
        }
    }

    /// A list separated by commas, without blanks and repetitions.
    pub fn list(&mut self, name: &str) -> Option<Vec<String>> {
        let text = self.text(name)?;
        let mut items: Vec<String> = Vec::new();
        for item in text.split(',').map(str::trim) {
            if !items.iter().any(|i| i == item) {
                items.push(item.to_owned());
            }
        }
        Some(items)
    }

    /// Ids separated by commas.
    pub fn ids(&mut self, name: &str) -> Vec<Uuid> {
        let mut ids = Vec::new();
        for text in self.list(name).unwrap_or_default() {
            match text.parse() {
                Ok(id) => ids.push(id),
                Err(_) => self.refuse(name, "invalid_value", json!({"value": text, "expected": "a UUID"})),
            }
        }
        ids
    }

    /// Refuses what nobody took.
    ///
    /// # Errors
    /// 400 with every fault of the address at once.
    pub fn done(&mut self) -> Result<(), Problem> {
        let names: Vec<String> =
            self.pairs.iter().map(|(n, _)| n.clone()).filter(|n| !self.allowed.contains(n)).collect();
        let mut allowed = self.allowed.clone();
        allowed.sort_unstable();
        allowed.dedup();
        for name in names {
            self.refuse(&name, "unknown_parameter", json!({"allowed": allowed}));
        }
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(Problem::parameters(std::mem::take(&mut self.faults)))
        }
    }
}
