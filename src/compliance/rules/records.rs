//! Records and assets (group H): how long things are kept, and where equipment goes. The arithmetic first, then the
//! rules. Nothing is destroyed here.
use super::engine::Case;
use super::facts::{AgreementFacts, Asset, resource};
use super::model::Finding;
use super::parameters::{Parameters, RetentionTerms};
use super::reporting;
use crate::regimes::calendar::Calendar;
use crate::regimes::model::Term;
use chrono::{Datelike, NaiveDate};
use entity::vocab::Severity;
use rust_decimal::Decimal;
use serde_json::json;

/// So many years after a day, or on the last day of the year so many years after (H01; sources S34, S38, S45b).
pub fn kept_until(anchor: NaiveDate, years: u32, end_of_year: bool) -> Option<NaiveDate> {
    let plain = Calendar::default().after(anchor, Term::Months(years.checked_mul(12)?))?;
    if end_of_year { NaiveDate::from_ymd_opt(plain.year(), 12, 31) } else { Some(plain) }
}

/// The later of a retention date and the ends of what held it up (H01; source S34).
pub fn with_holds(until: NaiveDate, closed: impl IntoIterator<Item = NaiveDate>) -> NaiveDate {
    closed.into_iter().fold(until, NaiveDate::max)
}

/// Whether a price is above the threshold from which a transfer must be proved: above, not at (H02; source S21b).
pub fn is_listed(price: Decimal, threshold: Decimal) -> bool {
    price > threshold
}

/// Until when an agreement's records are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// None while the day can't be told.
    pub until: Option<NaiveDate>,
    pub years: u32,
    /// Whether something is open that keeps them whatever the day.
    pub held: bool,
}

/// The retention of an agreement as its regime has it; none where the regime says nothing.
pub fn retain_until(facts: &AgreementFacts, terms: &Parameters) -> Option<Retention> {
    let terms = terms.retention.as_ref()?;
    // A small grant is kept for less, but only where it is known to be small.
    let low = terms.low_value.filter(|(most, _)| facts.max_grant.is_some_and(|grant| grant <= *most));
    let years = low.map_or(terms.years, |(_, years)| years);
    let holds = || facts.holds.iter().filter(|hold| terms.extended_by.contains(&hold.kind));
    let plain = anchor(terms, facts).1.and_then(|anchor| kept_until(anchor, years, terms.end_of_year));
    Some(Retention {
        until: plain.map(|until| with_holds(until, holds().filter_map(|hold| hold.closed_on))),
        years,
        held: holds().any(|hold| hold.closed_on.is_none()),
    })
}

/// The field that retention runs from, and its day.
fn anchor(terms: &RetentionTerms, facts: &AgreementFacts) -> (&'static str, Option<NaiveDate>) {
    match terms.anchor.as_str() {
        "payment.balance_settled_on" => ("balance_settled_on", facts.balance_settled_on),
        "payment.last_payment_on" => ("last_payment_on", facts.last_payment_on),
        "report.final_financial.submitted_on" => {
            ("final_financial_submitted_on", facts.final_financial_submitted_on)
        }
        "implementation.end" => ("implementation.end", facts.end),
        "implementation.start" => ("implementation.start", facts.start),
        "agreement.signed_on" => ("signed_on", facts.signed_on),
        "agreement.entry_into_force" => ("entered_into_force_on", facts.entered_into_force_on),
        _ => ("retention_anchor", None),
    }
}

/// H01: nothing is destroyed before the retention date; when it is reached somebody decides. Sources S34, S38, S45b.
pub fn h01(case: &Case, out: &mut Vec<Finding>) {
    let mut draft = case.agreement();
    let (Some(terms), Some(found)) = (&case.terms.retention, retain_until(case.facts, case.terms)) else {
        out.push(draft.not_applicable());
        return;
    };
    draft.unconfirmed(terms.unconfirmed.iter().cloned());
    let (field, since) = anchor(terms, case.facts);
    draft.need(field, since);
    if terms.low_value.is_some() {
        draft.used("max_grant");
    }
    draft.used("holds");
    draft.used("records_destroyed_on");
    draft.value("years", found.years);
    draft.value("held", found.held);
    let destroyed = case.facts.records_destroyed_on.filter(|on| *on <= case.as_of);
    if let Some(until) = found.until {
        draft.date("retain_until", until);
        if destroyed.is_some_and(|on| on < until || found.held) {
            draft.fail("keep_until", &[("until", json!(until))]);
        } else if destroyed.is_none() && !found.held && case.as_of > until {
            draft.severity(Severity::Info);
            draft.fix("retention_reached", &[("until", json!(until))]);
        }
    } else if found.held && destroyed.is_some() {
        draft.fail("keep_until", &[("until", json!("?"))]);
    } else if !draft.lacks() {
        draft.fix("outside_calendar", &[]);
        out.push(draft.insufficient());
        return;
    }
    out.push(draft.judged());
}

/// H02: what is worth more than the threshold is handed over by the final report, with proof. Source S21b.
pub fn h02(case: &Case, out: &mut Vec<Finding>) {
    let threshold = case.rule.amount("threshold", Decimal::from(5000));
    out.extend(case.facts.assets.iter().map(|asset| h02_of(case, asset, threshold)));
}

fn h02_of(case: &Case, asset: &Asset, threshold: Decimal) -> Finding {
    let mut draft = case.draft(resource::ASSET, &asset.id);
    let Some(price) = draft.need("unit_price", asset.unit_price) else { return draft.insufficient() };
    let listed = is_listed(price, threshold);
    draft.value("threshold", threshold.to_string());
    draft.value("to_list", listed);
    if !listed {
        return draft.not_applicable();
    }
    if asset.transfer_proof == Some(true) {
        draft.used("transfer_proof");
        return draft.done();
    }
    let is_final = |kind: &str| reporting::FINAL.contains(&kind);
    let reports = case.facts.reports.iter().filter(|report| is_final(&report.kind));
    let submitted = reports.filter_map(|report| report.submitted_on).min();
    let due = reporting::final_report_due(case.facts, case.terms);
    let last = draft.need_of(resource::AGREEMENT, &case.facts.id, "final_report_due", submitted.or(due));
    let Some(last) = last else { return draft.insufficient() };
    draft.date("by", last);
    let reached = if submitted.is_some() { case.as_of >= last } else { case.as_of > last };
    if !reached {
        return draft.done();
    }
    if draft.need("transfer_proof", asset.transfer_proof) == Some(false) {
        draft.fail("prove_transfer", &[]);
    }
    draft.judged()
}
