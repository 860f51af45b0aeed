//! Money: an exact decimal amount of a currency. Not exchange rates, and no rounding: that is a rule of a
//! funder.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeStruct};
use serde_json::json;
use utoipa::ToSchema;

use super::{check::Fault, codes::CurrencyCode, formats::Invalid};

/// The most digits before and after the point.
const WHOLE_DIGITS: usize = 15;
const DECIMALS: usize = 4;

/// An exact amount of money. Stored as 64-bit minor units ([`Money::minor`]), never a float.
///
/// Reading one checks its shape only; whether the currency has that many decimals says [`Money::check`], so
/// that a body gets all its faults at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(description = "An exact amount of money.",
         examples(json!({"amount": "494813.32", "currency": "EUR"})))]
pub struct Money {
    /// The amount as a decimal string, with at most the currency's decimals.
    #[serde(deserialize_with = "read_amount")]
    #[schema(value_type = String, format = "decimal", min_length = 1, max_length = 21,
             pattern = r"^-?[0-9]{1,15}(\.[0-9]{1,4})?$", examples("494813.32"))]
    amount: Decimal,
    /// The currency of the amount.
    currency: CurrencyCode,
}

/// Why an amount cannot be kept or added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// More decimals than the currency has.
    #[error("more decimals than the {allowed} of {currency}")]
    TooManyDecimals {
        /// The currency.
        currency: CurrencyCode,
        /// Its decimals.
        allowed: u32,
    },
    /// More than 15 digits before the point, or than 64 bits of minor units hold.
    #[error("amount out of range")]
    OutOfRange,
    /// Amounts of two currencies do not add up.
    #[error("{left} and {right} do not add up")]
    CurrencyMismatch {
        /// The currency of the first amount.
        left: CurrencyCode,
        /// The currency of the second.
        right: CurrencyCode,
    },
}

impl MoneyError {
    /// The stable code of the fault.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooManyDecimals { .. } => "too_many_decimals",
            Self::OutOfRange => "out_of_range",
            Self::CurrencyMismatch { .. } => "currency_mismatch",
        }
    }

    /// The fault, for the money that stands at the pointer `at`.
    #[must_use]
    pub fn fault(self, at: &str) -> Fault {
        let (member, params) = match self {
            Self::TooManyDecimals { currency, allowed } => {
                ("amount", json!({"currency": currency, "allowed": allowed}))
            }
            Self::OutOfRange => ("amount", json!({})),
            Self::CurrencyMismatch { left, right } => ("currency", json!({"expected": left, "given": right})),
        };
        let params = params.as_object().cloned().unwrap_or_default();
        Fault { pointer: format!("{at}/{member}"), code: self.code(), params }
    }
}

impl Money {
    /// An amount of a currency.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] beyond 15 digits before the point, [`MoneyError::TooManyDecimals`] when the
    /// currency has fewer.
    pub fn new(amount: Decimal, currency: CurrencyCode) -> Result<Self, MoneyError> {
        let money = Self { amount: unsigned_zero(amount), currency };
        money.check()?;
        Ok(money)
    }

    /// What is stored: minor units (cents), in which 64 bits hold 92 thousand million million euro.
    #[must_use]
    pub fn from_minor(minor: i64, currency: CurrencyCode) -> Self {
        Self { amount: Decimal::new(minor, currency.minor_digits()), currency }
    }

    /// The amount in minor units of the currency.
    ///
    /// Counts decimals as written: `"10.000"` EUR is refused although it equals 10, since it may as well have
    /// meant ten thousand.
    ///
    /// # Errors
    /// [`MoneyError::TooManyDecimals`], [`MoneyError::OutOfRange`].
    pub fn minor(&self) -> Result<i64, MoneyError> {
        let allowed = self.currency.minor_digits();
        let missing = allowed
            .checked_sub(self.amount.scale())
            .ok_or(MoneyError::TooManyDecimals { currency: self.currency, allowed })?;
        if self.amount.trunc().abs().mantissa() >= 10_i128.pow(15) {
            return Err(MoneyError::OutOfRange);
        }
        let minor = 10_i128.checked_pow(missing).and_then(|unit| self.amount.mantissa().checked_mul(unit));
        minor.and_then(|minor| i64::try_from(minor).ok()).ok_or(MoneyError::OutOfRange)
    }

    /// Whether the amount can be kept.
    ///
    /// # Errors
    /// Those of [`Money::minor`].
    pub fn check(&self) -> Result<(), MoneyError> {
        self.minor().map(|_| ())
    }

