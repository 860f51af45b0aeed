//! The operations of a resource, and the forms that all operations have: what they take and every answer they give.
mod apart;

use super::Face;
use super::expand::expandable;
use super::schema::{batch_schema, new_schema, part_new_schema, patch_schema};
use crate::http::openapi::{header_refs, response};
use crate::http::parameters;
use serde_json::{Map, Value, json};

/// The operations of a resource, by path.
pub fn document(face: &Face, paths: &mut Map<String, Value>) {
    let root = format!("/v1/{}", face.resource.path);
    let snake = |path: &str| path.replace('-', "_");
    let (many, one) = (snake(face.resource.path), face.resource.name);
    let op = Operations { tag: face.tag };
    let mut all = json!({"get": op.list(face, &format!("list_{many}"))});
    if !face.is_kept() {
        all["post"] = op.post(&Post {
            id: &format!("create_{one}"),
            summary: &format!("Create {}", face.one),
            about: face.about,
            request: &new_schema(face),
            answer: face.schema,
            example: None,
            path: &[],
            effect: Effect::Creates,
        });
        let batch = op.post(&Post {
            id: &format!("create_{many}"),
            summary: &format!("Create several {}", face.many),
            about: "All or nothing, in one transaction. Faults carry the index of their item.",
            request: &batch_schema(face),
            answer: &format!("{}Batch", face.schema),
            example: None,
            path: &[],
            effect: Effect::CreatesSeveral,
        });
        paths.insert(root.clone(), all);
        paths.insert(format!("{root}/batch"), json!({"post": batch}));
    } else {
        paths.insert(root.clone(), all);
    }
    let id = id_parameter(face);
    let mut shaped = vec![id.clone(), shared("AsOf"), shared("KnownAt")];
    shaped.extend(expand(face));
    shaped.push(shared("Fields"));
    let find =
        op.read(&format!("find_{one}"), &format!("Find {}", face.one), face.about, face.schema, shaped);
    let mut single = json!({"get": find});
    if !face.is_kept() {
        let (path, summary) = (vec![id.clone()], |act: &str| format!("{act} {}", face.one));
        single["patch"] = op.patch(&format!("update_{one}"), &summary("Change"), face.schema, path.clone());
        single["delete"] = op.delete(&format!("delete_{one}"), &summary("Delete"), face.schema, path, false);
    }
    paths.insert(format!("{root}/{{id}}"), single);
    paths.insert(
        format!("{root}/{{id}}/history"),
        json!({"get": op.pages(&format!("list_{one}_history"), &format!("List what was done to {}", face.one),
            "Newest first: who, when, why, and every member before and after. A deleted record is found by its id.",
            "HistoryList", [vec![id.clone()], Operations::of_entries()].concat())}),
    );
    if face.resource.life.is_some() {
        let version = json!({"name": "version", "in": "path", "required": true, "description": "A version that the record had.",
            "example": "1", "schema": {"type": "string", "minLength": 1, "maxLength": 18, "pattern": "^[1-9][0-9]*$"}});
        let with = json!({"name": "with", "in": "query", "required": true, "description": "Another version of it.", "example": "1",
            "schema": {"type": "string", "minLength": 1, "maxLength": 18, "pattern": "^[1-9][0-9]*$"}});
        let about = "As it stood right after the change that made this version, with its parts; what is worked out from dates is \
            judged on `as_of`.";
        let path = format!("{root}/{{id}}/versions/{{version}}");
        let parameters = vec![id.clone(), version.clone(), shared("AsOf")];
        let find = op.read(
            &format!("find_{one}_version"),
            &format!("Find a version of {}", face.one),
            about,
            face.schema,
            parameters,
        );
        paths.insert(path.clone(), json!({"get": find}));
        let about = "What differs between two versions, member by member, parts included.";
        let compare = op.read(
            &format!("compare_{one}_versions"),
            &format!("Compare two versions of {}", face.one),
            about,
            "VersionComparison",
            vec![id.clone(), version, with],
        );
        paths.insert(format!("{path}/differences"), json!({"get": compare}));
    }
    for part in face.parts {
        let (all, name) = (format!("{root}/{{id}}/{}", part.part.path), part.part.name);
        let part_id = json!({"name": "part_id", "in": "path", "required": true, "description": "Its id.",
            "example": "01932c07-6b80-7000-8000-000000000002",
            "schema": {"type": "string", "format": "uuid", "maxLength": 36}});
        let mut of_all = json!({
            "get": op.read(&format!("list_{one}_{}", snake(part.part.path)), &format!("List the {} of {}", part.many, face.one),
                part.about, &format!("{}List", part.schema), vec![id.clone(), shared("AsOf"), shared("KnownAt")]),
        });
        let path = vec![id.clone(), part_id];
        let mut found = path.clone();
        found.extend(["AsOf", "KnownAt"].map(shared));
        let mut of_one = json!({
            "get": op.read(&format!("find_{name}"), &format!("Find {} of {}", part.one, face.one), part.about, part.schema, found),
        });
        if !part.part.kept {
            of_all["post"] = op.post(&Post {
                id: &format!("create_{name}"),
                summary: &format!("Add {} to {}", part.one, face.one),
                about: part.about,
                request: &part_new_schema(part),
                answer: part.schema,
                example: None,
                path: std::slice::from_ref(&id),
                effect: Effect::Creates,
            });
            of_one["patch"] = op.patch(
                &format!("update_{name}"),
                &format!("Change {} of {}", part.one, face.one),
                part.schema,
                path.clone(),
            );
            of_one["delete"] = op.delete(
                &format!("delete_{name}"),
                &format!("Remove {} from {}", part.one, face.one),
                part.schema,
                path,
                true,
            );
        }
        paths.insert(all.clone(), of_all);
        paths.insert(format!("{all}/{{part_id}}"), of_one);
    }
}

