//! Feeds as two parsers of other people read them, and line by line.
#![expect(clippy::unwrap_used, reason = "a test may")]
mod content;
mod dates;
mod injection;
mod properties;

use super::{Entry, Feed, Kind, Language, State, Texts, When};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use icalendar::parser::{Component, read_calendar, unfold};
use uuid::Uuid;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn feed(language: Language) -> Feed {
    let name = Texts::from_iter([("lv", "Termiņi un notikumi"), ("en", "Deadlines and events")]);
    Feed { name, language }
}

/// Every state that there is.
const STATES: [State; 11] = [
    State::Upcoming,
    State::Overdue,
    State::Met,
    State::MetLate,
    State::Passed,
    State::Superseded,
    State::Planned,
    State::Confirmed,
    State::Held,
    State::Postponed,
    State::Cancelled,
];

/// The whole feed as one text.
fn whole<'e>(feed: &Feed, entries: impl IntoIterator<Item = &'e Entry>) -> String {
    let (mut out, mut count) = (String::new(), 0);
    feed.head(&mut out).unwrap();
    for entry in entries {
        feed.entry(entry, &mut out).unwrap();
        count += 1;
    }
    feed.tail(count, &mut out).unwrap();
    out
}

fn all_day(first: &str, last: &str) -> When {
    When::AllDay { first: day(first), last: day(last) }
}

fn timed(start: &str, end: Option<&str>, zone: &str) -> When {
    When::Timed { start: local(start), end: end.map(local), zone: zone.parse().unwrap() }
}

fn entry() -> Entry {
    Entry {
        id: Uuid::from_u128(0x01936c1e_8f3a_7c42_9d1b_3a5e7f902c64),
        kind: Kind::Due,
        title: Texts::from_iter([("lv", "Noslēguma pārskats"), ("en", "Final report")]),
        description: vec!["LATBEL".to_owned()],
        place: None,
        url: Some("https://grants.example.org/v1/obligations/1".to_owned()),
        when: all_day("2026-12-31", "2026-12-31"),
        state: State::Upcoming,
        state_since: None,
        sequence: 2,
        created_at: at("2026-01-05T08:00:00Z"),
        updated_at: at("2026-03-01T09:30:15.123456Z"),
        alarms: vec![14, 3, 0],
        categories: vec!["LATBEL".to_owned(), "Pārskati, gala".to_owned()],
    }
}

/// The entry alone in a feed, after the checks that every feed must stand.
fn written(language: Language, entry: &Entry) -> String {
    let text = whole(&feed(language), [entry]);
    assert_sound(&text);
    text
}

/// Its logical lines.
fn lines(entry: &Entry) -> Vec<String> {
    unfold(&written(Language::Lv, entry)).lines().map(str::to_owned).collect()
}

/// The value of the only property of that name, parameters included in the name.
#[track_caller]
fn value(entry: &Entry, name: &str) -> String {
    let lines = lines(entry);
    let found: Vec<_> = lines.iter().filter_map(|l| l.strip_prefix(name)?.strip_prefix(':')).collect();
    assert_eq!(found.len(), 1, "{name} in {lines:#?}");
    found[0].to_owned()
}

/// What holds for any feed at all: the lines of RFC 5545, 3.1, and no fault that `ical-rs` finds.
#[track_caller]
fn assert_sound(text: &str) {
    assert!(text.ends_with("\r\n"), "the last line has an end");
    for line in text.strip_suffix("\r\n").unwrap().split("\r\n") {
        assert!(!line.contains(|c: char| c.is_control() && c != '\t'), "{line:?}");
        assert!(!line.is_empty() && line.len() <= 75, "{} octets: {line:?}", line.len());
    }
    // Unfolded by hand: each logical line is a name, perhaps parameters, and a value.
    for line in text.replace("\r\n ", "").split_terminator("\r\n") {
        let name = line.split([':', ';']).next().unwrap();
        assert!(
            name.bytes().all(|b| b.is_ascii_uppercase() || b == b'-') && name.len() < line.len(),
            "{line:?}"
        );
    }
    let parsed = ical::tree::cst::IcalCst::parse(text).unwrap();
    assert_eq!(parsed.to_string(), text, "it reads the bytes that there are");
    if let Err(faults) = parsed.decode().validate() {
        panic!("{faults:?}\n{text}");
    }
}

/// What `icalendar` reads, checked to be one calendar of so many entries and nothing else.
#[track_caller]
fn with_parsed<T>(text: &str, entries: usize, look: impl FnOnce(&Component<'_>) -> T) -> T {
    let unfolded = unfold(text);
    let calendar = read_calendar(&unfolded).unwrap();
    assert_eq!(calendar.components.len(), entries, "{text}");
    assert!(calendar.components.iter().all(|component| component.name == "VEVENT"), "{text}");
    let vcalendar = Component {
        name: "VCALENDAR".into(),
        properties: calendar.properties.clone(),
        components: calendar.components.clone(),
    };
    look(&vcalendar)
}

/// The value of a property of a parsed component.
#[track_caller]
fn prop(component: &Component<'_>, name: &str) -> String {
    component.find_prop(name).unwrap_or_else(|| panic!("no {name}")).val.as_str().to_owned()
}
