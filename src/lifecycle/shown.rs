//! What representations say of a life: the phase that the dates imply, statuses printed by sources, warnings
//! where these and the status disagree, and which steps are possible, with everything in their way.
use super::facts::{gather, ways};
use crate::agreements::changes::{AMENDMENT, SUSPENSION, TERMINATION};
use crate::claims;
use crate::reporting::REPORT;
use crate::shared::life::{Facts, unmet};
use crate::shared::money::Money;
use crate::shared::period::{Period, Phase};
use crate::shared::text::LocalizedText;
use crate::store::aggregate::to_record;
use crate::store::read::{Reader, id_in, text_in};
use crate::store::{Record, Resource, Result, Row};
use crate::waivers::WAIVER;
use crate::{agreements, projects};
use chrono::NaiveDate;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// What is worked out of a project's life.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProjectLife {
    /// Where its dates place it on the business date.
    pub phase: Phase,
    pub phase_basis: PhaseBasis,
    /// Statuses that pages print. They are claims of their page and day, not the status.
    #[schema(max_items = 200)]
    pub printed_statuses: Vec<PrintedStatus>,
    #[schema(max_items = 50)]
    pub warnings: Vec<Warning>,
    #[schema(max_items = 20)]
    pub available_transitions: Vec<AvailableTransition>,
}

/// What is worked out of an agreement's life.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgreementLife {
    /// Where its implementation period places it on the business date.
    pub phase: Phase,
    pub phase_basis: PhaseBasis,
    /// Statuses that pages print. They are claims of their page and day, not the status.
    #[schema(max_items = 200)]
    pub printed_statuses: Vec<PrintedStatus>,
    #[schema(max_items = 50)]
    pub warnings: Vec<Warning>,
    #[schema(max_items = 20)]
    pub available_transitions: Vec<AvailableTransition>,
}

/// What a phase was worked out from.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PhaseBasis {
    /// The business date.
    #[schema(example = "2026-11-22")]
    pub as_of: NaiveDate,
    #[schema(required, example = "2019-11-01")]
    pub start: Option<NaiveDate>,
    #[schema(required, example = "2021-05-31")]
    pub end: Option<NaiveDate>,
    /// Whether one of the two was worked out from the other and the duration.
    pub derived: bool,
}

/// A status that a page prints.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PrintedStatus {
    pub claim_id: Uuid,
    #[schema(required, format = "text", max_length = 10000)]
    pub as_printed: Option<String>,
    /// Which status the words mean.
    #[schema(required, max_length = 40, pattern = "^[a-z_]+$")]
    pub status: Option<String>,
    #[schema(format = "text", max_length = 1000)]
    pub source_title: String,
}

/// Something that a person should look at. It stops nothing.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Warning {
    #[schema(max_length = 60, pattern = "^[a-z_]+$")]
    pub code: String,
    pub message: LocalizedText,
}

/// A step of the life cycle, and everything that stands in its way today.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AvailableTransition {
    #[schema(max_length = 40, pattern = "^[a-z_]+$")]
    pub to: String,
    #[schema(max_items = 20)]
    pub unmet: Vec<UnmetGuard>,
}

/// A guard in the way.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnmetGuard {
    #[schema(max_length = 60, pattern = "^[a-z_]+$")]
    pub guard: String,
    pub message: LocalizedText,
    /// Whether a person may vouch for it, since the register does not hold the fact.
    pub attestable: bool,
}

/// The steps that are left to a record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StepsLeft {
    #[schema(max_items = 20)]
    pub available_transitions: Vec<AvailableTransition>,
}

macro_rules! steps_left {
    ($($derive:ident of $resource:ident),*) => {$(
        pub fn $derive<'a>(reader: &'a Reader<'a>, records: &'a [Record]) -> BoxFuture<'a, Result<Vec<Record>>> {
            Box::pin(steps_left(reader, &$resource, records))
        }
    )*};
}
steps_left!(derive_amendments of AMENDMENT, derive_suspensions of SUSPENSION, derive_terminations of TERMINATION,
    derive_reports of REPORT, derive_waivers of WAIVER);

async fn steps_left(
    reader: &Reader<'_>,
    resource: &'static Resource,
    records: &[Record],
) -> Result<Vec<Record>> {
    let facts = gather(reader, resource, records).await?;
    let one = |(record, facts): (&Record, &Facts)| {
        to_record(&StepsLeft { available_transitions: transitions(resource, record, facts, reader.as_of)? })
    };
    records.iter().zip(&facts).map(one).collect()
}

