//! What is known of the records whose lives are judged: a page at a time, in a fixed number of statements.
use crate::agreements::{self, AGREEMENT};
use crate::projects;
use crate::shared::life::{Facts, Guard};
use crate::shared::period::Period;
use crate::store::read::{Reader, id_in};
use crate::store::{Record, Resource, Result, Row};
use chrono::NaiveDate;
use entity::vocab::{PartyRole, Word};
use sea_orm::sea_query::{Alias, Expr, ExprTrait};
use serde_json::Value;
use std::collections::HashMap;
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
            let start = rows.iter().filter_map(|r| date(r, "phase_start")).min();
            let end = rows.iter().filter_map(|r| date(r, "phase_end")).max();
            Facts {
                start: start.or(own.start),
                end: end.or(own.end),
                status_since: date(record, "status_since"),
                agreements: rows.iter().map(|r| text(r, "status").map(str::to_owned)).collect(),
                ..Facts::default()
            }
        })
        .collect())
}

/// The rows of the agreements that pay for projects: two statements.
async fn agreements_of(reader: &Reader<'_>, projects: &[Uuid]) -> Result<HashMap<Uuid, Vec<Row>>> {
    let mut of: HashMap<Uuid, Vec<Row>> = HashMap::new();
    if projects.is_empty() {
        return Ok(of);
    }
    let columns = ["grant_agreement_id", "project_id"];
    let link = |name: &str| (Alias::new("agreement_project"), Alias::new(name));
    let mut links = reader.view.select_columns("agreement_project", "grant_agreement_id", &columns);
    links.column(link("project_id")).and_where(Expr::col(link("project_id")).is_in(projects.iter().copied()));
    let mut pairs: Vec<(Uuid, Uuid)> = Vec::new();
    for row in reader.query(&links).await? {
        pairs.push((row.try_get("", "project_id")?, row.try_get("", "grant_agreement_id")?));
    }
    let ids: Vec<Uuid> = pairs.iter().map(|(_, agreement)| *agreement).collect();
    let rows: HashMap<Uuid, Row> = reader
        .rows_of(&AGREEMENT, &ids)
        .await?
        .into_iter()
        .filter_map(|row| Some((id_in(&row, "id")?, row)))
        .collect();
    for (project, agreement) in pairs {
        if let Some(row) = rows.get(&agreement) {
            of.entry(project).or_default().push(row.clone());
        }
    }
    Ok(of)
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
        status_since: date(record, "status_since"),
        reference: text(record, "reference").is_some(),
        amount: record.get("maximum_grant").is_some_and(|m| !m.is_null())
            || record.get("total_eligible_cost").is_some_and(|m| !m.is_null()),
        both_ends: period.start.is_some() && period.end.is_some(),
        giver_and_receiver: (grantor || !givers.is_empty()) && !takers.is_empty(),
        signatures: givers
            .iter()
            .chain(&takers)
            .map(|p| p.get("signed_on").and_then(Value::as_str).and_then(|d| d.parse().ok()))
            .collect(),
        enters_into_force_on: date(record, "enters_into_force_on"),
        ..Facts::default()
    }
}

pub fn date(row: &Row, name: &str) -> Option<NaiveDate> {
    text(row, name).and_then(|d| d.parse().ok())
}

pub fn text<'a>(row: &'a Row, name: &str) -> Option<&'a str> {
    row.get(name).and_then(Value::as_str)
}
