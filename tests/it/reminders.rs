//! Reminders: who is written to about what, once, whatever happens; to a real mail server. How rules and texts are read and
//! written is tested beside the code, the way to the server in `mail.rs`.
use crate::both;
use crate::calendar::owing;
use crate::mail::server::Server;
use crate::support::App;
use crate::support::database::{Content, Engine, fresh};
use crate::support::process::run as program;
use chrono::TimeDelta;
use entity::vocab::{PrincipalKind, Role};
use grantline::access::{self, Grant};
use grantline::clock::{Clock, FixedClock};
use grantline::config::{Config, Settings};
use grantline::reminders::{Sent, run};
use grantline::store::db::Db;
use grantline::store::scope::Root;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

fn config(server: &Server, rules: &str, more: &[(&str, &str)]) -> Config {
    let mut settings = Settings::default();
    settings
        .set("smtp_url", format!("smtp://127.0.0.1:{}", server.port))
        .set("mail_from", "grants@example.org");
    settings.set("reminder_link", "https://grants.example.org/o/{id}").set("reminders", rules);
    for (name, value) in more {
        settings.set(name, *value);
    }
    Config::load(settings).unwrap()
}

/// One run, as one server does it.
async fn sent(app: &App, config: &Config) -> Sent {
    sent_by(&app.state.db, app, config).await
}

async fn sent_by(db: &Db, app: &App, config: &Config) -> Sent {
    let mail = config.reminders.mail.as_ref().unwrap();
    run(db, app.clock.as_ref(), config.time_zone, &config.reminders, mail).await.unwrap()
}

/// A principal with a role, written to at `name@example.org`.
async fn person(app: &App, name: &str, role: Role, root: Option<Root>, language: &str) -> String {
    let db = &app.state.db;
    let grants = [Grant { role, root }];
    let id =
        access::grant_to_principal(db, name, PrincipalKind::Person, &grants, app.clock.now()).await.unwrap();
    let email = format!("{name}@example.org");
    access::set_mail(db, id, Some(email), Some(language.to_owned())).await.unwrap();
    id.to_string()
}

fn at(app: &App, day: &str) {
    app.clock.set(format!("{day}T08:00:00Z").parse().unwrap());
}

/// To whom and under which subject, sorted.
fn told(server: &Server) -> Vec<(String, String)> {
    let subject = |message: &Value| {
        let headers = message["headers"].as_array().unwrap().iter();
        let subject =
            headers.filter(|header| header[0] == "Subject").map(|header| header[1].as_str().unwrap());
        subject.collect::<Vec<_>>().join("")
    };
    let messages = server.messages();
    let mut told: Vec<(String, String)> =
        messages.iter().map(|m| (m["to"][0].as_str().unwrap().to_owned(), subject(m))).collect();
    told.sort();
    told
}

async fn states(app: &App) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for state in app.column("/v1/reminders?limit=2", "state").await {
        *states.entry(state).or_default() += 1;
    }
    states
}

const RULES: &str = "programme_manager: 30d before, 7d before, on the day, every 7d after up to 2 times; finance_officer for duty: 7d before";

