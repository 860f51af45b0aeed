//! Rules A01 and A02: each expenditure.
use super::{CostPlace, Pending, cost_place, pending};
use crate::compliance::rules::engine::Case;
use crate::compliance::rules::facts::{Expenditure, resource};
use crate::compliance::rules::model::Finding;
use crate::compliance::rules::reporting;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::json;

/// A01: a cost arises inside the implementation period, and not while all is suspended. Sources S13, S25.
pub fn a01(case: &Case, out: &mut Vec<Finding>) {
    let final_due = reporting::final_report_due(case.facts, case.terms);
    out.extend(case.facts.expenditures.iter().map(|cost| a01_of(case, cost, final_due)));
}

fn a01_of(case: &Case, cost: &Expenditure, final_due: Option<NaiveDate>) -> Finding {
    let mut draft = case.draft(resource::EXPENDITURE, &cost.id);
    let agreement = &case.facts.id;
    let from = draft.need("incurred_from", cost.incurred_from);
    let start = draft.need_of(resource::AGREEMENT, agreement, "implementation.start", case.facts.start);
    let end = draft.need_of(resource::AGREEMENT, agreement, "implementation.end", case.facts.end);
    let (Some(from), Some(start), Some(end)) = (from, start, end) else { return draft.insufficient() };
    let to = cost.incurred_to.unwrap_or(from).max(from);
    let is_one_of = |name: &str| {
        let kinds = case.rule.words(name).unwrap_or_default();
        cost.kind.as_deref().is_some_and(|kind| kinds.contains(&kind))
    };
    if to > end {
        draft.need("kind", cost.kind.as_ref());
    } else {
        draft.used("kind");
    }
    let place = cost_place((from, to), (start, end), is_one_of("after_end_kinds"), final_due);
    let dates = [("start", json!(start)), ("end", json!(end))];
    match place {
        None => {
            draft.need_of::<()>(resource::AGREEMENT, agreement, "final_report_due", None);
        }
        Some(CostPlace::Outside(days)) if from < start || cost.kind.is_some() => {
            draft.value("days_outside", days);
            draft.fail("cost_outside_period", &dates);
        }
        Some(_) => {}
    }
    if let Some(due) = final_due.filter(|_| to > end) {
        draft.date("final_report_due", due);
    }
    let mut asked = false;
    for suspension in case.facts.suspensions.iter().filter(|suspension| suspension.total != Some(false)) {
        let Some(begun) = suspension.from else { continue };
        // One that still lasts has no last day yet.
        let touches = from <= suspension.to.unwrap_or(case.as_of.max(begun)) && begun <= to;
        if touches && !is_one_of("suspension_kinds") && !draft.is_failed() {
            asked = true;
            match draft.need_of(resource::SUSPENSION, &suspension.id, "scope", suspension.total) {
                Some(_) => draft.fail("cost_in_suspension", &[]),
                None => continue,
            }
        }
    }
    if asked {
        draft.value("suspended", true);
    }
    draft.judged()
}

/// A02: what is not paid when the final report goes out stands on the list of pending payments. Source S14.
pub fn a02(case: &Case, out: &mut Vec<Finding>) {
    let is_final = |kind: &str| reporting::FINAL.contains(&kind);
    let report = case.facts.reports.iter().find(|r| is_final(&r.kind) && r.submitted_on.is_some());
    let reported_on = report.and_then(|report| report.submitted_on).filter(|on| *on <= case.as_of);
    let threshold = case.rule.amount("pending_list_above", Decimal::from(500));
    for cost in &case.facts.expenditures {
        let mut draft = case.draft(resource::EXPENDITURE, &cost.id);
        let Some((reported_on, report)) = reported_on.zip(report) else {
            out.push(draft.not_applicable());
            continue;
        };
        draft.used_of(resource::REPORT, &report.id, "submitted_on");
        draft.used("paid_on");
        if cost.paid_on.is_some_and(|paid| paid <= reported_on) {
            out.push(draft.done());
            continue;
        }
        let Some(amount) = draft.need("reported_amount", cost.amount) else {
            out.push(draft.insufficient());
            continue;
        };
        draft.value("amount", amount.to_string());
        draft.value("threshold", threshold.to_string());
        let listed = pending(cost.paid_on, reported_on, amount, threshold) == Pending::List;
        draft.value("to_list", listed);
        if listed && draft.need("listed_as_pending", cost.listed_as_pending) == Some(false) {
            draft.fail("list_pending_payment", &[("amount", json!(amount.to_string()))]);
        }
        out.push(draft.judged());
    }
}
