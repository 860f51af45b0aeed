//! What is owed under an agreement, and until when: worked out from its terms and its facts. Pure: nothing is stored here,
//! and no date is "today".
use crate::regimes::calendar::{Calendar, DayOff, Due, tile};
use crate::regimes::condition::Condition;
use crate::regimes::model::Term as Length;
use crate::regimes::terms::{PERIODS, Terms, explicit};
use crate::shared::dates::YEARS;
use crate::shared::text::lines;
use chrono::NaiveDate;
use entity::vocab::{Confidence, ObligationKind, Severity, Word};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Facts of an agreement that dates hang on. What is absent is not known.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The implementation period, both ends included.
    pub start: Option<NaiveDate>,
    pub end: Option<NaiveDate>,
    /// Days that terms run from, by the name that regimes give them.
    pub anchors: BTreeMap<&'static str, NaiveDate>,
    /// What conditions ask.
    pub known: Map<String, Value>,
}

/// A reporting period, both ends included; the first has the number 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportingPeriod {
    pub number: usize,
    pub start: NaiveDate,
    pub end: NaiveDate,
}

/// What is owed, or can be done until a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The entry of the regime that asks for it, and what it asks it for: `agreement`, `period-1`.
    pub entry: String,
    pub subject: String,
    pub kind: ObligationKind,
    pub document_type: String,
    pub bundle: Vec<String>,
    pub period: Option<ReportingPeriod>,
    /// None where a fact is missing.
    pub due_on: Option<NaiveDate>,
    pub by_role: Option<String>,
    pub to_role: Option<String>,
    pub severity: Severity,
    pub confidence: Option<Confidence>,
    pub computed: Computation,
}

/// How a due date came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Computation {
    /// The version of the regime, as `id:version`.
    #[schema(max_length = 80, pattern = "^[a-z0-9-]+:[0-9.]+$", example = "eu-prag-icmpd-mpf:2019.1")]
    pub regime: String,
    /// The parameter of the terms that says how long.
    #[schema(format = "line", max_length = 200, example = "reporting.obligations[final].offset")]
    pub parameter: String,
    /// What the term runs from.
    #[schema(max_length = 100, pattern = "^[a-z_.]+$", example = "implementation.end")]
    pub anchor: String,
    /// That day; null where it is not known.
    #[schema(required)]
    pub anchor_on: Option<NaiveDate>,
    /// How long it runs: an ISO 8601 duration.
    #[schema(max_length = 20, pattern = "^P[0-9YMD]+$", example = "P3M")]
    pub offset: String,
    /// `after` or `before` that day.
    #[schema(max_length = 20, pattern = "^[a-z]+$", example = "after")]
    pub direction: String,
    /// The day before it was moved to a working day; null where it was not moved.
    #[schema(required)]
    pub unrolled_on: Option<NaiveDate>,
    /// Why it was moved.
    #[schema(required, format = "line", max_length = 200, example = "Saturday")]
    pub rolled_because: Option<String>,
    /// Whether the list of holidays did not reach that year: only weekends were heeded.
    pub beyond_calendar: bool,
    /// Whether a holiday counted that was not read in a published list.
    pub from_memory: bool,
    /// Facts that are missing.
    #[schema(schema_with = lines)]
    pub missing: Vec<String>,
    /// Entries of the regime that might ask for something else, were a fact known; or the last year that dates may have,
    /// where the day would be after it.
    #[schema(schema_with = lines)]
    pub notes: Vec<String>,
    /// The version of the agreement's record that it was worked out from.
    #[schema(minimum = 1)]
    pub agreement_version: i64,
}

