//! What is owed, by when: planned from the terms of agreements, and kept in step.
use crate::both;
use crate::support::App;
use crate::support::world::Latbel;
use grantline::regimes::ship;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

/// The record of the newest version of a regime.
async fn regime(app: &App, id: &str) -> Value {
    ship(&app.state).await.unwrap();
    app.get(&format!("/v1/regimes/{id}")).await.expect(200)["record_id"].clone()
}

/// LATBEL's agreement, pinned to its regime; its address.
async fn pinned(app: &App, l: &Latbel) -> String {
    let address = format!("/v1/grant-agreements/{}", l.agreement);
    let regime = regime(app, "eu-prag-icmpd-mpf").await;
    app.at_version("PATCH", &address, "", Some(json!({"regime_id": regime}))).await.expect(200);
    address
}

/// `entry subject due state`, in the order of their dates.
async fn owed(app: &App, query: &str) -> Vec<String> {
    let list = app.get(&format!("/v1/obligations?sort=due,entry&{query}")).await.expect(200);
    let text = |one: &Value, name: &str| one[name].as_str().unwrap_or("null").to_owned();
    let told = |one: &Value| ["entry", "subject", "due", "state"].map(|name| text(one, name)).join(" ");
    list["items"].as_array().unwrap().iter().map(told).collect()
}

async fn end(app: &App, agreement: &str, end: &str) -> crate::support::app::Answer {
    let period = json!({"implementation_period": {"end": end, "duration_months": null}});
    app.at_version("PATCH", agreement, "", Some(period)).await
}

