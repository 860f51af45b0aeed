//! What a change of an agreement does: its own members, its terms, periods, obligations and findings, before the unit of
//! work and as it has them now. Not what is allowed, and nothing is written here.
use super::facts::dossiers;
use super::findings::gather::cases;
use super::findings::shown::{Finding, shown};
use super::findings::standing::bearings;
use super::findings::survey::{self, Seen};
use super::obligations::OBLIGATION;
use super::obligations::state::standing;
use super::plan;
use super::rules::model::Outcome;
use super::rules::{Finding as Found, evaluate};
use crate::agreements::AGREEMENT;
use crate::http::resource::{FieldChange, differing};
use crate::lifecycle::under;
use crate::regimes::terms::{TermOrigin, Terms};
use crate::shared::text::LocalizedText;
use crate::store::aggregate::typed_value;
use crate::store::read::{Reader, column, date_in, id_in, text_in};
use crate::store::unit::Unit;
use crate::store::view::{Scope, View};
use crate::store::{Record, Result, Row};
use crate::waivers::WAIVER;
use chrono::NaiveDate;
use entity::vocab::ObligationState;
use sea_orm::sea_query::ExprTrait;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// Findings of each kind that an effect names: the first of them.
const MOST_FINDINGS: usize = 200;

/// What becomes of an agreement.
#[derive(Serialize, ToSchema)]
pub struct AgreementEffect {
    pub grant_agreement_id: Uuid,
    /// The version that it has afterwards.
    #[schema(minimum = 1)]
    pub version: i64,
    /// Its own members, and parts.
    #[schema(max_items = 1000)]
    pub changes: Vec<FieldChange>,
    #[schema(max_items = 20000)]
    pub terms: Vec<TermChange>,
    pub periods: PeriodsChange,
    /// Those whose date or state is another one, or that are new or asked for no longer.
    #[schema(max_items = 5000)]
    pub obligations: Vec<ObligationChange>,
    pub findings: FindingsChange,
}

/// A parameter of its terms, before and after.
#[derive(Serialize, ToSchema)]
pub struct TermChange {
    #[schema(format = "line", max_length = 200, example = "reporting.obligations[final].offset")]
    pub path: String,
    /// Null where there was none.
    #[schema(required, value_type = Value)]
    pub from: Value,
    /// Null where there is none now.
    #[schema(required, value_type = Value)]
    pub to: Value,
    /// Who says so now; null where nobody does.
    #[schema(required)]
    pub origin: Option<TermOrigin>,
}

/// The reporting periods before and after; the same where they stay.
#[derive(Serialize, ToSchema)]
pub struct PeriodsChange {
    #[schema(max_items = 3600)]
    pub from: Vec<EffectPeriod>,
    #[schema(max_items = 3600)]
    pub to: Vec<EffectPeriod>,
}

/// A reporting period, both ends included.
#[derive(Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct EffectPeriod {
    pub start: NaiveDate,
    pub end: NaiveDate,
}

/// An obligation before and after.
#[derive(Serialize, ToSchema)]
pub struct ObligationChange {
    pub id: Uuid,
    #[schema(format = "line", max_length = 100, example = "final")]
    pub entry: String,
    #[schema(max_length = 40, pattern = "^(agreement|period-[0-9]+)$", example = "agreement")]
    pub subject: String,
    pub title: LocalizedText,
    /// Null where it had no date, or was not there.
    #[schema(required)]
    pub from_due: Option<NaiveDate>,
    #[schema(required)]
    pub to_due: Option<NaiveDate>,
    /// Null where it was not there.
    #[schema(required)]
    pub from_state: Option<ObligationState>,
    pub to_state: ObligationState,
}

/// Findings that appear and that go.
#[derive(Serialize, ToSchema)]
pub struct FindingsChange {
    /// What fails or lacks facts now and did not before.
    #[schema(max_items = 200)]
    pub appear: Vec<Finding>,
    /// What failed or lacked facts before and does no longer.
    #[schema(max_items = 200)]
    pub go: Vec<Finding>,
}

