//! The matching forms that records are searched and sorted by. Which members go in is for each room to say.
use super::identifier::normalise;
use super::text::fold;
use serde_json::{Map, Value};

/// All texts in these members, folded, and their identifiers in matching form between bars.
pub fn search_text(record: &Map<String, Value>, members: &[&str]) -> String {
    let mut words = Vec::new();
    for member in members {
        collect(record.get(*member).unwrap_or(&Value::Null), &mut words);
    }
    if let Some(Value::Array(identifiers)) = record.get("identifiers") {
        for value in identifiers.iter().filter_map(|i| i.get("value")).filter_map(Value::as_str) {
            words.push(fold(value));
            words.push(format!("|{}|", normalise(value)));
        }
    }
    words.join(" ")
}

fn collect(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::String(text) => words.push(fold(text)),
        Value::Array(list) => list.iter().for_each(|item| collect(item, words)),
        Value::Object(map) => map.values().for_each(|item| collect(item, words)),
        _ => {}
    }
}

/// A text in several languages as one key to sort and match by: Latvian first, then English, then the others.
pub fn sort_key(text: Option<&Value>) -> String {
    let Some(Value::Object(map)) = text else { return String::new() };
    let first = ["lv", "en"].into_iter().filter_map(|tag| map.get(tag));
    let others = map.iter().filter(|(tag, _)| !["lv", "en"].contains(&tag.as_str())).map(|(_, text)| text);
    let texts: Vec<String> = first.chain(others).filter_map(Value::as_str).map(fold).collect();
    texts.join(" | ")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_are_folded_and_identifiers_stand_between_bars() {
        let record = json!({
            "title": {"lv": "Šķērsošana", "en": "Crossing"},
            "identifiers": [{"scheme": "eni", "value": "ENI–LLB–2–269"}],
            "left_out": "secret",
        });
        let text = search_text(record.as_object().unwrap(), &["title"]);
        assert!(text.contains("skersosana") && text.contains("crossing"), "{text}");
        assert!(text.contains(&format!("|{}|", normalise("ENI-LLB-2-269"))), "{text}");
        assert!(!text.contains("secret"));
    }

    #[test]
    fn the_key_begins_with_the_first_language_of_the_house() {
        assert_eq!(sort_key(Some(&json!({"en": "B", "ru": "В", "lv": "Ā"}))), "a | b | в");
        assert_eq!(sort_key(None), "");
    }
}
