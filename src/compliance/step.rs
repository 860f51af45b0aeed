//! Keeping obligations in step with whatever they hang on, in the transaction that changes it. What they should be is
//! decided by `plan`; here that is compared with what is stored, and the difference is written.
use super::facts::{Dossier, dossiers};
use super::obligations::{FULFILMENT, OBLIGATION, PLAN};
use super::plan::{Planned, plan};
use super::sound;
use super::titles::title;
use crate::clock::new_id;
use crate::reporting::REPORT;
use crate::shared::search::search_text;
use crate::store::aggregate::typed_value;
use crate::store::read::{Reader, column, date_in, id_in, text_in};
use crate::store::unit::{Touched, Unit};
use crate::store::{Error, Result, Row};
use crate::waivers::WAIVER;
use chrono::NaiveDate;
use entity::vocab::{AgreementStatus, PartyRole, ReportStatus, WaiverStatus, Word};
use futures_util::future::BoxFuture;
use sea_orm::sea_query::{Alias, Cond, Expr, ExprTrait, LockType, Order};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Obligations of one agreement: more than monthly reports over the longest term make.
const MOST_OBLIGATIONS: usize = 2000;

/// The projection: plans anew what hangs on what was touched, and tells which duties are fulfilled.
pub fn keep_in_step(unit: &mut Unit) -> BoxFuture<'_, Result<()>> {
    Box::pin(async move {
        sound::programmes(unit).await?;
        sound::waivers(unit)?;
        let mut agreements = fulfil(unit).await?;
        waive(unit).await?;
        agreements.extend(concerned(unit).await?);
        agreements.sort_unstable();
        agreements.dedup();
        if agreements.is_empty() { Ok(()) } else { replan(unit, &agreements).await }
    })
}

/// The agreements whose obligations hang on what was touched, locked in the order of their ids.
async fn concerned(unit: &Unit) -> Result<Vec<Uuid>> {
    let of = |name: &str, new: bool| -> Vec<Uuid> {
        let counts = |touched: &&Touched| {
            touched.resource.name == name
                && touched.action != "deleted"
                && (new || touched.action != "created")
        };
        unit.touched().iter().filter(counts).map(|touched| touched.id).collect()
    };
    let agreements = of("grant_agreement", true);
    // Nothing hangs on what is new yet.
    let named =
        [("id", agreements), ("programme_id", of("programme", false)), ("funder_id", of("funder", false))];
    let linked = [
        ("agreement_project", "project_id", of("project", false)),
        ("agreement_party", "organisation_id", of("organisation", false)),
        ("termination", "id", of("termination", true)),
    ];
    if named.iter().all(|(_, ids)| ids.is_empty()) && linked.iter().all(|(.., ids)| ids.is_empty()) {
        return Ok(Vec::new());
    }
    let reader = unit.whole();
    let own = |name: &str| Expr::col((Alias::new("grant_agreement"), Alias::new(name)));
    let mut any = Cond::any();
    for (table, by, ids) in linked {
        if !ids.is_empty() {
            let columns = ["grant_agreement_id", by];
            let mut select = reader.view.select_columns(table, "grant_agreement_id", &columns);
            select.and_where(Expr::col((Alias::new(table), Alias::new(by))).is_in(ids));
            any = any.add(own("id").in_subquery(select));
        }
    }
    for (name, ids) in named {
        if !ids.is_empty() {
            any = any.add(own(name).is_in(ids));
        }
    }
    let mut select =
        reader.view.select_columns("grant_agreement", "id", &["id", "programme_id", "funder_id"]);
    select
        .cond_where(any)
        .order_by((Alias::new("grant_agreement"), Alias::new("id")), Order::Asc)
        .lock(LockType::NoKeyUpdate);
    let rows = reader.query(&select).await?;
    Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<std::result::Result<_, _>>()?)
}

