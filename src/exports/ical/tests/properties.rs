//! Any text at all, through the feed and a parser and back.
use super::*;
use proptest::prelude::*;

/// A text as a feed keeps it, worked out another way: breaks of all kinds are `\n`, other control characters but the tab
/// are gone.
pub fn as_kept(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect()
}

/// What is likely to go wrong, and anything else.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[ -~]{0,40}",
        2 => "[āčēģīķļņšūžА-Яа-яё ]{0,60}",
        2 => "[\\\\;,:\"\r\n\t ^'nN]{0,8}",
        1 => Just("\r\nBEGIN:VEVENT\r\n".to_owned()),
        1 => Just("👩🏽\u{200d}🚀".to_owned()),
        1 => any::<String>(),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn days() -> impl Strategy<Value = NaiveDate> {
    (0..109_572_u64).prop_map(|days| day("1900-01-01") + chrono::Days::new(days))
}

fn whens() -> impl Strategy<Value = When> {
    let zone =
        prop_oneof![Just("Europe/Riga"), Just("America/New_York"), Just("Pacific/Apia"), Just("Asia/Beirut")];
    let time = || {
        (days(), 0..1440_i64)
            .prop_map(|(day, minute)| day.and_hms_opt(0, 0, 0).unwrap() + chrono::Duration::minutes(minute))
    };
    prop_oneof![
        (days(), 0..400_u64)
            .prop_map(|(first, more)| When::AllDay { first, last: first + chrono::Days::new(more) }),
        (time(), proptest::option::of(time()), zone).prop_map(|(start, end, zone)| When::Timed {
            start,
            end,
            zone: zone.parse().unwrap()
        }),
    ]
}

proptest! {
    #[test]
    fn any_text_comes_back(title in texts(), line in texts(), place in texts(), category in texts()) {
        let title_kept = as_kept(&title);
        let entry = Entry {
            title: [("lv", title)].into_iter().collect(),
            description: vec![line.clone()],
            place: Some(place.clone()),
            url: Some(format!("https://example.org/{line}")),
            categories: vec![category, "x".to_owned()],
            ..entry()
        };
        let text = written(Language::Lv, &entry);
        with_parsed(&text, 1, |calendar| {
            let event = &calendar.components[0];
            assert_eq!(event.components.len(), 3);
            assert_eq!(event.properties.len(), 14);
            assert_eq!(prop(event, "SUMMARY"), title_kept);
            assert_eq!(prop(event, "LOCATION"), as_kept(&place));
            assert_eq!(prop(event, "DESCRIPTION"), format!("Stāvoklis: Gaidāms\n{}", as_kept(&line)));
        });
    }

    #[test]
    fn an_end_is_always_after_its_start(when in whens(), kind in prop_oneof![Just(Kind::Due), Just(Kind::Event)]) {
        let lines = lines(&Entry { when: when.clone(), kind, ..entry() });
        let find = |name: &str| lines.iter().find(|line| line.starts_with(name)).map(|line| line.rsplit(':').next().unwrap());
        let (start, end) = (find("DTSTART").unwrap(), find("DTEND"));
        prop_assert!(end.is_none_or(|end| end.len() == start.len() && end > start));
        if let When::AllDay { last, .. } = when {
            prop_assert_eq!(end.unwrap(), last.succ_opt().unwrap().format("%Y%m%d").to_string());
        }
    }
}
