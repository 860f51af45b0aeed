//! Holds every answer that any test gets against the OpenAPI document: status, media type, headers and body must be
//! what the operation promises. So each test walks the contract too.
use super::app::Answer;
use grantline::http::contract;
use serde_json::Value;

/// Headers that mean something of their own: an answer has them only where the document says so.
const TELLING: [&str; 12] = [
    "ratelimit",
    "ratelimit-policy",
    "idempotency-replayed",
    "etag",
    "location",
    "link",
    "preference-applied",
    "www-authenticate",
    "retry-after",
    "accept-ranges",
    "content-range",
    "content-disposition",
];

/// What an answer was to: an operation and a status.
pub type Met = (String, u16);

/// Checks an answer, and tells the operation. None for addresses outside the document, and for `HEAD`.
#[track_caller]
pub fn hold(method: &str, address: &str, answer: &Answer) -> Option<Met> {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let place = template(path)?;
    let at = format!("{method} {address}: {} {}", answer.status, answer.text());
    assert!(!answer.header("x-request-id").is_empty(), "{at}");
    if method == "HEAD" {
        return None;
    }
    let operation = &place[&method.to_ascii_lowercase()];
    if operation.is_null() {
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (405, "method_not_allowed"), "{at}");
        return None;
    }
    let status = answer.status.as_u16();
    let promised = resolved(&operation["responses"][status.to_string()]);
    assert!(promised.is_object(), "this status is not in the document: {at}");
    for name in TELLING.into_iter().filter(|name| !answer.header(name).is_empty()) {
        let known =
            promised["headers"].as_object().is_some_and(|h| h.keys().any(|k| k.eq_ignore_ascii_case(name)));
        assert!(known, "the header {name} is not in the document: {at}");
    }
    let minimal = answer.header("preference-applied") == "return=minimal";
    let promises_body = promised.get("content").is_some() && !minimal;
    assert_eq!(promises_body, !answer.bytes.is_empty(), "a body or none: {at}");
    if promises_body {
        let media_type = answer.header("content-type").split(';').next().unwrap_or_default();
        let any = &promised["content"]["*/*"];
        let content = if any.is_object() { any } else { &promised["content"][media_type] };
        let schema = &content["schema"];
        assert!(schema.is_object(), "the media type {media_type} is not in the document: {at}");
        // With `fields` the caller has chosen the members.
        let chosen = status == 200 && query.split('&').any(|pair| pair.starts_with("fields="));
        if let Some(name) = schema["$ref"].as_str().filter(|_| !chosen) {
            let name = name.rsplit('/').next().unwrap_or_default();
            let validator = contract().validator(name).expect("the schema compiles");
            let body = answer.json();
            let faults: Vec<String> =
                validator.iter_errors(&body).map(|e| format!("{} {e}", e.instance_path())).collect();
            assert!(faults.is_empty(), "not a {name}: {faults:#?}\n{at}");
        }
    }
    Some((operation["operationId"].as_str().expect("an id").to_owned(), status))
}

/// The operations of the document's path that fits, the most literal one first.
fn template(path: &str) -> Option<&'static Value> {
    let steps: Vec<&str> = path.split('/').collect();
    let fits = |template: &&String| {
        let parts: Vec<&str> = template.split('/').collect();
        parts.len() == steps.len()
            && parts
                .iter()
                .zip(&steps)
                .all(|(part, step)| part == step || (part.starts_with('{') && !step.is_empty()))
    };
    let paths = contract().document["paths"].as_object()?;
    let best = paths.keys().filter(fits).min_by_key(|template| template.matches('{').count())?;
    paths.get(best)
}

/// Behind a reference within the document.
pub fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str().and_then(|r| r.strip_prefix('#')) {
        Some(pointer) => contract().document.pointer(pointer).expect("no reference leads nowhere"),
        None => value,
    }
}
