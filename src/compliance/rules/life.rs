//! The arithmetic of a grant's life (group A): what lies inside a period, what a change of its end moves. Typed and
//! without records; what it means for a record is said in the modules below.
use crate::regimes::calendar::span::Span;
use crate::regimes::calendar::{Calendar, Due, days_inclusive, length, project_month};
use crate::regimes::model::Term;
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

pub mod change;
pub mod costs;
pub mod judge;

/// Where a cost lies (A01; sources S13, S25).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CostPlace {
    Inside,
    /// After the end, where costs of its kind may still arise.
    Allowed,
    /// So many days from the nearest day on which it could have arisen.
    Outside(i64),
}

/// Where a cost that arose from one day to another lies. After the end only kinds that a regime names, and only until
/// the final report is due; where that day is not known, such a cost can't be placed.
pub fn cost_place(
    cost: Span,
    period: Span,
    may_come_later: bool,
    final_report_due: Option<NaiveDate>,
) -> Option<CostPlace> {
    let ((from, to), (start, end)) = (cost, period);
    let days = |from: NaiveDate, to: NaiveDate| to.signed_duration_since(from).num_days();
    if from < start {
        return Some(CostPlace::Outside(days(from, start)));
    }
    if to <= end {
        return Some(CostPlace::Inside);
    }
    if !may_come_later {
        return Some(CostPlace::Outside(days(end, to)));
    }
    let last = final_report_due?.max(end);
    Some(if to <= last { CostPlace::Allowed } else { CostPlace::Outside(days(last, to)) })
}

/// How a cost stands that may not be paid yet (A02; source S14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    Paid,
    /// It belongs on the list of pending payments.
    List,
    BelowThreshold,
}

/// Whether a cost was paid when the report went out, and if not, whether it has to be listed.
pub fn pending(
    paid_on: Option<NaiveDate>,
    reported_on: NaiveDate,
    amount: Decimal,
    threshold: Decimal,
) -> Pending {
    match paid_on {
        Some(paid_on) if paid_on <= reported_on => Pending::Paid,
        _ if amount > threshold => Pending::List,
        _ => Pending::BelowThreshold,
    }
}

/// What keeps periods from tiling a period (A03; no source but the word: they tile).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Untiled {
    pub gaps: Vec<Span>,
    pub overlaps: Vec<Span>,
    /// Days of periods before the start or after the end.
    pub outside: Vec<Span>,
}

/// What is not covered once by these periods, in whatever order they come.
pub fn untiled(start: NaiveDate, end: NaiveDate, periods: &[Span]) -> Untiled {
    let mut found = Untiled::default();
    let mut sorted: Vec<Span> = periods.iter().copied().filter(|(from, to)| from <= to).collect();
    sorted.sort();
    let day_before = |date: NaiveDate| date.pred_opt().unwrap_or(date);
    // The first day that is not covered yet.
    let mut next = Some(start);
    for (from, to) in sorted {
        if from < start {
            found.outside.push((from, to.min(day_before(start))));
        }
        if to > end {
            found.outside.push((from.max(end.succ_opt().unwrap_or(end)), to));
        }
        let Some(day) = next else { break };
        let (from, to) = (from.max(start), to.min(end));
        if from > to {
            continue;
        }
        if from > day {
            found.gaps.push((day, day_before(from)));
        } else if from < day {
            found.overlaps.push((from, to.min(day_before(day))));
        }
        next = next.max(to.succ_opt());
    }
    if let Some(day) = next.filter(|day| *day <= end) {
        found.gaps.push((day, end));
    }
    found
}

/// Whether something lies inside a period, its first and last day included (A04).
pub fn is_inside(what: Span, period: Span) -> bool {
    period.0 <= what.0 && what.1 <= period.1
}

/// Whether a status still says "implementation" after its end (A05; source S1).
pub fn is_stale(status: &str, end: NaiveDate, as_of: NaiveDate) -> bool {
    status == "implementation" && as_of > end
}

/// The last day on which the grantor may receive a request that must come a term before the end (A06; sources S10,
/// S11, S32).
pub fn latest_request(calendar: &Calendar, end: NaiveDate, notice: Term) -> Option<Due> {
    calendar.due_before(end, notice)
}

/// How long a suspension lasted, both days included (A07; source S11).
pub fn suspended_days(from: NaiveDate, to: NaiveDate) -> i64 {
    days_inclusive(from, to)
}

/// The end, moved by the days of a suspension (A07).
pub fn shifted_end(end: NaiveDate, days: i64) -> Option<NaiveDate> {
    end.checked_add_days(Days::new(u64::try_from(days).ok()?))
}

/// When the execution period ends if no balance is paid: no deadline for an act, so never rolled (A10; source S13).
pub fn longstop(calendar: &Calendar, end: NaiveDate, offset: Term) -> Option<NaiveDate> {
    calendar.due_after(end, offset).map(|due| due.unrolled)
}

/// The whole months of a period with what is left over, and its days (A03).
pub fn measure(start: NaiveDate, end: NaiveDate) -> Option<(u32, i64, i64)> {
    length(start, end).map(|(months, rest)| (months, rest, days_inclusive(start, end)))
}

/// The last day of the month `k` of a project (A03, B07; sources S28, S39).
pub fn month_end(start: NaiveDate, k: u32) -> Option<NaiveDate> {
    project_month(start, k).map(|(_, last)| last)
}
