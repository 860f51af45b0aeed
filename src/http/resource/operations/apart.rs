//! Forms of operations that are about no record: the end of something without a version, and an answer that is no JSON.
use super::{Operations, answers, ok, shared};
use crate::http::openapi::header_refs;
use serde_json::{Value, json};

impl Operations {
    /// The end of something that has no version.
    pub fn end(
        &self,
        operation: &str,
        summary: &str,
        about: &str,
        schema: &str,
        mut parameters: Vec<Value>,
    ) -> Value {
        parameters.push(shared("DryRun"));
        let mut answers = answers(&[400, 401, 404, 507]);
        answers.insert("200".into(), ok("What would end (`dry_run=true`).", schema, &[]));
        answers.insert("204".into(), json!({"description": "Ended.", "headers": header_refs(&[])}));
        self.operation(operation, summary, about, parameters, None, answers)
    }

    /// A GET whose answer is written while it is read, in a media type of its own: it has no tag.
    pub fn stream(
        &self,
        operation: &str,
        summary: &str,
        about: &str,
        media_type: &str,
        example: &str,
        parameters: Vec<Value>,
    ) -> Value {
        let mut answers = answers(&[400, 401, 403]);
        let content = json!({media_type: {"schema": {"type": "string", "format": "icalendar", "maxLength": 1_000_000_000}, "example": example}});
        answers.insert(
            "200".into(),
            json!({"description": "As asked.", "headers": header_refs(&[]), "content": content}),
        );
        self.operation(operation, summary, about, parameters, None, answers)
    }

    /// A POST whose body is kept as it is. The version of what the path names is needed.
    pub fn upload(
        &self,
        operation: &str,
        summary: &str,
        about: &str,
        schema: &str,
        mut parameters: Vec<Value>,
    ) -> Value {
        parameters.extend(["DryRun", "IfMatch", "Reason", "AsOf", "Prefer"].map(shared));
        let mut answers = answers(&[400, 401, 403, 404, 408, 409, 412, 413, 415, 422, 428, 507]);
        let headers = ["ETag", "Location", "Preference-Applied"];
        answers.insert("200".into(), ok("What would be kept (`dry_run=true`).", schema, &[]));
        answers.insert("201".into(), ok("Kept.", schema, &headers));
        let binary = json!({"schema": {"type": "string", "format": "binary", "minLength": 1, "maxLength": 50_331_648_000_u64}, "example": "%PDF-1.7"});
        let body = json!({"description": "The bytes, of any type.", "required": true, "content": {"application/octet-stream": binary}});
        self.operation(operation, summary, about, parameters, Some(body), answers)
    }

    /// A GET of bytes of any type, whole or in part.
    pub fn download(&self, operation: &str, summary: &str, about: &str, mut parameters: Vec<Value>) -> Value {
        let range = json!({"name": "Range", "in": "header", "description": "The bytes that are wanted: one range (RFC 9110, section 14.2).",
            "schema": {"type": "string", "maxLength": 200, "pattern": "^bytes=[0-9]*-[0-9]*$"}});
        let if_range = json!({"name": "If-Range", "in": "header", "description": "The ETag of which a part is there already: the whole comes where that is not the content.",
            "schema": {"type": "string", "maxLength": 200, "pattern": "^\"[0-9a-f]+\"$"}});
        parameters.extend([range, if_range, shared("IfNoneMatch")]);
        let mut answers = answers(&[400, 401, 403, 404, 416]);
        let content = || json!({"*/*": {"schema": {"type": "string", "format": "binary", "maxLength": 50_331_648_000_u64}, "example": "%PDF-1.7"}});
        let own = ["ETag", "Accept-Ranges", "Content-Disposition"];
        answers.insert(
            "200".into(),
            json!({"description": "The whole.", "headers": header_refs(&own), "content": content()}),
        );
        let own = ["ETag", "Accept-Ranges", "Content-Disposition", "Content-Range"];
        answers.insert(
            "206".into(),
            json!({"description": "The part that was asked for.", "headers": header_refs(&own), "content": content()}),
        );
        answers.insert("304".into(), json!({"$ref": "#/components/responses/NotModified"}));
        self.operation(operation, summary, about, parameters, None, answers)
    }
}
