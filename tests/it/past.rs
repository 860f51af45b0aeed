//! The past through the API: `known_at` on single records and lists, histories of records, the feed of changes.
use crate::both;
use crate::support::{App, records};
use futures_util::future::join_all;
use grantline::clock::Clock;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

/// The present instant as parameters have it; afterwards the clock stands a minute later.
fn instant(app: &App) -> String {
    let now = app.clock.now().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
    app.clock.advance(chrono::TimeDelta::minutes(1));
    now
}

/// Nobody can act on the past: all else is as it was answered then.
fn without_actions(mut value: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.shift_remove("available_actions");
                map.values_mut().for_each(strip);
            }
            Value::Array(list) => list.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut value);
    value
}

/// What lists of every resource answer, with filters, relations, facets, totals and neighbours.
async fn seen(app: &App, known_at: Option<&str>) -> Vec<Value> {
    let at = known_at.map_or(String::new(), |at| format!("&known_at={at}"));
    let mut addresses: Vec<String> = records::all()
        .map(|face| format!("/v1/{}?include_total=true&limit=100{at}", face.resource.path))
        .collect();
    for asked in [
        "projects?expand=agreements,agreements.funder,events&facets=status,country&sort=-planned_period.end",
        "projects?q=robez&country=BY&fields=code,title",
        "grant-agreements?project=LATBEL&expand=projects",
        "events?project=LATBEL",
    ] {
        addresses.push(format!("/v1/{asked}&limit=100{at}"));
    }
    let mut found = Vec::new();
    for address in addresses {
        let body = app.get(&address).await.expect(200);
        assert!(body.get("next").is_none(), "{address}");
        found.push(without_actions(body));
    }
    found
}

both! {
    async fn reads_of_the_past_answer_what_was_answered_then(app: App) {
        let mut diary = vec![(instant(app), seen(app, None).await)];
        let l = app.latbel().await;
        let latbel = format!("/v1/projects/{}", l.project);
        diary.push((instant(app), seen(app, None).await));
        app.at_version("PATCH", &latbel, "", Some(json!({"code": "LATBEL-2", "countries": []}))).await.expect(200);
        let link = app.get(&format!("/v1/grant-agreements/{}/project-links", l.agreement)).await.json()["items"][0]["id"].clone();
        let agreement = format!("/v1/grant-agreements/{}", l.agreement);
        let unlink = format!("/project-links/{}", link.as_str().unwrap());
        app.at_version("DELETE", &agreement, &unlink, None).await.expect(204);
        diary.push((instant(app), seen(app, None).await));
        app.at_version("DELETE", &format!("/v1/publications/{}", l.publication), "", None).await.expect(204);
        app.at_version("DELETE", &format!("/v1/events/{}", l.event), "", None).await.expect(204);
        app.project("OTHER").await;
        diary.push((instant(app), seen(app, None).await));
        for (at, then) in &diary {
            assert_eq!(&seen(app, Some(at)).await, then, "as known at {at}");
        }
        let [(before, _), (made, _), (unlinked, _), (deleted, _)] = &diary[..] else { unreachable!() };

        // A record has the code, and is there, as it was then.
        assert_eq!(app.get(&format!("{latbel}?known_at={before}")).await.problem(), "not_found");
        let then = app.get(&format!("/v1/projects/LATBEL?known_at={made}")).await.expect(200);
        assert_eq!((&then["id"], &then["version"]), (&json!(l.project), &json!(1)));
        assert_eq!(then["available_actions"], json!(["read"]));
        assert_eq!(app.get(&format!("/v1/projects/LATBEL?known_at={unlinked}")).await.problem(), "not_found");
        let event = format!("/v1/events/{}", l.event);
        assert_eq!(app.get(&format!("{event}?known_at={unlinked}")).await.status, 200);
        assert_eq!(app.get(&format!("{event}?known_at={deleted}")).await.problem(), "not_found");
        for (part, times) in [("links", 1), ("organisations", 1)] {
            let parts = app.get(&format!("{event}/{part}?known_at={made}")).await.expect(200);
            assert_eq!(parts["items"].as_array().unwrap().len(), times, "{part}");
        }
        let steps = app.get(&format!("{latbel}/transitions?known_at={made}")).await.expect(200);
        assert_eq!(steps["items"].as_array().unwrap().len(), 1);

        // The two times are told apart: as known then, judged by another day.
        let judged = |day: &str| format!("{latbel}?known_at={made}&as_of={day}");
        assert_eq!(app.get(&judged("2020-01-01")).await.expect(200)["phase"], "running");
        assert_eq!(app.get(&judged("2030-01-01")).await.expect(200)["phase"], "ended");

        let csv = app.get(&format!("/v1/projects?format=csv&columns=code&known_at={made}")).await;
        assert_eq!(csv.text(), "code\nLATBEL\n");
    }
}

