//! Each kind of bad content, at its place; and the profiles, which have none.
use super::*;
use crate::shared::yaml;

fn profile() -> Value {
    yaml::read(include_str!("../profiles/eu-prag-icmpd-mpf.yaml")).expect("a profile").value
}

fn told(document: &Value) -> Vec<String> {
    let faults = check(document).into_vec().into_iter().chain(check_whole(document).into_vec());
    faults.map(|fault| format!("{}:{}", fault.pointer, fault.code)).collect()
}

#[test]
fn each_fault_has_its_place() {
    assert_eq!(told(&profile()), Vec::<String>::new());
    for (place, value, expected) in [
        ("/id", json!("01932c07-6b80-7000-8000-000000000001"), "already_taken"),
        ("/id", json!("schema"), "already_taken"),
        ("/version", json!("2019.01"), "wrong_pattern"),
        ("/extends", json!("Not An Id"), "unknown_regime"),
        ("/reporting/obligations/1/offset", json!("P-3M"), "not_a_term"),
        ("/reporting/obligations/1/offset", json!("P1M15D"), "not_a_term"),
        ("/reporting/obligations/1/offset", json!("P"), "not_a_term"),
        ("/evidence/0/within", json!("P"), "not_a_term"),
        ("/rules/2/with/notice", json!("-P30D"), "not_a_term"),
        ("/payments/payer_term/default", json!("P60X"), "not_a_term"),
        ("/payments/prefinancing/threshold", json!(0.7), "not_exact"),
        ("/payments/late_interest_points", json!("-3.5"), "negative"),
        (
            "/payments/expenditure_verification/final_report_if_grant_gt",
            json!("1000000000000000000"),
            "out_of_range",
        ),
        ("/rules/13/with/max_rate", json!("1.01"), "out_of_range"),
        ("/retention/low_value/max_grant", json!("99999999999999999"), "out_of_range"),
        ("/retention/years", json!(-1), "too_small"),
        ("/reporting/period_months", json!(0), "too_small"),
        ("/rules/0/rule", json!("A11"), "unknown_rule"),
        ("/rules/1/rule", json!("A01"), "not_unique"),
        ("/reporting/obligations/1/id", json!("interim"), "not_unique"),
        ("/reporting/obligations/2/replaces", json!("nothing"), "unknown_entry"),
        ("/reporting/obligations/2/replaces", json!("final-abroad"), "refers_to_itself"),
        ("/budget/headings/1/code", json!("1"), "not_unique"),
        ("/budget/indirect/base_includes/0", json!("77"), "unknown_entry"),
        ("/budget/contingency/base", json!("77"), "unknown_entry"),
        ("/visibility/elements/0/texts/0/lang", json!("latviski!"), "wrong_format"),
        ("/reference_pattern", json!("(a+)+$"), "endless_pattern"),
        ("/reference_pattern", json!("(?=a)"), "unusable_pattern"),
        ("/reporting/obligations/1/id", json!("final report"), "wrong_pattern"),
        ("/reporting/obligations/1/id", json!(""), "wrong_pattern"),
        ("/reporting/obligations/1/doc_type", json!("Final report"), "wrong_pattern"),
        ("/reporting/obligations/0/by_role", json!("the coordinator"), "wrong_pattern"),
        ("/reporting/obligations/0/to_role", json!("x".repeat(41)), "wrong_pattern"),
        ("/visibility/elements/0/id", json!("a/b"), "wrong_pattern"),
        ("/calendar/holidays", json!("narnia"), "not_in_list"),
        ("/calendar/timezone", json!("Europe/Nowhere"), "invalid_value"),
        ("/money/currency", json!("XYZ"), "wrong_format"),
        ("/applies_to/signed_before", json!("2018-08-02"), "before_start"),
    ] {
        let mut document = profile();
        match document.pointer_mut(place) {
            Some(at) => *at = value.clone(),
            None => {
                let (around, name) = place.rsplit_once('/').expect("a place");
                document.pointer_mut(around).expect("around it")[name] = value.clone();
            }
        }
        let told = told(&document);
        assert!(told.contains(&format!("{place}:{expected}")), "{place} = {value}: {told:?}");
    }
}

#[test]
fn shares_of_one_and_amounts_pass() {
    for (name, text) in
        [("rate", "1"), ("rate", "1.000"), ("max_rate", "0.95"), ("threshold", "430000"), ("note", "S12")]
    {
        let mut faults = Faults::default();
        decimal(name, text, "", &mut faults);
        assert!(faults.is_empty(), "{name} {text}");
    }
}
