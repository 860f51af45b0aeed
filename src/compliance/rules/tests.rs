//! The engine over whole agreements: all four answers of every rule, its edges, order, and that nothing panics.
use super::facts::{AgreementFacts, Name, Names};
use super::model::{Finding, Outcome};
use super::parameters::Parameters;
use super::{catalogue, evaluate, words};
use chrono::NaiveDate;
use entity::vocab::Severity;
use rust_decimal::Decimal;
use serde_json::{Value, json};

mod events;
mod life;
mod random;
mod reporting;
mod visibility;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn on(text: &str) -> Option<NaiveDate> {
    Some(day(text))
}

fn money(text: &str) -> Option<Decimal> {
    Some(Decimal::from_str_exact(text).expect("an amount"))
}

/// A regime that wants every rule.
fn regime() -> Value {
    let rules: Vec<Value> = catalogue::CATALOGUE
        .iter()
        .map(|entry| match entry.id {
            "A01" => json!({"rule": "A01", "severity": "violation", "with": {"after_end_kinds": ["audit"]}}),
            "A06" => json!({"rule": "A06", "severity": "violation", "with":
                            {"notice": "P30D", "max_extension": "P12M", "times": 1}}),
            "G01" => json!({"rule": "G01", "severity": "warning", "confidence": "to_confirm"}),
            id => json!({"rule": id, "severity": entry.severity}),
        })
        .collect();
    json!({
        "reference_pattern": "^ICMPD/(?P<year>\\d{4})/(?P<facility>[A-Z]{2,6})-(?P<fund_no>\\d{1,4})-(?P<seq>\\d{3})$",
        "calendar": {"days": "calendar", "count_trigger_day": false, "month_overflow": "clamp", "roll": "none"},
        "reporting": {"period_months": 12, "obligations": [
            {"id": "interim", "doc_type": "interim_report", "for_each": "reporting_period",
             "anchor": "reporting_period.end", "offset": "P60D", "confidence": "memory"},
            {"id": "final", "doc_type": "final_report", "anchor": "implementation.end", "offset": "P3M"},
            {"id": "final-abroad", "doc_type": "final_report", "anchor": "implementation.end", "offset": "P6M",
             "when": {"eq": ["coordinator.hq_in_country_of_action", false]}, "replaces": "final"},
        ]},
        "visibility": {"elements": [
            {"id": "funded", "kind": "funding_statement", "required_for": ["web_article", "brochure"],
             "match": "any_of", "texts": [
                {"lang": "en", "text": "Co-funded by the European Union", "confidence": "memory"},
                {"lang": "en", "text": "funded by the European Union", "confidence": "found"},
                {"lang": "lv", "text": "finansē Eiropas Savienība", "confidence": "found"}]},
            {"id": "disclaimer", "kind": "disclaimer", "required_for": ["web_article"], "match": "any_of", "texts": [
                {"lang": "en", "text": "The contents are the sole responsibility of {author} alone."},
                {"lang": "lv", "text": "Par saturu atbild {author}"}]},
            {"id": "emblem", "kind": "emblem", "required_for": ["web_article"], "match": "manual"},
        ]},
        "evidence": [
            {"event_type": "seminar", "required": ["agenda", "signed_participant_list"], "within": "P14D",
             "recommended": ["photos"], "confidence": "to_confirm"},
            {"event_type": "any", "mode": "online", "required": ["agenda", "minutes_or_report"], "within": "P14D"},
        ],
        "retention": {"anchor": "payment.balance_settled_on", "years": 5, "confidence": "memory",
                      "low_value": {"max_grant": "60000", "years": 3}, "extended_by_open": ["audit"]},
        "rules": rules,
    })
}

fn terms() -> Parameters {
    Parameters::read(&regime(), &[])
}

/// An agreement from November 2019 to May 2021, with nothing on it.
fn agreement() -> AgreementFacts {
    AgreementFacts {
        id: "a1".into(),
        reference: Some("ICMPD/2019/MPF-295-005".into()),
        start: on("2019-11-01"),
        end: on("2021-05-31"),
        names: Names {
            authors: vec![
                Name { language: Some("lv".into()), text: "Piemēra iestāde".into() },
                Name { language: Some("en".into()), text: "Example Authority".into() },
            ],
            granting_authorities: Vec::new(),
        },
        ..AgreementFacts::default()
    }
}

/// The findings of one rule.
fn of(facts: &AgreementFacts, terms: &Parameters, rule: &str, as_of: &str) -> Vec<Finding> {
    evaluate(facts, terms, day(as_of)).into_iter().filter(|finding| finding.rule == rule).collect()
}

/// The only finding of a rule.
fn one(facts: &AgreementFacts, rule: &str, as_of: &str) -> Finding {
    let mut findings = of(facts, &terms(), rule, as_of);
    assert_eq!(findings.len(), 1, "{rule}: {findings:#?}");
    findings.remove(0)
}

