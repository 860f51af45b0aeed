//! The facts that rules look at, out of the register: a fixed number of statements for however many agreements.
use crate::compliance::facts::{Dossier, dossiers};
use crate::compliance::obligations::OBLIGATION;
use crate::compliance::plan;
use crate::compliance::rules::facts::{
    AgreementFacts, Event, EventState, Name, Names, Obligation, Project, Publication, ReportingPeriod,
};
use crate::store::read::{Links, Reader, column, date_in, id_in, text_in};
use crate::store::{Resource, Result, Row};
use entity::vocab::PartyRole;
use sea_orm::sea_query::ExprTrait;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Parties that write: those who do the work.
const AUTHORS: [PartyRole; 4] =
    [PartyRole::Coordinator, PartyRole::CoBeneficiary, PartyRole::AffiliatedEntity, PartyRole::Associate];

/// Agreements with all that their rules look at; those without a regime are left out.
pub async fn facts_of(reader: &Reader<'_>, agreements: &[Uuid]) -> Result<Vec<(Dossier, AgreementFacts)>> {
    let dossiers: Vec<Dossier> =
        dossiers(reader, agreements).await?.into_iter().filter(|dossier| dossier.terms.is_some()).collect();
    let ids: Vec<Uuid> = dossiers.iter().filter_map(|dossier| id_in(&dossier.row, "id")).collect();
    let projects = reader.links("agreement_project", "grant_agreement_id", "project_id", &ids).await?;
    let all_projects: Vec<Uuid> = flat(&projects);
    let mut events = through(reader, "event_link", "event_id", &ids, &projects, &all_projects).await?;
    let mut publications =
        through(reader, "publication_link", "publication_id", &ids, &projects, &all_projects).await?;
    let rows_of = async |name: &str, ids: Vec<Uuid>| -> Result<HashMap<Uuid, Row>> {
        let rows = reader.rows_of(reader.register.get(name)?, &ids).await?;
        Ok(rows.into_iter().filter_map(|row| Some((id_in(&row, "id")?, row))).collect())
    };
    let project_rows = rows_of("project", all_projects).await?;
    let event_rows = rows_of("event", flat(&events)).await?;
    let publication_rows = rows_of("publication", flat(&publications)).await?;
    let parties: BTreeSet<Uuid> =
        dossiers.iter().flat_map(|dossier| dossier.parties.values().copied()).collect();
    let organisations = rows_of("organisation", parties.into_iter().collect()).await?;
    let mut obligations = owed(reader, &ids).await?;
    let mut found = Vec::with_capacity(dossiers.len());
    for dossier in dossiers {
        let id = id_in(&dossier.row, "id").unwrap_or_default();
        let mut facts = of_agreement(&dossier, id);
        facts.names = names(&dossier, &organisations);
        let of = |ids: Option<&BTreeSet<Uuid>>, rows: &HashMap<Uuid, Row>| -> Vec<Row> {
            ids.into_iter().flatten().filter_map(|id| rows.get(id).cloned()).collect()
        };
        facts.projects = of(projects.get(&id), &project_rows).iter().map(project).collect();
        facts.events = of(events.remove(&id).as_ref(), &event_rows).iter().map(event).collect();
        facts.publications =
            of(publications.remove(&id).as_ref(), &publication_rows).iter().map(publication).collect();
        facts.obligations = obligations.remove(&id).unwrap_or_default().iter().map(obligation).collect();
        found.push((dossier, facts));
    }
    Ok(found)
}

fn flat(links: &Links) -> Vec<Uuid> {
    let all: BTreeSet<Uuid> = links.values().flatten().copied().collect();
    all.into_iter().collect()
}

/// What is linked to agreements themselves, or to the projects that they pay for.
async fn through(
    reader: &Reader<'_>,
    table: &'static str,
    to: &'static str,
    agreements: &[Uuid],
    projects: &Links,
    all_projects: &[Uuid],
) -> Result<Links> {
    let mut found = reader.links(table, "grant_agreement_id", to, agreements).await?;
    let by_project = reader.links(table, "project_id", to, all_projects).await?;
    for (agreement, projects) in projects {
        let further = projects.iter().filter_map(|project| by_project.get(project)).flatten();
        found.entry(*agreement).or_default().extend(further);
    }
    Ok(found)
}

async fn owed(reader: &Reader<'_>, agreements: &[Uuid]) -> Result<HashMap<Uuid, Vec<Row>>> {
    let mut select = reader.view.select(&OBLIGATION.table);
    select.and_where(column(&OBLIGATION.table, "grant_agreement_id").is_in(agreements.iter().copied()));
    let mut of: HashMap<Uuid, Vec<Row>> = HashMap::new();
    for row in reader.rows(&OBLIGATION.table, &select).await? {
        if let Some(agreement) = id_in(&row, "grant_agreement_id") {
            of.entry(agreement).or_default().push(row);
        }
    }
    Ok(of)
}

