//! What the rules say of records, and of texts before they are published.
use crate::both;
use crate::support::App;
use crate::support::caller::Caller;
use crate::support::world::Latbel;
use entity::vocab::Role;
use grantline::regimes::ship;
use grantline::store::scope::Root;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const STATEMENT: &str = "This project is funded by the European Union.";
const DISCLAIMER: &str = "The contents of this publication are the sole responsibility of the Border Office and can in no way be \
    taken to reflect the views of the European Union.";

/// LATBEL pinned to its regime, its coordinator called something.
async fn pinned(app: &App, l: &Latbel) {
    ship(&app.state).await.unwrap();
    let regime = app.get("/v1/regimes/eu-prag-icmpd-mpf").await.expect(200)["record_id"].clone();
    let address = format!("/v1/grant-agreements/{}", l.agreement);
    app.at_version("PATCH", &address, "", Some(json!({"regime_id": regime}))).await.expect(200);
    let name = json!({"name": {"en": "Border Office", "lv": "Robežu birojs"}});
    app.at_version("PATCH", &format!("/v1/organisations/{}", l.vrs), "", Some(name)).await.expect(200);
}

async fn findings(app: &App, address: &str) -> Vec<Value> {
    app.get(address).await.expect(200)["items"].as_array().unwrap().clone()
}

/// `rule result` of those about one resource.
fn told(findings: &[Value], resource: &str) -> Vec<String> {
    let about = findings.iter().filter(|one| one["subject"]["resource"] == resource);
    about
        .map(|one| format!("{} {}", one["rule"].as_str().unwrap(), one["result"].as_str().unwrap()))
        .collect()
}

both! {
    async fn rules_are_judged_on_the_day_asked_for(app: App) {
        let l = app.latbel().await;
        assert_eq!(findings(app, "/v1/projects/LATBEL/findings").await, [] as [Value; 0], "no regime, no rules");
        pinned(app, &l).await;
        let at = |day: &str| format!("/v1/projects/LATBEL/findings?as_of={day}");
        let early = findings(app, &at("2020-12-30")).await;
        let late = findings(app, &at("2020-12-31")).await;
        let interim = |all: &[Value]| all.iter().find(|one| one["rule"] == "B01").unwrap().clone();
        assert_ne!(interim(&early)["result"], "fail", "the due day itself is in time");
        let overdue = interim(&late);
        assert_eq!((&overdue["result"], &overdue["severity"], &overdue["subject"]["resource"]), (&json!("fail"), &json!("violation"), &json!("obligation")));
        assert!(overdue["fix"]["text"]["lv"].as_str().unwrap().contains("2020-12-30"), "{overdue:#}");
        let href = overdue["subject"]["href"].as_str().unwrap();
        assert_eq!(app.get(href).await.expect(200)["entry"], "interim");
        app.at_version("POST", href, "/fulfilments", Some(json!({"fulfilled_on": "2020-12-30"}))).await.expect(201);
        assert_eq!(interim(&findings(app, &at("2021-02-01")).await)["result"], "pass");

        // An event beyond the end, of which nothing is kept: what is missing is told before it is due.
        let event = json!({"title": {"en": "Too late"}, "kind": "seminar", "mode": "in_person", "state": "held", "starts": "2021-06-01"});
        let event = app.made("events", event).await;
        app.part(&format!("events/{event}"), "links", json!({"project_id": l.project})).await;
        let all = findings(app, &at("2021-06-30")).await;
        let of_event: Vec<&Value> = all.iter().filter(|one| one["subject"]["id"] == json!(event)).collect();
        let result = |rule: &str| of_event.iter().find(|one| one["rule"] == rule).map(|one| one["result"].clone());
        assert_eq!((result("A04"), result("G01")), (Some(json!("fail")), Some(json!("fail"))));
        let evidence = of_event.iter().find(|one| one["rule"] == "G01").unwrap();
        assert!(!evidence["unconfirmed"].as_array().unwrap().is_empty(), "the regime itself is to be confirmed there");
        let body = app.get(&format!("{}&result=fail&include_total=true&facets=result", at("2021-06-30"))).await.expect(200);
        assert!(body["items"].as_array().unwrap().iter().all(|one| one["result"] == "fail"));
        assert_eq!(body["total"], body["items"].as_array().unwrap().len());
        assert_eq!(body["facets"]["result"], json!([{"value": "fail", "count": body["total"]}]));
        let refused = app.get("/v1/projects/LATBEL/findings?result=failed").await;
        assert_eq!(refused.problem(), "bad_parameters result:invalid_value");
        let of_agreement = findings(app, &format!("/v1/grant-agreements/{}/findings?as_of=2021-06-30", l.agreement)).await;
        assert_eq!(of_agreement.len(), all.len());
    }
}

