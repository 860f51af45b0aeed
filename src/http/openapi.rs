//! The OpenAPI document: what all operations share, and the operations of every room. The committed copy is
//! `openapi/v1.json`.
use super::problem::{ProblemBody, ProblemError};
use super::resource::{self, SchemaOf};
use super::{FACES, acts};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

/// How many records have a value.
#[derive(Serialize, ToSchema)]
pub struct FacetBucket {
    /// The value; null counts the records without one.
    #[schema(required, max_length = 200)]
    pub value: Option<String>,
    /// How many records have it.
    #[schema(minimum = 0)]
    pub count: i64,
}

/// Error answers by status: the name of the shared answer and what it means.
const RESPONSES: [(&str, &str, &str); 15] = [
    ("400", "BadRequest", "The address, a header or the body can't be understood; each fault is named."),
    ("401", "Unauthenticated", "No token, or one that is unknown, expired or revoked."),
    ("403", "Forbidden", "The caller's role does not allow this."),
    ("404", "NotFound", "It does not exist, or it is not the caller's to see."),
    ("406", "NotAcceptable", "The answer can't be given in the format asked for."),
    ("408", "Timeout", "It took too long and was given up; nothing was written."),
    ("409", "Conflict", "A life cycle or other records stand in the way; each reason is named."),
    ("412", "Stale", "The record was changed since the caller read it; `ETag` has its version now."),
    ("413", "BodyTooLarge", "The body is larger than this server takes."),
    ("415", "UnsupportedMediaType", "The body has another media type than this operation takes."),
    (
        "422",
        "Invalid",
        "The content is not valid; each fault is named with its JSON pointer. Nothing was written.",
    ),
    ("428", "PreconditionRequired", "`If-Match` is needed."),
    ("500", "Internal", "The fault is ours; it is in the log under the request's id."),
    ("503", "Unavailable", "The database is away for the moment."),
    ("405", "MethodNotAllowed", "This method does not work here; `Allow` names those that do."),
];

pub fn response_name(code: &str) -> &'static str {
    RESPONSES.iter().find(|(c, ..)| *c == code).map_or("Internal", |(_, name, _)| name)
}

/// The whole document.
pub fn document() -> Value {
    let (mut schemas, mut paths) = (Map::new(), Map::new());
    for (name, schema) in [
        ("Problem", SchemaOf::new::<ProblemBody>()),
        ("ProblemError", SchemaOf::new::<ProblemError>()),
        ("FacetBucket", SchemaOf::new::<FacetBucket>()),
    ] {
        let own = (schema.own)();
        schemas.insert(name.into(), serde_json::to_value(own).unwrap_or_default());
    }
    for face in FACES {
        resource::schemas(face, &mut schemas);
        resource::document(face, &mut paths);
    }
    acts::document(&mut schemas, &mut paths);
    schemas.sort_keys();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Grantline",
            "summary": "Grant-funded projects, for those who receive the grants.",
            "description": ABOUT,
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
            "contact": {"name": "The operator of this installation", "url": "http://127.0.0.1:8080/"},
        },
        "servers": [{"url": "http://127.0.0.1:8080", "description": "A server on this machine."}],
        "security": [{"token": []}],
        "tags": tags(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": parameters(),
            "headers": headers(),
            "responses": responses(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer",
                "description": "An API token, made with `grantline token create`."}},
        },
    })
}

const ABOUT: &str = "One API for programme managers, dashboards and front ends.\n\n\
    - Bodies are snake_case JSON; unknown members and parameters are errors, all faults are named at once.\n\
    - Every change of a record needs its `ETag` as `If-Match`; `dry_run=true` shows what a write would do.\n\
    - Lists are pages: follow `next`. Members named here are filters: `planned_period.end[lt]=2026-12-31`.\n\
    - `as_of` is the business date by which phases and rules are judged.\n\
    - Errors are `application/problem+json`; `/problems/{code}` explains each code.";

fn tags() -> Value {
    let faces = FACES.iter().map(|f| json!({"name": f.tag, "description": f.about}));
    faces.chain(acts::tags()).collect::<Vec<_>>().into()
}

fn headers() -> Value {
    let header = |description: &str, max: u32| json!({"description": description, "schema": {"type": "string", "maxLength": max}});
    json!({
        "ETag": header("The version and hash of this representation: `\"7-0a1b2c3d4e5f6071\"`; weak for lists.", 200),
        "Location": header("Where the new record is.", 2000),
        "Link": header("`rel=\"next\"`: the next page.", 4000),
        "RequestId": header("The id of this request, also in the server's log.", 128),
    })
}

fn responses() -> Value {
    let mut responses = Map::new();
    for (_, name, description) in RESPONSES {
        responses.insert(
            name.into(),
            json!({
                "description": description,
                "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}},
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }),
        );
    }
    responses.insert(
        "NotModified".into(),
        json!({"description": "The caller has this representation already (`If-None-Match`)."}),
    );
    responses.remove("MethodNotAllowed");
    responses.into()
}

fn parameters() -> Value {
    let query = |name: &str, description: &str, schema: Value| json!({"name": name, "in": "query", "description": description, "schema": schema});
    let header = |name: &str, description: &str, max: u32| json!({"name": name, "in": "header", "description": description, "schema": {"type": "string", "minLength": 1, "maxLength": max}});
    let text = |max: u32| json!({"type": "string", "minLength": 1, "maxLength": max});
    json!({
        "Limit": query("limit", "Records a page.", json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": 200, "default": 50})),
        "Cursor": query("cursor", "Where to go on: follow `next` instead of making one.", text(4000)),
        "IncludeTotal": query("include_total", "Adds `total`.", json!({"type": "boolean", "default": false})),
        "AsOf": query("as_of", "The business date by which phases and rules are judged; today where left out.", json!({"type": "string", "format": "date", "maxLength": 10})),
        "Search": query("q", "Words that all occur in the record's texts, codes and numbers; case and accents do not matter.", text(200)),
        "UpdatedSince": query("updated_since", "Changed at or after this instant (RFC 3339).", json!({"type": "string", "format": "date-time", "maxLength": 40})),
        "Format": query("format", "Instead of `Accept`.", json!({"type": "string", "enum": ["json", "csv"]})),
        "Columns": query("columns", "Columns of the CSV, separated by commas: members by path, such as `title.lv`.", text(4000)),
        "Fields": query("fields", "Members to answer with, separated by commas: paths such as `planned_period.end`.", text(4000)),
        "DryRun": query("dry_run", "Checks everything and answers 200 with what would be written; writes nothing.", json!({"type": "boolean", "default": false})),
        "IfMatch": {"name": "If-Match", "in": "header", "required": false, "description": "The record's `ETag` as it was read. Needed: without it the answer is 428.", "schema": {"type": "string", "minLength": 1, "maxLength": 200}},
        "IfNoneMatch": header("If-None-Match", "An `ETag`: 304 where it is still current.", 2000),
        "Reason": header("Grantline-Reason", "Why: kept in the history of the record.", 2000),
        "Prefer": header("Prefer", "`return=minimal`: 201 without a body.", 200),
    })
}

/// The schema of a type, for operations that are written by hand.
pub fn insert<T: ToSchema + PartialSchema>(name: &str, schemas: &mut Map<String, Value>) {
    let mut referred = Vec::new();
    T::schemas(&mut referred);
    for (name, schema) in referred {
        schemas.insert(name, serde_json::to_value(schema).unwrap_or_default());
    }
    schemas.insert(name.into(), serde_json::to_value(T::schema()).unwrap_or_default());
}
