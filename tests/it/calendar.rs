//! The calendar: what is in it and for whom, at addresses that hold a token of their own; read by parsers that nobody here
//! wrote. How each line is written is tested beside the code (`src/exports/ical`).
mod feeds;
mod parsers;

use crate::both;
use crate::support::App;
use crate::support::world::Latbel;
use chrono::TimeDelta;
use entity::vocab::Role;
use grantline::access::Grant;
use grantline::clock::Clock;
use grantline::regimes::ship;
use grantline::store::scope::Root;
use icalendar::parser::{Component, read_calendar, unfold};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The entries of a calendar by their UID, each with its properties; those of the same name joined.
pub type Entries = BTreeMap<String, BTreeMap<String, String>>;

pub fn entries(text: &str) -> Entries {
    let unfolded = unfold(text);
    let calendar = read_calendar(&unfolded).unwrap();
    let named = |component: &Component<'_>| {
        let mut named = BTreeMap::new();
        for property in &component.properties {
            named.insert(property.name.as_str().to_owned(), property.val.as_str().to_owned());
        }
        named.insert("alarms".into(), component.components.len().to_string());
        named
    };
    let events = calendar.components.iter().filter(|component| component.name == "VEVENT");
    let entries: Vec<_> = events.map(|event| (named(event)["UID"].clone(), named(event))).collect();
    let all = entries.len();
    let entries: Entries = entries.into_iter().collect();
    assert_eq!(entries.len(), all, "a UID stands twice");
    entries
}

/// The calendar at an address.
async fn read(app: &App, query: &str) -> Entries {
    let answer = app.get(&format!("/v1/calendar.ics?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
    entries(&answer.text())
}

/// One property of all entries, in the order of the entries' days.
fn column(entries: &Entries, name: &str) -> Vec<String> {
    let mut found: Vec<(&str, &str)> =
        entries.values().map(|entry| (entry["DTSTART"].as_str(), entry[name].as_str())).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, value)| value.to_owned()).collect()
}

/// LATBEL, whose agreement follows its regime.
pub async fn owing(app: &App) -> Latbel {
    let l = app.latbel().await;
    ship(&app.state).await.unwrap();
    let regime = app.get("/v1/regimes/eu-prag-icmpd-mpf").await.expect(200)["record_id"].clone();
    let address = format!("/v1/grant-agreements/{}", l.agreement);
    app.at_version("PATCH", &address, "", Some(json!({"regime_id": regime}))).await.expect(200);
    l
}

both! {
    async fn it_shows_what_is_owed_and_what_takes_place(app: App) {
        assert_eq!(read(app, "").await.len(), 0);
        let l = owing(app).await;
        let calendar = read(app, "as_of=2020-12-01&lang=en").await;
        assert_eq!(column(&calendar, "DTSTART"), ["20201230", "20210219", "20210501", "20210831", "20221130"]);
        assert_eq!(column(&calendar, "DTEND"), ["20201231", "20210220", "20210502", "20210901", "20221201"]);
        assert_eq!(column(&calendar, "SUMMARY")[3], "LATBEL: Final report");
        assert_eq!(column(&calendar, "CATEGORIES"), ["LATBEL"; 5]);
        assert_eq!(column(&calendar, "alarms"), ["3", "1", "2", "3", "2"]);
        assert_eq!(column(&calendar, "DESCRIPTION")[0], "State: Upcoming\nAgreement: ICMPD/2019/MPF–295–005");
        assert_eq!(calendar[&l.event]["SUMMARY"], "LATBEL: Online meeting");
        let latvian = [("accept-language", "lv")];
        let text = app.ask("GET", "/v1/calendar.ics?as_of=2020-12-01", &latvian, None).await;
        assert_eq!(text.header("content-language"), "lv");
        let latvian = entries(&text.text());
        assert_eq!(column(&latvian, "SUMMARY")[3], "LATBEL: Noslēguma pārskats");
        assert_eq!(latvian.keys().collect::<Vec<_>>(), calendar.keys().collect::<Vec<_>>());

        // Filters as in the list; by what only obligations have, events are none.
        let ids = async |query: &str| read(app, query).await.into_keys().collect::<Vec<_>>();
        for (query, events) in [
            ("as_of=2020-12-01&state=due_soon", 0), ("due[lte]=2021-06-01", 0), ("kind=window", 0),
            ("agreement=AGREEMENT", 0), ("project=LATBEL", 1), ("funder=FUNDER", 1), ("organisation=VRS", 1), ("q=report", 0),
            ("updated_since=2026-11-22T09:00:00Z", 1), ("id=EVENT", 1), ("q=meeting", 1),
        ] {
            let query = query.replace("AGREEMENT", &l.agreement).replace("FUNDER", &l.icmpd_funder).replace("VRS", &l.vrs).replace("EVENT", &l.event);
            let mut expected = app.ids(&format!("/v1/obligations?{query}")).await;
            let found = ids(&query).await;
            assert_eq!(found.contains(&l.event), events == 1, "{query}");
            expected.extend((events == 1).then(|| l.event.clone()));
            expected.sort_unstable();
            assert_eq!(found, expected, "{query}");
        }
        for (query, problem) in [
            ("limit=5", "bad_parameters limit:unknown_parameter"), ("lang=ru", "bad_parameters lang:invalid_value"),
            ("state=held", "bad_parameters state:invalid_value"), ("sort=due", "bad_parameters sort:unknown_parameter"),
        ] {
            assert_eq!(app.get(&format!("/v1/calendar.ics?{query}")).await.problem(), problem);
        }
        // As it was known: before anything was.
        let before = app.clock.now();
        app.clock.advance(TimeDelta::minutes(1));
        app.project("LATER").await;
        assert_eq!(ids(&format!("known_at={}", before.to_rfc3339().replace("+00:00", "Z"))).await.len(), 5);
        assert_eq!(ids("known_at=2026-11-22T09:00:00Z").await.len(), 0);
    }
}