async fn replan(unit: &mut Unit, agreements: &[Uuid]) -> Result<()> {
    let dossiers = dossiers(&unit.whole(), agreements).await?;
    sound::agreements(unit, &dossiers)?;
    let mut stored = stored(&unit.whole(), agreements).await?;
    let (mut roots, mut plans) = (Vec::new(), Vec::new());
    for dossier in &dossiers {
        let id = id_in(&dossier.row, "id").unwrap_or_default();
        let version = dossier.row.get("version").and_then(Value::as_i64).unwrap_or(1);
        let lapsed =
            dossier.row.get("status").and_then(Value::as_str) == Some(AgreementStatus::Lapsed.code());
        let planned = match &dossier.terms {
            Some(terms) if !lapsed => plan(terms, &dossier.facts, version),
            _ => Vec::new(),
        };
        if planned.len() > MOST_OBLIGATIONS {
            let params = json!({"count": planned.len(), "max": MOST_OBLIGATIONS});
            return Err(Error::invalid("", "too_many_obligations", params));
        }
        let mut before = stored.remove(&id).unwrap_or_default();
        for one in planned {
            let series = format!("{id}/{}/{}/{}", one.kind.code(), one.entry, one.subject);
            let old = before.remove(&series);
            let step = Step { unit, dossier, series };
            let Some(row) = step.row(&one, old.as_ref())? else { continue };
            if old.is_none_or(|old| old.get("due") != row.get("due") || period(&old) != period(&row)) {
                plans.push(step.plan(&row));
            }
            roots.push(row);
        }
        // What is fulfilled stays so, whatever becomes of the terms.
        let gone = |row: &Row| is_null(row, "superseded_on") && is_null(row, "fulfilled_on");
        for mut row in before.into_values().filter(gone) {
            row.insert("superseded_on".into(), json!(unit.intent.as_of));
            roots.push(row);
        }
    }
    if !roots.is_empty() {
        roots.sort_by(|one, other| text_in(one, "series").cmp(&text_in(other, "series")));
        unit.put_roots(&OBLIGATION, roots).await?;
    }
    if !plans.is_empty() {
        unit.put_parts(&OBLIGATION, &PLAN, plans).await?;
    }
    Ok(())
}

/// The obligations of agreements by their series, locked until the transaction ends.
async fn stored(reader: &Reader<'_>, agreements: &[Uuid]) -> Result<HashMap<Uuid, HashMap<String, Row>>> {
    let mut select = reader.view.select_to_write(&OBLIGATION.table);
    select
        .and_where(column(&OBLIGATION.table, "grant_agreement_id").is_in(agreements.iter().copied()))
        .order_by(OBLIGATION.table.column("id"), Order::Asc)
        .lock(LockType::NoKeyUpdate);
    let mut of: HashMap<Uuid, HashMap<String, Row>> = HashMap::new();
    for row in reader.rows(&OBLIGATION.table, &select).await? {
        if let (Some(agreement), Some(series)) = (id_in(&row, "grant_agreement_id"), text_in(&row, "series"))
        {
            of.entry(agreement).or_default().insert(series.to_owned(), row);
        }
    }
    Ok(of)
}

fn is_null(row: &Row, name: &str) -> bool {
    row.get(name).is_none_or(Value::is_null)
}

fn period(row: &Row) -> [Option<&str>; 2] {
    [text_in(row, "period_start"), text_in(row, "period_end")]
}

/// One obligation on its way from the plan to the table.
struct Step<'a> {
    unit: &'a Unit,
    dossier: &'a Dossier,
    series: String,
}

impl Step<'_> {
    /// Its row; none where what is stored says the same, or is fulfilled: that never moves.
    fn row(&self, planned: &Planned, old: Option<&Row>) -> Result<Option<Row>> {
        if old.is_some_and(|old| !is_null(old, "fulfilled_on")) {
            return Ok(None);
        }
        let agreement = &self.dossier.row;
        let party = |role: &Option<String>, usual: PartyRole| {
            self.dossier.parties.get(role.as_deref().unwrap_or(usual.code())).copied()
        };
        let original = old.and_then(|old| text_in(old, "original_due")).map(str::to_owned);
        let due = planned.due_on.map(|due| due.to_string());
        let period = planned.period;
        let facts = json!({
            "grant_agreement_id": agreement.get("id"),
            "funder_id": agreement.get("funder_id"),
            "kind": planned.kind,
            "entry": planned.entry,
            "subject": planned.subject,
            "series": self.series,
            "document_type": planned.document_type,
            "title": title(planned),
            "bundle": planned.bundle,
            "period_start": period.map(|period| period.start),
            "period_end": period.map(|period| period.end),
            "period_duration_months": null,
            "original_due": original.or_else(|| due.clone()),
            "due": due,
            "due_month": due.as_deref().and_then(|due| due.get(..7)),
            "fulfilled_on": null,
            "superseded_on": null,
            "by_role": planned.by_role.as_deref().unwrap_or(PartyRole::Coordinator.code()),
            "to_role": planned.to_role.as_deref().unwrap_or(PartyRole::ContractingAuthority.code()),
            "responsible_organisation_id": party(&planned.by_role, PartyRole::Coordinator),
            "recipient_organisation_id": party(&planned.to_role, PartyRole::ContractingAuthority),
            "severity": planned.severity,
            "confidence": planned.confidence,
            "computed": planned.computed,
        });
        let mut facts: Row = typed_value(Some(&facts))?;
        let mut search = search_text(&facts, &["title"]);
        search.push_str(&format!(" |{}|", text_in(agreement, "reference_key").unwrap_or_default()));
        facts.insert("search_text".into(), json!(search));
        let Some(old) = old else {
            let mut row = Row::new();
            row.insert("id".into(), json!(new_id(self.unit.intent.now)));
            row.append(&mut facts);
            return Ok(Some(row));
        };
        // That the agreement's record has another version alone changes nothing.
        let said = |name: &str, value: &Value| match name {
            "computed" => {
                let mut value = value.clone();
                value["agreement_version"] = Value::Null;
                value
            }
            _ => value.clone(),
        };
        let same = |(name, value): (&String, &Value)| {
            old.get(name).is_some_and(|old| said(name, old) == said(name, value))
        };
        if facts.iter().all(same) {
            return Ok(None);
        }
        let mut row = old.clone();
        for (name, value) in facts {
            row.insert(name, value);
        }
        Ok(Some(row))
    }

    /// The plan that a row follows from now on.
    fn plan(&self, row: &Row) -> Row {
        let mut plan = Row::new();
        plan.insert("id".into(), json!(new_id(self.unit.intent.now)));
        plan.insert("obligation_id".into(), row.get("id").cloned().unwrap_or_default());
        for name in ["due", "period_start", "period_end", "period_duration_months", "computed"] {
            plan.insert(name.into(), row.get(name).cloned().unwrap_or_default());
        }
        plan.insert("planned_at".into(), json!(self.unit.intent.now));
        plan
    }
}

