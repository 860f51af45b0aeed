//! `…/findings` of projects and grant agreements.
use super::gather::{agreements_of, facts_of};
use super::shown::{Finding, shown};
use crate::access::Action;
use crate::compliance::OBLIGATION;
use crate::compliance::rules::model::Outcome;
use crate::compliance::rules::{Finding as Found, Parameters, evaluate};
use crate::http::ask::Ask;
use crate::http::insert_schema;
use crate::http::problem::Problem;
use crate::http::resource::{
    Face, Operations, begin_read, find, id_parameter, must_be_shown, records_answer, shared,
};
use crate::state::AppState;
use crate::store::read::{Reader, id_in};
use crate::{agreements, projects};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

const RESULTS: [&str; 4] = ["fail", "insufficient_data", "pass", "not_applicable"];

/// The findings about a project or an agreement, in the order of agreements, rules and subjects.
#[derive(Serialize, ToSchema)]
pub struct FindingList {
    #[schema(max_items = 20000)]
    pub items: Vec<Finding>,
    /// How many there are of each result, whichever were asked for.
    pub counts: FindingCounts,
}

/// Findings by their result.
#[derive(Serialize, ToSchema)]
pub struct FindingCounts {
    #[schema(value_type = i64, minimum = 0)]
    pub pass: usize,
    #[schema(value_type = i64, minimum = 0)]
    pub fail: usize,
    #[schema(value_type = i64, minimum = 0)]
    pub not_applicable: usize,
    #[schema(value_type = i64, minimum = 0)]
    pub insufficient_data: usize,
}

pub fn routes() -> Router<AppState> {
    let of = |face: &Face| format!("/v1/{}/{{id}}/findings", face.resource.path);
    Router::new()
        .route(&of(&projects::FACE), get(|state, ask| findings(&projects::FACE, state, ask)))
        .route(&of(&agreements::FACE), get(|state, ask| findings(&agreements::FACE, state, ask)))
}

async fn findings(
    face: &'static Face,
    State(state): State<AppState>,
    mut ask: Ask,
) -> Result<Response, Problem> {
    ask.must(Action::Read, face.resource.name)?;
    ask.must(Action::Read, OBLIGATION.name)?;
    let moment = ask.moment(&state);
    let wanted = ask.params.list("result");
    for word in
        wanted.iter().flatten().filter(|word| !RESULTS.contains(&word.as_str())).cloned().collect::<Vec<_>>()
    {
        let expected = format!("any of {}", RESULTS.join(", "));
        ask.params.refuse("result", "invalid_value", json!({"value": word, "expected": expected}));
    }
    ask.params.done()?;
    let snapshot = begin_read(&state, &ask, moment).await?;
    let reader = snapshot.reader();
    let row = find(&reader, face, &ask).await?;
    must_be_shown(&reader, face, "available_transitions", &row).await?;
    let id = id_in(&row, "id").unwrap_or_default();
    let of_project = face.resource.name == projects::PROJECT.name;
    let ids = if of_project { agreements_of(&reader, id).await? } else { vec![id] };
    // Rules must not judge by what a caller happens to see; what it does not see is left out afterwards.
    let whole = reader.view.whole();
    let mut found: Vec<(Uuid, Found)> = Vec::new();
    for (dossier, facts) in facts_of(&reader.seeing(&whole), &ids).await? {
        let Some(terms) = &dossier.terms else { continue };
        let rules = Parameters::read(&terms.document, &terms.confirmed()).and_everywhere(&terms.document);
        let agreement = id_in(&dossier.row, "id").unwrap_or_default();
        let about = |one: &Found| {
            !of_project || one.subject.resource != projects::PROJECT.name || one.subject.id == id.to_string()
        };
        found.extend(
            evaluate(&facts, &rules, reader.as_of).into_iter().filter(about).map(|one| (agreement, one)),
        );
    }
    let seen = seen(&reader, &found).await?;
    found.retain(|(_, one)| seen.sees(one.subject.resource, &one.subject.id));
    let count = |result: Outcome| found.iter().filter(|(_, one)| one.result == result).count();
    let counts = FindingCounts {
        pass: count(Outcome::Pass),
        fail: count(Outcome::Fail),
        not_applicable: count(Outcome::NotApplicable),
        insufficient_data: count(Outcome::InsufficientData),
    };
    let mut items = Vec::new();
    for (agreement, mut one) in found {
        one.inputs.retain(|input| seen.sees(input.resource, &input.id));
        one.missing.retain(|input| seen.sees(input.resource, &input.id));
        let finding = shown(&one, agreement)?;
        let word = json!(finding.result);
        if wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|one| word == one.as_str())) {
            items.push(finding);
        }
    }
    Ok(records_answer(&ask, &json!(FindingList { items, counts })))
}

/// Which of the records that findings name the caller sees: a statement for each resource.
async fn seen(reader: &Reader<'_>, found: &[(Uuid, Found)]) -> Result<Seen, Problem> {
    let mut named: BTreeMap<&'static str, HashSet<Uuid>> = BTreeMap::new();
    for (_, one) in found {
        let inputs = one.inputs.iter().chain(&one.missing).map(|input| (input.resource, &input.id));
        for (resource, id) in inputs.chain([(one.subject.resource, &one.subject.id)]) {
            named.entry(resource).or_default().extend(id.parse::<Uuid>());
        }
    }
    let mut seen = Seen { judged: HashSet::new(), ids: HashSet::new() };
    for (name, ids) in named {
        // What has no address of its own belongs to its agreement.
        let Some(resource) = reader.register.find(name) else { continue };
        seen.judged.insert(name);
        let ids: Vec<Uuid> = ids.into_iter().collect();
        seen.ids.extend(reader.among(resource, &ids).await?.into_iter().map(|id| id.to_string()));
    }
    Ok(seen)
}

struct Seen {
    judged: HashSet<&'static str>,
    ids: HashSet<String>,
}

impl Seen {
    fn sees(&self, resource: &str, id: &str) -> bool {
        !self.judged.contains(resource) || self.ids.contains(id)
    }
}

pub fn document(schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    insert_schema::<FindingList>("FindingList", schemas);
    for face in [&projects::FACE, &agreements::FACE] {
        let op = Operations { tag: super::visibility::TAG };
        let result = json!({"name": "result", "in": "query",
            "description": "Only findings with these results, separated by commas; all where left out.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[a-z_]+(,[a-z_]+)*$", "x-known-values": RESULTS}});
        let parameters = vec![id_parameter(face), result, shared("AsOf"), shared("KnownAt")];
        let (name, one) = (face.resource.name, face.one);
        paths.insert(
            format!("/v1/{}/{{id}}/findings", face.resource.path),
            json!({"get": op.read(&format!("list_{name}_findings"), &format!("List the findings about {one}"),
                "What the rules of the funder's regime say of its records on `as_of`: worked out when it is asked for, with the values, what \
                 they rest on, what is missing, and what to do. Rules about money come with budgets.",
                "FindingList", parameters)}),
        );
    }
}