both! {
    async fn pages_of_the_past_stay_as_they_are_while_others_write(app: App) {
        app.seed("S", 9).await;
        let at = instant(app);
        let first = app.get(&format!("/v1/projects?sort=-code&limit=4&known_at={at}")).await.expect(200);
        let mut codes: Vec<Value> = first["items"].as_array().unwrap().iter().map(|p| p["code"].clone()).collect();
        let mut next = first["next"].as_str().map(str::to_owned);
        while let Some(address) = next {
            // What the next page will show is changed, deleted and crowded out meanwhile.
            app.project(&format!("S-1{}", codes.len())).await;
            for code in ["S-1", "S-2"] {
                app.at_version("PATCH", &format!("/v1/projects/{code}"), "", Some(json!({"acronym": format!("N{}", codes.len())}))).await.expect(200);
            }
            let page = app.get(&address).await.expect(200);
            codes.extend(page["items"].as_array().unwrap().iter().map(|p| p["code"].clone()));
            next = page["next"].as_str().map(str::to_owned);
        }
        let expected: Vec<Value> = (0..9).rev().map(|n| json!(format!("S-{n}"))).collect();
        assert_eq!(codes, expected);
        let next = first["next"].as_str().unwrap();
        let elsewhen = next.replace(&at.replace(':', "%3A"), "2026-11-22T10%3A00%3A00.5Z");
        assert_ne!(elsewhen, next);
        assert_eq!(app.get(&elsewhen).await.problem(), "bad_parameters cursor:invalid_cursor");
    }
}

both! {
    async fn what_is_known_later_is_not_known(app: App) {
        for (at, status) in [("2026-11-22T10:00:01Z", 400), ("2026-11-22T10:00:00Z", 200), ("2026-11-22T13:00:00%2B03:00", 200),
            ("2026-11-22", 400), ("yesterday", 400), ("", 400)] {
            let answer = app.get(&format!("/v1/projects?known_at={at}")).await;
            assert_eq!(answer.status, status, "{at}");
            if status == 400 {
                assert_eq!(answer.problem(), "bad_parameters known_at:invalid_value", "{at}");
            }
        }
        let written = app.ask("POST", "/v1/projects?known_at=2026-11-22T10:00:00Z", &[], Some(json!({}))).await;
        assert_eq!(written.problem(), "bad_parameters known_at:unknown_parameter");
    }
}

