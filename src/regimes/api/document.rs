//! `/v1/regimes` for the OpenAPI document.
use super::FACE;
use super::shown::{Regime, RegimeComparison, RegimeDifference, RegimeList, RegimeOrigin, RegimeVersion};
use crate::http::insert_schema;
use crate::http::resource::{Effect, Operations, Post};
use crate::regimes::model::RegimeKey;
use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, SchemaFormat, Type};

/// A regime that extends another one, as it would be uploaded.
const YAML: &str = "schema: funder-regime/1\nid: eu-amif-union-actions\nversion: \"2024.1\"\nextends: eu-mga-2021-27\n\
    label: {en: AMIF Union actions}\nbudget:\n  indirect: {rate: \"0.07\"}\nrules:\n  \
    - {rule: E04, with: {threshold: \"325000\"}, confidence: to_confirm}\n";

pub fn tag() -> Value {
    json!({"name": FACE.tag, "description": FACE.about})
}

/// The same as JSON.
pub(super) fn example() -> Value {
    json!({
        "schema": "funder-regime/1",
        "id": "eu-amif-union-actions",
        "version": "2024.1",
        "extends": "eu-mga-2021-27",
        "label": {"en": "AMIF Union actions"},
        "budget": {"indirect": {"rate": "0.07"}},
        "rules": [{"rule": "E04", "with": {"threshold": "325000"}, "confidence": "to_confirm"}],
    })
}

/// A list of JSON pointers.
pub(super) fn places() -> Array {
    let place = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::Custom("json-pointer".into())))
        .max_length(Some(2000))
        .examples([json!("/retention")]);
    ArrayBuilder::new().items(place).max_items(Some(20_000)).build()
}

/// The body of an upload: only what names it. The rest is held against the schema that the server serves.
fn new_regime() -> Value {
    let text = |description: &str, max: u32, pattern: &str| json!({"type": "string", "description": description, "maxLength": max, "pattern": pattern});
    json!({
        "type": "object",
        "description": "A regime, as the JSON Schema at `/v1/regimes/schema` has it: other members than its own are refused.",
        "required": ["schema", "id", "version", "label"],
        "properties": {
            "schema": text("The form of the document.", 40, "^funder-regime/1$"),
            "id": text("The regime.", 61, "^[a-z0-9][a-z0-9-]{2,60}$"),
            "version": text("Its version.", 14, r"^[0-9]{4}\.(0|[1-9][0-9]{0,8})$"),
            "extends": text("The regime that it extends: `id` for the newest version that there is, or `id:version`.", 80, "^[a-z0-9][a-z0-9.:-]+$"),
            "label": {"type": "object", "description": "By language.", "minProperties": 1, "maxProperties": 50,
                "additionalProperties": {"type": "string", "maxLength": 2000, "pattern": r"^[^\u0000]*$"}},
        },
        "maxProperties": 30,
        "additionalProperties": {"description": "A block of rules."},
        "example": example(),
    })
}

fn parameter(place: &str, name: &str, description: &str, max: u32, pattern: &str, example: &str) -> Value {
    json!({"name": name, "in": place, "required": true, "description": description, "example": example,
        "schema": {"type": "string", "minLength": 1, "maxLength": max, "pattern": pattern}})
}

fn flag(name: &str, description: &str) -> Value {
    json!({"name": name, "in": "query", "description": description, "schema": {"type": "boolean", "default": false}})
}

