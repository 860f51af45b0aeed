//! A regime's parameters as the rules want them: read once per regime, with what nobody has confirmed. Not inheritance
//! and not overrides: what comes in is already resolved, and its schema has accepted it.
use super::catalogue::{self, CATALOGUE};
use super::visibility::Visibility;
use crate::regimes::calendar::Calendar;
use crate::regimes::condition::Condition;
use crate::regimes::model::Term;
use entity::vocab::{Severity, Word};
use regex::{Regex, RegexBuilder};
use rust_decimal::Decimal;
use serde_json::Value;

/// Bytes that a compiled pattern of agreement numbers may take.
const LARGEST_PATTERN: usize = 1 << 20;

#[derive(Clone, Debug, Default)]
pub struct Parameters {
    pub calendar: Calendar,
    pub reference_pattern: Option<Regex>,
    pub period_months: Option<u32>,
    pub obligations: Vec<ObligationTerms>,
    pub visibility: Visibility,
    pub evidence: Vec<EvidenceTerms>,
    pub retention: Option<RetentionTerms>,
    rules: Vec<RuleTerms>,
}

/// How a regime wants a rule.
#[derive(Clone, Debug)]
pub struct RuleTerms {
    pub id: &'static str,
    pub severity: Severity,
    pub when: Option<Condition>,
    /// Places in the regime that nobody has confirmed.
    pub unconfirmed: Vec<String>,
    with: Value,
}

#[derive(Clone, Debug)]
pub struct ObligationTerms {
    pub id: String,
    pub doc_type: String,
    pub anchor: String,
    pub offset: Term,
    pub before: bool,
    pub when: Option<Condition>,
    pub replaces: Option<String>,
    pub severity: Option<Severity>,
    pub unconfirmed: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct EvidenceTerms {
    pub event_type: String,
    pub mode: Option<String>,
    pub required: Vec<String>,
    pub recommended: Vec<String>,
    pub within: Term,
    pub unconfirmed: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct RetentionTerms {
    pub anchor: String,
    pub end_of_year: bool,
    pub years: u32,
    pub low_value: Option<(Decimal, u32)>,
    pub extended_by: Vec<String>,
    pub unconfirmed: Vec<String>,
}

/// Reads places of a regime, and whether they are confirmed.
pub(super) struct Reader<'a> {
    confirmed: &'a [String],
}

impl Reader<'_> {
    /// The place, if what stands there is from memory or to be confirmed and no clause of the agreement covers it.
    pub(super) fn doubt(&self, entry: &Value, place: &str) -> Vec<String> {
        let unsure = matches!(entry["confidence"].as_str(), Some("memory" | "to_confirm"));
        let covers = |path: &String| {
            place == path || place.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        if unsure && !self.confirmed.iter().any(covers) { vec![place.to_owned()] } else { Vec::new() }
    }
}

impl Parameters {
    /// Reads a resolved regime. `confirmed` are JSON pointers into it that a clause of the agreement vouches for, each
    /// with all below it.
    pub fn read(regime: &Value, confirmed: &[String]) -> Self {
        let reader = Reader { confirmed };
        let months = regime["reporting"]["period_months"].as_u64();
        Self {
            calendar: Calendar::read(&regime["calendar"]),
            reference_pattern: regime["reference_pattern"].as_str().and_then(pattern),
            period_months: months.and_then(|months| u32::try_from(months).ok()).filter(|months| *months > 0),
            obligations: entries(&regime["reporting"]["obligations"], "/reporting/obligations")
                .filter_map(|(entry, place)| ObligationTerms::read(entry, &place, &reader))
                .collect(),
            visibility: Visibility::read(&regime["visibility"], &reader),
            evidence: entries(&regime["evidence"], "/evidence")
                .filter_map(|(entry, place)| EvidenceTerms::read(entry, &place, &reader))
                .collect(),
            retention: RetentionTerms::read(&regime["retention"], &reader),
            rules: entries(&regime["rules"], "/rules")
                .filter_map(|(entry, place)| RuleTerms::read(entry, &place, &reader))
                .collect(),
        }
    }

    /// Adds the rules that every regime needs, as the catalogue has them, where this one does not mention them.
    #[must_use]
    pub fn and_everywhere(mut self, regime: &Value) -> Self {
        let mentioned = |id: &str| entries(&regime["rules"], "").any(|(entry, _)| entry["rule"] == id);
        for entry in CATALOGUE.iter().filter(|entry| entry.everywhere && !mentioned(entry.id)) {
            self.rules.push(RuleTerms {
                id: entry.id,
                severity: entry.severity,
                when: None,
                unconfirmed: Vec::new(),
                with: Value::Null,
            });
        }
        self
    }

