//! What is known of agreements that due dates hang on, out of the register: a fixed number of statements for however many
//! there are.
use super::plan::Facts;
use super::terms::terms_of;
use crate::agreements::changes::TERMINATION;
use crate::agreements::{AGREEMENT, effective};
use crate::lifecycle::under;
use crate::regimes::terms::Terms;
use crate::store::aggregate::STATUS_CHANGES;
use crate::store::read::{Reader, column, date_in, id_in, text_in};
use crate::store::{Record, Result, Row};
use chrono::NaiveDate;
use entity::vocab::{AgreementStatus, PartyRole, TerminationStatus, Word};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// An agreement as far as what is owed under it goes.
pub struct Dossier {
    pub row: Row,
    /// None where it follows no regime.
    pub terms: Option<Arc<Terms>>,
    pub facts: Facts,
    /// The party in each role.
    pub parties: HashMap<String, Uuid>,
}

/// The dossiers of agreements, in the order of their ids.
pub async fn dossiers(reader: &Reader<'_>, ids: &[Uuid]) -> Result<Vec<Dossier>> {
    let mut rows = reader.rows_of(&AGREEMENT, ids).await?;
    rows.sort_by_key(|row| id_in(row, "id"));
    let mut terms = terms_of(reader, &rows).await?;
    let ids: Vec<Uuid> = terms.keys().copied().collect();
    let mut parties = reader.parts(AGREEMENT.part("parties")?, &ids).await?;
    let countries = action_countries(reader, &ids).await?;
    let settled = settled(reader, &rows).await?;
    let ended = ended(reader, &ids).await?;
    let homes = homes(reader, &rows, &parties).await?;
    let one = |row: Row| {
        let id = id_in(&row, "id").unwrap_or_default();
        let terms = terms.remove(&id);
        let held = parties.remove(&id).unwrap_or_default();
        let mut by_role = HashMap::new();
        for party in &held {
            if let (Some(role), Some(id)) = (text_in(party, "role"), id_in(party, "organisation_id")) {
                by_role.entry(role.to_owned()).or_insert(id);
            }
        }
        if let Some(grantor) = id_in(&row, "funder_id").and_then(|funder| homes.grantors.get(&funder)) {
            by_role.entry(PartyRole::ContractingAuthority.code().to_owned()).or_insert(*grantor);
        }
        let facts =
            facts(&row, &held, terms.as_deref(), countries.get(&id), settled.get(&id).copied(), &homes);
        // Whatever runs from the end runs from the day of its termination (rules.md 1.5).
        let facts = match ended.get(&id) {
            Some(day) => Facts { end: facts.end.map(|end| Ord::min(end, *day)), ..facts },
            None => facts,
        };
        Dossier { row, terms, facts, parties: by_role }
    };
    Ok(rows.into_iter().map(one).collect())
}

fn facts(
    row: &Row,
    parties: &[Record],
    terms: Option<&Terms>,
    countries: Option<&HashSet<String>>,
    settled: Option<NaiveDate>,
    homes: &Homes,
) -> Facts {
    let period = effective(&AGREEMENT.table.record(row)).resolve();
    let mut facts = Facts { start: period.start, end: period.end, ..Facts::default() };
    let mut anchor = |name, day: Option<NaiveDate>| facts.anchors.extend(day.map(|day| (name, day)));
    anchor("agreement.entry_into_force", date_in(row, "enters_into_force_on"));
    let in_role =
        |role: PartyRole| parties.iter().filter(move |party| text_in(party, "role") == Some(role.code()));
    // It is signed once all have signed.
    let signed: Option<Vec<NaiveDate>> = parties.iter().map(|party| date_in(party, "signed_on")).collect();
    anchor("agreement.signed_on", signed.and_then(|days| days.into_iter().max()));
    anchor("payment.balance_settled_on", settled);

    let known = &mut facts.known;
    if let Some(form) = text_in(row, "form") {
        known.insert("agreement.form_of_grant".into(), json!(form));
    }
    if let Some(coordinator) = in_role(PartyRole::Coordinator).next() {
        known.insert("party.role".into(), json!(PartyRole::Coordinator.code()));
        let home = id_in(coordinator, "organisation_id").and_then(|id| homes.countries.get(&id));
        if let (Some(home), Some(countries)) = (home, countries.filter(|countries| !countries.is_empty())) {
            known.insert("coordinator.hq_in_country_of_action".into(), json!(countries.contains(home)));
        }
    }
    let beneficiaries = in_role(PartyRole::Coordinator).chain(in_role(PartyRole::CoBeneficiary)).count();
    if beneficiaries > 0 {
        known.insert("beneficiaries.count".into(), json!(beneficiaries));
    }
    let months = terms.and_then(|terms| terms.document["reporting"]["period_months"].as_u64());
    let frequency = match months {
        Some(3) => Some("quarterly"),
        Some(6) => Some("semi_annual"),
        Some(12) => Some("annual"),
        _ => None,
    };
    known.extend(frequency.map(|frequency| ("reporting.frequency".to_owned(), json!(frequency))));
    facts
}

