//! What messages say, whatever obligations are called.
use super::*;
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn links() -> Links {
    Links::parse("https://grants.example.org/obligations/{id}").unwrap()
}

fn item(number: u128, title: &str, due: &str, agreement: &str, funder: Option<&str>) -> Item {
    Item {
        obligation_id: Uuid::from_u128(number),
        kind: ObligationKind::Duty,
        title: title.into(),
        due: day(due),
        agreement: agreement.into(),
        funder: funder.map(str::to_owned),
    }
}

#[test]
fn a_reminder_says_what_when_and_where() {
    let one = item(1, "Noslēguma pārskats", "2026-05-31", "1S-232 <A&B>", Some("Eiropas Savienība"));
    let text = reminder(&one, day("2026-05-24"), Language::Lv, &links());
    assert_eq!(text.subject, "Termiņš pēc 7 dienām (2026-05-31): Noslēguma pārskats – 1S-232 <A&B>");
    assert_eq!(
        text.plain,
        "Noslēguma pārskats\n\nTermiņš pēc 7 dienām.\n\nTermiņš: 2026-05-31\nLīgums: 1S-232 <A&B>\n\
         Finansētājs: Eiropas Savienība\n\n\
         Skatīt: https://grants.example.org/obligations/00000000-0000-0000-0000-000000000001\n\n--\n\
         Šo ziņu automātiski nosūtīja Grantline, jo jūsu lomai ir paredzēti atgādinājumi. Lūdzu, neatbildiet uz to.\n"
    );
    assert!(text.html.starts_with("<!DOCTYPE html>\n<html lang=\"lv\">"));
    assert!(text.html.contains("Līgums: 1S-232 &lt;A&amp;B&gt;<br>"), "{}", text.html);
    let late = reminder(&one, day("2026-06-03"), Language::En, &links());
    assert_eq!(late.subject, "Overdue by 3 days (2026-05-31): Noslēguma pārskats – 1S-232 <A&B>");
    assert!(late.plain.contains("\nOverdue by 3 days.\n"));
    let window = Item { kind: ObligationKind::Window, funder: None, ..one };
    let text = reminder(&window, day("2026-05-31"), Language::En, &links());
    assert!(
        text.plain
            .contains("Window closes today.\n\nPossible until: 2026-05-31\nAgreement: 1S-232 <A&B>\n\nSee: ")
    );
}

#[test]
fn a_digest_has_the_overdue_first_and_keeps_agreements_together() {
    let today = day("2026-05-25");
    let mut items = vec![
        item(1, "Soon B", "2026-06-20", "B-1", Some("Fund B")),
        item(2, "Late A2", "2026-05-20", "A-2", Some("Fund A")),
        item(3, "Late B", "2026-05-10", "B-1", Some("Fund B")),
        item(4, "Late A1", "2026-05-01", "A-1", Some("Fund A")),
        item(5, "Today", "2026-05-25", "C-1", None),
        item(6, "Last day", "2026-06-24", "C-1", None),
        item(7, "Too far", "2026-06-25", "C-1", None),
    ];
    items.push(Item {
        kind: ObligationKind::Window,
        ..item(8, "Passed", "2026-05-01", "A-1", Some("Fund A"))
    });
    let text = digest(&items, today, Language::En, &links()).unwrap();
    assert_eq!(text.subject, "Weekly digest: 3 overdue, 3 due within 30 days");
    let lines: Vec<&str> =
        text.plain.lines().filter(|line| !line.is_empty() && !line.starts_with("  http")).collect();
    assert_eq!(
        lines[..lines.len() - 2],
        [
            "Obligations on 2026-05-25",
            "Overdue (3)",
            "===========",
            "Fund A · A-1",
            "* 2026-05-01 – Late A1 (overdue by 24 days)",
            "Fund A · A-2",
            "* 2026-05-20 – Late A2 (overdue by 5 days)",
            "Fund B · B-1",
            "* 2026-05-10 – Late B (overdue by 15 days)",
            "Due within 30 days (3)",
            "======================",
            "Funder not given · C-1",
            "* 2026-05-25 – Today (due today)",
            "* 2026-06-24 – Last day (due in 30 days)",
            "Fund B · B-1",
            "* 2026-06-20 – Soon B (due in 26 days)",
        ]
    );
    for number in 1..=6 {
        assert!(text.plain.contains(&links().to(Uuid::from_u128(number))));
        assert!(text.html.contains(&format!("<a href=\"{}\">", links().to(Uuid::from_u128(number)))));
    }
    assert_eq!(text.html.matches("<ul>").count(), text.html.matches("</ul>").count());
    let text = digest(&items, today, Language::Lv, &links()).unwrap();
    assert_eq!(text.subject, "Nedēļas apskats: nokavēti – 3, 30 dienu laikā – 3");
    assert!(text.plain.contains("Finansētājs nav norādīts · C-1\n* 2026-05-25 – Today (termiņš šodien)"));
    assert_eq!(digest(&items[6..], today, Language::En, &links()), None);
}