/// The agreement's own members and those of its parts, by the path of the part and its id.
type States = BTreeMap<(&'static str, Option<Uuid>), Record>;

async fn states(reader: &Reader<'_>, agreement: Uuid) -> Result<States> {
    let mut states = States::new();
    let row = reader.row(&AGREEMENT, agreement).await?;
    states.insert((AGREEMENT.name, None), AGREEMENT.table.record(&row));
    for part in AGREEMENT.parts {
        for record in reader.parts(part, &[agreement]).await?.remove(&agreement).unwrap_or_default() {
            states.insert((part.path, id_in(&record, "id")), record);
        }
    }
    Ok(states)
}

/// An agreement at one moment.
struct Side {
    terms: Option<Arc<Terms>>,
    periods: Vec<EffectPeriod>,
    obligations: BTreeMap<String, Row>,
    findings: BTreeMap<String, Found>,
}

/// What a unit has done to an agreement so far. What follows from it has been brought in step before.
pub async fn effect(unit: &Unit, agreement: Uuid) -> Result<AgreementEffect> {
    let now = unit.whole();
    // Twins still have what was there before this unit: it writes them when it ends.
    let earlier = View::at(Scope::Register, unit.last_position().await?);
    let before = side(&now.seeing(&earlier), agreement).await?;
    let after = side(&now, agreement).await?;
    // Ids that the caller does not see are not told.
    let seen = unit.reader();
    let seen_earlier = View::at(seen.view.scope().clone(), unit.last_position().await?);
    let states = [states(&seen.seeing(&seen_earlier), agreement).await?, states(&seen, agreement).await?];
    let row = now.row(&AGREEMENT, agreement).await?;
    let as_of = now.as_of;
    Ok(AgreementEffect {
        grant_agreement_id: agreement,
        version: row.get("version").and_then(Value::as_i64).unwrap_or(1),
        changes: changes(&states),
        terms: terms(before.terms.as_deref(), after.terms.as_deref()),
        obligations: obligations(&before, &after, as_of)?,
        findings: findings(unit, agreement, &before, &after).await?,
        periods: PeriodsChange { from: before.periods, to: after.periods },
    })
}

async fn side(reader: &Reader<'_>, agreement: Uuid) -> Result<Side> {
    let dossier = dossiers(reader, &[agreement]).await?.pop();
    let terms = dossier.as_ref().and_then(|dossier| dossier.terms.clone());
    let periods = match (&dossier, &terms) {
        (Some(dossier), Some(terms)) => plan::periods(terms, &dossier.facts),
        _ => Vec::new(),
    };
    let mut select = reader.view.select(&OBLIGATION.table);
    select.and_where(column(&OBLIGATION.table, "grant_agreement_id").eq(agreement));
    let rows = reader.rows(&OBLIGATION.table, &select).await?;
    let found = cases(reader, &[agreement]).await?;
    let found = found.iter().flat_map(|case| evaluate(&case.facts, &case.parameters, reader.as_of));
    Ok(Side {
        terms,
        periods: periods.iter().map(|one| EffectPeriod { start: one.start, end: one.end }).collect(),
        obligations: rows
            .into_iter()
            .filter_map(|row| Some((text_in(&row, "series")?.to_owned(), row)))
            .collect(),
        findings: found.map(|one| (one.about.clone(), one)).collect(),
    })
}

fn changes([before, after]: &[States; 2]) -> Vec<FieldChange> {
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
    let of = |(part, id): (&'static str, Option<Uuid>)| {
        let key = (part, id);
        differing(id.map(|_| part), id, before.get(&key), after.get(&key))
    };
    keys.into_iter().flat_map(of).collect()
}

fn terms(before: Option<&Terms>, after: Option<&Terms>) -> Vec<TermChange> {
    let all = |terms: Option<&Terms>| -> BTreeMap<String, (Value, TermOrigin)> {
        let of = terms.map_or(&[][..], |terms| terms.all.as_slice()).iter();
        of.map(|term| (term.path.clone(), (term.value.clone(), term.origin.clone()))).collect()
    };
    let (before, after) = (all(before), all(after));
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value = |side: &BTreeMap<String, (Value, TermOrigin)>, path: &String| {
        side.get(path).map_or(Value::Null, |(value, _)| value.clone())
    };
    let change = |path: &String| TermChange {
        path: path.clone(),
        from: value(&before, path),
        to: value(&after, path),
        origin: after.get(path).map(|(_, origin)| origin.clone()),
    };
    paths.into_iter().map(change).filter(|change| change.from != change.to).collect()
}

fn obligations(before: &Side, after: &Side, as_of: NaiveDate) -> Result<Vec<ObligationChange>> {
    let mut changed = Vec::new();
    for (series, row) in &after.obligations {
        let old = before.obligations.get(series);
        let change = ObligationChange {
            id: id_in(row, "id").unwrap_or_default(),
            entry: text_in(row, "entry").unwrap_or_default().to_owned(),
            subject: text_in(row, "subject").unwrap_or_default().to_owned(),
            title: typed_value(row.get("title"))?,
            from_due: old.and_then(|row| date_in(row, "due")),
            to_due: date_in(row, "due"),
            from_state: old.map(|row| standing(row, as_of).state),
            to_state: standing(row, as_of).state,
        };
        if change.from_due != change.to_due || change.from_state != Some(change.to_state) {
            changed.push(change);
        }
    }
    changed.sort_by(|one, other| (one.to_due, &one.entry).cmp(&(other.to_due, &other.entry)));
    Ok(changed)
}

async fn findings(unit: &Unit, agreement: Uuid, before: &Side, after: &Side) -> Result<FindingsChange> {
    let is_open = |one: &Found| matches!(one.result, Outcome::Fail | Outcome::InsufficientData);
    let only = |one: &Side, other: &Side| -> Vec<Found> {
        let differs = |key: &String, found: &Found| {
            is_open(found) && other.findings.get(key).is_none_or(|other| other.result != found.result)
        };
        one.findings
            .iter()
            .filter(|(key, found)| differs(key, found))
            .map(|(_, found)| found.clone())
            .collect()
    };
    let (mut appear, mut go) = (only(after, before), only(before, after));
    let reader = unit.reader();
    let seen = Seen::of_findings(&reader, appear.iter().chain(&go)).await?;
    let waived = under(&unit.whole(), &WAIVER, &[agreement]).await?.remove(&agreement).unwrap_or_default();
    let bearings = bearings(&waived, unit.intent.as_of);
    let show = |found: &mut Vec<Found>| -> Result<Vec<Finding>> {
        seen.narrow(found);
        let told = found.drain(..).take(MOST_FINDINGS).map(|finding| {
            let bearing = bearings.get(&finding.about).cloned();
            shown(&survey::Found { agreement, finding, bearing })
        });
        told.collect()
    };
    Ok(FindingsChange { appear: show(&mut appear)?, go: show(&mut go)? })
}
