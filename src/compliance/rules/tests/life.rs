//! Group A: all four answers, the days at the edges.
use super::*;
use crate::compliance::rules::facts::{
    Amendment, AmendmentKind, AmendmentStatus, Change, Event, EventState, Expenditure, Obligation, Project,
    Report, ReportingPeriod, Suspension,
};
use crate::compliance::rules::life::{Untiled, untiled};
use proptest::prelude::*;

fn cost(kind: &str, from: &str, to: Option<&str>) -> AgreementFacts {
    let cost = Expenditure {
        id: "e".into(),
        kind: Some(kind.into()),
        incurred_from: on(from),
        incurred_to: to.map(day),
        ..Expenditure::default()
    };
    AgreementFacts { expenditures: vec![cost], ..agreement() }
}

#[test]
fn a01_places_a_cost() {
    for (kind, from, to, expected) in [
        ("ordinary", "2019-11-01", None, Outcome::Pass),
        ("ordinary", "2019-10-31", None, Outcome::Fail),
        ("ordinary", "2021-05-31", None, Outcome::Pass),
        ("ordinary", "2021-05-31", Some("2021-06-01"), Outcome::Fail),
        ("ordinary", "2019-10-31", Some("2019-11-05"), Outcome::Fail),
        ("audit", "2021-08-31", None, Outcome::Pass),
        ("audit", "2021-05-30", Some("2021-09-01"), Outcome::Fail),
        ("audit", "2019-10-31", None, Outcome::Fail),
    ] {
        assert_eq!(result(&cost(kind, from, to), "A01", "2021-10-01"), expected, "{kind} {from} {to:?}");
    }
    let mut abroad = cost("audit", "2021-11-30", None);
    assert_eq!(result(&abroad, "A01", "2022-01-01"), Outcome::Fail);
    abroad.conditions.insert("coordinator.hq_in_country_of_action".into(), json!(false));
    assert_eq!(result(&abroad, "A01", "2022-01-01"), Outcome::Pass, "six months there");
    let unknown = AgreementFacts { end: None, ..cost("ordinary", "2020-01-01", None) };
    assert_eq!(missing(&one(&unknown, "A01", "2021-01-01")), ["implementation.end"]);
    let mut kindless = cost("ordinary", "2021-07-01", None);
    kindless.expenditures[0].kind = None;
    assert_eq!(missing(&one(&kindless, "A01", "2022-01-01")), ["kind"]);
    kindless.expenditures[0].incurred_from = on("2021-01-01");
    assert_eq!(result(&kindless, "A01", "2022-01-01"), Outcome::Pass, "its kind does not matter inside");
}

#[test]
fn a01_allows_nothing_while_all_is_suspended() {
    let suspended = |total, to: Option<&str>| {
        let suspension = Suspension {
            id: "s".into(),
            from: on("2020-03-16"),
            to: to.map(day),
            total,
            ..Suspension::default()
        };
        AgreementFacts { suspensions: vec![suspension], ..cost("ordinary", "2020-05-31", None) }
    };
    assert_eq!(result(&suspended(Some(true), Some("2020-05-31")), "A01", "2021-01-01"), Outcome::Fail);
    assert_eq!(result(&suspended(Some(true), Some("2020-05-30")), "A01", "2021-01-01"), Outcome::Pass);
    assert_eq!(result(&suspended(Some(true), None), "A01", "2021-01-01"), Outcome::Fail, "it still lasts");
    assert_eq!(result(&suspended(Some(false), None), "A01", "2021-01-01"), Outcome::Pass, "in part only");
    assert_eq!(missing(&one(&suspended(None, None), "A01", "2021-01-01")), ["scope"]);
}

#[test]
fn a02_lists_what_is_not_paid() {
    let mut facts = cost("ordinary", "2021-05-20", None);
    assert_eq!(result(&facts, "A02", "2021-09-01"), Outcome::NotApplicable, "no final report yet");
    facts.reports = vec![Report {
        id: "r".into(),
        kind: "final_report".into(),
        submitted_on: on("2021-08-31"),
        ..Report::default()
    }];
    assert_eq!(missing(&one(&facts, "A02", "2021-09-01")), ["reported_amount"]);
    facts.expenditures[0].amount = money("500.00");
    assert_eq!(result(&facts, "A02", "2021-09-01"), Outcome::Pass);
    facts.expenditures[0].amount = money("500.01");
    assert_eq!(missing(&one(&facts, "A02", "2021-09-01")), ["listed_as_pending"]);
    facts.expenditures[0].listed_as_pending = Some(false);
    assert_eq!(result(&facts, "A02", "2021-09-01"), Outcome::Fail);
    facts.expenditures[0].paid_on = on("2021-09-01");
    assert_eq!(result(&facts, "A02", "2021-09-01"), Outcome::Fail, "paid after the report");
    facts.expenditures[0].paid_on = on("2021-08-31");
    assert_eq!(result(&facts, "A02", "2021-09-01"), Outcome::Pass);
}

