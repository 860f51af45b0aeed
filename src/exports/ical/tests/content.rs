//! Which properties an entry has, and in which words.
use super::*;

#[test]
fn an_entry_as_a_whole() {
    let text = written(Language::Lv, &entry());
    let expected = "\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Grantline//Calendar feed//LV
CALSCALE:GREGORIAN
METHOD:PUBLISH
NAME;LANGUAGE=lv:Termiņi un notikumi
X-WR-CALNAME:Termiņi un notikumi
REFRESH-INTERVAL;VALUE=DURATION:PT4H
X-PUBLISHED-TTL:PT4H
BEGIN:VEVENT
UID:01936c1e-8f3a-7c42-9d1b-3a5e7f902c64
DTSTAMP:20260301T093015Z
CREATED:20260105T080000Z
LAST-MODIFIED:20260301T093015Z
SEQUENCE:2
DTSTART;VALUE=DATE:20261231
DTEND;VALUE=DATE:20270101
SUMMARY;LANGUAGE=lv:Noslēguma pārskats
DESCRIPTION;LANGUAGE=lv:Stāvoklis: Gaidāms\\nLATBEL
URL:https://grants.example.org/v1/obligations/1
STATUS:CONFIRMED
TRANSP:TRANSPARENT
CATEGORIES;LANGUAGE=lv:LATBEL,Pārskati\\, gala
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-P14D
DESCRIPTION:Termiņš pēc 14 dienām: Noslēguma pārskats
END:VALARM
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-P3D
DESCRIPTION:Termiņš pēc 3 dienām: Noslēguma pārskats
END:VALARM
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:PT0S
DESCRIPTION:Termiņš šodien: Noslēguma pārskats
END:VALARM
END:VEVENT
END:VCALENDAR
";
    assert_eq!(text.replace("\r\n", "\n"), expected);
}

#[test]
fn the_same_entries_make_the_same_bytes() {
    let (feed, entries) = (feed(Language::En), [entry(), Entry { id: Uuid::from_u128(2), ..entry() }]);
    let text = whole(&feed, &entries);
    assert_eq!(whole(&feed, &entries), text);
    assert_sound(&text);
    with_parsed(&text, 2, |calendar| assert_eq!(prop(calendar, "NAME"), "Deadlines and events"));
}

#[test]
fn an_empty_feed_is_a_calendar_still() {
    let text = whole(&feed(Language::Lv), []);
    assert_sound(&text);
    assert!(text.contains("BEGIN:VTIMEZONE\r\nTZID:Etc/UTC\r\n") && !text.contains("VEVENT"));
}

#[test]
fn a_uid_stays() {
    let changed = Entry { sequence: 9, when: all_day("2027-01-31", "2027-01-31"), ..entry() };
    let changed = Entry { kind: Kind::Window, state: State::Superseded, ..changed };
    assert_eq!(value(&entry(), "UID"), "01936c1e-8f3a-7c42-9d1b-3a5e7f902c64");
    assert_eq!(value(&entry(), "UID"), value(&changed, "UID"));
}

#[test]
fn sequence_and_last_modified_grow_with_the_version() {
    let mut before = (-1, String::new());
    for version in 1..=30_i64 {
        let updated_at = entry().updated_at + chrono::Duration::minutes(version);
        let now = Entry { sequence: version - 1, updated_at, ..entry() };
        let seen = (value(&now, "SEQUENCE").parse().unwrap(), value(&now, "LAST-MODIFIED"));
        assert_eq!(seen.1, value(&now, "DTSTAMP"));
        assert!(seen.0 > before.0 && seen.1 > before.1, "{seen:?} after {before:?}");
        before = seen;
    }
    // INTEGER has 32 bits.
    for (given, shown) in [(i64::MAX, "2147483647"), (-1, "0"), (0, "0")] {
        assert_eq!(value(&Entry { sequence: given, ..entry() }, "SEQUENCE"), shown);
    }
}

#[test]
fn a_state_that_time_brought_about_is_a_change() {
    let since = |text| Entry { state: State::Overdue, state_since: Some(at(text)), ..entry() };
    assert_eq!(value(&since("2026-03-14T22:00:00Z"), "LAST-MODIFIED"), "20260314T220000Z");
    assert_eq!(
        value(&since("2026-02-14T22:00:00Z"), "LAST-MODIFIED"),
        "20260301T093015Z",
        "the later one counts"
    );
    let early = Entry { updated_at: at("2025-01-01T00:00:00Z"), ..entry() };
    assert_eq!(value(&early, "LAST-MODIFIED"), value(&early, "CREATED"), "never before it was made");
}

