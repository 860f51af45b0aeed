//! What representations say of a life: the phase that the dates imply, statuses printed by sources, warnings
//! where these and the status disagree, and which steps are possible, with everything in their way.
use super::facts::{gather, text, ways};
use crate::claims;
use crate::shared::life::{Facts, unmet};
use crate::shared::money::Money;
use crate::shared::period::{Period, Phase};
use crate::shared::text::LocalizedText;
use crate::store::aggregate::to_record;
use crate::store::read::{Reader, id_in};
use crate::store::{Record, Resource, Result, Row};
use crate::{agreements, projects};
use chrono::NaiveDate;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::{Value, json};
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
    #[schema(max_items = 50)]
    pub warnings: Vec<Warning>,
    #[schema(max_items = 20)]
    pub available_transitions: Vec<AvailableTransition>,
}

/// What a phase was worked out from.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PhaseBasis {
    /// The business date.
    pub as_of: NaiveDate,
    #[schema(required)]
    pub start: Option<NaiveDate>,
    #[schema(required)]
    pub end: Option<NaiveDate>,
    /// Whether one of the two was worked out from the other and the duration.
    pub derived: bool,
}

/// A status that a page prints.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PrintedStatus {
    pub claim_id: Uuid,
    #[schema(required, max_length = 10000)]
    pub as_printed: Option<String>,
    /// Which status the words mean.
    #[schema(required, max_length = 40)]
    pub status: Option<String>,
    #[schema(max_length = 1000)]
    pub source_title: String,
}

/// Something that a person should look at. It stops nothing.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Warning {
    #[schema(max_length = 60)]
    pub code: String,
    pub message: LocalizedText,
}

/// A step of the life cycle, and everything that stands in its way today.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AvailableTransition {
    #[schema(max_length = 40)]
    pub to: String,
    #[schema(max_items = 20)]
    pub unmet: Vec<UnmetGuard>,
}

/// A guard in the way.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnmetGuard {
    #[schema(max_length = 60)]
    pub guard: String,
    pub message: LocalizedText,
    /// Whether a person may vouch for it, since the register does not hold the fact.
    pub attestable: bool,
}

pub fn derive_projects<'a>(
    reader: &'a Reader<'a>,
    records: &'a [Record],
) -> BoxFuture<'a, Result<Vec<Record>>> {
    Box::pin(async move {
        let facts = gather(reader, &projects::PROJECT, records).await?;
        let mut claims = claims::about(reader, records).await?;
        let one = |(record, facts): (&Record, &Facts)| {
            let of = id_in(record, "id").and_then(|id| claims.remove(&id)).unwrap_or_default();
            let printed: Vec<PrintedStatus> =
                of.iter().filter(|c| text(c, "field") == Some("status")).map(printed).collect();
            let period = projects::effective(record);
            let phase = period.phase(reader.as_of);
            let mut warnings = status_warnings(text(record, "status"), phase);
            warnings.extend(printed_warnings(text(record, "status"), phase, &printed));
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
        let one = |(record, facts): (&Record, &Facts)| {
            let period = agreements::effective(record);
            to_record(&AgreementLife {
                phase: period.phase(reader.as_of),
                phase_basis: basis(record, &period, reader.as_of),
                warnings: sum_warnings(record),
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

fn printed(claim: &Row) -> PrintedStatus {
    PrintedStatus {
        claim_id: id_in(claim, "id").unwrap_or_default(),
        as_printed: text(claim, "as_printed").map(str::to_owned),
        status: text(claim, "value").map(str::to_owned),
        source_title: text(claim, "source_title").unwrap_or_default().to_owned(),
    }
}

/// The steps from a record's status, each with its guards judged for a step today without a reason given: a
/// reason is asked for by the form, not by the facts.
fn transitions(
    resource: &Resource,
    record: &Record,
    facts: &Facts,
    as_of: NaiveDate,
) -> Result<Vec<AvailableTransition>> {
    let Some(status) = text(record, "status") else {
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

/// Where the status and the dates disagree.
fn status_warnings(status: Option<&str>, phase: Phase) -> Vec<Warning> {
    let found = match (status, phase) {
        (Some("preparation" | "contracting" | "implementation" | "suspended"), Phase::Ended) => warning(
            "status_behind_dates",
            "the dates have passed, but the status has not moved on",
            "termiņi ir pagājuši, bet statuss nav mainīts",
        ),
        (Some("implementation" | "finalisation" | "closed"), Phase::NotStarted)
        | (Some("finalisation" | "closed"), Phase::Running) => warning(
            "status_ahead_of_dates",
            "the status is further than the dates",
            "statuss ir tālāk par termiņiem",
        ),
        _ => None,
    };
    found.into_iter().collect()
}

/// Where a printed status disagrees with the status or the dates.
fn printed_warnings(status: Option<&str>, phase: Phase, printed: &[PrintedStatus]) -> Vec<Warning> {
    let differs = printed.iter().any(|p| p.status.is_some() && p.status.as_deref() != status);
    let running = printed.iter().any(|p| p.status.as_deref() == Some("implementation"));
    let differs = differs.then(|| {
        warning(
            "printed_status_differs",
            "a source prints another status than the register holds",
            "avotā norādīts cits statuss nekā reģistrā",
        )
    });
    let outdated = (running && phase == Phase::Ended).then(|| {
        warning(
            "printed_status_outdated",
            "a source says that the project is running, but its dates have passed",
            "avotā norādīts, ka projektu īsteno, bet tā termiņi ir pagājuši",
        )
    });
    [differs, outdated].into_iter().flatten().flatten().collect()
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
    let sum = sums[1..].iter().try_fold(sums[0].clone(), |sum, next| sum.checked_add(next).ok());
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
        assert_eq!(codes(&status_warnings(Some("implementation"), Phase::Ended)), ["status_behind_dates"]);
        assert_eq!(codes(&status_warnings(Some("closed"), Phase::Running)), ["status_ahead_of_dates"]);
        assert!(status_warnings(Some("closed"), Phase::Ended).is_empty());
        assert_eq!(
            codes(&printed_warnings(Some("closed"), Phase::Ended, &printed)),
            ["printed_status_differs", "printed_status_outdated"]
        );
        assert!(printed_warnings(Some("implementation"), Phase::Running, &printed).is_empty());
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
