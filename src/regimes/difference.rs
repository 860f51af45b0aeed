//! What differs between two resolved regimes, value by value. Entries that have names are told by them, whatever their
//! place in the list. `shared/difference.rs` compares the members of two states of a record, and takes null and nothing
//! for the same; a regime may say null. Pure.
use super::inherit::named_by;
use super::model::OWN;
use serde_json::Value;

/// A value before and after; none where it was not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// `reporting.obligations[final].offset`.
    pub path: String,
    pub from: Option<Value>,
    pub to: Option<Value>,
}

/// Every difference, in the order of the newer document; what is gone comes after its neighbours. What a document says
/// of itself is not compared, but for its name.
pub fn differences(from: &Value, to: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(Some(from), Some(to), "", &mut Vec::new(), &mut found);
    found
}

fn compare<'a>(
    from: Option<&'a Value>,
    to: Option<&'a Value>,
    at: &str,
    path: &mut Vec<&'a str>,
    found: &mut Vec<Difference>,
) {
    if from == to {
        return;
    }
    match (from, to) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let gone = before.keys().filter(|name| !after.contains_key(*name));
            for name in after.keys().chain(gone) {
                if path.is_empty() && OWN.contains(&name.as_str()) && name != "label" {
                    continue;
                }
                let below = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                path.push(name);
                compare(before.get(name), after.get(name), &below, path, found);
                path.pop();
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) if named_by(path).is_some() => {
            let id = named_by(path).unwrap_or_default();
            fn entry<'v>(list: &'v [Value], id: &str, name: &Value) -> Option<&'v Value> {
                list.iter().find(|entry| entry.get(id) == Some(name))
            }
            let names = |list: &'a [Value]| list.iter().filter_map(move |entry| entry.get(id));
            let gone = names(before).filter(|name| entry(after, id, name).is_none());
            for name in names(after).chain(gone) {
                let below = format!("{at}[{}]", name.as_str().unwrap_or_default());
                path.push("*");
                compare(entry(before, id, name), entry(after, id, name), &below, path, found);
                path.pop();
            }
        }
        _ => found.push(Difference { path: at.to_owned(), from: from.cloned(), to: to.cloned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn named_entries_are_compared_whatever_their_place() {
        let from = json!({"id": "a", "version": "2019.1", "label": {"en": "A"}, "reporting": {"period_months": 12,
            "obligations": [{"id": "x", "offset": "P60D"}, {"id": "y", "offset": "P3M"}]}, "evidence": [1], "rules": []});
        let to = json!({"id": "b", "version": "2020.1", "label": {"en": "A"}, "reporting": {"period_months": null,
            "obligations": [{"id": "y", "offset": "P6M"}, {"id": "x", "offset": "P60D"}, {"id": "z"}]}, "evidence": [2]});
        let told: Vec<(String, Option<Value>, Option<Value>)> =
            differences(&from, &to).into_iter().map(|d| (d.path, d.from, d.to)).collect();
        assert_eq!(
            told,
            [
                ("reporting.period_months".into(), Some(json!(12)), Some(json!(null))),
                ("reporting.obligations[y].offset".into(), Some(json!("P3M")), Some(json!("P6M"))),
                ("reporting.obligations[z]".into(), None, Some(json!({"id": "z"}))),
                ("evidence".into(), Some(json!([1])), Some(json!([2]))),
                ("rules".into(), Some(json!([])), None),
            ]
        );
        assert_eq!(differences(&from, &from), []);
    }

    #[test]
    fn a_new_order_alone_is_no_difference() {
        let rules = |a: &str, b: &str| json!({"rules": [{"rule": a}, {"rule": b}]});
        assert_eq!(differences(&rules("A01", "B01"), &rules("B01", "A01")), []);
    }
}
