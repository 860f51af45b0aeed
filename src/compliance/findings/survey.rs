//! Findings of any number of agreements: worked out a thousand agreements at a time, in the order of agreements and keys; of
//! all only a page is kept, and what is counted.
use super::gather::{Case, MOST_AGREEMENTS, cases};
use super::standing::{Bearing, Standing, bearings};
use crate::agreements::AGREEMENT;
use crate::compliance::rules::facts::resource;
use crate::compliance::rules::model::Outcome;
use crate::compliance::rules::{Finding, evaluate};
use crate::lifecycle::under;
use crate::projects::PROJECT;
use crate::store::Result;
use crate::store::listing::{Filter, matching};
use crate::store::read::{Reader, column};
use crate::store::view::Scope;
use crate::waivers::WAIVER;
use entity::vocab::{Severity, Word};
use sea_orm::sea_query::{Alias, ExprTrait, Order};
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// Agreements that are looked at together where no more than a page is wanted.
const A_PAGE: usize = 50;

/// What a finding can be told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Facet {
    Result,
    Severity,
    Rule,
    Standing,
}

impl Facet {
    pub const ALL: [Self; 4] = [Self::Result, Self::Severity, Self::Rule, Self::Standing];

    pub fn code(self) -> &'static str {
        match self {
            Self::Result => "result",
            Self::Severity => "severity",
            Self::Rule => "rule",
            Self::Standing => "standing",
        }
    }

    pub fn of(self, found: &Found) -> &'static str {
        match self {
            Self::Result => found.finding.result.code(),
            Self::Severity => found.finding.severity.code(),
            Self::Rule => found.finding.rule,
            Self::Standing => found.standing().code(),
        }
    }

    /// All that it can be.
    pub fn words(self) -> Vec<&'static str> {
        match self {
            Self::Result => Outcome::ALL.map(Outcome::code).to_vec(),
            Self::Severity => Severity::LIST.terms.iter().map(|term| term.code).collect(),
            Self::Standing => Standing::ALL.map(Standing::code).to_vec(),
            Self::Rule => {
                let known = crate::compliance::rules::catalogue::CATALOGUE;
                known.iter().filter(|entry| entry.implemented).map(|entry| entry.id).collect()
            }
        }
    }
}

/// Which findings are wanted.
#[derive(Default)]
pub struct Asked {
    /// Of which agreements.
    pub filters: Vec<Filter<'static>>,
    /// About this project, of all those that the agreements pay for.
    pub project: Option<Uuid>,
    /// With these words.
    pub words: Vec<(Facet, Vec<String>)>,
    /// Beyond this agreement and key.
    pub after: Option<(Uuid, String)>,
    /// No more than so many; all where it is none.
    pub limit: Option<u64>,
    pub total: bool,
    pub facets: Vec<Facet>,
}

/// A finding with what was decided about it.
pub struct Found {
    /// The agreement whose terms ask for it.
    pub agreement: Uuid,
    pub finding: Finding,
    pub bearing: Option<Bearing>,
}

impl Found {
    fn standing(&self) -> Standing {
        self.bearing.as_ref().map_or(Standing::Open, |bearing| bearing.standing)
    }
}

/// What was found.
#[derive(Default)]
pub struct Survey {
    pub found: Vec<Found>,
    /// Whether there are more beyond them.
    pub more: bool,
    pub total: u64,
    pub counts: BTreeMap<Facet, BTreeMap<&'static str, u64>>,
}

impl Asked {
    /// Whether all that there are must be looked at, beyond the page.
    fn counts(&self) -> bool {
        self.total || !self.facets.is_empty()
    }

    fn wants(&self, found: &Found) -> bool {
        let subject = &found.finding.subject;
        let of_project =
            self.project.is_none_or(|id| subject.resource != PROJECT.name || subject.id == id.to_string());
        of_project && self.words.iter().all(|(facet, words)| words.iter().any(|word| word == facet.of(found)))
    }
}

/// Works it out as `reader` sees it on its day.
pub async fn survey(reader: &Reader<'_>, asked: &Asked) -> Result<Survey> {
    let mut survey = Survey::default();
    let together = if asked.counts() || asked.limit.is_none() { MOST_AGREEMENTS } else { A_PAGE };
    let mut from = asked.after.as_ref().filter(|_| !asked.counts()).map(|(agreement, _)| (*agreement, true));
    // Rules must not judge by what a caller happens to see; what it does not see is left out afterwards.
    let whole = reader.view.whole();
    loop {
        let agreements = agreements(reader, asked, from, together).await?;
        let cases = cases(&reader.seeing(&whole), &agreements).await?;
        let seen = Seen::of(reader, &cases).await?;
        let mut waivers = under(reader, &WAIVER, &agreements).await?;
        for case in cases {
            let mut found = evaluate(&case.facts, &case.parameters, reader.as_of);
            seen.narrow(&mut found);
            let waived = waivers.remove(&case.agreement).unwrap_or_default();
            let mut bearings = bearings(&waived, reader.as_of);
            let found = found.into_iter().map(|finding| {
                let bearing = bearings.remove(&finding.about);
                Found { agreement: case.agreement, finding, bearing }
            });
            survey.add(asked, &case, found.collect());
            if survey.more && !asked.counts() {
                return Ok(survey);
            }
            // A long computation leaves room for other requests.
            tokio::task::yield_now().await;
        }
        match agreements.last() {
            Some(last) if agreements.len() == together => from = Some((*last, false)),
            _ => return Ok(survey),
        }
    }
}