    /// The sum of two amounts of one currency.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`], and those of [`Money::minor`] for the sum and its parts.
    pub fn checked_add(&self, other: &Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency });
        }
        self.check()?;
        other.check()?;
        Self::new(self.amount.checked_add(other.amount).ok_or(MoneyError::OutOfRange)?, self.currency)
    }

    /// The amount.
    #[must_use]
    pub fn amount(&self) -> Decimal {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub fn currency(&self) -> CurrencyCode {
        self.currency
    }

    /// The amount as the API prints it: exactly the currency's decimals, or those written when they are too
    /// many.
    #[must_use]
    pub fn amount_text(&self) -> String {
        let mut amount = self.amount;
        amount.rescale(amount.scale().max(self.currency.minor_digits()));
        amount.to_string()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount_text(), self.currency)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut money = serializer.serialize_struct("Money", 2)?;
        money.serialize_field("amount", &self.amount_text())?;
        money.serialize_field("currency", &self.currency)?;
        money.end()
    }
}

fn read_amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    parse_amount(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// Reads `-?\d{1,15}(\.\d{1,4})?` and keeps the decimals as written.
///
/// # Errors
/// [`Invalid`] for another shape.
pub fn parse_amount(s: &str) -> Result<Decimal, Invalid> {
    let unsigned = s.strip_prefix('-').unwrap_or(s);
    let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(w, f)| (w, Some(f)));
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let shape = digits(whole, WHOLE_DIGITS) && fraction.is_none_or(|fraction| digits(fraction, DECIMALS));
    let amount = shape.then(|| Decimal::from_str_exact(s).ok()).flatten();
    amount.map(unsigned_zero).ok_or(Invalid { format: "decimal" })
}