    /// The rules that are wanted and computed, in the order of the catalogue.
    pub fn rules(&self) -> impl Iterator<Item = &RuleTerms> {
        let of = |id: &str| self.rules.iter().find(|rule| rule.id == id);
        CATALOGUE.iter().filter(|entry| entry.implemented).filter_map(move |entry| of(entry.id))
    }

    /// The entry of an obligation.
    pub fn obligation(&self, id: &str) -> Option<&ObligationTerms> {
        self.obligations.iter().find(|entry| entry.id == id)
    }
}

impl RuleTerms {
    fn read(entry: &Value, place: &str, reader: &Reader) -> Option<Self> {
        let known = catalogue::find(entry["rule"].as_str()?)?;
        if entry["enabled"] == false {
            return None;
        }
        Some(Self {
            id: known.id,
            severity: entry["severity"].as_str().and_then(Severity::from_code).unwrap_or(known.severity),
            when: Condition::read(&entry["when"]),
            unconfirmed: reader.doubt(entry, place),
            with: entry["with"].clone(),
        })
    }

    /// A parameter that is a term; what it is otherwise.
    pub fn term(&self, name: &str, otherwise: Term) -> Term {
        self.term_of(name).unwrap_or(otherwise)
    }

    /// A parameter that is a term, where the regime gives one.
    pub fn term_of(&self, name: &str) -> Option<Term> {
        self.with[name].as_str().and_then(Term::parse)
    }

    /// A parameter that is an amount; what it is otherwise.
    pub fn amount(&self, name: &str, otherwise: Decimal) -> Decimal {
        self.with[name].as_str().and_then(|text| Decimal::from_str_exact(text).ok()).unwrap_or(otherwise)
    }

    /// A parameter that is a list of words, where the regime gives one.
    pub fn words(&self, name: &str) -> Option<Vec<&str>> {
        self.with[name].as_array().map(|list| list.iter().filter_map(Value::as_str).collect())
    }

    /// A parameter that is a whole number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.with[name].as_u64()
    }

    /// A parameter that is yes or no; what it is otherwise.
    pub fn flag(&self, name: &str, otherwise: bool) -> bool {
        self.with[name].as_bool().unwrap_or(otherwise)
    }
}

impl ObligationTerms {
    fn read(entry: &Value, place: &str, reader: &Reader) -> Option<Self> {
        Some(Self {
            id: entry["id"].as_str()?.to_owned(),
            doc_type: entry["doc_type"].as_str()?.to_owned(),
            anchor: entry["anchor"].as_str()?.to_owned(),
            offset: Term::parse(entry["offset"].as_str()?)?,
            before: entry["direction"] == "before",
            when: Condition::read(&entry["when"]),
            replaces: entry["replaces"].as_str().map(str::to_owned),
            severity: entry["severity_if_late"].as_str().and_then(Severity::from_code),
            unconfirmed: reader.doubt(entry, place),
        })
    }
}

impl EvidenceTerms {
    fn read(entry: &Value, place: &str, reader: &Reader) -> Option<Self> {
        Some(Self {
            event_type: entry["event_type"].as_str()?.to_owned(),
            mode: entry["mode"].as_str().map(str::to_owned),
            required: words(&entry["required"]),
            recommended: words(&entry["recommended"]),
            within: Term::parse(entry["within"].as_str()?)?,
            unconfirmed: reader.doubt(entry, place),
        })
    }
}

impl RetentionTerms {
    fn read(block: &Value, reader: &Reader) -> Option<Self> {
        let years = |value: &Value| value.as_u64().and_then(|years| u32::try_from(years).ok());
        let low = &block["low_value"];
        let amount = low["max_grant"].as_str().and_then(|text| Decimal::from_str_exact(text).ok());
        Some(Self {
            anchor: block["anchor"].as_str()?.to_owned(),
            end_of_year: block["anchor_shift"] == "end_of_calendar_year",
            years: years(&block["years"])?,
            low_value: amount.zip(years(&low["years"])),
            extended_by: words(&block["extended_by_open"]),
            unconfirmed: reader.doubt(block, "/retention"),
        })
    }
}

pub(super) fn entries<'a>(list: &'a Value, at: &str) -> impl Iterator<Item = (&'a Value, String)> {
    let place = move |(index, entry)| (entry, format!("{at}/{index}"));
    list.as_array().into_iter().flatten().enumerate().map(place).collect::<Vec<_>>().into_iter()
}

fn words(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A pattern must describe the whole number, whether or not it says so itself.
fn pattern(text: &str) -> Option<Regex> {
    RegexBuilder::new(&format!("^(?:{text})$")).size_limit(LARGEST_PATTERN).build().ok()
}
