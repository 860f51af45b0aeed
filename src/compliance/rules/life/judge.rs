//! Rules A03, A04, A05, A07 and A10: periods, events, status, suspensions, the long-stop.
use super::{is_inside, is_stale, longstop, measure, shifted_end, suspended_days, untiled};
use crate::compliance::rules::engine::Case;
use crate::compliance::rules::facts::{Event, EventState, Suspension, resource};
use crate::compliance::rules::model::{Draft, Finding, at_most_a_warning};
use crate::regimes::calendar::span::Span;
use crate::regimes::calendar::tile;
use crate::regimes::model::Term;
use chrono::NaiveDate;
use serde_json::{Value, json};

/// The implementation period, or nothing and what is missing.
pub(in crate::compliance::rules) fn implementation(case: &Case, draft: &mut Draft) -> Option<Span> {
    let start = draft.need_of(resource::AGREEMENT, &case.facts.id, "implementation.start", case.facts.start);
    let end = draft.need_of(resource::AGREEMENT, &case.facts.id, "implementation.end", case.facts.end);
    start.zip(end)
}

fn spans(list: &[Span]) -> Value {
    list.iter().map(|(first, last)| json!({"start": first, "end": last})).collect()
}

/// A03: reporting periods tile the implementation period, and are as long as the regime has them, unless the agreement
/// has a schedule of its own. Sources S39, S42.
pub fn a03(case: &Case, out: &mut Vec<Finding>) {
    let mut draft = case.agreement();
    let Some((start, end)) = implementation(case, &mut draft) else {
        out.push(draft.insufficient());
        return;
    };
    if let Some((months, rest, days)) = measure(start, end) {
        draft.value("months", months);
        draft.value("days_left_over", rest);
        draft.value("days", days);
    }
    let own = case.facts.own_schedule;
    let expected = case.terms.period_months.filter(|_| !own).map(|months| tile(start, end, months));
    if let Some(expected) = &expected {
        draft.value("expected", spans(expected));
    }
    let mut periods = Vec::new();
    for period in &case.facts.periods {
        let first = draft.need_of(resource::PERIOD, &period.id, "start", period.start);
        let last = draft.need_of(resource::PERIOD, &period.id, "end", period.end);
        periods.extend(first.zip(last));
    }
    if case.facts.periods.is_empty() {
        draft.need::<()>("reporting_periods", None);
    }
    if draft.lacks() {
        out.push(draft.insufficient());
        return;
    }
    periods.sort();
    let found = untiled(start, end, &periods);
    for (name, list) in [("gaps", &found.gaps), ("overlaps", &found.overlaps), ("outside", &found.outside)] {
        draft.value(name, spans(list));
    }
    if found != super::Untiled::default() || expected.is_some_and(|expected| expected != periods) {
        draft.fail("retile_periods", &[]);
    }
    out.push(draft.done());
}

/// A04: an event lies inside the implementation period; one that is only planned is a warning.
pub fn a04(case: &Case, out: &mut Vec<Finding>) {
    out.extend(case.facts.events.iter().map(|event| a04_of(case, event)));
}

fn a04_of(case: &Case, event: &Event) -> Finding {
    let mut draft = case.draft(resource::EVENT, &event.id);
    let state = draft.need("state", event.state);
    if matches!(state, Some(EventState::Cancelled | EventState::Postponed)) {
        return draft.not_applicable();
    }
    let from = draft.need("starts_on", event.start);
    let period = implementation(case, &mut draft);
    let (Some(from), Some(period)) = (from, period) else { return draft.insufficient() };
    let to = event.end.unwrap_or(from).max(from);
    draft.used("ends_on");
    if !is_inside((from, to), period) {
        if state != Some(EventState::Held) {
            draft.severity(at_most_a_warning(case.rule.severity));
        }
        draft.fail("move_event", &[("start", json!(period.0)), ("end", json!(period.1))]);
    }
    // Where it lies does not hang on whether it was held.
    if draft.is_failed() || state.is_some() { draft.done() } else { draft.insufficient() }
}

/// A05: a project is not called "in implementation" after its end. Source S1.
pub fn a05(case: &Case, out: &mut Vec<Finding>) {
    for project in &case.facts.projects {
        let mut draft = case.draft(resource::PROJECT, &project.id);
        let status = draft.need("status", project.status.as_deref());
        let end = draft.need_of(resource::AGREEMENT, &case.facts.id, "implementation.end", case.facts.end);
        let (Some(status), Some(end)) = (status, end) else {
            out.push(draft.insufficient());
            continue;
        };
        draft.value("days_since_end", case.as_of.signed_duration_since(end).num_days());
        if is_stale(status, end, case.as_of) {
            draft.fail("change_status", &[("end", json!(end))]);
        }
        out.push(draft.done());
    }
}

/// A07: a suspension moves the end by its length, by itself or by an amendment (`auto_extend: false`). Source S11.
pub fn a07(case: &Case, out: &mut Vec<Finding>) {
    out.extend(case.facts.suspensions.iter().map(|suspension| a07_of(case, suspension)));
}

fn a07_of(case: &Case, suspension: &Suspension) -> Finding {
    let mut draft = case.draft(resource::SUSPENSION, &suspension.id);
    let Some(from) = draft.need("from", suspension.from) else { return draft.insufficient() };
    draft.used("to");
    let Some(to) = suspension.to else {
        draft.value("days_so_far", suspended_days(from, case.as_of).max(0));
        return draft.not_applicable();
    };
    let days = suspended_days(from, to).max(0);
    draft.value("days", days);
    // A partial one need not move anything.
    let moves = suspension.extends_end.or(suspension.total.filter(|total| *total));
    match draft.need("extends_end", moves) {
        None => return draft.insufficient(),
        Some(false) => return draft.not_applicable(),
        Some(true) => {}
    }
    let end = draft.need_of(resource::AGREEMENT, &case.facts.id, "implementation.end", case.facts.end);
    let applied = draft.need("end_moved", suspension.applied);
    if let (Some(end), Some(false) | None) = (end, applied)
        && let Some(new_end) = shifted_end(end, days)
    {
        draft.date("new_end", new_end);
        if applied == Some(false) {
            let by_itself = case.rule.flag("auto_extend", true);
            let code = if by_itself { "shift_end" } else { "shift_end_by_amendment" };
            draft.fail(code, &[("days", json!(days)), ("end", json!(new_end))]);
        }
    }
    draft.judged()
}

/// A10: without a balance the execution period ends 18 months after implementation. Source S13.
pub fn a10(case: &Case, out: &mut Vec<Finding>) {
    let mut draft = case.agreement();
    let Some(end) = draft.need("implementation.end", case.facts.end) else {
        out.push(draft.insufficient());
        return;
    };
    draft.used("balance_settled_on");
    let offset = case.rule.term("offset", Term::Months(18));
    let Some(last) = longstop(&case.terms.calendar, end, offset) else {
        draft.fix("outside_calendar", &[]);
        out.push(draft.insufficient());
        return;
    };
    draft.date("longstop", last);
    let settled = |date: NaiveDate| date <= case.as_of;
    if !case.facts.balance_settled_on.is_some_and(settled) {
        draft.value("days_left", last.signed_duration_since(case.as_of).num_days());
        if case.as_of > last {
            draft.fail("settle_balance", &[("longstop", json!(last))]);
        }
    }
    out.push(draft.done());
}
