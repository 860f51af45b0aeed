//! The facts that rules look at, out of the register: a fixed number of statements for however many agreements there are.
//! Texts are looked at as they come, and not kept.
use super::{changes, evidence};
use crate::agreements::changes::{AMENDMENT, SUSPENSION};
use crate::compliance::facts::{Dossier, dossiers};
use crate::compliance::plan;
use crate::compliance::rules::Parameters;
use crate::compliance::rules::facts::{
    AgreementFacts, Event, EventState, Evidence, Name, Names, Obligation, Project, Publication,
    ReportingPeriod,
};
use crate::compliance::rules::visibility::{Gaps, Item, check};
use crate::events::EVENT;
use crate::lifecycle::under;
use crate::regimes::terms::Terms;
use crate::reporting::REPORT;
use crate::store::read::{Reader, date_in, id_in, text_in};
use crate::store::{Resource, Result, Row};
use chrono::NaiveDate;
use entity::vocab::PartyRole;
use futures_util::TryStreamExt;
use sea_orm::QueryResult;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, SelectStatement};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// Agreements that are looked at together.
pub const MOST_AGREEMENTS: usize = 1000;

/// Parties that write: those who do the work.
const AUTHORS: [PartyRole; 4] =
    [PartyRole::Coordinator, PartyRole::CoBeneficiary, PartyRole::AffiliatedEntity, PartyRole::Associate];

/// An agreement with all that its rules look at.
pub struct Case {
    pub agreement: Uuid,
    pub parameters: Arc<Parameters>,
    pub facts: AgreementFacts,
}

/// The cases of at most [`MOST_AGREEMENTS`] agreements, in the order of their ids; those without a regime are left out.
pub async fn cases(reader: &Reader<'_>, agreements: &[Uuid]) -> Result<Vec<Case>> {
    let dossiers = dossiers(reader, agreements).await?;
    let parties: BTreeSet<Uuid> =
        dossiers.iter().flat_map(|dossier| dossier.parties.values().copied()).collect();
    let organisations = organisations(reader, parties).await?;
    let (mut cases, mut read) = (Vec::with_capacity(dossiers.len()), HashMap::new());
    for dossier in &dossiers {
        let (Some(agreement), Some(terms)) = (id_in(&dossier.row, "id"), &dossier.terms) else { continue };
        // Agreements that follow the same terms share them.
        let parameters = read.entry(Arc::as_ptr(terms).addr()).or_insert_with(|| Arc::new(parameters(terms)));
        let mut facts = of_agreement(dossier, terms, agreement);
        facts.names = names(dossier, &organisations);
        cases.push(Case { agreement, parameters: parameters.clone(), facts });
    }
    if !cases.is_empty() {
        Gathering::new(reader, cases.iter().map(|case| case.agreement).collect())
            .await?
            .fill(&mut cases)
            .await?;
    }
    Ok(cases)
}

/// What terms mean to the rules.
pub fn parameters(terms: &Terms) -> Parameters {
    Parameters::read(&terms.document, &terms.confirmed()).and_everywhere(&terms.document)
}

/// What hangs on some agreements, and how.
struct Gathering<'a> {
    reader: &'a Reader<'a>,
    ids: Vec<Uuid>,
    /// Places of agreements among the cases.
    places: HashMap<Uuid, usize>,
    /// The places of the agreements that pay for a project.
    paid: HashMap<Uuid, Vec<usize>>,
}

fn col(table: &'static str, name: &str) -> Expr {
    Expr::col((Alias::new(table), Alias::new(name)))
}

/// A value of a row, where it has one.
fn told<T: sea_orm::TryGetable>(row: &QueryResult, name: &str) -> Result<Option<T>> {
    Ok(row.try_get("", name)?)
}

fn key(row: &QueryResult) -> Result<(Uuid, String)> {
    let id: Uuid = row.try_get("", "id")?;
    Ok((id, id.to_string()))
}

