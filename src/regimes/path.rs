//! Paths to single parameters of a regime, as differences tell them: `reporting.obligations[final].offset`. Pure.
use super::inherit::named_by;
use super::model::OWN;
use crate::shared::check::pointer_segment;
use serde_json::{Map, Value, json};

/// The longest path that is read.
pub const LONGEST: usize = 200;
/// What no agreement can change of its regime: which one it is.
const FIXED: [&str; 1] = ["applies_to"];

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Member(String),
    /// The entry of a list that has this name.
    Entry(String),
}

/// A path to a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(Vec<Step>);

impl Path {
    /// Reads a path; none where it is not written as one, or leads to what can't be changed. A list without names is one
    /// parameter, so that no path leads into it.
    pub fn parse(text: &str) -> Option<Self> {
        let mut steps = Vec::new();
        for part in split(text)? {
            let (name, entry) = match part.strip_suffix(']') {
                Some(part) => part.split_once('[').map(|(name, entry)| (name, Some(entry)))?,
                None => (part, None),
            };
            let is_name = |text: &str| {
                !text.is_empty()
                    && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            };
            if !is_name(name) {
                return None;
            }
            steps.push(Step::Member(name.to_owned()));
            steps.extend(entry.map(|entry| Step::Entry(entry.to_owned())));
        }
        let Some(Step::Member(first)) = steps.first() else { return None };
        let whole_entry = matches!(steps.last(), Some(Step::Entry(_)));
        let allowed = !OWN.contains(&first.as_str()) && !FIXED.contains(&first.as_str()) && !whole_entry;
        let path = Self(steps);
        (allowed && path.entries_are_named()).then_some(path)
    }

    fn entries_are_named(&self) -> bool {
        let mut names: Vec<&str> = Vec::new();
        self.0.iter().all(|step| match step {
            Step::Member(name) => {
                names.push(name);
                true
            }
            Step::Entry(_) => {
                let known = named_by(&names).is_some();
                names.push("*");
                known
            }
        })
    }

    /// Whether the entries that it names are in a document.
    pub fn fits(&self, document: &Value) -> bool {
        let (mut names, mut at): (Vec<&str>, Option<&Value>) = (Vec::new(), Some(document));
        self.0.iter().all(|step| match step {
            Step::Member(name) => {
                names.push(name);
                at = at.and_then(|value| value.get(name));
                true
            }
            Step::Entry(entry) => {
                let by = named_by(&names).unwrap_or_default();
                names.push("*");
                let entries = at.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                at = entries.iter().find(|value| value[by] == entry.as_str());
                at.is_some()
            }
        })
    }

    /// A document that says this one thing.
    pub fn saying(&self, value: Value) -> Value {
        let mut names: Vec<&str> = Vec::new();
        let named: Vec<(&Step, Option<&'static str>)> = self
            .0
            .iter()
            .map(|step| match step {
                Step::Member(name) => {
                    names.push(name);
                    (step, None)
                }
                Step::Entry(_) => {
                    let by = named_by(&names);
                    names.push("*");
                    (step, by)
                }
            })
            .collect();
        named.into_iter().rev().fold(value, |below, (step, by)| match step {
            Step::Member(name) => json!({name: below}),
            Step::Entry(entry) => {
                let mut named = Map::new();
                named.insert(by.unwrap_or("id").to_owned(), json!(entry));
                if let Value::Object(below) = below {
                    named.extend(below);
                }
                json!([named])
            }
        })
    }
}

/// At the dots that do not stand between brackets.
fn split(text: &str) -> Option<Vec<&str>> {
    let (mut parts, mut from, mut within) = (Vec::new(), 0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' if within => return None,
            b'[' => within = true,
            b']' => within = false,
            b'.' if !within => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    (!within && text.len() <= LONGEST).then_some(parts)
}

/// A parameter as it stands in a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf<'a> {
    pub path: String,
    /// The same place as a JSON pointer.
    pub pointer: String,
    pub value: &'a Value,
    /// How sure the document is of it, and why: what stands beside it or in the nearest block around it.
    pub confidence: Option<&'a str>,
    pub source: Option<&'a str>,
}

/// What the walk takes for one parameter, though it has members: conditions.
const WHOLE: [&str; 3] = ["when", "applies_if", "extended_if"];
/// What is said of parameters, and is none.
const ABOUT: [&str; 2] = ["confidence", "source"];

/// All parameters of a document, in its order.
pub fn leaves(document: &Value) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    let place = Place { path: String::new(), pointer: String::new(), confidence: None, source: None };
    walk(document, &place, &mut Vec::new(), &mut found);
    found
}

