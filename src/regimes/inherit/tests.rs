//! What a child takes over, what it overrides, and whose everything is.
use super::*;
use proptest::prelude::*;
use serde_json::json;

fn line(documents: &[Value]) -> Vec<(RegimeKey, Value)> {
    let key = |n: usize| RegimeKey { id: format!("r{n}"), version: "2026.1".into() };
    documents.iter().enumerate().map(|(n, document)| (key(n), document.clone())).collect()
}

#[test]
fn a_child_overrides_key_by_key_and_names_merge() {
    let parent = json!({"id": "parent", "label": {"en": "P"}, "calendar": {"days": "calendar", "roll": "none"},
        "budget": {"headings": [{"code": "1"}, {"code": "2"}]},
        "reporting": {"period_months": 12, "obligations": [{"id": "a", "offset": "P60D", "when": {"eq": ["x", 1]}}, {"id": "b"}]},
        "rules": [{"rule": "A01", "severity": "violation", "with": {"x": "1", "y": "2"}}]});
    let child = json!({"id": "child", "label": {"lv": "B"}, "calendar": {"roll": "next_working_day"},
        "budget": {"headings": [{"code": "3"}]},
        "reporting": {"obligations": [{"id": "c"}, {"id": "a", "when": {"gt": ["y", 2]}}]},
        "rules": [{"rule": "B01"}, {"rule": "A01", "with": {"y": "3"}}]});
    let resolved = resolve(&line(&[parent, child]));
    assert_eq!(
        resolved.document,
        json!({"calendar": {"days": "calendar", "roll": "next_working_day"},
        "budget": {"headings": [{"code": "3"}]},
        "reporting": {"period_months": 12, "obligations": [{"id": "a", "offset": "P60D", "when": {"gt": ["y", 2]}}, {"id": "b"}, {"id": "c"}]},
        "rules": [{"rule": "A01", "severity": "violation", "with": {"x": "1", "y": "3"}}, {"rule": "B01"}],
        "id": "child", "label": {"lv": "B"}})
    );
    let of = |place: &str| {
        let covers =
            |at: &str| place == at || place.strip_prefix(at).is_some_and(|rest| rest.starts_with('/'));
        resolved.origins.iter().find(|(at, _)| covers(at)).map(|(_, key)| key.id.as_str())
    };
    for (place, owner) in [
        ("/calendar/days", "r0"),
        ("/calendar/roll", "r1"),
        ("/budget/headings/0", "r1"),
        ("/reporting/period_months", "r0"),
        ("/reporting/obligations/0/offset", "r0"),
        ("/reporting/obligations/0/when", "r1"),
        ("/reporting/obligations/1", "r0"),
        ("/reporting/obligations/2/id", "r1"),
        ("/rules/0/with/x", "r0"),
        ("/rules/0/with/y", "r1"),
        ("/label", "r1"),
        ("/id", "r1"),
    ] {
        assert_eq!(of(place), Some(owner), "{place}");
    }
}

#[test]
fn what_extends_nothing_is_all_its_own() {
    let document = json!({"id": "a", "rules": [{"rule": "A01"}]});
    let resolved = resolve(&line(std::slice::from_ref(&document)));
    assert_eq!(
        (resolved.document, resolved.origins.len(), resolved.origins[0].0.as_str()),
        (document, 1, "")
    );
    assert_eq!(resolve::<RegimeKey>(&[]).document, Value::Null);
}

#[test]
fn the_youngest_of_three_wins() {
    let of =
        |value: &str| json!({"calendar": {"roll": value}, "rules": [{"rule": "A01", "severity": value}]});
    let resolved = resolve(&line(&[of("a"), json!({"calendar": {"days": "b"}}), of("c")]));
    assert_eq!(
        resolved.document,
        json!({"calendar": {"roll": "c", "days": "b"}, "rules": [{"rule": "A01", "severity": "c"}]})
    );
}

#[test]
fn faults_of_the_whole_are_told_where_they_were_written() {
    let (whole, own) =
        (json!({"rules": [{"rule": "A01"}, {"rule": "B01"}]}), json!({"rules": [{"rule": "B01"}]}));
    for (place, written) in [
        ("/rules/1/severity", "/rules/0/severity"),
        ("/rules/1", "/rules/0"),
        ("/rules/0", "/rules"),
        ("/calendar/days", "/calendar/days"),
        ("", ""),
    ] {
        assert_eq!(written_at(place, &whole, &own), written, "{place}");
    }
}

fn documents() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![Just(json!(null)), any::<i8>().prop_map(Value::from), "[ab]".prop_map(Value::from)];
    let name = prop::sample::select(vec![
        "rules",
        "rule",
        "id",
        "reporting",
        "obligations",
        "when",
        "with",
        "a/b",
        "",
    ]);
    leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..5).prop_map(|members| members
                .into_iter()
                .map(|(n, v)| (n.to_owned(), v))
                .collect::<Map<_, _>>()
                .into()),
        ]
    })
}

proptest! {
    #[test]
    fn no_documents_break_it_and_every_origin_is_a_place(all in prop::collection::vec(documents(), 1..4)) {
        let resolved = resolve(&line(&all));
        for (at, _) in &resolved.origins {
            prop_assert!(resolved.document.pointer(at).is_some(), "{}", at);
        }
        let _ = crate::regimes::difference::differences(&all[0], &resolved.document);
        let _ = crate::regimes::content::check(&resolved.document);
        let _ = crate::regimes::content::check_whole(&resolved.document);
    }
}
