//! Dates that must come out, and what happens where a fact is missing.
#![expect(clippy::unwrap_used, reason = "a test may")]
use super::*;
use crate::regimes::documents;
use crate::regimes::terms::{Override, TermLevel, TermOrigin};
use serde_json::json;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn terms(id: &str, overrides: &[(&str, Value)]) -> Terms {
    let line = [documents().into_iter().find(|(key, _)| key.id == id).unwrap()];
    let origin = || TermOrigin {
        level: TermLevel::Agreement,
        regime: None,
        clause: Some("article 2".into()),
        document: None,
        document_id: None,
    };
    let one = |(path, value): &(&str, Value)| Override {
        path: (*path).to_owned(),
        value: value.clone(),
        origin: origin(),
    };
    Terms::new(&line, &overrides.iter().map(one).collect::<Vec<_>>()).unwrap()
}

fn facts(start: &str, end: &str) -> Facts {
    Facts { start: Some(day(start)), end: Some(day(end)), ..Facts::default() }
}

/// `entry subject due`, one a line.
fn told(planned: &[Planned]) -> Vec<String> {
    let due = |one: &Planned| one.due_on.map_or("?".to_owned(), |due| due.to_string());
    planned.iter().map(|one| format!("{} {} {}", one.entry, one.subject, due(one))).collect()
}

#[test]
fn latbel_comes_out_before_and_after_the_extension() {
    let prag = terms("eu-prag-icmpd-mpf", &[]);
    let before = plan(&prag, &facts("2019-11-01", "2021-05-31"), 1);
    assert_eq!(
        told(&before),
        [
            "interim period-1 2020-12-30",
            "final agreement 2021-08-31",
            "A06 agreement 2021-05-01",
            "A10 agreement 2022-11-30"
        ]
    );
    let after = plan(&prag, &facts("2019-11-01", "2021-09-30"), 2);
    assert_eq!(
        told(&after),
        [
            "interim period-1 2020-12-30",
            "final agreement 2021-12-30",
            "A06 agreement 2021-08-31",
            "A10 agreement 2023-03-30"
        ]
    );
    let last = periods(&prag, &facts("2019-11-01", "2021-09-30"));
    assert_eq!(last[1], ReportingPeriod { number: 2, start: day("2020-11-01"), end: day("2021-09-30") });
    let computed = &before[1].computed;
    assert_eq!(
        (computed.anchor.as_str(), computed.anchor_on, computed.offset.as_str()),
        ("implementation.end", Some(day("2021-05-31")), "P3M")
    );
    assert_eq!(
        computed.notes,
        ["final-abroad (coordinator.hq_in_country_of_action)"],
        "it may be six months"
    );
    assert_eq!(before[1].confidence, Some(Confidence::Found));
}

#[test]
fn a_condition_that_holds_replaces_the_usual_term() {
    let prag = terms("eu-prag-icmpd-mpf", &[]);
    let mut facts = facts("2019-11-01", "2021-05-31");
    for (home, due) in [(true, "final agreement 2021-08-31"), (false, "final-abroad agreement 2021-11-30")] {
        facts.known.insert("coordinator.hq_in_country_of_action".into(), json!(home));
        let planned = plan(&prag, &facts, 1);
        assert_eq!(told(&planned)[1], due);
        assert!(planned[1].computed.notes.is_empty());
    }
    assert_eq!(plan(&prag, &facts, 1)[1].confidence, Some(Confidence::ToConfirm));
}

#[test]
fn what_falls_on_a_day_off_is_moved_where_the_regime_says_so() {
    // 2022-06-28 + 60 days is a Saturday (B01).
    let mga = terms("eu-mga-2021-27", &[]);
    let planned = plan(&mga, &facts("2020-12-29", "2023-12-28"), 1);
    assert_eq!(told(&planned)[0], "periodic period-1 2022-08-29");
    let computed = &planned[0].computed;
    assert_eq!(
        (computed.unrolled_on, computed.rolled_because.as_deref()),
        (Some(day("2022-08-27")), Some("Saturday"))
    );
    assert_eq!(told(&planned)[1..], ["final-periodic period-2 2024-02-26"]);
}

#[test]
fn overrides_count() {
    let named =
        json!([{"start": "2019-11-01", "end": "2020-06-30"}, {"start": "2020-07-01", "end": "2021-05-31"}]);
    let prag = terms(
        "eu-prag-icmpd-mpf",
        &[("reporting.periods", named), ("reporting.obligations[interim].offset", json!("P1M"))],
    );
    assert!(prag.faults().is_empty(), "{:?}", prag.faults());
    let planned = plan(&prag, &facts("2019-11-01", "2021-05-31"), 1);
    assert_eq!(told(&planned)[0], "interim period-1 2020-07-30");
}

#[test]
fn without_a_fact_there_is_no_date_and_it_says_why() {
    let us = terms("us-2cfr200", &[]);
    let planned = plan(&us, &Facts::default(), 1);
    assert!(
        planned.iter().all(|one| one.due_on.is_none() && !one.computed.missing.is_empty()),
        "{planned:#?}"
    );
    let mut known = facts("2024-01-01", "2024-12-31");
    known.known =
        json!({"reporting.frequency": "quarterly", "party.role": "coordinator"}).as_object().unwrap().clone();
    let expected = [
        "ffr-quarterly period-1 2024-04-30",
        "ffr-quarterly period-2 2024-07-30",
        "ffr-quarterly period-3 2024-10-30",
        "ppr period-1 2024-04-30",
        "ppr period-2 2024-07-30",
        "ppr period-3 2024-10-30",
        "final-all agreement 2025-04-30",
        "A06 agreement 2024-12-21",
    ];
    assert_eq!(told(&plan(&us, &known, 1)), expected);
}