fn result(facts: &AgreementFacts, rule: &str, as_of: &str) -> Outcome {
    one(facts, rule, as_of).result
}

fn missing(finding: &Finding) -> Vec<&str> {
    assert_eq!(finding.result, Outcome::InsufficientData);
    finding.missing.iter().map(|input| input.field).collect()
}

#[test]
fn only_rules_that_the_regime_lists_are_run() {
    let bare = |rules: Value| Parameters::read(&json!({"rules": rules}), &[]);
    let ids = |terms: &Parameters| {
        let mut ids: Vec<_> =
            evaluate(&agreement(), terms, day("2021-01-01")).iter().map(|finding| finding.rule).collect();
        ids.dedup();
        ids.join(" ")
    };
    assert_eq!(ids(&bare(json!([]))), "");
    assert_eq!(
        ids(&bare(json!([{"rule": "A10", "severity": "info"}, {"rule": "A03", "severity": "info"}]))),
        "A03 A10"
    );
    assert_eq!(ids(&bare(json!([{"rule": "A10", "severity": "info", "enabled": false}]))), "");
    assert_eq!(ids(&bare(json!([{"rule": "C01", "severity": "info"}]))), "", "money comes later");
    let off = json!({"rules": [{"rule": "A03", "severity": "info", "enabled": false}]});
    let everywhere = Parameters::read(&off, &[]).and_everywhere(&off);
    assert_eq!(ids(&everywhere), "H01", "what is switched off stays off; the others have no subject here");
}

#[test]
fn a_condition_decides_whether_a_rule_applies() {
    let when = json!({"eq": ["agreement.form_of_grant", "lump_sum"]});
    let terms = Parameters::read(&json!({"rules": [{"rule": "A10", "severity": "info", "when": when}]}), &[]);
    let mut facts = agreement();
    let result = |facts: &AgreementFacts| of(facts, &terms, "A10", "2021-01-01")[0].result;
    assert_eq!(result(&facts), Outcome::InsufficientData);
    facts.conditions.insert("agreement.form_of_grant".into(), json!("actual_costs"));
    assert_eq!(result(&facts), Outcome::NotApplicable);
    facts.conditions.insert("agreement.form_of_grant".into(), json!("lump_sum"));
    assert_eq!(result(&facts), Outcome::Pass);
}

#[test]
fn what_nobody_confirmed_is_said_until_a_clause_does() {
    let mut facts = agreement();
    facts.balance_settled_on = on("2021-11-15");
    let unconfirmed = |confirmed: &[&str]| {
        let confirmed: Vec<String> = confirmed.iter().map(|path| (*path).to_owned()).collect();
        of(&facts, &Parameters::read(&regime(), &confirmed), "H01", "2022-01-01")[0].unconfirmed.clone()
    };
    assert_eq!(unconfirmed(&[]), ["/retention"]);
    assert_eq!(unconfirmed(&["/ret", "/retention/years"]), ["/retention"]);
    assert!(unconfirmed(&["/retention"]).is_empty());
    assert!(unconfirmed(&[""]).is_empty(), "the whole regime");
}

#[test]
fn the_same_facts_give_the_same_list_in_order() {
    let facts = random::large();
    let findings = evaluate(&facts, &terms(), day("2021-06-30"));
    assert_eq!(findings, evaluate(&facts, &terms(), day("2021-06-30")));
    let mut shuffled = facts.clone();
    shuffled.events.reverse();
    shuffled.publications.reverse();
    shuffled.periods.reverse();
    shuffled.obligations.reverse();
    assert_eq!(findings, evaluate(&shuffled, &terms(), day("2021-06-30")), "whatever the order of facts");
    assert!(findings.windows(2).all(|pair| pair[0].rule <= pair[1].rule));
    let mut keys: Vec<&str> = findings.iter().map(|finding| finding.about.as_str()).collect();
    keys.sort_unstable();
    assert!(keys.windows(2).all(|pair| pair[0] != pair[1]), "a key twice");
}

#[test]
fn every_finding_that_is_no_pass_can_say_what_to_do() {
    for finding in evaluate(&random::large(), &terms(), day("2021-12-31")) {
        match (&finding.fix, finding.result) {
            (Some(fix), _) => {
                assert!(words::is_known(fix.code), "{}", fix.code);
                for language in ["lv", "en"] {
                    let text = fix.text(language);
                    assert!(!text.contains('{') && !text.contains("null"), "{text}");
                }
            }
            (None, Outcome::Fail | Outcome::InsufficientData) => panic!("{}: no fix", finding.about),
            _ => {}
        }
        if finding.result == Outcome::InsufficientData && finding.rule.starts_with(['A', 'B', 'G', 'H']) {
            assert!(!finding.missing.is_empty(), "{}", finding.about);
        }
    }
    let told = [Severity::Info, Severity::Warning, Severity::Violation].map(super::model::at_most_a_warning);
    assert_eq!(told, [Severity::Info, Severity::Warning, Severity::Warning]);
}
