//! Groups G and H: all four answers, the days at the edges.
use super::*;
use crate::compliance::rules::events::evidence_for;
use crate::compliance::rules::facts::{
    Asset, DataClass, ErasureItem, ErasureRequest, Event, EventState, Evidence, Hold, PaidQuantity,
    PersonalField, Report,
};

fn seminar(evidence: Option<&[&str]>) -> AgreementFacts {
    let kinds = |kinds: &[&str]| {
        kinds.iter().map(|kind| Evidence { kind: (*kind).to_owned(), captured_on: None }).collect()
    };
    let event = Event {
        id: "v".into(),
        kind: "seminar".into(),
        mode: Some("in_person".into()),
        state: Some(EventState::Held),
        start: on("2021-02-18"),
        end: on("2021-02-19"),
        evidence: evidence.map(kinds),
        ..Event::default()
    };
    AgreementFacts { events: vec![event], ..agreement() }
}

#[test]
fn g01_waits_for_the_evidence_and_then_asks() {
    let mut facts = seminar(Some(&["agenda"]));
    assert_eq!(result(&facts, "G01", "2021-03-05"), Outcome::Pass, "the last day");
    let found = one(&facts, "G01", "2021-03-06");
    assert_eq!((found.result, found.severity), (Outcome::Fail, Severity::Warning));
    assert_eq!(found.values["missing"], json!(["signed_participant_list"]));
    assert_eq!(found.unconfirmed, ["/evidence/0", &regime_place("G01")]);
    facts.events[0].reported = true;
    let found = one(&facts, "G01", "2021-02-20");
    assert_eq!((found.result, found.severity), (Outcome::Fail, Severity::Violation), "a report covers it");
    let whole = seminar(Some(&["agenda", "signed_participant_list"]));
    assert_eq!(result(&whole, "G01", "2021-06-01"), Outcome::Pass);
    assert_eq!(missing(&one(&seminar(None), "G01", "2021-06-01")), ["evidence"]);
    facts.events[0].mode = Some("online".into());
    let found = one(&facts, "G01", "2021-06-01");
    assert_eq!(found.values["missing"], json!(["minutes_or_report"]), "its mode comes before its type");
    facts.events[0].state = Some(EventState::Planned);
    assert_eq!(result(&facts, "G01", "2021-06-01"), Outcome::NotApplicable);
    facts.events[0] =
        Event { state: Some(EventState::Held), kind: "other".into(), mode: None, ..facts.events[0].clone() };
    assert_eq!(result(&facts, "G01", "2021-06-01"), Outcome::NotApplicable, "nothing is asked of such");
}

/// The place of a rule in the regime of these tests.
fn regime_place(rule: &str) -> String {
    let place = catalogue::CATALOGUE.iter().position(|entry| entry.id == rule);
    format!("/rules/{}", place.expect("a rule"))
}

#[test]
fn g02_wants_a_list_for_each_day() {
    let mut facts = seminar(None);
    assert_eq!(missing(&one(&facts, "G02", "2021-06-01")), ["listed_days"]);
    facts.events[0].listed_days = Some(vec![day("2021-02-18")]);
    assert_eq!(one(&facts, "G02", "2021-06-01").values["unlisted_days"], json!(["2021-02-19"]));
    facts.events[0].listed_days = Some(vec![day("2021-02-18"), day("2021-02-19")]);
    assert_eq!(result(&facts, "G02", "2021-06-01"), Outcome::Pass);
    let catering = PaidQuantity {
        what: "catering".into(),
        paid_for: Some(15),
        registered: Some(12),
        unit: money("20.00"),
    };
    facts.events[0].paid = vec![catering];
    let found = one(&facts, "G02", "2021-06-01");
    assert_eq!((found.result, &found.values["not_eligible"]), (Outcome::Fail, &json!("60.00")));
    facts.events[0].paid[0].registered = Some(15);
    assert_eq!(result(&facts, "G02", "2021-06-01"), Outcome::Pass);
    facts.events[0].paid[0].registered = None;
    assert_eq!(missing(&one(&facts, "G02", "2021-06-01")), ["paid.registered"]);
    facts.events[0].end = Some(NaiveDate::MAX);
    assert_eq!(result(&facts, "G02", "2021-06-01"), Outcome::InsufficientData);
    facts.events[0].state = Some(EventState::Cancelled);
    assert_eq!(result(&facts, "G02", "2021-06-01"), Outcome::NotApplicable);
}