both! {
    async fn a_history_tells_who_when_why_and_what(app: App) {
        let l = app.latbel().await;
        let latbel = format!("/v1/projects/{}", l.project);
        app.clock.advance(chrono::TimeDelta::hours(1));
        let tag = app.tag(&latbel).await;
        let headers = [("if-match", tag.as_str()), ("grantline-reason", "Misprint")];
        app.ask("PATCH", &latbel, &headers, Some(json!({"acronym": "LATBEL", "planned_period": {"end": "2021-09-30"}}))).await.expect(200);
        let body = json!({"organisation_id": l.eu, "role": "partner"});
        let part = app.at_version("POST", &latbel, "/participants", Some(body)).await.expect(201);
        let below = format!("/participants/{}", part["id"].as_str().unwrap());
        app.at_version("DELETE", &latbel, &below, None).await.expect(204);

        let history = app.get(&format!("{latbel}/history")).await.expect(200);
        let items = history["items"].as_array().unwrap();
        let versions: Vec<i64> = items.iter().map(|i| i["version"].as_i64().unwrap()).collect();
        assert_eq!(versions, [4, 3, 2, 1]);
        let patched = &items[2];
        assert_eq!((&patched["action"], &patched["reason"], &patched["at"]), (&json!("updated"), &json!("Misprint"), &json!("2026-11-22T11:00:00Z")));
        assert_eq!(patched["principal"]["name"], "Admin of the tests");
        let period = |end: &str| json!({"start": "2019-11-01", "end": end, "duration_months": null});
        assert_eq!(patched["changes"], json!([
            {"part": null, "part_id": null, "field": "acronym", "from": "LatBel", "to": "LATBEL"},
            {"part": null, "part_id": null, "field": "planned_period", "from": period("2021-05-31"), "to": period("2021-09-30")},
        ]));
        let (added, removed) = (&items[1]["changes"], &items[0]["changes"]);
        let role = |changes: &Value, side: &str| {
            let of_role = changes.as_array().unwrap().iter().find(|c| c["field"] == "role").unwrap().clone();
            assert_eq!((&of_role["part"], &of_role["part_id"]), (&json!("participants"), &part["id"]));
            of_role[side].clone()
        };
        assert_eq!((role(added, "from"), role(added, "to")), (Value::Null, part["role"].clone()));
        assert_eq!((role(removed, "from"), role(removed, "to")), (part["role"].clone(), Value::Null));
        assert!(items[3]["changes"].as_array().unwrap().iter().any(|c| c["part"] == "transitions"), "the first step of its life");
        assert!(!history.to_string().contains("search_text"), "what is worked out is no fact");

        // Page by page the same.
        let mut paged = Vec::new();
        let mut next = Some(format!("{latbel}/history?limit=1"));
        while let Some(address) = next {
            let page = app.get(&address).await;
            let link = page.header("link").to_owned();
            let page = page.expect(200);
            paged.extend(page["items"].as_array().unwrap().clone());
            next = page["next"].as_str().map(str::to_owned);
            assert_eq!(link.is_empty(), next.is_none());
        }
        assert_eq!(&paged, items);

        let me = items[0]["principal"]["id"].as_str().unwrap();
        for (asked, times) in [
            (format!("principal={me}"), 4), (format!("principal={}", l.eu), 0), ("at[gte]=2026-11-22T10:30:00Z".into(), 3),
            ("at[lt]=2026-11-22T10:30:00Z".into(), 1), ("at[gte]=2026-11-22T11:00:00Z&at[lt]=2026-11-22T11:00:00Z".into(), 0),
        ] {
            let found = app.get(&format!("{latbel}/history?{asked}")).await.expect(200);
            assert_eq!(found["items"].as_array().unwrap().len(), times, "{asked}");
        }

        // By code, after deletion by id; what never was has none.
        assert_eq!(app.get("/v1/projects/LATBEL/history").await.expect(200)["items"], history["items"]);
        let publication = format!("/v1/publications/{}", l.publication);
        app.at_version("DELETE", &publication, "", None).await.expect(204);
        let gone = app.get(&format!("{publication}/history")).await.expect(200);
        assert_eq!(gone["items"][0]["action"], "deleted");
        let title = gone["items"][0]["changes"].as_array().unwrap().iter().find(|c| c["field"] == "title").unwrap();
        assert_eq!((&title["from"]["lv"], &title["to"]), (&json!("Tiešsaistes sanāksme"), &Value::Null));
        for never in ["/v1/projects/NEVER/history".to_owned(), "/v1/projects/01932c07-6b80-7000-8000-0000000000ff/history".into(), format!("/v1/events/{}/history", l.project)] {
            assert_eq!(app.get(&never).await.problem(), "not_found", "{never}");
        }
        for (asked, problem) in [("principal=me", "principal:invalid_value"), ("cursor=x", "cursor:invalid_cursor"), ("at[gte]=now", "at[gte]:invalid_value"), ("sort=at", "sort:unknown_parameter")] {
            assert_eq!(app.get(&format!("{latbel}/history?{asked}")).await.problem(), format!("bad_parameters {problem}"));
        }

        // As many statements for one entry as for all.
        let cost = async |limit: u64| {
            let before = app.statements.load(Ordering::Relaxed);
            app.get(&format!("{latbel}/history?limit={limit}")).await.expect(200);
            app.statements.load(Ordering::Relaxed) - before
        };
        assert_eq!(cost(1).await, cost(50).await);
    }
}