/// The reporting periods of an agreement: those that it names one by one, or else as long as its terms say. None where
/// its implementation period is not known, or its terms know no reporting periods.
pub fn periods(terms: &Terms, facts: &Facts) -> Vec<ReportingPeriod> {
    let (Some(start), Some(end)) = (facts.start, facts.end) else { return Vec::new() };
    let reporting = &terms.document["reporting"];
    let named = PERIODS.rsplit('.').next().and_then(|name| explicit(&reporting[name]));
    let spans = named.unwrap_or_else(|| {
        let months = reporting["period_months"].as_u64().and_then(|months| u32::try_from(months).ok());
        months.map_or(Vec::new(), |months| tile(start, end, months))
    });
    let numbered = spans.into_iter().enumerate();
    numbered.map(|(index, (start, end))| ReportingPeriod { number: index + 1, start, end }).collect()
}

/// An entry that terms ask for: of `reporting.obligations`, or a rule that knows a last day.
struct Entry<'a> {
    id: &'a str,
    parameter: String,
    kind: ObligationKind,
    document_type: &'a str,
    anchor: &'a str,
    offset: &'a str,
    before: bool,
    severity: Severity,
    body: &'a Value,
}

/// Rules that know a last day, and the parameter with its length: the latest day to ask for an extension, and the day
/// on which the execution of the agreement ends at the latest (A06, A10 of the catalogue).
const WINDOWS: [(&str, &str, &str, bool); 2] =
    [("A06", "notice", "extension_request", true), ("A10", "offset", "execution_end", false)];

fn entries(terms: &Terms) -> Vec<Entry<'_>> {
    fn list(value: &Value) -> &[Value] {
        value.as_array().map_or(&[], Vec::as_slice)
    }
    let mut found = Vec::new();
    for body in list(&terms.document["reporting"]["obligations"]) {
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        found.push(Entry {
            id: text("id"),
            parameter: format!("reporting.obligations[{}].offset", text("id")),
            kind: ObligationKind::Duty,
            document_type: text("doc_type"),
            anchor: text("anchor"),
            offset: text("offset"),
            before: body["direction"] == "before",
            severity: severity(&body["severity_if_late"]).unwrap_or(Severity::Warning),
            body,
        });
    }
    for (rule, length, document_type, before) in WINDOWS {
        let body = list(&terms.document["rules"]).iter().find(|body| body["rule"] == rule);
        let Some(body) = body.filter(|body| body["enabled"] != false) else { continue };
        let Some(offset) = body["with"][length].as_str() else { continue };
        found.push(Entry {
            id: rule,
            parameter: format!("rules[{rule}].with.{length}"),
            kind: ObligationKind::Window,
            document_type,
            anchor: body["with"]["before"].as_str().unwrap_or("implementation.end"),
            offset,
            before,
            severity: severity(&body["severity"]).unwrap_or(Severity::Info),
            body,
        });
    }
    found
}

fn severity(value: &Value) -> Option<Severity> {
    Severity::from_code(value.as_str()?)
}

/// All that is owed under an agreement of these terms, in the order of the terms.
pub fn plan(terms: &Terms, facts: &Facts, agreement_version: i64) -> Vec<Planned> {
    let calendar = Calendar::read(&terms.document["calendar"]);
    let periods = periods(terms, facts);
    let mut planned: Vec<Planned> = Vec::new();
    let mut replaced: Vec<String> = Vec::new();
    for entry in entries(terms) {
        let when = Condition::read(&entry.body["when"]);
        let applies = when.as_ref().map_or(Some(true), |when| when.holds(&facts.known));
        let unknown = when.iter().flat_map(|when| when.unknown(&facts.known)).next();
        let replaces = entry.body["replaces"].as_str();
        let missing = match (applies, replaces) {
            (Some(false), _) => continue,
            (Some(true), replaces) => {
                replaced.extend(replaces.map(str::to_owned));
                None
            }
            // Where that can't be known, what it would replace stays, with a note.
            (None, Some(replaces)) => {
                let note = format!("{} ({})", entry.id, unknown.unwrap_or_default());
                let of = planned.iter_mut().filter(|one| one.entry == replaces);
                of.for_each(|one| one.computed.notes.push(note.clone()));
                continue;
            }
            (None, None) => unknown.map(str::to_owned),
        };
        for subject in subjects(&entry, &periods, facts) {
            planned.push(one(terms, &calendar, &entry, subject, missing.clone(), facts, agreement_version));
        }
    }
    planned.retain(|one| !replaced.contains(&one.entry));
    planned
}