#[test]
fn g03_keeps_no_more_than_needed() {
    let field = |name: &str, purpose: Option<&str>, basis: Option<&str>| PersonalField {
        name: name.into(),
        purpose: purpose.map(str::to_owned),
        basis: basis.map(str::to_owned),
    };
    let mut facts = seminar(None);
    let mut judged = |fields: Option<Vec<PersonalField>>| {
        facts.events[0].fields = fields;
        one(&facts, "G03", "2021-06-01")
    };
    assert_eq!(judged(Some(vec![field("name", None, None)])).result, Outcome::Pass);
    let found = judged(Some(vec![field("passport_no", None, None)]));
    assert_eq!((found.result, &found.values["without_purpose"]), (Outcome::Fail, &json!(["passport_no"])));
    assert_eq!(
        judged(Some(vec![field("passport_no", Some("entry to the site"), None)])).result,
        Outcome::Pass
    );
    let diet = |basis| vec![field("dietary", Some("catering"), basis)];
    assert_eq!(judged(Some(diet(Some("consent")))).fix.map(|fix| fix.code), Some("ask_consent"));
    assert_eq!(judged(Some(diet(Some("explicit_consent")))).result, Outcome::Pass);
    assert_eq!(missing(&judged(None)), ["participation.fields"]);
}

#[test]
fn g04_answers_within_a_month_and_keeps_what_auditors_need() {
    let item = |name: &str, class| ErasureItem { name: name.into(), class, carried_out: None };
    let mut facts = agreement();
    facts.balance_settled_on = on("2021-11-15");
    facts.erasure_requests = vec![ErasureRequest {
        id: "q".into(),
        received_on: on("2022-03-01"),
        answered_on: None,
        items: vec![item("list", DataClass::AuditEvidence), item("photo", DataClass::ConsentBased)],
    }];
    let open = one(&facts, "G04", "2022-04-01");
    assert_eq!(open.result, Outcome::Pass, "the last day");
    assert_eq!(open.values["decisions"], json!({"list": "restrict_until_2026-11-15", "photo": "erase"}));
    assert_eq!(result(&facts, "G04", "2022-04-02"), Outcome::Fail);
    facts.erasure_requests[0].answered_on = on("2022-03-20");
    assert_eq!(one(&facts, "G04", "2022-05-01").fix.map(|fix| fix.code), Some("carry_out_erasure"));
    facts.erasure_requests[0].items.iter_mut().for_each(|item| item.carried_out = Some(true));
    assert_eq!(result(&facts, "G04", "2022-05-01"), Outcome::Pass);
    facts.erasure_requests[0].received_on = on("2027-03-01");
    let list = |facts: &AgreementFacts| one(facts, "G04", "2027-03-02").values["decisions"]["list"].clone();
    assert_eq!(list(&facts), "erase", "nobody needs it any more");
    facts.holds = vec![Hold { id: "h".into(), kind: "audit".into(), closed_on: None }];
    assert_eq!(list(&facts), "restrict_while_held");
    facts.holds.clear();
    facts.balance_settled_on = None;
    assert_eq!(missing(&one(&facts, "G04", "2022-05-01")), ["retain_until"]);
    facts.erasure_requests[0].received_on = None;
    assert_eq!(missing(&one(&facts, "G04", "2022-05-01")), ["received_on"]);
}