both! {
    async fn each_is_told_in_time_and_once(app: App) {
        let Some(server) = Server::start() else { return };
        let l = owing(app).await;
        let elsewhere = Root::Project(app.project("ELSEWHERE").await.parse().unwrap());
        let project = Root::Project(l.project.parse().unwrap());
        let anna = person(app, "anna", Role::ProgrammeManager, None, "lv").await;
        person(app, "boris", Role::FinanceOfficer, Some(project), "en").await;
        person(app, "other", Role::ProgrammeManager, Some(elsewhere), "en").await;
        person(app, "viewer", Role::Viewer, None, "en").await;
        let gone = person(app, "gone", Role::ProgrammeManager, None, "en").await;
        access::set_disabled(&app.state.db, gone.parse().unwrap(), Some(app.clock.now())).await.unwrap();
        let silent = person(app, "silent", Role::ProgrammeManager, None, "en").await;
        access::set_mail(&app.state.db, silent.parse().unwrap(), None, None).await.unwrap();
        let config = config(&server, RULES, &[]);
        // The interim report was due on 2020-12-30 and is a year late; the final one is due on 2021-08-31.
        let interim = app.ids("/v1/obligations?entry=interim").await.remove(0);
        let done = json!({"fulfilled_on": "2020-12-18"});
        app.at_version("POST", &format!("/v1/obligations/{interim}"), "/fulfilments", Some(done)).await.expect(201);
        let none = Sent::default();
        at(app, "2021-07-31");
        assert_eq!(sent(app, &config).await, none);
        at(app, "2021-08-01");
        assert_eq!(sent(app, &config).await, Sent { sent: 1, ..none });
        assert_eq!(sent(app, &config).await, none, "once");
        at(app, "2021-08-24");
        assert_eq!(sent(app, &config).await, Sent { sent: 2, ..none });
        at(app, "2021-09-01");
        assert_eq!(sent(app, &config).await, Sent { sent: 1, ..none }, "what was missed yesterday");
        at(app, "2021-09-07");
        assert_eq!(sent(app, &config).await, Sent { sent: 1, ..none });
        let subject = |text: &str, report: &str| format!("{text}: {report} – ICMPD/2019/MPF–295–005");
        assert_eq!(told(&server), [
            ("anna@example.org", subject("Nokavēts par 1 dienu (2021-08-31)", "Noslēguma pārskats")),
            ("anna@example.org", subject("Nokavēts par 7 dienām (2021-08-31)", "Noslēguma pārskats")),
            ("anna@example.org", subject("Termiņš pēc 30 dienām (2021-08-31)", "Noslēguma pārskats")),
            ("anna@example.org", subject("Termiņš pēc 7 dienām (2021-08-31)", "Noslēguma pārskats")),
            ("boris@example.org", subject("Due in 7 days (2021-08-31)", "Final report")),
        ].map(|(to, subject)| (to.to_owned(), subject)));

        // Listed for those who answer for the whole; each sees its own.
        let all = app.get("/v1/reminders?limit=200").await.expect(200);
        assert_eq!(all["items"].as_array().unwrap().len(), 5);
        assert!(!all.to_string().contains("example.org\"") && !all.to_string().contains("anna"), "{all}");
        let newest = &all["items"][0];
        assert_eq!((&newest["principal_id"], &newest["rule"], &newest["state"]), (&json!(anna), &json!("every-7d-after"), &json!("sent")));
        assert_eq!((&newest["due"], &newest["day"]), (&json!("2021-08-31"), &json!("2021-09-07")));
        assert_eq!(app.column("/v1/reminders?limit=2", "id").await.len(), 5, "page by page");
        for (query, count) in [("state=sent", 5), ("state=uncertain,refused", 0), ("rule", 0)] {
            let answer = app.get(&format!("/v1/reminders?{query}")).await;
            match query {
                "rule" => assert_eq!(answer.problem(), "bad_parameters rule:unknown_parameter"),
                _ => assert_eq!(answer.expect(200)["items"].as_array().unwrap().len(), count, "{query}"),
            }
        }
        assert_eq!(app.ids(&format!("/v1/reminders?principal={anna}")).await.len(), 4);
        assert_eq!(app.ids(&format!("/v1/reminders?obligation={}", newest["obligation_id"].as_str().unwrap())).await.len(), 5);
        assert_eq!(app.ids(&format!("/v1/reminders?obligation={interim}")).await.len(), 0);
        assert_eq!(app.get("/v1/reminders?state=lost").await.problem(), "bad_parameters state:invalid_value");
        let see = async |name: &str, query: &str| {
            let token = app.token_with(name, &[]).await;
            let answer = app.ask("GET", &format!("/v1/reminders{query}"), &[("authorization", &format!("Bearer {token}"))], None).await;
            answer.expect(200)["items"].as_array().unwrap().len()
        };
        assert_eq!((see("anna", "").await, see("boris", "").await, see("other", "").await), (4, 1, 0));
        assert_eq!(see("boris", &format!("?principal={anna}")).await, 0);
    }
}