#[test]
fn a_long_digest_counts_the_rest() {
    let late: Vec<Item> =
        (0..90).map(|n| item(n, "Late", "2026-05-01", &format!("A-{n:03}"), None)).collect();
    let soon: Vec<Item> = (0..25).map(|n| item(n, "Soon", "2026-05-26", "B", None)).collect();
    let text = digest(&[soon, late].concat(), day("2026-05-25"), Language::En, &links()).unwrap();
    assert_eq!(text.subject, "Weekly digest: 90 overdue, 25 due within 30 days");
    assert_eq!((text.plain.matches("* 2026").count(), text.plain.matches("And 15 more.").count()), (100, 1));
}

#[test]
fn links_are_addresses() {
    let id = Uuid::from_u128(10);
    let link = Links::parse("http://127.0.0.1:8080/v1/obligations/{id}?as=page#top").unwrap().to(id);
    assert_eq!(link, format!("http://127.0.0.1:8080/v1/obligations/{id}?as=page#top"));
    for bad in [
        "",
        "https://example.org/",
        "javascript:alert({id})",
        "mailto:{id}",
        "https:///{id}/x y",
        "https://example.org/{id}\r\nx",
        "https://user@example.org/{id}",
        "https://example.org/{id}/{id}",
        "https://example.org/\"{id}",
        "file:///{id}",
    ] {
        assert!(Links::parse(bad).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn no_text_breaks_out(title in "(?s).{0,300}", agreement in "[\\PC\r\n\u{202e}<\"&]{0,300}", due in 0i64..5) {
        let today = day("2026-05-25");
        let due = [NaiveDate::MIN, NaiveDate::MAX, today, day("2026-05-26"), day("2026-05-24")][due as usize];
        let one = Item { due, ..item(1, &title, "2026-05-31", &agreement, Some(&title)) };
        for language in [Language::Lv, Language::En] {
            let mut texts = vec![reminder(&one, today, language, &links())];
            texts.extend(digest(std::slice::from_ref(&one), today, language, &links()));
            for text in texts {
                prop_assert!(!text.subject.chars().any(char::is_control), "{:?}", text.subject);
                prop_assert!(text.subject.chars().count() < 300);
                prop_assert!(text.plain.chars().chain(text.html.chars()).all(|c| c == '\n' || !c.is_control()));
                prop_assert!(text.plain.lines().count() <= 14, "{}", text.plain);
                // Only our own tags.
                let tags = ["!DOCTYPE", "html", "/html", "head", "/head", "meta", "title", "/title", "body", "/body", "h1", "/h1",
                    "h2", "/h2", "h3", "/h3", "p", "/p", "br", "ul", "/ul", "li", "/li", "a", "/a", "hr", "small", "/small"];
                for part in text.html.split('<').skip(1) {
                    let name = part.split(['>', ' ']).next().unwrap();
                    prop_assert!(tags.contains(&name), "{name}");
                }
            }
        }
    }
}
