//! `POST /v1/visibility-checks`: a text held against what a funder wants publications to say, before it is published.
//! Nothing is kept.
use super::gather::{names, organisations};
use super::shown::{FindingFix, FindingResult, fix};
use crate::access::Action;
use crate::agreements::AGREEMENT;
use crate::compliance::facts::dossiers;
use crate::compliance::rules::Parameters;
use crate::compliance::rules::facts::{Name, Names};
use crate::compliance::rules::model::Fix;
use crate::compliance::rules::visibility::{ElementResult, Item, check_text};
use crate::http::ask::{Ask, Moment};
use crate::http::json::Body;
use crate::http::problem::{INVALID, Problem};
use crate::http::resource::{Effect, Operations, Post, begin_read, records_answer};
use crate::http::{contract, insert_schema};
use crate::regimes::REGIME;
use crate::regimes::model::RegimeKey;
use crate::regimes::terms::Terms;
use crate::shared::check::Faults;
use crate::shared::codes::LanguageTag;
use crate::shared::text::lines;
use crate::state::AppState;
use crate::store::Result as Stored;
use crate::store::aggregate::typed_value;
use crate::store::read::Reader;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use entity::vocab::{PublicationKind, Word};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

pub const TAG: &str = "findings";

/// A text to be checked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVisibilityCheck {
    #[schema(format = "long-text", min_length = 1, max_length = 200_000)]
    pub text: String,
    pub language: LanguageTag,
    /// What it will be: regimes ask different things of different publications.
    pub kind: PublicationKind,
    /// The agreement whose terms and parties count; or give `regime_id` and `authors`.
    #[serde(default)]
    pub grant_agreement_id: Option<Uuid>,
    /// The version of a regime, by `record_id`.
    #[serde(default)]
    pub regime_id: Option<Uuid>,
    /// Whose publication it is, for texts that must name them; beside the parties of the agreement.
    #[serde(default)]
    #[schema(schema_with = lines)]
    pub authors: Vec<String>,
    /// Whether it shows the emblem, where a person has looked.
    #[serde(default)]
    pub emblem: Option<bool>,
}

/// What a text has of what it must say.
#[derive(Serialize, ToSchema)]
pub struct VisibilityCheck {
    pub regime: RegimeKey,
    /// The worst of the elements.
    pub result: FindingResult,
    #[schema(max_items = 100)]
    pub elements: Vec<VisibilityElement>,
}

/// An element that a regime asks for.
#[derive(Serialize, ToSchema)]
pub struct VisibilityElement {
    /// Its name in the regime.
    #[schema(format = "line", max_length = 100, example = "disclaimer")]
    pub element: String,
    #[schema(max_length = 40, pattern = "^[a-z_]+$", example = "disclaimer")]
    pub kind: String,
    pub result: FindingResult,
    /// Where it stands; null where it does not.
    #[schema(required)]
    pub matched: Option<VisibilityMatch>,
    /// The text to add; null where none is missing.
    #[schema(required, format = "long-text", max_length = 20_000)]
    pub add: Option<String>,
    #[schema(required)]
    pub fix: Option<FindingFix>,
    /// Places of the regime that it rests on and that nobody has confirmed.
    #[schema(schema_with = lines)]
    pub unconfirmed: Vec<String>,
}

/// Where a text has an element.
#[derive(Serialize, ToSchema)]
pub struct VisibilityMatch {
    /// The regime's wording.
    #[schema(format = "text", max_length = 5000)]
    pub wording: String,
    /// The first character, counted from 0, and the one after the last.
    #[schema(value_type = i64, minimum = 0)]
    pub start: usize,
    #[schema(value_type = i64, minimum = 0)]
    pub end: usize,
    /// As it stands in the text.
    #[schema(format = "long-text", max_length = 200_000)]
    pub fragment: String,
}

pub fn routes() -> Router<AppState> {
    Router::new().route("/v1/visibility-checks", post(check))
}