both! {
    /// Three servers at once: whoever claims it sends it, and nobody else does.
    async fn three_servers_send_each_once(app: App) {
        let Some(server) = Server::start() else { return };
        owing(app).await;
        for n in 0..8 {
            person(app, &format!("person-{n}"), Role::ProgrammeManager, None, "en").await;
        }
        at(app, "2021-08-24");
        let config = config(&server, "30d before, 7d before, every 7d after up to 100 times", &[("digest_day", "tuesday")]);
        let mut servers = Vec::new();
        for _ in 0..3 {
            servers.push(Db::connect(app.database_url(), 3).await.unwrap());
        }
        let of_each = futures_util::future::join_all(servers.iter().map(|db| sent_by(db, app, &config))).await;
        // The final report is near, the interim one overdue; and the digest of that Tuesday.
        let all: u64 = of_each.iter().map(|sent| sent.sent).sum();
        let told = told(&server);
        assert_eq!((all, told.len()), (24, 24), "{of_each:?}");
        let distinct: std::collections::BTreeSet<_> = told.iter().collect();
        assert_eq!(distinct.len(), 24);
        assert_eq!(states(app).await, BTreeMap::from([("sent".to_owned(), 24)]));
    }
}

both! {
    /// A server that ends with a message on its way leaves one entry in doubt, and no second message.
    async fn what_was_under_way_is_not_sent_again(app: App) {
        let Some(server) = Server::start() else { return };
        owing(app).await;
        person(app, "hanging", Role::ProgrammeManager, None, "en").await;
        at(app, "2021-08-24");
        let config = Arc::new(config(&server, "7d before", &[]));
        let arrived = async {
            while server.messages().is_empty() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            sent = sent(app, &config) => panic!("{sent:?}"),
            () = arrived => {}
        }
        assert_eq!(states(app).await, BTreeMap::from([("sending".to_owned(), 1)]));
        app.clock.advance(TimeDelta::minutes(29));
        assert_eq!(sent(app, &config).await, Sent::default(), "it may still be on its way");
        app.clock.advance(TimeDelta::minutes(2));
        assert_eq!(sent(app, &config).await, Sent { uncertain: 1, ..Sent::default() });
        assert_eq!(sent(app, &config).await, Sent::default());
        assert_eq!((states(app).await, server.messages().len()), (BTreeMap::from([("uncertain".to_owned(), 1)]), 1));
        let entry = app.get("/v1/reminders").await.expect(200)["items"][0].clone();
        assert_eq!(entry["said"], "the server that was sending it ended");
        // The same name as the message had, so that a copy can be known for one.
        let arrived = server.messages()[0]["headers"].as_array().unwrap().clone();
        assert!(arrived.contains(&json!(["Message-ID", entry["message_id"]])), "{arrived:?}");
    }
}

both! {
    async fn what_a_server_says_is_kept_and_what_may_yet_go_is_tried_again(app: App) {
        let Some(server) = Server::start() else { return };
        owing(app).await;
        for name in ["refused", "later", "dropped"] {
            person(app, name, Role::ProgrammeManager, None, "en").await;
        }
        at(app, "2021-08-24");
        let config = config(&server, "7d before", &[]);
        let expected = Sent { refused: 1, uncertain: 1, later: 1, sent: 0 };
        assert_eq!(sent(app, &config).await, expected);
        assert_eq!(sent(app, &config).await, Sent { later: 1, ..Sent::default() });
        assert_eq!(states(app).await, BTreeMap::from([("refused".to_owned(), 1), ("uncertain".to_owned(), 1)]));
        let said = app.column("/v1/reminders?state=refused", "said").await.remove(0);
        assert!(said.contains("550") && !said.contains('@'), "{said}");
        // A server that is away costs nothing but time.
        drop(server);
        assert_eq!(sent(app, &config).await, Sent { later: 1, ..Sent::default() });
    }
}

both! {
    async fn a_digest_comes_once_a_week_with_what_presses(app: App) {
        let Some(server) = Server::start() else { return };
        let l = owing(app).await;
        let elsewhere = Root::Project(app.project("ELSEWHERE").await.parse().unwrap());
        person(app, "anna", Role::ProgrammeManager, Some(Root::GrantAgreement(l.agreement.parse().unwrap())), "en").await;
        person(app, "other", Role::ProgrammeManager, Some(elsewhere), "en").await;
        person(app, "viewer", Role::Viewer, None, "en").await;
        let config = config(&server, "365d before", &[("digest_day", "monday")]);
        // A Wednesday, two days late; before that nothing.
        for (day, count) in [("2021-08-22", 0), ("2021-08-25", 1), ("2021-08-26", 1), ("2021-08-30", 2)] {
            at(app, day);
            sent(app, &config).await;
            assert_eq!(told(&server).len(), count, "{day}");
        }
        let digest = ("anna@example.org".to_owned(), "Weekly digest: 1 overdue, 1 due within 30 days".to_owned());
        assert_eq!(told(&server), [digest.clone(), digest]);
        let entry = app.get("/v1/reminders").await.expect(200)["items"][0].clone();
        assert_eq!((&entry["rule"], &entry["obligation_id"], &entry["due"]), (&json!("digest"), &Value::Null, &Value::Null));
    }
}