both! {
    async fn entries_stay_and_grow(app: App) {
        let l = owing(app).await;
        let address = format!("/v1/grant-agreements/{}", l.agreement);
        let final_report = app.ids("/v1/obligations?entry=final").await.remove(0);
        let look = async |as_of: &str| read(app, &format!("lang=en&as_of={as_of}")).await[&final_report].clone();
        let first = look("2021-08-01").await;
        assert_eq!((first["DTSTART"].as_str(), first["SEQUENCE"].as_str()), ("20210831", "0"));
        app.clock.advance(TimeDelta::minutes(1));
        let moved = json!({"implementation_period": {"end": "2021-09-30", "duration_months": null}});
        app.at_version("PATCH", &address, "", Some(moved)).await.expect(200);
        let second = look("2021-08-01").await;
        assert_eq!((second["DTSTART"].as_str(), second["SEQUENCE"].as_str()), ("20211230", "1"));
        assert!(second["LAST-MODIFIED"] > first["LAST-MODIFIED"], "{second:?}");
        assert!(second["DESCRIPTION"].contains("Originally due: 2021-08-31"), "{second:?}");
        // What is shown of its agreement changed.
        app.clock.advance(TimeDelta::minutes(1));
        app.at_version("PATCH", &address, "", Some(json!({"reference": "MPF-295"}))).await.expect(200);
        let third = look("2021-08-01").await;
        assert!(third["LAST-MODIFIED"] > second["LAST-MODIFIED"] && third["DESCRIPTION"].contains("MPF-295"));
        // Time alone makes it overdue, at midnight in Riga.
        app.clock.set("2029-12-31T10:00:00Z".parse().unwrap());
        let far = json!({"implementation_period": {"end": "2029-09-30", "duration_months": null}});
        app.at_version("PATCH", &address, "", Some(far)).await.expect(200);
        let (eve, late) = (look("2029-12-30").await, look("2029-12-31").await);
        assert_eq!((eve["alarms"].as_str(), late["alarms"].as_str()), ("3", "0"));
        assert!(late["DESCRIPTION"].starts_with("State: Overdue"), "{late:?}");
        let none = json!({"regime_id": null});
        app.at_version("PATCH", &address, "", Some(none)).await.expect(200);
        let gone = look("2029-12-31").await;
        assert_eq!(gone["STATUS"], "CANCELLED", "a client that merely misses it may keep it");
        assert!(gone["SEQUENCE"].parse::<u32>().unwrap() > late["SEQUENCE"].parse().unwrap());
    }
}

