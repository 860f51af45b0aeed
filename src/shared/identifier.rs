//! Identifiers that others gave: grant numbers, registration numbers, page numbers; kept as printed and
//! matched on a normalised form. Not our own ids and codes.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;

use super::{formats::Invalid, text};

/// A number or code somebody else gave to a thing, with the name of the scheme it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Raw", deny_unknown_fields)]
#[schema(description = "A number or code that somebody else gave to this thing.",
         examples(json!({"scheme": "icmpd-grant", "value": "ICMPD/2019/MPF-295-005"})))]
pub struct Identifier {
    /// Which numbers these are: lower-case letters, digits, `.`, `_`, `-`.
    #[schema(min_length = 1, max_length = 60, pattern = r"^[a-z0-9][a-z0-9._-]*$", examples("icmpd-grant"))]
    scheme: String,
    /// The identifier as printed, at least one letter or digit.
    #[schema(format = "identifier", min_length = 1, max_length = 200, examples("ICMPD/2019/MPF-295-005"))]
    value: String,
}

/// What JSON holds, before it is judged.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    scheme: String,
    value: String,
}

impl TryFrom<Raw> for Identifier {
    type Error = Invalid;

    fn try_from(raw: Raw) -> Result<Self, Invalid> {
        Self::new(&raw.scheme, &raw.value)
    }
}

impl Identifier {
    /// An identifier of a scheme (1 to 60 of `a-z 0-9 . _ -`, the first a letter or digit). The value (one
    /// line, 1 to 200 characters, a letter or digit among them) is kept as printed, but for outer blanks and
    /// in NFC.
    ///
    /// # Errors
    /// [`Invalid`] when either is not so.
    pub fn new(scheme: &str, value: &str) -> Result<Self, Invalid> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let scheme_fits = (1..=60).contains(&scheme.len())
            && scheme.bytes().next().is_some_and(plain)
            && scheme.bytes().all(|b| plain(b) || b"._-".contains(&b));
        if !scheme_fits {
            return Err(Invalid { format: "identifier scheme" });
        }
        // Measured before and after: blanks count in a schema's maxLength, and NFC can lengthen.
        let clean = text::clean(value);
        let short = |s: &str| s.chars().count() <= 200;
        if !is_identifier(value) || !short(value) || !short(&clean) {
            return Err(Invalid { format: "identifier" });
        }
        Ok(Self { scheme: scheme.to_owned(), value: clean })
    }

    /// Which numbers these are.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// As printed.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The form to match on: see [`normalise`].
    #[must_use]
    pub fn matching(&self) -> String {
        normalise(&self.value)
    }
}

/// Whether a string can be the value of an identifier: one line, with a letter or digit in it.
#[must_use]
pub fn is_identifier(value: &str) -> bool {
    text::is_line(value) && value.chars().any(char::is_alphanumeric)
}

/// The form on which identifiers match, however they were typed or typeset:
///
/// * compatibility forms unified (NFKC) and case folded; letters stay themselves (`ĀM/1` is not `AM/1`);
/// * blanks and invisible characters removed, also between digits (`4000 3264 001` is `40003264001`);
/// * every dash and every slash becomes one `-`, since a slash is often typed as a dash where it may not
///   stand (file names); a run of them counts once, none stands at the ends. So digits never run together:
///   `1/23` is not `12/3`.
#[must_use]
pub fn normalise(value: &str) -> String {
    let mut form = String::with_capacity(value.len());
    for c in text::fold_case(&value.nfkc().collect::<String>()).nfkc() {
        if c.is_whitespace() || c.is_control() || is_invisible(c) {
            continue;
        }
        if !is_separator(c) {
            form.push(c);
        } else if !form.is_empty() && !form.ends_with('-') {
            form.push('-');
        }
    }
    if form.ends_with('-') {
        form.pop();
    }
    // A mark that a removed blank held apart may have found its letter.
    form.nfc().collect()
}

/// Dashes (Unicode category Pd and the minus sign) and slashes. NFKC has already unified the full-width ones.
fn is_separator(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{58A}' | '\u{5BE}' | '\u{1806}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{2212}'
                | '\u{2E3A}'
                | '\u{2E3B}'
                | '\u{301C}'
                | '\u{FE58}'
                | '/'
                | '\\'
                | '\u{2044}'
                | '\u{2215}'
                | '\u{2216}'
                | '\u{29F8}'
                | '\u{29F9}'
    )
}

