//! Rules G01 to G04: evidence of events, lists of participants, personal data and requests to erase them.
use super::{Decision, decide, evidence_for, excess, missing_evidence, too_many, unlisted_days};
use crate::compliance::rules::engine::Case;
use crate::compliance::rules::facts::{DataClass, ErasureRequest, Event, EventState, Evidence, resource};
use crate::compliance::rules::model::Finding;
use crate::compliance::rules::records::{self, Retention};
use crate::compliance::rules::reporting::{Standing, standing};
use crate::regimes::calendar::days_inclusive;
use crate::regimes::model::Term;
use entity::vocab::Severity;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

/// Data of participants that need no purpose of their own.
pub const ALLOWED: [&str; 6] = ["name", "organisation", "country", "role", "presence", "signature"];
/// Data that need explicit consent.
const SPECIAL: [&str; 3] = ["dietary", "accessibility", "health"];
/// Longer events are a mistake of dates rather than a list of days.
const MOST_DAYS: i64 = 366;

/// Whether an event took place; findings on others would say nothing.
fn held(event: &Event) -> Option<bool> {
    event.state.map(|state| state == EventState::Held)
}

/// G01: what must prove an event is there some days after it; a violation once a report covers it. Sources S45, S45b.
pub fn g01(case: &Case, out: &mut Vec<Finding>) {
    out.extend(case.facts.events.iter().map(|event| g01_of(case, event)));
}

fn g01_of(case: &Case, event: &Event) -> Finding {
    let mut draft = case.draft(resource::EVENT, &event.id);
    let entry = evidence_for(&case.terms.evidence, &event.kind, event.mode.as_deref());
    if draft.need("state", held(event)) == Some(false) {
        return draft.not_applicable();
    }
    draft.used("mode");
    let Some(entry) = entry else { return draft.not_applicable() };
    draft.unconfirmed(entry.unconfirmed.iter().cloned());
    let start = draft.need("starts_on", event.start);
    let evidence = draft.need("evidence", event.evidence.as_ref());
    let due = start.and_then(|start| case.terms.calendar.after(event.end.unwrap_or(start), entry.within));
    if let Some(due) = due {
        draft.date("due_on", due);
    }
    let (Some(evidence), Some(due)) = (evidence, due) else { return draft.insufficient() };
    if draft.lacks() {
        return draft.insufficient();
    }
    let there = |evidence: &&Evidence| evidence.captured_on.is_none_or(|on| on <= case.as_of);
    let present: Vec<&str> = evidence.iter().filter(there).map(|evidence| evidence.kind.as_str()).collect();
    let missing = missing_evidence(&entry.required, &present);
    draft.value("missing", missing.clone());
    draft.value("recommended", missing_evidence(&entry.recommended, &present));
    if !missing.is_empty() && (case.as_of > due || event.reported) {
        draft.used("reported");
        if event.reported {
            draft.severity(Severity::Violation);
        }
        draft.fail("add_evidence", &[("missing", json!(missing))]);
    }
    draft.done()
}

/// G02: every day of an event has its signed list, and no more was paid for than were there. Sources S45, S45c.
pub fn g02(case: &Case, out: &mut Vec<Finding>) {
    out.extend(case.facts.events.iter().map(|event| g02_of(case, event)));
}

fn g02_of(case: &Case, event: &Event) -> Finding {
    let mut draft = case.draft(resource::EVENT, &event.id);
    if draft.need("state", held(event)) == Some(false) {
        return draft.not_applicable();
    }
    let start = draft.need("starts_on", event.start);
    let listed = draft.need("listed_days", event.listed_days.as_ref());
    draft.used("ends_on");
    if let (Some(start), Some(listed)) = (start, listed) {
        let end = event.end.unwrap_or(start);
        if days_inclusive(start, end) > MOST_DAYS {
            draft.need::<()>("ends_on", None);
        } else {
            let days = unlisted_days(start, end, listed);
            draft.value("unlisted_days", json!(days));
            if !days.is_empty() {
                draft.fail("add_signed_lists", &[("days", json!(days))]);
            }
        }
    }
    let mut total = Decimal::ZERO;
    for paid in &event.paid {
        let paid_for = draft.need("paid.paid_for", paid.paid_for);
        let registered = draft.need("paid.registered", paid.registered);
        let unit = draft.need("paid.unit", paid.unit);
        if let (Some(paid_for), Some(registered), Some(unit)) = (paid_for, registered, unit) {
            let over = excess(paid_for, registered, unit).unwrap_or(Decimal::MAX);
            total = total.saturating_add(over);
        }
    }
    if !event.paid.is_empty() {
        draft.value("not_eligible", total.to_string());
    }
    if total > Decimal::ZERO && !draft.is_failed() {
        draft.fail("take_out_excess", &[("amount", json!(total.to_string()))]);
    }
    draft.judged()
}

