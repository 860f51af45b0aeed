//! Rules A06, A08 and A09: amendments, whether they were asked for in time and in the right form, and what they move.
use super::{latest_request, longstop};
use crate::compliance::rules::engine::Case;
use crate::compliance::rules::facts::{Amendment, AmendmentKind, AmendmentStatus, Change, resource};
use crate::compliance::rules::model::{Draft, Finding};
use crate::compliance::rules::reporting;
use crate::regimes::model::Term;
use chrono::NaiveDate;
use regex::Regex;
use serde_json::{Map, Value, json};

/// How a change is made (A09).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The grantor is told in writing before it takes effect.
    Notification,
    /// Both sides sign.
    Addendum,
}

impl Route {
    pub fn code(self) -> &'static str {
        match self {
            Self::Notification => "notification",
            Self::Addendum => "addendum",
        }
    }
}

/// Changes of which the grantor is only told, where the regime does not list its own (A09; sources S10, S11).
pub const NOTIFIED: [&str; 5] =
    ["address", "bank_account", "auditor", "within_heading", "heading_within_limit"];

/// The route that a set of changes needs: the stricter of those of each.
pub fn route(changes: &[String], notified: &[&str]) -> Route {
    let told = |change: &String| notified.contains(&change.as_str());
    if changes.iter().all(told) { Route::Notification } else { Route::Addendum }
}

/// The named parts of an agreement's number; none where it does not fit the pattern.
pub fn parse_reference(pattern: &Regex, reference: &str) -> Option<Map<String, Value>> {
    let parts = pattern.captures(reference)?;
    let part = |name: &str| parts.name(name).map(|part| (name.to_owned(), part.as_str().into()));
    Some(pattern.capture_names().flatten().filter_map(part).collect())
}

fn extension(amendment: &Amendment) -> Option<Change<NaiveDate>> {
    amendment.end.filter(|end| end.new > end.old && amendment.status != AmendmentStatus::Dropped)
}

/// A06: an extension was asked for in time, not too often and not for too long. Sources S10, S11, S32.
pub fn a06(case: &Case, out: &mut Vec<Finding>) {
    let notice = case.rule.term("notice", Term::Days(30));
    let mut extensions: Vec<_> =
        case.facts.amendments.iter().filter_map(|a| Some((a, extension(a)?))).collect();
    extensions.sort_by_key(|(amendment, end)| (end.old, amendment.received_on, amendment.id.clone()));
    if extensions.is_empty() {
        let mut draft = case.agreement();
        if let Some(end) = draft.need("implementation.end", case.facts.end)
            && let Some(latest) = latest_request(&case.terms.calendar, end, notice)
        {
            draft.date("latest_request_on", latest.due);
            draft.value("days_left", latest.due.signed_duration_since(case.as_of).num_days());
        }
        out.push(if draft.lacks() { draft.insufficient() } else { draft.not_applicable() });
    }
    for (index, (amendment, end)) in extensions.into_iter().enumerate() {
        let mut draft = case.draft(resource::AMENDMENT, &amendment.id);
        draft.used("changes");
        let received = draft.need("received_by_grantor_on", amendment.received_on);
        let Some(latest) = latest_request(&case.terms.calendar, end.old, notice) else {
            draft.fix("outside_calendar", &[]);
            out.push(draft.insufficient());
            continue;
        };
        draft.date("latest_request_on", latest.due);
        if let Some(received) = received {
            let late = received.signed_duration_since(latest.due).num_days();
            draft.value("days_late", late.max(0));
            if late > 0 {
                draft.fail("extension_late", &[("latest", json!(latest.due))]);
            }
        }
        beyond(case, &mut draft, index, end);
        out.push(draft.judged());
    }
}

fn beyond(case: &Case, draft: &mut Draft, index: usize, end: Change<NaiveDate>) {
    if let Some(most) = case.rule.number("times")
        && u64::try_from(index).is_ok_and(|index| index >= most)
    {
        draft.value("extensions", index + 1);
        draft.fail("extension_beyond_limit", &[("limit", json!(most))]);
    }
    let most = case.rule.term_of("max_extension");
    if let Some(last) = most.and_then(|most| case.terms.calendar.due_after(end.old, most)) {
        draft.date("latest_end", last.unrolled);
        if end.new > last.unrolled {
            draft.fail("extension_beyond_limit", &[("limit", json!(last.unrolled))]);
        }
    }
}

/// A08: when the end moves, every date that hangs on it moves, and what was met stays met.
pub fn a08(case: &Case, out: &mut Vec<Finding>) {
    let in_force = |amendment: &&Amendment| amendment.status == AmendmentStatus::InForce;
    for amendment in case.facts.amendments.iter().filter(in_force) {
        let Some(end) = amendment.end.filter(|end| end.old != end.new) else { continue };
        let mut draft = case.draft(resource::AMENDMENT, &amendment.id);
        draft.used("changes");
        let mut moved = Vec::new();
        for entry in case.terms.obligations.iter().filter(|entry| entry.anchor == "implementation.end") {
            if reporting::applies(entry, case.terms, case.facts) == Some(false) {
                continue;
            }
            let due = |end| reporting::due(&case.terms.calendar, entry, end).map(|due| due.due);
            moved.push(json!({"entry": entry.id, "old_due": due(end.old), "new_due": due(end.new)}));
        }
        // The long-stop hangs on the end too, where the regime has one.
        if let Some(rule) = case.terms.rules().find(|rule| rule.id == "A10") {
            let offset = rule.term("offset", Term::Months(18));
            let last = |end| longstop(&case.terms.calendar, end, offset);
            moved.push(json!({"entry": "longstop", "old_due": last(end.old), "new_due": last(end.new)}));
        }
        draft.value("moved", moved);
        if case.facts.end == Some(end.new) {
            let behind = behind(case, &mut draft, end.new);
            if !behind.is_empty() {
                draft.value("not_replanned", behind);
                draft.fail("replan_obligations", &[("end", json!(end.new))]);
            }
        }
        out.push(draft.judged());
    }
}

