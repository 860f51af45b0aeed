//! Calendar dates: which days a register may speak of, and dates of which only a part is known.
//! Not periods (see `period`) and not instants.

use std::{fmt, ops::RangeInclusive};

use chrono::NaiveDate;

use super::{formats::Invalid, string_type};

/// The years anything here may fall in. A typing error such as 0219 or 20219 is refused rather than stored.
pub const YEARS: RangeInclusive<i32> = 1900..=2199;

/// [`YEARS`] in the document, and in errors.
pub const DATE_PATTERN: &str = "^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$";
pub const DATE_EXPECTED: &str = "a date such as 2021-05-31, of the years 1900 to 2199";

/// Reads exactly `YYYY-MM-DD`, a real day within [`YEARS`] (chrono's own parser also takes `2021-2-3`).
///
/// # Errors
/// [`Invalid`] for anything else.
pub fn parse_business_date(s: &str) -> Result<NaiveDate, Invalid> {
    let read = || {
        let (year, month_day) = s.split_at_checked(4)?;
        let (month, day) = month_day.strip_prefix('-')?.split_once('-')?;
        day_of(year_of(year)?, digits(month, 2)?, digits(day, 2)?)
    };
    read().ok_or(Invalid { format: "date" })
}

/// Whether a string is a date of this API: see [`parse_business_date`]. Replaces JSON Schema's `date`.
#[must_use]
pub fn is_business_date(s: &str) -> bool {
    parse_business_date(s).is_ok()
}

/// `count` ASCII digits as a number; nothing else, no sign.
pub(super) fn digits(s: &str, count: usize) -> Option<u32> {
    (s.len() == count && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse().ok()).flatten()
}

fn year_of(s: &str) -> Option<i32> {
    digits(s, 4).and_then(|y| i32::try_from(y).ok()).filter(|y| YEARS.contains(y))
}

fn day_of(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}

/// Serde for a date: `#[serde(with = "dates::strict")]`. Strict where chrono's own is lenient.
pub mod strict {
    use chrono::NaiveDate;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    /// Writes `YYYY-MM-DD`.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(date: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
        date.serialize(serializer)
    }

    /// Reads what [`super::parse_business_date`] reads.
    ///
    /// # Errors
    /// When it is no such date.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
        super::parse_business_date(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Serde for a date or null: `#[serde(default, with = "dates::strict_option")]`.
pub mod strict_option {
    use chrono::NaiveDate;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    /// Writes `YYYY-MM-DD` or null.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(date: &Option<NaiveDate>, serializer: S) -> Result<S::Ok, S::Error> {
        date.serialize(serializer)
    }

    /// Reads null or what [`super::parse_business_date`] reads.
    ///
    /// # Errors
    /// When it is neither.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| super::parse_business_date(&text)).transpose().map_err(D::Error::custom)
    }
}

/// A date of which a source may tell only a part: a subset of EDTF (ISO 8601-2:2019), `2015`, `2015-06` or
/// `2015-06-13`, each with `~` when it is approximate; or `XXXX-10-26`, a day whose year nobody says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PartialDate {
    text: String,
    earliest: Option<NaiveDate>,
    latest: Option<NaiveDate>,
}

string_type!(PartialDate {
    format: "partial-date",
    length: 4..=11,
    pattern: "^((19|2[01])[0-9]{2}(-[0-9]{2}(-[0-9]{2})?)?~?|XXXX-[0-9]{2}-[0-9]{2})$",
    example: "2015-06~",
    description: "A date known in part, as an EDTF subset: `2015`, `2015-06` or `2015-06-13`, with `~` when \
                  approximate, or `XXXX-10-26` when the year is unknown.",
});

impl PartialDate {
    /// Reads a partial date; see the type for the shapes.
    ///
    /// # Errors
    /// [`Invalid`] for another shape, a day that does not exist or a year outside [`YEARS`].
    pub fn parse(s: &str) -> Result<Self, Invalid> {
        let (earliest, latest) = Self::read(s).ok_or(Invalid { format: "partial-date" })?;
        Ok(Self { text: s.to_owned(), earliest, latest })
    }