/// G03: only data with a purpose are kept, and special categories only with explicit consent. Source S46.
pub fn g03(case: &Case, out: &mut Vec<Finding>) {
    out.extend(case.facts.events.iter().map(|event| g03_of(case, event)));
}

fn g03_of(case: &Case, event: &Event) -> Finding {
    let mut draft = case.draft(resource::EVENT, &event.id);
    let Some(fields) = draft.need("participation.fields", event.fields.as_ref()) else {
        return draft.insufficient();
    };
    let allowed = case.rule.words("allowed");
    let without_purpose = fields.iter().filter(|field| field.purpose.is_none());
    let given: Vec<&str> = without_purpose.map(|field| field.name.as_str()).collect();
    let remove = too_many(allowed.as_deref().unwrap_or(&ALLOWED), &given);
    let special = |name: &str| SPECIAL.contains(&name);
    let consented = |basis: &Option<String>| basis.as_deref() == Some("explicit_consent");
    let ask: Vec<&str> = fields
        .iter()
        .filter(|field| special(&field.name) && !consented(&field.basis))
        .map(|field| field.name.as_str())
        .collect();
    draft.value("without_purpose", remove.clone());
    draft.value("without_consent", ask.clone());
    if !remove.is_empty() {
        draft.fail("remove_fields", &[("fields", json!(remove))]);
    } else if !ask.is_empty() {
        draft.fail("ask_consent", &[("fields", json!(ask))]);
    }
    draft.done()
}

/// G04: a request is answered within a month; what an auditor needs is restricted, the rest erased. Source S46.
pub fn g04(case: &Case, out: &mut Vec<Finding>) {
    let retention = records::retain_until(case.facts, case.terms);
    for request in &case.facts.erasure_requests {
        out.push(g04_of(case, request, retention.as_ref()));
    }
}

fn g04_of(case: &Case, request: &ErasureRequest, retention: Option<&Retention>) -> Finding {
    let mut draft = case.draft(resource::ERASURE_REQUEST, &request.id);
    let Some(received) = draft.need("received_on", request.received_on) else { return draft.insufficient() };
    let due = case.terms.calendar.after(received, case.rule.term("answer", Term::Months(1)));
    let Some(due) = due else {
        draft.fix("outside_calendar", &[]);
        return draft.insufficient();
    };
    draft.date("due_on", due);
    draft.used("answered_on");
    let (mut decisions, mut undone) = (Map::new(), Vec::new());
    for item in &request.items {
        // An open audit keeps what it needs, whatever the date.
        let held =
            item.class == DataClass::AuditEvidence && retention.is_some_and(|retention| retention.held);
        let decision = decide(item.class, received, retention.and_then(|retention| retention.until));
        let word = match decision {
            _ if held => "restrict_while_held".to_owned(),
            Some(Decision::Erase) => "erase".to_owned(),
            Some(Decision::RestrictUntil(until)) => format!("restrict_until_{until}"),
            None => {
                draft.need_of::<()>(resource::AGREEMENT, &case.facts.id, "retain_until", None);
                draft.unconfirmed(case.terms.retention.iter().flat_map(|terms| terms.unconfirmed.clone()));
                continue;
            }
        };
        if item.carried_out != Some(true) {
            undone.push(item.name.as_str());
        }
        decisions.insert(item.name.clone(), Value::String(word));
    }
    draft.value("decisions", decisions);
    match standing(due, request.answered_on, case.as_of) {
        Standing::Open(left) => draft.value("days_left", left),
        Standing::Met if undone.is_empty() => {}
        Standing::Met => draft.fail("carry_out_erasure", &[("items", json!(undone))]),
        Standing::MetLate(days) | Standing::Overdue(days) => {
            draft.value("days_late", days);
            draft.fail("answer_request", &[("due_on", json!(due))]);
        }
    }
    draft.judged()
}
