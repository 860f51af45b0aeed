//! Applying an amendment to its agreement, and trying a change without writing it: one way to change an agreement for both,
//! and one answer, what becomes of it.
use super::effect::{AgreementEffect, effect};
use crate::access::Action;
use crate::agreements::changes::{AMENDMENTS, amended};
use crate::agreements::{self, AGREEMENT};
use crate::clock::new_id;
use crate::http::ask::Ask;
use crate::http::idempotency::{Begun, begin_post};
use crate::http::json::Body;
use crate::http::problem::{INVALID, Problem};
use crate::http::resource::{
    Effect, FieldChange, Operations, Post, as_shown, begin_write, changed_answer, find_to, finish,
    id_parameter, records_answer, stale, writable,
};
use crate::http::{contract, etag, insert_schema};
use crate::shared::check::Faults;
use crate::shared::overrides::OverrideFields;
use crate::state::AppState;
use crate::store::aggregate::{self, STATUS_CHANGES, prepare, typed_value};
use crate::store::read::{date_in, id_in, text_in};
use crate::store::unit::Unit;
use crate::store::{Error, Record, Row};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use chrono::NaiveDate;
use entity::vocab::{AgreementStatus, AmendmentKind, AmendmentStatus, Word};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{Ref, RefOr, Schema};
use uuid::Uuid;

fn patch_of_agreement() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name("GrantAgreementPatch"))
}

fn amendment() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name("Amendment"))
}

/// Why an amendment is applied.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApplication {
    #[serde(default)]
    #[schema(format = "text", min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
}

/// A change to be tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPreview {
    /// A merge patch of the agreement: another end, another version of a regime.
    #[serde(default)]
    #[schema(schema_with = patch_of_agreement)]
    pub changes: Value,
    /// Parameters of the funder's rules that would hold otherwise.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub terms: Vec<OverrideFields>,
}

/// What applying an amendment did, or would do.
#[derive(Serialize, ToSchema)]
pub struct Application {
    /// The amendment afterwards.
    #[schema(schema_with = amendment)]
    pub amendment: Value,
    /// What stands in the way still: only a dry run goes on all the same.
    #[schema(max_items = 20)]
    pub unmet: Vec<Obstacle>,
    pub effect: AgreementEffect,
}

/// Something that stands in the way of applying an amendment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// The grantor has not approved it; or, of a notification, it has not been told.
    NotAgreed,
    /// The day of the last signature is missing.
    NotSigned,
    /// The day from which it holds is missing.
    NoEffectiveDay,
    /// That day has not come.
    NotYetEffective,
    /// The agreement has lapsed, was terminated, or is archived.
    AgreementClosed,
}

impl Obstacle {
    fn code(self) -> &'static str {
        match self {
            Self::NotAgreed => "not_agreed",
            Self::NotSigned => "not_signed",
            Self::NoEffectiveDay => "no_effective_day",
            Self::NotYetEffective => "not_yet_effective",
            Self::AgreementClosed => "agreement_closed",
        }
    }
}

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/v1/amendments/{id}/application", post(apply))
        .route("/v1/grant-agreements/{id}/preview", post(preview))
}

async fn apply(State(state): State<AppState>, mut ask: Ask, Body(body): Body) -> Result<Response, Problem> {
    let mut intent = ask.intent(&state)?;
    ask.params.done()?;
    ask.must(Action::Transition, AMENDMENTS.resource.name)?;
    ask.must(Action::Update, AGREEMENT.name)?;
    contract().shape("NewApplication", &body)?;
    let asked: NewApplication = typed_value(Some(&body))?;
    intent.reason = asked.reason.or(intent.reason);
    let expected = etag::expected_version(&ask);
    let dry_run = intent.dry_run;
    let mut writing = match begin_post(&state, &ask, &AMENDMENTS, intent, &body).await? {
        Begun::Fresh(writing) => writing,
        Begun::Again(answer) => return Ok(answer),
    };
    let outcome = applied(&mut writing.unit, &ask, expected, dry_run).await;
    let answer = outcome.map(|(version, application)| {
        let body = serde_json::to_value(application).unwrap_or_default();
        changed_answer(dry_run, version, body.as_object().unwrap_or(&Record::new()))
    });
    writing.answer(&state, &AMENDMENTS, &ask, answer).await
}

