//! Exact shares and percentages, as decimal strings. Not money, and never a float.

use std::fmt;

use rust_decimal::Decimal;

use super::{formats::Invalid, string_type};

/// The most decimals a share or percentage may have.
const DECIMALS: usize = 6;

/// A part of a whole, exact: `"0.9499"`, from 0 to 1, at most 6 decimals. Trailing zeros are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(Decimal);

string_type!(Share {
    format: "share",
    length: 1..=8,
    pattern: r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$",
    example: "0.9499",
    description: "A share of a whole, from 0 to 1, as an exact decimal string with at most 6 decimals.",
});

impl Share {
    /// Reads a share.
    ///
    /// # Errors
    /// [`Invalid`] for another shape, more than 6 decimals, or a value above 1.
    pub fn parse(s: &str) -> Result<Self, Invalid> {
        read(s, Decimal::ONE).map(Self).ok_or(Invalid { format: "share" })
    }

    /// The value, 0 to 1.
    #[must_use]
    pub fn value(self) -> Decimal {
        self.0
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A percentage, exact: `"94.99"`, from 0 to 100, at most 6 decimals. Trailing zeros are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percentage(Decimal);

string_type!(Percentage {
    format: "percentage",
    length: 1..=10,
    pattern: r"^((0|[1-9][0-9]?)(\.[0-9]{1,6})?|100(\.0{1,6})?)$",
    example: "94.99",
    description: "A percentage, from 0 to 100, as an exact decimal string with at most 6 decimals.",
});

impl Percentage {
    /// Reads a percentage.
    ///
    /// # Errors
    /// [`Invalid`] for another shape, more than 6 decimals, or a value above 100.
    pub fn parse(s: &str) -> Result<Self, Invalid> {
        read(s, Decimal::ONE_HUNDRED).map(Self).ok_or(Invalid { format: "percentage" })
    }

    /// The value, 0 to 100.
    #[must_use]
    pub fn value(self) -> Decimal {
        self.0
    }
}

impl fmt::Display for Percentage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads `0`, `12`, `12.5`: no sign, no leading zero, no bare point, at most 6 decimals, at most `max`.
fn read(s: &str, max: Decimal) -> Option<Decimal> {
    let (whole, fraction) = s.split_once('.').map_or((s, None), |(w, f)| (w, Some(f)));
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let shape = digits(whole, 3)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(|fraction| digits(fraction, DECIMALS));
    let value = shape.then(|| Decimal::from_str_exact(s).ok()).flatten()?;
    (value <= max).then(|| value.normalize())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shares_are_exact() {
        for (given, kept) in [
            ("0.9499", "0.9499"),
            ("0.950", "0.95"),
            ("0", "0"),
            ("0.0", "0"),
            ("1.000000", "1"),
            ("0.000001", "0.000001"),
        ] {
            let share = Share::parse(given).unwrap();
            assert_eq!(share.to_string(), kept);
            assert_eq!(serde_json::to_value(share).unwrap(), json!(kept));
            assert_eq!(serde_json::from_value::<Share>(json!(kept)).unwrap(), share);
        }
        assert_eq!(Share::parse("0.9499").unwrap().value(), Decimal::new(9499, 4));
    }

    #[test]
    fn shares_out_of_bounds_or_shape_are_refused() {
        for no in [
            "",
            "-0",
            "-0.1",
            "+0.1",
            "1.000001",
            "2",
            "00.5",
            "01",
            ".5",
            "0.",
            "0.1234567",
            "1e-1",
            "0,5",
            " 0.5",
            "0_1",
            "NaN",
            "0.5 ",
            "٠.٥",
        ] {
            assert!(Share::parse(no).is_err(), "{no:?}");
        }
        assert!(serde_json::from_value::<Share>(json!(0.5)).is_err(), "a float");
    }

    #[test]
    fn percentages_are_exact() {
        for (given, kept) in
            [("94.99", "94.99"), ("100", "100"), ("100.0", "100"), ("5.50", "5.5"), ("0", "0"), ("10", "10")]
        {
            let percentage = Percentage::parse(given).unwrap();
            assert_eq!(percentage.to_string(), kept);
            assert_eq!(serde_json::from_value::<Percentage>(json!(given)).unwrap(), percentage);
            assert_eq!(serde_json::to_value(percentage).unwrap(), json!(kept));
        }
        assert_eq!(Percentage::parse("94.99").unwrap().value(), Decimal::new(9499, 2));
        for no in ["100.000001", "101", "1000", "-5", "05", "5%", "33.3333333", ""] {
            assert!(Percentage::parse(no).is_err(), "{no:?}");
        }
    }

    #[test]
    fn they_compare_as_numbers() {
        assert!(Percentage::parse("9.5").unwrap() < Percentage::parse("10").unwrap());
        assert_eq!(Share::parse("0.50").unwrap(), Share::parse("0.5").unwrap());
    }
}