/// The duties of reports that were touched, locked in the order of their ids.
async fn reported(unit: &Unit) -> Result<Vec<Uuid>> {
    let touched = unit.touched().iter().filter(|touched| touched.resource.name == REPORT.name);
    let reports: Vec<Uuid> = touched.map(|touched| touched.id).collect();
    if reports.is_empty() {
        return Ok(Vec::new());
    }
    let reader = unit.whole();
    let links = reader.links("report", "id", "obligation_id", &reports).await?;
    let ids: BTreeSet<Uuid> = links.into_values().flatten().collect();
    for id in &ids {
        reader.row_to_change(&OBLIGATION, *id).await?;
    }
    Ok(ids.into_iter().collect())
}

/// The day on which a report that fulfils a duty was first submitted, unless the donor rejected it.
async fn submitted(reader: &Reader<'_>, duties: &[Uuid]) -> Result<HashMap<Uuid, NaiveDate>> {
    let mut select = reader.view.select(&REPORT.table);
    select
        .and_where(column(&REPORT.table, "obligation_id").is_in(duties.iter().copied()))
        .and_where(column(&REPORT.table, "submitted_on").is_not_null());
    let mut first: HashMap<Uuid, NaiveDate> = HashMap::new();
    for row in reader.rows(&REPORT.table, &select).await? {
        let rejected = text_in(&row, "status") == Some(ReportStatus::Rejected.code());
        if let (Some(duty), Some(day), false) =
            (id_in(&row, "obligation_id"), date_in(&row, "submitted_on"), rejected)
        {
            first.entry(duty).and_modify(|first| *first = Ord::min(*first, day)).or_insert(day);
        }
    }
    Ok(first)
}

/// Tells of the duties whose waivers took a step how long they are waived. Of several with days between them that none covers,
/// the last counts.
async fn waive(unit: &mut Unit) -> Result<()> {
    let touched = unit.touched().iter().filter(|touched| touched.resource.name == WAIVER.name);
    // One that was only asked for, or written anew, is not in force.
    let touched = touched.filter(|touched| touched.action == "transitioned");
    let waivers: Vec<Uuid> = touched.map(|touched| touched.id).collect();
    if waivers.is_empty() {
        return Ok(());
    }
    let links = unit.whole().links("waiver", "id", "obligation_id", &waivers).await?;
    let duties: Vec<Uuid> = links.into_values().flatten().collect::<BTreeSet<_>>().into_iter().collect();
    if duties.is_empty() {
        return Ok(());
    }
    for id in &duties {
        unit.whole().row_to_change(&OBLIGATION, *id).await?;
    }
    let mut select = unit.whole().view.select(&WAIVER.table);
    select
        .and_where(column(&WAIVER.table, "obligation_id").is_in(duties.iter().copied()))
        .and_where(column(&WAIVER.table, "status").eq(WaiverStatus::InForce.code()));
    let in_force = unit.whole().rows(&WAIVER.table, &select).await?;
    let mut rows = Vec::new();
    for mut row in unit.whole().rows_of(&OBLIGATION, &duties).await? {
        let of_this = in_force.iter().filter(|waiver| id_in(waiver, "obligation_id") == id_in(&row, "id"));
        let spans =
            of_this.filter_map(|waiver| Some((date_in(waiver, "status_since")?, date_in(waiver, "until"))));
        let last = last_span(spans.collect());
        let (from, until) = (json!(last.map(|span| span.0)), json!(last.and_then(|span| span.1)));
        if row.get("waived_from") != Some(&from) || row.get("waived_until") != Some(&until) {
            row.insert("waived_from".into(), from);
            row.insert("waived_until".into(), until);
            rows.push(row);
        }
    }
    if rows.is_empty() { Ok(()) } else { unit.put_roots(&OBLIGATION, rows).await }
}