both! {
    async fn latbel_is_planned_and_planned_anew(app: App) {
        let l = app.latbel().await;
        assert_eq!(owed(app, "").await, [] as [String; 0], "nothing is asked for without a regime");
        let agreement = pinned(app, &l).await;
        assert_eq!(owed(app, "as_of=2020-12-01").await, [
            "interim period-1 2020-12-30 due_soon", "A06 agreement 2021-05-01 upcoming",
            "final agreement 2021-08-31 upcoming", "A10 agreement 2022-11-30 upcoming",
        ]);
        let periods = app.get(&format!("{agreement}/reporting-periods")).await.expect(200);
        assert_eq!(periods["items"], json!([
            {"number": 1, "start": "2019-11-01", "end": "2020-10-31"}, {"number": 2, "start": "2020-11-01", "end": "2021-05-31"},
        ]));

        // The interim report is handed in; then the end moves.
        let interim = app.get("/v1/obligations?entry=interim").await.expect(200)["items"][0].clone();
        let interim = format!("/v1/obligations/{}", interim["id"].as_str().unwrap());
        let tomorrow = app.at_version("POST", &interim, "/fulfilments", Some(json!({"fulfilled_on": "2099-01-01"}))).await;
        assert_eq!(tomorrow.problem(), "invalid /fulfilled_on:in_the_future");
        let fulfilment = json!({"fulfilled_on": "2020-12-18", "document": "Letter of 18 December 2020"});
        app.at_version("POST", &interim, "/fulfilments", Some(fulfilment)).await.expect(201);
        end(app, &agreement, "2021-09-30").await.expect(200);
        assert_eq!(owed(app, "as_of=2021-09-01").await, [
            "interim period-1 2020-12-30 met", "A06 agreement 2021-08-31 passed",
            "final agreement 2021-12-30 upcoming", "A10 agreement 2023-03-30 upcoming",
        ]);
        let last = app.get("/v1/obligations?entry=final&as_of=2022-01-04&expand=agreement,responsible_organisation").await.expect(200)["items"][0].clone();
        assert_eq!((&last["original_due"], &last["due"], &last["state"]), (&json!("2021-08-31"), &json!("2021-12-30"), &json!("overdue")));
        assert_eq!((&last["days_late"], &last["days_late_originally"], &last["days_left"]), (&json!(5), &json!(126), &json!(-5)));
        let computed = &last["computed"];
        assert_eq!((&computed["anchor"], &computed["anchor_on"], &computed["offset"], &computed["parameter"]),
            (&json!("implementation.end"), &json!("2021-09-30"), &json!("P3M"), &json!("reporting.obligations[final].offset")));
        assert_eq!(computed["agreement_version"], app.get(&agreement).await.json()["version"]);
        assert_eq!((&last["agreement"]["id"], &last["responsible_organisation"]["id"]), (&json!(l.agreement), &json!(l.vrs)));
        let dates: Vec<&Value> = last["plans"].as_array().unwrap().iter().map(|plan| &plan["due"]).collect();
        assert_eq!(dates, [&json!("2021-08-31"), &json!("2021-12-30")], "the old one is superseded, and can still be read");
        let history = app.get(&format!("/v1/obligations/{}/history", last["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(history["items"].as_array().unwrap().len(), 2);

        // Without its fulfilment a duty moves again.
        let one = app.get(&interim).await.json()["fulfilments"][0]["id"].as_str().unwrap().to_owned();
        let six_months_each = json!({"path": "reporting.period_months", "value": 6, "clause": "Article 2"});
        app.at_version("POST", &agreement, "/overrides", Some(six_months_each)).await.expect(201);
        assert_eq!(owed(app, "entry=interim&subject=period-1").await, ["interim period-1 2020-12-30 met"]);
        app.at_version("DELETE", &interim, &format!("/fulfilments/{one}"), None).await.expect(204);
        assert_eq!(owed(app, "entry=interim&subject=period-1&as_of=2020-01-01").await, ["interim period-1 2020-06-29 upcoming"]);
        app.at_version("POST", &interim, "/fulfilments", Some(json!({"fulfilled_on": "2020-06-29"}))).await.expect(201);
        let six_months = app.get(&agreement).await.json()["overrides"][0]["id"].as_str().unwrap().to_owned();
        app.at_version("DELETE", &agreement, &format!("/overrides/{six_months}"), None).await.expect(204);
        assert_eq!(owed(app, "entry=interim&state[ne]=superseded").await, ["interim period-1 2020-06-29 met"]);

        // To whom it is owed follows the grantor, and how long it takes follows the coordinator's home.
        let ministry = app.organisation("Ministry").await;
        app.at_version("PATCH", &format!("/v1/funders/{}", l.icmpd_funder), "", Some(json!({"organisation_id": ministry}))).await.expect(200);
        let last = app.get("/v1/obligations?entry=final").await.expect(200)["items"][0].clone();
        assert_eq!(last["recipient_organisation_id"], json!(ministry));
        app.at_version("PATCH", &format!("/v1/organisations/{}", l.vrs), "", Some(json!({"country": "FI"}))).await.expect(200);
        assert_eq!(owed(app, "document_type=final_report&state[ne]=superseded&as_of=2021-09-01").await, ["final-abroad agreement 2022-03-30 upcoming"]);
        app.at_version("PATCH", &format!("/v1/organisations/{}", l.vrs), "", Some(json!({"country": "LV"}))).await.expect(200);
        assert_eq!(owed(app, "document_type=final_report&entry=final&as_of=2021-09-01").await, ["final agreement 2021-12-30 upcoming"]);

        // What asks for nothing any more is superseded; what was fulfilled stays so.
        app.at_version("PATCH", &agreement, "", Some(json!({"regime_id": null}))).await.expect(200);
        assert_eq!(owed(app, "subject[ne]=period-2,period-3&entry[ne]=final-abroad").await, [
            "interim period-1 2020-06-29 met", "A06 agreement 2021-08-31 superseded",
            "final agreement 2021-12-30 superseded", "A10 agreement 2023-03-30 superseded",
        ]);
        pinned(app, &l).await;
        assert_eq!(owed(app, "state=superseded&subject=agreement&entry[ne]=final-abroad").await, [] as [String; 0]);
        app.audit().await;
    }
}

both! {
    async fn one_call_answers_what_is_owed_to_whom_by_when(app: App) {
        let l = app.latbel().await;
        pinned(app, &l).await;
        let regime = regime(app, "us-2cfr200").await;
        let other = json!({"reference": "US-1", "regime_id": regime, "funder_id": l.eu_funder,
            "implementation_period": {"start": "2020-01-01", "end": "2020-12-31", "duration_months": null}});
        app.create("/v1/grant-agreements", other).await;
        let on = "as_of=2020-12-31";
        let (icmpd, eu) = (&l.icmpd_funder, &l.eu_funder);
        for (query, expected) in [
            (format!("state=overdue&{on}"), 7),
            (format!("state=overdue&funder={icmpd}&{on}"), 1),
            (format!("due[lte]=2020-12-31&state=overdue&ultimate_funder={eu}&{on}"), 7),
            (format!("ultimate_funder={eu}&kind=window&{on}"), 3),
            (format!("project=LATBEL&{on}"), 4),
            (format!("agreement={}&due_month=2021-08&{on}", l.agreement), 1),
            (format!("organisation={}&{on}", l.vrs), 4),
            ("q=pārskats".to_owned(), 8),
            (format!("state[ne]=overdue,upcoming&{on}"), 2),
        ] {
            let list = app.get(&format!("/v1/obligations?{query}&include_total=true&limit=200")).await.expect(200);
            assert_eq!(list["total"], expected, "{query}: {:?}", owed(app, &query).await);
        }
        let facets = app.get(&format!("/v1/obligations?facets=state,funder_id,due_month&limit=1&{on}")).await.expect(200)["facets"].clone();
        assert_eq!(facets["state"][0], json!({"value": "overdue", "count": 7}));
        assert_eq!(facets["funder_id"].as_array().unwrap().len(), 2);
        // By state, page by page, each once.
        let (mut seen, mut next) = (Vec::new(), Some(format!("/v1/obligations?sort=-state,due&limit=3&{on}")));
        while let Some(address) = next {
            let page = app.get(&address).await.expect(200);
            seen.extend(page["items"].as_array().unwrap().iter().map(|one| (one["state"].as_str().unwrap().to_owned(), one["id"].clone())));
            next = page.get("next").and_then(Value::as_str).map(str::to_owned);
        }
        assert!(seen.windows(2).all(|pair| pair[0].0 >= pair[1].0), "{seen:?}");
        let total = app.get("/v1/obligations?include_total=true").await.expect(200)["total"].as_u64().unwrap();
        seen.dedup();
        assert_eq!(seen.len() as u64, total);
        for refused in ["state=late", "due[lte]=tomorrow", "state[gt]=met"] {
            assert_eq!(app.get(&format!("/v1/obligations?{refused}")).await.status, 400, "{refused}");
        }
        assert_eq!(app.post("/v1/obligations", json!({})).await.status, 405, "nobody types them");
    }
}

both! {
    async fn terms_say_where_each_parameter_came_from(app: App) {
        let l = app.latbel().await;
        let agreement = format!("/v1/grant-agreements/{}", l.agreement);
        let early = app.at_version("POST", &agreement, "/overrides", Some(json!({"path": "retention.years", "value": 7, "clause": "7.2"}))).await;
        assert_eq!(early.problem(), "invalid /path:no_regime");
        pinned(app, &l).await;
        let programme = format!("/v1/programmes/{}", l.programme);
        let offset = "reporting.obligations[final].offset";
        let over = |path: &str, value: Value| json!({"path": path, "value": value, "clause": "Article 2.3"});
        app.at_version("POST", &programme, "/overrides", Some(over(offset, json!("P4M")))).await.expect(201);
        assert_eq!(owed(app, "entry=final&as_of=2020-01-01").await, ["final agreement 2021-09-30 upcoming"], "the programme counts");
        app.at_version("POST", &agreement, "/overrides", Some(over(offset, json!("P6M")))).await.expect(201);
        assert_eq!(owed(app, "entry=final&as_of=2020-01-01").await, ["final agreement 2021-11-30 upcoming"]);
        let terms = app.get(&format!("{agreement}/terms")).await.expect(200);
        let of = |path: &str| terms["items"].as_array().unwrap().iter().find(|term| term["path"] == path).unwrap().clone();
        let told = of(offset);
        assert_eq!((&told["value"], &told["origin"]["level"], &told["origin"]["clause"], &told["confidence"]),
            (&json!("P6M"), &json!("agreement"), &json!("Article 2.3"), &json!("found")));
        let told = of("retention.years");
        assert_eq!((&told["value"], &told["origin"]["level"], &told["confidence"]), (&json!(5), &json!("regime"), &json!("memory")));
        assert!(terms["unconfirmed"].as_u64().unwrap() > 3);
        let before = app.get("/v1/obligations?include_total=true").await.expect(200);
        for (path, value, problem) in [
            (offset, json!("P-3M"), "invalid /value:wrong_pattern"),
            ("calendar.roll", json!("sometimes"), "invalid /value:not_in_list"),
            ("reporting.periods", json!([{"start": "2019-11-01", "end": "2018-01-01"}]), "invalid /value:wrong_type"),
            ("reporting.periods", json!([{"start": "2019-11-01", "end": "2021-06-01"}]), "invalid /value:period_outside"),
            ("reporting.periods", json!([{"start": "2019-10-31", "end": "2021-05-31"}]), "invalid /value:period_outside"),
            ("nothing.at.all", json!("x"), "invalid /value:unknown_member"),
            ("reporting.obligations[never].offset", json!("P3M"), "invalid /path:not_in_terms"),
            ("id", json!("x"), "invalid /path:not_in_terms"),
            ("rules[A06]", json!("x"), "invalid /path:not_in_terms"),
            ("applies_to.note", json!("x"), "invalid /path:not_in_terms"),
        ] {
            let refused = app.at_version("POST", &agreement, "/overrides", Some(over(path, value))).await;
            assert_eq!(refused.problem(), problem, "{path}: {}", refused.text());
        }
        assert_eq!(app.get("/v1/obligations?include_total=true").await.expect(200), before, "nothing was changed");
        app.audit().await;
    }
}

both! {
    async fn re_planning_costs_the_same_whatever_its_length(app: App) {
        let regime = regime(app, "us-2cfr200").await;
        let mut costs = Vec::new();
        for end in ["2021-12-31", "2034-12-31"] {
            let body = json!({"regime_id": regime, "implementation_period": {"start": "2020-01-01", "end": end, "duration_months": null}});
            let agreement = app.create("/v1/grant-agreements", body).await;
            let tag = app.get(&agreement).await.header("etag").to_owned();
            let before = app.statements.load(Ordering::Relaxed);
            let period = json!({"implementation_period": {"start": "2020-02-01"}});
            app.ask("PATCH", &agreement, &[("if-match", &tag)], Some(period)).await.expect(200);
            costs.push(app.statements.load(Ordering::Relaxed) - before);
        }
        let periods = app.get("/v1/obligations?include_total=true&limit=1&entry=ffr-quarterly").await.expect(200);
        assert_eq!(periods["total"], 7 + 59);
        assert_eq!(costs[0], costs[1], "60 periods cost as much as 8");
        app.audit().await;
    }
}

both! {
    async fn an_agreement_goes_in_as_many_statements_whatever_was_owed(app: App) {
        let regime = regime(app, "us-2cfr200").await;
        let mut costs = Vec::new();
        for end in ["2021-12-31", "2034-12-31"] {
            let body = json!({"regime_id": regime, "implementation_period": {"start": "2020-01-01", "end": end, "duration_months": null}});
            let agreement = app.create("/v1/grant-agreements", body).await;
            let tag = app.get(&agreement).await.header("etag").to_owned();
            let before = app.statements.load(Ordering::Relaxed);
            app.ask("DELETE", &agreement, &[("if-match", &tag)], None).await.expect(204);
            costs.push(app.statements.load(Ordering::Relaxed) - before);
        }
        assert_eq!(owed(app, "").await, [] as [String; 0]);
        assert_eq!(costs[0], costs[1], "60 periods cost as much as 8");
        app.audit().await;
    }
}

both! {
    async fn an_agreement_goes_with_what_was_owed_under_it(app: App) {
        let regime = regime(app, "eu-prag-icmpd-mpf").await;
        let body = json!({"regime_id": regime, "implementation_period": {"start": "2019-11-01", "end": "2021-05-31", "duration_months": null}});
        let agreement = app.create("/v1/grant-agreements", body).await;
        assert_eq!(owed(app, "").await.len(), 4);
        app.at_version("DELETE", &agreement, "", None).await.expect(204);
        assert_eq!(owed(app, "").await, [] as [String; 0]);
        app.audit().await;
    }
}

both! {
    /// Named periods stay within the implementation period, whichever of them moves.
    async fn periods_are_not_left_outside(app: App) {
        let l = app.latbel().await;
        let agreement = pinned(app, &l).await;
        let named = json!([{"start": "2019-11-01", "end": "2020-06-30"}, {"start": "2020-07-01", "end": "2021-05-31"}]);
        let over = json!({"path": "reporting.periods", "value": named, "clause": "Article 2.1"});
        app.at_version("POST", &agreement, "/overrides", Some(over)).await.expect(201);
        let owed_before = owed(app, "as_of=2020-01-01").await;
        assert_eq!(end(app, &agreement, "2021-05-30").await.problem(), "invalid /implementation_period:period_outside");
        assert_eq!(owed(app, "as_of=2020-01-01").await, owed_before);
        end(app, &agreement, "2021-09-30").await.expect(200);
    }
}

both! {
    async fn no_agreement_owes_without_end(app: App) {
        let regime = regime(app, "us-2cfr200").await;
        let body = json!({"regime_id": regime, "implementation_period": {"start": "2020-01-01", "end": "2199-12-31", "duration_months": null}});
        let agreement = app.create("/v1/grant-agreements", body).await;
        let monthly = json!({"path": "reporting.period_months", "value": 1, "clause": "Monthly"});
        let refused = app.at_version("POST", &agreement, "/overrides", Some(monthly)).await;
        assert_eq!(refused.problem(), "invalid :too_many_obligations");
        let found = app.get("/v1/obligations?entry=final-all").await.expect(200);
        assert_eq!(found["items"][0]["due"], Value::Null, "the day would be after the last year");
        assert_eq!(found["items"][0]["computed"]["notes"], json!(["after 2199"]));
    }
}

both! {
    /// An entry may have the name of a rule that knows a last day.
    async fn a_duty_and_a_window_of_one_name_are_two(app: App) {
        ship(&app.state).await.unwrap();
        let mut document = app.get("/v1/regimes/eu-prag-icmpd-mpf").await.expect(200)["document"].clone();
        document["id"] = json!("named-like-a-rule");
        let mut entry = document["reporting"]["obligations"][1].clone();
        entry["id"] = json!("A06");
        document["reporting"]["obligations"] = json!([entry]);
        let regime = app.post("/v1/regimes", document).await.expect(201)["record_id"].clone();
        let body = json!({"regime_id": regime, "implementation_period": {"start": "2019-11-01", "end": "2021-05-31", "duration_months": null}});
        app.create("/v1/grant-agreements", body).await;
        let kinds = app.get("/v1/obligations?entry=A06&sort=-due").await.expect(200);
        assert_eq!(kinds["items"].as_array().unwrap().len(), 2);
        assert_eq!((&kinds["items"][0]["kind"], &kinds["items"][1]["kind"]), (&json!("duty"), &json!("window")));
    }
}

both! {
    /// What filters, orders and counts say of a state, and what is shown.
    async fn states_are_told_alike_everywhere(app: App) {
        let l = app.latbel().await;
        let agreement = pinned(app, &l).await;
        let other = json!({"regime_id": regime(app, "us-2cfr200").await});
        app.create("/v1/grant-agreements", other).await;
        let fulfil = async |entry: &str, day: &str| {
            let id = app.ids(&format!("/v1/obligations?entry={entry}&agreement={}", l.agreement)).await.remove(0);
            let body = json!({"fulfilled_on": day});
            app.at_version("POST", &format!("/v1/obligations/{id}"), "/fulfilments", Some(body)).await.expect(201);
        };
        fulfil("interim", "2021-01-05").await;
        let named = json!({"path": "rules[A06].enabled", "value": false, "clause": "No extension"});
        app.at_version("POST", &agreement, "/overrides", Some(named)).await.expect(201);
        let mut met = std::collections::BTreeSet::new();
        for as_of in ["2019-11-01", "2020-11-30", "2020-12-30", "2020-12-31", "2021-01-04", "2021-01-05", "2021-08-01", "2021-08-31",
            "2021-09-01", "2022-11-30", "2022-12-01"] {
            let all = app.get(&format!("/v1/obligations?as_of={as_of}&facets=state&limit=200")).await.expect(200);
            let items = all["items"].as_array().unwrap();
            for state in ["upcoming", "due_soon", "overdue", "passed", "met", "met_late", "superseded", "insufficient_data"] {
                let mut shown: Vec<&str> =
                    items.iter().filter(|one| one["state"] == state).map(|one| one["id"].as_str().unwrap()).collect();
                let mut found = app.ids(&format!("/v1/obligations?as_of={as_of}&state={state}")).await;
                shown.sort_unstable();
                found.sort_unstable();
                assert_eq!(found, shown, "{state} on {as_of}");
                let counts = all["facets"]["state"].as_array().unwrap();
                let counted = counts.iter().find(|one| one["value"] == state).map_or(0, |one| one["count"].as_u64().unwrap());
                assert_eq!(counted, shown.len() as u64, "{state} on {as_of}");
                if !shown.is_empty() {
                    met.insert(state);
                }
            }
        }
        let left: Vec<&str> = ["upcoming", "due_soon", "overdue", "passed", "met_late", "superseded", "insufficient_data"]
            .into_iter().filter(|state| !met.contains(state)).collect();
        assert_eq!(left, [] as [&str; 0], "never came about");
    }
}