#[test]
fn h01_keeps_records_long_enough() {
    let mut facts = agreement();
    assert_eq!(missing(&one(&facts, "H01", "2022-01-01")), ["balance_settled_on"]);
    facts.balance_settled_on = on("2021-11-15");
    let until = |facts: &AgreementFacts| one(facts, "H01", "2022-01-01").values["retain_until"].clone();
    assert_eq!(until(&facts), "2026-11-15");
    facts.max_grant = money("60000.00");
    assert_eq!(until(&facts), "2024-11-15", "a small grant");
    facts.max_grant = money("60000.01");
    assert_eq!(until(&facts), "2026-11-15");
    assert_eq!(one(&facts, "H01", "2026-11-15").fix, None, "the last day");
    let reached = one(&facts, "H01", "2026-11-16");
    assert_eq!((reached.result, reached.severity), (Outcome::Pass, Severity::Info));
    assert_eq!(reached.fix.map(|fix| fix.code), Some("retention_reached"));
    facts.records_destroyed_on = on("2026-11-14");
    assert_eq!(result(&facts, "H01", "2027-01-01"), Outcome::Fail);
    facts.records_destroyed_on = on("2026-11-15");
    assert_eq!(result(&facts, "H01", "2027-01-01"), Outcome::Pass);
    facts.holds = vec![Hold { id: "h".into(), kind: "audit".into(), closed_on: on("2027-04-02") }];
    assert_eq!(until(&facts), "2027-04-02");
    facts.holds[0].closed_on = None;
    assert_eq!(result(&facts, "H01", "2027-01-01"), Outcome::Fail, "an audit is open");
    facts.holds[0].kind = "claim".into();
    assert_eq!(result(&facts, "H01", "2027-01-01"), Outcome::Pass, "the regime does not name claims");
    let bare = Parameters::read(&json!({"rules": [{"rule": "H01", "severity": "info"}]}), &[]);
    assert_eq!(of(&facts, &bare, "H01", "2027-01-01")[0].result, Outcome::NotApplicable);
    facts.balance_settled_on = on("9999-12-31");
    assert_eq!(result(&facts, "H01", "2027-01-01"), Outcome::InsufficientData);
}

#[test]
fn h02_wants_proof_by_the_final_report() {
    let mut facts = agreement();
    facts.assets = vec![Asset { id: "x".into(), ..Asset::default() }];
    assert_eq!(missing(&one(&facts, "H02", "2021-09-01")), ["unit_price"]);
    facts.assets[0].unit_price = money("5000.00");
    assert_eq!(result(&facts, "H02", "2021-09-01"), Outcome::NotApplicable);
    facts.assets[0].unit_price = money("5000.01");
    assert_eq!(result(&facts, "H02", "2021-08-31"), Outcome::Pass, "the report is not due yet");
    assert_eq!(missing(&one(&facts, "H02", "2021-09-01")), ["transfer_proof"]);
    facts.assets[0].transfer_proof = Some(false);
    assert_eq!(result(&facts, "H02", "2021-09-01"), Outcome::Fail);
    facts.reports = vec![Report {
        id: "r".into(),
        kind: "final_report".into(),
        submitted_on: on("2021-07-01"),
        ..Report::default()
    }];
    assert_eq!(result(&facts, "H02", "2021-07-01"), Outcome::Fail, "it went out");
    facts.assets[0].transfer_proof = Some(true);
    assert_eq!(result(&facts, "H02", "2021-07-01"), Outcome::Pass);
}

#[test]
fn the_entry_for_both_mode_and_type_comes_first() {
    let entry = |kind: &str, mode: Option<&str>| {
        let mut entry = json!({"event_type": kind, "required": [], "within": "P1D"});
        if let Some(mode) = mode {
            entry["mode"] = json!(mode);
        }
        entry
    };
    let list = json!({"evidence": [entry("any", None), entry("seminar", None), entry("any", Some("online")),
                                   entry("seminar", Some("online")), entry("any", None)]});
    let entries = Parameters::read(&list, &[]).evidence;
    let place = |kind: &str, mode: Option<&str>| {
        let found = evidence_for(&entries, kind, mode).expect("one");
        entries.iter().position(|entry| std::ptr::eq(entry, found))
    };
    assert_eq!(place("seminar", Some("online")), Some(3));
    assert_eq!(place("other", Some("online")), Some(2));
    assert_eq!(place("seminar", Some("hybrid")), Some(1));
    assert_eq!(place("seminar", None), Some(1));
    assert_eq!(place("other", None), Some(0), "the first of equals");
    assert!(evidence_for(&entries[1..2], "other", None).is_none());
}
