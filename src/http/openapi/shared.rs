//! What operations share: parameters, headers and error answers, each with its examples.
use crate::http::messages::Language;
use crate::http::parameters::shared_filters;
use crate::http::problem::{self, CODES, Code, Located, Problem};
use crate::shared::check::{Fault, Faults};
use crate::shared::dates::DATE_PATTERN;
use serde_json::{Map, Value, json};

/// Error answers: status, name of the shared answer, what it means.
const RESPONSES: [(u16, &str, &str); 17] = [
    (400, "BadRequest", "The address, a header or the body can't be understood; each fault is named."),
    (401, "Unauthenticated", "No token, or one that is unknown, expired or revoked."),
    (403, "Forbidden", "The caller's role does not allow this."),
    (404, "NotFound", "It does not exist, or it is not the caller's to see."),
    (406, "NotAcceptable", "The answer can't be given in the format asked for."),
    (408, "Timeout", "It took too long and was given up; a change may just have been written."),
    (409, "Conflict", "A life cycle or other records stand in the way; each reason is named."),
    (412, "Stale", "The record was changed since the caller read it; `ETag` has its version now."),
    (413, "BodyTooLarge", "The body is larger than this server takes."),
    (415, "UnsupportedMediaType", "The body has another media type than this operation takes."),
    (416, "RangeNotSatisfiable", "The file ends before the first byte that was asked for."),
    (
        422,
        "Invalid",
        "The content is not valid; each fault is named with its JSON pointer. Nothing was written.",
    ),
    (428, "PreconditionRequired", "`If-Match` is needed."),
    (
        429,
        "TooManyRequests",
        "The token or the address has asked too often; `Retry-After` says when to go on.",
    ),
    (500, "Internal", "The fault is ours; it is in the log under the request's id."),
    (
        503,
        "Unavailable",
        "The database, the store of files or the identity provider is away for the moment, or too many ask at a time.",
    ),
    (507, "StorageFull", "The server has no space left. Nothing was written."),
];

/// A reference to the shared answer of a status.
pub fn response(status: u16) -> Value {
    let name = RESPONSES.iter().find(|(s, ..)| *s == status).map_or("Internal", |(_, name, _)| name);
    json!({"$ref": format!("#/components/responses/{name}")})
}

/// References to shared headers, with those that every answer has.
pub fn header_refs(names: &[&str]) -> Value {
    let always = [REQUEST_ID, "Access-Control-Allow-Origin", "RateLimit", "RateLimit-Policy"];
    let all = names.iter().copied().chain(always);
    let refer = |name: &str| (name.to_owned(), json!({"$ref": format!("#/components/headers/{name}")}));
    all.map(refer).collect::<Map<_, _>>().into()
}

const REQUEST_ID: &str = "X-Request-Id";

pub fn headers() -> Value {
    let header = |description: &str, pattern: &str, max: u32| json!({"description": description, "schema": {"type": "string", "pattern": pattern, "maxLength": max}});
    json!({
        "ETag": header("The version and hash of this representation: `\"7-0a1b2c3d4e5f6071\"`; weak for lists.", "^(W/)?\"[0-9a-f-]+\"$", 200),
        "Accept-Ranges": header("`bytes`: parts of it can be asked for.", "^bytes$", 10),
        "Content-Range": header("Which part of how many bytes this is.", "^bytes ([0-9]+-[0-9]+|\\*)/[0-9]+$", 100),
        "Content-Disposition": header("The name of the file (RFC 6266), and whether it is saved or shown.", "^(attachment|inline)", 2000),
        "Location": header("Where the new record is.", "^/v1/", 2000),
        "Link": header("`rel=\"next\"`: the next page; absent on the last.", "^<.+>; rel=\"next\"$", 4000),
        REQUEST_ID: header("The id of this request, also in the server's log.", "^[A-Za-z0-9._-]+$", 128),
        "Access-Control-Allow-Origin": header("The web origin that may read this, where the installation allows any.", "^\\S+$", 2000),
        "Preference-Applied": header("`return=minimal`, where the caller preferred that.", "^return=minimal$", 20),
        "Idempotency-Replayed": header("`true` where this was answered before and nothing was done now.", "^true$", 4),
        "RateLimit": header("What is left of the tightest limit: `\"token\";r=5999;t=1`, `t` in seconds until all of it is there again (draft-ietf-httpapi-ratelimit-headers).", "^\"[a-z]+\";r=[0-9]+;t=[0-9]+$", 60),
        "RateLimit-Policy": header("That limit: `\"token\";q=6000;w=60` requests in `w` seconds.", "^\"[a-z]+\";q=[0-9]+;w=60$", 60),
        "WWW-Authenticate": header("How to say who asks: `Bearer`, with `error=\"invalid_token\"` where a token was sent and is no good.", "^Bearer", 200),
        "Retry-After": {"description": "Seconds after which to try again.", "schema": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 3600}},
    })
}

