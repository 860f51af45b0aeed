//! The conventions, with their edges, and against slower ways of counting.
use super::*;
use proptest::prelude::*;
use serde_json::json;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn calendar(roll: &str, days: &str, count_trigger_day: bool, holidays: Option<&str>) -> Calendar {
    let mut block = json!({"days": days, "count_trigger_day": count_trigger_day, "month_overflow": "clamp",
                           "roll": roll, "timezone": "Europe/Riga"});
    if let Some(name) = holidays {
        block["holidays"] = json!(name);
    }
    Calendar::read(&block)
}

fn plain() -> Calendar {
    calendar("none", "calendar", false, None)
}

fn mga() -> Calendar {
    calendar("next_working_day", "calendar", false, Some("eu-institutions"))
}

fn term(text: &str) -> Term {
    Term::parse(text).expect("a term")
}

#[test]
fn the_trigger_day_is_not_counted_and_months_clamp() {
    for (anchor, length, due) in [
        ("2020-10-31", "P60D", "2020-12-30"),
        ("2023-12-31", "P60D", "2024-02-29"),
        ("2021-01-31", "P30D", "2021-03-02"),
        ("2021-05-31", "P3M", "2021-08-31"),
        ("2021-09-30", "P3M", "2021-12-30"),
        ("2020-11-30", "P3M", "2021-02-28"),
        ("2024-02-29", "P3Y", "2027-02-28"),
        ("2024-02-29", "P4Y", "2028-02-29"),
        ("2024-01-31", "P0D", "2024-01-31"),
        ("2024-01-31", "P0M", "2024-01-31"),
    ] {
        assert_eq!(plain().after(day(anchor), term(length)), Some(day(due)), "{anchor} + {length}");
    }
    for (anchor, length, due) in [
        ("2021-05-31", "P30D", "2021-05-01"),
        ("2021-05-31", "P1M", "2021-04-30"),
        ("2021-05-31", "P10D", "2021-05-21"),
        ("2024-03-31", "P1M", "2024-02-29"),
    ] {
        assert_eq!(plain().before(day(anchor), term(length)), Some(day(due)), "{anchor} - {length}");
    }
}

#[test]
fn a_regime_may_count_the_trigger_day() {
    let counting = calendar("none", "calendar", true, None);
    assert_eq!(counting.after(day("2021-01-01"), term("P30D")), Some(day("2021-01-30")));
    assert_eq!(counting.after(day("2021-01-01"), term("P1M")), Some(day("2021-01-31")));
    assert_eq!(counting.after(day("2021-01-01"), term("P0D")), Some(day("2021-01-01")));
    assert_eq!(counting.before(day("2021-01-30"), term("P30D")), Some(day("2021-01-01")));
    assert_eq!(counting.before(day("2021-05-31"), term("P1M")), Some(day("2021-05-01")));
}

#[test]
fn terms_roll_over_weekends_and_holidays() {
    let due = mga().due_after(day("2022-06-28"), term("P60D")).expect("a day");
    assert_eq!((due.unrolled, due.due), (day("2022-08-27"), day("2022-08-29")));
    assert_eq!((due.rolled_because, due.beyond_calendar), (Some(DayOff::Saturday), false));
    // Maundy Thursday 2023 is read in a list; the whole of Easter is jumped over.
    let due = mga().due_after(day("2023-02-05"), term("P60D")).expect("a day");
    assert_eq!((due.unrolled, due.due), (day("2023-04-06"), day("2023-04-11")));
    let holiday = DayOff::Holiday { lv: "Zaļā ceturtdiena", en: "Maundy Thursday" };
    assert_eq!((due.rolled_because, due.from_memory), (Some(holiday), false));
    // The end of 2022 and the beginning of 2023: 24 December to 2 January.
    let due = mga().due_after(day("2022-11-24"), term("P30D")).expect("a day");
    assert_eq!((due.due, due.from_memory), (day("2023-01-03"), true));
    let due = mga().due_after(day("2023-02-01"), term("P1D")).expect("a day");
    assert_eq!((due.due, due.rolled_because), (day("2023-02-02"), None));
    assert_eq!(plain().after(day("2022-06-28"), term("P60D")), Some(day("2022-08-27")), "no roll");
}

#[test]
fn terms_that_count_backwards_never_roll() {
    let due = mga().due_before(day("2021-05-31"), term("P30D")).expect("a day");
    assert_eq!((due.due, due.rolled_because), (day("2021-05-01"), None));
}