both! {
    async fn what_time_alone_brings_about_is_a_change(app: App) {
        owing(app).await;
        app.clock.set("2030-01-15T10:00:00Z".parse().unwrap());
        let id = app.ids("/v1/obligations?entry=final").await.remove(0);
        // Its record is from 2026; the term of 2021 passed before that, and the later one counts.
        assert_eq!(read(app, "entry=final").await[&id]["LAST-MODIFIED"], "20261122T100000Z");
        let far = json!({"implementation_period": {"end": "2029-09-30", "duration_months": null}});
        app.clock.set("2028-01-15T10:00:00Z".parse().unwrap());
        let agreement = app.get(&format!("/v1/obligations/{id}")).await.json()["grant_agreement_id"].clone();
        app.at_version("PATCH", &format!("/v1/grant-agreements/{}", agreement.as_str().unwrap()), "", Some(far)).await.expect(200);
        assert_eq!(read(app, "entry=final&as_of=2029-12-30").await[&id]["LAST-MODIFIED"], "20280115T100000Z");
        let overdue = read(app, "entry=final&as_of=2029-12-31").await[&id].clone();
        assert_eq!((overdue["LAST-MODIFIED"].as_str(), overdue["SEQUENCE"].as_str()), ("20291230T220000Z", "1"));
    }
}

both! {
    async fn events_have_days_hours_and_places(app: App) {
        let event = async |starts: &str, ends: Option<&str>, state: &str| {
            app.made("events", json!({"title": {"en": "E"}, "kind": "seminar", "mode": "in_person", "state": state,
                "starts": starts, "ends": ends})).await
        };
        let session = async |event: &str, session: Value| drop(app.part(&format!("events/{event}"), "sessions", session).await);
        let at_ten = json!({"start_time": "10:00", "end_time": "12:30", "time_zone": "Europe/Riga",
            "place": {"lv": "Rīga, Brīvības iela 1", "en": "Riga"}});
        let timed = event("2026-07-01", None, "confirmed").await;
        session(&timed, at_ten.clone()).await;
        let of_two = event("2026-07-01", Some("2026-07-02"), "cancelled").await;
        session(&of_two, at_ten.clone()).await;
        session(&of_two, json!({"place": {"en": "Jelgava"}})).await;
        let month = event("2026-06", None, "planned").await;
        session(&month, at_ten).await;
        let unknown = event("XXXX-10-26", None, "held").await;
        let calendar = read(app, "lang=lv").await;
        let told = |id: &str| ["DTSTART", "DTEND", "STATUS", "LOCATION"].map(|name| calendar[id].get(name).cloned().unwrap_or_default());
        assert_eq!(told(&timed), ["20260701T070000Z", "20260701T093000Z", "CONFIRMED", "Rīga, Brīvības iela 1"]);
        assert!(calendar[&timed]["DESCRIPTION"].contains("Laiks: 2026-07-01 10:00–12:30 (Europe/Riga)"));
        assert_eq!(told(&of_two), ["20260701", "20260703", "CANCELLED", "Rīga, Brīvības iela 1; Jelgava"]);
        assert_eq!(told(&month), ["20260601", "20260701", "TENTATIVE", "Rīga, Brīvības iela 1"]);
        assert!(!calendar.contains_key(&unknown), "nobody knows its year");
    }
}

both! {
    /// Several pages: everything once, in a fixed number of statements for each.
    async fn it_is_written_page_by_page(app: App) {
        let body = |n: usize| json!({"title": {"en": format!("Event {n}")}, "kind": "seminar", "mode": "online",
            "state": "planned", "starts": "2027-01-15"});
        for from in [0, 150, 300] {
            let items: Vec<Value> = (from..from + 150).map(body).collect();
            app.post("/v1/events/batch", json!({"items": items})).await.expect(201);
        }
        let before = app.statements.load(std::sync::atomic::Ordering::Relaxed);
        assert_eq!(read(app, "").await.len(), 450);
        let statements = app.statements.load(std::sync::atomic::Ordering::Relaxed) - before;
        assert!(statements <= 25, "{statements}");
    }
}