pub fn id_parameter(face: &Face) -> Value {
    let (description, max, example) = match face.resource.code {
        Some(_) => ("Its id, or its code.", 40, (face.example)()["code"].clone()),
        None => ("Its id.", 36, json!("01932c07-6b80-7000-8000-000000000001")),
    };
    json!({"name": "id", "in": "path", "required": true, "description": description, "example": example,
        "schema": {"type": "string", "minLength": 1, "maxLength": max, "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$"}})
}

/// A parameter that operations share.
pub fn shared(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

/// `expand`, where there is anything to bring in.
fn expand(face: &Face) -> Option<Value> {
    let paths = expandable(face);
    let about = format!("Neighbours to bring in whole, separated by commas: {}.", paths.join(", "));
    let one = paths.join("|").replace('.', "\\.");
    let pattern = format!("^({one})(,({one}))*$");
    (!paths.is_empty()).then(|| {
        json!({"name": "expand", "in": "query", "description": about,
            "schema": {"type": "string", "minLength": 1, "maxLength": 2000, "pattern": pattern}})
    })
}

/// An operation that takes a body and is no patch.
pub struct Post<'a> {
    pub id: &'a str,
    pub summary: &'a str,
    pub about: &'a str,
    /// The schemas of the body and of the answer.
    pub request: &'a str,
    pub answer: &'a str,
    /// Where it says more than the example of the body's schema.
    pub example: Option<Value>,
    /// The parameters of the path. Where there are some, the version of what they name is needed.
    pub path: &'a [Value],
    pub effect: Effect,
}

/// What a [`Post`] does, and so how it answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Creates,
    CreatesSeveral,
    Changes,
    /// Work that goes on after the answer.
    Starts,
    /// Nothing.
    Checks,
    /// Something that is shown once.
    Issues,
}

/// Operations of one tag.
pub struct Operations {
    pub tag: &'static str,
}