/// `-0.00` is 0.00.
fn unsigned_zero(mut amount: Decimal) -> Decimal {
    if amount.is_zero() {
        amount.set_sign_positive(true);
    }
    amount
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn currency(code: &str) -> CurrencyCode {
        CurrencyCode::parse(code).unwrap()
    }

    fn money(amount: &str, code: &str) -> Money {
        serde_json::from_value(json!({"amount": amount, "currency": code})).unwrap()
    }

    #[test]
    fn prints_exactly_the_decimals_of_the_currency() {
        for (given, code, printed) in [
            ("494813.32", "EUR", "494813.32"),
            ("10", "EUR", "10.00"),
            ("10.5", "EUR", "10.50"),
            ("10", "JPY", "10"),
            ("1.5", "KWD", "1.500"),
            ("-0.00", "EUR", "0.00"),
            ("-0", "JPY", "0"),
            ("007", "EUR", "7.00"),
            ("1.2345", "EUR", "1.2345"),
        ] {
            let json = serde_json::to_value(money(given, code)).unwrap();
            assert_eq!(json, json!({"amount": printed, "currency": code}), "{given}");
            assert_eq!(serde_json::from_value::<Money>(json).unwrap(), money(given, code));
        }
        assert_eq!(money("10", "LVL").to_string(), "10.00 LVL");
    }

    #[test]
    fn minor_units() {
        for (amount, code, minor) in [
            ("494813.32", "EUR", 49_481_332),
            ("10", "EUR", 1000),
            ("10", "JPY", 10),
            ("-1.5", "KWD", -1500),
            ("0.0001", "UYW", 1),
            ("999999999999999.99", "EUR", 99_999_999_999_999_999),
            ("-999999999999999", "JPY", -999_999_999_999_999),
        ] {
            assert_eq!(money(amount, code).minor(), Ok(minor), "{amount} {code}");
            assert_eq!(Money::from_minor(minor, currency(code)), money(amount, code));
        }
    }

    #[test]
    fn more_decimals_than_the_currency_has_are_a_fault() {
        for (amount, code, allowed) in
            [("10.000", "EUR", 2), ("0.001", "LVL", 2), ("10.0", "JPY", 0), ("1.0005", "KWD", 3)]
        {
            let error = money(amount, code).check().unwrap_err();
            assert_eq!(error, MoneyError::TooManyDecimals { currency: currency(code), allowed });
            let fault = error.fault("/lines/0/amount");
            assert_eq!((fault.pointer.as_str(), fault.code), ("/lines/0/amount/amount", "too_many_decimals"));
            assert_eq!(Value::from(fault.params), json!({"currency": code, "allowed": allowed}));
        }
    }

    #[test]
    fn what_64_bits_do_not_hold_is_out_of_range() {
        // 15 digits with 4 decimals: the one case in which the shape allows more than the store.
        assert_eq!(money("999999999999999.9999", "UYW").minor(), Err(MoneyError::OutOfRange));
        assert_eq!(Money::new(Decimal::MAX, currency("JPY")), Err(MoneyError::OutOfRange));
        let limit = Decimal::from_str_exact("1000000000000000").unwrap();
        assert_eq!(Money::new(limit, currency("EUR")), Err(MoneyError::OutOfRange));
        assert_eq!(MoneyError::OutOfRange.fault("").pointer, "/amount");
    }

    #[test]
    fn sums() {
        assert_eq!(money("0.10", "EUR").checked_add(&money("0.2", "EUR")), Ok(money("0.3", "EUR")));
        let big = money("999999999999999.99", "EUR");
        assert_eq!(big.checked_add(&money("0.01", "EUR")), Err(MoneyError::OutOfRange));
        assert_eq!(money("1.005", "EUR").checked_add(&big).unwrap_err().code(), "too_many_decimals");
        let mixed = money("1", "EUR").checked_add(&money("1", "LVL")).unwrap_err();
        assert_eq!(mixed.code(), "currency_mismatch");
        let fault = mixed.fault("/total");
        assert_eq!(
            (fault.pointer.as_str(), Value::from(fault.params)),
            ("/total/currency", json!({"expected": "EUR", "given": "LVL"}))
        );
    }

    #[test]
    fn other_shapes_are_refused() {
        for no in [
            "",
            "-",
            ".5",
            "5.",
            "1.23456",
            "1234567890123456",
            "1,5",
            "1 000",
            "+1",
            "--1",
            "1e3",
            "0x1",
            "1_000",
            "٣",
            "NaN",
            "79228162514264337593543950335",
            " 1",
            "1\n",
        ] {
            assert!(parse_amount(no).is_err(), "{no:?}");
        }
        for no in [
            json!({"amount": 10, "currency": "EUR"}),
            json!({"amount": "10"}),
            json!({"amount": "10", "currency": "ABC"}),
            json!({"amount": "10", "currency": "EUR", "vat": "0"}),
            json!("10 EUR"),
            json!(["10", "EUR", 1]),
        ] {
            assert!(serde_json::from_value::<Money>(no.clone()).is_err(), "{no}");
        }
    }

    #[test]
    fn from_minor_holds_any_stored_number() {
        assert_eq!(Money::from_minor(i64::MIN, currency("EUR")).amount_text(), "-92233720368547758.08");
        assert_eq!(Money::from_minor(i64::MAX, currency("JPY")).amount_text(), "9223372036854775807");
        assert_eq!(Money::from_minor(0, currency("KWD")).amount_text(), "0.000");
    }

    proptest! {
        #[test]
        fn minor_units_lead_back(minor in -99_999_999_999_999_999_i64..=99_999_999_999_999_999) {
            let money = Money::from_minor(minor, currency("EUR"));
            let json = serde_json::to_value(money).unwrap();
            prop_assert_eq!(serde_json::from_value::<Money>(json).unwrap().minor(), Ok(minor));
        }

        #[test]
        fn a_shape_is_never_rounded(whole in "[1-9][0-9]{0,14}", fraction in "[0-9]{1,4}") {
            let text = format!("{whole}.{fraction}");
            prop_assert_eq!(parse_amount(&text).unwrap().to_string(), text);
        }

        #[test]
        fn no_string_breaks_an_amount_and_what_is_read_is_written_alike(s in "\\PC{0,20}|[-+0-9.,eE ]{0,32}") {
            if let Ok(amount) = parse_amount(&s) {
                prop_assert_eq!(parse_amount(&amount.to_string()).unwrap().to_string(), amount.to_string());
                prop_assert!(s.bytes().all(|b| b.is_ascii_digit() || b"-.".contains(&b)), "{}", s);
            }
        }

        #[test]
        fn no_object_breaks_money(amount in "\\PC{0,12}|-?[0-9]{1,20}(\\.[0-9]{0,6})?", code in "[A-Z]{3}|\\PC{0,4}") {
            let json = serde_json::json!({"amount": amount, "currency": code});
            if let Ok(money) = serde_json::from_value::<Money>(json) {
                let again = serde_json::to_value(money).unwrap();
                prop_assert_eq!(serde_json::from_value::<Money>(again).unwrap(), money);
            }
        }
    }
}
