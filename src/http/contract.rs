//! The OpenAPI document as the server's own rule: what it serves is what it checks bodies against. One document,
//! made once from the code.
use super::messages::Language;
use super::problem::{INVALID, Problem};
use crate::shared::check::{Faults, pointer_segment};
use crate::shared::formats::FORMATS;
use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, Mutex};

/// Faults that one body is told.
const MOST: usize = 1000;

/// The document, and validators for its schemas.
pub struct Contract {
    pub document: Value,
    schemas: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract::new(super::openapi::document()));

/// The contract of this server.
pub fn contract() -> &'static Contract {
    &CONTRACT
}

impl Contract {
    fn new(document: Value) -> Self {
        let schemas = document["components"]["schemas"].clone();
        Self { document, schemas, validators: Mutex::default() }
    }

    /// The same service for schemas that are not the document's: named, and referring to each other as there.
    pub fn of(schemas: Value) -> Self {
        Self::new(json!({"components": {"schemas": schemas}}))
    }

    /// The names of a schema's members, in its order.
    pub fn members(&self, schema: &str) -> Vec<String> {
        let properties = self.schemas[schema]["properties"].as_object();
        properties.map(|p| p.keys().cloned().collect()).unwrap_or_default()
    }

    /// # Errors
    /// 422 with every fault of the body's shape.
    pub fn shape(&self, schema: &str, body: &Value) -> Result<(), Problem> {
        let faults = self.faults(schema, body);
        if faults.is_empty() { Ok(()) } else { Err(Problem::faults(INVALID, faults)) }
    }

    /// Every fault of a value held against a schema of the document, one a place.
    pub fn faults(&self, schema: &str, value: &Value) -> Faults {
        let mut found: Vec<Found> = Vec::new();
        match self.validator(schema) {
            Ok(validator) => {
                for error in validator.iter_errors(value).take(MOST) {
                    self.explain(schema, &error, &mut found);
                }
                languages_once(value, "", &mut found);
            }
            Err(error) => {
                // A test compiles every schema; this is for what it can't foresee.
                tracing::error!(%error, schema, "a schema of the document does not compile");
                found.push(Found::new("", "invalid", json!({"reason": "it can't be checked"})));
            }
        }
        let mut faults = Faults::default();
        let mut places: HashSet<String> = HashSet::new();
        // Where a value fails its pattern and its format, the format says more.
        found.sort_by_key(|f| (f.pointer.clone(), f.code != "wrong_format"));
        for Found { pointer, code, params } in found {
            if places.insert(pointer.clone()) {
                faults.add(pointer, code, params);
            }
        }
        faults
    }

    /// The compiled validator of a schema.
    ///
    /// # Errors
    /// When the schema does not compile.
    pub fn validator(&self, schema: &str) -> Result<Arc<Validator>, String> {
        let mut validators = self.validators.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(found) = validators.get(schema) {
            return Ok(found.clone());
        }
        let needed =
            self.schemas.as_object().map(|all| super::openapi::whole(all, schema)).unwrap_or_default();
        let root = json!({
            "$ref": format!("#/components/schemas/{schema}"),
            "components": {"schemas": needed},
        });
        let mut options = jsonschema::draft202012::options().should_validate_formats(true);
        for format in FORMATS {
            options = options.with_format(format.name, format.check);
        }
        let validator = Arc::new(options.build(&root).map_err(|e| e.to_string())?);
        validators.insert(schema.to_owned(), validator.clone());
        Ok(validator)
    }