async fn applied(
    unit: &mut Unit,
    ask: &Ask,
    expected: Result<i64, Problem>,
    dry_run: bool,
) -> Result<(i64, Application), Problem> {
    let mut row = find_to(unit, &AMENDMENTS, ask, Action::Transition).await?;
    let expected = expected?;
    stale(&row, expected)?;
    let id = id_in(&row, "id").unwrap_or_default();
    let from = text_in(&row, "status").map(str::to_owned);
    if let Some(over) = from.as_deref().filter(|status| is_over(status)) {
        return Err(refused("/status", [("frozen", json!({"status": over}))]));
    }
    let agreement_id = id_in(&row, "grant_agreement_id").unwrap_or_default();
    let agreement = unit.reader().row_to_change(&AGREEMENT, agreement_id).await?;
    let as_of = unit.intent.as_of;
    let unmet = obstacles(&row, &agreement, as_of);
    if !unmet.is_empty() && !dry_run {
        return Err(refused("", unmet.iter().map(|obstacle| (obstacle.code(), json!({})))));
    }
    let said: Vec<OverrideFields> = typed_value(row.get("terms"))?;
    let changes = row.get("changes").cloned().unwrap_or_default();
    change(unit, agreement, &changes, &said, Some((id, &row))).await?;
    let effective_on = date_in(&row, "effective_on").unwrap_or(as_of);
    row.insert("status".into(), json!(AmendmentStatus::InForce));
    row.insert("status_since".into(), json!(effective_on));
    row.insert("applied_on".into(), json!(as_of));
    unit.project().await?;
    let effect = effect(unit, agreement_id).await?;
    row.insert("applied_version".into(), json!(effect.version));
    row.insert("applied".into(), json!(own(&effect.changes)));
    unit.update_root(AMENDMENTS.resource, row, expected, "applied").await?;
    let step = json!({
        "id": new_id(unit.intent.now),
        "amendment_id": id,
        "from_status": from,
        "to_status": AmendmentStatus::InForce,
        "opened_as": false,
        "effective_on": effective_on,
        "reason": unit.intent.reason,
        "document": null,
        "document_id": null,
        "source": null,
        "attestations": [],
        "actor_id": unit.intent.principal_id,
        "recorded_at": unit.intent.now,
    });
    if let Value::Object(step) = step {
        unit.insert_part(AMENDMENTS.resource, id, &STATUS_CHANGES, step).await?;
    }
    let amendment = json!(as_shown(unit, &AMENDMENTS, ask, id).await?);
    Ok((expected + 1, Application { amendment, unmet, effect }))
}

/// The agreement's own members among what changed.
fn own(changes: &[FieldChange]) -> Vec<&FieldChange> {
    changes.iter().filter(|change| change.part.is_none()).collect()
}

async fn preview(State(state): State<AppState>, mut ask: Ask, Body(body): Body) -> Result<Response, Problem> {
    let intent = ask.trial(&state)?;
    ask.params.done()?;
    ask.must(Action::Read, AGREEMENT.name)?;
    ask.must(Action::Update, AGREEMENT.name)?;
    contract().shape("NewPreview", &body)?;
    let asked: NewPreview = typed_value(Some(&body))?;
    let mut unit = begin_write(&state, &ask, intent).await?;
    let outcome = previewed(&mut unit, &ask, asked).await;
    let effect = finish(unit, &state, &agreements::FACE, &ask, outcome).await?;
    Ok(records_answer(&ask, &json!(effect)))
}

async fn previewed(unit: &mut Unit, ask: &Ask, asked: NewPreview) -> Result<AgreementEffect, Problem> {
    let row = find_to(unit, &agreements::FACE, ask, Action::Update).await?;
    let id = id_in(&row, "id").unwrap_or_default();
    change(unit, row, &asked.changes, &asked.terms, None).await?;
    unit.project().await?;
    Ok(effect(unit, id).await?)
}

