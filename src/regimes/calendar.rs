//! The arithmetic of dates that rules and obligations share: terms after and before a day, working days, rolling to the
//! next working day (conventions of the rule catalogue, section 2.0). Not what is due or why: that is the callers'
//! matter. Pure; "today" is never asked for.
use crate::regimes::model::Term;
use crate::shared::dates;
use chrono::{Datelike, Days as DayCount, Months, NaiveDate, Weekday};
use serde::Serialize;
use serde_json::Value;

pub mod holidays;
pub mod span;

pub use holidays::{Holiday, Holidays};
pub use span::{days_inclusive, length, project_month, tile};

/// What happens when the last day of a term is no working day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Roll {
    #[default]
    None,
    /// The term ends with the next working day: Reg. (EEC, Euratom) 1182/71, article 3(4).
    NextWorkingDay,
}

/// Which days a term of days counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counted {
    #[default]
    Calendar,
    Working,
}

/// How a regime counts time: its block `calendar`.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    pub counted: Counted,
    /// Whether the day that a term runs from is its first day.
    pub count_trigger_day: bool,
    pub roll: Roll,
    pub holidays: Option<&'static Holidays>,
    /// A list that the regime names and nobody keeps here.
    pub unknown_holidays: Option<String>,
}

/// Why a day is no working day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DayOff {
    Saturday,
    Sunday,
    Holiday { lv: &'static str, en: &'static str },
}

/// A day that a term leads to, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The day before any rolling.
    pub unrolled: NaiveDate,
    /// The day that counts. It is itself in time.
    pub due: NaiveDate,
    /// Why the first is not the second.
    pub rolled_because: Option<DayOff>,
    /// Holidays mattered, and their list does not reach that year, or is not kept here: only weekends were heeded.
    pub beyond_calendar: bool,
    /// A holiday mattered that stands in no published list that was read.
    pub from_memory: bool,
}

/// What a walk over days came across.
#[derive(Clone, Copy, Default)]
struct Seen {
    beyond: bool,
    memory: bool,
}

impl Calendar {
    /// Reads the block `calendar` of a regime that its schema has accepted. What is absent is at its mildest: calendar
    /// days, no roll.
    pub fn read(block: &Value) -> Self {
        let name = block["holidays"].as_str();
        let known = name.and_then(holidays::list);
        Self {
            counted: if block["days"] == "working" { Counted::Working } else { Counted::Calendar },
            count_trigger_day: block["count_trigger_day"] == true,
            roll: if block["roll"] == "next_working_day" { Roll::NextWorkingDay } else { Roll::None },
            holidays: known,
            unknown_holidays: name.filter(|_| known.is_none()).map(str::to_owned),
        }
    }

    /// The last day of a term that runs from a day on; none where it leaves the years that dates may have.
    pub fn after(&self, anchor: NaiveDate, term: Term) -> Option<NaiveDate> {
        self.due_after(anchor, term).map(|due| due.due)
    }

    /// The last day on which something can be done that must be done a term before a day.
    pub fn before(&self, anchor: NaiveDate, term: Term) -> Option<NaiveDate> {
        self.due_before(anchor, term).map(|due| due.due)
    }

    /// [`Calendar::after`] with how it came about. "Within 60 days after D" does not count D and ends on D + 60 days;
    /// months end on the same day of the month, or on its last (article 3(2)(c) of the same regulation).
    pub fn due_after(&self, anchor: NaiveDate, term: Term) -> Option<Due> {
        let mut seen = Seen::default();
        let unrolled = self.away(anchor, term, true, &mut seen)?;
        let (due, rolled_because) = match self.roll {
            Roll::None => (unrolled, None),
            Roll::NextWorkingDay => (self.working(unrolled, true, &mut seen)?, self.off(unrolled, &mut seen)),
        };
        Some(Due { unrolled, due, rolled_because, beyond_calendar: seen.beyond, from_memory: seen.memory })
    }

    /// [`Calendar::before`] with how it came about. Never rolled: the same article 3(4) excepts terms that count
    /// backwards, and a later day would shorten the notice.
    pub fn due_before(&self, anchor: NaiveDate, term: Term) -> Option<Due> {
        let mut seen = Seen::default();
        let due = self.away(anchor, term, false, &mut seen)?;
        let (beyond_calendar, from_memory) = (seen.beyond, seen.memory);
        Some(Due { unrolled: due, due, rolled_because: None, beyond_calendar, from_memory })
    }

    /// Why a day is no working day; none if it is one.
    pub fn day_off(&self, date: NaiveDate) -> Option<DayOff> {
        self.off(date, &mut Seen::default())
    }

    fn away(&self, anchor: NaiveDate, term: Term, onward: bool, seen: &mut Seen) -> Option<NaiveDate> {
        let anchor = within(anchor)?;
        // Counting the first day makes a term one day shorter, but for one without any length.
        match (term, self.counted) {
            (Term::Days(0) | Term::Months(0), _) => Some(anchor),
            (Term::Months(months), _) => {
                let last = shift(anchor, Months::new(months), onward)?;
                if self.count_trigger_day { step(last, 1, !onward) } else { within(last) }
            }
            (Term::Days(days), Counted::Calendar) => {
                step(anchor, u64::from(days) - u64::from(self.count_trigger_day), onward)
            }
            (Term::Days(days), Counted::Working) => self.walk(anchor, days, onward, seen),
        }
    }

    /// The working day that is the `count`-th one.
    fn walk(&self, anchor: NaiveDate, count: u32, onward: bool, seen: &mut Seen) -> Option<NaiveDate> {
        let mut date = if self.count_trigger_day { anchor } else { step(anchor, 1, onward)? };
        for left in (0..count).rev() {
            date = self.working(date, onward, seen)?;
            if left > 0 {
                date = step(date, 1, onward)?;
            }
        }
        Some(date)
    }

    /// The day itself if it is a working day, otherwise the nearest one onward or back.
    fn working(&self, mut date: NaiveDate, onward: bool, seen: &mut Seen) -> Option<NaiveDate> {
        while self.off(date, seen).is_some() {
            date = step(date, 1, onward)?;
        }
        Some(date)
    }

    fn off(&self, date: NaiveDate, seen: &mut Seen) -> Option<DayOff> {
        match date.weekday() {
            Weekday::Sat => return Some(DayOff::Saturday),
            Weekday::Sun => return Some(DayOff::Sunday),
            _ => {}
        }
        seen.beyond |=
            self.unknown_holidays.is_some() || self.holidays.is_some_and(|list| !list.reaches(date));
        let holiday = self.holidays?.on(date)?;
        seen.memory |= !holiday.found;
        Some(DayOff::Holiday { lv: holiday.lv, en: holiday.en })
    }
}

/// A day of the years that dates may have.
pub(super) fn within(date: NaiveDate) -> Option<NaiveDate> {
    dates::YEARS.contains(&date.year()).then_some(date)
}

fn step(date: NaiveDate, days: u64, onward: bool) -> Option<NaiveDate> {
    let days = DayCount::new(days);
    if onward { date.checked_add_days(days) } else { date.checked_sub_days(days) }.and_then(within)
}

fn shift(date: NaiveDate, months: Months, onward: bool) -> Option<NaiveDate> {
    if onward { date.checked_add_months(months) } else { date.checked_sub_months(months) }
}

#[cfg(test)]
mod tests;