pub fn derive_projects<'a>(
    reader: &'a Reader<'a>,
    records: &'a [Record],
) -> BoxFuture<'a, Result<Vec<Record>>> {
    Box::pin(async move {
        let facts = gather(reader, &projects::PROJECT, records).await?;
        let mut claims = claims::about(reader, records).await?;
        let one = |(record, facts): (&Record, &Facts)| {
            let printed = printed(record, &mut claims);
            let period = projects::effective(record);
            let phase = period.phase(reader.as_of);
            let warnings = status_warnings(text_in(record, "status"), phase, &printed);
            to_record(&ProjectLife {
                phase,
                phase_basis: basis(record, &period, reader.as_of),
                printed_statuses: printed,
                warnings,
                available_transitions: transitions(&projects::PROJECT, record, facts, reader.as_of)?,
            })
        };
        records.iter().zip(&facts).map(one).collect()
    })
}

pub fn derive_agreements<'a>(
    reader: &'a Reader<'a>,
    records: &'a [Record],
) -> BoxFuture<'a, Result<Vec<Record>>> {
    Box::pin(async move {
        let facts = gather(reader, &agreements::AGREEMENT, records).await?;
        let mut claims = claims::about(reader, records).await?;
        let one = |(record, facts): (&Record, &Facts)| {
            let printed = printed(record, &mut claims);
            let period = agreements::effective(record);
            let phase = period.phase(reader.as_of);
            let mut warnings = status_warnings(text_in(record, "status"), phase, &printed);
            warnings.extend(sum_warnings(record));
            to_record(&AgreementLife {
                phase,
                phase_basis: basis(record, &period, reader.as_of),
                printed_statuses: printed,
                warnings,
                available_transitions: transitions(&agreements::AGREEMENT, record, facts, reader.as_of)?,
            })
        };
        records.iter().zip(&facts).map(one).collect()
    })
}

fn basis(record: &Record, period: &Period, as_of: NaiveDate) -> PhaseBasis {
    let resolved = period.resolve();
    let held =
        |name: &str, part: &str| record.get(name).and_then(|p| p.get(part)).is_some_and(|d| !d.is_null());
    let typed = |part: &str| {
        ["planned_period", "actual_period", "implementation_period"].iter().any(|name| held(name, part))
    };
    let derived = (resolved.start.is_some() && !typed("start")) || (resolved.end.is_some() && !typed("end"));
    PhaseBasis { as_of, start: resolved.start, end: resolved.end, derived }
}

/// What the claims about a record say of its status.
fn printed(record: &Record, claims: &mut HashMap<Uuid, Vec<Row>>) -> Vec<PrintedStatus> {
    let of = id_in(record, "id").and_then(|id| claims.remove(&id)).unwrap_or_default();
    let status = |claim: &Row| PrintedStatus {
        claim_id: id_in(claim, "id").unwrap_or_default(),
        as_printed: text_in(claim, "as_printed").map(str::to_owned),
        status: text_in(claim, "value").map(str::to_owned),
        source_title: text_in(claim, "source_title").unwrap_or_default().to_owned(),
    };
    of.iter().filter(|claim| text_in(claim, "field") == Some("status")).map(status).collect()
}

/// The steps from a record's status, each with its guards judged for a step today without a reason given: a
/// reason is asked for by the form, not by the facts.
fn transitions(
    resource: &Resource,
    record: &Record,
    facts: &Facts,
    as_of: NaiveDate,
) -> Result<Vec<AvailableTransition>> {
    let Some(status) = text_in(record, "status") else {
        // Not known: any status may be entered as the one it is found in.
        let all = resource.life.as_ref().map_or(&[][..], |life| life.statuses.terms);
        return Ok(all
            .iter()
            .map(|term| AvailableTransition { to: term.code.to_owned(), unmet: Vec::new() })
            .collect());
    };
    ways(resource)
        .into_iter()
        .filter(|way| way.from == status)
        .map(|way| {
            let unmet = unmet(way.guards, facts, as_of, true, &[]);
            let guard = |(guard, verdict): (crate::shared::life::Guard, crate::shared::life::Verdict)| {
                let [en, lv] = guard.text();
                Ok(UnmetGuard {
                    guard: guard.code().to_owned(),
                    message: said(en, lv)?,
                    attestable: verdict == crate::shared::life::Verdict::NotKnown,
                })
            };
            Ok(AvailableTransition {
                to: way.to.to_owned(),
                unmet: unmet.into_iter().map(guard).collect::<Result<_>>()?,
            })
        })
        .collect()
}

fn said(en: &str, lv: &str) -> Result<LocalizedText> {
    crate::store::aggregate::typed_value(Some(&json!({"en": en, "lv": lv})))
}

fn warning(code: &str, en: &str, lv: &str) -> Option<Warning> {
    Some(Warning { code: code.to_owned(), message: said(en, lv).ok()? })
}

