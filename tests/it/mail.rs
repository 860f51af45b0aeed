//! Delivery by e-mail, to a real server: aiosmtpd, on loopback. What arrives is read with Python's own reader of mail.
pub mod server;
mod tls;

use entity::vocab::ObligationKind;
use grantline::reminders::key::Host;
use grantline::reminders::mail::{Failure, Letter, Mailer, Patience, Relay, Sender, Step, Taken};
use grantline::reminders::rule::due_digest;
use grantline::reminders::text::{Item, Language, Links, Text, digest, reminder};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use server::Server;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Long, with letters of two alphabets and what a header or a tag could be broken with.
const TITLE: &str = "Noslēguma pārskats par robežšķērsošanas vietu «Pāternieki – Григоровщина»: ģeogrāfiskā noteikšana & \
                     <apmācība>\r\nBcc: other@example.org";

fn mailer(url: &str) -> Mailer {
    let patience = Patience { step: Duration::from_secs(20), last: Duration::from_secs(20) };
    patient(url, patience)
}

fn patient(url: &str, patience: Patience) -> Mailer {
    let sender = Sender::parse("Grantline – granti <grants@example.org>").unwrap();
    let host = Host::parse("grants.example.org").unwrap();
    Mailer::new(Relay::parse(url).unwrap(), sender, &host, patience).unwrap()
}

fn to(server: &Server) -> String {
    format!("smtp://127.0.0.1:{}", server.port)
}

fn item(title: &str) -> Item {
    Item {
        obligation_id: Uuid::from_u128(7),
        kind: ObligationKind::Duty,
        title: title.into(),
        due: "2026-05-31".parse().unwrap(),
        agreement: "ĀM/RPVP/2024/3".into(),
        funder: Some("Европейский союз".into()),
    }
}

fn links() -> Links {
    Links::parse("https://grants.example.org/obligations/{id}").unwrap()
}

async fn send(mailer: &Mailer, name: &str, language: Language, text: &Text) -> Result<Taken, Failure> {
    let day = "2026-05-25".parse().unwrap();
    let key = due_digest(chrono::Weekday::Mon, chrono::NaiveDate::MIN, day).unwrap().key();
    let message_id = key.message_id(Uuid::from_u128(9), &Host::parse("grants.example.org").unwrap());
    let date = "2026-05-25T06:00:00Z".parse().unwrap();
    let to = format!("{name}@example.org");
    mailer.send(&Letter { to: &to, message_id: &message_id, date, language, text }).await
}

async fn plain(mailer: &Mailer, name: &str) -> Result<Taken, Failure> {
    let text = reminder(&item("Report"), "2026-05-24".parse().unwrap(), Language::En, &links());
    send(mailer, name, Language::En, &text).await
}