impl<'a> Gathering<'a> {
    async fn new(reader: &'a Reader<'a>, ids: Vec<Uuid>) -> Result<Self> {
        let places: HashMap<Uuid, usize> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        let mut paid: HashMap<Uuid, Vec<usize>> = HashMap::new();
        for (agreement, projects) in
            reader.links("agreement_project", "grant_agreement_id", "project_id", &ids).await?
        {
            for project in projects {
                paid.entry(project).or_default().extend(places.get(&agreement));
            }
        }
        Ok(Self { reader, ids, places, paid })
    }

    async fn fill(&self, cases: &mut [Case]) -> Result<()> {
        let projects = self.select("project", &["id", "code", "status"], self.projects());
        for row in self.reader.query(&projects).await? {
            let (project, id) = key(&row)?;
            let one = Project { id, code: told(&row, "code")?, status: told(&row, "status")? };
            for place in self.paid.get(&project).into_iter().flatten() {
                cases[*place].facts.projects.push(one.clone());
            }
        }
        let of = self.linked("event_link", "event_id").await?;
        let events = self.select(
            "event",
            &["id", "kind", "mode", "state", "starts_on", "ends_on"],
            self.links("event_link", "event_id"),
        );
        for row in self.reader.query(&events).await? {
            let (event, id) = key(&row)?;
            let one = self::event(&row, id)?;
            for place in of.get(&event).into_iter().flatten() {
                cases[*place].facts.events.push(one.clone());
            }
        }
        self.publications(cases).await?;
        let columns = [
            "id",
            "grant_agreement_id",
            "entry",
            "document_type",
            "computed",
            "due",
            "fulfilled_on",
            "superseded_on",
            "waived_from",
            "waived_until",
        ];
        let mut owed = self.reader.view.select_columns("obligation", "id", &columns);
        owed.columns(columns[1..].iter().map(|name| (Alias::new("obligation"), Alias::new(*name))))
            .and_where(col("obligation", "grant_agreement_id").is_in(self.ids.iter().copied()));
        for row in self.reader.query(&owed).await? {
            let agreement: Uuid = row.try_get("", "grant_agreement_id")?;
            if let Some(place) = self.places.get(&agreement) {
                cases[*place].facts.obligations.push(obligation(&row, self.reader.as_of)?);
            }
        }
        self.happened(cases).await?;
        self.evidence(cases).await?;
        for case in cases {
            case.facts.projects.sort_by(|one, other| one.id.cmp(&other.id));
            case.facts.events.sort_by(|one, other| one.id.cmp(&other.id));
            case.facts.publications.sort_by(|one, other| one.id.cmp(&other.id));
            case.facts.obligations.sort_by(|one, other| one.id.cmp(&other.id));
        }
        Ok(())
    }

    /// What happened to the agreements themselves.
    async fn happened(&self, cases: &mut [Case]) -> Result<()> {
        let mut amendments = under(self.reader, &AMENDMENT, &self.ids).await?;
        let mut suspensions = under(self.reader, &SUSPENSION, &self.ids).await?;
        let mut reports = under(self.reader, &REPORT, &self.ids).await?;
        for case in cases {
            let changed = amendments.remove(&case.agreement).unwrap_or_default();
            case.facts.amendments =
                changed.iter().filter_map(|row| changes::amendment(row, case.facts.end)).collect();
            let handed_in = reports.remove(&case.agreement).unwrap_or_default();
            case.facts.reports = handed_in.iter().map(changes::report).collect();
            let rested = suspensions.remove(&case.agreement).unwrap_or_default();
            case.facts.suspensions = rested.iter().filter_map(changes::suspension).collect();
        }
        Ok(())
    }

