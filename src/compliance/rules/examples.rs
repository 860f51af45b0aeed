//! The worked examples of the rule catalogue, groups A, B, F, G and H. What is expected is read from the file alone.
use super::events::{Decision, decide, excess, missing_evidence, too_many, unlisted_days};
use super::facts::{AgreementFacts, DataClass, Event, EventState, Expenditure, Name, Names, Project};
use super::life::change::parse_reference;
use super::life::{
    Pending, latest_request, longstop, measure, month_end, pending, shifted_end, suspended_days,
};
use super::model::Outcome;
use super::parameters::Parameters;
use super::records::{is_listed, kept_until, with_holds};
use super::reporting::{chain, line_total};
use super::visibility::{Item, check_text};
use super::{evaluate, facts};
use crate::regimes::calendar::{Calendar, tile};
use crate::regimes::model::Term;
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

const EXAMPLES: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/compliance/examples.json"));
const GROUPS: [char; 5] = ['A', 'B', 'F', 'G', 'H'];

/// The publication that the reference arithmetic judges: the file gives its templates and authors alone.
const PUBLICATION: &str = "… This project is funded by the European  Union. The contents of this publication are the \
                           sole responsibility of the State Border Guard\nand can in no way be taken to reflect the \
                           views of the European Union.";
/// Numbers of agreements of the first profile.
const PATTERN: &str = r"^ICMPD/(?P<year>\d{4})/(?P<facility>[A-Z]{2,6})-(?P<fund_no>\d{1,4})-(?P<seq>\d{3})$";
/// Parameters that the catalogue's text gives and the inputs do not.
const FINAL_REPORT: Term = Term::Months(3);
const LONGSTOP: Term = Term::Months(18);

struct Inputs<'a>(&'a Value);