both! {
    async fn publications_are_held_against_the_funders_texts(app: App) {
        let l = app.latbel().await;
        pinned(app, &l).await;
        let publish = async |text: Option<String>| {
            let body = json!({"kind": "web_article", "title": {"en": "An article"}, "language": "en", "text": text});
            let id = app.made("publications", body).await;
            app.part(&format!("publications/{id}"), "links", json!({"project_id": l.project})).await;
            id
        };
        let whole = publish(Some(format!("It was held. {STATEMENT}\n{DISCLAIMER}"))).await;
        let bare = publish(Some("It was held.".into())).await;
        let none = publish(None).await;
        let all = findings(app, "/v1/projects/LATBEL/findings?as_of=2021-03-01").await;
        let of = |id: &str, rule: &str| all.iter().find(|one| one["subject"]["id"] == id && one["rule"] == rule).unwrap().clone();
        for (id, result) in [(&whole, "pass"), (&bare, "fail"), (&none, "insufficient_data")] {
            for rule in ["F01", "F02"] {
                assert_eq!(of(id, rule)["result"], result, "{rule} {id}");
            }
        }
        assert!(of(&bare, "F02")["fix"]["text"]["en"].as_str().unwrap().contains("Border Office"), "the author stands in it");
        assert!(told(&all, "publication").len() >= 9, "{:?}", told(&all, "publication"));
    }
}

both! {
    async fn a_text_is_checked_before_it_is_published(app: App) {
        let l = app.latbel().await;
        let check = |text: String, more: Value| {
            let mut body = json!({"text": text, "language": "en", "kind": "web_article", "grant_agreement_id": l.agreement});
            more.as_object().unwrap().iter().for_each(|(name, value)| body[name] = value.clone());
            body
        };
        let ask = async |body: Value| app.post("/v1/visibility-checks", body).await;
        assert_eq!(ask(check("x".into(), json!({}))).await.problem(), "invalid /grant_agreement_id:no_regime");
        pinned(app, &l).await;
        let before = app.get("/v1/changes?limit=200").await.text();
        let bare = ask(check("It was held.".into(), json!({}))).await.expect(200);
        let results: Vec<Value> = bare["elements"].as_array().unwrap().iter().map(|one| json!([one["element"], one["result"], one["add"].is_null()])).collect();
        assert_eq!(json!(results), json!([["funded", "fail", false], ["disclaimer", "fail", false], ["emblem", "insufficient_data", true]]));
        assert_eq!(bare["result"], "fail");
        // What it says to add is what was missing.
        let added: Vec<&str> = bare["elements"].as_array().unwrap().iter().filter_map(|one| one["add"].as_str()).collect();
        let mended = ask(check(added.join(" "), json!({"emblem": true}))).await.expect(200);
        assert_eq!(mended["result"], "pass", "{mended:#}");
        let matched = &mended["elements"][0]["matched"];
        assert_eq!((&matched["start"], matched["fragment"].as_str().unwrap().to_lowercase()), (&json!(0), added[0].to_lowercase()));
        let other = json!({"grant_agreement_id": null, "regime_id": app.get("/v1/regimes/eu-prag-icmpd-mpf").await.json()["record_id"], "authors": ["the Ministry"]});
        let of_regime = ask(check(DISCLAIMER.replace("the Border Office", "the Ministry"), other)).await.expect(200);
        assert_eq!((&of_regime["elements"][1]["result"], &of_regime["regime"]["id"]), (&json!("pass"), &json!("eu-prag-icmpd-mpf")));
        assert_eq!(app.get("/v1/changes?limit=200").await.text(), before, "nothing is kept");
        for (more, problem) in [
            (json!({"regime_id": l.agreement}), "invalid exactly_one"),
            (json!({"grant_agreement_id": null}), "invalid exactly_one"),
            (json!({"grant_agreement_id": l.project}), "invalid /grant_agreement_id:unknown_reference"),
            (json!({"language": "english"}), "invalid /language:wrong_format"),
            (json!({"kind": "song"}), "invalid /kind:not_in_list"),
            (json!({"txt": "x"}), "invalid /txt:unknown_member"),
        ] {
            let refused = ask(check("x".into(), more)).await;
            assert_eq!(refused.problem().replace(" :", " "), problem, "{}", refused.text());
        }
    }
}

both! {
    async fn findings_cost_the_same_however_many_records_there_are(app: App) {
        let l = app.latbel().await;
        pinned(app, &l).await;
        let cost = async || {
            let before = app.statements.load(Ordering::Relaxed);
            let found = findings(app, "/v1/projects/LATBEL/findings").await.len();
            (app.statements.load(Ordering::Relaxed) - before, found)
        };
        let (few, of_few) = cost().await;
        for n in 0..8 {
            let event = json!({"title": {"en": format!("Meeting {n}")}, "kind": "seminar", "mode": "online", "state": "held", "starts": "2021-01-01"});
            let event = app.made("events", event).await;
            app.part(&format!("events/{event}"), "links", json!({"project_id": l.project})).await;
        }
        let (many, of_many) = cost().await;
        assert!(of_many >= of_few + 8, "{of_few} {of_many}");
        assert_eq!(few, many);
    }
}