#[derive(Clone)]
struct Place<'a> {
    path: String,
    pointer: String,
    confidence: Option<&'a str>,
    source: Option<&'a str>,
}

fn walk<'a>(value: &'a Value, place: &Place<'a>, names: &mut Vec<&'a str>, found: &mut Vec<Leaf<'a>>) {
    let whole = names.last().is_some_and(|name| WHOLE.contains(name));
    match value {
        Value::Object(map) if !whole => {
            let told = |name: &str| map.get(name).and_then(Value::as_str);
            for (name, below) in map {
                let is_own =
                    names.is_empty() && (OWN.contains(&name.as_str()) || FIXED.contains(&name.as_str()));
                if is_own || ABOUT.contains(&name.as_str()) {
                    continue;
                }
                let path =
                    if place.path.is_empty() { name.clone() } else { format!("{}.{name}", place.path) };
                let here = Place {
                    path,
                    pointer: format!("{}{}", place.pointer, pointer_segment(name)),
                    confidence: told("confidence").or(place.confidence),
                    source: told("source").or(place.source),
                };
                names.push(name);
                walk(below, &here, names, found);
                names.pop();
            }
        }
        Value::Array(list) if named_by(names).is_some() => {
            let by = named_by(names).unwrap_or_default();
            for (index, entry) in list.iter().enumerate() {
                let name = entry.get(by).and_then(Value::as_str).unwrap_or_default();
                let here = Place {
                    path: format!("{}[{name}]", place.path),
                    pointer: format!("{}/{index}", place.pointer),
                    ..place.clone()
                };
                names.push("*");
                walk(entry, &here, names, found);
                names.pop();
            }
        }
        _ => {
            let Place { path, pointer, confidence, source } = place.clone();
            let confidence = doubtful(value).or(confidence);
            // The name of an entry is in its path already.
            let is_name = |by: &str| path.ends_with(&format!("].{by}"));
            if !is_name("id") && !is_name("rule") {
                found.push(Leaf { path, pointer, value, confidence, source });
            }
        }
    }
}

/// The least sure of what a list says of its entries.
fn doubtful(value: &Value) -> Option<&'static str> {
    let entries = value.as_array()?;
    let any = |confidence: &str| entries.iter().any(|entry| entry["confidence"] == confidence);
    ["to_confirm", "memory", "found"].into_iter().find(|confidence| any(confidence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_say_one_thing() {
        let said = |text: &str| Path::parse(text).map(|path| path.saying(json!("P6M")));
        assert_eq!(
            said("reporting.obligations[final].offset"),
            Some(json!({"reporting": {"obligations": [{"id": "final", "offset": "P6M"}]}}))
        );
        assert_eq!(
            said("rules[A06].with.notice"),
            Some(json!({"rules": [{"rule": "A06", "with": {"notice": "P6M"}}]}))
        );
        assert_eq!(said("evidence"), Some(json!({"evidence": "P6M"})));
        for text in [
            "",
            ".",
            "a..b",
            "id",
            "version",
            "extends",
            "label.en",
            "applies_to.note",
            "Evidence",
            "evidence[0].within",
            "rules",
            "rules[A06]",
            "rules[A06",
            "rules]A06[",
            "rules[A06].",
            "visibility.elements[x].texts[0].text",
        ] {
            // A whole named list is one parameter less than what its entries are.
            assert_eq!(said(text).is_some(), text == "rules", "{text}");
        }
    }

    #[test]
    fn leaves_know_how_sure_they_are() {
        let document = json!({"id": "x", "calendar": {"roll": "none"}, "retention": {"years": 5, "confidence": "memory"},
            "rules": [{"rule": "A06", "with": {"notice": "P30D"}, "confidence": "found", "source": "S10"}],
            "evidence": [{"within": "P14D", "confidence": "to_confirm"}, {"within": "P1D", "confidence": "found"}]});
        let told: Vec<(String, String, Option<&str>, Option<&str>)> = leaves(&document)
            .into_iter()
            .map(|leaf| (leaf.path, leaf.pointer, leaf.confidence, leaf.source))
            .collect();
        let of = |path: &str, pointer: &str, confidence, source| {
            (path.to_owned(), pointer.to_owned(), confidence, source)
        };
        assert_eq!(
            told,
            [
                of("calendar.roll", "/calendar/roll", None, None),
                of("retention.years", "/retention/years", Some("memory"), None),
                of("rules[A06].with.notice", "/rules/0/with/notice", Some("found"), Some("S10")),
                of("evidence", "/evidence", Some("to_confirm"), None),
            ]
        );
    }
}