    fn read(s: &str) -> Option<(Option<NaiveDate>, Option<NaiveDate>)> {
        if let Some(month_day) = s.strip_prefix("XXXX-") {
            let (month, day) = month_day.split_once('-')?;
            // 2000 is a leap year: 29 February is a day of some year.
            day_of(2000, digits(month, 2)?, digits(day, 2)?)?;
            return Some((None, None));
        }
        let mut parts = s.strip_suffix('~').unwrap_or(s).splitn(3, '-');
        let year = year_of(parts.next()?)?;
        let (earliest, latest) = match (parts.next(), parts.next()) {
            (None, _) => (day_of(year, 1, 1)?, day_of(year, 12, 31)?),
            (Some(month), None) => {
                let first = day_of(year, digits(month, 2)?, 1)?;
                (first, first.checked_add_months(chrono::Months::new(1))?.pred_opt()?)
            }
            (Some(month), Some(day)) => {
                let day = day_of(year, digits(month, 2)?, digits(day, 2)?)?;
                (day, day)
            }
        };
        Some((Some(earliest), Some(latest)))
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first day it can mean, `~` left aside; none when the year is unknown.
    #[must_use]
    pub fn earliest(&self) -> Option<NaiveDate> {
        self.earliest
    }

    /// The last day it can mean, `~` left aside; none when the year is unknown.
    #[must_use]
    pub fn latest(&self) -> Option<NaiveDate> {
        self.latest
    }

    /// Whether the source says "about".
    #[must_use]
    pub fn is_approximate(&self) -> bool {
        self.text.ends_with('~')
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(s: &str) -> (String, String) {
        let date = PartialDate::parse(s).unwrap();
        (date.earliest().unwrap().to_string(), date.latest().unwrap().to_string())
    }

    #[test]
    fn business_dates() {
        for yes in ["1900-01-01", "2020-02-29", "2199-12-31"] {
            assert!(is_business_date(yes), "{yes}");
            assert_eq!(parse_business_date(yes).unwrap().to_string(), yes);
        }
        for no in [
            "2021-02-29",
            "2021-02-30",
            "1899-12-31",
            "2200-01-01",
            "2021-2-3",
            "2021-02-3",
            " 2021-02-03",
            "2021-02-03 ",
            "+2021-02-03",
            "-021-02-03",
            "2021-02-03T00:00:00Z",
            "2021/02/03",
            "20210203",
            "2021-00-01",
            "2021-13-01",
            "२०२१-०२-०३",
            "2021-02-0３",
            "ā021-01-01",
        ] {
            assert!(!is_business_date(no), "{no}");
        }
    }

    #[test]
    fn a_part_spans_all_it_can_mean() {
        assert_eq!(span("2015"), ("2015-01-01".into(), "2015-12-31".into()));
        assert_eq!(span("2016-02"), ("2016-02-01".into(), "2016-02-29".into()));
        assert_eq!(span("2015-12~"), ("2015-12-01".into(), "2015-12-31".into()));
        assert_eq!(span("2199-12"), ("2199-12-01".into(), "2199-12-31".into()));
        assert_eq!(span("2015-06-13"), ("2015-06-13".into(), "2015-06-13".into()));
    }

    #[test]
    fn an_unknown_year_spans_nothing() {
        let day = PartialDate::parse("XXXX-10-26").unwrap();
        assert_eq!((day.earliest(), day.latest(), day.is_approximate()), (None, None, false));
        assert!(PartialDate::parse("XXXX-02-29").is_ok());
    }

    #[test]
    fn about_is_kept() {
        for (s, about) in [("2015~", true), ("2015-06~", true), ("2015-06-13~", true), ("2015", false)] {
            let date = PartialDate::parse(s).unwrap();
            assert_eq!((date.is_approximate(), date.as_str(), date.to_string()), (about, s, s.to_owned()));
            assert_eq!(serde_json::to_value(&date).unwrap(), s);
            assert_eq!(serde_json::from_value::<PartialDate>(s.into()).unwrap(), date);
        }
    }

    #[test]
    fn other_shapes_are_refused() {
        for no in [
            "",
            "~",
            "15",
            "2015-",
            "2015~~",
            "~2015",
            "2015-6",
            "2015-13",
            "2015-00",
            "2015-02-30",
            "2015-06-13-01",
            "1899",
            "2200",
            "XXXX",
            "XXXX-10",
            "XXXX-02-30",
            "XXXX-10-26~",
            "XXXX-13-01",
            "201X",
            "2015?",
            "2015-06-",
            "2015/2016",
            "2015-06-13T10:00",
            "xxxx-10-26",
            " 2015",
        ] {
            assert!(PartialDate::parse(no).is_err(), "{no:?}");
        }
    }

    proptest! {
        #[test]
        fn any_real_day_reads_back(year in 1900i32..=2199, day in 1u32..=366) {
            prop_assume!(NaiveDate::from_yo_opt(year, day).is_some());
            let date = NaiveDate::from_yo_opt(year, day).unwrap();
            prop_assert_eq!(parse_business_date(&date.to_string()).unwrap(), date);
            let partial = PartialDate::parse(&date.to_string()).unwrap();
            prop_assert_eq!((partial.earliest(), partial.latest()), (Some(date), Some(date)));
        }

        #[test]
        fn no_string_panics(s in "\\PC{0,14}|[0-9X~-]{0,12}") {
            if let Ok(date) = PartialDate::parse(&s) {
                prop_assert!(date.earliest() <= date.latest());
            }
            let _ = is_business_date(&s);
        }
    }
}