/// Obligations that do not follow the end.
fn behind(case: &Case, draft: &mut Draft, end: NaiveDate) -> Vec<Value> {
    let mut behind = Vec::new();
    for obligation in &case.facts.obligations {
        let open = !obligation.superseded && !obligation.waived && obligation.met_on.is_none();
        let entry = obligation.entry.as_deref().and_then(|id| case.terms.obligation(id));
        let Some(entry) = entry.filter(|entry| open && entry.anchor == "implementation.end") else {
            continue;
        };
        let due = draft.need_of(resource::OBLIGATION, &obligation.id, "due_on", obligation.due_on);
        let right = reporting::due(&case.terms.calendar, entry, end).map(|due| due.due);
        if let (Some(due), Some(right)) = (due, right)
            && due != right
        {
            behind.push(json!({"obligation": obligation.id, "due_on": due, "should_be": right}));
        }
    }
    behind
}

/// A09: the agreement's number fits the funder's pattern; each change takes the right route, in time, not backwards,
/// and never raises the grant. Sources S3, S10, S11.
pub fn a09(case: &Case, out: &mut Vec<Finding>) {
    if let Some(pattern) = &case.terms.reference_pattern {
        let mut draft = case.agreement().part("reference");
        let reference = draft.need("reference", case.facts.reference.as_deref());
        if let Some(reference) = reference {
            match parse_reference(pattern, reference) {
                Some(parts) => draft.value("parts", parts),
                None => draft.fail("correct_reference", &[]),
            }
        }
        out.push(draft.judged());
    }
    out.extend(case.facts.amendments.iter().map(|amendment| a09_of(case, amendment)));
}

fn a09_of(case: &Case, amendment: &Amendment) -> Finding {
    let mut draft = case.draft(resource::AMENDMENT, &amendment.id);
    if matches!(amendment.status, AmendmentStatus::Draft | AmendmentStatus::Dropped) {
        return draft.not_applicable();
    }
    let changes = draft.need("changes", Some(&amendment.changes).filter(|changes| !changes.is_empty()));
    let Some(changes) = changes else { return draft.insufficient() };
    let listed = case.rule.words("notification_changes");
    let needed = route(changes, listed.as_deref().unwrap_or(&NOTIFIED));
    draft.value("required_route", needed.code());
    let known = Some(amendment.kind).filter(|kind| *kind != AmendmentKind::Unknown);
    let kind = draft.need("kind", known);
    let mut faults = Vec::new();
    if needed == Route::Addendum && kind.is_some_and(|kind| kind != AmendmentKind::Addendum) {
        faults.push("route");
    }
    if amendment.max_grant.is_some_and(|grant| grant.new > grant.old) {
        draft.used("changes");
        faults.push("grant_raised");
    }
    let requested = draft.need("requested_on", amendment.requested_on);
    let effective = draft.need("effective_on", amendment.effective_on);
    if needed == Route::Addendum || kind == Some(AmendmentKind::Addendum) {
        window(case, &mut draft, amendment, &mut faults);
    } else if let (Some(requested), Some(effective)) = (requested, effective)
        && requested > effective
    {
        faults.push("told_too_late");
    }
    if !faults.is_empty() {
        draft.value("faults", faults.clone());
        draft.fail("use_right_route", &[("route", json!(needed.code())), ("faults", json!(faults))]);
    }
    draft.judged()
}

/// An addendum is asked for in time and inside the period, and does not reach back behind the last signature.
fn window(case: &Case, draft: &mut Draft, amendment: &Amendment, faults: &mut Vec<&'static str>) {
    let notice = case.rule.term("notice", Term::Days(30));
    let end = amendment.end.map(|end| end.old).or(case.facts.end);
    let end = draft.need_of(resource::AGREEMENT, &case.facts.id, "implementation.end", end);
    if let (Some(requested), Some(end)) = (amendment.requested_on, end)
        && requested > end
    {
        faults.push("after_period");
    }
    let latest = amendment.effective_on.and_then(|on| latest_request(&case.terms.calendar, on, notice));
    if let Some(latest) = latest {
        draft.date("latest_request_on", latest.due);
        if amendment.requested_on.is_some_and(|requested| requested > latest.due) {
            faults.push("requested_too_late");
        }
    }
    // One that is not in force need not be signed yet.
    let signed = amendment.last_signed_on;
    if amendment.status == AmendmentStatus::InForce {
        draft.need("signed_on", signed);
    }
    if amendment.effective_on.zip(signed).is_some_and(|(effective, signed)| effective < signed) {
        faults.push("retroactive");
    }
}