    /// What proves events: three statements.
    async fn evidence(&self, cases: &mut [Case]) -> Result<()> {
        let events = || self.links("event_link", "event_id");
        let mut links = self.reader.view.select_columns(
            "document_link",
            "document_id",
            &["document_id", "subject_kind", "subject_id"],
        );
        links
            .and_where(col("document_link", "subject_kind").eq(EVENT.name))
            .and_where(col("document_link", "subject_id").in_subquery(events()));
        let documents = self.select("document", &["id", "kind", "dated_on"], links.clone());
        let mut papers: HashMap<Uuid, Evidence> = HashMap::new();
        for row in self.reader.query(&documents).await? {
            let kind = told(&row, "kind")?.unwrap_or_default();
            papers.insert(row.try_get("", "id")?, Evidence { kind, captured_on: told(&row, "dated_on")? });
        }
        links.column((Alias::new("document_link"), Alias::new("subject_id")));
        let mut of: HashMap<String, Vec<Evidence>> = HashMap::new();
        for row in self.reader.query(&links).await? {
            let (document, event): (Uuid, Uuid) =
                (row.try_get("", "document_id")?, row.try_get("", "subject_id")?);
            of.entry(event.to_string()).or_default().extend(papers.get(&document).cloned());
        }
        let mut told_of =
            self.reader.view.select_columns("publication_link", "event_id", &["event_id", "publication_id"]);
        told_of.distinct().and_where(col("publication_link", "event_id").in_subquery(events()));
        for row in self.reader.query(&told_of).await? {
            let event: Uuid = row.try_get("", "event_id")?;
            let published = Evidence { kind: evidence::PUBLICATION.to_owned(), captured_on: None };
            of.entry(event.to_string()).or_default().push(published);
        }
        for case in cases {
            for event in &mut case.facts.events {
                let proof = of.get(&event.id).map_or(&[][..], Vec::as_slice);
                evidence::prove(event, proof, &case.facts.reports, self.reader.as_of);
            }
        }
        Ok(())
    }

    /// Holds each text against the terms of all agreements that it belongs to.
    async fn publications(&self, cases: &mut [Case]) -> Result<()> {
        let of = self.linked("publication_link", "publication_id").await?;
        let gaps: Vec<Gaps> =
            cases.iter().map(|case| Gaps::new(&case.facts.names, case.facts.reference.as_deref())).collect();
        let publications = self.select(
            "publication",
            &["id", "kind", "language", "text"],
            self.links("publication_link", "publication_id"),
        );
        let mut rows = self.reader.stream(&publications).await?;
        while let Some(row) = rows.try_next().await? {
            let (publication, id) = key(&row)?;
            let (channel, language, text): (Option<String>, Option<String>, Option<String>) =
                (told(&row, "kind")?, told(&row, "language")?, told(&row, "text")?);
            for place in of.get(&publication).into_iter().flatten() {
                let case = &mut cases[*place];
                let item = Item {
                    channel: channel.as_deref(),
                    language: language.as_deref(),
                    text: text.as_deref(),
                    reference: case.facts.reference.as_deref(),
                    ..Item::default()
                };
                let elements = check(&case.parameters.visibility, &item, &case.facts.names, &gaps[*place]);
                case.facts.publications.push(Publication {
                    id: id.clone(),
                    channel: channel.clone(),
                    language: language.clone(),
                    text: text.as_ref().map(|_| String::new()),
                    elements: Some(elements),
                    ..Publication::default()
                });
            }
        }
        Ok(())
    }

    fn select(&self, table: &'static str, columns: &[&str], ids: SelectStatement) -> SelectStatement {
        let mut select = self.reader.view.select_columns(table, "id", columns);
        select
            .columns(columns[1..].iter().map(|name| (Alias::new(table), Alias::new(*name))))
            .and_where(col(table, "id").in_subquery(ids));
        select
    }

    /// The ids of the projects that the agreements pay for.
    fn projects(&self) -> SelectStatement {
        let mut select = self.reader.view.select_columns(
            "agreement_project",
            "project_id",
            &["project_id", "grant_agreement_id"],
        );
        select.and_where(col("agreement_project", "grant_agreement_id").is_in(self.ids.iter().copied()));
        select
    }

    /// The ids of what is linked to the agreements themselves, or to the projects that they pay for.
    fn links(&self, table: &'static str, to: &'static str) -> SelectStatement {
        let mut select =
            self.reader.view.select_columns(table, to, &[to, "grant_agreement_id", "project_id"]);
        let own = col(table, "grant_agreement_id").is_in(self.ids.iter().copied());
        select.and_where(own.or(col(table, "project_id").in_subquery(self.projects())));
        select
    }

