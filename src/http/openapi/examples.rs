//! Examples of answers: each representation as it would be of the record that its request's example makes. Made from
//! the schemas, so that none can lack a member.
use crate::http::FACES;
use crate::http::resource::Face;
use crate::shared::formats;
use serde_json::{Map, Value, json};

const PREFIX: &str = "#/components/schemas/";

/// Adds them to the schemas of representations and lists.
pub fn add(schemas: &mut Value) {
    let before = schemas.clone();
    for face in FACES {
        let record = record(face, &before);
        for part in face.parts {
            let schema = &before[part.schema];
            let example = complete(schema, &(part.example)(), &before);
            schemas[format!("{}List", part.schema)]["example"] = json!({"items": [example]});
            schemas[part.schema]["example"] = example;
        }
        let name = face.resource.path;
        let next = format!("/v1/{name}?limit=1&cursor=AXsiYiI6Ik5Hd1FuM0ZKZmF5In0");
        schemas[format!("{}List", face.schema)]["example"] = json!({"items": [record], "next": next});
        schemas[face.schema]["example"] = record;
    }
}

fn record(face: &Face, schemas: &Value) -> Value {
    let mut given = (face.example)();
    for part in face.parts {
        given[part.part.path.replace('-', "_")] = json!([(part.example)()]);
    }
    given["available_actions"] = json!(["read", "update", "delete"]);
    if let Some(life) = &face.resource.life {
        // What has come to its end on paper, as much of a portfolio has.
        let word =
            life.statuses.terms.iter().find(|t| t.code == "implementation").or(life.statuses.terms.first());
        given["status"] = json!(word.map(|term| term.code));
        given["available_actions"] = json!(["read", "update", "delete", "transition"]);
    }
    complete(&schemas[face.schema], &given, schemas)
}

/// A value of a schema: what is given, and the required members that it lacks.
fn complete(schema: &Value, given: &Value, schemas: &Value) -> Value {
    let schema = behind(schema, schemas);
    match given {
        Value::Object(given) => {
            let mut whole = Map::new();
            let required = schema["required"].as_array();
            for (name, member) in schema["properties"].as_object().into_iter().flatten() {
                match given.get(name) {
                    Some(value) => {
                        whole.insert(name.clone(), complete(member, value, schemas));
                    }
                    None if required.is_some_and(|names| names.contains(&json!(name))) => {
                        whole.insert(name.clone(), sample(member, schemas));
                    }
                    None => {}
                }
            }
            for (name, value) in given {
                whole.entry(name).or_insert_with(|| value.clone());
            }
            whole.into()
        }
        Value::Array(list) => list.iter().map(|item| complete(&schema["items"], item, schemas)).collect(),
        other => other.clone(),
    }
}

/// The plainest value of a schema: its own example, null or nothing where that may be.
fn sample(schema: &Value, schemas: &Value) -> Value {
    let nullable = |schema: &Value| {
        schema["type"].as_array().is_some_and(|types| types.contains(&json!("null")))
            || schema["oneOf"].as_array().is_some_and(|any| any.iter().any(|s| s["type"] == "null"))
    };
    if let Some(example) = schema.get("example").or_else(|| schema["examples"].get(0)) {
        return example.clone();
    }
    if nullable(schema) {
        return Value::Null;
    }
    let schema = behind(schema, schemas);
    let format = schema["format"].as_str().and_then(formats::named);
    match (schema["type"].as_str(), format) {
        _ if schema.get("example").is_some() || schema.get("examples").is_some() => sample(schema, schemas),
        (Some("object"), _) if schema.get("properties").is_some() => complete(schema, &json!({}), schemas),
        (Some("object"), _) => json!({}),
        (Some("array"), _) => json!([]),
        (Some("boolean"), _) => json!(false),
        (Some("integer" | "number"), _) => schema.get("minimum").cloned().unwrap_or(json!(0)),
        (_, Some(format)) => json!(format.example),
        _ => schema["x-known-values"].get(0).cloned().unwrap_or(json!("-")),
    }
}

/// Behind references and beside null.
fn behind<'a>(schema: &'a Value, schemas: &'a Value) -> &'a Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.strip_prefix(PREFIX)) {
        return behind(&schemas[name], schemas);
    }
    match schema["oneOf"].as_array().and_then(|any| any.iter().find(|s| s["type"] != "null")) {
        Some(branch) => behind(branch, schemas),
        None => schema,
    }
}