/// What word processors leave behind: soft hyphen, zero-width blanks and joiners, direction marks, byte-order
/// mark.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn one_number_however_typed() {
        for (a, b) in [
            ("ENI–LLB–2–269", "ENI-LLB-2-269"),
            ("eni‑llb−2—269", "ENI-LLB-2-269"),
            ("VRS / PMIF / 2018/2", "VRS/PMIF/2018/2"),
            ("VRS-PMIF-2018-2", "VRS/PMIF/2018/2"),
            ("VRS\u{a0}/\u{200b}PMIF∕2018⁄2", "vrs/pmif/2018/2"),
            ("ICMPD/2019/MPF\u{ad}-295-005", "ICMPD/2019/MPF-295-005"),
            ("A\u{304}M/RPVP/2024/3", "ĀM/RPVP/2024/3"),
            ("ām/rpvp/2024/3", "ĀM/RPVP/2024/3"),
            ("４０００", "4000"),
            ("4000 3264 001", "40003264001"),
            ("1S - 232", "1s-232"),
            ("-1S-232/", "1S-232"),
            ("STRASSE 1", "straße1"),
        ] {
            assert_eq!(normalise(a), normalise(b), "{a} {b}");
        }
    }

    #[test]
    fn different_numbers_stay_different() {
        for (a, b) in [
            ("1/23", "12/3"),
            ("1-23", "123"),
            ("ĀM/RPVP/2024/3", "AM/RPVP/2024/3"),
            ("VRS/PMIF/2018/2", "VRS/PMIF/2018/20"),
            ("4.2.aktivitāte", "42.aktivitāte"),
            ("ЁЛКА-1", "ЕЛКА-1"),
        ] {
            assert_ne!(normalise(a), normalise(b), "{a} {b}");
        }
    }

    #[test]
    fn the_form_itself() {
        assert_eq!(normalise("VRS / PMIF / 2018/2"), "vrs-pmif-2018-2");
        assert_eq!(normalise("ĀM/RPVP/2024/3"), "ām-rpvp-2024-3");
        assert_eq!(normalise(" – / "), "");
    }

    #[test]
    fn kept_as_printed() {
        let json = json!({"scheme": "cfca", "value": "ENI–LLB–2–269"});
        let identifier: Identifier = serde_json::from_value(json.clone()).unwrap();
        assert_eq!((identifier.scheme(), identifier.value()), ("cfca", "ENI–LLB–2–269"));
        assert_eq!(identifier.matching(), "eni-llb-2-269");
        assert_eq!(serde_json::to_value(&identifier).unwrap(), json);
        assert_eq!(Identifier::new("a", " A\u{304} 1 ").unwrap().value(), "Ā 1", "trimmed and NFC");
    }

    #[test]
    fn other_shapes_are_refused() {
        let long = "1".repeat(201);
        for (scheme, value) in [
            ("", "1"),
            ("A", "1"),
            ("-a", "1"),
            ("a b", "1"),
            ("ā", "1"),
            ("a/b", "1"),
            ("a", ""),
            ("a", "  "),
            ("a", "—"),
            ("a", "1\n2"),
            ("a", "1\u{0}"),
            ("a", &long),
            (&"a".repeat(61), "1"),
        ] {
            assert!(Identifier::new(scheme, value).is_err(), "{scheme:?} {value:?}");
        }
        assert!(Identifier::new(&"a".repeat(60), &long[..200]).is_ok());
        assert!(Identifier::new("lv.ur_2-a", "1").is_ok());
    }

    #[test]
    fn closed() {
        for no in [
            json!({"scheme": "a"}),
            json!({"scheme": "a", "value": "1", "x": 1}),
            json!({"scheme": "a", "value": 1}),
        ] {
            assert!(serde_json::from_value::<Identifier>(no.clone()).is_err(), "{no}");
        }
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(s in "\\PC{0,24}") {
            let once = normalise(&s);
            prop_assert_eq!(normalise(&once), once);
        }

        #[test]
        fn no_string_breaks_it_and_what_is_kept_can_be_kept_again(scheme in "[a-z._-]{0,5}|\\PC{0,3}", value in "\\PC{0,24}|.{0,8}") {
            if let Ok(kept) = Identifier::new(&scheme, &value) {
                let again = Identifier::new(kept.scheme(), kept.value()).unwrap();
                prop_assert_eq!(again.matching(), normalise(&value));
                prop_assert!(!again.matching().is_empty());
                prop_assert_eq!(again, kept);
            }
        }
    }
}