both! {
    /// The portfolio's findings are those of its agreements, page by page, filtered and counted.
    async fn a_portfolio_is_asked_in_pages(app: App) {
        let l = app.latbel().await;
        pinned(app, &l).await;
        let regime = app.get("/v1/regimes/eu-prag-icmpd-mpf").await.expect(200)["record_id"].clone();
        let other = json!({"regime_id": regime, "reference": "Other/1", "implementation_period": {"start": "2020-01-01", "end": "2020-12-31", "duration_months": null}});
        let other = app.made("grant-agreements", other).await;
        app.made("grant-agreements", json!({"reference": "Without a regime"})).await;
        let of = async |agreement: &str| app.column(&format!("/v1/grant-agreements/{agreement}/findings?as_of=2021-06-30"), "key").await;
        let mut agreements = [l.agreement.clone(), other.clone()];
        agreements.sort();
        let mut each = Vec::new();
        for agreement in &agreements {
            each.extend(of(agreement).await);
        }
        let (page, all) = ("/v1/findings?as_of=2021-06-30", "/v1/findings?as_of=2021-06-30&limit=3");
        assert_eq!(app.column(all, "key").await, each, "three at a time");
        let counted = app.get(&format!("{page}&limit=1&include_total=true&facets=result,rule,severity")).await.expect(200);
        assert_eq!((&counted["total"], counted["items"].as_array().unwrap().len()), (&json!(each.len()), 1));
        for facet in ["result", "rule", "severity"] {
            let mut sum = 0;
            for bucket in counted["facets"][facet].as_array().unwrap() {
                let found = app.column(&format!("{page}&{facet}={}", bucket["value"].as_str().unwrap()), facet).await;
                assert!(found.iter().all(|word| word == &bucket["value"]), "{facet}");
                assert_eq!(bucket["count"], found.len(), "{facet} {}", bucket["value"]);
                sum += found.len();
            }
            assert_eq!(sum, each.len(), "{facet}");
        }
        for (filter, agreement) in [
            (format!("agreement={other}"), &other),
            ("project=LATBEL".to_owned(), &l.agreement),
            (format!("funder={}", l.icmpd_funder), &l.agreement),
            (format!("ultimate_funder={}", l.eu_funder), &l.agreement),
        ] {
            assert_eq!(app.column(&format!("{page}&{filter}"), "key").await, of(agreement).await, "{filter}");
        }
        assert_eq!(app.get("/v1/findings?rule=Z99").await.problem(), "bad_parameters rule:invalid_value");
        assert_eq!(app.get("/v1/findings?facets=subject").await.problem(), "bad_parameters facets:unknown_path");
        assert_eq!(app.get("/v1/findings?cursor=x").await.problem(), "bad_parameters cursor:invalid_cursor");
        assert_eq!(app.get("/v1/findings?as_of=9999-01-01").await.problem(), "bad_parameters as_of:invalid_value");
    }
}

both! {
    async fn findings_do_not_tell_of_what_lies_elsewhere(app: App) {
        let l = app.latbel().await;
        pinned(app, &l).await;
        let hidden = app.made("projects", json!({"code": "HIDDEN", "title": {"en": "Another project of the agreement"}})).await;
        app.part(&format!("grant-agreements/{}", l.agreement), "project-links", json!({"project_id": hidden})).await;
        let event = json!({"title": {"en": "Elsewhere"}, "kind": "seminar", "mode": "in_person", "state": "held", "starts": "2021-06-01"});
        let event = app.made("events", event).await;
        app.part(&format!("events/{event}"), "links", json!({"project_id": hidden})).await;
        let narrow = Caller::new(app, &[(Role::Viewer, Some(Root::Project(l.project.parse().unwrap())))]).await;
        let address = "/v1/findings?as_of=2021-06-30&limit=200&include_total=true";
        let (all, seen) = (app.get(address).await.expect(200), narrow.get(address).await.expect(200));
        assert!(all.to_string().contains(&event) && all.to_string().contains(&hidden));
        assert!(!seen.to_string().contains(&event) && !seen.to_string().contains(&hidden), "{seen:#}");
        assert!(seen["total"].as_u64().unwrap() < all["total"].as_u64().unwrap());
        assert_eq!(seen["total"], seen["items"].as_array().unwrap().len());
        let elsewhere = Caller::new(app, &[(Role::Viewer, Some(Root::Project(hidden.parse().unwrap())))]).await;
        assert!(!elsewhere.get(address).await.text().contains(&l.event), "nor the other way round");
    }
}
