//! Entity tags: `"<version>-<hash of the representation>"`, strong for single records, weak for lists.
use super::ask::Ask;
use super::problem::{MALFORMED_HEADER, PRECONDITION_REQUIRED, Problem};
use axum::http::{HeaderValue, header};
use serde_json::json;
use sha2::{Digest, Sha256};

/// The tag of a record's representation.
pub fn strong(version: i64, body: &[u8]) -> HeaderValue {
    tag(format!("\"{version}-{}\"", hash(body)))
}

/// The tag of a list's page.
pub fn weak(body: &[u8]) -> HeaderValue {
    tag(format!("W/\"{}\"", hash(body)))
}

fn tag(text: String) -> HeaderValue {
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

fn hash(body: &[u8]) -> String {
    hex::encode(&Sha256::digest(body)[..8])
}

/// Whether the caller has this representation already (`If-None-Match`, RFC 9110, 13.1.2: weak comparison).
pub fn not_modified(ask: &Ask, current: &HeaderValue) -> bool {
    let Some(given) = ask.header(header::IF_NONE_MATCH) else { return false };
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let current = current.to_str().map(opaque).unwrap_or_default();
    given.split(',').any(|tag| tag.trim() == "*" || opaque(tag) == current)
}

/// Whether a text is `*` or a list of entity tags (RFC 9110, 8.8.3).
pub fn are_tags(text: &str) -> bool {
    let is_tag = |tag: &str| {
        let tag = tag.trim();
        let opaque = tag.strip_prefix("W/").unwrap_or(tag);
        let inner = opaque.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        inner.is_some_and(|inner| !inner.contains('"'))
    };
    text.trim() == "*" || text.split(',').all(is_tag)
}

/// The version in a tag of ours; `"7"` alone says as much as is compared.
fn version_of(tag: &str) -> Option<i64> {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
    let (version, hash) = tag.split_once('-').unwrap_or((tag, "0"));
    let ours = version.bytes().all(|b| b.is_ascii_digit()) && hash.bytes().all(|b| b.is_ascii_hexdigit());
    version.parse().ok().filter(|v| ours && *v > 0)
}

/// The version that the caller read: the part of `If-Match` before the dash. A proxy's `W/` on our own tag is
/// accepted, since proxies that compress put it there.
///
/// # Errors
/// 428 without the header, 400 for a tag that is not ours.
pub fn expected_version(ask: &Ask) -> Result<i64, Problem> {
    let mut all = ask.headers.get_all(header::IF_MATCH).iter();
    let Some(given) = all.next() else {
        return Err(Problem::new(PRECONDITION_REQUIRED));
    };
    let single = all.next().is_none();
    given.to_str().ok().filter(|_| single).and_then(version_of).ok_or_else(|| {
        let reason = "send one ETag of this record as it was given, for example \"7-0a1b2c3d4e5f6071\"";
        Problem::new(MALFORMED_HEADER).with(json!({"header": "If-Match", "reason": reason}))
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn our_own_tags_tell_their_version(version in 1..i64::MAX, body in any::<Vec<u8>>(), by_proxy in any::<bool>()) {
            let tag = strong(version, &body);
            let tag = format!("{}{}", if by_proxy { "W/" } else { "" }, tag.to_str().unwrap());
            prop_assert!(are_tags(&tag));
            prop_assert_eq!(version_of(&tag), Some(version));
        }

        #[test]
        fn no_text_breaks_them_and_a_version_is_in_a_tag(
            text in "\\PC{0,30}|(W/)?\"?-?[0-9]{0,22}(-[0-9a-f+]{0,9})?\"?,?",
        ) {
            if let Some(version) = version_of(&text) {
                prop_assert!(version > 0 && are_tags(&text) && text.contains(&version.to_string()), "{text}");
            }
        }
    }
}
