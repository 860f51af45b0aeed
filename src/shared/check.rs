//! Faults: what is wrong with a value, where, and with which facts. No texts for people: those belong to the
//! edge.

use serde::Serialize;
use serde_json::{Map, Value};

/// One thing that is wrong with a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where: a JSON pointer (RFC 6901); empty for the whole body.
    pub pointer: String,
    /// What: a stable snake_case code, part of the API.
    pub code: &'static str,
    /// The facts a message needs.
    pub params: Map<String, Value>,
}

/// So many faults are told at once: a body of a megabyte can hold far more, each with its own words.
const MOST: usize = 1000;

/// Everything that is wrong with a body, in the order found; no more than 1000 are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Notes a fault. `params` is an object (`json!({})` for none); any other value is kept as its member
    /// `value`.
    pub fn add(&mut self, pointer: impl Into<String>, code: &'static str, params: Value) {
        let params = match params {
            Value::Object(map) => map,
            Value::Null => Map::new(),
            other => Map::from_iter([("value".to_owned(), other)]),
        };
        self.push(Fault { pointer: pointer.into(), code, params });
    }

    /// Notes a fault that is already made.
    pub fn push(&mut self, fault: Fault) {
        if self.0.len() < MOST {
            self.0.push(fault);
        }
    }

    /// Takes over the faults of a part that stands at `prefix`, which is itself a pointer.
    pub fn extend_at(&mut self, prefix: &str, other: Self) {
        for mut fault in other.0 {
            fault.pointer.insert_str(0, prefix);
            self.push(fault);
        }
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults, in the order found.
    pub fn iter(&self) -> std::slice::Iter<'_, Fault> {
        self.0.iter()
    }

    /// The faults, in the order found.
    #[must_use]
    pub fn into_vec(self) -> Vec<Fault> {
        self.0
    }
}

impl<'a> IntoIterator for &'a Faults {
    type Item = &'a Fault;
    type IntoIter = std::slice::Iter<'a, Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A member name or index as a segment of a JSON pointer, with its leading slash (RFC 6901 section 3).
#[must_use]
pub fn pointer_segment(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Writable members that can be checked beyond their shape: what must hold between members.
pub trait Content {
    /// Adds a fault for everything that is wrong. Periods and money of tables are checked by the store.
    fn check(&self, faults: &mut Faults);
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_fault_keeps_where_what_and_why() {
        let mut faults = Faults::default();
        assert!(faults.is_empty());
        faults.add("/period/end", "before_start", json!({"start": "2021-01-02", "end": "2021-01-01"}));
        faults.add("", "empty", json!({}));
        assert!(!faults.is_empty());
        assert_eq!(
            serde_json::to_value(faults.into_vec()).unwrap(),
            json!([
                {"pointer": "/period/end", "code": "before_start", "params": {"start": "2021-01-02", "end": "2021-01-01"}},
                {"pointer": "", "code": "empty", "params": {}},
            ])
        );
    }

    #[test]
    fn params_are_always_an_object() {
        let mut faults = Faults::default();
        faults.add("", "a", json!(7));
        faults.add("", "b", json!(null));
        let all: Vec<_> = faults.iter().map(|f| Value::Object(f.params.clone())).collect();
        assert_eq!(all, [json!({"value": 7}), json!({})]);
    }

    #[test]
    fn the_faults_of_a_part_move_to_its_place() {
        let mut part = Faults::default();
        part.add("/end", "before_start", json!({}));
        part.add("", "empty", json!({}));
        let mut whole = Faults::default();
        whole.extend_at("/parties/0", part);
        let pointers: Vec<_> = whole.iter().map(|f| f.pointer.as_str()).collect();
        assert_eq!(pointers, ["/parties/0/end", "/parties/0"]);
        assert_eq!((&whole).into_iter().count(), 2);
    }

    #[test]
    fn segments_are_escaped_and_lead_back() {
        for name in ["a", "a/b", "m~n", "~1", "", "0", "ā ļ"] {
            let document = json!({name: 1});
            assert_eq!(document.pointer(&pointer_segment(name)), Some(&json!(1)), "{name}");
        }
        assert_eq!(pointer_segment("a/b~c"), "/a~1b~0c");
    }
}
