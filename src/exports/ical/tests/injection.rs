//! Texts that want to be more than texts, and lines that are too long.
use super::*;

/// All places that take anybody's text, filled with the same.
fn filled(text: &str) -> Entry {
    let texts = || Texts::from_iter([("lv", text)]);
    Entry {
        title: texts(),
        description: vec![text.to_owned()],
        place: Some(text.to_owned()),
        url: Some(format!("https://example.org/{text}")),
        categories: vec![text.to_owned(), text.to_owned()],
        ..entry()
    }
}

#[test]
fn long_texts_fold_by_octets_and_come_back() {
    let words = [
        "Robežsardzes un partneru apmācības Latvijā un Libānā: noslēguma pārskats ",
        "Обучение пограничников и партнёров в Латвии и Ливане: заключительный отчёт ",
        "👩🏽‍🚀 семинар 🇱🇻 ķļņš ",
        "a\\b;c,d\te ",
        "āāāāāāāāāā",
        "😀",
    ];
    for word in words {
        // Every place a fold can fall on.
        for pad in 0..76 {
            let title = format!("{}{}", "x".repeat(pad), word.repeat(5));
            let text = written(Language::Lv, &filled(&title));
            with_parsed(&text, 1, |calendar| {
                let event = &calendar.components[0];
                assert_eq!(prop(event, "SUMMARY"), title);
                assert_eq!(prop(event, "LOCATION"), title);
                assert_eq!(prop(event, "DESCRIPTION"), format!("Stāvoklis: Gaidāms\n{title}"));
                assert!(prop(&event.components[0], "DESCRIPTION").ends_with(&title));
            });
        }
    }
}

#[test]
fn a_line_of_75_octets_is_not_folded_and_one_of_76_is() {
    let name = "SUMMARY;LANGUAGE=lv:";
    for (length, parts) in [(75, 1), (76, 2), (149, 2), (150, 3)] {
        let title = "y".repeat(length - name.len());
        let text = written(Language::Lv, &Entry { title: [("lv", title)].into_iter().collect(), ..entry() });
        let from = text.find(name).unwrap();
        let line = &text[from..text.find("DESCRIPTION").unwrap()];
        assert_eq!(line.matches("\r\n").count(), parts, "{length}");
        assert!(line.lines().next().unwrap().len() == 75);
    }
}

#[test]
fn a_character_and_an_escape_are_never_parted() {
    for pad in 0..76 {
        for unit in ["😀", "ā", "\\", ";", "\n"] {
            let text = written(Language::Lv, &filled(&format!("{}{}", "x".repeat(pad), unit.repeat(80))));
            for line in text.lines() {
                let trailing = line.bytes().rev().take_while(|b| *b == b'\\').count();
                assert!(trailing % 2 == 0, "{line:?}");
            }
        }
    }
}

#[test]
fn no_text_makes_a_component_or_a_property() {
    let breaks =
        ["\r\n", "\n", "\r", "\n\r", "\u{85}", "\u{2028}", "\u{2029}", "\u{b}", "\u{c}", "\u{1c}", "\0\n"];
    let evil = [
        "BEGIN:VEVENT",
        "END:VEVENT",
        "END:VCALENDAR",
        " X",
        "\tX",
        "ATTENDEE:mailto:a@example.org",
        "\\n",
        ":",
    ];
    for end in breaks {
        for line in evil {
            let text = format!("title{end}{line}{end}");
            let feed = written(Language::Lv, &filled(&text));
            assert_eq!(feed.lines().filter(|l| l.starts_with("BEGIN:")).count(), 5, "{feed}");
            with_parsed(&feed, 1, |calendar| {
                let event = &calendar.components[0];
                assert!(event.find_prop("ATTENDEE").is_none());
                assert_eq!(event.components.len(), 3);
                assert_eq!(prop(event, "SUMMARY"), properties::as_kept(&text));
            });
            // The other places: the name of the feed, a language.
            let title = [(format!("lv;X=1:{text}"), text.clone())].into_iter().collect();
            let odd = whole(&feed_of(&text), [&Entry { title, ..entry() }]);
            assert_sound(&odd);
            with_parsed(&odd, 1, |calendar| assert_eq!(calendar.components[0].properties.len(), 13));
        }
    }
}

fn feed_of(name: &str) -> Feed {
    Feed { name: [("lv", name)].into_iter().collect(), ..feed(Language::Lv) }
}

#[test]
fn control_characters_are_left_out_and_tabs_stay() {
    let title: String =
        ('\0'..='\u{9f}').filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\u{85}')).collect();
    let entry = Entry { title: [("lv", format!("a{title}b\tc"))].into_iter().collect(), ..entry() };
    assert_eq!(value(&entry, "SUMMARY;LANGUAGE=lv"), "a\tb\tc");
}

#[test]
fn an_address_is_a_uri_of_the_web_or_is_not_there() {
    let url = |url: &str| {
        let lines = lines(&Entry { url: Some(url.to_owned()), ..entry() });
        lines.iter().find_map(|line| line.strip_prefix("URL:").map(str::to_owned))
    };
    let kept = "https://example.org/a;b,c?d=%20&e=f#g";
    assert_eq!(url(kept).as_deref(), Some(kept));
    assert_eq!(
        url("https://example.org/ā b\r\nX:\"1\"").as_deref(),
        Some("https://example.org/%C4%81%20b%0D%0AX:%221%22")
    );
    for no in ["javascript:alert(1)", "ftp://example.org", "/v1/events", "", "HTTPS", "mailto:a@example.org"]
    {
        assert_eq!(url(no), None, "{no}");
    }
}
