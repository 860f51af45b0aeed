//! What is known of the records whose lives are judged: a page at a time, in a fixed number of statements.
use crate::agreements::{self, AGREEMENT};
use crate::projects;
use crate::shared::life::{Facts, Guard};
use crate::shared::period::Period;
use crate::store::read::{Reader, date_in, id_in, text_in};
use crate::store::{Record, Resource, Result, Row};
use entity::vocab::{PartyRole, Word};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Parties that give the money, those that take it, and so all who sign.
const GIVERS: [PartyRole; 3] = [PartyRole::Funder, PartyRole::ManagingBody, PartyRole::ContractingAuthority];
const TAKERS: [PartyRole; 2] = [PartyRole::Coordinator, PartyRole::CoBeneficiary];

/// A step by its words.
pub struct Way {
    pub from: &'static str,
    pub to: &'static str,
    pub guards: &'static [Guard],
}

/// The steps of a resource's life.
pub fn ways(resource: &Resource) -> Vec<Way> {
    match resource.name {
        "project" => projects::status::STEPS
            .iter()
            .map(|s| Way { from: s.from.code(), to: s.to.code(), guards: s.guards })
            .collect(),
        _ => agreements::status::STEPS
            .iter()
            .map(|s| Way { from: s.from.code(), to: s.to.code(), guards: s.guards })
            .collect(),
    }
}

/// The facts of records of a resource that has a life, in their order. Records of agreements carry their parts.
pub async fn gather(reader: &Reader<'_>, resource: &Resource, records: &[Record]) -> Result<Vec<Facts>> {
    match resource.name {
        // Guards do not depend on who asks.
        "project" => of_projects(&reader.seeing(&reader.view.whole()), records).await,
        _ => Ok(records.iter().map(of_agreement).collect()),
    }
}

async fn of_projects(reader: &Reader<'_>, records: &[Record]) -> Result<Vec<Facts>> {
    let ids: Vec<Uuid> = records.iter().filter_map(|r| id_in(r, "id")).collect();
    let agreements = agreements_of(reader, &ids).await?;
    Ok(records
        .iter()
        .map(|record| {
            let own = projects::effective(record).resolve();
            let rows = id_in(record, "id").and_then(|id| agreements.get(&id)).map_or(&[][..], Vec::as_slice);
            let start = rows.iter().filter_map(|r| date_in(r, "phase_start")).min();
            let end = rows.iter().filter_map(|r| date_in(r, "phase_end")).max();
            Facts {
                start: start.or(own.start),
                end: end.or(own.end),
                status_since: date_in(record, "status_since"),
                agreements: rows.iter().map(|r| text_in(r, "status").map(str::to_owned)).collect(),
                ..Facts::default()
            }
        })
        .collect())
}

/// The rows of the agreements that pay for projects: two statements.
async fn agreements_of(reader: &Reader<'_>, projects: &[Uuid]) -> Result<HashMap<Uuid, Vec<Row>>> {
    let links = reader.links("agreement_project", "project_id", "grant_agreement_id", projects).await?;
    let ids: BTreeSet<Uuid> = links.values().flatten().copied().collect();
    let rows: HashMap<Uuid, Row> = reader
        .rows_of(&AGREEMENT, &ids.into_iter().collect::<Vec<_>>())
        .await?
        .into_iter()
        .filter_map(|row| Some((id_in(&row, "id")?, row)))
        .collect();
    let of = |agreements: BTreeSet<Uuid>| agreements.iter().filter_map(|id| rows.get(id).cloned()).collect();
    Ok(links.into_iter().map(|(project, agreements)| (project, of(agreements))).collect())
}

fn of_agreement(record: &Record) -> Facts {
    let period: Period = agreements::effective(record);
    let resolved = period.resolve();
    let parties = record.get("parties").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let in_role = |roles: &[PartyRole]| {
        let codes: Vec<&str> = roles.iter().map(|r| r.code()).collect();
        let of = |p: &&Value| p.get("role").and_then(Value::as_str).is_some_and(|role| codes.contains(&role));
        parties.iter().filter(of).collect::<Vec<_>>()
    };
    let (givers, takers) = (in_role(&GIVERS), in_role(&TAKERS));
    let grantor = record.get("funder_id").is_some_and(|id| !id.is_null());
    Facts {
        start: resolved.start,
        end: resolved.end,
        status_since: date_in(record, "status_since"),
        reference: text_in(record, "reference").is_some(),
        amount: record.get("maximum_grant").is_some_and(|m| !m.is_null())
            || record.get("total_eligible_cost").is_some_and(|m| !m.is_null()),
        both_ends: period.start.is_some() && period.end.is_some(),
        giver_and_receiver: (grantor || !givers.is_empty()) && !takers.is_empty(),
        signatures: givers
            .iter()
            .chain(&takers)
            .map(|p| p.get("signed_on").and_then(Value::as_str).and_then(|d| d.parse().ok()))
            .collect(),
        enters_into_force_on: date_in(record, "enters_into_force_on"),
        ..Facts::default()
    }
}