pub fn responses() -> Value {
    let mut responses = Map::new();
    for (status, name, description) in RESPONSES {
        let own: &[&str] = match status {
            401 => &["WWW-Authenticate"],
            412 => &["ETag"],
            416 => &["Content-Range"],
            409 | 429 | 503 => &["Retry-After"],
            _ => &[],
        };
        responses.insert(
            name.into(),
            json!({
                "description": description,
                "headers": header_refs(own),
                "content": {"application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples(status)}},
            }),
        );
    }
    let description = "The caller has this representation already (`If-None-Match`).";
    let headers = header_refs(&["ETag", "Link"]);
    responses.insert("NotModified".into(), json!({"description": description, "headers": headers}));
    responses.into()
}

/// A body for every code of a status.
fn examples(status: u16) -> Map<String, Value> {
    let of = CODES.iter().filter(|code| code.status == status);
    of.map(|code| {
        let body =
            example(code).body(Language::En, "/v1/projects/LATBEL", "01a200f1-dcc5-76cc-bb8c-f1aae5e27eb7");
        (code.code.to_owned(), json!({"summary": code.title[0], "value": body}))
    })
    .collect()
}

fn example(code: &'static Code) -> Problem {
    let fault = |pointer: &str, code, params| {
        let mut faults = Faults::default();
        faults.add(pointer, code, params);
        faults
    };
    match code {
        c if c.code == problem::BAD_PARAMETERS.code => {
            let params = Map::from_iter([("allowed".to_owned(), json!(["fields", "expand", "as_of"]))]);
            let fault = Fault { pointer: String::new(), code: "unknown_parameter", params };
            Problem::parameters(vec![Located { parameter: Some("colour".into()), fault }])
        }
        c if c.code == problem::INVALID.code => {
            let params = json!({"start": "2019-11-01", "end": "2019-01-01"});
            Problem::faults(code, fault("/planned_period/end", "before_start", params))
        }
        c if c.code == problem::TRANSITION_REFUSED.code => {
            let params =
                json!({"from": "preparation", "to": "closed", "allowed": ["contracting", "cancelled"]});
            Problem::faults(code, fault("/to", "not_a_step", params))
        }
        c if c.code == problem::REFERENCED.code => {
            let params = json!({"resource": "event", "id": "01932c07-6b80-7000-8000-000000000003"});
            Problem::faults(code, fault("", "referenced_by", params))
        }
        _ => Problem::new(code).with(json!({
            "reason": "EOF while parsing an object at line 1 column 8",
            "header": "If-Match",
            "role": "viewer",
            "action": "update",
            "allowed": ["application/json", "text/csv"],
            "seconds": 60,
            "current": 8,
            "max": 1_048_576,
            "expected": "application/merge-patch+json",
        })),
    }
}

/// Paths of members, separated by commas.
const PATHS: &str = "^[a-z][A-Za-z0-9_.-]*(,[a-z][A-Za-z0-9_.-]*)*$";

pub fn parameters() -> Value {
    let query = |name: &str, description: &str, schema: Value| json!({"name": name, "in": "query", "description": description, "schema": schema});
    let header = |name: &str, description: &str, pattern: &str, max: u32| {
        json!({"name": name, "in": "header", "description": description,
            "schema": {"type": "string", "minLength": 1, "maxLength": max, "pattern": pattern}})
    };
    let text = |pattern: &str, max: u32| json!({"type": "string", "minLength": 1, "maxLength": max, "pattern": pattern});
    let mut parameters = json!({
        "Limit": query("limit", "Records a page.", json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": 200, "default": 50})),
        "Cursor": query("cursor", "Where to go on: follow `next` instead of making one.", text("^[A-Za-z0-9_-]+$", 4000)),
        "IncludeTotal": query("include_total", "Adds `total`.", json!({"type": "boolean", "default": false})),
        "AsOf": query("as_of", "The business date by which phases and rules are judged; today where left out.", json!({"type": "string", "format": "date", "maxLength": 10, "pattern": DATE_PATTERN})),
        "KnownAt": query("known_at", "The register as it stood at this instant (RFC 3339), deleted records included; now where left out.", json!({"type": "string", "format": "date-time", "maxLength": 40})),
        "Principal": query("principal", "Done by any of these principals: ids, separated by commas.", text("^[0-9A-Fa-f-]{36}(,[0-9A-Fa-f-]{36})*$", 10_000)),
        "At.gte": query("at[gte]", "Done at or after this instant (RFC 3339).", json!({"type": "string", "format": "date-time", "maxLength": 40})),
        "At.lt": query("at[lt]", "Done before this instant (RFC 3339).", json!({"type": "string", "format": "date-time", "maxLength": 40})),
        "Search": query("q", "Words that all occur in the record's texts, codes and numbers; case and accents do not matter.", text("\\S", 200)),
        "UpdatedSince": query("updated_since", "Changed at or after this instant (RFC 3339).", json!({"type": "string", "format": "date-time", "maxLength": 40})),
        "Format": query("format", "Instead of `Accept`.", json!({"type": "string", "enum": ["json", "csv"]})),
        "Columns": query("columns", "Columns of the CSV, separated by commas: members by path, such as `title.lv`.", text(PATHS, 4000)),
        "Fields": query("fields", "Members to answer with, separated by commas: paths such as `planned_period.end`. All others are left out of the answer.", text(PATHS, 4000)),
        "DryRun": query("dry_run", "Checks everything and answers 200 with what would be written; writes nothing.", json!({"type": "boolean", "default": false})),
        "IfMatch": header("If-Match", "The record's `ETag` as it was read. Without it the answer is 428.", "^(W/)?\"[1-9][0-9]{0,17}(-[0-9A-Fa-f]*)?\"$", 200),
        "IfNoneMatch": header("If-None-Match", "An `ETag`: 304 where it is still current.", "^(\\*|(W/)?\"[^\",]*\"( *, *(W/)?\"[^\",]*\")*)$", 2000),
        "Reason": header("Grantline-Reason", "Why: kept in the history of the record.", "\\S", 2000),
        "IdempotencyKey": header("Idempotency-Key", "Any word of the caller's own, such as a UUID. A request that is sent again with it within 24 hours has its effect once and gets its first answer again; another request with it is refused.", "^(\"[!#-~]+\"|[!#-~]+)$", 257),
        "Prefer": header("Prefer", "`return=minimal`: 201 without a body.", "^[!-~ ]+$", 200),
    });
    parameters["IfMatch"]["required"] = json!(true);
    parameters["IfMatch"]["example"] = json!("\"7-0a1b2c3d4e5f6071\"");
    if let Some(map) = parameters.as_object_mut() {
        map.extend(shared_filters());
    }
    parameters
}
