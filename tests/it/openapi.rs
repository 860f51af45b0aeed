//! The OpenAPI document: current, whole, fit for generators, and as closed to strangers as it says.
mod acts;

use crate::both;
use crate::support::promise::resolved;
use crate::support::{App, records};
use grantline::http::{DOCUMENT, contract};
use grantline::shared::formats::FORMATS;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn document() -> &'static Value {
    &contract().document
}

/// Each path, method and operation.
fn operations() -> Vec<(&'static str, &'static str, &'static Value)> {
    let mut all = Vec::new();
    for (path, methods) in document()["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("operations") {
            all.push((path.as_str(), method.as_str(), operation));
        }
    }
    assert!(all.len() > 100, "{}", all.len());
    all
}

/// An address of the path: no record has this id.
fn filled(path: &str) -> String {
    let id = "01932c07-6b80-7000-8000-0000000000ff";
    path.replace("{id}", id)
        .replace("{part_id}", id)
        .replace("{name}", "project-statuses")
        .replace("{entry}", "1")
        .replace("{version}", "2019.1")
}

/// Every value of the document, with its place.
fn walk(value: &'static Value, at: &str, seen: &mut dyn FnMut(&str, &'static Value)) {
    seen(at, value);
    match value {
        Value::Object(map) => map.iter().for_each(|(name, v)| walk(v, &format!("{at}/{name}"), seen)),
        Value::Array(list) => list.iter().enumerate().for_each(|(i, v)| walk(v, &format!("{at}/{i}"), seen)),
        _ => {}
    }
}

/// The committed document is what the code makes: `UPDATE_OPENAPI=1 cargo test openapi` rewrites it.
#[test]
fn the_committed_document_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/v1.json");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(path, DOCUMENT.as_str()).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    let differs = committed.lines().zip(DOCUMENT.lines()).find(|(a, b)| a != b);
    assert!(committed == *DOCUMENT, "openapi/v1.json is not current; it first differs in {differs:?}");
}

#[test]
fn every_operation_says_what_it_is() {
    let tags: Vec<&Value> = document()["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations() {
        let at = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{at}: the id is taken");
        for words in ["summary", "description"] {
            assert!(operation[words].as_str().is_some_and(|text| !text.is_empty()), "{at}: {words}");
        }
        assert!(operation["tags"].as_array().unwrap().iter().all(|tag| tags.contains(&tag)), "{at}");
        // Calendar programs send no header.
        let feed = path == "/v1/calendar.ics";
        let security = if feed { json!([{"token": []}, {"feed": []}]) } else { json!([{"token": []}]) };
        assert_eq!(operation["security"], security, "{at}");
        let named: Vec<(&str, &str)> = operation["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .map(resolved)
            .map(|p| (p["in"].as_str().unwrap(), p["name"].as_str().unwrap()))
            .collect();
        assert_eq!(named.iter().collect::<BTreeSet<_>>().len(), named.len(), "{at}: a parameter twice");
        let in_path = |name: &str| named.contains(&("path", name));
        let holes: Vec<&str> =
            path.split('/').filter_map(|s| s.strip_prefix('{')?.strip_suffix('}')).collect();
        assert!(holes.iter().all(|name| in_path(name)), "{at}");
        assert_eq!(named.iter().filter(|(place, _)| *place == "path").count(), holes.len(), "{at}");
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(
                resolved(response)["description"].as_str().is_some_and(|d| !d.is_empty()),
                "{at} {status}"
            );
        }
        let matched = named.contains(&("header", "If-Match"));
        assert_eq!(matched, operation["responses"].get("428").is_some(), "{at}");
        assert_eq!(
            operation.get("requestBody").is_some(),
            operation["responses"].get("415").is_some(),
            "{at}"
        );
    }
}

#[test]
fn no_reference_leads_nowhere_and_nothing_lies_about() {
    let mut used = BTreeSet::new();
    walk(document(), "", &mut |at, value| {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            assert!(document().pointer(&reference[1..]).is_some(), "{at}: {reference}");
            used.insert(reference.to_owned());
        }
    });
    for kind in ["schemas", "parameters", "headers", "responses"] {
        for name in document()["components"][kind].as_object().unwrap().keys() {
            assert!(used.contains(&format!("#/components/{kind}/{name}")), "{kind} {name} is not used");
        }
    }
}

