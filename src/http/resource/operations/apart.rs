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
}