/// What an entry asks for. Nothing where the register has no such subjects: those of partners, deliverables, requests.
fn subjects(entry: &Entry<'_>, periods: &[ReportingPeriod], facts: &Facts) -> Vec<Option<ReportingPeriod>> {
    let family = entry.anchor.split('.').next().unwrap_or_default();
    let for_each = entry.body["for_each"].as_str().unwrap_or(match family {
        "agreement" | "implementation" | "payment" | "report" => "agreement",
        "reporting_period" => "reporting_period",
        _ => "",
    });
    match for_each {
        "agreement" => vec![None],
        "reporting_period" => {
            let last = periods.last().map_or(0, |period| period.number);
            let fits = |period: &&ReportingPeriod| {
                let is_last = period.number == last;
                !(is_last && entry.body["except_last"] == true || !is_last && entry.body["last_only"] == true)
            };
            let known = facts.start.is_some() && facts.end.is_some();
            if known { periods.iter().filter(fits).map(|period| Some(*period)).collect() } else { vec![None] }
        }
        _ => Vec::new(),
    }
}

fn one(
    terms: &Terms,
    calendar: &Calendar,
    entry: &Entry<'_>,
    period: Option<ReportingPeriod>,
    missing: Option<String>,
    facts: &Facts,
    agreement_version: i64,
) -> Planned {
    let anchor_on = match (entry.anchor, period) {
        ("reporting_period.end", Some(period)) => Some(period.end),
        ("implementation.start", _) => facts.start,
        ("implementation.end", _) => facts.end,
        (name, _) => facts.anchors.get(name).copied(),
    };
    let mut missing: Vec<String> = missing.into_iter().collect();
    if anchor_on.is_none() {
        missing.push(entry.anchor.to_owned());
    }
    let due: Option<Due> = anchor_on.filter(|_| missing.is_empty()).and_then(|day| {
        let length = Length::parse(entry.offset)?;
        if entry.before { calendar.due_before(day, length) } else { calendar.due_after(day, length) }
    });
    let notes = match due {
        None if missing.is_empty() => vec![format!("after {}", YEARS.end())],
        _ => Vec::new(),
    };
    let text = |name: &str| entry.body[name].as_str().map(str::to_owned);
    let bundle = entry.body["bundle"].as_array().map_or(&[][..], Vec::as_slice);
    let moved = due.filter(|due| due.due != due.unrolled);
    Planned {
        entry: entry.id.to_owned(),
        subject: period.map_or("agreement".to_owned(), |period| format!("period-{}", period.number)),
        kind: entry.kind,
        document_type: entry.document_type.to_owned(),
        bundle: bundle.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        period,
        due_on: due.map(|due| due.due),
        by_role: text("by_role"),
        to_role: text("to_role"),
        severity: entry.severity,
        confidence: terms.find(&entry.parameter).and_then(|term| term.confidence),
        computed: Computation {
            regime: terms.regime.to_string(),
            parameter: entry.parameter.clone(),
            anchor: entry.anchor.to_owned(),
            anchor_on,
            offset: entry.offset.to_owned(),
            direction: if entry.before { "before" } else { "after" }.to_owned(),
            unrolled_on: moved.map(|due| due.unrolled),
            rolled_because: moved.and_then(|due| due.rolled_because).map(reason),
            beyond_calendar: due.is_some_and(|due| due.beyond_calendar),
            from_memory: due.is_some_and(|due| due.from_memory),
            missing,
            notes,
            agreement_version,
        },
    }
}

fn reason(day: DayOff) -> String {
    match day {
        DayOff::Saturday => "Saturday".to_owned(),
        DayOff::Sunday => "Sunday".to_owned(),
        DayOff::Holiday { en, .. } => en.to_owned(),
    }
}

#[cfg(test)]
mod tests;