/// From the first day to the last, which some have not, of the last of some spans and those that it goes on from.
fn last_span(mut spans: Vec<(NaiveDate, Option<NaiveDate>)>) -> Option<(NaiveDate, Option<NaiveDate>)> {
    // One that ends before it begins is of no day.
    spans.retain(|(from, until)| until.is_none_or(|until| until >= *from));
    spans.sort_unstable();
    spans.into_iter().reduce(|(from, until), (next, end)| match until {
        Some(until) if until.succ_opt().is_some_and(|after| after < next) => (next, end),
        Some(until) => (from, end.map(|end| Ord::max(end, until))),
        None => (from, None),
    })
}

/// Tells of the duties whose fulfilments were changed when they were fulfilled: on the earliest day of those that there
/// are. Answers the agreements of those that no longer are: they move again.
async fn fulfil(unit: &mut Unit) -> Result<Vec<Uuid>> {
    let changed =
        |touched: &&Touched| touched.changes.iter().any(|change| change.table.name == FULFILMENT.table.name);
    let mut ids: Vec<Uuid> = unit
        .touched()
        .iter()
        .filter(changed)
        .filter(|touched| touched.action != "deleted")
        .map(|touched| touched.id)
        .collect();
    ids.extend(reported(unit).await?);
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (as_of, mut open) = (unit.intent.as_of, Vec::new());
    let mut of = unit.whole().parts(&FULFILMENT, &ids).await?;
    let submitted = submitted(&unit.whole(), &ids).await?;
    let mut rows = Vec::new();
    for mut row in unit.whole().rows_of(&OBLIGATION, &ids).await? {
        let fulfilments = id_in(&row, "id").and_then(|id| of.remove(&id)).unwrap_or_default();
        let days: Vec<NaiveDate> =
            fulfilments.iter().filter_map(|one| date_in(one, "fulfilled_on")).collect();
        let days: Vec<NaiveDate> =
            days.into_iter().chain(id_in(&row, "id").and_then(|id| submitted.get(&id)).copied()).collect();
        if let Some(day) = days.iter().find(|day| **day > as_of) {
            return Err(Error::invalid(
                "/fulfilled_on",
                "in_the_future",
                json!({"date": day, "as_of": as_of}),
            ));
        }
        let first = json!(days.iter().min());
        if row.get("fulfilled_on") != Some(&first) {
            open.extend(id_in(&row, "grant_agreement_id").filter(|_| days.is_empty()));
            row.insert("fulfilled_on".into(), first);
            rows.push(row);
        }
    }
    if !rows.is_empty() {
        unit.put_roots(&OBLIGATION, rows).await?;
    }
    Ok(open)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn spans_that_go_on_are_one_and_of_others_the_last_counts() {
        let span = |from: &str, until: &str| -> (NaiveDate, Option<NaiveDate>) {
            (from.parse().unwrap(), (!until.is_empty()).then(|| until.parse().unwrap()))
        };
        let (a, b) = (span("2026-01-01", "2026-01-31"), span("2026-02-01", "2026-03-31"));
        assert_eq!(last_span(vec![]), None);
        assert_eq!(last_span(vec![b, a]), Some(span("2026-01-01", "2026-03-31")));
        assert_eq!(
            last_span(vec![a, span("2026-02-02", "2026-02-10")]),
            Some(span("2026-02-02", "2026-02-10"))
        );
        assert_eq!(last_span(vec![a, span("2026-01-10", "2026-01-15")]), Some(a));
        assert_eq!(last_span(vec![span("2026-01-01", ""), b]), Some(span("2026-01-01", "")));
        assert_eq!(last_span(vec![a, span("2026-01-20", "")]), Some(span("2026-01-01", "")));
        assert_eq!(last_span(vec![span("2026-02-01", "2026-01-01")]), None);
    }
}