fn with_periods(periods: &[(&str, &str)]) -> AgreementFacts {
    let period = |(n, (start, end)): (usize, &(&str, &str))| ReportingPeriod {
        id: format!("p{n}"),
        start: on(start),
        end: on(end),
    };
    AgreementFacts { periods: periods.iter().enumerate().map(period).collect(), ..agreement() }
}

#[test]
fn a03_wants_periods_that_tile() {
    let right = [("2019-11-01", "2020-10-31"), ("2020-11-01", "2021-05-31")];
    assert_eq!(result(&with_periods(&right), "A03", "2021-01-01"), Outcome::Pass);
    for (wrong, name) in [
        (vec![("2019-11-01", "2020-10-30"), ("2020-11-01", "2021-05-31")], "gaps"),
        (vec![("2019-11-01", "2020-11-01"), ("2020-11-01", "2021-05-31")], "overlaps"),
        (vec![("2019-11-01", "2020-10-31"), ("2020-11-01", "2021-06-01")], "outside"),
        (vec![("2019-10-31", "2020-10-31"), ("2020-11-01", "2021-05-31")], "outside"),
        (vec![("2019-11-01", "2020-10-31")], "gaps"),
    ] {
        let finding = one(&with_periods(&wrong), "A03", "2021-01-01");
        assert_eq!(finding.result, Outcome::Fail, "{wrong:?}");
        assert_eq!(finding.values[name].as_array().map(Vec::len), Some(1), "{wrong:?}: {name}");
    }
    let mut own = with_periods(&[("2019-11-01", "2020-04-30"), ("2020-05-01", "2021-05-31")]);
    assert_eq!(result(&own, "A03", "2021-01-01"), Outcome::Fail, "not the regime's twelve months");
    own.own_schedule = true;
    assert_eq!(result(&own, "A03", "2021-01-01"), Outcome::Pass);
    let none = one(&agreement(), "A03", "2021-01-01");
    assert_eq!(missing(&none), ["reporting_periods"]);
    assert_eq!((&none.values["months"], &none.values["days"]), (&json!(19), &json!(578)));
}

#[test]
fn a04_and_a05_look_at_the_edges() {
    let event = |state, start: &str, end: Option<&str>| {
        let event = Event { id: "v".into(), state, start: on(start), end: end.map(day), ..Event::default() };
        AgreementFacts { events: vec![event], ..agreement() }
    };
    let held = Some(EventState::Held);
    assert_eq!(result(&event(held, "2021-05-31", None), "A04", "2022-01-01"), Outcome::Pass);
    assert_eq!(result(&event(held, "2021-05-31", Some("2021-06-01")), "A04", "2022-01-01"), Outcome::Fail);
    let planned = one(&event(Some(EventState::Planned), "2021-06-01", None), "A04", "2021-01-01");
    assert_eq!((planned.result, planned.severity), (Outcome::Fail, Severity::Warning));
    let cancelled = event(Some(EventState::Cancelled), "2021-06-01", None);
    assert_eq!(result(&cancelled, "A04", "2021-01-01"), Outcome::NotApplicable);
    assert_eq!(missing(&one(&event(None, "2021-05-01", None), "A04", "2021-01-01")), ["state"]);

    let mut facts = agreement();
    facts.projects = vec![Project { id: "p".into(), code: None, status: Some("implementation".into()) }];
    assert_eq!(result(&facts, "A05", "2021-05-31"), Outcome::Pass);
    assert_eq!(result(&facts, "A05", "2021-06-01"), Outcome::Fail);
    facts.projects[0].status = Some("finalisation".into());
    assert_eq!(result(&facts, "A05", "2021-06-01"), Outcome::Pass);
    facts.projects[0].status = None;
    assert_eq!(missing(&one(&facts, "A05", "2021-06-01")), ["status"]);
}

fn extended(received: Option<&str>, new: &str) -> AgreementFacts {
    let amendment = Amendment {
        id: "m1".into(),
        kind: AmendmentKind::Addendum,
        status: AmendmentStatus::InForce,
        changes: vec!["end".into()],
        received_on: received.map(day),
        requested_on: received.map(day),
        effective_on: on("2021-05-31"),
        last_signed_on: on("2021-05-20"),
        end: Some(Change { old: day("2021-05-31"), new: day(new) }),
        max_grant: None,
    };
    AgreementFacts { amendments: vec![amendment], ..agreement() }
}