async fn check(State(state): State<AppState>, mut ask: Ask, Body(body): Body) -> Result<Response, Problem> {
    let today = crate::clock::today(state.clock.now(), state.config.time_zone);
    ask.params.done()?;
    ask.must(Action::Read, "publication")?;
    ask.must(Action::Read, REGIME.name)?;
    contract().shape("NewVisibilityCheck", &body)?;
    let asked: NewVisibilityCheck = typed_value(Some(&body))?;
    if asked.grant_agreement_id.is_some() == asked.regime_id.is_some() {
        let mut faults = Faults::default();
        faults.add("", "exactly_one", json!({"members": ["grant_agreement_id", "regime_id"]}));
        return Err(Problem::faults(INVALID, faults));
    }
    let snapshot = begin_read(&state, &ask, Moment { as_of: today, known_at: None }).await?;
    let (terms, mut names) = said(&snapshot.reader(), &asked).await?;
    names.authors.extend(asked.authors.iter().map(|text| Name { language: None, text: text.clone() }));
    let rules = Parameters::read(&terms.document, &terms.confirmed());
    let language = asked.language.to_string();
    let item = Item {
        channel: Some(asked.kind.code()),
        language: Some(&language),
        text: Some(&asked.text),
        emblem: asked.emblem,
        ..Item::default()
    };
    let elements: Vec<VisibilityElement> =
        check_text(&rules.visibility, &item, &names).into_iter().map(element).collect::<Stored<_>>()?;
    let any = |result: FindingResult| elements.iter().any(|element| element.result == result);
    let result = [FindingResult::Fail, FindingResult::InsufficientData, FindingResult::Pass]
        .into_iter()
        .find(|result| any(*result))
        .unwrap_or(FindingResult::NotApplicable);
    Ok(records_answer(&ask, &json!(VisibilityCheck { regime: terms.regime.clone(), result, elements })))
}

/// The terms that count, and the names that texts must have.
async fn said(reader: &Reader<'_>, asked: &NewVisibilityCheck) -> Result<(Arc<Terms>, Names), Problem> {
    let refuse = |at: &str, code, params| {
        let mut faults = Faults::default();
        faults.add(at, code, params);
        Problem::faults(INVALID, faults)
    };
    if let Some(id) = asked.regime_id {
        let mut lines = crate::regimes::lines(reader, &[id]).await?;
        let terms = lines.remove(&id).and_then(|line| Terms::new(&line, &[]));
        let unknown = || refuse("/regime_id", "unknown_reference", json!({"resource": "regime", "id": id}));
        return Ok((Arc::new(terms.ok_or_else(unknown)?), Names::default()));
    }
    let id = asked.grant_agreement_id.unwrap_or_default();
    // Seen by the caller, before anything is read of it.
    if !reader.among(&AGREEMENT, &[id]).await?.contains(&id) {
        return Err(refuse(
            "/grant_agreement_id",
            "unknown_reference",
            json!({"resource": "grant_agreement", "id": id}),
        ));
    }
    let whole = reader.view.whole();
    let reader = reader.seeing(&whole);
    let dossier = dossiers(&reader, &[id]).await?.pop();
    let of_parties = match &dossier {
        Some(dossier) => names(dossier, &organisations(&reader, dossier.parties.values().copied()).await?),
        None => Names::default(),
    };
    let terms = dossier.and_then(|dossier| dossier.terms);
    let none = || refuse("/grant_agreement_id", "no_regime", json!({"agreement": id}));
    Ok((terms.ok_or_else(none)?, of_parties))
}

fn element(found: ElementResult) -> Stored<VisibilityElement> {
    let params = found.add.iter().map(|text| ("text".to_owned(), json!(text))).collect();
    let remedy = found.fix.map(|code| fix(&Fix { code, params })).transpose()?;
    let matched = found.matched.map(|one| VisibilityMatch {
        wording: one.wording,
        start: one.start,
        end: one.end,
        fragment: one.fragment,
    });
    Ok(VisibilityElement {
        element: found.element,
        kind: found.kind.code().to_owned(),
        result: found.result.into(),
        matched,
        add: found.add,
        fix: remedy,
        unconfirmed: found.unconfirmed,
    })
}

pub fn tag() -> Value {
    json!({"name": TAG, "description": "What the rules of funders' regimes say of records, and of texts before they are published."})
}

pub fn document(schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    insert_schema::<NewVisibilityCheck>("NewVisibilityCheck", schemas);
    insert_schema::<VisibilityCheck>("VisibilityCheck", schemas);
    let example = json!({
        "text": "The seminar was held in Daugavpils. This project is funded by the European Union.",
        "language": "en",
        "kind": "web_article",
        "grant_agreement_id": "01932c07-6b80-7000-8000-000000000001",
        "emblem": true,
    });
    let check = Operations { tag: TAG }.post(&Post {
        id: "check_visibility",
        summary: "Check a text before it is published",
        about: "Holds a text against the funding statement, the disclaimer and the emblem that the funder's regime asks for, in the text's \
            language, and gives the exact words to add. Nothing is kept.",
        request: "NewVisibilityCheck",
        answer: "VisibilityCheck",
        example: Some(example),
        path: &[],
        effect: Effect::Checks,
    });
    paths.insert("/v1/visibility-checks".into(), json!({"post": check}));
}