    /// The same with the places of the agreements that each belongs to.
    async fn linked(&self, table: &'static str, to: &'static str) -> Result<HashMap<Uuid, BTreeSet<usize>>> {
        let mut select = self.links(table, to);
        select
            .columns(["grant_agreement_id", "project_id"].map(|name| (Alias::new(table), Alias::new(name))));
        let mut of: HashMap<Uuid, BTreeSet<usize>> = HashMap::new();
        for row in self.reader.query(&select).await? {
            let (agreement, project): (Option<Uuid>, Option<Uuid>) =
                (told(&row, "grant_agreement_id")?, told(&row, "project_id")?);
            let places = of.entry(row.try_get("", to)?).or_default();
            places.extend(agreement.and_then(|id| self.places.get(&id)));
            places.extend(project.and_then(|id| self.paid.get(&id)).into_iter().flatten());
        }
        Ok(of)
    }
}

fn of_agreement(dossier: &Dossier, terms: &Terms, id: Uuid) -> AgreementFacts {
    let (row, facts) = (&dossier.row, &dossier.facts);
    let period = |period: plan::ReportingPeriod| ReportingPeriod {
        id: format!("period-{}", period.number),
        start: Some(period.start),
        end: Some(period.end),
    };
    AgreementFacts {
        id: id.to_string(),
        reference: text_in(row, "reference").map(str::to_owned),
        start: facts.start,
        end: facts.end,
        signed_on: facts.anchors.get("agreement.signed_on").copied(),
        entered_into_force_on: date_in(row, "enters_into_force_on"),
        balance_settled_on: facts.anchors.get("payment.balance_settled_on").copied(),
        own_schedule: terms.document["reporting"]["periods"].is_array(),
        conditions: facts.known.clone(),
        periods: plan::periods(terms, facts).into_iter().map(period).collect(),
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
    let letters = text_in(row, "acronym").map(|text| Name { language: None, text: text.to_owned() });
    by_language.filter_map(name).chain(letters).collect()
}

/// Organisations by id.
pub async fn organisations(
    reader: &Reader<'_>,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Row>> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let resource: &Resource = reader.register.get("organisation")?;
    let rows = reader.rows_of(resource, &ids).await?;
    Ok(rows.into_iter().filter_map(|row| Some((id_in(&row, "id")?, row))).collect())
}

fn event(row: &QueryResult, id: String) -> Result<Event> {
    let state: Option<String> = told(row, "state")?;
    let state = match state.as_deref() {
        Some("planned") => Some(EventState::Planned),
        Some("confirmed") => Some(EventState::Confirmed),
        Some("held") => Some(EventState::Held),
        Some("postponed") => Some(EventState::Postponed),
        Some("cancelled") => Some(EventState::Cancelled),
        _ => None,
    };
    let mode: Option<String> = told(row, "mode")?;
    Ok(Event {
        id,
        kind: told(row, "kind")?.unwrap_or_default(),
        mode: mode.filter(|mode| mode != "unknown"),
        state,
        start: told(row, "starts_on")?,
        end: told(row, "ends_on")?,
        ..Event::default()
    })
}

fn obligation(row: &QueryResult, as_of: NaiveDate) -> Result<Obligation> {
    let (_, id) = key(row)?;
    let (from, until): (Option<NaiveDate>, Option<NaiveDate>) =
        (told(row, "waived_from")?, told(row, "waived_until")?);
    let computed: Value = row.try_get("", "computed")?;
    let superseded: Option<NaiveDate> = told(row, "superseded_on")?;
    Ok(Obligation {
        id,
        entry: told(row, "entry")?,
        kind: told(row, "document_type")?.unwrap_or_default(),
        anchor_on: computed["anchor_on"].as_str().and_then(|day| day.parse().ok()),
        due_on: told(row, "due")?,
        met_on: told(row, "fulfilled_on")?,
        waived: from.is_some_and(|from| from <= as_of) && until.is_none_or(|until| until >= as_of),
        superseded: superseded.is_some(),
    })
}