#[test]
fn beyond_the_list_is_said() {
    for (anchor, beyond) in [("2035-12-01", false), ("2036-03-02", true), ("2013-03-01", true)] {
        let due = mga().due_after(day(anchor), term("P3D")).expect("a day");
        assert_eq!(due.beyond_calendar, beyond, "{anchor}");
    }
    // Saturday 29 December 2035; Monday the 31st is a holiday, 1 January 2036 a day of which nothing is known.
    let due = mga().due_after(day("2035-12-28"), term("P1D")).expect("a day");
    assert_eq!((due.due, due.beyond_calendar), (day("2036-01-01"), true));
    let other = calendar("next_working_day", "calendar", false, Some("atlantis"));
    assert_eq!(other.unknown_holidays.as_deref(), Some("atlantis"));
    assert!(other.due_after(day("2024-03-01"), term("P3D")).expect("a day").beyond_calendar);
    let weekends = calendar("next_working_day", "calendar", false, None);
    assert!(!weekends.due_after(day("2050-03-01"), term("P3D")).expect("a day").beyond_calendar);
}

#[test]
fn working_days_are_counted_where_a_regime_says_so() {
    let working = |first: bool| calendar("none", "working", first, Some("latvia"));
    // Friday; Monday is the first.
    assert_eq!(working(false).after(day("2021-02-19"), term("P5D")), Some(day("2021-02-26")));
    assert_eq!(working(true).after(day("2021-02-19"), term("P5D")), Some(day("2021-02-25")));
    assert_eq!(
        working(false).after(day("2021-06-22"), term("P1D")),
        Some(day("2021-06-25")),
        "Līgo and Jāņi"
    );
    assert_eq!(working(false).before(day("2021-02-22"), term("P1D")), Some(day("2021-02-19")));
    assert_eq!(working(false).after(day("2021-02-19"), term("P1M")), Some(day("2021-03-19")));
}

#[test]
fn what_a_block_leaves_out_is_mild() {
    let mild = Calendar::read(&Value::Null);
    assert_eq!((mild.counted, mild.count_trigger_day, mild.roll), (Counted::Calendar, false, Roll::None));
    assert!(mild.holidays.is_none() && mild.unknown_holidays.is_none());
    assert_eq!(mga().holidays.map(|list| list.name), Some("eu-institutions"));
    assert_eq!(mga().day_off(day("2024-05-04")), Some(DayOff::Saturday));
    assert_eq!(mga().day_off(day("2024-05-06")), None);
}

#[test]
fn nothing_leaves_the_years() {
    assert_eq!(plain().after(day("2199-12-01"), term("P30D")), Some(day("2199-12-31")));
    assert_eq!(plain().after(day("2199-12-01"), term("P31D")), None);
    assert_eq!(plain().after(NaiveDate::MAX, term("P1M")), None);
    assert_eq!(plain().before(NaiveDate::MIN, term("P1M")), None);
    assert_eq!(plain().after(day("9999-12-31"), term("P0D")), None);
    assert_eq!(plain().before(day("1900-01-01"), Term::Months(u32::MAX)), None);
    assert_eq!(plain().after(day("1900-01-01"), Term::Days(u32::MAX)), None);
    // A Saturday: the Monday after it is beyond.
    assert_eq!(mga().after(day("2199-12-27"), term("P1D")), Some(day("2199-12-30")));
    assert_eq!(project_month(day("2199-12-01"), 1), Some((day("2199-12-01"), day("2199-12-31"))));
    assert_eq!(project_month(day("2199-12-01"), 2), None);
    assert_eq!(project_month(day("2021-01-01"), 0), None);
    assert_eq!(tile(day("2199-01-01"), day("2199-12-31"), u32::MAX).len(), 1);
    assert_eq!(tile(day("1900-01-01"), day("2199-12-31"), 1).len(), 3600);
    assert!(tile(day("9999-01-01"), day("9999-12-31"), 1).is_empty());
}

#[test]
fn periods_tile_and_have_lengths() {
    let month_ends = tile(day("2024-01-31"), day("2024-04-29"), 1);
    let expected = [("2024-01-31", "2024-02-28"), ("2024-02-29", "2024-03-30"), ("2024-03-31", "2024-04-29")];
    assert_eq!(month_ends, expected.map(|(first, last)| (day(first), day(last))));
    for (start, end, months, rest, days) in [
        ("2019-11-01", "2021-05-31", 19, 0, 578),
        ("2017-05-17", "2019-11-16", 30, 0, 914),
        ("2014-01-02", "2016-01-02", 24, 1, 731),
        ("2021-01-01", "2021-01-01", 0, 1, 1),
        ("2024-01-31", "2024-02-28", 1, 0, 29),
    ] {
        assert_eq!(length(day(start), day(end)), Some((months, rest)), "{start}..{end}");
        assert_eq!(days_inclusive(day(start), day(end)), days);
    }
    assert_eq!(length(day("2021-01-02"), day("2021-01-01")), None);
    assert!(tile(day("2021-01-02"), day("2021-01-01"), 3).is_empty());
    assert!(tile(day("2021-01-01"), day("2021-12-31"), 0).is_empty());
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0..109_572_u64).prop_map(|n| day("1900-01-01") + DayCount::new(n))
}

