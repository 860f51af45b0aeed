//! What differs between two states of a record, member by member. Pure.
use super::record::Record;
use serde_json::Value;

/// A member before and after; null where it had no value or was not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub field: String,
    pub from: Value,
    pub to: Value,
}

/// The members whose values differ, in the order of the newer record. `ignored` are not compared.
pub fn differences(before: Option<&Record>, after: Option<&Record>, ignored: &[&str]) -> Vec<Difference> {
    let empty = Record::new();
    let (before, after) = (before.unwrap_or(&empty), after.unwrap_or(&empty));
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let of = |record: &Record, name: &String| record.get(name).cloned().unwrap_or(Value::Null);
    after
        .keys()
        .chain(gone)
        .filter(|name| !ignored.contains(&name.as_str()))
        .map(|name| Difference { field: name.clone(), from: of(before, name), to: of(after, name) })
        .filter(|difference| difference.from != difference.to)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(value: Value) -> Record {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn only_what_differs_is_told() {
        let before = record(json!({"id": 1, "title": {"lv": "A"}, "tags": ["x"], "gone": 1, "version": 1}));
        let after = record(json!({"id": 1, "title": {"lv": "B"}, "tags": ["x"], "new": null, "version": 2}));
        let found = differences(Some(&before), Some(&after), &["version"]);
        let told: Vec<(&str, &Value, &Value)> =
            found.iter().map(|d| (d.field.as_str(), &d.from, &d.to)).collect();
        let (a, b) = (json!({"lv": "A"}), json!({"lv": "B"}));
        assert_eq!(told, [("title", &a, &b), ("gone", &json!(1), &Value::Null)]);
        assert_eq!(differences(None, Some(&after), &["id", "version"]).len(), 2, "null is no value");
        assert_eq!(differences(Some(&after), Some(&after), &[]), []);
    }
}