#[test]
fn a06_wants_the_request_in_time() {
    assert_eq!(result(&extended(Some("2021-05-01"), "2021-09-30"), "A06", "2021-06-01"), Outcome::Pass);
    let late = one(&extended(Some("2021-05-02"), "2021-09-30"), "A06", "2021-06-01");
    assert_eq!((late.result, &late.values["days_late"]), (Outcome::Fail, &json!(1)));
    assert_eq!(missing(&one(&extended(None, "2021-09-30"), "A06", "2021-06-01")), ["received_by_grantor_on"]);
    assert_eq!(result(&extended(Some("2021-05-01"), "2022-05-31"), "A06", "2021-06-01"), Outcome::Pass);
    assert_eq!(result(&extended(Some("2021-05-01"), "2022-06-01"), "A06", "2021-06-01"), Outcome::Fail);
    let none = one(&agreement(), "A06", "2021-04-01");
    assert_eq!(
        (none.result, &none.values["latest_request_on"]),
        (Outcome::NotApplicable, &json!("2021-05-01"))
    );
    let mut twice = extended(Some("2021-05-01"), "2021-09-30");
    let second = Amendment {
        id: "m2".into(),
        received_on: on("2021-08-01"),
        end: Some(Change { old: day("2021-09-30"), new: day("2021-10-31") }),
        ..twice.amendments[0].clone()
    };
    twice.amendments.push(second);
    let found = of(&twice, &terms(), "A06", "2021-12-01");
    assert_eq!(found.iter().map(|f| f.result).collect::<Vec<_>>(), [Outcome::Pass, Outcome::Fail]);
}

#[test]
fn a07_shifts_the_end() {
    let mut facts = agreement();
    facts.suspensions = vec![Suspension { id: "s".into(), from: on("2020-03-16"), ..Suspension::default() }];
    assert_eq!(result(&facts, "A07", "2020-04-01"), Outcome::NotApplicable, "it still lasts");
    facts.suspensions[0].to = on("2020-05-31");
    assert_eq!(missing(&one(&facts, "A07", "2021-01-01")), ["extends_end"]);
    facts.suspensions[0].total = Some(true);
    assert_eq!(missing(&one(&facts, "A07", "2021-01-01")), ["end_moved"]);
    facts.suspensions[0].applied = Some(false);
    let found = one(&facts, "A07", "2021-01-01");
    assert_eq!((found.result, &found.values["new_end"]), (Outcome::Fail, &json!("2021-08-16")));
    facts.suspensions[0].applied = Some(true);
    assert_eq!(result(&facts, "A07", "2021-01-01"), Outcome::Pass);
    facts.suspensions[0].extends_end = Some(false);
    assert_eq!(result(&facts, "A07", "2021-01-01"), Outcome::NotApplicable);
}

#[test]
fn a08_moves_what_hangs_on_the_end() {
    let mut facts = extended(Some("2021-05-01"), "2021-09-30");
    facts.end = on("2021-09-30");
    let found = one(&facts, "A08", "2021-06-01");
    assert_eq!(found.result, Outcome::Pass);
    let moved = json!([
        {"entry": "final", "old_due": "2021-08-31", "new_due": "2021-12-30"},
        {"entry": "longstop", "old_due": "2022-11-30", "new_due": "2023-03-30"},
    ]);
    assert_eq!(found.values["moved"], moved);
    let obligation = Obligation {
        id: "o".into(),
        entry: Some("final".into()),
        kind: "final_report".into(),
        due_on: on("2021-08-31"),
        ..Obligation::default()
    };
    facts.obligations = vec![obligation];
    assert_eq!(result(&facts, "A08", "2021-06-01"), Outcome::Fail, "it did not follow");
    facts.obligations[0].superseded = true;
    assert_eq!(result(&facts, "A08", "2021-06-01"), Outcome::Pass);
    facts.obligations[0] = Obligation { superseded: false, due_on: None, ..facts.obligations[0].clone() };
    assert_eq!(missing(&one(&facts, "A08", "2021-06-01")), ["due_on"]);
}