/// The countries of the projects that agreements pay for. One statement.
async fn action_countries(
    reader: &Reader<'_>,
    agreements: &[Uuid],
) -> Result<HashMap<Uuid, HashSet<String>>> {
    let mut of: HashMap<Uuid, HashSet<String>> = HashMap::new();
    if agreements.is_empty() {
        return Ok(of);
    }
    let link = |name: &str| (Alias::new("agreement_project"), Alias::new(name));
    let mut select = reader.view.select_columns(
        "agreement_project",
        "grant_agreement_id",
        &["grant_agreement_id", "project_id"],
    );
    let projects = reader.view.select_columns("project", "id", &["id", "countries"]);
    let (project, countries) = (Alias::new("project"), Alias::new("countries"));
    let mut projects = projects;
    projects.column((project.clone(), countries.clone()));
    let joined = Alias::new("of_action");
    select
        .column((joined.clone(), countries))
        .join_subquery(
            sea_orm::sea_query::JoinType::InnerJoin,
            projects,
            joined.clone(),
            Expr::col((joined, Alias::new("id"))).equals(link("project_id")),
        )
        .and_where(Expr::col(link("grant_agreement_id")).is_in(agreements.iter().copied()));
    for row in reader.query(&select).await? {
        let countries: Value = row.try_get("", "countries")?;
        let codes = countries
            .as_array()
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .filter_map(|one| one["country"].as_str());
        of.entry(row.try_get("", "grant_agreement_id")?).or_default().extend(codes.map(str::to_owned));
    }
    Ok(of)
}

/// The day on which terminations of agreements take effect. One statement.
async fn ended(reader: &Reader<'_>, agreements: &[Uuid]) -> Result<HashMap<Uuid, NaiveDate>> {
    let mut found = HashMap::new();
    for (agreement, terminations) in under(reader, &TERMINATION, agreements).await? {
        let in_effect = terminations
            .iter()
            .filter(|row| text_in(row, "status") == Some(TerminationStatus::InEffect.code()));
        found.extend(
            in_effect.filter_map(|row| date_in(row, "effective_on")).min().map(|day| (agreement, day)),
        );
    }
    Ok(found)
}

/// The day since which the balance is settled, of agreements whose life has come that far. At most one statement.
async fn settled(reader: &Reader<'_>, rows: &[Row]) -> Result<HashMap<Uuid, NaiveDate>> {
    let after = [AgreementStatus::BalanceSettled, AgreementStatus::Archived].map(|status| status.code());
    let is_after = |row: &&Row| text_in(row, "status").is_some_and(|status| after.contains(&status));
    let ids: Vec<Uuid> = rows.iter().filter(is_after).filter_map(|row| id_in(row, "id")).collect();
    let mut found = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let mut select = reader.view.select(&STATUS_CHANGES);
    select
        .and_where(column(&STATUS_CHANGES, "grant_agreement_id").is_in(ids))
        .and_where(column(&STATUS_CHANGES, "to_status").eq(after[0]))
        .order_by(STATUS_CHANGES.column("id"), Order::Asc);
    for step in reader.rows(&STATUS_CHANGES, &select).await? {
        let of = (id_in(&step, "grant_agreement_id"), date_in(&step, "effective_on"));
        if let (Some(agreement), Some(day)) = of {
            found.insert(agreement, day);
        }
    }
    Ok(found)
}

/// Where coordinators are at home, and which organisations grantors are.
struct Homes {
    countries: HashMap<Uuid, String>,
    grantors: HashMap<Uuid, Uuid>,
}

/// Two statements.
async fn homes(reader: &Reader<'_>, rows: &[Row], parties: &HashMap<Uuid, Vec<Record>>) -> Result<Homes> {
    let coordinators = parties
        .values()
        .flatten()
        .filter(|party| text_in(party, "role") == Some(PartyRole::Coordinator.code()));
    let coordinators: Vec<Uuid> = coordinators.filter_map(|party| id_in(party, "organisation_id")).collect();
    let organisations = reader.rows_of(reader.register.get("organisation")?, &coordinators).await?;
    let country = |row: &Row| Some((id_in(row, "id")?, text_in(row, "country")?.to_owned()));
    let funders: Vec<Uuid> = rows.iter().filter_map(|row| id_in(row, "funder_id")).collect();
    let funders = reader.rows_of(reader.register.get("funder")?, &funders).await?;
    let organisation = |row: &Row| Some((id_in(row, "id")?, id_in(row, "organisation_id")?));
    Ok(Homes {
        countries: organisations.iter().filter_map(country).collect(),
        grantors: funders.iter().filter_map(organisation).collect(),
    })
}