impl Operations {
    fn list(&self, face: &Face, operation: &str) -> Value {
        let mut parameters = parameters::of_list(face);
        parameters.extend(expand(face));
        parameters.push(shared("Fields"));
        let page = format!("{}List", face.schema);
        let mut answers = answers(&[400, 401, 403, 406]);
        answers.insert(
            "200".into(),
            json!({
                "description": "A page.", "headers": header_refs(&["ETag", "Link"]),
                "content": {
                    "application/json": {"schema": {"$ref": format!("#/components/schemas/{page}")}},
                    "text/csv": {"schema": {"type": "string", "format": "csv", "maxLength": 100_000_000}, "example": "id,version\r\n"},
                },
            }),
        );
        answers.insert("304".into(), json!({"$ref": "#/components/responses/NotModified"}));
        self.operation(
            operation,
            &format!("List {}", face.many),
            &format!("{} Filters are members, `member=value` or `member[operator]=value`; several values are separated by commas. Also as CSV.", face.about),
            parameters, None, answers,
        )
    }

    /// A GET of one thing.
    pub fn read(
        &self,
        operation: &str,
        summary: &str,
        about: &str,
        schema: &str,
        mut parameters: Vec<Value>,
    ) -> Value {
        let mut codes = vec![400, 401, 403];
        if parameters.iter().any(|p| p["in"] == "path") {
            codes.push(404);
        }
        parameters.push(shared("IfNoneMatch"));
        let mut answers = answers(&codes);
        answers.insert("200".into(), ok("As asked.", schema, &["ETag"]));
        answers.insert("304".into(), json!({"$ref": "#/components/responses/NotModified"}));
        self.operation(operation, summary, about, parameters, None, answers)
    }

    /// What pages of the audit trail take beside.
    pub fn of_entries() -> Vec<Value> {
        ["Principal", "At.gte", "At.lt"].map(shared).to_vec()
    }

    /// A GET of a page of what has a fixed order.
    pub fn pages(
        &self,
        operation: &str,
        summary: &str,
        about: &str,
        schema: &str,
        mut parameters: Vec<Value>,
    ) -> Value {
        parameters.extend(["Limit", "Cursor"].map(shared));
        let mut operation = self.read(operation, summary, about, schema, parameters);
        operation["responses"]["200"]["headers"] = header_refs(&["ETag", "Link"]);
        operation
    }

    /// An operation that takes a body.
    pub fn post(&self, post: &Post<'_>) -> Value {
        let matched = !post.path.is_empty();
        let mut parameters = post.path.to_vec();
        let mut codes = vec![400, 401, 403, 413, 415, 422];
        match post.effect {
            Effect::Checks if matched => {
                parameters.push(shared("AsOf"));
                codes.push(409);
            }
            Effect::Checks => {}
            Effect::Issues => {
                parameters.push(shared("DryRun"));
                codes.push(507);
            }
            _ => {
                parameters.extend(write_parameters(matched));
                parameters.push(shared("IdempotencyKey"));
                codes.extend([409, 507]);
                codes.extend([412, 428].iter().filter(|_| matched));
            }
        }
        if matched {
            codes.push(404);
        }
        let mut answers = answers(&codes);
        match post.effect {
            Effect::Checks => {
                answers.insert("200".into(), ok("What was found.", post.answer, &["ETag"]));
            }
            Effect::Issues => {
                let about = "What would be made (`dry_run=true`), without its secret.";
                answers.insert("200".into(), ok(about, post.answer, &[]));
                answers.insert("201".into(), ok("Made.", post.answer, &[]));
            }
            Effect::Changes | Effect::Starts => {
                let about = "The record as it is now, or would be (`dry_run=true`, then without `ETag`).";
                answers.insert("200".into(), ok(about, post.answer, &["ETag", REPLAYED]));
            }
            Effect::Creates => {
                parameters.push(shared("Prefer"));
                answers.insert("200".into(), ok("What would be written (`dry_run=true`).", post.answer, &[]));
                let headers = ["ETag", "Location", "Preference-Applied", REPLAYED];
                answers.insert("201".into(), ok("Written.", post.answer, &headers));
            }
            Effect::CreatesSeveral => {
                parameters.push(shared("Prefer"));
                answers.insert("200".into(), ok("What would be written (`dry_run=true`).", post.answer, &[]));
                answers.insert("201".into(), ok("Written.", post.answer, &["Preference-Applied", REPLAYED]));
            }
        }
        let body = body("application/json", post.request, post.example.clone());
        self.operation(post.id, post.summary, post.about, parameters, Some(body), answers)
    }