fn header<'a>(message: &'a Value, name: &str) -> Vec<&'a str> {
    let all = message["headers"].as_array().unwrap().iter();
    all.filter(|header| header[0] == name).map(|header| header[1].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_is_sent_arrives_to_the_letter() {
    let Some(server) = Server::start() else { return };
    let mailer = mailer(&to(&server));
    let today = "2026-05-24".parse().unwrap();
    let dotted = Item { agreement: ".\r\n..\r\n.".into(), ..item(". a line with a dot") };
    let mut sent = Vec::new();
    for language in [Language::Lv, Language::En] {
        for one in [
            item(TITLE),
            item("Заключительный отчёт о пересечении государственной границы ".repeat(2).trim()),
            dotted.clone(),
        ] {
            sent.push((language, reminder(&one, today, language, &links())));
        }
        let many: Vec<Item> = (0..150).map(|_| item(TITLE)).collect();
        sent.push((language, digest(&many, today, language, &links()).unwrap()));
    }
    for (language, text) in &sent {
        let taken = send(&mailer, "anna", *language, text).await.unwrap();
        assert_eq!(taken.said, "2.0.0 Queued as 12345");
    }
    mailer.close().await;
    let arrived = server.messages();
    assert_eq!(arrived.len(), sent.len());
    for ((language, text), message) in sent.iter().zip(&arrived) {
        let over_the_wire = |text: &str| text.replace('\n', "\r\n");
        assert_eq!(header(message, "Subject"), [text.subject.as_str()]);
        let parts = json!([
            ["text/plain", "utf-8", over_the_wire(&text.plain)],
            ["text/html", "utf-8", over_the_wire(&text.html)],
        ]);
        assert_eq!(message["parts"], parts);
        assert_eq!((&message["type"], &message["defects"]), (&json!("multipart/alternative"), &json!([])));
        assert_eq!(header(message, "From"), ["Grantline – granti <grants@example.org>"]);
        assert_eq!(header(message, "To"), ["anna@example.org"]);
        assert_eq!(header(message, "Date"), ["Mon, 25 May 2026 06:00:00 +0000"]);
        assert_eq!(header(message, "Auto-Submitted"), ["auto-generated"]);
        assert_eq!(header(message, "Content-Language"), [language.tag()]);
        let [id] = header(message, "Message-ID").try_into().unwrap();
        let name = id.strip_prefix('<').and_then(|id| id.strip_suffix("@grants.example.org>")).unwrap();
        assert!(name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
        assert_eq!(header(message, "Message-ID"), header(&arrived[0], "Message-ID"));
        assert_eq!(message["headers"].as_array().unwrap().len(), 9, "{message}");
        assert_eq!(
            (&message["from"], &message["to"]),
            (&json!("grants@example.org"), &json!(["anna@example.org"]))
        );
        assert_eq!(message["hello"], "grants.example.org");
        // RFC 5321, section 4.5.3.1.6; RFC 5322, section 2.1.1.
        assert!(message["longest_line"].as_u64().unwrap() <= 998 && message["bare"] == 0);
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn any_title_arrives_to_the_letter() {
    let Some(server) = Server::start() else { return };
    let mailer = mailer(&to(&server));
    let mut runner = TestRunner::deterministic();
    let mut titles =
        vec!["=?utf-8?q?=41?=".to_owned(), "Report =?utf-8?b?QQ==?= (1)".to_owned(), "x".repeat(300)];
    let letters = "[a-zA-Z āčēģīķļņšūžё😀\u{301}а-яЁ=?_.,;:<>()\"\\\\@%&'-]{1,150}|([a-z]{1,9} ){1,20}|[ -~]{1,150}|\\PC{1,60}";
    titles.extend((0..120).map(|_| letters.new_tree(&mut runner).unwrap().current()));
    let today = "2026-05-24".parse().unwrap();
    let texts: Vec<Text> =
        titles.iter().map(|title| reminder(&item(title), today, Language::Lv, &links())).collect();
    for text in &texts {
        send(&mailer, "anna", Language::Lv, text).await.unwrap();
    }
    for (text, message) in texts.iter().zip(server.messages()) {
        assert_eq!(header(&message, "Subject"), [text.subject.as_str()]);
        assert_eq!(message["parts"][0][2], text.plain.replace('\n', "\r\n"));
        assert_eq!(message["parts"][1][2], text.html.replace('\n', "\r\n"));
        assert_eq!(message["defects"], json!([]), "{}", text.subject);
    }
    // A connection is not used for ever.
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let Some(server) = Server::start() else { return };
    let mailer = mailer(&to(&server));
    let refused = plain(&mailer, "refused").await.unwrap_err();
    assert_eq!(refused.to_string(), "it was refused: RCPT TO: 550 5.1.1 … Recipient address rejected");
    let mut said = Vec::new();
    for name in ["later", "closing", "odd", "full", "too-large"] {
        let failure = plain(&mailer, name).await.unwrap_err();
        let reason = failure.reason();
        said.push((name, failure.code(), reason.step, reason.code));
        // Nothing that was refused stands in the way of the next one.
        plain(&mailer, "anna").await.unwrap();
    }
    assert_eq!(
        said,
        [
            ("later", "later", Step::Recipient, Some(451)),
            ("closing", "later", Step::Recipient, Some(421)),
            ("odd", "later", Step::Recipient, Some(354)),
            ("full", "later", Step::Content, Some(452)),
            ("too-large", "refused", Step::Content, Some(552)),
        ]
    );
    // After 421, and after an answer that makes no sense, over another connection.
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn a_lost_connection_leaves_doubt_only_where_there_is_doubt() {
    let Some(server) = Server::start() else { return };
    let mailer = mailer(&to(&server));
    for (name, code, step) in [
        ("dropped-early", "later", Step::Recipient),
        ("dropped-within", "uncertain", Step::Content),
        // It has the message, and could not say so.
        ("dropped", "uncertain", Step::Content),
    ] {
        let failure = plain(&mailer, name).await.unwrap_err();
        assert_eq!(
            (failure.code(), failure.reason().step, failure.reason().code),
            (code, step, None),
            "{failure}"
        );
    }
    assert_eq!(server.messages().len(), 1);
    plain(&mailer, "anna").await.unwrap();
    // A connection that went while it rested is no reason to fail.
    server.cut();
    plain(&mailer, "anna").await.unwrap();
    assert_eq!((server.messages().len(), server.connections()), (3, 5));
    drop(server);
    let failure = plain(&mailer, "anna").await.unwrap_err();
    assert_eq!((failure.code(), failure.reason().step), ("later", Step::Connect), "{failure}");
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    let Some(server) = Server::start() else { return };
    // A port that takes connections and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("smtp://{}", silent.local_addr().unwrap());
    for (url, name, [step, last], code, at) in [
        (to(&server), "hanging-early", [3, 20], "later", Step::Recipient),
        (to(&server), "hanging", [20, 1], "uncertain", Step::Content),
        (silent, "anna", [1, 20], "later", Step::Connect),
    ] {
        let patience = Patience { step: Duration::from_secs(step), last: Duration::from_secs(last) };
        let began = Instant::now();
        let failure = plain(&patient(&url, patience), name).await.unwrap_err();
        let reason = failure.reason();
        assert_eq!((failure.code(), reason.step, reason.code), (code, at, None), "{failure}");
        assert!(
            began.elapsed() >= Duration::from_secs(step.min(last))
                && began.elapsed() < Duration::from_secs(15)
        );
    }
}

#[tokio::test]
async fn a_message_that_is_given_up_takes_its_connection_along() {
    let Some(server) = Server::start() else { return };
    let mailer = mailer(&to(&server));
    plain(&mailer, "anna").await.unwrap();
    let arrived = async {
        while server.messages().len() < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        taken = plain(&mailer, "hanging") => panic!("{taken:?}"),
        () = arrived => {}
    }
    plain(&mailer, "anna").await.unwrap();
    assert_eq!((server.messages().len(), server.connections()), (3, 2));
}

#[tokio::test]
async fn a_log_in_is_done_where_it_is_wanted() {
    let Some(server) = Server::start_with(json!({"login": ["grants@example.org", "pā:ss/w@rd"]})) else {
        return;
    };
    let at = format!("127.0.0.1:{}", server.port);
    let right = mailer(&format!("smtp://grants%40example.org:p%C4%81%3Ass%2Fw%40rd@{at}"));
    plain(&right, "anna").await.unwrap();
    let wrong = plain(&mailer(&format!("smtp://grants:secret@{at}")), "anna").await.unwrap_err();
    assert_eq!((wrong.code(), wrong.reason().step, wrong.reason().code), ("later", Step::Login, Some(535)));
    assert!(!format!("{wrong:?} {wrong}").contains("secret"));
    // Nobody's reminder is lost because the configuration lacks a password.
    let without = plain(&mailer(&format!("smtp://{at}")), "anna").await.unwrap_err();
    assert_eq!(
        (without.code(), without.reason().step, without.reason().code),
        ("later", Step::Sender, Some(530))
    );
    assert_eq!(server.messages().len(), 1);
}

#[tokio::test]
async fn tls_is_required_where_it_is_wanted() {
    let Some(server) = Server::start() else { return };
    let at = format!("127.0.0.1:{}", server.port);
    let failure = plain(&mailer(&format!("smtp://{at}?tls=required")), "anna").await.unwrap_err();
    assert_eq!((failure.code(), failure.reason().step), ("later", Step::StartTls), "{failure}");
    let failure = plain(&mailer(&format!("smtps://{at}")), "anna").await.unwrap_err();
    assert_eq!((failure.code(), failure.reason().step), ("later", Step::Connect), "{failure}");
    assert!(server.messages().is_empty());
}