/// As it is run by hand: shown first, then sent, then nothing is left to send.
async fn by_hand(engine: Engine) {
    let Some(database) = fresh(engine, Content::Nothing).await else { return };
    let Some(server) = Server::start() else { return };
    let app = App::on(database).await;
    let clock: &FixedClock = app.clock.as_ref();
    clock.set(grantline::clock::SystemClock.now());
    owing(&app).await;
    let url = app.database_url().to_owned();
    let said = |arguments: &[&str]| {
        let output = program(&[arguments, &["--database-url", &url]].concat());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.success(), text(&output.stdout) + &text(&output.stderr))
    };
    assert!(said(&["grant", "--principal", "Anna", "--role", "programme_manager"]).0);
    let (ok, told) = said(&["principal", "mail", "Anna"]);
    assert!(ok && told.contains("is not written to"), "{told}");
    for bad in [
        "anna",
        "anna@example.org, b@example.org",
        "Anna <anna@example.org>",
        "a@example.org\nBcc: b@example.org",
    ] {
        let (ok, told) = said(&["principal", "mail", "Anna", "--email", bad]);
        assert!(!ok && told.contains("write an address such as"), "{told}");
    }
    assert!(said(&["principal", "mail", "Anna", "--email", "anna@example.org", "--language", "en"]).0);
    assert!(said(&["principal", "mail", "Anna"]).1.contains("is written to at anna@example.org (en)"));
    let flags = ["--reminders", "every 1d after up to 1000 times"];
    let (ok, shown) = said(&[&["remind", "--dry-run"][..], &flags].concat());
    let lines: Vec<&str> = shown.lines().collect();
    assert!(ok && lines[0].starts_with("day\trule\tdue\tobligation\tprincipal"), "{shown}");
    // Both reports are years late, and only so many times are told.
    assert_eq!(lines.len(), 1, "{shown}");
    let flags = ["--reminders", "every 7d after up to 1000 times"];
    let (ok, shown) = said(&[&["remind", "--dry-run"][..], &flags].concat());
    assert!(ok && shown.lines().count() == 3 && shown.contains("\tAnna\t"), "{shown}");
    assert_eq!(server.messages().len(), 0);
    let (ok, without) = said(&["remind"]);
    assert!(!ok && without.contains("set --smtp-url"), "{without}");
    let smtp = format!("smtp://127.0.0.1:{}", server.port);
    let way = [
        "--smtp-url",
        &smtp,
        "--mail-from",
        "grants@example.org",
        "--public-url",
        "https://grants.example.org",
    ];
    let (ok, told) = said(&[&["remind"][..], &flags, &way].concat());
    assert!(ok && told.contains("2 sent, 0 refused"), "{told}");
    assert!(said(&[&["remind"][..], &flags, &way].concat()).1.contains("0 sent"));
    assert_eq!(server.messages().len(), 2);
    let text = server.messages()[0]["parts"][0][2].as_str().unwrap().to_owned();
    assert!(text.contains("https://grants.example.org/v1/obligations/"), "{text}");
    assert!(said(&["principal", "mail", "Anna", "--nothing"]).1.contains("no longer written to"));
    assert_eq!(said(&[&["remind", "--dry-run"][..], &flags].concat()).1.lines().count(), 1);
    let (ok, told) = said(&["remind", "--smtp-url", "smtp://a:secret@mail.example.org/x"]);
    assert!(!ok && !told.contains("secret"), "{told}");
}

#[tokio::test]
async fn by_hand_sqlite() {
    by_hand(Engine::Sqlite).await;
}

#[tokio::test]
async fn by_hand_postgres() {
    by_hand(Engine::Postgres).await;
}
