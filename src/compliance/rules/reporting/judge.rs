//! Rules B01 to B04, B06 and B07: whether what is due was handed in.
use super::{Standing, chain, due, standing};
use crate::compliance::rules::engine::Case;
use crate::compliance::rules::facts::{Deliverable, InformationRequest, Obligation, PartnerReport, resource};
use crate::compliance::rules::life::month_end;
use crate::compliance::rules::model::{Draft, Finding, at_most_a_warning};
use crate::regimes::calendar::Due;
use crate::regimes::model::Term;
use chrono::NaiveDate;
use serde_json::json;

/// Where the list of holidays stands in a regime.
const HOLIDAYS: &str = "/calendar/holidays";

/// B01: interim and periodic reports, 60 days after each period. Sources S12, S27.
pub fn b01(case: &Case, out: &mut Vec<Finding>) {
    obligations(case, &["interim_report", "periodic_report", "final_periodic_report"], out);
}

/// B02: the final report, three or six months after the end. Sources S12, S14, S15.
pub fn b02(case: &Case, out: &mut Vec<Finding>) {
    obligations(case, &["final_report"], out);
}

/// B03: performance and financial reports of a US award. Sources S30, S31.
pub fn b03(case: &Case, out: &mut Vec<Finding>) {
    obligations(case, &["sf_425", "performance_report", "final_reports"], out);
}

fn obligations(case: &Case, kinds: &[&str], out: &mut Vec<Finding>) {
    let mine = |o: &&Obligation| kinds.contains(&o.kind.as_str()) && !o.superseded;
    out.extend(case.facts.obligations.iter().filter(mine).map(|obligation| of(case, obligation)));
}

fn of(case: &Case, obligation: &Obligation) -> Finding {
    let mut draft = case.draft(resource::OBLIGATION, &obligation.id);
    draft.value("kind", obligation.kind.as_str());
    let entry = obligation.entry.as_deref().and_then(|id| case.terms.obligation(id));
    if let Some(entry) = entry {
        draft.value("entry", entry.id.as_str());
        draft.unconfirmed(entry.unconfirmed.iter().cloned());
    }
    if obligation.waived {
        draft.used("waived");
        return draft.not_applicable();
    }
    draft.used("anchor_on");
    let computed =
        entry.zip(obligation.anchor_on).and_then(|(entry, anchor)| due(&case.terms.calendar, entry, anchor));
    if let Some(computed) = computed {
        explain(&mut draft, computed, obligation.due_on);
    }
    // What was planned counts, even where the regime would say another day: a clause may have moved it.
    let due_on = draft.need("due_on", obligation.due_on.or(computed.map(|computed| computed.due)));
    draft.used("met_on");
    judge(&mut draft, due_on, obligation.met_on, case.as_of);
    draft.judged()
}

/// How a due date came about.
fn explain(draft: &mut Draft, computed: Due, planned: Option<NaiveDate>) {
    if planned.is_some_and(|planned| planned != computed.due) {
        draft.date("due_by_regime", computed.due);
        return;
    }
    draft.value("computed", json!(computed));
    if computed.beyond_calendar || computed.from_memory {
        draft.unconfirmed([HOLIDAYS.to_owned()]);
    }
}

/// Compares what is due with what was done, and says so.
fn judge(draft: &mut Draft, due: Option<NaiveDate>, done: Option<NaiveDate>, as_of: NaiveDate) {
    let Some(due) = due else { return };
    draft.date("due_on", due);
    match standing(due, done, as_of) {
        Standing::Met => draft.value("days_late", 0),
        Standing::Open(left) => draft.value("days_left", left),
        Standing::MetLate(days) => {
            draft.value("days_late", days);
            draft.fail("was_late", &[("days_late", json!(days))]);
        }
        Standing::Overdue(days) => {
            draft.value("days_late", days);
            draft.fail("submit_now", &[("due_on", json!(due))]);
        }
    }
}

/// B04: partner report, control, project report. Parameters are the programme's: three and two months where it names none.
/// Source S37.
pub fn b04(case: &Case, out: &mut Vec<Finding>) {
    out.extend(case.facts.partner_reports.iter().map(|report| b04_of(case, report)));
}

