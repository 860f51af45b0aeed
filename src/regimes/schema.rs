//! The JSON Schema of regimes, as it is served and as documents are held against it: whole ones, and those that extend
//! another one and may leave out whatever they inherit. What a schema can't say is in `content.rs`.
use super::model::OWN;
use crate::http::Contract;
use crate::shared::check::Faults;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

const TEXT: &str = include_str!("profiles/regime.schema.json");

/// Which documents are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// With everything that a regime must say.
    Whole,
    /// One that extends another.
    Extending,
}

/// What must stand in a document that extends another one: where values are inherited, only what they are found by.
const NEEDED: [(&str, &[&str]); 11] = [
    ("", &OWN),
    ("/properties/calendar", &[]),
    ("/properties/money", &[]),
    ("/properties/money/properties/fx", &[]),
    ("/properties/budget/properties/flexibility", &[]),
    ("/properties/budget/properties/indirect", &[]),
    ("/properties/reporting", &[]),
    ("/properties/retention", &[]),
    ("/properties/rules/items", &["rule"]),
    ("/properties/visibility/properties/elements/items", &["id"]),
    ("/$defs/obligation", &["id"]),
];

static WHOLE: LazyLock<Value> = LazyLock::new(|| {
    // A test reads it.
    serde_json::from_str(TEXT).unwrap_or_default()
});

static EXTENDING: LazyLock<Value> = LazyLock::new(|| {
    let mut schema = WHOLE.clone();
    for (place, needed) in NEEDED {
        if let Some(object) = schema.pointer_mut(place) {
            object["required"] = json!(needed);
        }
    }
    schema["title"] = json!("Funder regime that extends another one");
    schema["$id"] = json!("urn:example:funder-regime:1:extending");
    schema
});

static RULES: LazyLock<Contract> = LazyLock::new(|| {
    let mut schemas = Map::new();
    for (name, schema) in [("Whole", &*WHOLE), ("Extending", &*EXTENDING)] {
        let mut schema = schema.clone();
        let below = schema.as_object_mut().and_then(|root| {
            // Inside another document it has no address of its own.
            root.shift_remove("$id");
            root.shift_remove("$schema");
            root.shift_remove("$defs")
        });
        for (def, below) in below.as_ref().and_then(Value::as_object).into_iter().flatten() {
            schemas.insert(format!("{name}.{def}"), moved(below.clone(), name));
        }
        schemas.insert(name.to_owned(), moved(schema, name));
    }
    Contract::of(schemas.into())
});

/// The same with its references led to where the definitions stand now.
fn moved(value: Value, form: &str) -> Value {
    match value {
        Value::Object(map) => {
            let one = |(name, below): (String, Value)| match below.as_str().filter(|_| name == "$ref") {
                Some(to) => {
                    let to = to.replace("#/$defs/", &format!("#/components/schemas/{form}."));
                    (name, Value::String(to))
                }
                None => (name, moved(below, form)),
            };
            map.into_iter().map(one).collect::<Map<_, _>>().into()
        }
        Value::Array(list) => list.into_iter().map(|below| moved(below, form)).collect(),
        other => other,
    }
}

/// The schema, to be served.
pub fn schema(form: Form) -> &'static Value {
    match form {
        Form::Whole => &WHOLE,
        Form::Extending => &EXTENDING,
    }
}

/// Every fault of a document's shape.
pub fn faults(form: Form, document: &Value) -> Faults {
    let name = match form {
        Form::Whole => "Whole",
        Form::Extending => "Extending",
    };
    RULES.faults(name, document)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_with_needs_of_its_own_is_there() {
        for (place, _) in NEEDED {
            assert!(WHOLE.pointer(place).is_some_and(|object| object["required"].is_array()), "{place}");
        }
        for form in ["Whole", "Extending"] {
            assert!(RULES.validator(form).is_ok(), "{form}");
        }
    }

    #[test]
    fn a_document_that_extends_says_who_it_is_and_what_differs() {
        let child = json!({"schema": "funder-regime/1", "id": "child", "version": "2026.1", "extends": "eu-mga-2021-27",
            "label": {"en": "A child"}, "budget": {"indirect": {"rate": "0.07"}}, "rules": [{"rule": "D02"}]});
        assert!(faults(Form::Extending, &child).is_empty());
        assert!(!faults(Form::Whole, &child).is_empty());
        let told: Vec<String> = faults(Form::Extending, &json!({"x": 1}))
            .iter()
            .map(|f| format!("{}:{}", f.pointer, f.code))
            .collect();
        assert_eq!(
            told,
            [
                "/extends:required",
                "/id:required",
                "/label:required",
                "/schema:required",
                "/version:required",
                "/x:unknown_member"
            ]
        );
    }
}
