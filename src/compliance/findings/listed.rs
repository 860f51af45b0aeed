//! `GET /v1/findings`, and `…/findings` of projects and grant agreements.
use super::shown::{Finding, shown};
use super::survey::{Asked, Facet, Survey, survey};
use crate::access::Action;
use crate::agreements::{self, AGREEMENT};
use crate::compliance::OBLIGATION;
use crate::http::ask::Ask;
use crate::http::filter::related;
use crate::http::insert_schema;
use crate::http::parameters::{of_relations, text};
use crate::http::problem::Problem;
use crate::http::resource::{
    Face, Operations, Paging, begin_read, find, id_parameter, linked, must_be_shown, records_answer, shared,
};
use crate::projects::{self, PROJECT};
use crate::state::AppState;
use crate::store::listing::{Filter, Relation};
use crate::store::path::within;
use crate::store::read::id_in;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// A page of findings, in the order of agreements and keys.
#[derive(Serialize, ToSchema)]
pub struct FindingList {
    #[schema(max_items = 200)]
    pub items: Vec<Finding>,
    /// The next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000, pattern = "^/v1/")]
    pub next: Option<String>,
    /// How many there are on all pages; only with `include_total=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub total: Option<u64>,
    /// How many there are of each word; only with `facets`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facets: Option<FindingFacets>,
}

/// What was counted.
#[derive(Serialize, ToSchema, Default)]
pub struct FindingFacets {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 10)]
    pub result: Option<Vec<FindingBucket>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 10)]
    pub severity: Option<Vec<FindingBucket>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100)]
    pub rule: Option<Vec<FindingBucket>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 10)]
    pub standing: Option<Vec<FindingBucket>>,
}

/// A word and how many findings have it.
#[derive(Serialize, ToSchema)]
pub struct FindingBucket {
    #[schema(max_length = 40, pattern = "^[A-Za-z0-9_]+$", example = "fail")]
    pub value: &'static str,
    #[schema(minimum = 0)]
    pub count: u64,
}

/// Filters of the whole portfolio: those of agreements, and agreements themselves.
static OF_AGREEMENT: [Relation; 1] = [Relation {
    name: "agreement",
    resource: "grant_agreement",
    meaning: "Findings under an agreement.",
    condition: |_, agreements| within("grant_agreement", "id", agreements),
}];

/// What the findings of one record are narrowed by.
static OF_PROJECT: Relation = Relation {
    name: "project",
    resource: "project",
    meaning: "Findings under the agreements that pay for a project.",
    condition: AGREEMENT.relations[0].condition,
};

pub fn routes() -> Router<AppState> {
    let of = |face: &Face| format!("/v1/{}/{{id}}/findings", face.resource.path);
    Router::new()
        .route("/v1/findings", get(|state, ask| findings(None, state, ask)))
        .route(&of(&projects::FACE), get(|state, ask| findings(Some(&projects::FACE), state, ask)))
        .route(&of(&agreements::FACE), get(|state, ask| findings(Some(&agreements::FACE), state, ask)))
}

async fn findings(
    face: Option<&'static Face>,
    State(state): State<AppState>,
    mut ask: Ask,
) -> Result<Response, Problem> {
    ask.must(Action::Read, face.map_or(AGREEMENT.name, |face| face.resource.name))?;
    ask.must(Action::Read, OBLIGATION.name)?;
    let paging = Paging::<(Uuid, String)>::take(&mut ask, &state);
    let mut moment = ask.moment(&state);
    if ask.params.pairs().iter().all(|(name, _)| name != "as_of") {
        moment.as_of = paging.as_of;
    }
    let mut asked = Asked { limit: Some(paging.limit), words: words(&mut ask), ..Asked::default() };
    asked.total = ask.params.flag("include_total").unwrap_or(false);
    asked.facets = facets(&mut ask);
    if face.is_none() {
        asked.filters = related(&mut ask.params, AGREEMENT.relations);
        asked.filters.extend(related(&mut ask.params, &OF_AGREEMENT));
    }
    ask.params.done()?;
    let snapshot = begin_read(&state, &ask, moment).await?;
    let reader = snapshot.reader();
    if let Some(face) = face {
        let row = find(&reader, face, &ask).await?;
        must_be_shown(&reader, face, "available_transitions", &row).await?;
        let id = id_in(&row, "id").unwrap_or_default();
        let of_project = face.resource.name == PROJECT.name;
        asked.project = Some(id).filter(|_| of_project);
        let relation = if of_project { &OF_PROJECT } else { &OF_AGREEMENT[0] };
        asked.filters.push(Filter::Related { relation, ids: vec![id], codes: Vec::new() });
    }
    asked.after = paging.after.clone();
    let survey = survey(&reader, &asked).await?;
    drop(snapshot);
    let beyond = survey.found.last().filter(|_| survey.more);
    let next = beyond
        .map(|last| paging.further(&ask, &state, vec![json!(last.agreement), json!(last.finding.about)]));
    let list = FindingList {
        items: survey.found.iter().map(shown).collect::<Result<_, _>>()?,
        next: next.clone(),
        total: asked.total.then_some(survey.total),
        facets: (!asked.facets.is_empty()).then(|| counted(&survey)),
    };
    Ok(linked(records_answer(&ask, &json!(list)), next.as_deref()))
}