pub fn document(schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    insert_schema::<RegimeKey>("RegimeKey", schemas);
    insert_schema::<Regime>("Regime", schemas);
    insert_schema::<RegimeList>("RegimeList", schemas);
    insert_schema::<RegimeVersion>("RegimeVersion", schemas);
    insert_schema::<RegimeOrigin>("RegimeOrigin", schemas);
    insert_schema::<RegimeComparison>("RegimeComparison", schemas);
    insert_schema::<RegimeDifference>("RegimeDifference", schemas);
    schemas.insert("NewRegime".into(), new_regime());
    let op = Operations { tag: FACE.tag };
    let id = parameter(
        "path",
        "id",
        "The regime; or the id of a version's record.",
        61,
        "^[a-z0-9][a-z0-9-]{2,60}$",
        "eu-prag-icmpd-mpf",
    );
    let version = parameter("path", "version", "Its version.", 14, r"^[0-9]{4}\.[0-9]+$", "2019.1");
    let resolved = flag("resolved", "With all that it inherits, and which regime said what.");
    let of_ids = json!({"name": "id", "in": "query", "description": "Only these regimes: ids, separated by commas.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 4000, "pattern": "^[a-z0-9-]+(,[a-z0-9-]+)*$"}});
    let about = "Every version of every regime, by regime, the newest first. Whoever has a role reads all of them: they hold \
        rules, not records.";
    paths.insert(
        "/v1/regimes".into(),
        json!({
            "get": op.pages("list_regimes", "List regimes", about, "RegimeList", vec![of_ids]),
            "post": publish(&op),
        }),
    );
    let mut schema = op.read(
        "find_regime_schema",
        "Find the JSON Schema of regimes",
        "What an uploaded document is held against first; what a schema can't say (terms, patterns, ids of rules) is \
            checked beside it.",
        "Regime",
        vec![flag("extending", "The schema of documents that extend another one and may leave out what they inherit.")],
    );
    schema["responses"]["200"]["content"] =
        json!({"application/schema+json": {"schema": {"type": "object"}}});
    paths.insert("/v1/regimes/schema".into(), json!({"get": schema}));
    let about = "The newest version of a regime with its document.";
    paths.insert(
        "/v1/regimes/{id}".into(),
        json!({"get": op.read("find_regime", "Find a regime", about, "RegimeVersion", vec![id.clone(), resolved.clone()])}),
    );
    let record = parameter(
        "path",
        "id",
        "The id of a version's record.",
        36,
        "^[0-9A-Fa-f-]{36}$",
        "01932c07-6b80-7000-8000-000000000001",
    );
    let about = "Who published the version, when and why. There is never another entry.";
    paths.insert(
        "/v1/regimes/{id}/history".into(),
        json!({"get": op.pages("list_regime_history", "List what was done to a version of a regime", about, "HistoryList",
            [vec![record], Operations::of_entries()].concat())}),
    );
    let about = "Versions of one regime, the newest first.";
    paths.insert(
        "/v1/regimes/{id}/versions".into(),
        json!({"get": op.pages("list_regime_versions", "List the versions of a regime", about, "RegimeList", vec![id.clone()])}),
    );
    let about = "A version with its document: as it was published, or with all that it inherits.";
    paths.insert(
        "/v1/regimes/{id}/versions/{version}".into(),
        json!({"get": op.read("find_regime_version", "Find a version of a regime", about, "RegimeVersion",
            vec![id.clone(), version.clone(), resolved])}),
    );
    let with = parameter(
        "query",
        "with",
        "The other version: `2021.1` of the same regime, or `id:version`.",
        80,
        "^([a-z0-9-]+:)?[0-9]{4}\\.[0-9]+$",
        "eu-mga-2021-27:2024.1",
    );
    let about = "What would change for those who follow this version if they followed the other one, value by value, with all \
        that both inherit.";
    paths.insert(
        "/v1/regimes/{id}/versions/{version}/differences".into(),
        json!({"get": op.read("compare_regime_versions", "Compare two versions", about, "RegimeComparison",
            vec![id, version, with])}),
    );
}

fn publish(op: &Operations) -> Value {
    let mut publish = op.post(&Post {
        id: "publish_regime",
        summary: "Publish a version of a regime",
        about: "A new funder is a document, in JSON or YAML. It is held against the schema and beyond it; every fault has \
            its place and nothing is written. A version never changes once it is published: the same document again is a \
            200, another one under the same version a 409. `dry_run=true` is the way to try. A regime may extend another: \
            it overrides it key by key, rules merge by their rule, obligations and visibility elements by their id. \
            Administrators and programme managers of the whole register only.",
        request: "NewRegime",
        answer: "RegimeVersion",
        example: None,
        path: &[],
        effect: Effect::Creates,
    });
    publish["requestBody"]["content"]["application/yaml"] = json!({
        "schema": {"type": "string", "maxLength": 100_000_000, "pattern": r"^[^\u0000]*$", "description": "The same as one document of YAML 1.2 (RFC 9512): without anchors, aliases and tags; what some readers take for a number, true or false stands in quotes."},
        "example": YAML,
    });
    publish["responses"]["200"]["description"] =
        json!("Published before with the same content; or what would be published (`dry_run=true`).");
    publish
}