/// Changes an agreement: its members by a merge patch, and parameters of its terms, for an amendment with its paper where it
/// is one.
async fn change(
    unit: &mut Unit,
    agreement: Row,
    changes: &Value,
    said: &[OverrideFields],
    by: Option<(Uuid, &Row)>,
) -> Result<(), Problem> {
    let version = agreement.get("version").and_then(Value::as_i64).unwrap_or(0);
    let id = id_in(&agreement, "id").unwrap_or_default();
    let current = AGREEMENT.table.record(&agreement);
    let members = writable(&agreements::FACE);
    let own: Record = members.iter().filter_map(|n| Some((n.clone(), current.get(n)?.clone()))).collect();
    let merged = amended(&own, changes);
    let faults = contract().faults("NewGrantAgreement", &merged);
    if !faults.is_empty() {
        return Err(Problem::faults(INVALID, below("/changes", faults)));
    }
    let record = at("/changes", prepare(&AGREEMENT.table, AGREEMENT.parse, merged))?;
    let action = if by.is_some() { "amended" } else { "updated" };
    if members.iter().any(|name| own.get(name) != record.get(name)) {
        at("/changes", aggregate::update(unit, &AGREEMENT, agreement, record, version, action).await)?;
    }
    let part = AGREEMENT.part("overrides")?;
    for (index, one) in said.iter().enumerate() {
        let value = serde_json::to_value(one).unwrap_or_default();
        let place = format!("/terms/{index}");
        let mut record = at(&place, prepare(&part.table, part.parse, value))?;
        if let Some((amendment, row)) = by {
            record.insert("amendment_id".into(), json!(amendment));
            for name in ["document", "document_id"] {
                if record.get(name).is_none_or(Value::is_null) {
                    record.insert(name.into(), row.get(name).cloned().unwrap_or_default());
                }
            }
        }
        let root = unit.reader().row_to_write(&AGREEMENT, id).await?;
        at(&place, aggregate::create_part(unit, &AGREEMENT, part, root, version, record).await)?;
    }
    Ok(())
}

/// A refusal of what stands at a place of the body.
fn at<T>(place: &str, outcome: crate::store::Result<T>) -> crate::store::Result<T> {
    outcome.map_err(|error| match error {
        Error::Invalid(faults) => Error::Invalid(below(place, faults)),
        other => other,
    })
}

fn below(place: &str, faults: Faults) -> Faults {
    let mut moved = Faults::default();
    moved.extend_at(place, faults);
    moved
}

fn is_over(status: &str) -> bool {
    use AmendmentStatus::{InForce, Objected, Rejected, Withdrawn};
    [InForce, Rejected, Withdrawn, Objected].iter().any(|over| over.code() == status)
}