    fn explain(&self, schema: &str, error: &ValidationError<'_>, found: &mut Vec<Found>) {
        let at = error.instance_path().to_string();
        let mut push = |code, params| found.push(Found::new(&at, code, params));
        match error.kind() {
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
                let known = self.known(schema, &at);
                for name in unexpected.iter().take(MOST) {
                    let pointer = format!("{at}{}", pointer_segment(name));
                    found.push(Found::new(&pointer, "unknown_member", json!({"known": known})));
                }
            }
            Kind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                found.push(Found::new(&format!("{at}{}", pointer_segment(name)), "required", json!({})));
            }
            Kind::Type { kind } => push("wrong_type", json!({"expected": types(kind)})),
            Kind::Enum { options } => push("not_in_list", json!({"allowed": options.as_ref()})),
            Kind::Constant { expected_value } => {
                push("not_in_list", json!({"allowed": [expected_value.as_ref()]}))
            }
            Kind::Format { format } => {
                let example = FORMATS.iter().find(|f| f.name == format).map_or("", |f| f.example);
                push("wrong_format", json!({"format": format, "example": example}));
            }
            Kind::Pattern { pattern } => push("wrong_pattern", json!({"pattern": pattern})),
            Kind::MinLength { limit } => push("too_short", json!({"min": limit})),
            Kind::MaxLength { limit } => push("too_long", json!({"max": limit})),
            Kind::Minimum { limit } | Kind::ExclusiveMinimum { limit } => {
                push("too_small", json!({"min": limit}))
            }
            Kind::Maximum { limit } | Kind::ExclusiveMaximum { limit } => {
                push("too_large", json!({"max": limit}))
            }
            Kind::MinItems { limit } | Kind::MinProperties { limit } => {
                push("too_few", json!({"min": limit}))
            }
            Kind::MaxItems { limit } | Kind::MaxProperties { limit } => {
                push("too_many", json!({"max": limit}))
            }
            Kind::UniqueItems => push("not_unique", json!({})),
            Kind::PropertyNames { error } => {
                let reason = format!("{} is no name that can stand here", error.instance());
                push("invalid", json!({"reason": reason}));
            }
            Kind::OneOfNotValid { context } | Kind::AnyOf { context } => {
                // The branch that fits best: of the right type at all, with the fewest faults.
                let wrong_type = |branch: &Vec<ValidationError<'_>>| {
                    branch
                        .iter()
                        .any(|e| matches!(e.kind(), Kind::Type { .. }) && e.instance_path().to_string() == at)
                };
                match context.iter().min_by_key(|branch| (wrong_type(branch), branch.len())) {
                    Some(branch) => branch.iter().for_each(|e| self.explain(schema, e, found)),
                    None => push("invalid", json!({"reason": "no form fits"})),
                }
            }
            _ => push("invalid", json!({"reason": error.to_string()})),
        }
    }

    /// Whether a dotted path leads to a member of a schema, through lists and maps.
    ///
    /// # Errors
    /// The members that are known where the path leaves the schema.
    pub fn path(&self, schema: &str, steps: &[&str]) -> Result<(), Vec<String>> {
        let mut here = self.resolved(&self.schemas[schema]);
        for step in steps {
            while here["items"].is_object() {
                here = self.resolved(&here["items"]);
            }
            here = match (here["properties"].get(*step), &here["additionalProperties"]) {
                (Some(below), _) => self.resolved(below),
                (None, below @ Value::Object(_)) => self.resolved(below),
                (None, _) => {
                    let known = here["properties"].as_object();
                    return Err(known.map(|p| p.keys().cloned().collect()).unwrap_or_default());
                }
            };
        }
        Ok(())
    }

    /// The members that a schema knows at a place of the body.
    fn known(&self, schema: &str, at: &str) -> Vec<String> {
        let mut here = self.resolved(&self.schemas[schema]);
        for step in at.split('/').skip(1) {
            let below =
                if step.parse::<usize>().is_ok() { &here["items"] } else { &here["properties"][step] };
            here = self.resolved(below);
        }
        here["properties"].as_object().map(|p| p.keys().cloned().collect()).unwrap_or_default()
    }

    /// Behind references and beside null.
    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        if let Some(name) = schema["$ref"].as_str().and_then(|r| r.strip_prefix("#/components/schemas/")) {
            return self.resolved(&self.schemas[name]);
        }
        let branches = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
        match branches.and_then(|b| b.iter().find(|s| s["type"] != "null")) {
            Some(branch) => self.resolved(branch),
            None => schema,
        }
    }
}

/// A schema can't say that `LV` and `lv` are one language: of two such members one would be lost.
fn languages_once(value: &Value, at: &str, found: &mut Vec<Found>) {
    match value {
        Value::Object(map) => {
            let mut names = HashSet::new();
            for (name, below) in map {
                let pointer = format!("{at}{}", pointer_segment(name));
                if !names.insert(name.to_ascii_lowercase()) {
                    found.push(Found::new(&pointer, "not_unique", json!({})));
                }
                languages_once(below, &pointer, found);
            }
        }
        Value::Array(list) => {
            for (index, item) in list.iter().enumerate() {
                languages_once(item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

struct Found {
    pointer: String,
    code: &'static str,
    params: Value,
}

impl Found {
    fn new(pointer: &str, code: &'static str, params: Value) -> Self {
        Self { pointer: pointer.to_owned(), code, params }
    }
}

fn types(kind: &jsonschema::error::TypeKind) -> String {
    match kind {
        jsonschema::error::TypeKind::Single(one) => one.to_string(),
        jsonschema::error::TypeKind::Multiple(several) => {
            several.iter().map(|t| t.to_string()).collect::<Vec<_>>().join(" or ")
        }
    }
}

/// A message in the default language, for logs and the command line.
pub fn plain(faults: &Faults) -> String {
    let line = |f: &crate::shared::check::Fault| {
        format!("{}: {}", f.pointer, super::messages::message(f.code, Language::En, &f.params))
    };
    faults.iter().map(line).collect::<Vec<_>>().join("; ")
}
