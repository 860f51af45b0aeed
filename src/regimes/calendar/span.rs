//! Lengths of periods and the periods that tile another: reporting periods, months of a project. Both ends are always
//! included. Not due dates.
use super::within;
use chrono::{Datelike, Months, NaiveDate};

/// The first and the last day of a period.
pub type Span = (NaiveDate, NaiveDate);

/// The day `months` months on, counted from the day itself and never from a day between: the 31st stays the 31st where
/// there is one. May be one day beyond the last year, as the first day that no longer belongs to a period.
fn months_on(date: NaiveDate, months: u32) -> Option<NaiveDate> {
    date.checked_add_months(Months::new(months))
}

/// The month `k` of a project that begins on `start`; the first is 1. Its last day is one before the month after it.
pub fn project_month(start: NaiveDate, k: u32) -> Option<Span> {
    let first = months_on(start, k.checked_sub(1)?)?;
    let last = months_on(start, k)?.pred_opt()?;
    Some((within(first)?, within(last)?))
}

/// How many days a period has, its first and its last included; 0 or less where it ends before it starts.
pub fn days_inclusive(start: NaiveDate, end: NaiveDate) -> i64 {
    end.signed_duration_since(start).num_days() + 1
}

/// The whole months of a period, and the days left over; none where it ends before it starts.
pub fn length(start: NaiveDate, end: NaiveDate) -> Option<(u32, i64)> {
    if end < start {
        return None;
    }
    let after = end.succ_opt()?;
    let month = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month0());
    let mut months = u32::try_from(month(after) - month(start)).ok()?;
    // The last of these months may not be over yet.
    if months > 0 && months_on(start, months)? > after {
        months -= 1;
    }
    Some((months, after.signed_duration_since(months_on(start, months)?).num_days()))
}

/// The periods of `months` months that cover a period without gap or overlap, the last one cut to its end. None at all
/// where there is nothing to cover, or with.
pub fn tile(start: NaiveDate, end: NaiveDate, months: u32) -> Vec<Span> {
    let mut spans = Vec::new();
    if months == 0 || within(start).is_none() || within(end).is_none() {
        return spans;
    }
    let mut first = start;
    while first <= end {
        let count = u32::try_from(spans.len()).unwrap_or(u32::MAX).saturating_add(1);
        let next = months.checked_mul(count).and_then(|months| months_on(start, months));
        let last = next.and_then(|next| next.pred_opt()).map_or(end, |last| last.min(end));
        spans.push((first, last));
        match next {
            Some(next) => first = next,
            None => break,
        }
    }
    spans
}
