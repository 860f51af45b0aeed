//! Reading a body: the right media type, within the limit, JSON without repeated members, without NUL.
use super::problem::{BODY_TOO_LARGE, INVALID, MALFORMED_BODY, Problem, UNSUPPORTED_MEDIA_TYPE};
use crate::shared::check::{Faults, pointer_segment};
use crate::shared::json::Unique;
use crate::state::AppState;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{Method, header};
use serde_json::{Value, json};

pub const JSON: &str = "application/json";
/// RFC 7396.
pub const MERGE_PATCH: &str = "application/merge-patch+json";

/// Levels that a body may have. What is kept of it stands some levels deeper in history, and is read by a reader that
/// goes 128 levels deep.
const DEEPEST: usize = 64;

/// RFC 9512.
pub const YAML: &str = "application/yaml";

/// A body, not yet held against a schema. `PATCH` takes a merge patch, all else JSON.
pub struct Body(pub Value);

impl FromRequest<AppState> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let expected = if request.method() == Method::PATCH { MERGE_PATCH } else { JSON };
        let (_, bytes) = bytes(request, state, &[expected]).await?;
        read(&bytes).map(Self)
    }
}

/// The bytes of a body that has one of these media types, and which.
///
/// # Errors
/// 415 for other ones, 413 for too much.
pub async fn bytes(
    request: Request,
    state: &AppState,
    expected: &[&'static str],
) -> Result<(&'static str, Bytes), Problem> {
    let given = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let media_type = given.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let names = expected.join(" or ");
    let Some(media_type) = expected.iter().find(|known| media_type.eq_ignore_ascii_case(known)) else {
        return Err(Problem::new(UNSUPPORTED_MEDIA_TYPE).with(json!({"expected": names})));
    };
    // A compressed body may be a thousand times what it seems to be: none is unpacked (RFC 9110, section 15.5.16).
    let coded = request.headers().get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
    if coded {
        let expected = format!("{names}, and no Content-Encoding");
        return Err(Problem::new(UNSUPPORTED_MEDIA_TYPE).with(json!({"expected": expected})));
    }
    let max = state.config.body_limit;
    match Bytes::from_request(request, state).await {
        Ok(bytes) => Ok((media_type, bytes)),
        Err(rejection) if rejection.status() == 413 => {
            Err(Problem::new(BODY_TOO_LARGE).with(json!({"max": max})))
        }
        Err(rejection) => Err(Problem::new(MALFORMED_BODY).with(json!({"reason": rejection.body_text()}))),
    }
}

/// # Errors
/// 400 for what is not JSON, 422 naming each text that holds NUL.
pub fn read(bytes: &[u8]) -> Result<Value, Problem> {
    let Unique(value) = serde_json::from_slice(bytes)
        .map_err(|e| Problem::new(MALFORMED_BODY).with(json!({"reason": e.to_string()})))?;
    if depth(&value) > DEEPEST {
        let reason = format!("it is nested deeper than {DEEPEST} levels");
        return Err(Problem::new(MALFORMED_BODY).with(json!({"reason": reason})));
    }
    kept(value)
}

/// # Errors
/// 422 naming each text that holds NUL.
pub fn kept(value: Value) -> Result<Value, Problem> {
    let mut faults = Faults::default();
    refuse_nul(&value, "", &mut faults);
    if faults.is_empty() { Ok(value) } else { Err(Problem::faults(INVALID, faults)) }
}

/// Levels of lists and objects: the reader's own limit bounds the recursion.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn refuse_nul(value: &Value, at: &str, faults: &mut Faults) {
    let mut refuse =
        |at: &str| faults.add(at, "invalid", json!({"reason": "the character NUL can't be kept"}));
    match value {
        Value::String(text) if text.contains('\0') => refuse(at),
        Value::Array(list) => {
            for (index, item) in list.iter().enumerate() {
                refuse_nul(item, &format!("{at}/{index}"), faults);
            }
        }
        Value::Object(map) => {
            for (name, item) in map {
                if name.contains('\0') {
                    faults.add(at, "invalid", json!({"reason": "the character NUL can't be kept"}));
                } else {
                    refuse_nul(item, &format!("{at}{}", pointer_segment(name)), faults);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_json_comes_through() {
        let text = r#"{"a":[1,-2,3.5,true,null,"š"],"b":{}}"#;
        assert_eq!(read(text.as_bytes()).ok().unwrap().to_string(), text);
    }

    #[test]
    fn what_would_lose_something_is_refused() {
        for text in [r#"{"a":1,"a":2}"#, r#""\ud800""#, "{", "[1,]", "1e999", ""] {
            assert_eq!(read(text.as_bytes()).err().unwrap().code.code, "malformed_body", "{text}");
        }
        assert_eq!(read(br#"{"a":["x\u0000"]}"#).err().unwrap().code.code, "invalid");
    }
    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<String>().prop_map(|text| text.replace('\0', "").into()),
        ];
        leaf.prop_recursive(6, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("[^\0]{0,6}", inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_json_is_read_as_it_is(value in any_value()) {
            prop_assert_eq!(read(value.to_string().as_bytes()).ok(), Some(value.clone()));
            prop_assert_eq!(read(&serde_json::to_vec_pretty(&value).unwrap()).ok(), Some(value));
        }

        /// With a byte changed it is other JSON, or refused; it is never read as what it is not.
        #[test]
        fn no_bytes_break_it(value in any_value(), place in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = value.to_string().into_bytes();
            let at = place.index(bytes.len());
            bytes[at] = byte;
            if let Ok(read) = read(&bytes) {
                let as_it_is: Value = serde_json::from_slice(&bytes).unwrap();
                let whole = |v: &Value| v.to_string().replace(".0", "");
                prop_assert_eq!(whole(&read), whole(&as_it_is));
            }
        }

        /// However the name is written.
        #[test]
        fn no_member_stands_twice(name in "[^\0]{0,8}", first in any_value(), second in any_value()) {
            let escaped: String = name.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            let text = format!("[{{{}:{first},\"{escaped}\":{second}}}]", json!(name));
            prop_assert_eq!(read(text.as_bytes()).err().unwrap().code.code, "malformed_body");
        }
    }
}