/// Requests are closed and answers are open; a request's member without a value need not be named.
#[test]
fn requests_are_closed_and_answers_are_open() {
    for (path, method, operation) in operations() {
        let at = format!("{method} {path}");
        let (mut asked, mut answered) = (BTreeSet::new(), BTreeSet::new());
        gather(&operation["requestBody"], &mut asked);
        gather(&operation["responses"], &mut answered);
        for name in asked {
            let schema = &document()["components"]["schemas"][&name];
            let closed = schema["type"] != "object" || schema["additionalProperties"] != Value::Null;
            assert!(closed, "{at}: {name} takes what nobody reads");
            for (member, schema) in schema["properties"].as_object().into_iter().flatten() {
                assert_ne!(schema.get("default"), Some(&Value::Null), "{at}: {name}.{member}");
            }
        }
        for name in answered {
            let schema = &document()["components"]["schemas"][&name];
            assert_ne!(schema["additionalProperties"], json!(false), "{at}: {name} can't grow");
            assert!(schema.get("enum").is_none(), "{at}: the words of {name} can't grow");
        }
    }
}

/// The names of all schemas below.
fn gather(value: &'static Value, names: &mut BTreeSet<String>) {
    walk(value, "", &mut |_, value| {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return };
        let below = document().pointer(&reference[1..]).expect("no reference leads nowhere");
        match reference.strip_prefix("#/components/schemas/") {
            Some(name) if names.insert(name.to_owned()) => gather(below, names),
            Some(_) => {}
            None => gather(below, names),
        }
    });
}

#[test]
fn every_schema_compiles_and_every_example_fits() {
    let schemas = document()["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        let validator = contract().validator(name).unwrap_or_else(|e| panic!("{name}: {e}"));
        for example in examples(schema) {
            let faults: Vec<String> =
                validator.iter_errors(example).map(|e| format!("{} {e}", e.instance_path())).collect();
            assert!(faults.is_empty(), "{name}: {faults:?}\n{example:#}");
        }
    }
    for name in schemas.keys().filter(|name| name.starts_with("New") || name.ends_with("Patch")) {
        let given = schemas[name].get("example").is_some();
        // Acts have theirs at the operation; nested objects are shown where they stand.
        let elsewhere = [
            "NewTransition",
            "NewAdoption",
            "NewApplication",
            "NewPreview",
            "NewVisibilityCheck",
            "LocalizedTextPatch",
            "MoneyPatch",
            "PeriodPatch",
        ];
        let nested = elsewhere.contains(&name.as_str()) || name.ends_with("TiersPatch");
        assert!(given || nested, "{name} has no example");
    }
    for face in records::all() {
        for name in [face.schema.to_owned(), format!("{}List", face.schema)] {
            assert!(schemas[&name].get("example").is_some(), "{name} has no example");
        }
    }
}

/// Examples beside media types, parameters and members.
#[test]
fn every_other_example_fits_too() {
    let mut count = 0;
    walk(document(), "", &mut |at, value| {
        // Members may be called so, and the schemas themselves have had their turn.
        let of_schema = at.starts_with("/components/schemas/") && at.matches('/').count() == 3;
        if of_schema || at.ends_with("/properties") || at.contains("/example") {
            return;
        }
        let mut examples: Vec<&Value> = examples(value);
        let named = value.get("examples").and_then(Value::as_object);
        examples.extend(named.into_iter().flatten().map(|(_, example)| &example["value"]));
        let schema = value.get("schema").unwrap_or(value);
        for example in examples {
            count += 1;
            let fault = match schema["$ref"].as_str().and_then(|r| r.strip_prefix("#/components/schemas/")) {
                Some(name) => contract()
                    .validator(name)
                    .expect("it compiles")
                    .validate(example)
                    .err()
                    .map(|e| e.to_string()),
                None => standing(schema).validate(example).err().map(|e| e.to_string()),
            };
            assert_eq!(fault, None, "{at}: {example:#}");
        }
    });
    assert!(count > 50, "{count}");
}

/// A validator of a schema that refers to no other.
fn standing(schema: &Value) -> jsonschema::Validator {
    let mut options = jsonschema::draft202012::options().should_validate_formats(true);
    for format in FORMATS {
        options = options.with_format(format.name, format.check);
    }
    options.build(schema).expect("it compiles and stands for itself")
}

fn examples(schema: &Value) -> Vec<&Value> {
    let several = schema.get("examples").and_then(Value::as_array);
    schema.get("example").into_iter().chain(several.into_iter().flatten()).collect()
}

both! {
    async fn every_operation_refuses_strangers(app: App) {
        for (path, method, _) in operations() {
            for token in ["", "Bearer grantline_unknown", "Basic eDp5"] {
                let headers = [("authorization", token)];
                let answer = app.ask(&method.to_uppercase(), &filled(path), &headers, None).await;
                assert_eq!(answer.status, 401, "{method} {path} {token:?}: {}", answer.text());
                assert_eq!(answer.problem(), "unauthenticated");
                assert!(answer.header("www-authenticate").starts_with("Bearer"), "{method} {path}");
            }
        }
    }
}

