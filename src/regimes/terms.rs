//! The terms of one agreement: its regime with what that inherits, and over it what the programme, the agreement and its
//! amendments say otherwise, each with the clause. Pure; where these come from is not known here.
use super::content;
use super::inherit::{resolve, resolve_with};
use super::model::RegimeKey;
use super::path::{Leaf, Path, leaves};
use super::schema::{self, Form};
use crate::shared::check::Faults;
use chrono::NaiveDate;
use entity::vocab::{Confidence, Word};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// The explicit reporting periods of an agreement: the one parameter that no funder's rules can have.
pub const PERIODS: &str = "reporting.periods";

/// Who said something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TermOrigin {
    /// Where it stands: in a regime that the pinned one extends, in the pinned one, or in what takes precedence over it.
    pub level: TermLevel,
    /// The regime, where it is one.
    #[schema(required)]
    pub regime: Option<RegimeKey>,
    /// The clause that was quoted for an override.
    #[schema(required, format = "text", max_length = 2000)]
    pub clause: Option<String>,
    /// The paper that the clause stands in.
    #[schema(required, format = "text", max_length = 2000)]
    pub document: Option<String>,
    /// The same, where it is kept here.
    #[schema(required)]
    pub document_id: Option<Uuid>,
}

/// From the weakest to the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TermLevel {
    Parent,
    Regime,
    Programme,
    Agreement,
    Amendment,
}

/// A single parameter that is said otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    pub path: String,
    pub value: Value,
    pub origin: TermOrigin,
}

/// A parameter of an agreement.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Term {
    /// Which one: `reporting.obligations[final].offset`.
    #[schema(format = "line", max_length = 200, example = "reporting.obligations[final].offset")]
    pub path: String,
    #[schema(required, value_type = Value)]
    pub value: Value,
    pub origin: TermOrigin,
    /// Null where the regime does not say.
    #[schema(required)]
    pub confidence: Option<Confidence>,
    /// What it rests on, in the regime's words.
    #[schema(required, format = "text", max_length = 2000)]
    pub source: Option<String>,
    /// The same place as a JSON pointer into the resolved regime.
    #[schema(format = "json-pointer", max_length = 2000, example = "/reporting/obligations/1/offset")]
    pub pointer: String,
}

/// All parameters of an agreement.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    pub regime: RegimeKey,
    /// What regimes and overrides make together.
    pub document: Value,
    /// Every parameter, in the order of the regime.
    pub all: Vec<Term>,
    /// Paths of overrides that lead to nothing that can be said otherwise.
    pub unread: Vec<String>,
}

impl Terms {
    /// `line` is the pinned regime after what it extends, the eldest first; of two overrides of one parameter the later
    /// one counts.
    pub fn new(line: &[(RegimeKey, Value)], overrides: &[Override]) -> Option<Self> {
        let (regime, _) = line.last()?;
        let of = |(index, (key, document)): (usize, &(RegimeKey, Value))| {
            let level = if index + 1 == line.len() { TermLevel::Regime } else { TermLevel::Parent };
            let origin = TermOrigin {
                level,
                regime: Some(key.clone()),
                clause: None,
                document: None,
                document_id: None,
            };
            (origin, document.clone())
        };
        let mut layers: Vec<(TermOrigin, Value)> = line.iter().enumerate().map(of).collect();
        let (base, mut unread) = (resolve(line), Vec::new());
        for one in overrides {
            match Path::parse(&one.path).filter(|path| path.fits(&base.document)) {
                Some(path) => layers.push((one.origin.clone(), path.saying(one.value.clone()))),
                None => unread.push(one.path.clone()),
            }
        }
        let further = layers.len() - line.len();
        let resolved = resolve_with(&layers, further);
        let one = |leaf: Leaf<'_>| {
            let origin = origin(&resolved.origins, &leaf.pointer)?.clone();
            // Whoever quotes the clause has read it.
            let confidence = match origin.level {
                TermLevel::Parent | TermLevel::Regime => leaf.confidence.and_then(Confidence::from_code),
                _ => Some(Confidence::Found),
            };
            let source = leaf.source.map(str::to_owned);
            Some(Term {
                path: leaf.path,
                value: leaf.value.clone(),
                origin,
                confidence,
                source,
                pointer: leaf.pointer,
            })
        };
        let all = leaves(&resolved.document).into_iter().filter_map(one).collect();
        Some(Self { regime: regime.clone(), document: resolved.document, all, unread })
    }

    /// Whether anything of it is said otherwise than in a regime.
    pub fn is_overridden(&self) -> bool {
        !self.unread.is_empty() || self.all.iter().any(|term| term.origin.regime.is_none())
    }

    /// Places that a clause vouches for, as JSON pointers.
    pub fn confirmed(&self) -> Vec<String> {
        self.all.iter().filter(|term| term.origin.regime.is_none()).map(|term| term.pointer.clone()).collect()
    }

    /// A parameter by its path.
    pub fn find(&self, path: &str) -> Option<&Term> {
        self.all.iter().find(|term| term.path == path)
    }

    /// What is wrong with them: an override that says what no regime can say. Told at the parameter's path.
    pub fn faults(&self) -> Faults {
        let mut document = self.document.clone();
        let mut faults = Faults::default();
        if let Some(reporting) = document.get_mut("reporting").and_then(Value::as_object_mut)
            && let Some(periods) = reporting.shift_remove("periods")
            && explicit(&periods).is_none()
        {
            let expected =
                "a list of {\"start\": …, \"end\": …}, each beginning the day after the one before ends";
            faults.add("/reporting/periods", "wrong_type", json!({"expected": expected}));
        }
        faults.extend_at("", schema::faults(Form::Whole, &document));
        if faults.is_empty() {
            faults.extend_at("", content::check(&document));
            faults.extend_at("", content::check_whole(&document));
        }
        faults
    }
}

