//! The named string formats: what a schema's `format` means here, as one table of checks.
//! Not the types themselves (their modules), and not the wiring into a schema validator (the edge).

use std::str::FromStr;

use chrono::{DateTime, Datelike, Utc};
use uuid::Uuid;

use super::codes::{CountryCode, CurrencyCode, LanguageTag};
use super::dates::{self, PartialDate};
use super::decimal::{Percentage, Share};
use super::{identifier, money, text};

/// A string that is not of the format it has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {format}")]
pub struct Invalid {
    /// The name of the format, as in [`FORMATS`].
    pub format: &'static str,
}

/// One named format.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// The value of `format` in a schema.
    pub name: &'static str,
    /// Whether a string is of this format.
    pub check: fn(&str) -> bool,
    /// A string that is.
    pub example: &'static str,
}

/// All formats. Where JSON Schema knows a name too (`date`, `date-time`, `time`, `uri`, `email`, `uuid`), the
/// check here is the stricter one and replaces it; only `time` differs in shape: `HH:MM`, for times of day of
/// events.
pub const FORMATS: &[Format] = &[
    Format { name: "date", check: dates::is_business_date, example: "2019-11-01" },
    Format { name: "date-time", check: is_date_time, example: "2021-02-19T10:00:00Z" },
    Format { name: "partial-date", check: |s| PartialDate::parse(s).is_ok(), example: "2015-06~" },
    Format { name: "country-code", check: |s| CountryCode::parse(s).is_ok(), example: "LV" },
    Format { name: "currency-code", check: |s| CurrencyCode::parse(s).is_ok(), example: "EUR" },
    Format { name: "language-tag", check: |s| LanguageTag::parse(s).is_ok(), example: "lv" },
    Format { name: "decimal", check: |s| money::parse_amount(s).is_ok(), example: "494813.32" },
    Format { name: "share", check: |s| Share::parse(s).is_ok(), example: "0.9499" },
    Format { name: "percentage", check: |s| Percentage::parse(s).is_ok(), example: "94.99" },
    Format { name: "text", check: text::is_text, example: "Seminar in Daugavpils\nSecond day online" },
    Format { name: "line", check: text::is_line, example: "ENI-LLB-2-269" },
    Format { name: "identifier", check: identifier::is_identifier, example: "ICMPD/2019/MPF-295-005" },
    Format { name: "uri", check: is_uri, example: "https://example.org/projects/latbel?lang=lv" },
    Format { name: "email", check: is_email, example: "projects@example.org" },
    Format { name: "time", check: is_time, example: "09:30" },
    Format { name: "time-zone", check: |s| chrono_tz::Tz::from_str(s).is_ok(), example: "Europe/Riga" },
    Format { name: "project-code", check: is_project_code, example: "LATBEL" },
    Format { name: "uuid", check: is_uuid, example: "01936c1e-8f3a-7c42-9d1b-3a5e7f902c64" },
];

/// The format of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// An instant: RFC 3339 with `T`, at most microseconds (all that both databases keep), no leap second, and
/// within the years of a business date both as written and in UTC.
fn is_date_time(s: &str) -> bool {
    let Some(date) = s.get(..10) else { return false };
    let (Some(rest), Ok(at)) = (s.get(10..), DateTime::parse_from_rfc3339(s)) else { return false };
    let fraction = rest.split_once('.').map_or(0, |(_, f)| f.bytes().take_while(u8::is_ascii_digit).count());
    let shape =
        rest.starts_with('T') && !rest.contains(['z', ' ']) && rest.get(6..9) != Some(":60") && fraction <= 6;
    shape && dates::is_business_date(date) && dates::YEARS.contains(&at.with_timezone(&Utc).year())
}

