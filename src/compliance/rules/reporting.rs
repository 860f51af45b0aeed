//! The arithmetic of reports (group B): when they are due, how late they are, which entry of a regime speaks. Typed and
//! without records; what it means for a record is said in the modules below. Nothing is planned here.
use super::facts::AgreementFacts;
use super::parameters::{ObligationTerms, Parameters};
use crate::regimes::calendar::{Calendar, Due};
use crate::regimes::model::Term;
use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};

pub mod figures;
pub mod judge;

/// Documents that end an agreement's reporting.
pub const FINAL: [&str; 3] = ["final_report", "final_periodic_report", "final_reports"];

/// How something due stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Done, on the due day at the latest.
    Met,
    /// Done, so many days after.
    MetLate(i64),
    /// Not done; so many days are left, 0 on the due day.
    Open(i64),
    /// Not done, so many days after.
    Overdue(i64),
}

/// How something due stands: the due day itself is in time (conventions, section 2.0).
pub fn standing(due: NaiveDate, met_on: Option<NaiveDate>, as_of: NaiveDate) -> Standing {
    let since = |date: NaiveDate| date.signed_duration_since(due).num_days();
    // What was done later than the day asked about was not done yet.
    match met_on.filter(|met_on| *met_on <= as_of) {
        Some(met_on) if met_on <= due => Standing::Met,
        Some(met_on) => Standing::MetLate(since(met_on)),
        None if as_of <= due => Standing::Open(-since(as_of)),
        None => Standing::Overdue(since(as_of)),
    }
}

/// When an entry of a regime is due for an anchor (B01 to B03; sources S12, S15, S27, S30, S31).
pub fn due(calendar: &Calendar, entry: &ObligationTerms, anchor: NaiveDate) -> Option<Due> {
    if entry.before {
        calendar.due_before(anchor, entry.offset)
    } else {
        calendar.due_after(anchor, entry.offset)
    }
}

/// Whether an entry speaks for an agreement; none where its condition can't be known. One that stands in for another
/// does so only where its condition is known to hold.
pub fn applies(entry: &ObligationTerms, terms: &Parameters, facts: &AgreementFacts) -> Option<bool> {
    let holds = |entry: &ObligationTerms| match &entry.when {
        None => Some(true),
        Some(when) => when.holds(&facts.conditions),
    };
    let stands_in = |other: &&ObligationTerms| other.replaces.as_deref() == Some(entry.id.as_str());
    if terms.obligations.iter().filter(stands_in).any(|other| holds(other) == Some(true)) {
        return Some(false);
    }
    if entry.replaces.is_some() { Some(holds(entry) == Some(true)) } else { holds(entry) }
}

/// When the final report is due: as planned, else as the regime has it (A01; sources S12, S15).
pub fn final_report_due(facts: &AgreementFacts, terms: &Parameters) -> Option<NaiveDate> {
    let planned = facts.obligations.iter().filter(|o| FINAL.contains(&o.kind.as_str()) && !o.superseded);
    if let Some(due) = planned.filter_map(|obligation| obligation.due_on).max() {
        return Some(due);
    }
    let end = facts.end?;
    let at_end = |entry: &&ObligationTerms| {
        FINAL.contains(&entry.doc_type.as_str())
            && (entry.anchor == "implementation.end" || entry.doc_type == "final_periodic_report")
            && applies(entry, terms, facts) == Some(true)
    };
    let entries = terms.obligations.iter().filter(at_end);
    entries.filter_map(|entry| due(&terms.calendar, entry, end)).map(|due| due.due).max()
}

/// The days of the chain that a partner's report goes through (B04; source S37).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    pub project_report_due: NaiveDate,
    /// None until the partner's report is in.
    pub control_due: Option<NaiveDate>,
}

/// When the project's report and the control of a partner's report are due.
pub fn chain(
    calendar: &Calendar,
    period_end: NaiveDate,
    submitted_on: Option<NaiveDate>,
    project_report: Term,
    control: Term,
) -> Option<Chain> {
    Some(Chain {
        project_report_due: calendar.after(period_end, project_report)?,
        control_due: match submitted_on {
            Some(submitted_on) => Some(calendar.after(submitted_on, control)?),
            None => None,
        },
    })
}

/// What a line of a report comes to: half a cent is rounded up (B05; sources S10b, S19).
pub fn line_total(units: Decimal, unit_value: Decimal) -> Option<Decimal> {
    let product = units.checked_mul(unit_value)?;
    Some(product.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
}