/// Who said what stands at a JSON pointer.
fn origin<'a>(origins: &'a [(String, TermOrigin)], pointer: &str) -> Option<&'a TermOrigin> {
    let holds = |place: &str| {
        pointer.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let around = origins.iter().filter(|(place, _)| holds(place));
    let inside = || origins.iter().find(|(place, _)| place.starts_with(&format!("{pointer}/")));
    around.max_by_key(|(place, _)| place.len()).or_else(inside).map(|(_, origin)| origin)
}

/// The explicit reporting periods in a value; none where it holds anything else, or periods that do not join on.
pub fn explicit(value: &Value) -> Option<Vec<(NaiveDate, NaiveDate)>> {
    let period = |entry: &Value| {
        let day = |name: &str| crate::shared::dates::parse_business_date(entry[name].as_str()?).ok();
        let only = entry.as_object()?.len() == 2;
        let (start, end) = (day("start")?, day("end")?);
        (only && start <= end).then_some((start, end))
    };
    let periods: Vec<_> = value.as_array()?.iter().map(period).collect::<Option<_>>()?;
    let join = periods.windows(2).all(|pair| pair[0].1.succ_opt() == Some(pair[1].0));
    (join && !periods.is_empty() && periods.len() <= 500).then_some(periods)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use crate::regimes::documents;

    fn line(id: &str) -> Vec<(RegimeKey, Value)> {
        let found = documents().into_iter().find(|(key, _)| key.id == id).unwrap();
        vec![found]
    }

    fn over(path: &str, value: Value) -> Override {
        let origin = TermOrigin {
            level: TermLevel::Agreement,
            regime: None,
            clause: Some("Special Conditions, article 2".into()),
            document: None,
            document_id: None,
        };
        Override { path: path.into(), value, origin }
    }

    #[test]
    fn overrides_stand_over_the_regime_and_say_so() {
        let path = "reporting.obligations[final].offset";
        let terms = Terms::new(
            &line("eu-prag-icmpd-mpf"),
            &[over(path, json!("P6M")), over("retention.years", json!(7))],
        )
        .unwrap();
        assert!(terms.faults().is_empty(), "{:?}", terms.faults());
        let of = |path: &str| terms.find(path).unwrap();
        assert_eq!(
            (&of(path).value, of(path).origin.level, of(path).confidence),
            (&json!("P6M"), TermLevel::Agreement, Some(Confidence::Found))
        );
        assert_eq!(
            (of("retention.years").confidence, of("retention.anchor").confidence),
            (Some(Confidence::Found), Some(Confidence::Memory))
        );
        let other = of("reporting.obligations[interim].offset");
        assert_eq!(
            (&other.value, other.origin.level, other.source.as_deref()),
            (&json!("P60D"), TermLevel::Regime, Some("S12"))
        );
        assert_eq!(terms.document["id"], "eu-prag-icmpd-mpf", "the regime keeps its name");
    }

    #[test]
    fn overrides_that_no_regime_can_say_are_refused() {
        for (path, value, told) in [
            ("reporting.obligations[final].offset", json!("P-3M"), "/reporting/obligations/1/offset"),
            ("calendar.roll", json!("sometimes"), "/calendar/roll"),
            (
                "reporting.periods",
                json!([{"start": "2020-01-01", "end": "2020-02-01"}, {"start": "2020-02-03", "end": "2020-03-01"}]),
                "/reporting/periods",
            ),
        ] {
            let terms = Terms::new(&line("eu-prag-icmpd-mpf"), &[over(path, value)]).unwrap();
            let told_at: Vec<String> = terms.faults().iter().map(|fault| fault.pointer.clone()).collect();
            assert!(told_at.iter().any(|at| at.starts_with(told)), "{path}: {told_at:?}");
        }
    }
}
