//! Terms that nobody can follow are refused when they are written, not when they are read: with the unit that writes them.
use super::facts::Dossier;
use super::plan::{Facts, periods};
use super::rules::catalogue;
use super::terms::of_programmes;
use crate::regimes::path::Path;
use crate::regimes::terms::{PERIODS, Terms};
use crate::shared::check::{Fault, Faults};
use crate::shared::life::Guard;
use crate::store::read::{id_in, text_in};
use crate::store::unit::{Touched, Unit};
use crate::store::{Error, Result};
use crate::waivers::WAIVER;
use entity::vocab::{WaiverStatus, Word};
use serde_json::{Value, json};
use uuid::Uuid;

fn changes(touched: &Touched, table: &str) -> bool {
    touched.changes.iter().any(|change| change.table.name == table)
}

/// Whether the terms of agreements can be followed, as far as this unit had a hand in them.
pub fn agreements(unit: &Unit, dossiers: &[Dossier]) -> Result<()> {
    let any = |table: &str| unit.touched().iter().any(|touched| changes(touched, table));
    let overridden = any("agreement_override") || any("programme_override");
    let at = if overridden { "/value" } else { "/regime_id" };
    let mut faults = Faults::default();
    for dossier in dossiers {
        let id = id_in(&dossier.row, "id").unwrap_or_default();
        let own = |touched: &&Touched| touched.id == id && changes(touched, "agreement_override");
        match &dossier.terms {
            None if unit.touched().iter().any(|touched| own(&touched)) => {
                faults.add("/path", "no_regime", json!({"agreement": id}));
            }
            Some(terms)
                if terms.is_overridden() && (overridden || any("grant_agreement") || any("programme")) =>
            {
                told(terms, at, &mut faults);
                let at = if overridden { "/value" } else { "/implementation_period" };
                outside(terms, &dossier.facts, at, &mut faults);
            }
            _ => {}
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// The same of programmes whose overrides were changed, whether or not any agreement follows them yet.
pub async fn programmes(unit: &Unit) -> Result<()> {
    let changed = unit
        .touched()
        .iter()
        .filter(|touched| touched.action != "deleted" && changes(touched, "programme_override"));
    let ids: Vec<Uuid> = changed.map(|touched| touched.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let reader = unit.whole();
    let mut faults = Faults::default();
    let said = reader.parts(reader.register.get("programme")?.part("overrides")?, &ids).await?;
    for record in said.values().flatten() {
        let path = record.get("path").and_then(Value::as_str).unwrap_or_default();
        if Path::parse(path).is_none() {
            faults.add("/path", "no_parameter", json!({"parameter": path}));
        }
    }
    for terms in of_programmes(&reader, &ids).await? {
        told(&terms, "/value", &mut faults);
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// Reporting periods that are named one by one lie within the implementation period.
fn outside(terms: &Terms, facts: &Facts, at: &str, faults: &mut Faults) {
    let (Some(start), Some(end)) = (facts.start, facts.end) else { return };
    let named = terms.find(PERIODS).is_some();
    for period in periods(terms, facts).iter().filter(|_| named) {
        if period.start < start || period.end > end {
            let params = json!({"period": period.number, "from": period.start, "to": period.end, "start": start, "end": end});
            faults.add(at, "period_outside", params);
        }
    }
}

fn told(terms: &Terms, at: &str, faults: &mut Faults) {
    for path in &terms.unread {
        faults.add("/path", "not_in_terms", json!({"regime": terms.regime.to_string(), "parameter": path}));
    }
    for mut fault in terms.faults().into_vec() {
        fault.params.insert("parameter".to_owned(), json!(fault.pointer));
        faults.push(Fault { pointer: at.to_owned(), ..fault });
    }
}

/// A waiver names a rule that there is, and none comes into force without a second person.
pub fn waivers(unit: &Unit) -> Result<()> {
    let mut faults = Faults::default();
    let touched = unit.touched().iter().filter(|touched| touched.resource.name == WAIVER.name);
    for touched in touched {
        let written = touched.changes.iter().filter(|change| change.table.name == WAIVER.table.name);
        for row in written.filter_map(|change| change.row.as_ref()) {
            if let Some(rule) = text_in(row, "finding").and_then(|key| key.split(':').next())
                && catalogue::find(rule).is_none_or(|entry| !entry.implemented)
            {
                let known = catalogue::CATALOGUE.iter().filter(|entry| entry.implemented);
                let known: Vec<&str> = known.map(|entry| entry.id).collect();
                faults.add("/finding", "unknown_rule", json!({"rule": rule, "known": known}));
            }
            let opened = touched.action == "created";
            if opened && text_in(row, "status") == Some(WaiverStatus::InForce.code()) {
                let [en, lv] = Guard::AnotherPerson.text();
                let params = json!({"text": {"en": en, "lv": lv}, "attestable": false});
                faults.add("/opening/status", Guard::AnotherPerson.code(), params);
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}