fn b04_of(case: &Case, report: &PartnerReport) -> Finding {
    let mut draft = case.draft(resource::PARTNER_REPORT, &report.id);
    let Some(period_end) = draft.need("period_end", report.period_end) else { return draft.insufficient() };
    for field in ["submitted_on", "controlled_on", "project_report_on"] {
        draft.used(field);
    }
    let calendar = &case.terms.calendar;
    let project_report = case.rule.term("project_report", Term::Months(3));
    let control = case.rule.term("control", Term::Months(2));
    let Some(days) = chain(calendar, period_end, report.submitted_on, project_report, control) else {
        draft.fix("outside_calendar", &[]);
        return draft.insufficient();
    };
    draft.date("project_report_due", days.project_report_due);
    if let Some(control_due) = days.control_due {
        draft.date("control_due", control_due);
        judge(&mut draft, Some(control_due), report.controlled_on, case.as_of);
    }
    if !draft.is_failed() {
        judge(&mut draft, Some(days.project_report_due), report.project_report_on, case.as_of);
    }
    // Nothing is late yet, but the control may end too late for the project's report.
    let open = report.controlled_on.is_none() && report.project_report_on.is_none();
    let margin = case.rule.term("margin", Term::Days(5));
    let ready = days.control_due.filter(|_| open).and_then(|control| calendar.after(control, margin));
    if !draft.is_failed() && ready.is_some_and(|ready| ready > days.project_report_due) {
        draft.severity(at_most_a_warning(case.rule.severity));
        draft.fail(
            "control_too_close",
            &[("control_due", json!(days.control_due)), ("report_due", json!(days.project_report_due))],
        );
    }
    draft.done()
}

/// B06: what the grantor asks is answered within 30 days, where the regime gives no other term. Source S15.
pub fn b06(case: &Case, out: &mut Vec<Finding>) {
    out.extend(case.facts.information_requests.iter().map(|request| b06_of(case, request)));
}

fn b06_of(case: &Case, request: &InformationRequest) -> Finding {
    let mut draft = case.draft(resource::INFORMATION_REQUEST, &request.id);
    let Some(received) = draft.need("received_on", request.received_on) else { return draft.insufficient() };
    draft.used("answered_on");
    let entry = case.terms.obligations.iter().find(|entry| entry.anchor == "request.received_on");
    let computed = match entry {
        Some(entry) => {
            draft.unconfirmed(entry.unconfirmed.iter().cloned());
            due(&case.terms.calendar, entry, received)
        }
        None => case.terms.calendar.due_after(received, case.rule.term("within", Term::Days(30))),
    };
    let Some(computed) = computed else {
        draft.fix("outside_calendar", &[]);
        return draft.insufficient();
    };
    explain(&mut draft, computed, None);
    judge(&mut draft, Some(computed.due), request.answered_on, case.as_of);
    draft.done()
}

/// B07: a deliverable or milestone is there by its day, or by the last day of its month of the project. Sources S27,
/// S28.
pub fn b07(case: &Case, out: &mut Vec<Finding>) {
    out.extend(case.facts.deliverables.iter().map(|deliverable| b07_of(case, deliverable)));
}

fn b07_of(case: &Case, deliverable: &Deliverable) -> Finding {
    let mut draft = case.draft(resource::DELIVERABLE, &deliverable.id);
    let by_month = match (deliverable.due_on, deliverable.due_month) {
        (None, Some(month)) => {
            draft.used("due_month");
            let start =
                draft.need_of(resource::AGREEMENT, &case.facts.id, "implementation.start", case.facts.start);
            let Some(start) = start else { return draft.insufficient() };
            month_end(start, month)
        }
        (due_on, _) => draft.need("due_on", due_on),
    };
    let Some(planned) = by_month else {
        if !draft.lacks() {
            draft.fix("outside_calendar", &[]);
        }
        return draft.insufficient();
    };
    draft.used("done_on");
    // A regime that rolls its terms rolls this one too.
    let entry = case.terms.obligations.iter().find(|entry| entry.anchor == "deliverable.due_on");
    let computed = entry.and_then(|entry| due(&case.terms.calendar, entry, planned));
    if let Some(computed) = computed {
        explain(&mut draft, computed, None);
    }
    let due_on = computed.map_or(planned, |computed| computed.due);
    judge(&mut draft, Some(due_on), deliverable.done_on, case.as_of);
    draft.done()
}