/// The agreements with terms that are asked for, from one on or beyond it, in the order of their ids.
async fn agreements(
    reader: &Reader<'_>,
    asked: &Asked,
    from: Option<(Uuid, bool)>,
    most: usize,
) -> Result<Vec<Uuid>> {
    let id = || column(&AGREEMENT.table, "id");
    let mut columns: Vec<&str> = AGREEMENT.table.columns().iter().map(|column| column.name).collect();
    columns.sort_unstable();
    let mut select = reader.view.select_columns(AGREEMENT.table.name, "id", &columns);
    select
        .cond_where(matching(reader, &AGREEMENT, &asked.filters)?)
        .and_where(column(&AGREEMENT.table, "regime_id").is_not_null())
        .order_by((Alias::new(AGREEMENT.table.name), Alias::new("id")), Order::Asc)
        .limit(most as u64);
    match from {
        Some((agreement, true)) => select.and_where(id().gte(agreement)),
        Some((agreement, false)) => select.and_where(id().gt(agreement)),
        None => &mut select,
    };
    let rows = reader.query(&select).await?;
    Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<std::result::Result<_, _>>()?)
}

impl Survey {
    fn add(&mut self, asked: &Asked, case: &Case, mut found: Vec<Found>) {
        found.retain(|one| asked.wants(one));
        found.sort_by(|one, other| one.finding.about.cmp(&other.finding.about));
        self.total += found.len() as u64;
        for facet in &asked.facets {
            let counts = self.counts.entry(*facet).or_default();
            for one in &found {
                *counts.entry(facet.of(one)).or_default() += 1;
            }
        }
        let beyond = |one: &Found| {
            asked.after.as_ref().is_none_or(|(agreement, key)| {
                (case.agreement, one.finding.about.as_str()) > (*agreement, key.as_str())
            })
        };
        for one in found.into_iter().filter(beyond) {
            if asked.limit.is_some_and(|limit| self.found.len() as u64 >= limit) {
                self.more = true;
                return;
            }
            self.found.push(one);
        }
    }
}

/// Which of the records that rules look at the caller sees; none where it sees all.
pub struct Seen(Option<HashSet<String>>);

/// What has no address of its own belongs to its agreement.
const JUDGED: [&str; 4] = [resource::PROJECT, resource::EVENT, resource::PUBLICATION, resource::OBLIGATION];

impl Seen {
    /// A few statements for however many records.
    async fn of(reader: &Reader<'_>, cases: &[Case]) -> Result<Self> {
        Self::among(reader, |name| cases.iter().flat_map(|case| case.facts.named(name)).collect()).await
    }

    /// The same of what findings name.
    pub async fn of_findings<'a>(
        reader: &Reader<'_>,
        found: impl Iterator<Item = &'a Finding>,
    ) -> Result<Self> {
        let places = |one: &'a Finding| {
            let inputs =
                one.inputs.iter().chain(&one.missing).map(|input| (input.resource, input.id.as_str()));
            inputs.chain([(one.subject.resource, one.subject.id.as_str())])
        };
        let places: Vec<(&str, &str)> = found.flat_map(places).collect();
        let of = |name: &str| places.iter().filter(|(of, _)| *of == name).map(|(_, id)| *id).collect();
        Self::among(reader, of).await
    }

    async fn among<'a>(reader: &Reader<'_>, of: impl Fn(&str) -> Vec<&'a str>) -> Result<Self> {
        if matches!(reader.view.scope(), Scope::Register) {
            return Ok(Self(None));
        }
        let mut seen = HashSet::new();
        for name in JUDGED {
            let named: HashSet<Uuid> = of(name).into_iter().filter_map(|id| id.parse().ok()).collect();
            let named: Vec<Uuid> = named.into_iter().collect();
            let found = reader.among(reader.register.get(name)?, &named).await?;
            seen.extend(found.into_iter().map(|id| id.to_string()));
        }
        Ok(Self(Some(seen)))
    }

    fn sees(&self, name: &str, id: &str) -> bool {
        self.0.as_ref().is_none_or(|seen| !JUDGED.contains(&name) || seen.contains(id))
    }

    /// Leaves out what is about records that the caller does not see, and takes them out of the rest.
    pub fn narrow(&self, found: &mut Vec<Finding>) {
        found.retain(|one| self.sees(one.subject.resource, &one.subject.id));
        for one in found {
            one.inputs.retain(|input| self.sees(input.resource, &input.id));
            one.missing.retain(|input| self.sees(input.resource, &input.id));
        }
    }
}
