//! The words of a regime: which one it is, which it extends, how long a term runs. No database, no HTTP.
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// A version of a regime.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct RegimeKey {
    /// The regime.
    #[schema(max_length = 61, pattern = "^[a-z0-9][a-z0-9-]{2,60}$", example = "eu-prag-icmpd-mpf")]
    pub id: String,
    /// Its version.
    #[schema(max_length = 14, pattern = r"^[0-9]{4}\.(0|[1-9][0-9]{0,8})$", example = "2019.1")]
    pub version: String,
}

/// What a document says of itself, and does not inherit.
pub const OWN: [&str; 5] = ["schema", "id", "version", "extends", "label"];

/// What a version must look like: `2019.10` comes after `2019.9`, and nothing is called in two ways.
pub const VERSION: &str = r"^[0-9]{4}\.(0|[1-9][0-9]{0,8})$";

impl RegimeKey {
    /// `eu-prag-icmpd-mpf:2019.1`.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, version) = text.split_once(':')?;
        let key = Self { id: id.to_owned(), version: version.to_owned() };
        (is_id(id) && key.order().is_some()).then_some(key)
    }

    /// Its place among the versions of its regime; none where it is not written as versions are.
    pub fn order(&self) -> Option<i64> {
        let (year, number) = self.version.split_once('.')?;
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let plain = number == "0" || !number.starts_with('0');
        if year.len() != 4 || number.len() > 9 || !is_number(year) || !is_number(number) || !plain {
            return None;
        }
        Some(year.parse::<i64>().ok()? * 1_000_000_000 + number.parse::<i64>().ok()?)
    }
}

impl fmt::Display for RegimeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.id, self.version)
    }
}

/// Whether a text can name a regime. What looks like a UUID names a record.
pub fn is_id(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (3..=61).contains(&text.len())
        && text.bytes().all(fits)
        && !text.starts_with('-')
        && text.parse::<uuid::Uuid>().is_err()
}

/// What a document extends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parent {
    /// The newest version that there is when the document is published, and from then on that one.
    Newest(String),
    Version(RegimeKey),
}

impl Parent {
    pub fn parse(text: &str) -> Option<Self> {
        match RegimeKey::parse(text) {
            Some(key) => Some(Self::Version(key)),
            None => is_id(text).then(|| Self::Newest(text.to_owned())),
        }
    }

    pub fn id(&self) -> &str {
        match self {
            Self::Newest(id) => id,
            Self::Version(key) => &key.id,
        }
    }
}

/// How long a term runs: an ISO 8601 duration of whole months or whole days. `P1M15D` is none, since a month and fifteen
/// days are not the same as fifteen days and a month; and there is no time before its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    Months(u32),
    Days(u32),
}

/// A hundred years: more than any clause asks for.
const MOST_DAYS: u32 = 36_525;
const MOST_MONTHS: u32 = 1200;

impl Term {
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix('P')?;
        let mut take = |unit: char| -> Option<Option<u32>> {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            match rest[digits..].strip_prefix(unit) {
                Some(after) if digits > 0 => {
                    let number = rest[..digits].parse().ok()?;
                    rest = after;
                    Some(Some(number))
                }
                _ => Some(None),
            }
        };
        let (years, months, days): (Option<u32>, _, _) = (take('Y')?, take('M')?, take('D')?);
        if !rest.is_empty() {
            return None;
        }
        match (years, months, days) {
            (None, None, Some(days)) => (days <= MOST_DAYS).then_some(Self::Days(days)),
            (None, None, None) | (_, _, Some(_)) => None,
            (years, months, None) => {
                let months = years.unwrap_or(0).checked_mul(12)?.checked_add(months.unwrap_or(0))?;
                (months <= MOST_MONTHS).then_some(Self::Months(months))
            }
        }
    }

    /// Whether a text is meant as a duration, well or badly written.
    pub fn is_meant(text: &str) -> bool {
        let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
        rest.strip_prefix('P').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '-'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_months_or_days_and_never_before_their_beginning() {
        for (text, term) in [
            ("P3M", Term::Months(3)),
            ("P1Y6M", Term::Months(18)),
            ("P5Y", Term::Months(60)),
            ("P60D", Term::Days(60)),
            ("P0D", Term::Days(0)),
        ] {
            assert_eq!(Term::parse(text), Some(term), "{text}");
        }
        for text in [
            "P-3M",
            "-P3M",
            "+P3M",
            "P",
            "P1M15D",
            "P1W",
            "PT1H",
            "3M",
            "P3",
            "P3M ",
            "P1M1Y",
            "P1.5M",
            "P99999D",
            "P4294967296Y",
            "P400000000Y",
            "",
        ] {
            assert_eq!(Term::parse(text), None, "{text}");
        }
        assert!(Term::is_meant("P-3M") && Term::is_meant("-P3M") && !Term::is_meant("PRAG"));
    }

    #[test]
    fn versions_have_an_order_and_one_name() {
        let key = |text: &str| RegimeKey::parse(text);
        let order = |text: &str| key(text).and_then(|key| key.order());
        assert!(
            order("abc:2019.10") > order("abc:2019.9") && order("abc:2020.0") > order("abc:2019.999999999")
        );
        for text in [
            "abc",
            "abc:",
            "abc:2019",
            "abc:2019.01",
            "abc:19.1",
            "ab:2019.1",
            "ABC:2019.1",
            "-abc:2019.1",
            "abc:2019.1.1",
            "abc:2019.x",
            "abc:2019.9999999999",
            "01932c07-6b80-7000-8000-000000000001:2019.1",
        ] {
            assert_eq!(key(text), None, "{text}");
        }
        assert_eq!(Parent::parse("abc"), Some(Parent::Newest("abc".into())));
        assert_eq!(Parent::parse("abc:2019.1"), key("abc:2019.1").map(Parent::Version));
        assert_eq!(Parent::parse("a b"), None);
    }
}