#[test]
fn states_have_a_status_words_and_alarms_while_they_lie_ahead() {
    let rows = STATES.map(|state| {
        let written = |language| {
            let text = unfold(&written(language, &Entry { state, kind: Kind::Event, ..entry() }));
            let find = |name: &str| text.lines().find_map(|l| l.strip_prefix(name)).unwrap().to_owned();
            let word = find(&format!("DESCRIPTION;LANGUAGE={}:", language.code()));
            let word = word.split("\\n").next().unwrap().split_once(": ").unwrap().1.to_owned();
            (word, find("STATUS:"), find("TRANSP:"), text.matches("BEGIN:VALARM").count())
        };
        let (lv, status, transparency, alarms) = written(Language::Lv);
        format!("{lv} | {} | {status} | {transparency} | {alarms}", written(Language::En).0)
    });
    assert_eq!(
        rows.join("\n"),
        "Gaidāms | Upcoming | CONFIRMED | OPAQUE | 3\n\
         Nokavēts | Overdue | CONFIRMED | OPAQUE | 0\n\
         Izpildīts | Met | CONFIRMED | OPAQUE | 0\n\
         Izpildīts ar nokavēšanos | Met late | CONFIRMED | OPAQUE | 0\n\
         Termiņš pagājis | Passed | CONFIRMED | OPAQUE | 0\n\
         Aizstāts | Superseded | CANCELLED | TRANSPARENT | 0\n\
         Plānots | Planned | TENTATIVE | OPAQUE | 3\n\
         Apstiprināts | Confirmed | CONFIRMED | OPAQUE | 3\n\
         Noticis | Held | CONFIRMED | OPAQUE | 0\n\
         Atlikts | Postponed | TENTATIVE | OPAQUE | 0\n\
         Atcelts | Cancelled | CANCELLED | TRANSPARENT | 0"
    );
}

#[test]
fn alarms_count_to_the_last_day_of_a_deadline_and_to_the_start_of_an_event() {
    let triggers = |kind, when| {
        let entry = Entry { kind, when, alarms: vec![14, 0], ..entry() };
        lines(&entry).into_iter().filter(|line| line.starts_with("TRIGGER")).collect::<Vec<_>>()
    };
    let one = || all_day("2026-12-31", "2026-12-31");
    let several = || all_day("2026-12-01", "2026-12-31");
    assert_eq!(triggers(Kind::Window, one()), ["TRIGGER:-P14D", "TRIGGER:PT0S"]);
    assert_eq!(triggers(Kind::Window, several()), ["TRIGGER;RELATED=END:-P15D", "TRIGGER;RELATED=END:-P1D"]);
    assert_eq!(triggers(Kind::Event, several()), ["TRIGGER:-P14D", "TRIGGER:PT0S"]);
    let most = Entry { kind: Kind::Window, when: several(), alarms: vec![u16::MAX], ..entry() };
    assert!(lines(&most).contains(&"TRIGGER;RELATED=END:-P65536D".to_owned()));
}

#[test]
fn alarms_speak_latvian_and_english() {
    use super::super::words::alarm;
    let said = |kind, days| [alarm(kind, days, Language::Lv), alarm(kind, days, Language::En)];
    assert_eq!(said(Kind::Due, 0), ["Termiņš šodien", "Due today"]);
    assert_eq!(said(Kind::Due, 1), ["Termiņš rīt", "Due tomorrow"]);
    assert_eq!(said(Kind::Due, 11), ["Termiņš pēc 11 dienām", "Due in 11 days"]);
    assert_eq!(said(Kind::Due, 21), ["Termiņš pēc 21 dienas", "Due in 21 days"]);
    assert_eq!(said(Kind::Due, 111), ["Termiņš pēc 111 dienām", "Due in 111 days"]);
    assert_eq!(said(Kind::Window, 14), ["Pēdējā diena pēc 14 dienām", "Last day in 14 days"]);
    assert_eq!(said(Kind::Event, 3), ["Sākas pēc 3 dienām", "Starts in 3 days"]);
}

#[test]
fn titles_say_which_language_they_are_in() {
    let summary = |language, texts: &[(&str, &str)]| {
        let entry = Entry { title: texts.iter().copied().collect(), ..entry() };
        let text = unfold(&written(language, &entry));
        text.lines().find(|line| line.starts_with("SUMMARY")).unwrap().to_owned()
    };
    let all = [("lv", "a"), ("en-GB", "b"), ("ru", "c")];
    assert_eq!(summary(Language::Lv, &all), "SUMMARY;LANGUAGE=lv:a");
    assert_eq!(summary(Language::En, &all), "SUMMARY;LANGUAGE=en-GB:b");
    assert_eq!(summary(Language::En, &all[..1]), "SUMMARY;LANGUAGE=lv:a");
    assert_eq!(summary(Language::Lv, &all[1..]), "SUMMARY;LANGUAGE=en-GB:b");
    assert_eq!(summary(Language::Lv, &all[2..]), "SUMMARY;LANGUAGE=ru:c");
    assert_eq!(summary(Language::Lv, &[]), "SUMMARY:");
}

#[test]
fn places_and_categories_are_there_when_they_are_known() {
    let full = Entry { place: Some("Rīga, Brīvības iela 1; 2. stāvs".to_owned()), ..entry() };
    assert_eq!(value(&full, "LOCATION"), "Rīga\\, Brīvības iela 1\\; 2. stāvs");
    let bare = Entry { categories: vec![], alarms: vec![], url: None, description: vec![], ..entry() };
    let lines = lines(&bare);
    for name in ["CATEGORIES", "LOCATION", "URL", "BEGIN:VALARM"] {
        assert!(!lines.iter().any(|line| line.starts_with(name)), "{name}");
    }
}
