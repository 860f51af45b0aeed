//! When an entry takes place. Days stay days; times of day become UTC, which needs no VTIMEZONE: nothing here recurs,
//! and a feed is worked out anew each time it is asked for, so that a zone's new rules reach the clients too.
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

/// Days of the calendar, or times in a place. Years are those of a register: 1900 to 2199.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// Both inclusive.
    AllDay { first: NaiveDate, last: NaiveDate },
    /// As the clock on the wall shows it there.
    Timed { start: NaiveDateTime, end: Option<NaiveDateTime>, zone: Tz },
}

/// The same as it is written. An end is exclusive, and after the start (RFC 5545, 3.6.1 and 3.8.2.2).
pub enum Bounds {
    Days { first: NaiveDate, end: NaiveDate },
    Instants { start: DateTime<Utc>, end: Option<DateTime<Utc>> },
}

impl When {
    pub fn bounds(&self) -> Bounds {
        match self {
            Self::AllDay { first, last } => {
                let last = (*last).max(*first);
                Bounds::Days { first: *first, end: last.succ_opt().unwrap_or(last) }
            }
            Self::Timed { start, end, zone } => {
                let start = utc(*start, *zone);
                let end = end.map(|end| utc(end, *zone)).filter(|end| *end > start);
                Bounds::Instants { start, end }
            }
        }
    }

    pub fn is_several_days(&self) -> bool {
        matches!(self, Self::AllDay { first, last } if last > first)
    }

    /// The times as they are in the place: UTC alone does not tell.
    pub fn local(&self) -> Option<String> {
        let Self::Timed { start, end, zone } = self else { return None };
        let from = start.format("%Y-%m-%d %H:%M");
        Some(match end.filter(|end| end > start) {
            None => format!("{from} ({zone})"),
            Some(end) if end.date() == start.date() => format!("{from}–{} ({zone})", end.format("%H:%M")),
            Some(end) => format!("{from} – {} ({zone})", end.format("%Y-%m-%d %H:%M")),
        })
    }
}

/// RFC 5545, 3.3.5: of a time that comes twice the first; one that is skipped by the offset before the gap.
fn utc(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let found = zone.from_local_datetime(&local).earliest().map(|found| found.with_timezone(&Utc));
    let skipped = || {
        let before = zone.offset_from_utc_datetime(&local.checked_sub_days(Days::new(1))?);
        Some(local.checked_sub_offset(before.fix())?.and_utc())
    };
    found.or_else(skipped).unwrap_or_else(|| local.and_utc())
}