fn refused(at: &str, faults: impl IntoIterator<Item = (&'static str, Value)>) -> Problem {
    let mut all = Faults::default();
    faults.into_iter().for_each(|(code, params)| all.add(at, code, params));
    Error::Refused(all).into()
}

/// What stands in the way of an amendment on a day (rules.md 1.5): nothing is agreed anew by a correction; a notification
/// needs no signatures.
fn obstacles(amendment: &Row, agreement: &Row, as_of: NaiveDate) -> Vec<Obstacle> {
    let is = |kind: AmendmentKind| text_in(amendment, "kind") == Some(kind.code());
    let stands = |status: AmendmentStatus| text_in(amendment, "status") == Some(status.code());
    let mut found = Vec::new();
    let correction = is(AmendmentKind::Correction);
    let agreed = match is(AmendmentKind::Notification) {
        true => stands(AmendmentStatus::Notified),
        false => correction || stands(AmendmentStatus::Approved),
    };
    if !agreed {
        found.push(Obstacle::NotAgreed);
    }
    let signed = !is(AmendmentKind::Addendum) && !is(AmendmentKind::ExchangeOfLetters);
    if !signed && date_in(amendment, "signed_on").is_none_or(|day| day > as_of) {
        found.push(Obstacle::NotSigned);
    }
    match date_in(amendment, "effective_on") {
        None if !correction => found.push(Obstacle::NoEffectiveDay),
        Some(day) if day > as_of => found.push(Obstacle::NotYetEffective),
        _ => {}
    }
    let closed = [AgreementStatus::Lapsed, AgreementStatus::Terminated, AgreementStatus::Archived];
    if closed.iter().any(|status| text_in(agreement, "status") == Some(status.code())) {
        found.push(Obstacle::AgreementClosed);
    }
    found
}

pub fn document(schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    insert_schema::<NewApplication>("NewApplication", schemas);
    insert_schema::<NewPreview>("NewPreview", schemas);
    insert_schema::<Application>("Application", schemas);
    insert_schema::<AgreementEffect>("AgreementEffect", schemas);
    // What was asked for is answered as it was sent: some members of the agreement, and parts of them.
    schemas["Amendment"]["properties"]["changes"] = json!({"type": "object",
        "description": "What it changes in the agreement: a merge patch (RFC 7396), as `NewAmendment` has it."});
    let op = |face: &crate::http::resource::Face| Operations { tag: face.tag };
    paths.insert(
        "/v1/amendments/{id}/application".into(),
        json!({"post": op(&AMENDMENTS).post(&Post {
            id: "apply_amendment",
            summary: "Apply an amendment to its agreement",
            about: "Writes what it changes as a new version of the agreement and plans anew what is owed under it, all or nothing. \
                With `dry_run=true` it shows the effect before anyone signs, and what still stands in the way: terms, reporting periods, \
                each obligation with its old and new date, findings that appear or go.",
            request: "NewApplication",
            answer: "Application",
            example: Some(json!({"reason": "Addendum 1, signed by both parties"})),
            path: std::slice::from_ref(&id_parameter(&AMENDMENTS)),
            effect: Effect::Changes,
        })}),
    );
    paths.insert(
        "/v1/grant-agreements/{id}/preview".into(),
        json!({"post": op(&agreements::FACE).post(&Post {
            id: "preview_grant_agreement",
            summary: "Try a change of a grant agreement",
            about: "Shows what would follow from a change, another version of the funder's rules among them, and writes nothing: terms, \
                reporting periods, each obligation with its old and new date, findings that appear or go.",
            request: "NewPreview",
            answer: "AgreementEffect",
            example: Some(json!({"changes": {"implementation_period": {"end": "2021-09-30", "duration_months": null}}})),
            path: std::slice::from_ref(&id_parameter(&agreements::FACE)),
            effect: Effect::Checks,
        })}),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: Value) -> Row {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn what_stands_in_the_way_is_named_all_at_once() {
        let day: NaiveDate = "2021-05-01".parse().expect("a day");
        let told = |amendment: Value, status: &str| {
            let found = obstacles(&row(amendment), &row(json!({"status": status})), day);
            found.iter().map(|one| one.code()).collect::<Vec<_>>().join(" ")
        };
        for (amendment, status, expected) in [
            (
                json!({"kind": "addendum", "status": "draft"}),
                "archived",
                "not_agreed not_signed no_effective_day agreement_closed",
            ),
            (
                json!({"kind": "addendum", "status": "approved", "signed_on": "2021-05-01", "effective_on": "2021-05-01"}),
                "in_force",
                "",
            ),
            (
                json!({"kind": "addendum", "status": "approved", "signed_on": "2021-05-02", "effective_on": "2021-05-02"}),
                "in_force",
                "not_signed not_yet_effective",
            ),
            (
                json!({"kind": "notification", "status": "approved", "effective_on": "2021-05-01"}),
                "in_force",
                "not_agreed",
            ),
            (
                json!({"kind": "notification", "status": "notified", "effective_on": "2021-05-01"}),
                "suspended",
                "",
            ),
            (
                json!({"kind": "administrative", "status": "approved", "effective_on": "2021-04-01"}),
                "in_force",
                "",
            ),
            (json!({"kind": "correction", "status": "draft"}), "in_force", ""),
            (json!({"kind": "correction", "status": "draft"}), "terminated", "agreement_closed"),
        ] {
            assert_eq!(told(amendment.clone(), status), expected, "{amendment} {status}");
        }
    }
}