/// The words that are wanted. Faults stay in the parameters.
fn words(ask: &mut Ask) -> Vec<(Facet, Vec<String>)> {
    let mut wanted = Vec::new();
    for facet in Facet::ALL {
        let Some(words) = ask.params.list(facet.code()) else { continue };
        let known = facet.words();
        for word in words.iter().filter(|word| !known.contains(&word.as_str())) {
            let expected = format!("any of {}", known.join(", "));
            ask.params.refuse(facet.code(), "invalid_value", json!({"value": word, "expected": expected}));
        }
        wanted.push((facet, words));
    }
    wanted
}

fn facets(ask: &mut Ask) -> Vec<Facet> {
    let mut facets = Vec::new();
    for path in ask.params.list("facets").unwrap_or_default() {
        match Facet::ALL.into_iter().find(|facet| facet.code() == path) {
            Some(facet) => facets.push(facet),
            None => {
                let allowed = Facet::ALL.map(Facet::code);
                ask.params.refuse("facets", "unknown_path", json!({"value": path, "allowed": allowed}));
            }
        }
    }
    facets
}

fn counted(survey: &Survey) -> FindingFacets {
    let buckets = |counts: &BTreeMap<&'static str, u64>| {
        counts.iter().map(|(value, count)| FindingBucket { value, count: *count }).collect()
    };
    let mut facets = FindingFacets::default();
    for (facet, counts) in &survey.counts {
        let of = match facet {
            Facet::Result => &mut facets.result,
            Facet::Severity => &mut facets.severity,
            Facet::Rule => &mut facets.rule,
            Facet::Standing => &mut facets.standing,
        };
        *of = Some(buckets(counts));
    }
    facets
}

pub fn document(schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    insert_schema::<FindingList>("FindingList", schemas);
    insert_schema::<FindingFacets>("FindingFacets", schemas);
    insert_schema::<FindingBucket>("FindingBucket", schemas);
    let op = Operations { tag: super::visibility::TAG };
    let about = "What the rules of the funders' regimes say of records on `as_of`: worked out when it is asked for, with the values, what \
        they rest on, what is missing, and what to do. Rules about money come with budgets.";
    let mut common: Vec<Value> = vec![];
    for facet in Facet::ALL {
        let (name, known) = (facet.code(), facet.words());
        let about = format!("Only findings with any of these, separated by commas: {}.", known.join(", "));
        let mut parameter = text(name, &about, 400, "^[A-Za-z0-9_]+(,[A-Za-z0-9_]+)*$");
        parameter["schema"]["x-known-values"] = json!(known);
        common.push(parameter);
    }
    let counted = Facet::ALL.map(Facet::code).join(", ");
    let about_facets = format!("What is counted over all pages, separated by commas: {counted}.");
    common.push(text("facets", &about_facets, 100, "^[a-z]+(,[a-z]+)*$"));
    common.extend(["IncludeTotal", "AsOf", "KnownAt"].map(shared));
    let mut of_all = common.clone();
    of_all.extend(of_relations(AGREEMENT.relations).into_iter().chain(of_relations(&OF_AGREEMENT)));
    paths.insert(
        "/v1/findings".into(),
        json!({"get": op.pages("list_findings", "List findings", about, "FindingList", of_all)}),
    );
    for face in [&projects::FACE, &agreements::FACE] {
        let (name, one) = (face.resource.name, face.one);
        let mut parameters = common.clone();
        parameters.push(id_parameter(face));
        paths.insert(
            format!("/v1/{}/{{id}}/findings", face.resource.path),
            json!({"get": op.pages(&format!("list_{name}_findings"), &format!("List the findings about {one}"), about, "FindingList", parameters)}),
        );
    }
}