impl Inputs<'_> {
    fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some()
    }

    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.0))
    }

    fn date(&self, name: &str) -> NaiveDate {
        self.text(name).parse().expect("a date")
    }

    fn optional_date(&self, name: &str) -> Option<NaiveDate> {
        self.0[name].as_str().map(|text| text.parse().expect("a date"))
    }

    fn term(&self, name: &str) -> Term {
        Term::parse(self.text(name)).expect("a term")
    }

    fn decimal(&self, name: &str) -> Decimal {
        Decimal::from_str_exact(self.text(name)).expect("a decimal")
    }

    fn number(&self, name: &str) -> u32 {
        self.0[name].as_u64().and_then(|n| u32::try_from(n).ok()).expect("a number")
    }

    fn words(&self, name: &str) -> Vec<&str> {
        self.0[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    fn calendar(&self) -> Calendar {
        Calendar::read(&json!({"roll": self.0.get("roll").unwrap_or(&json!("none"))}))
    }

    fn agreement(&self) -> AgreementFacts {
        AgreementFacts {
            id: "a".into(),
            start: self.optional_date("start"),
            end: self.optional_date("end"),
            ..AgreementFacts::default()
        }
    }
}

/// The result of one rule on one subject.
fn outcome(facts: &AgreementFacts, rule: Value, as_of: NaiveDate) -> Outcome {
    let id = rule["rule"].clone();
    let findings = evaluate(facts, &Parameters::read(&json!({"rules": [rule]}), &[]), as_of);
    assert_eq!(findings.len(), 1, "{id}");
    findings[0].result
}

/// What is computed for a case; nothing where the case is not known.
fn compute(rule: &str, case: &str, inputs: &Inputs) -> Option<Value> {
    let plain = Calendar::default();
    let after = |date: &str, term: &str| json!(inputs.calendar().after(inputs.date(date), inputs.term(term)));
    Some(match rule {
        "A01" => {
            let (due, kind) = (inputs.date("final_report_due"), Some(inputs.text("kind").to_owned()));
            let cost = Expenditure {
                id: "e".into(),
                kind,
                incurred_from: Some(inputs.date("cost_date")),
                ..Expenditure::default()
            };
            let report = facts::Obligation {
                kind: "final_report".into(),
                due_on: Some(due),
                ..facts::Obligation::default()
            };
            let facts =
                AgreementFacts { expenditures: vec![cost], obligations: vec![report], ..inputs.agreement() };
            let kinds = json!(["final_report", "audit", "evaluation"]);
            match outcome(&facts, json!({"rule": "A01", "with": {"after_end_kinds": kinds}}), due) {
                Outcome::Pass => json!("ok"),
                Outcome::Fail => json!("violation"),
                other => json!(other),
            }
        }
        "A02" => {
            let amount = inputs.decimal("amount");
            match pending(
                inputs.optional_date("paid"),
                inputs.date("report_date"),
                amount,
                Decimal::from(500),
            ) {
                Pending::Paid => json!("ok"),
                Pending::List => json!("list_as_pending"),
                Pending::BelowThreshold => json!("pending_below_list_threshold"),
            }
        }
        "A03" if inputs.has("months") => {
            json!(tile(inputs.date("start"), inputs.date("end"), inputs.number("months")))
        }
        "A03" => {
            let start = inputs.date("start");
            let (months, rest, days) = measure(start, inputs.date("end"))?;
            let said = case.split_once("page says ").map(|(_, rest)| rest.trim_end_matches(')'));
            match said {
                Some(said) => json!([month_end(start, said.parse().ok()?), month_end(start, months)]),
                None if rest > 0 => json!([month_end(start, months), rest]),
                None => json!([month_end(start, months), days]),
            }
        }
        "A04" => {
            let event = Event {
                start: inputs.optional_date("event"),
                state: Some(EventState::Held),
                ..Event::default()
            };
            let facts = AgreementFacts { events: vec![event], ..inputs.agreement() };
            json!(outcome(&facts, json!({"rule": "A04"}), inputs.date("end")) == Outcome::Pass)
        }
        "A05" => {
            let project = Project { status: Some(inputs.text("status").into()), ..Project::default() };
            let facts = AgreementFacts { projects: vec![project], ..inputs.agreement() };
            json!(outcome(&facts, json!({"rule": "A05"}), inputs.date("today")) == Outcome::Fail)
        }
        "A06" => json!(latest_request(&plain, inputs.date("end"), inputs.term("notice"))?.due),
        "A07" if inputs.has("suspended_days") => {
            json!(shifted_end(inputs.date("end"), inputs.number("suspended_days").into()))
        }
        "A07" => json!(suspended_days(inputs.date("start"), inputs.date("end"))),
        "A08" if case.starts_with("final report") => json!(plain.after(inputs.date("end"), FINAL_REPORT)),
        "A08" | "A10" if case.starts_with("longstop") => {
            json!(longstop(&plain, inputs.date("end"), LONGSTOP))
        }
        "A09" => {
            let terms = Parameters::read(&json!({"reference_pattern": PATTERN}), &[]);
            json!(parse_reference(terms.reference_pattern.as_ref()?, inputs.text("ref"))?)
        }
        "B01" if case.ends_with("no roll") => {
            let due = inputs.calendar().after(inputs.date("period_end"), inputs.term("offset"))?;
            json!([due, due.weekday().num_days_from_monday()])
        }
        "B01" | "B03" => after("period_end", "offset"),
        "B02" => after("end", "offset"),
        "B04" if inputs.has("period_end") => {
            let days = chain(&plain, inputs.date("period_end"), None, inputs.term("offset"), LONGSTOP)?;
            json!(days.project_report_due)
        }
        "B04" => {
            let submitted = inputs.date("partner_report_submitted");
            json!(chain(&plain, submitted, Some(submitted), FINAL_REPORT, inputs.term("offset"))?.control_due)
        }
        "B05" => json!(line_total(inputs.decimal("units"), inputs.decimal("unit_value"))?.to_string()),
        "B06" => after("received", "offset"),
        "B07" => json!(month_end(inputs.date("start"), inputs.number("month"))),
        "F01" | "F02" => {
            let kind = if rule == "F01" { "funding_statement" } else { "disclaimer" };
            let author = inputs
                .0
                .get("author")
                .and_then(Value::as_str)
                .map(|text| Name { language: None, text: text.into() });
            let names = Names { authors: author.into_iter().collect(), ..Names::default() };
            json!(visible(kind, inputs.text("template"), &names, None) == Outcome::Pass)
        }
        "F03" => {
            assert_eq!((inputs.text("channel"), &inputs.0["derogation"]), ("web_article", &json!(false)));
            match visible("emblem", "", &Names::default(), inputs.0["emblem_attached"].as_bool()) {
                Outcome::Fail => json!("violation"),
                other => json!(other),
            }
        }
        "G01" => after("event_end", "offset"),
        "G02" if inputs.has("event_days") => {
            let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
            let days: Vec<NaiveDate> = inputs.words("event_days").into_iter().map(day).collect();
            let listed: Vec<NaiveDate> = inputs.words("signed_lists").into_iter().map(day).collect();
            json!(unlisted_days(*days.first()?, *days.last()?, &listed))
        }
        "G02" => {
            let (paid, registered) = (inputs.number("paid_for"), inputs.number("registered"));
            json!(excess(paid, registered, inputs.decimal("unit"))?.to_string())
        }
        "G03" => json!(too_many(&inputs.words("allowed"), &inputs.words("given"))),
        "G04" => {
            let until = inputs.date("retention_until");
            let word = |class| match decide(class, inputs.date("request"), Some(until)) {
                Some(Decision::Erase) => json!("erase"),
                Some(Decision::RestrictUntil(until)) => json!(format!("restrict_until_{until}")),
                None => Value::Null,
            };
            json!({"dietary": word(DataClass::SpecialCategory),
                   "photo_consent_based": word(DataClass::ConsentBased),
                   "name_on_signed_list": word(DataClass::AuditEvidence)})
        }
        "H01" if inputs.has("hold_closed") => {
            json!(with_holds(inputs.date("until"), [inputs.date("hold_closed")]))
        }
        "H01" => {
            let anchor =
                ["balance_paid", "last_payment", "final_ffr"].into_iter().find(|name| inputs.has(name));
            let end_of_year = inputs.0["anchor"] == "31 Dec of year";
            json!(kept_until(inputs.date(anchor?), inputs.number("years"), end_of_year))
        }
        "H02" => {
            assert_eq!(inputs.text("op"), ">");
            json!(is_listed(inputs.decimal("unit_price"), inputs.decimal("threshold")))
        }
        _ => return None,
    })
}

fn visible(kind: &str, template: &str, names: &Names, emblem: Option<bool>) -> Outcome {
    let texts = json!([{"lang": "en", "text": template}]);
    let element =
        json!({"id": "x", "kind": kind, "required_for": ["web_article"], "match": "any_of", "texts": texts});
    let terms = Parameters::read(&json!({"visibility": {"elements": [element]}}), &[]);
    let item = Item {
        channel: Some("web_article"),
        language: Some("en"),
        text: Some(PUBLICATION),
        emblem,
        ..Item::default()
    };
    check_text(&terms.visibility, &item, names)[0].result
}

#[test]
fn every_worked_example_comes_out_as_written() {
    let cases: Vec<Map<String, Value>> = serde_json::from_str(EXAMPLES).expect("a list of cases");
    let mut counts = Map::new();
    let mut wrong = Vec::new();
    for case in &cases {
        let (rule, name) =
            (case["rule"].as_str().unwrap_or_default(), case["case"].as_str().unwrap_or_default());
        if !rule.starts_with(GROUPS) {
            continue;
        }
        let computed = compute(rule, name, &Inputs(&case["inputs"]));
        if computed.as_ref() != Some(&case["expected"]) {
            wrong.push(format!("{rule} {name}: {computed:?}, not {}", case["expected"]));
        }
        let count = counts.get(rule).and_then(Value::as_u64).unwrap_or(0) + 1;
        counts.insert(rule.to_owned(), count.into());
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Every rule that is computed has its example.
    for entry in super::catalogue::CATALOGUE.iter().filter(|entry| entry.implemented) {
        assert!(counts.contains_key(entry.id), "{} has no example", entry.id);
    }
}

#[test]
fn alternatives_are_met_by_either() {
    let required = ["agenda", "minutes_or_report", "participant_list"].map(str::to_owned);
    assert!(missing_evidence(&required, &["agenda", "report", "signed_participant_list"]).is_empty());
    assert_eq!(missing_evidence(&required, &["minutes"]), ["agenda", "participant_list"]);
}
