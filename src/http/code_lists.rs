//! `/v1/code-lists`: every enumeration with its labels in Latvian, English and Russian, and its IATI codes.
use super::ask::Ask;
use super::openapi::insert;
use super::problem::{NOT_FOUND, Problem};
use super::resource::{Operations, records_answer};
use crate::state::AppState;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use entity::vocab::CODE_LISTS;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

const TAG: &str = "code-lists";

/// A closed list of words.
#[derive(Serialize, ToSchema)]
pub struct CodeList {
    /// As in `/v1/code-lists/{name}`.
    #[schema(max_length = 60, pattern = "^[a-z][a-z-]*$", example = "project-statuses")]
    pub name: &'static str,
    #[schema(format = "line", max_length = 200, example = "Statuses of projects")]
    pub title: &'static str,
    /// The IATI 2.03 code list that `iati` refers to.
    #[schema(required, max_length = 60, pattern = "^[A-Za-z]+$", example = "ActivityStatus")]
    pub iati_code_list: Option<&'static str>,
    #[schema(max_items = 200)]
    pub items: Vec<Code>,
}

/// A word of a list.
#[derive(Serialize, ToSchema)]
pub struct Code {
    /// As in the API's bodies and filters.
    #[schema(max_length = 40, pattern = "^[a-z][a-z0-9_]*$", example = "implementation")]
    pub code: &'static str,
    pub label: Label,
    /// Its code in IATI, where there is one.
    #[schema(required, max_length = 40, pattern = "^[A-Za-z0-9]+$", example = "2")]
    pub iati: Option<&'static str>,
}

/// A label in three languages.
#[derive(Serialize, ToSchema)]
pub struct Label {
    #[schema(format = "line", max_length = 200, example = "Īstenošanā")]
    pub lv: &'static str,
    #[schema(format = "line", max_length = 200, example = "Implementation")]
    pub en: &'static str,
    #[schema(format = "line", max_length = 200, example = "Реализация")]
    pub ru: &'static str,
}

/// All lists.
#[derive(Serialize, ToSchema)]
pub struct CodeLists {
    #[schema(max_items = 200)]
    pub items: Vec<CodeList>,
}

pub fn routes() -> Router<AppState> {
    Router::new().route("/v1/code-lists", get(list)).route("/v1/code-lists/{name}", get(find))
}

async fn list(State(_): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    ask.params.done()?;
    let lists = CodeLists { items: CODE_LISTS.iter().map(|list| shown(list)).collect() };
    Ok(records_answer(&ask, &json!(lists)))
}

async fn find(State(_): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    ask.params.done()?;
    let list = CODE_LISTS.iter().find(|list| list.name == ask.path("name"));
    let list = list.ok_or_else(|| Problem::new(NOT_FOUND))?;
    Ok(records_answer(&ask, &json!(shown(list))))
}

fn shown(list: &entity::vocab::CodeList) -> CodeList {
    let code = |term: &entity::vocab::Term| Code {
        code: term.code,
        label: Label { lv: term.lv, en: term.en, ru: term.ru },
        iati: term.iati,
    };
    CodeList {
        name: list.name,
        title: list.title,
        iati_code_list: list.iati_codelist,
        items: list.terms.iter().map(code).collect(),
    }
}

pub fn tag() -> Value {
    json!({"name": TAG, "description": "Every enumeration with its labels in Latvian, English and Russian."})
}

pub fn document(schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    insert::<CodeList>("CodeList", schemas);
    insert::<CodeLists>("CodeLists", schemas);
    let op = Operations { tag: TAG };
    let about = "Every enumeration with its labels, so that front ends need no copies.";
    paths.insert(
        "/v1/code-lists".into(),
        json!({"get": for_all(op.read("list_code_lists", "List the code lists", about, "CodeLists", Vec::new()))}),
    );
    let name = json!({"name": "name", "in": "path", "required": true, "description": "The list's name.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 60, "pattern": "^[a-z][a-z-]*$"}, "example": "project-statuses"});
    paths.insert(
        "/v1/code-lists/{name}".into(),
        json!({"get": for_all(op.read("find_code_list", "Find a code list", about, "CodeList", vec![name]))}),
    );
}

/// Whoever has a token may read them: no role is refused.
pub fn for_all(mut operation: Value) -> Value {
    if let Some(answers) = operation["responses"].as_object_mut() {
        answers.shift_remove("403");
    }
    operation
}