both! {
    async fn every_other_method_is_refused_and_the_right_ones_are_named(app: App) {
        for (path, methods) in document()["paths"].as_object().unwrap() {
            let methods = methods.as_object().unwrap();
            for method in METHODS.into_iter().filter(|method| !methods.contains_key(*method)) {
                let answer = app.ask(&method.to_uppercase(), &filled(path), &[], None).await;
                assert_eq!(answer.status, 405, "{method} {path}");
                assert_eq!(answer.problem(), "method_not_allowed");
                let allowed: BTreeSet<String> =
                    answer.header("allow").split(',').map(|m| m.trim().to_lowercase()).collect();
                let mut known: BTreeSet<String> = methods.keys().cloned().collect();
                if known.contains("get") {
                    known.insert("head".into());
                }
                assert_eq!(allowed, known, "{method} {path}");
            }
        }
    }
}

both! {
    /// One successful call of everything that the document has; the harness holds each answer against it.
    async fn every_operation_works_as_it_says(app: App) {
        for face in records::all() {
            let root = format!("/v1/{}", face.resource.path);
            let body = app.body_of(face.resource).await;
            app.post(&format!("{root}/batch"), json!({"items": [body]})).await.expect(201);
            let address = app.address(face.resource.name).await;
            for part in face.parts.iter().filter(|part| !part.part.kept) {
                let body = app.body_of_part(face.resource, part.part).await;
                let all = format!("/{}", part.part.path);
                let made = app.at_version("POST", &address, &all, Some(body.clone())).await;
                let one = made.header("location").trim_start_matches(&address).to_owned();
                made.expect(201);
                app.get(&format!("{address}{all}")).await.expect(200);
                app.get(&format!("{address}{one}")).await.expect(200);
                app.at_version("PATCH", &address, &one, Some(body)).await.expect(200);
            }
            let found = app.get(&address).await;
            let unchanged = [("if-none-match", found.header("etag"))];
            assert_eq!(app.ask("GET", &address, &unchanged, None).await.status, 304);
            app.at_version("PATCH", &address, "", Some(found.json())).await.expect(200);
            app.get(&format!("{address}/history")).await.expect(200);
            lists(app, &root).await;
            for part in face.parts.iter().filter(|part| !part.part.kept) {
                let all = format!("{address}/{}", part.part.path);
                for part in app.get(&all).await.expect(200)["items"].as_array().unwrap() {
                    let one = format!("/{}/{}", all.rsplit('/').next().unwrap(), part["id"].as_str().unwrap());
                    app.at_version("DELETE", &address, &one, None).await.expect(204);
                }
            }
            app.at_version("DELETE", &address, "", None).await.expect(204);
        }
        acts::acts(app).await;
        let met = app.met.lock().unwrap().clone();
        for (path, method, operation) in operations() {
            let id = operation["operationId"].as_str().unwrap();
            let well = met.iter().any(|(met, status)| met == id && (200..300).contains(status));
            assert!(well, "{method} {path}: {id} was never answered well");
        }
    }
}

/// The list in every form, by every member that it is said to sort and count by, and with all neighbours.
async fn lists(app: &App, root: &str) {
    let parameters = document()["paths"][root]["get"]["parameters"].as_array().unwrap();
    for parameter in parameters.iter().map(resolved) {
        let name = parameter["name"].as_str().unwrap();
        if ["sort", "facets", "expand"].contains(&name) {
            let about = parameter["description"].as_str().unwrap();
            let members = about.rsplit_once(": ").expect("the members").1;
            let members = members.split(". ").next().unwrap().trim_end_matches('.').replace(", ", ",");
            app.get(&format!("{root}?include_total=true&limit=100&{name}={members}")).await.expect(200);
        }
    }
    assert_eq!(app.get(&format!("{root}?format=csv")).await.status, 200);
    let list = app.get(root).await;
    let unchanged = [("if-none-match", list.header("etag"))];
    assert_eq!(app.ask("GET", root, &unchanged, None).await.status, 304);
    assert_eq!(app.ask("GET", root, &[("accept", "image/png")], None).await.problem(), "not_acceptable");
}

both! { demo:
    /// Every record of a real portfolio, with its neighbours and theirs.
    async fn a_real_portfolio_fits(app: App) {
        for face in records::all() {
            let root = format!("/v1/{}", face.resource.path);
            lists(app, &root).await;
            let mut next = Some(format!("{root}?limit=50"));
            while let Some(page) = next {
                let page = app.get(&page).await.expect(200);
                next = page["next"].as_str().map(str::to_owned);
            }
        }
    }
}
