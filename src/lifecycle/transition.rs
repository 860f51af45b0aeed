//! Running a transition: the step must exist, every guard must be met or attested, and the step is kept.
use super::facts::{Way, gather, ways};
use crate::clock::new_id;
use crate::documents::unknown_documents;
use crate::shared::check::Faults;
use crate::shared::life::{Guard, Verdict, judge, unmet};
use crate::store::aggregate::STATUS_CHANGES;
use crate::store::read::{id_in, text_in};
use crate::store::resource::Taken;
use crate::store::unit::Unit;
use crate::store::{Error, Record, Resource, Result, Row};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A step asked for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTransition {
    /// The status to move to.
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z_]+$")]
    pub to: String,
    /// The day from which it holds; today where left out.
    #[serde(default)]
    pub effective_on: Option<NaiveDate>,
    #[serde(default)]
    #[schema(format = "text", min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
    /// The paper that it rests on.
    #[serde(default)]
    #[schema(format = "text", min_length = 1, max_length = 2000)]
    pub document: Option<String>,
    /// The same, where it is kept here.
    #[serde(default)]
    pub document_id: Option<Uuid>,
    /// Guards that the caller vouches for, since the register does not hold their facts.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub attestations: Vec<Attestation>,
}

/// A guard that a person vouches for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    #[schema(min_length = 1, max_length = 60, pattern = "^[a-z_]+$")]
    pub guard: String,
    #[schema(format = "text", min_length = 1, max_length = 2000)]
    pub reason: String,
    #[serde(default)]
    #[schema(format = "text", min_length = 1, max_length = 2000)]
    pub document: Option<String>,
    /// The same, where it is kept here.
    #[serde(default)]
    pub document_id: Option<Uuid>,
}

/// Moves a record along. `record` is its representation with parts; `row` its root row at the version that the
/// caller read. Answers the id of the step.
///
/// # Errors
/// [`Error::Refused`] with every guard in the way; [`Error::Invalid`] for attestations that can't be.
pub async fn transition(
    unit: &mut Unit,
    resource: &'static Resource,
    mut row: Row,
    record: Record,
    expected: i64,
    asked: NewTransition,
) -> Result<Uuid> {
    let id = id_in(&row, "id").ok_or(Error::NotFound)?;
    let life = resource.life.as_ref().ok_or(Error::NotFound)?;
    let as_of = unit.intent.as_of;
    let effective_on = asked.effective_on.unwrap_or(as_of);
    if effective_on > as_of {
        let params = json!({"date": effective_on, "as_of": as_of});
        return Err(Error::invalid("/effective_on", "in_the_future", params));
    }
    let from = text_in(&row, "status").map(str::to_owned);
    let guards: &[Guard] = match &from {
        // Not known: the status that the record is found in is entered, for a reason.
        None if life.statuses.terms.iter().any(|t| t.code == asked.to) => {
            // What needs a second person needs one from wherever it is reached.
            let by_another = |way: &Way| way.to == asked.to && way.guards.contains(&Guard::AnotherPerson);
            match ways(resource).iter().any(by_another) {
                true => &[Guard::ReasonGiven, Guard::AnotherPerson],
                false => &[Guard::ReasonGiven],
            }
        }
        None => return Err(not_a_step("unknown", &asked.to, life.statuses.terms.iter().map(|t| t.code))),
        Some(from) => {
            let ways = ways(resource);
            match ways.iter().find(|way| way.from == from && way.to == asked.to) {
                Some(way) => way.guards,
                None => {
                    let possible = ways.iter().filter(|way| way.from == from).map(|way| way.to);
                    return Err(not_a_step(from, &asked.to, possible));
                }
            }
        }
    };
    known_documents(unit, &asked).await?;
    let mut facts = gather(&unit.reader(), resource, &[record]).await?.pop().unwrap_or_default();
    if guards.contains(&Guard::AnotherPerson) {
        facts.wrote_it = Some(unit.whole().wrote(id, unit.intent.principal_id).await?);
    }
    // Given in the body or in the request's header.
    let given = unit.intent.reason.clone();
    let reason = given.is_some();
    let attested = attested(&asked.attestations, guards, |guard| judge(guard, &facts, effective_on, reason))?;
    let mut faults = Faults::default();
    for (guard, verdict) in unmet(guards, &facts, effective_on, reason, &attested) {
        guard.fault(verdict, &mut faults);
    }
    if !faults.is_empty() {
        return Err(Error::Refused(faults));
    }
    row.insert("status".into(), json!(asked.to));
    row.insert("status_since".into(), json!(effective_on));
    let taken = Taken { to: asked.to.clone(), effective_on };
    let left = match life.on_step {
        None => Vec::new(),
        Some(on_step) => on_step(unit, &mut row, &taken).await?,
    };
    let step_id = new_id(unit.intent.now);
    let step = json!({
        "id": step_id,
        life.parent: id,
        "from_status": from,
        "to_status": asked.to,
        "opened_as": from.is_none(),
        "effective_on": effective_on,
        "reason": given,
        "document": asked.document,
        "document_id": asked.document_id,
        "source": null,
        "attestations": asked.attestations,
        "actor_id": unit.intent.principal_id,
        "recorded_at": unit.intent.now,
    });
    unit.update_root(resource, row, expected, "transitioned").await?;
    if let Value::Object(step) = step {
        unit.insert_part(resource, id, &STATUS_CHANGES, step).await?;
    }
    for (part, row) in left {
        unit.insert_part(resource, id, &part.table, row).await?;
    }
    Ok(step_id)
}

/// A step rests on documents that the caller sees.
async fn known_documents(unit: &Unit, asked: &NewTransition) -> Result<()> {
    let attested = asked.attestations.iter().enumerate();
    let attested =
        attested.map(|(index, one)| (format!("/attestations/{index}/document_id"), one.document_id));
    let pointed = std::iter::once(("/document_id".to_owned(), asked.document_id)).chain(attested);
    let pointed: Vec<(String, Uuid)> = pointed.filter_map(|(at, id)| Some((at, id?))).collect();
    let faults = unknown_documents(&unit.reader(), pointed).await?;
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

fn not_a_step<'a>(from: &str, to: &str, possible: impl Iterator<Item = &'a str>) -> Error {
    let mut faults = Faults::default();
    let allowed: Vec<&str> = possible.collect();
    faults.add("/to", "not_a_step", json!({"from": from, "to": to, "allowed": allowed}));
    Error::Refused(faults)
}

/// The guards that are vouched for. Only those of this step whose facts the register does not hold can be.
fn attested(
    attestations: &[Attestation],
    guards: &[Guard],
    judged: impl Fn(Guard) -> Verdict,
) -> Result<Vec<Guard>> {
    let open: Vec<Guard> = guards.iter().copied().filter(|g| judged(*g) == Verdict::NotKnown).collect();
    let (mut attested, mut faults) = (Vec::new(), Faults::default());
    for (index, attestation) in attestations.iter().enumerate() {
        let at = format!("/attestations/{index}/guard");
        match Guard::from_code(&attestation.guard).filter(|g| guards.contains(g)) {
            Some(guard) if open.contains(&guard) => attested.push(guard),
            Some(_) => faults.add(at, "not_attestable", json!({})),
            None => {
                let allowed: Vec<&str> = open.iter().map(|g| g.code()).collect();
                faults.add(at, "unknown_guard", json!({"allowed": allowed}));
            }
        }
    }
    if faults.is_empty() { Ok(attested) } else { Err(Error::Invalid(faults)) }
}