fn text(row: &Row, name: &str) -> Option<String> {
    text_in(row, name).map(str::to_owned)
}

fn id(row: &Row) -> String {
    text(row, "id").unwrap_or_default()
}

fn of_agreement(dossier: &Dossier, id: Uuid) -> AgreementFacts {
    let (row, facts) = (&dossier.row, &dossier.facts);
    let terms = dossier.terms.as_ref();
    let periods = terms.map_or(Vec::new(), |terms| plan::periods(terms, facts));
    let period = |period: plan::ReportingPeriod| ReportingPeriod {
        id: format!("period-{}", period.number),
        start: Some(period.start),
        end: Some(period.end),
    };
    AgreementFacts {
        id: id.to_string(),
        reference: text(row, "reference"),
        start: facts.start,
        end: facts.end,
        signed_on: facts.anchors.get("agreement.signed_on").copied(),
        entered_into_force_on: date_in(row, "enters_into_force_on"),
        balance_settled_on: facts.anchors.get("payment.balance_settled_on").copied(),
        own_schedule: terms.is_some_and(|terms| terms.document["reporting"]["periods"].is_array()),
        conditions: facts.known.clone(),
        periods: periods.into_iter().map(period).collect(),
        ..AgreementFacts::default()
    }
}

/// What a party is called, in each of its languages, and by its letters.
pub fn names(dossier: &Dossier, organisations: &HashMap<Uuid, Row>) -> Names {
    let of = |roles: &[PartyRole]| -> Vec<Name> {
        let in_role = roles.iter().filter_map(|role| dossier.parties.get(entity::vocab::Word::code(*role)));
        in_role.filter_map(|id| organisations.get(id)).flat_map(called).collect()
    };
    Names { authors: of(&AUTHORS), granting_authorities: of(&[PartyRole::ContractingAuthority]) }
}

fn called(row: &Row) -> Vec<Name> {
    let by_language = row.get("name").and_then(Value::as_object).into_iter().flatten();
    let name = |(language, text): (&String, &Value)| {
        Some(Name { language: Some(language.clone()), text: text.as_str()?.to_owned() })
    };
    let letters = text(row, "acronym").map(|text| Name { language: None, text });
    by_language.filter_map(name).chain(letters).collect()
}

fn project(row: &Row) -> Project {
    Project { id: id(row), code: text(row, "code"), status: text(row, "status") }
}

fn event(row: &Row) -> Event {
    let state = match row.get("state").and_then(Value::as_str) {
        Some("planned") => Some(EventState::Planned),
        Some("confirmed") => Some(EventState::Confirmed),
        Some("held") => Some(EventState::Held),
        Some("postponed") => Some(EventState::Postponed),
        Some("cancelled") => Some(EventState::Cancelled),
        _ => None,
    };
    Event {
        id: id(row),
        kind: text(row, "kind").unwrap_or_default(),
        mode: text(row, "mode").filter(|mode| mode != "unknown"),
        state,
        start: date_in(row, "starts_on"),
        end: date_in(row, "ends_on"),
        ..Event::default()
    }
}

fn publication(row: &Row) -> Publication {
    Publication {
        id: id(row),
        channel: text(row, "kind"),
        language: text(row, "language"),
        text: text(row, "text"),
        ..Publication::default()
    }
}

fn obligation(row: &Row) -> Obligation {
    Obligation {
        id: id(row),
        entry: text(row, "entry"),
        kind: text(row, "document_type").unwrap_or_default(),
        anchor_on: row.get("computed").and_then(|computed| computed["anchor_on"].as_str()?.parse().ok()),
        due_on: date_in(row, "due"),
        met_on: date_in(row, "fulfilled_on"),
        waived: false,
        superseded: row.get("superseded_on").is_some_and(|day| !day.is_null()),
    }
}

/// The ids of the agreements that pay for a project.
pub async fn agreements_of(reader: &Reader<'_>, project: Uuid) -> Result<Vec<Uuid>> {
    Ok(flat(&reader.links("agreement_project", "project_id", "grant_agreement_id", &[project]).await?))
}

/// The organisations of parties by id.
pub async fn organisations(reader: &Reader<'_>, dossier: &Dossier) -> Result<HashMap<Uuid, Row>> {
    let ids: Vec<Uuid> = dossier.parties.values().copied().collect();
    let resource: &Resource = reader.register.get("organisation")?;
    let rows = reader.rows_of(resource, &ids).await?;
    Ok(rows.into_iter().filter_map(|row| Some((id_in(&row, "id")?, row))).collect())
}
