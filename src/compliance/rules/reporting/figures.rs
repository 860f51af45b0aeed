//! Rule B05: whether the figures of a report agree with each other and with the books. Not whether they are true.
use super::line_total;
use crate::compliance::rules::engine::Case;
use crate::compliance::rules::facts::{Report, ReportLine, resource};
use crate::compliance::rules::model::{Draft, Finding};
use rust_decimal::Decimal;
use serde_json::json;

/// Kinds of reports that have figures.
const FINANCIAL: [&str; 7] = [
    "interim_report",
    "periodic_report",
    "final_report",
    "final_periodic_report",
    "final_reports",
    "sf_425",
    "financial_report",
];

/// B05: the same period in words and figures, lines and sums that add up, and books that say the same. Source S10b.
pub fn b05(case: &Case, out: &mut Vec<Finding>) {
    let financial = |report: &&Report| FINANCIAL.contains(&report.kind.as_str());
    out.extend(case.facts.reports.iter().filter(financial).map(|report| b05_of(case, report)));
}

fn b05_of(case: &Case, report: &Report) -> Finding {
    let mut draft = case.draft(resource::REPORT, &report.id);
    let mut faults = Vec::new();
    let narrative = draft.need("narrative_period", report.narrative_period);
    let financial = draft.need("financial_period", report.financial_period);
    if narrative.zip(financial).is_some_and(|(narrative, financial)| narrative != financial) {
        faults.push("periods_differ".to_owned());
    }
    let lines = draft.need("lines", Some(&report.lines).filter(|lines| !lines.is_empty()));
    let mut sum = Some(Decimal::ZERO);
    for line in lines.into_iter().flatten() {
        faults.extend(line_faults(line, &mut draft));
        sum = sum.zip(line.total).and_then(|(sum, total)| sum.checked_add(total));
    }
    let total = draft.need("total", report.total);
    let ledger = draft.need("ledger_total", report.ledger_total);
    if lines.is_some() && sum.zip(total).is_some_and(|(sum, total)| sum != total) {
        faults.push("total".to_owned());
    }
    if let Some(difference) = ledger.zip(total).and_then(|(ledger, total)| ledger.checked_sub(total)) {
        draft.value("ledger_difference", difference.to_string());
        if difference != report.reconciled.unwrap_or_default() {
            faults.push("ledger".to_owned());
        }
    }
    if !faults.is_empty() {
        draft.value("faults", faults.clone());
        draft.fail("correct_report", &[("faults", json!(faults))]);
    }
    draft.judged()
}

/// What of a line does not add up, by its code: `1.1:total`.
fn line_faults(line: &ReportLine, draft: &mut Draft) -> Vec<String> {
    let mut faults = Vec::new();
    let total = draft.need("lines.total", line.total);
    let mut differs = |what: &str, right: Option<Decimal>, given: Option<Decimal>| {
        if right.zip(given).is_some_and(|(right, given)| right != given) {
            faults.push(format!("{}:{what}", line.code));
        }
    };
    let product = line.units.zip(line.unit_value).and_then(|(units, value)| line_total(units, value));
    differs("total", product, total);
    differs("declared", line.declared, total);
    let cumulative = line.cumulative_before.zip(total).and_then(|(before, now)| before.checked_add(now));
    differs("cumulative", cumulative, line.cumulative);
    faults
}