fn any_calendar() -> impl Strategy<Value = Calendar> {
    let lists = prop_oneof![Just(None), Just(Some("eu-institutions")), Just(Some("latvia")), Just(Some("x"))];
    (any::<bool>(), any::<bool>(), any::<bool>(), lists).prop_map(|(roll, working, first, list)| {
        let roll = if roll { "next_working_day" } else { "none" };
        calendar(roll, if working { "working" } else { "calendar" }, first, list)
    })
}

fn any_term() -> impl Strategy<Value = Term> {
    prop_oneof![(0..2000_u32).prop_map(Term::Days), (0..1300_u32).prop_map(Term::Months)]
}

/// A month added by walking over the days of the calendar.
fn a_month_on(date: NaiveDate) -> NaiveDate {
    let next = |date: NaiveDate| date.succ_opt().expect("a day");
    let mut last = date;
    while last.month() == date.month() {
        last = next(last);
    }
    while next(last).day() > 1 && last.day() < date.day() {
        last = next(last);
    }
    last
}

proptest! {
    #[test]
    fn what_is_due_is_neither_before_its_anchor_nor_beyond_the_years(
        anchor in any_day(), calendar in any_calendar(), term in any_term(),
    ) {
        if let Some(due) = calendar.due_after(anchor, term) {
            prop_assert!(due.due >= due.unrolled && due.unrolled >= anchor);
            prop_assert!(within(due.due).is_some());
            prop_assert_eq!(due.rolled_because.is_some(), due.due != due.unrolled);
            if calendar.roll == Roll::NextWorkingDay {
                prop_assert!(calendar.day_off(due.due).is_none());
                let skipped = days_inclusive(due.unrolled, due.due) - 1;
                for n in 0..skipped.unsigned_abs() {
                    prop_assert!(calendar.day_off(due.unrolled + DayCount::new(n)).is_some());
                }
            }
        }
        if let Some(due) = calendar.due_before(anchor, term) {
            prop_assert!(due.due <= anchor && within(due.due).is_some());
        }
    }

    #[test]
    fn days_are_those_between(anchor in any_day(), days in 0..800_u32) {
        if let Some(due) = plain().after(anchor, Term::Days(days)) {
            prop_assert_eq!(days_inclusive(anchor, due) - 1, i64::from(days));
            prop_assert_eq!(plain().before(due, Term::Days(days)), Some(anchor));
        }
    }

    #[test]
    fn a_month_is_what_the_calendar_shows(anchor in any_day()) {
        if let Some(due) = plain().after(anchor, Term::Months(1)) {
            prop_assert_eq!(due, a_month_on(anchor));
        }
    }

    #[test]
    fn working_days_are_those_between(anchor in any_day(), days in 1..300_u32) {
        let working = calendar("none", "working", false, Some("latvia"));
        if let Some(due) = working.after(anchor, Term::Days(days)) {
            let between = anchor.iter_days().skip(1).take_while(|date| *date <= due);
            prop_assert_eq!(between.filter(|date| working.day_off(*date).is_none()).count() as u32, days);
            prop_assert!(working.day_off(due).is_none());
        }
    }

    #[test]
    fn tiles_cover_without_gap_or_overlap(start in any_day(), days in 0..9000_u64, months in 1..40_u32) {
        let Some(end) = step(start, days, true) else { return Ok(()) };
        let spans = tile(start, end, months);
        prop_assert_eq!(spans.first().map(|span| span.0), Some(start));
        prop_assert_eq!(spans.last().map(|span| span.1), Some(end));
        for pair in spans.windows(2) {
            prop_assert_eq!(pair[0].1.succ_opt(), Some(pair[1].0));
            prop_assert_eq!(length(pair[0].0, end).is_some(), true);
        }
        prop_assert!(spans.iter().all(|(first, last)| first <= last));
        for (k, (first, last)) in spans.iter().enumerate() {
            let month = project_month(start, k as u32 * months + 1).map(|span| span.0);
            // The month that the last year ends in may not be a whole one.
            let may_end_beyond = last.year() == *dates::YEARS.end() && last.month() == 12;
            prop_assert!(month == Some(*first) || month.is_none() && may_end_beyond, "{:?} {}", month, first);
        }
    }

    #[test]
    fn lengths_add_up(start in any_day(), days in 0..20_000_u64) {
        let Some(end) = step(start, days, true) else { return Ok(()) };
        let (months, rest) = length(start, end).expect("in order");
        let begun = start.checked_add_months(Months::new(months)).expect("a day");
        prop_assert_eq!(days_inclusive(begun, end), rest);
        prop_assert!((0..31).contains(&rest), "{} {}", months, rest);
        let next = start.checked_add_months(Months::new(months + 1)).expect("a day");
        prop_assert!(next > end.succ_opt().expect("a day"));
    }
}