/// Where the status, the dates and what sources print disagree. One that is not known contradicts nothing.
fn status_warnings(status: Option<&str>, phase: Phase, printed: &[PrintedStatus]) -> Vec<Warning> {
    let dated = match (status, phase) {
        (Some("preparation" | "contracting"), Phase::Running | Phase::Ended)
        | (Some("draft" | "awaiting_signature"), Phase::Running | Phase::Ended)
        | (Some("implementation" | "in_force" | "suspended"), Phase::Ended) => warning(
            "status_behind_dates",
            "the dates have moved on, but the status has not",
            "termiņi ir iestājušies, bet statuss nav mainīts",
        ),
        (Some("finalisation" | "closed" | "implementation_ended"), Phase::NotStarted | Phase::Running)
        | (
            Some("implementation" | "final_report_submitted" | "balance_settled" | "archived"),
            Phase::NotStarted,
        ) => warning(
            "status_ahead_of_dates",
            "the status is further than the dates",
            "statuss ir tālāk par termiņiem",
        ),
        _ => None,
    };
    let says =
        |words: &[&str]| printed.iter().any(|p| p.status.as_deref().is_some_and(|s| words.contains(&s)));
    let differs =
        status.is_some_and(|held| printed.iter().any(|p| p.status.as_deref().is_some_and(|s| s != held)));
    let differs = differs.then(|| {
        warning(
            "printed_status_differs",
            "a source prints another status than the register holds",
            "avotā norādīts cits statuss nekā reģistrā",
        )
    });
    let outdated = (says(&["implementation", "in_force"]) && phase == Phase::Ended).then(|| {
        warning(
            "printed_status_outdated",
            "a source says that the work is running, but its dates have passed",
            "avotā norādīts, ka darbs notiek, bet tā termiņi ir pagājuši",
        )
    });
    [dated, differs.flatten(), outdated.flatten()].into_iter().flatten().collect()
}

/// Where approved funding lines with exact sums do not make the total. Sources print such slips: a warning only.
fn sum_warnings(record: &Record) -> Vec<Warning> {
    let money = |value: Option<&Value>| -> Option<Money> {
        serde_json::from_value(value.cloned().unwrap_or(Value::Null)).ok()
    };
    let Some(total) = money(record.get("total_eligible_cost")) else { return Vec::new() };
    let lines = record.get("funding_lines").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let counted: Vec<&Value> =
        lines.iter().filter(|l| l["stage"] == "approved" && l["precision"] == "exact").collect();
    let sums: Vec<Money> = counted.iter().filter_map(|l| money(l.get("amount"))).collect();
    if sums.len() < 2 || sums.len() != counted.len() {
        return Vec::new();
    }
    let sum = sums[1..].iter().try_fold(sums[0], |sum, next| sum.checked_add(next).ok());
    let Some(sum) = sum.filter(|sum| *sum != total) else { return Vec::new() };
    let (sum, total) = (sum.amount_text(), total.amount_text());
    warning(
        "funding_lines_differ",
        &format!("the funding lines make {sum}, the total is {total}"),
        &format!("finansējuma rindas kopā ir {sum}, kopsumma ir {total}"),
    )
    .into_iter()
    .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    fn codes(warnings: &[Warning]) -> Vec<&str> {
        warnings.iter().map(|w| w.code.as_str()).collect()
    }

    #[test]
    fn the_three_statuses_are_told_apart() {
        let printed = [PrintedStatus {
            claim_id: Uuid::nil(),
            as_printed: Some("Īstenošanā".into()),
            status: Some("implementation".into()),
            source_title: "A page".into(),
        }];
        for (status, phase, warned) in [
            (Some("implementation"), Phase::Ended, &["status_behind_dates"][..]),
            (Some("contracting"), Phase::Running, &["status_behind_dates"]),
            (Some("in_force"), Phase::Ended, &["status_behind_dates"]),
            (Some("in_force"), Phase::NotStarted, &[]),
            (Some("closed"), Phase::Running, &["status_ahead_of_dates"]),
            (Some("closed"), Phase::Ended, &[]),
            (Some("implementation"), Phase::Unknown, &[]),
            (None, Phase::Ended, &[]),
        ] {
            assert_eq!(codes(&status_warnings(status, phase, &[])), warned, "{status:?} {phase:?}");
        }
        for (status, phase, warned) in [
            (Some("closed"), Phase::Ended, &["printed_status_differs", "printed_status_outdated"][..]),
            (None, Phase::Ended, &["printed_status_outdated"]),
            (Some("implementation"), Phase::Running, &[]),
        ] {
            assert_eq!(codes(&status_warnings(status, phase, &printed)), warned, "{status:?} {phase:?}");
        }
    }

    #[test]
    fn broken_sums_are_named() {
        let agreement = |national: &str| {
            let line = |amount: &str| json!({"stage": "approved", "precision": "exact", "amount": {"amount": amount, "currency": "EUR"}});
            json!({
                "total_eligible_cost": {"amount": "1103026.96", "currency": "EUR"},
                "funding_lines": [line("992724.26"), line(national)],
            })
            .as_object()
            .unwrap()
            .clone()
        };
        assert!(sum_warnings(&agreement("110302.70")).is_empty());
        assert_eq!(codes(&sum_warnings(&agreement("110302.71"))), ["funding_lines_differ"]);
    }
}
