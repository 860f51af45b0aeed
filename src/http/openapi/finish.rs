//! What is done to the whole document at the end: requests are closed and answers are open, values have limits,
//! nothing lies about unused.
use crate::shared::dates::DATE_PATTERN;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const PREFIX: &str = "#/components/schemas/";
/// Of a schema that requests and answers share, what requests use.
const INPUT: &str = "Input";

pub fn finish(document: &mut Value) {
    let answered = reached(document, &answers(document));
    let asked = reached(document, &requests(document));
    let schemas = &mut document["components"]["schemas"];
    let Some(schemas) = schemas.as_object_mut() else { return };
    apart(schemas, &answered, &asked);
    for schema in schemas.values_mut() {
        limit(schema);
    }
    let used = reached(document, document);
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| used.contains(name));
        schemas.sort_keys();
    }
}

fn answers(document: &Value) -> Value {
    let operations = operations(document).map(|operation| &operation["responses"]);
    json!([operations.collect::<Vec<_>>(), document["components"]["responses"]])
}

fn requests(document: &Value) -> Value {
    operations(document).map(|operation| operation["requestBody"].clone()).collect()
}

fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(_, path)| path.as_object().into_iter().flatten()).map(|(_, operation)| operation)
}

/// The schemas that a schema is made of, itself among them.
pub fn whole(schemas: &Map<String, Value>, name: &str) -> Map<String, Value> {
    let mut names = BTreeSet::new();
    collect(&json!({"$ref": format!("{PREFIX}{name}")}), schemas, &mut names);
    names.iter().filter_map(|name| Some((name.clone(), schemas.get(name)?.clone()))).collect()
}

/// The names of all schemas that can be reached from here. The components themselves do not count as a start.
fn reached(document: &Value, from: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let start = match from.get("components") {
        None => from.clone(),
        Some(components) => json!([from["paths"], components["responses"], components["parameters"]]),
    };
    if let Some(schemas) = document["components"]["schemas"].as_object() {
        collect(&start, schemas, &mut names);
    }
    names
}

fn collect(value: &Value, schemas: &Map<String, Value>, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            if let Some(name) = named(map)
                && names.insert(name.to_owned())
                && let Some(schema) = schemas.get(name)
            {
                collect(schema, schemas, names);
            }
            map.values().for_each(|v| collect(v, schemas, names));
        }
        Value::Array(list) => list.iter().for_each(|v| collect(v, schemas, names)),
        _ => {}
    }
}

fn named(map: &Map<String, Value>) -> Option<&str> {
    map.get("$ref")?.as_str()?.strip_prefix(PREFIX)
}

/// Answers may grow without breaking clients: where requests and answers share a schema that is closed, each gets
/// its own. An answer's always has every member, and its lists of words are open.
fn apart(schemas: &mut Map<String, Value>, answered: &BTreeSet<String>, asked: &BTreeSet<String>) {
    let before = schemas.clone();
    let double = |name: &str| {
        answered.contains(name) && asked.contains(name) && is_object(&before, name) && closes(&before, name)
    };
    for (name, schema) in &before {
        if asked.contains(name) {
            let own = if double(name) { format!("{name}{INPUT}") } else { name.clone() };
            schemas.insert(own, input(schema.clone(), &double));
        }
        if answered.contains(name) && schema.get("enum").is_none() {
            let (opened, shared) = (opened(schema.clone(), &before), asked.contains(name) && !double(name));
            if !shared {
                schemas.insert(name.clone(), opened);
            }
        }
    }
}

fn is_object(schemas: &Map<String, Value>, name: &str) -> bool {
    schemas.get(name).is_some_and(|schema| schema["type"] == "object")
}

/// Whether it is closed, or holds what is.
fn closes(schemas: &Map<String, Value>, name: &str) -> bool {
    fn within(value: &Value, schemas: &Map<String, Value>) -> bool {
        match value {
            Value::Object(map) => {
                map.get("additionalProperties") == Some(&json!(false))
                    || named(map).is_some_and(|name| {
                        let schema = schemas.get(name).unwrap_or(&Value::Null);
                        schema.get("enum").is_some() || within(schema, schemas)
                    })
                    || map.values().any(|v| within(v, schemas))
            }
            Value::Array(list) => list.iter().any(|v| within(v, schemas)),
            _ => false,
        }
    }
    schemas.get(name).is_some_and(|schema| within(schema, schemas))
}

/// The schema as requests use it. Null as a default says nothing, and makes generators ask for the member.
fn input(value: Value, double: &impl Fn(&str) -> bool) -> Value {
    match value {
        Value::Object(mut map) => {
            if map.get("default") == Some(&Value::Null) {
                map.remove("default");
            }
            if let Some(name) = named(&map).filter(|name| double(name)) {
                let doubled = format!("{PREFIX}{name}{INPUT}");
                map.insert("$ref".into(), doubled.into());
            }
            map.into_iter().map(|(k, v)| (k, input(v, double))).collect::<Map<_, _>>().into()
        }
        Value::Array(list) => list.into_iter().map(|v| input(v, double)).collect(),
        other => other,
    }
}

fn opened(value: Value, schemas: &Map<String, Value>) -> Value {
    match value {
        Value::Object(mut map) => {
            map.remove("default");
            if let Some(words) =
                named(&map).and_then(|name| schemas.get(name)).filter(|s| s.get("enum").is_some())
            {
                return open_words(&map, words);
            }
            if map.get("additionalProperties") == Some(&json!(false)) {
                map.remove("additionalProperties");
                let names = map.get("properties").and_then(Value::as_object);
                let names: Vec<String> = names.into_iter().flatten().map(|(name, _)| name.clone()).collect();
                map.insert("required".into(), json!(names));
            }
            map.into_iter().map(|(k, v)| (k, opened(v, schemas))).collect::<Map<_, _>>().into()
        }
        Value::Array(list) => list.into_iter().map(|v| opened(v, schemas)).collect(),
        other => other,
    }
}

/// A word of a list that may grow.
fn open_words(place: &Map<String, Value>, words: &Value) -> Value {
    let description = place.get("description").or_else(|| words.get("description"));
    let mut open =
        json!({"type": "string", "maxLength": 40, "pattern": WORD, "x-known-values": words["enum"]});
    for (name, value) in [("description", description), ("examples", words.get("examples"))] {
        if let Some(value) = value {
            open[name] = value.clone();
        }
    }
    open
}

/// A word of a code list.
const WORD: &str = "^[a-z][a-z0-9_]*$";

/// Limits of types that bring a format and no limit, and of whole numbers.
fn limit(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.get("propertyNames") == Some(&json!({"type": "string"})) {
                map.remove("propertyNames");
            }
            let is = |map: &Map<String, Value>, kind: &str| {
                map.get("type")
                    .is_some_and(|t| t == kind || t.as_array().is_some_and(|t| t.contains(&json!(kind))))
            };
            let max = match map.get("format").and_then(Value::as_str) {
                Some("uuid") => Some(36),
                Some("date") => Some(10),
                Some("date-time") => Some(40),
                _ => None,
            };
            if let Some(max) = max.filter(|_| is(map, "string") && !map.contains_key("maxLength")) {
                map.insert("maxLength".into(), json!(max));
            }
            if map.get("format") == Some(&json!("date")) && is(map, "string") {
                map.entry("pattern").or_insert_with(|| json!(DATE_PATTERN));
            }
            if is(map, "integer") && !map.contains_key("maximum") {
                map.insert("maximum".into(), json!(i64::MAX));
            }
            map.values_mut().for_each(limit);
        }
        Value::Array(list) => list.iter_mut().for_each(limit),
        _ => {}
    }
}
