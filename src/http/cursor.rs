//! Cursors of lists: where to go on, for which list, filter and order, signed so that none can be made up.
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The first byte of a cursor: another layout gets another number.
const LAYOUT: u8 = 1;
const SIGNATURE: usize = 16;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    /// [`binding`] of the list it was made for.
    #[serde(rename = "b")]
    pub binding: String,
    /// The business date that the first page was judged at.
    #[serde(rename = "d")]
    pub as_of: NaiveDate,
    /// Sort values and id of the last record.
    #[serde(rename = "a")]
    pub after: Vec<Value>,
}

/// What a cursor is good for: the list and all parameters that decide which records come in which order.
pub fn binding(path: &str, pairs: &[(String, String)]) -> String {
    const FREE: [&str; 8] =
        ["cursor", "limit", "include_total", "fields", "expand", "facets", "format", "columns"];
    let mut bound: Vec<_> =
        pairs.iter().filter(|(n, _)| !FREE.contains(&n.as_str()) && n != "as_of").collect();
    bound.sort();
    let digest = Sha256::digest(format!("{path}\n{bound:?}"));
    URL_SAFE_NO_PAD.encode(&digest[..12])
}

impl Cursor {
    pub fn seal(&self, key: &[u8; 32]) -> String {
        let mut bytes = vec![LAYOUT];
        bytes.extend(serde_json::to_vec(self).unwrap_or_default());
        let signature = sign(key, &bytes);
        bytes.extend_from_slice(&signature);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// None for a cursor that is not ours, or was changed.
    pub fn open(text: &str, key: &[u8; 32]) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (content, signature) = bytes.split_at_checked(bytes.len().checked_sub(SIGNATURE)?)?;
        let expected = sign(key, content);
        let same: bool = subtle::ConstantTimeEq::ct_eq(signature, &expected[..]).into();
        let (layout, json) = content.split_first()?;
        if !same || *layout != LAYOUT {
            return None;
        }
        serde_json::from_slice(json).ok()
    }
}

fn sign(key: &[u8; 32], content: &[u8]) -> [u8; SIGNATURE] {
    let mut signature = [0; SIGNATURE];
    // HMAC takes a key of any length.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) {
        mac.update(content);
        signature.copy_from_slice(&mac.finalize().into_bytes()[..SIGNATURE]);
    }
    signature
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_cursor_opens_only_as_it_was_sealed() {
        let key = [7; 32];
        let cursor = Cursor {
            binding: "x".into(),
            as_of: "2026-11-22".parse().unwrap(),
            after: vec![json!("LATBEL"), json!(null)],
        };
        let sealed = cursor.seal(&key);
        assert_eq!(Cursor::open(&sealed, &key), Some(cursor));
        assert_eq!(Cursor::open(&sealed, &[8; 32]), None);
        for forged in ["", "x", "AAAA", &sealed[1..], &format!("{sealed}A")] {
            assert_eq!(Cursor::open(forged, &key), None, "{forged}");
        }
    }

    #[test]
    fn the_size_of_pages_may_change_but_not_the_filter() {
        let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
            list.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect()
        };
        let base = binding("/v1/projects", &pairs(&[("status", "closed"), ("limit", "5")]));
        assert_eq!(base, binding("/v1/projects", &pairs(&[("limit", "9"), ("status", "closed")])));
        assert_ne!(base, binding("/v1/projects", &pairs(&[("status", "suspended")])));
        assert_ne!(base, binding("/v1/events", &pairs(&[("status", "closed")])));
    }
    proptest! {
        #[test]
        fn no_text_opens_that_was_not_sealed(text in "\\PC{0,40}|[A-Za-z0-9_-]{0,120}") {
            prop_assert_eq!(Cursor::open(&text, &[7; 32]), None);
        }

        #[test]
        fn a_sealed_cursor_opens_as_it_was_and_with_any_other_character_not_at_all(
            texts in prop::collection::vec(any::<String>(), 0..4),
            number in any::<i64>(),
            place in any::<prop::sample::Index>(),
            other in "[A-Za-z0-9_-]",
        ) {
            let after = texts.into_iter().map(Value::from).chain([json!(number), json!(null)]).collect();
            let cursor = Cursor { binding: "b".into(), as_of: "2026-11-22".parse().unwrap(), after };
            let sealed = cursor.seal(&[7; 32]);
            let at = place.index(sealed.len());
            let mut changed = sealed.clone();
            changed.replace_range(at..=at, &other);
            if changed != sealed {
                prop_assert_eq!(Cursor::open(&changed, &[7; 32]), None);
            }
            prop_assert_eq!(Cursor::open(&sealed, &[7; 32]), Some(cursor));
        }
    }
}