    /// An operation that takes no body: what it does says how it answers. Where there are parameters of the path, the
    /// version of what they name is needed.
    pub fn bare(
        &self,
        operation: &str,
        summary: &str,
        about: &str,
        schema: &str,
        mut parameters: Vec<Value>,
        effect: Effect,
    ) -> Value {
        let answers = match effect {
            Effect::Starts => {
                let mut answers = answers(&[400, 401, 403, 507]);
                answers.insert("202".into(), ok("It has begun, or goes on already.", schema, &[]));
                answers
            }
            _ => {
                parameters.extend(write_parameters(true));
                let mut answers = answers(&[400, 401, 403, 404, 409, 412, 428, 507]);
                let about = "The record as it is now, or would be (`dry_run=true`, then without `ETag`).";
                answers.insert("200".into(), ok(about, schema, &["ETag"]));
                answers
            }
        };
        self.operation(operation, summary, about, parameters, None, answers)
    }

    fn patch(&self, operation: &str, summary: &str, schema: &str, mut parameters: Vec<Value>) -> Value {
        parameters.extend(write_parameters(true));
        let mut answers = answers(&[400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 507]);
        let about = "The record as it is now, or would be (`dry_run=true`, then without `ETag`).";
        answers.insert("200".into(), ok(about, schema, &["ETag"]));
        let body = body("application/merge-patch+json", &patch_schema(schema), None);
        self.operation(operation, summary,
            "A merge patch (RFC 7396): members left out stay as they are, null takes a value away, lists are replaced whole. Members that the server sets may come along unchanged.",
            parameters, Some(body), answers)
    }

    fn delete(
        &self,
        operation: &str,
        summary: &str,
        schema: &str,
        mut parameters: Vec<Value>,
        of_part: bool,
    ) -> Value {
        parameters.extend(write_parameters(true));
        let mut codes = vec![400, 401, 403, 404, 409, 412, 428, 507];
        if of_part {
            // What must hold between all parts of one kind may not hold without it.
            codes.push(422);
        }
        let mut answers = answers(&codes);
        answers.insert("200".into(), ok("What would be deleted (`dry_run=true`).", schema, &[]));
        let tag: &[&str] = if of_part { &["ETag"] } else { &[] };
        let about =
            if of_part { "Removed; `ETag` is the root's." } else { "Deleted. History keeps the record." };
        answers.insert("204".into(), json!({"description": about, "headers": header_refs(tag)}));
        let about = "Refused while other records refer to it; the answer names them.";
        self.operation(operation, summary, about, parameters, None, answers)
    }

    fn operation(
        &self,
        id: &str,
        summary: &str,
        description: &str,
        parameters: Vec<Value>,
        body: Option<Value>,
        mut answers: Map<String, Value>,
    ) -> Value {
        answers.sort_keys();
        let mut operation = json!({
            "tags": [self.tag], "operationId": id, "summary": summary, "description": description,
            "parameters": parameters, "security": [{"token": []}], "responses": answers,
        });
        if let Some(body) = body {
            operation["requestBody"] = body;
        }
        operation
    }
}

/// Whether an answer was given before.
const REPLAYED: &str = "Idempotency-Replayed";

fn write_parameters(matched: bool) -> Vec<Value> {
    let mut names = vec!["DryRun", "AsOf", "Reason"];
    if matched {
        names.push("IfMatch");
    }
    names.into_iter().map(shared).collect()
}

fn body(media_type: &str, schema: &str, example: Option<Value>) -> Value {
    let mut content = json!({"schema": {"$ref": format!("#/components/schemas/{schema}")}});
    if let Some(example) = example {
        content["example"] = example;
    }
    json!({"required": true, "content": {media_type: content}})
}

fn ok(description: &str, schema: &str, headers: &[&str]) -> Value {
    json!({"description": description, "headers": header_refs(headers),
        "content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}}})
}

/// Shared answers by status, with those that any operation can give.
fn answers(codes: &[u16]) -> Map<String, Value> {
    codes.iter().chain(&[408, 429, 500, 503]).map(|code| (code.to_string(), response(*code))).collect()
}