both! {
    async fn each_sees_its_own(app: App) {
        let l = owing(app).await;
        let elsewhere = app.project("ELSEWHERE").await.parse().unwrap();
        let see = async |role, root| {
            let token = app.token_with("somebody", &[Grant { role, root }]).await;
            let header = format!("Bearer {token}");
            let answer = app.ask("GET", "/v1/calendar.ics", &[("authorization", &header)], None).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            entries(&answer.text()).len()
        };
        assert_eq!(see(Role::Viewer, None).await, 5);
        assert_eq!(see(Role::Contributor, Some(Root::Project(elsewhere))).await, 0);
        assert_eq!(see(Role::Contributor, Some(Root::Project(l.project.parse().unwrap()))).await, 5);
        let token = app.token_with("nobody", &[]).await;
        let header = format!("Bearer {token}");
        let refused = app.ask("GET", "/v1/calendar.ics", &[("authorization", &header)], None).await;
        assert_eq!(refused.problem(), "forbidden");
    }
}

/// Titles that are hard to write down.
const TITLES: [&str; 6] = [
    "Noslēguma pārskats, 2. periods (no 2025-03-01 līdz 2026-02-28)",
    "Robežsardzes un partneru apmācības Latvijā un Libānā: noslēguma seminārs; darba kārtība, viesi un naktsmītnes Rīgā",
    "Обучение пограничников и партнёров в Латвии и Ливане: заключительный отчёт о ходе осуществления и расходах",
    "👩🏽\u{200d}🚀 🇱🇻 семинар ķļņš 👩🏽\u{200d}🚀 🇱🇻 семинар ķļņš 👩🏽\u{200d}🚀 🇱🇻 семинар ķļņš",
    "a\\b \\n c;d,e:f \"g\" 'h' ^n ^' =i %j <k> &l",
    "x",
];

/// An event of this title, and how it is to be read.
async fn meant(app: &App, title: &str, timed: bool) -> Value {
    let days = if timed { ("2026-10-25", None) } else { ("2028-02-28", Some("2028-02-29")) };
    let event = json!({"title": {"lv": title}, "kind": "seminar", "mode": "in_person", "state": "planned", "starts": days.0, "ends": days.1});
    let id = app.made("events", event).await;
    let hour = |hour: &str| timed.then(|| hour.to_owned());
    let session = json!({"place": {"lv": title}, "start_time": hour("03:30"), "end_time": hour("05:00"),
        "time_zone": timed.then_some("Europe/Riga")});
    app.part(&format!("events/{id}"), "sessions", session).await;
    let (start, end, local) = match timed {
        true => (
            "2026-10-25T00:30:00+00:00",
            "2026-10-25T03:00:00+00:00",
            "\nLaiks: 2026-10-25 03:30–05:00 (Europe/Riga)",
        ),
        false => ("2028-02-28", "2028-03-01", ""),
    };
    json!({"uid": id, "summary": title, "description": format!("Stāvoklis: Plānots{local}"), "location": title, "url": null,
        "start": start, "end": end, "status": "TENTATIVE", "transp": "OPAQUE", "sequence": 1,
        "created": "2026-11-22T10:00:00+00:00", "last_modified": "2026-11-22T10:00:00+00:00", "categories": [], "alarms": [-1]})
}

both! {
    async fn parsers_of_others_read_what_was_meant(app: App) {
        let mut all = Vec::new();
        for title in TITLES {
            for timed in [true, false] {
                all.push(meant(app, title, timed).await);
            }
        }
        all.sort_by_key(|entry| entry["uid"].as_str().unwrap().to_owned());
        let feed = app.get("/v1/calendar.ics?lang=lv").await.text();
        let parsed = ical::tree::cst::IcalCst::parse(&feed).unwrap();
        let faults = parsed.decode().validate();
        assert!(faults.is_ok(), "{faults:?}");
        let folder = tempfile::tempdir().unwrap();
        let (file, expected) = (folder.path().join("feed.ics"), folder.path().join("meant.json"));
        std::fs::write(&file, &feed).unwrap();
        std::fs::write(&expected, json!({"name": "Termiņi un pasākumi", "entries": all}).to_string()).unwrap();
        if let Some(said) = parsers::read_feed(&file, &expected) {
            assert_eq!(said, "12 entries, 0 differences\n");
        }
        let empty = app.get("/v1/calendar.ics?lang=lv&q=nothing").await.text();
        std::fs::write(&file, empty).unwrap();
        std::fs::write(&expected, json!({"name": "Termiņi un pasākumi", "entries": []}).to_string()).unwrap();
        if let Some(said) = parsers::read_feed(&file, &expected) {
            assert_eq!(said, "0 entries, 0 differences\n");
        }
    }
}
