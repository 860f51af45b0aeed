//! Group B: all four answers, the days at the edges.
use super::*;
use crate::compliance::rules::facts::{
    Deliverable, InformationRequest, Obligation, PartnerReport, Report, ReportLine,
};

fn duty(kind: &str) -> AgreementFacts {
    let obligation = Obligation { id: "o".into(), kind: kind.into(), ..Obligation::default() };
    AgreementFacts { obligations: vec![obligation], ..agreement() }
}

#[test]
fn b01_to_b03_compare_what_is_due_with_what_was_done() {
    for (rule, kind) in [("B01", "interim_report"), ("B02", "final_report"), ("B03", "sf_425")] {
        let mut facts = duty(kind);
        assert_eq!(missing(&one(&facts, rule, "2021-08-31")), ["due_on"]);
        facts.obligations[0].due_on = on("2021-08-31");
        let open = one(&facts, rule, "2021-08-31");
        assert_eq!((open.result, &open.values["days_left"]), (Outcome::Pass, &json!(0)), "the day itself");
        let overdue = one(&facts, rule, "2021-09-01");
        assert_eq!((overdue.result, &overdue.values["days_late"]), (Outcome::Fail, &json!(1)));
        facts.obligations[0].met_on = on("2021-08-31");
        assert_eq!(result(&facts, rule, "2022-01-01"), Outcome::Pass);
        facts.obligations[0].met_on = on("2021-09-02");
        assert_eq!(one(&facts, rule, "2022-01-01").fix.map(|fix| fix.code), Some("was_late"));
        assert_eq!(
            one(&facts, rule, "2021-09-01").fix.map(|fix| fix.code),
            Some("submit_now"),
            "not yet then"
        );
        facts.obligations[0].waived = true;
        assert_eq!(result(&facts, rule, "2022-01-01"), Outcome::NotApplicable);
        facts.obligations[0].superseded = true;
        assert!(of(&facts, &terms(), rule, "2022-01-01").is_empty());
    }
}

#[test]
fn a_due_date_explains_itself() {
    let mut facts = duty("interim_report");
    facts.obligations[0].entry = Some("interim".into());
    facts.obligations[0].anchor_on = on("2020-10-31");
    let found = one(&facts, "B01", "2020-12-01");
    assert_eq!(found.values["due_on"], "2020-12-30");
    assert_eq!(found.values["computed"]["unrolled"], "2020-12-30");
    assert_eq!(found.unconfirmed, ["/reporting/obligations/0"]);
    facts.obligations[0].due_on = on("2021-01-15");
    let found = one(&facts, "B01", "2021-01-10");
    assert_eq!((found.result, &found.values["due_by_regime"]), (Outcome::Pass, &json!("2020-12-30")));
    let mut rolling = regime();
    rolling["calendar"] = json!({"roll": "next_working_day", "holidays": "eu-institutions"});
    facts.obligations[0] =
        Obligation { anchor_on: on("2040-01-01"), due_on: None, ..facts.obligations[0].clone() };
    let found = of(&facts, &Parameters::read(&rolling, &[]), "B01", "2040-01-10");
    assert_eq!(found[0].unconfirmed, ["/calendar/holidays", "/reporting/obligations/0"], "beyond the list");
}

#[test]
fn b04_follows_the_chain() {
    let chain = |submitted: &str, controlled: Option<&str>, reported: Option<&str>| {
        let report = PartnerReport {
            id: "p".into(),
            period_end: on("2024-06-30"),
            submitted_on: on(submitted),
            controlled_on: controlled.map(day),
            project_report_on: reported.map(day),
        };
        AgreementFacts { partner_reports: vec![report], ..agreement() }
    };
    assert_eq!(result(&chain("2024-07-15", None, None), "B04", "2024-08-01"), Outcome::Pass);
    assert_eq!(
        result(&chain("2024-07-25", None, None), "B04", "2024-08-01"),
        Outcome::Pass,
        "five days are enough"
    );
    let close = one(&chain("2024-07-26", None, None), "B04", "2024-08-01");
    assert_eq!((close.result, close.severity), (Outcome::Fail, Severity::Warning));
    let late = one(&chain("2024-07-15", Some("2024-09-16"), None), "B04", "2024-09-20");
    assert_eq!((late.result, late.severity), (Outcome::Fail, Severity::Violation));
    let done = chain("2024-07-15", Some("2024-09-15"), Some("2024-09-30"));
    assert_eq!(result(&done, "B04", "2024-12-01"), Outcome::Pass);
    assert_eq!(result(&chain("2024-07-15", Some("2024-09-15"), None), "B04", "2024-10-01"), Outcome::Fail);
    let mut unknown = done.clone();
    unknown.partner_reports[0].period_end = None;
    assert_eq!(missing(&one(&unknown, "B04", "2024-10-01")), ["period_end"]);
}

