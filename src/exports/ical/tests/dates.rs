//! Days, times and zones.
use super::*;

#[track_caller]
fn assert_days(first: &str, last: &str, expected: (&str, &str)) {
    let entry = Entry { when: all_day(first, last), ..entry() };
    let written = (value(&entry, "DTSTART;VALUE=DATE"), value(&entry, "DTEND;VALUE=DATE"));
    assert_eq!((written.0.as_str(), written.1.as_str()), expected);
}

#[test]
fn the_end_of_days_is_the_day_after() {
    assert_days("2026-05-14", "2026-05-14", ("20260514", "20260515"));
    assert_days("2026-05-14", "2026-05-16", ("20260514", "20260517"));
    assert_days("2026-04-30", "2026-04-30", ("20260430", "20260501"));
}

#[test]
fn leap_days_and_ends_of_years() {
    assert_days("2028-02-28", "2028-02-28", ("20280228", "20280229"));
    assert_days("2028-02-29", "2028-02-29", ("20280229", "20280301"));
    assert_days("2027-02-28", "2027-02-28", ("20270228", "20270301"));
    assert_days("2100-02-28", "2100-02-28", ("21000228", "21000301"));
    assert_days("2026-12-31", "2026-12-31", ("20261231", "20270101"));
    assert_days("1900-01-01", "2199-12-31", ("19000101", "22000101"));
}

#[test]
fn days_in_the_wrong_order_are_the_first() {
    assert_days("2026-05-14", "2026-05-01", ("20260514", "20260515"));
}

/// `(start, end)` as they are written.
fn instants(when: When) -> (String, Option<String>) {
    let entry = Entry { kind: Kind::Event, when, ..entry() };
    let end = lines(&entry).iter().find_map(|line| line.strip_prefix("DTEND:").map(str::to_owned));
    (value(&entry, "DTSTART"), end)
}

#[track_caller]
fn assert_start(local: &str, zone: &str, utc: &str) {
    assert_eq!(instants(timed(local, None, zone)), (utc.to_owned(), None), "{local} {zone}");
}

#[test]
fn times_are_in_utc() {
    assert_start("2026-01-15 10:00", "Europe/Riga", "20260115T080000Z");
    assert_start("2026-07-15 10:00", "Europe/Riga", "20260715T070000Z");
    assert_start("2026-01-01 01:30", "Europe/Riga", "20251231T233000Z");
    assert_start("2026-12-31 20:00", "America/New_York", "20270101T010000Z");
    assert_start("2028-02-29 00:30", "Asia/Beirut", "20280228T223000Z");
    assert_start("2026-06-01 12:00", "Asia/Kathmandu", "20260601T061500Z");
}

#[test]
fn of_a_time_that_comes_twice_the_first() {
    assert_start("2026-10-25 03:30", "Europe/Riga", "20261025T003000Z");
    assert_start("2026-11-01 01:30", "America/New_York", "20261101T053000Z");
}

/// The example of RFC 5545, 3.3.5, and a day that Samoa left out.
#[test]
fn a_time_that_is_skipped_has_the_offset_before_the_gap() {
    assert_start("2007-03-11 02:30", "America/New_York", "20070311T073000Z");
    assert_start("2026-03-29 03:30", "Europe/Riga", "20260329T013000Z");
    assert_start("2011-12-30 12:00", "Pacific/Apia", "20111230T220000Z");
}

#[test]
fn an_end_is_after_the_start_or_not_there() {
    let end = |end| instants(timed("2026-11-24 10:00", Some(end), "Europe/Riga")).1;
    assert_eq!(end("2026-11-24 12:00").as_deref(), Some("20261124T100000Z"));
    assert_eq!(end("2026-11-25 09:00").as_deref(), Some("20261125T070000Z"));
    assert_eq!(end("2026-11-24 10:00"), None);
    assert_eq!(end("2026-11-24 09:00"), None);
}

#[test]
fn the_time_of_the_place_is_in_the_description() {
    let said = |when| {
        value(&Entry { kind: Kind::Event, when, description: vec![], ..entry() }, "DESCRIPTION;LANGUAGE=lv")
    };
    let with_end = |end| said(timed("2026-11-24 10:00", end, "Europe/Riga"));
    assert_eq!(with_end(None), "Stāvoklis: Gaidāms\\nLaiks: 2026-11-24 10:00 (Europe/Riga)");
    assert!(with_end(Some("2026-11-24 12:00")).ends_with(": 2026-11-24 10:00–12:00 (Europe/Riga)"));
    assert!(
        with_end(Some("2026-11-25 12:00")).ends_with(": 2026-11-24 10:00 – 2026-11-25 12:00 (Europe/Riga)")
    );
    assert_eq!(said(all_day("2026-11-24", "2026-11-25")), "Stāvoklis: Gaidāms");
}