/// A web address (RFC 3986, so ASCII only): `http` or `https`, a host, no user information, at most 2000
/// characters.
fn is_uri(s: &str) -> bool {
    let lower = s.get(..8).map(str::to_ascii_lowercase).unwrap_or_default();
    let clean = s.bytes().all(|b| b.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&b));
    let scheme = lower.starts_with("http://") || lower.starts_with("https://");
    let whole = |url: url::Url| url.has_host() && url.username().is_empty() && url.password().is_none();
    // Asked of the text as well: `url` drops an empty user and repairs extra slashes.
    let authority = s.split('/').nth(2).unwrap_or_default();
    clean
        && scheme
        && s.len() <= 2000
        && !authority.is_empty()
        && !authority.contains('@')
        && url::Url::parse(s).is_ok_and(whole)
}

/// A mail address, pragmatically: RFC 5321 lengths, a dotted local part without quotes, a host name with a
/// dot.
fn is_email(s: &str) -> bool {
    let Some((local, domain)) = s.rsplit_once('@') else { return false };
    let atom = |a: &str| {
        !a.is_empty() && a.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
    };
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    s.len() <= 254
        && local.len() <= 64
        && local.split('.').all(atom)
        && domain.contains('.')
        && domain.split('.').all(label)
        && top.len() >= 2
        && !top.bytes().all(|b| b.is_ascii_digit())
}

/// A time of day, `HH:MM`, 00:00 to 23:59.
fn is_time(s: &str) -> bool {
    let number = |text: &str| dates::digits(text, 2);
    s.split_once(':')
        .is_some_and(|(h, m)| number(h).is_some_and(|h| h < 24) && number(m).is_some_and(|m| m < 60))
}

/// The code of a project: 2 to 40 of `A-Z 0-9 . _ -`, the first a letter or digit. Never something that reads
/// as a UUID, because an address takes either.
fn is_project_code(s: &str) -> bool {
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    (2..=40).contains(&s.len())
        && s.bytes().next().is_some_and(plain)
        && s.bytes().all(|b| plain(b) || b"._-".contains(&b))
        && Uuid::try_parse(s).is_err()
}