#[test]
fn a09_wants_the_right_route() {
    let amendment = |facts: &AgreementFacts| {
        let found = of(facts, &terms(), "A09", "2021-12-01");
        found.into_iter().find(|finding| finding.subject.resource == "amendment").expect("one")
    };
    let mut facts = extended(Some("2021-05-01"), "2021-09-30");
    assert_eq!(amendment(&facts).result, Outcome::Pass);
    facts.amendments[0].requested_on = on("2021-05-02");
    assert_eq!(amendment(&facts).values["faults"], json!(["requested_too_late"]));
    facts.amendments[0].effective_on = on("2021-07-15");
    facts.amendments[0].requested_on = on("2021-06-01");
    assert_eq!(amendment(&facts).values["faults"], json!(["after_period"]));
    facts.amendments[0].requested_on = on("2021-05-01");
    facts.amendments[0].last_signed_on = on("2021-07-16");
    assert_eq!(amendment(&facts).values["faults"], json!(["retroactive"]));
    facts.amendments[0].last_signed_on = None;
    assert_eq!(missing(&amendment(&facts)), ["signed_on"]);
    facts.amendments[0].max_grant = Some(Change { old: Decimal::new(100, 0), new: Decimal::new(10_000, 2) });
    assert_eq!(amendment(&facts).result, Outcome::InsufficientData, "the same grant");
    facts.amendments[0].max_grant = Some(Change { old: Decimal::new(100, 0), new: Decimal::new(10_001, 2) });
    assert_eq!(amendment(&facts).values["faults"], json!(["grant_raised"]));
    facts.amendments[0] = Amendment {
        kind: AmendmentKind::Notification,
        changes: vec!["bank_account".into()],
        end: None,
        max_grant: None,
        ..facts.amendments[0].clone()
    };
    assert_eq!(amendment(&facts).result, Outcome::Pass);
    facts.amendments[0].changes.push("heading_beyond_limit".into());
    assert_eq!(amendment(&facts).values["faults"], json!(["route"]));
    facts.amendments[0].status = AmendmentStatus::Dropped;
    assert_eq!(amendment(&facts).result, Outcome::NotApplicable);

    let reference = |text: Option<&str>| {
        let facts = AgreementFacts { reference: text.map(str::to_owned), ..agreement() };
        one(&facts, "A09", "2021-01-01").result
    };
    assert_eq!(reference(Some("ICMPD/2019/MPF-295-005")), Outcome::Pass);
    assert_eq!(reference(Some("ICMPD/2019/MPF-295-5")), Outcome::Fail);
    assert_eq!(reference(None), Outcome::InsufficientData);
}

#[test]
fn a10_waits_for_the_balance() {
    let mut facts = agreement();
    assert_eq!(result(&facts, "A10", "2022-11-30"), Outcome::Pass);
    assert_eq!(result(&facts, "A10", "2022-12-01"), Outcome::Fail);
    facts.balance_settled_on = on("2022-12-01");
    assert_eq!(result(&facts, "A10", "2022-12-01"), Outcome::Pass);
    facts.end = Some(NaiveDate::MAX);
    assert_eq!(result(&facts, "A10", "2022-12-01"), Outcome::InsufficientData);
    facts.end = None;
    assert_eq!(missing(&one(&facts, "A10", "2022-12-01")), ["implementation.end"]);
}

proptest! {
    /// Against counting how often each day is covered.
    #[test]
    fn what_is_not_tiled_is_found(
        length in 1..40_u64, periods in proptest::collection::vec((0..60_u64, 0..60_u64), 0..6),
    ) {
        let at = |n: u64| day("2024-01-01") + chrono::Days::new(n);
        let (start, end) = (at(10), at(10 + length));
        let periods: Vec<_> = periods.into_iter().map(|(a, b)| (at(a), at(b))).filter(|(a, b)| a <= b).collect();
        let found = untiled(start, end, &periods);
        let times = |n: u64| periods.iter().filter(|(a, b)| (*a..=*b).contains(&at(n))).count();
        let inside = |n: u64| (start..=end).contains(&at(n));
        let holds = |list: &[(NaiveDate, NaiveDate)], n: u64| list.iter().any(|(a, b)| (*a..=*b).contains(&at(n)));
        for n in 0..60 {
            prop_assert_eq!(holds(&found.gaps, n), inside(n) && times(n) == 0, "gap on {}", at(n));
            prop_assert_eq!(holds(&found.overlaps, n), inside(n) && times(n) > 1, "overlap on {}", at(n));
            prop_assert_eq!(holds(&found.outside, n), !inside(n) && times(n) > 0, "outside on {}", at(n));
        }
        let tiled = (0..60).all(|n| times(n) == usize::from(inside(n)));
        prop_assert_eq!(found == Untiled::default(), tiled);
    }
}