#[test]
fn b05_adds_up() {
    let span = Some((day("2019-11-01"), day("2020-10-31")));
    let line = ReportLine {
        code: "1.1".into(),
        units: money("19"),
        unit_value: money("333.33"),
        total: money("6333.27"),
        declared: money("6333.27"),
        cumulative_before: money("100"),
        cumulative: money("6433.27"),
    };
    let report = Report {
        id: "r".into(),
        kind: "interim_report".into(),
        narrative_period: span,
        financial_period: span,
        lines: vec![line],
        total: money("6333.27"),
        ledger_total: money("6343.27"),
        reconciled: money("10.00"),
        ..Report::default()
    };
    let judged = |change: &dyn Fn(&mut Report)| {
        let mut report = report.clone();
        change(&mut report);
        one(&AgreementFacts { reports: vec![report], ..agreement() }, "B05", "2020-12-01")
    };
    assert_eq!(judged(&|_| {}).result, Outcome::Pass);
    let faults = |change: &dyn Fn(&mut Report)| judged(change).values["faults"].clone();
    assert_eq!(faults(&|r| r.lines[0].units = money("20")), json!(["1.1:total"]));
    assert_eq!(faults(&|r| r.lines[0].declared = money("6333.26")), json!(["1.1:declared"]));
    assert_eq!(faults(&|r| r.lines[0].cumulative = money("6333.27")), json!(["1.1:cumulative"]));
    assert_eq!(faults(&|r| r.reconciled = None), json!(["ledger"]));
    assert_eq!(
        faults(&|r| r.narrative_period = Some((day("2019-11-01"), day("2020-10-30")))),
        json!(["periods_differ"])
    );
    assert_eq!(missing(&judged(&|r| r.ledger_total = None)), ["ledger_total"]);
    assert_eq!(missing(&judged(&|r| r.lines.clear())), ["lines"]);
    let mut other = agreement();
    other.reports = vec![Report { kind: "visit_report".into(), ..report.clone() }];
    assert!(of(&other, &terms(), "B05", "2020-12-01").is_empty());
}

#[test]
fn b06_and_b07_have_their_days() {
    let mut facts = agreement();
    facts.information_requests = vec![InformationRequest { id: "q".into(), ..InformationRequest::default() }];
    assert_eq!(missing(&one(&facts, "B06", "2021-03-02")), ["received_on"]);
    facts.information_requests[0].received_on = on("2021-01-31");
    assert_eq!(result(&facts, "B06", "2021-03-02"), Outcome::Pass);
    assert_eq!(result(&facts, "B06", "2021-03-03"), Outcome::Fail);
    facts.information_requests[0].received_on = on("9999-12-31");
    assert_eq!(result(&facts, "B06", "2021-03-03"), Outcome::InsufficientData);

    facts.deliverables = vec![Deliverable { id: "d".into(), due_month: Some(19), ..Deliverable::default() }];
    assert_eq!(result(&facts, "B07", "2021-05-31"), Outcome::Pass);
    assert_eq!(result(&facts, "B07", "2021-06-01"), Outcome::Fail);
    facts.deliverables[0].done_on = on("2021-05-31");
    assert_eq!(result(&facts, "B07", "2021-06-01"), Outcome::Pass);
    facts.deliverables[0].due_month = Some(0);
    assert_eq!(result(&facts, "B07", "2021-06-01"), Outcome::InsufficientData);
    facts.deliverables[0].due_month = None;
    assert_eq!(missing(&one(&facts, "B07", "2021-06-01")), ["due_on"]);
    facts.deliverables[0].due_on = on("2021-05-30");
    assert_eq!(result(&facts, "B07", "2021-06-01"), Outcome::Fail);
}
