//! What is known of the records whose lives are judged: a page at a time, in a fixed number of statements.
use crate::agreements::changes::{SUSPENSION, TERMINATION, status};
use crate::agreements::{self, AGREEMENT};
use crate::projects;
use crate::reporting::{self, REPORT};
use crate::shared::life::{Facts, Guard, Step};
use crate::shared::period::Period;
use crate::store::read::{Reader, column, date_in, id_in, text_in};
use crate::store::{Record, Resource, Result, Row};
use crate::waivers;
use entity::vocab::{AmendmentKind, PartyRole, Word};
use sea_orm::sea_query::{ExprTrait, Order};
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
        "project" => of(projects::status::STEPS),
        "amendment" => of(status::OF_AMENDMENT),
        "suspension" => of(status::OF_SUSPENSION),
        "termination" => of(status::OF_TERMINATION),
        "report" => of(reporting::status::STEPS),
        "waiver" => of(waivers::status::STEPS),
        _ => of(agreements::status::STEPS),
    }
}

fn of<S: Word>(steps: &'static [Step<S>]) -> Vec<Way> {
    steps.iter().map(|s| Way { from: s.from.code(), to: s.to.code(), guards: s.guards }).collect()
}

/// The facts of records of a resource that has a life, in their order. Records of agreements carry their parts.
pub async fn gather(reader: &Reader<'_>, resource: &Resource, records: &[Record]) -> Result<Vec<Facts>> {
    match resource.name {
        // Guards do not depend on who asks.
        "project" => of_projects(&reader.seeing(&reader.view.whole()), records).await,
        "report" => of_reports(&reader.seeing(&reader.view.whole()), records).await,
        "amendment" | "suspension" | "termination" | "waiver" => Ok(records.iter().map(of_change).collect()),
        _ => of_agreements(&reader.seeing(&reader.view.whole()), records).await,
    }
}

/// Two statements.
async fn of_agreements(reader: &Reader<'_>, records: &[Record]) -> Result<Vec<Facts>> {
    let ids: Vec<Uuid> = records.iter().filter_map(|r| id_in(r, "id")).collect();
    let mut suspensions = under(reader, &SUSPENSION, &ids).await?;
    let mut terminations = under(reader, &TERMINATION, &ids).await?;
    let one = |record: &Record| {
        let mut facts = of_agreement(record);
        let id = id_in(record, "id").unwrap_or_default();
        let status = |row: &Row| text_in(row, "status").map(str::to_owned);
        facts.suspensions = suspensions.remove(&id).unwrap_or_default().iter().filter_map(status).collect();
        let ends = terminations.remove(&id).unwrap_or_default();
        let in_effect = ends.iter().filter(|row| text_in(row, "status") == Some("in_effect"));
        facts.terminated_on = in_effect.filter_map(|row| date_in(row, "effective_on")).min();
        facts
    };
    Ok(records.iter().map(one).collect())
}

/// The rows of a resource that stand under agreements.
pub async fn under(
    reader: &Reader<'_>,
    resource: &Resource,
    agreements: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Row>>> {
    let mut of: HashMap<Uuid, Vec<Row>> = HashMap::new();
    if agreements.is_empty() {
        return Ok(of);
    }
    let mut select = reader.view.select(&resource.table);
    select
        .and_where(column(&resource.table, "grant_agreement_id").is_in(agreements.iter().copied()))
        .order_by(resource.table.column("id"), Order::Asc);
    for row in reader.rows(&resource.table, &select).await? {
        of.entry(id_in(&row, "grant_agreement_id").unwrap_or_default()).or_default().push(row);
    }
    Ok(of)
}

/// One statement.
async fn of_reports(reader: &Reader<'_>, records: &[Record]) -> Result<Vec<Facts>> {
    let ids: BTreeSet<Uuid> = records.iter().filter_map(|r| id_in(r, "grant_agreement_id")).collect();
    let all = under(reader, &REPORT, &ids.into_iter().collect::<Vec<_>>()).await?;
    let one = |record: &Record| {
        let period: Option<Period> =
            serde_json::from_value(record.get("period").cloned().unwrap_or_default()).ok();
        let end = period.and_then(|period| period.resolve().end);
        let others = id_in(record, "grant_agreement_id").and_then(|id| all.get(&id)).into_iter().flatten();
        let is_later = |row: &Row| {
            id_in(row, "id") != id_in(record, "id")
                && text_in(row, "submitted_on").is_some()
                && date_in(row, "period_end").zip(end).is_some_and(|(other, own)| other > own)
        };
        Facts { end, later_report: others.into_iter().any(is_later), ..Facts::default() }
    };
    Ok(records.iter().map(one).collect())
}

fn of_change(record: &Record) -> Facts {
    Facts {
        start: date_in(record, "from"),
        end: date_in(record, "to"),
        notification: text_in(record, "kind") == Some(AmendmentKind::Notification.code()),
        asked_on: date_in(record, "requested_on").or(date_in(record, "notified_on")),
        effective_on: date_in(record, "effective_on"),
        ..Facts::default()
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