both! {
    async fn the_feed_tells_everything_in_order_with_tombstones(app: App) {
        let empty = app.get("/v1/changes").await.expect(200);
        assert_eq!((&empty["items"], &empty["more"]), (&json!([]), &json!(false)));
        let l = app.latbel().await;
        let all = app.get("/v1/changes?limit=200").await.expect(200);
        let items = all["items"].as_array().unwrap();
        let positions: Vec<i64> = items.iter().map(|i| i["position"].as_i64().unwrap()).collect();
        assert_eq!(positions, (1..=items.len() as i64).collect::<Vec<_>>());
        assert_eq!(app.get(empty["next"].as_str().unwrap()).await.expect(200)["items"].as_array().unwrap().len(), items.len());

        app.at_version("DELETE", &format!("/v1/publications/{}", l.publication), "", None).await.expect(204);
        app.project("NEW").await;
        let since = app.get(all["next"].as_str().unwrap()).await.expect(200);
        let told: Vec<(&str, &str)> = since["items"].as_array().unwrap().iter()
            .map(|i| (i["resource"].as_str().unwrap(), i["action"].as_str().unwrap())).collect();
        assert_eq!(told, [("publication", "deleted"), ("project", "created")]);
        assert_eq!((&since["items"][0]["href"], &since["items"][0]["id"]), (&Value::Null, &json!(l.publication)));
        let (href, history) = (&since["items"][1]["href"], &since["items"][1]["history"]);
        app.get(href.as_str().unwrap()).await.expect(200);
        app.get(history.as_str().unwrap()).await.expect(200);
        app.get(since["items"][0]["history"].as_str().unwrap()).await.expect(200);

        let of = app.get("/v1/changes?resource=project,publication&limit=200").await.expect(200);
        let kinds: BTreeSet<&str> = of["items"].as_array().unwrap().iter().map(|i| i["resource"].as_str().unwrap()).collect();
        assert_eq!(kinds, BTreeSet::from(["project", "publication"]));
        assert_eq!(app.get("/v1/changes?resource=nonsense").await.problem(), "bad_parameters resource:invalid_value");
        let other = of["next"].as_str().unwrap().replace("project%2C", "");
        assert_eq!(app.get(&other).await.problem(), "bad_parameters cursor:invalid_cursor");
    }
}

both! {
    /// Sixteen writers, and readers who follow the feed meanwhile: each sees every change once, in one order.
    async fn nothing_is_skipped_and_nothing_comes_twice(app: App) {
        const WRITERS: usize = 16;
        const EACH: usize = 6;
        let done = std::sync::atomic::AtomicUsize::new(0);
        let writer = async |w: usize| {
            for n in 0..EACH {
                app.project(&format!("W{w}-{n}")).await;
            }
            done.fetch_add(1, Ordering::Relaxed);
        };
        let reader = async || {
            let (mut seen, mut next) = (Vec::new(), "/v1/changes?limit=7".to_owned());
            loop {
                let over = done.load(Ordering::Relaxed) == WRITERS;
                let page = app.get(&next).await.expect(200);
                for item in page["items"].as_array().unwrap() {
                    seen.push((item["position"].as_i64().unwrap(), item["id"].as_str().unwrap().to_owned()));
                }
                next = page["next"].as_str().unwrap().to_owned();
                if over && page["more"] == false {
                    return seen;
                }
                tokio::task::yield_now().await;
            }
        };
        let (_, one, two) = tokio::join!(join_all((0..WRITERS).map(writer)), reader(), reader());
        assert_eq!(one, two);
        let positions: Vec<i64> = one.iter().map(|(position, _)| *position).collect();
        assert_eq!(positions, (1..=(WRITERS * EACH) as i64).collect::<Vec<_>>());
        let ids: BTreeSet<&String> = one.iter().map(|(_, id)| id).collect();
        assert_eq!(ids.len(), WRITERS * EACH);
        app.audit().await;
    }
}
