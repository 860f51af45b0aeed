//! Obligations over HTTP; and the terms and reporting periods of an agreement.
use super::application;
use super::facts::dossiers;
use super::findings;
use super::obligations::model::{FulfilmentFields, ObligationFields, PlanFields};
use super::obligations::{FULFILMENT, OBLIGATION, PLAN};
use super::plan::periods;
use crate::access::Action;
use crate::agreements;
use crate::http::ask::Ask;
use crate::http::insert_schema;
use crate::http::problem::Problem;
use crate::http::resource::{
    Face, Operations, PartFace, SchemaOf, begin_read, find, id_parameter, records_answer, shared,
};
use crate::regimes::model::RegimeKey;
use crate::regimes::terms::Term;
use crate::state::AppState;
use crate::store::read::id_in;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use chrono::NaiveDate;
use entity::vocab::Confidence;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

pub static FACE: Face = Face {
    resource: &OBLIGATION,
    schema: "Obligation",
    tag: "obligations",
    one: "an obligation",
    many: "obligations",
    about: "What is owed under an agreement, or can be done until a day. Worked out from the agreement's terms and facts, and \
        planned anew in the same transaction whenever one of them changes.",
    fields: SchemaOf::new::<ObligationFields>(),
    example: || {
        json!({
            "grant_agreement_id": "01932c07-6b80-7000-8000-000000000001",
            "kind": "duty",
            "entry": "final",
            "subject": "agreement",
            "document_type": "final_report",
            "title": {"en": "Final report", "lv": "Noslēguma pārskats"},
            "bundle": ["final_narrative_report", "final_financial_report"],
            "original_due": "2021-08-31",
            "due": "2021-12-30",
            "due_month": "2021-12",
            "by_role": "coordinator",
            "to_role": "contracting_authority",
            "severity": "violation",
            "confidence": "found",
        })
    },
    parts: &[
        PartFace {
            part: &PLAN,
            schema: "ObligationPlan",
            one: "a plan",
            many: "plans",
            about: "A date that an obligation had, and how it came about: the last one counts, those before it were superseded.",
            fields: SchemaOf::new::<PlanFields>(),
            example: || json!({"due": "2021-12-30"}),
        },
        PartFace {
            part: &FULFILMENT,
            schema: "Fulfilment",
            one: "a fulfilment",
            many: "fulfilments",
            about: "The day on which a duty was fulfilled, with the paper that shows it. The earliest one counts.",
            fields: SchemaOf::new::<FulfilmentFields>(),
            example: || json!({"fulfilled_on": "2020-12-18", "document": "Letter of 18 December 2020"}),
        },
    ],
};

/// Every parameter of an agreement's terms, and who set it.
#[derive(Serialize, ToSchema)]
pub struct AgreementTerms {
    /// The version of the regime that the agreement follows; null where it follows none.
    #[schema(required)]
    pub regime: Option<RegimeKey>,
    /// How many parameters nobody has confirmed: what rests on them says so.
    #[schema(value_type = i64, minimum = 0)]
    pub unconfirmed: usize,
    #[schema(max_items = 20000)]
    pub items: Vec<Term>,
}

/// A slice of the implementation period that is reported on.
#[derive(Serialize, ToSchema)]
pub struct ReportingPeriod {
    /// The first is 1.
    #[schema(value_type = i64, minimum = 1)]
    pub number: usize,
    pub start: NaiveDate,
    /// The last day, itself part of it.
    pub end: NaiveDate,
}

/// The reporting periods of an agreement: they cover its implementation period without gap or overlap.
#[derive(Serialize, ToSchema)]
pub struct ReportingPeriodList {
    #[schema(max_items = 3600)]
    pub items: Vec<ReportingPeriod>,
}

pub fn routes() -> Router<AppState> {
    let below = |name: &str| format!("/v1/{}/{{id}}/{name}", agreements::AGREEMENT.path);
    Router::new()
        .route(&below("terms"), get(terms))
        .route(&below("reporting-periods"), get(reporting_periods))
        .merge(application::routes())
        .merge(findings::listed::routes())
        .merge(findings::visibility::routes())
}

async fn terms(State(state): State<AppState>, ask: Ask) -> Result<Response, Problem> {
    of_agreement(state, ask, |dossier| {
        let terms = dossier.terms.as_deref();
        let items = terms.map(|terms| terms.all.clone()).unwrap_or_default();
        let open = |term: &&Term| term.confidence.is_some_and(|confidence| confidence != Confidence::Found);
        let unconfirmed = items.iter().filter(open).count();
        json!(AgreementTerms { regime: terms.map(|terms| terms.regime.clone()), unconfirmed, items })
    })
    .await
}

async fn reporting_periods(State(state): State<AppState>, ask: Ask) -> Result<Response, Problem> {
    of_agreement(state, ask, |dossier| {
        let of = |terms| periods(terms, &dossier.facts).into_iter();
        let shown = |period: super::plan::ReportingPeriod| ReportingPeriod {
            number: period.number,
            start: period.start,
            end: period.end,
        };
        let items = dossier.terms.as_deref().map_or(Vec::new(), |terms| of(terms).map(shown).collect());
        json!(ReportingPeriodList { items })
    })
    .await
}

/// Something worked out of the agreement that the address names.
async fn of_agreement(
    state: AppState,
    mut ask: Ask,
    answer: impl Fn(&super::facts::Dossier) -> Value,
) -> Result<Response, Problem> {
    ask.must(Action::Read, agreements::AGREEMENT.name)?;
    ask.must(Action::Read, OBLIGATION.name)?;
    let moment = ask.moment(&state);
    ask.params.done()?;
    let snapshot = begin_read(&state, &ask, moment).await?;
    let reader = snapshot.reader();
    let row = find(&reader, &agreements::FACE, &ask).await?;
    let id = id_in(&row, "id").unwrap_or_default();
    crate::http::resource::must_be_shown(&reader, &agreements::FACE, "available_transitions", &row).await?;
    let whole = reader.view.whole();
    let found = dossiers(&reader.seeing(&whole), &[id]).await?;
    Ok(records_answer(&ask, &found.first().map_or(Value::Null, answer)))
}

/// The operations and schemas of this room, beside those of obligations.
pub fn document(schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    application::document(schemas, paths);
    findings::listed::document(schemas, paths);
    findings::visibility::document(schemas, paths);
    insert_schema::<AgreementTerms>("AgreementTerms", schemas);
    insert_schema::<ReportingPeriodList>("ReportingPeriodList", schemas);
    let face = &agreements::FACE;
    let op = Operations { tag: face.tag };
    for (name, operation, summary, about, schema) in [
        (
            "terms",
            "find_grant_agreement_terms",
            "Find the terms of a grant agreement",
            "Every parameter that holds for it: what its regime says or inherits, unless its programme, the agreement itself or an \
             amendment says otherwise; with the clause, and how sure anybody is.",
            "AgreementTerms",
        ),
        (
            "reporting-periods",
            "list_grant_agreement_reporting_periods",
            "List the reporting periods of a grant agreement",
            "Worked out from its implementation period and terms; or as `reporting.periods` names them one by one. Empty where \
             it follows no regime or its implementation period is not known.",
            "ReportingPeriodList",
        ),
    ] {
        let parameters = vec![id_parameter(face), shared("AsOf"), shared("KnownAt")];
        paths.insert(
            format!("/v1/{}/{{id}}/{name}", face.resource.path),
            json!({"get": op.read(operation, summary, about, schema, parameters)}),
        );
    }
}