/// A UUID in its hyphenated form (RFC 9562 section 4).
fn is_uuid(s: &str) -> bool {
    s.len() == 36 && Uuid::try_parse(s).is_ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};
    use utoipa::ToSchema;

    use super::*;
    use crate::shared::{identifier::Identifier, money::Money, period::Period, text::LocalizedText};

    fn accepts(name: &str, yes: &[&str], no: &[&str]) {
        let format = named(name).unwrap();
        for s in yes {
            assert!((format.check)(s), "{name} refuses {s:?}");
        }
        for s in no {
            assert!(!(format.check)(s), "{name} accepts {s:?}");
        }
    }

    #[test]
    fn every_example_passes_and_junk_fails() {
        for format in FORMATS {
            assert!((format.check)(format.example), "{}", format.name);
            let free = ["text", "line", "identifier"].contains(&format.name);
            for junk in ["", " ", "\0", "x", "x\0", "2021-02-30", "💥", "ā"] {
                // Free text may say anything visible; a project code may look like a date.
                let allowed = match junk {
                    "" | " " | "\0" | "x\0" => false,
                    "2021-02-30" => free || format.name == "project-code",
                    "💥" => free && format.name != "identifier",
                    _ => free,
                };
                assert_eq!((format.check)(junk), allowed, "{} on {junk:?}", format.name);
            }
            let trailing = format!("{}\0", format.example);
            assert!(!(format.check)(&trailing), "{}", format.name);
            assert!(free || !(format.check)(&format!("{} ", format.example)), "{}", format.name);
        }
    }

    #[test]
    fn names_are_unique() {
        for (i, format) in FORMATS.iter().enumerate() {
            assert!(FORMATS[..i].iter().all(|f| f.name != format.name), "{}", format.name);
        }
        assert!(named("nothing").is_none());
    }

    #[test]
    fn instants() {
        let yes = [
            "2021-02-19T10:00:00Z",
            "2021-02-19T10:00:00.123456Z",
            "2021-02-19T12:00:00+02:00",
            "1900-01-01T00:00:00Z",
            "2199-12-31T23:59:59Z",
        ];
        let no = [
            "2021-02-19",
            "2021-02-19T10:00:00",
            "2021-02-19t10:00:00Z",
            "2021-02-19 10:00:00Z",
            "2021-02-19T10:00:00z",
            "2021-02-30T10:00:00Z",
            "2021-02-19T24:00:00Z",
            "2016-12-31T23:59:60Z",
            "2021-02-19T10:00:00.1234567Z",
            "2199-12-31T23:59:59-02:00",
            "1900-01-01T00:00:00+02:00",
            "+10000-01-01T00:00:00Z",
        ];
        accepts("date-time", &yes, &no);
    }

    #[test]
    fn addresses() {
        let yes = ["http://example.org", "HTTPS://example.org/a%20b?c=d#e", "https://[::1]:8080/"];
        let no = [
            "ftp://example.org",
            "javascript:alert(1)",
            "http:example.org",
            "https:///example.org",
            "https://",
            "//example.org",
            "https://user:secret@example.org",
            "https://@example.org",
            "https://example.org/a b",
            "https://example.org/\u{161}",
            " https://example.org",
        ];
        accepts("uri", &yes, &no);
        assert!(is_uri(&format!("https://example.org/{}", "a".repeat(1980))));
        assert!(!is_uri(&format!("https://example.org/{}", "a".repeat(1981))));
    }

    #[test]
    fn mail_times_zones_codes_ids() {
        let no = [
            "a@b",
            "@example.org",
            "a@",
            "a b@example.org",
            "a..b@example.org",
            "a@-x.org",
            "a@1.2.3.4",
            "a@b@c.lv",
        ];
        accepts("email", &["first.last+tag@sub.example.org", "o'neil@example.org"], &no[..7]);
        accepts("email", &[], &no[7..]);
        accepts("time", &["00:00", "23:59"], &["24:00", "9:30", "09:60", "09:30:00", "+9:30", "0930"]);
        accepts("time-zone", &["UTC", "Asia/Dushanbe"], &["europe/riga", "Europe/Daugavpils", "+02:00"]);
        let uuid = "01936C1E-8F3A-7C42-9D1B-3A5E7F902C64";
        let simple = uuid.replace('-', "");
        let long = "A".repeat(41);
        let no = ["latbel", "A", ".AB", "A/B", "A B", "Ā1", uuid, &simple, &long];
        accepts("project-code", &["LATBEL", "BOMCA-10", "1S-232", "A_B.C", &"A".repeat(40)], &no);
        accepts("uuid", &[uuid, &uuid.to_lowercase()], &[&simple, "{01936c1e-8f3a-7c42-9d1b-3a5e7f902c6}"]);
    }

    /// What a request meets: the schema of the type with our formats asserted, then serde.
    fn verdicts<T: ToSchema + DeserializeOwned>(value: &Value) -> (bool, bool) {
        let mut schemas = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut schemas);
        let schemas: serde_json::Map<String, Value> =
            schemas.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap())).collect();
        let reference = format!("#/components/schemas/{}", T::name());
        let document = json!({"$ref": reference, "components": {"schemas": schemas}});
        let mut options = jsonschema::options().should_validate_formats(true);
        for format in FORMATS {
            options = options.with_format(format.name, format.check);
        }
        let validator = options.build(&document).unwrap();
        (validator.is_valid(value), serde_json::from_value::<T>(value.clone()).is_ok())
    }

    fn agree<T: ToSchema + DeserializeOwned>(yes: &[Value], no: &[Value]) {
        for value in yes {
            assert_eq!(verdicts::<T>(value), (true, true), "{} {value}", T::name());
        }
        let schema = serde_json::to_value(T::schema()).unwrap();
        assert_eq!(verdicts::<T>(&schema["examples"][0]), (true, true), "example of {}", T::name());
        // Serde's derived structs read an array by position: the schema alone refuses that.
        assert!(!verdicts::<T>(&json!([])).0, "{} as an array", T::name());
        let wrong_types = [json!(null), json!(1), json!(true), json!(""), json!("\0")];
        for value in no.iter().chain(&wrong_types) {
            assert_eq!(verdicts::<T>(value), (false, false), "{} {value}", T::name());
        }
    }

    #[test]
    fn schema_and_serde_agree_on_strings() {
        agree::<CountryCode>(
            &[json!("LV"), json!("XK")],
            &[json!("lv"), json!("YY"), json!("LVA"), json!({})],
        );
        agree::<CurrencyCode>(
            &[json!("EUR"), json!("LVL")],
            &[json!("eur"), json!("XXX"), json!("EURO"), json!({})],
        );
        agree::<LanguageTag>(
            &[json!("lv"), json!("SR-latn")],
            &[json!("english"), json!("qq"), json!("lav")],
        );
        agree::<PartialDate>(
            &[json!("2015~"), json!("XXXX-10-26")],
            &[json!("2015-13"), json!("2021-02-29")],
        );
        agree::<Share>(&[json!("0"), json!("1.000")], &[json!("1.1"), json!(".5"), json!("0.1234567")]);
        agree::<Percentage>(&[json!("100"), json!("0.5")], &[json!("101"), json!("-1"), json!("1e1")]);
    }

    #[test]
    fn schema_and_serde_agree_on_objects() {
        let long = "ā".repeat(10_000);
        agree::<LocalizedText>(
            &[json!({"lv": "Ā"}), json!({"lv": "a\nb", "en-GB": "c"}), json!({"lv": long})],
            &[
                json!({}),
                json!({"lv": ""}),
                json!({"lv": " \n"}),
                json!({"english": "a"}),
                json!({"lv": null}),
                json!({"lv": "a\u{0}"}),
                json!({"lv": format!("{long}a")}),
            ],
        );
        agree::<Money>(
            &[json!({"amount": "-0.5", "currency": "EUR"}), json!({"amount": "1.2345", "currency": "LVL"})],
            &[
                json!({"amount": 1, "currency": "EUR"}),
                json!({"amount": "1"}),
                json!({"amount": "1,5", "currency": "EUR"}),
                json!({"amount": "1", "currency": "EUR", "rate": "1"}),
                json!({"amount": "1.23456", "currency": "EUR"}),
                json!({"amount": "1234567890123456", "currency": "EUR"}),
                json!({"amount": "1", "currency": "ABC"}),
                json!({}),
            ],
        );
        agree::<Period>(
            &[json!({}), json!({"start": null, "end": "2021-05-31"}), json!({"duration_months": 600})],
            &[
                json!({"start": "2021-02-30"}),
                json!({"start": "2021-2-3"}),
                json!({"duration_months": 0}),
                json!({"duration_months": 601}),
                json!({"duration_months": "19"}),
                json!({"until": null}),
                json!({"start": "1899-12-31"}),
                json!({"end": "2200-01-01"}),
                json!({"start": ""}),
            ],
        );
        agree::<Identifier>(
            &[json!({"scheme": "icmpd-grant", "value": "ĀM/RPVP/2024/3"})],
            &[
                json!({"scheme": "", "value": "1"}),
                json!({"scheme": "A", "value": "1"}),
                json!({"scheme": "a", "value": ""}),
                json!({"scheme": "a", "value": "1", "note": ""}),
                json!({"scheme": "a", "value": "1\n2"}),
                json!({"scheme": "a"}),
                json!({"scheme": "a".repeat(61), "value": "1"}),
                json!({"scheme": "a", "value": "1".repeat(201)}),
                json!({}),
            ],
        );
    }
}
