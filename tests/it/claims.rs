//! What sources say of a record: rivals side by side, and adopting one of them.
use crate::both;
use crate::support::App;
use entity::vocab::Role;
use serde_json::{Value, json};

/// LATBEL with the two periods that sources give it; answers the addresses of the project and of both claims.
async fn latbel(app: &App) -> [String; 3] {
    let project = app.create("/v1/projects", json!({"code": "LATBEL", "title": {"lv": "Sadarbība"}})).await;
    let id = project.rsplit('/').next().unwrap().to_owned();
    let claim = async |printed: &str, start: &str, end: &str, title: &str| {
        let body = json!({"subject_kind": "project", "subject_id": id, "field": "planned_period", "as_printed": printed,
            "value": {"start": start, "end": end}, "source_title": title, "source_url": "https://example.org/page"});
        app.create("/v1/claims", body).await
    };
    let grantor =
        claim("October 2019 - September 2021", "2019-10-01", "2021-09-30", "The grantor's page").await;
    let own = claim("01.11.2019.-31.05.2021.", "2019-11-01", "2021-05-31", "The institution's article").await;
    [project, grantor, own]
}

async fn adopt(app: &App, claim: &str, reason: &str) -> crate::support::app::Answer {
    app.at_version("POST", claim, "/adoption", Some(json!({"reason": reason}))).await
}

fn id(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or_default()
}

both! {
    async fn rivals_stand_side_by_side_until_one_is_adopted(app: App) {
        let [project, grantor, own] = latbel(app).await;
        let seen = app.get(&project).await.json();
        assert_eq!(seen["conflicts"], json!([{"field": "planned_period", "claim_ids": [id(&grantor), id(&own)]}]));
        assert_eq!(seen["sources"], json!({}));
        assert_eq!(seen["planned_period"]["start"], Value::Null, "a claim changes nothing by itself");
        let listed = app.get("/v1/claims?project=LATBEL&field=planned_period").await.json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 2);

        // A dry run tells what adopting would do, and does not do it.
        let counts = app.counts().await;
        let tried = app.at_version("POST", &own, "/adoption?dry_run=true", Some(json!({"reason": "Nearer"}))).await;
        assert_eq!(tried.header("etag"), "");
        assert_eq!(tried.expect(200)["adopted"], true);
        assert_eq!(app.counts().await, counts);
        assert_eq!(app.get(&own).await.json()["adopted"], false);

        let adopted = adopt(app, &own, "Nearer to the contract").await;
        assert!(adopted.header("etag").starts_with("\"2-"));
        let adopted = adopted.expect(200);
        assert_eq!(adopted["adoption_reason"], "Nearer to the contract");
        assert_eq!(adopted["adopted_at"], "2026-11-22T10:00:00Z");
        assert!(adopted["adopted_by"].is_string());
        assert_eq!(app.get(&own).await.json(), adopted);
        let seen = app.get(&project).await.json();
        assert_eq!(seen["version"], 2);
        assert_eq!(seen["planned_period"], json!({"start": "2019-11-01", "end": "2021-05-31", "duration_months": null}));
        assert_eq!(seen["phase"], "ended");
        let source = json!({"claim_id": id(&own), "title": "The institution's article", "url": "https://example.org/page", "agrees": true});
        assert_eq!(seen["sources"], json!({"planned_period": source}));
        assert_eq!(seen["conflicts"].as_array().unwrap().len(), 1, "the sources still disagree");

        // The rival takes its place: one is adopted at a time, and history says all of it.
        adopt(app, &grantor, "The grantor decides").await.expect(200);
        let (was, is) = (app.get(&own).await.json(), app.get(&grantor).await.json());
        assert_eq!((&was["adopted"], &was["adoption_reason"], &was["version"]), (&json!(false), &Value::Null, &json!(3)));
        assert_eq!(is["adopted"], true);
        let seen = app.get(&project).await.json();
        assert_eq!(seen["planned_period"]["start"], "2019-10-01");
        assert_eq!(seen["sources"]["planned_period"]["claim_id"], id(&grantor));
        let last: Vec<(String, Option<String>)> =
            app.entries().await.into_iter().rev().take(3).map(|e| (format!("{} {}", e.aggregate, e.action), e.reason)).collect();
        let why = Some("The grantor decides".to_owned());
        assert_eq!(last, [
            ("claim superseded".to_owned(), why.clone()), ("claim adopted".to_owned(), why.clone()), ("project adopted".to_owned(), why),
        ]);

        // A value that is changed afterwards no longer agrees with its source.
        app.at_version("PATCH", &project, "", Some(json!({"planned_period": {"end": "2021-08-31"}}))).await.expect(200);
        assert_eq!(app.get(&project).await.json()["sources"]["planned_period"]["agrees"], false);
        app.at_version("PATCH", &project, "", Some(json!({"planned_period": {"end": "2021-09-30"}}))).await.expect(200);
        assert_eq!(app.get(&project).await.json()["sources"]["planned_period"]["agrees"], true);
        app.audit().await;
    }
}

both! {
    async fn adopting_is_a_write_like_any_other(app: App) {
        let [_, grantor, own] = latbel(app).await;
        let path = format!("{own}/adoption");
        let because = json!({"reason": "Because"});
        assert_eq!(app.post(&path, because.clone()).await.problem(), "precondition_required");
        let stale = app.ask("POST", &path, &[("if-match", "\"9-0\"")], Some(because.clone())).await;
        assert_eq!(stale.header("etag"), app.tag(&own).await);
        assert_eq!(stale.problem(), "stale_version");
        let tag = app.tag(&own).await;
        let at = [("if-match", tag.as_str())];
        assert_eq!(app.ask("POST", &path, &at, Some(json!({}))).await.problem(), "invalid /reason:required");
        let nobody = "/v1/claims/01932c07-6b80-7000-8000-0000000000ff/adoption";
        assert_eq!(app.ask("POST", nobody, &at, Some(because.clone())).await.problem(), "not_found");
        // Who may not change the subject can't do it by way of a claim.
        for role in [Role::Viewer, Role::Contributor, Role::FinanceOfficer] {
            let token = format!("Bearer {}", app.token_for(role).await);
            let headers = [("if-match", tag.as_str()), ("authorization", token.as_str())];
            assert_eq!(app.ask("POST", &path, &headers, Some(because.clone())).await.problem(), "forbidden");
        }
        // An adopted claim stays with its member, though its words may be mended.
        adopt(app, &own, "Because").await.expect(200);
        let elsewhere = app.project("OTHER").await;
        let moved = json!({"field": "actual_period", "subject_id": elsewhere});
        let refused = app.at_version("PATCH", &own, "", Some(moved)).await;
        assert_eq!(refused.problem(), "invalid /subject_id:already_adopted /field:already_adopted");
        app.at_version("PATCH", &own, "", Some(json!({"as_printed": "01.11.2019."}))).await.expect(200);
        app.at_version("PATCH", &grantor, "", Some(json!({"subject_id": elsewhere}))).await.expect(200);
        // Adopting again is a decision again; removing the claim leaves the value without its source.
        assert_eq!(adopt(app, &own, "Once more").await.expect(200)["adoption_reason"], "Once more");
        app.at_version("DELETE", &own, "", None).await.expect(204);
        let seen = app.get("/v1/projects/LATBEL").await.json();
        assert_eq!((&seen["sources"], &seen["planned_period"]["start"]), (&json!({}), &json!("2019-11-01")));
        app.audit().await;
    }
}

both! {
    async fn a_value_that_does_not_fit_is_named(app: App) {
        let [project, ..] = latbel(app).await;
        app.at_version("PATCH", &project, "", Some(json!({"planned_period": {"start": "2020-01-01"}}))).await.expect(200);
        let claim = |field: &str, value: Value| json!({"subject_kind": "project", "subject_id": id(&project),
            "field": field, "value": value, "as_printed": "as printed", "source_title": "A page"});
        for (field, value, problem) in [
            ("planned_period", json!("2019"), "invalid /value:invalid"),
            ("planned_period", json!({"start": "2021-13-01"}), "invalid /value:invalid"),
            ("planned_period", json!({"start": "2021-01-02", "end": "2021-01-01"}), "invalid /value:invalid"),
            ("planned_period.end", json!("2019-12-31"), "invalid /value:invalid"),
            ("title.lv", json!(7), "invalid /value:invalid"),
            ("title.nonsense-language-tag", json!("x"), "invalid /value:invalid"),
            ("code", json!("not a code"), "invalid /value:invalid"),
            ("tags", json!("one"), "invalid /value:invalid"),
            ("lead_organisation_id", json!("01932c07-6b80-7000-8000-0000000000ff"), "invalid /value:invalid"),
            ("acronym", Value::Null, "invalid /value:no_value"),
            ("status", json!("closed"), "invalid /field:not_adoptable"),
            ("participants", json!([]), "invalid /field:not_adoptable"),
        ] {
            let address = app.create("/v1/claims", claim(field, value.clone())).await;
            let before = app.counts().await;
            assert_eq!(adopt(app, &address, "Because").await.problem(), problem, "{field} {value}");
            assert_eq!(app.counts().await, before);
        }
        // A taken code fits no other project.
        app.project("TAKEN").await;
        let address = app.create("/v1/claims", claim("code", json!("TAKEN"))).await;
        assert_eq!(adopt(app, &address, "Because").await.problem(), "invalid /value:invalid");
        // A part of a member is set within it.
        let address = app.create("/v1/claims", claim("title.en", json!("Cooperation"))).await;
        adopt(app, &address, "Because").await.expect(200);
        let address = app.create("/v1/claims", claim("planned_period.end", json!("2021-05-31"))).await;
        adopt(app, &address, "Because").await.expect(200);
        let seen = app.get(&project).await.json();
        assert_eq!(seen["title"], json!({"lv": "Sadarbība", "en": "Cooperation"}));
        assert_eq!(seen["planned_period"]["start"], "2020-01-01");
        assert_eq!(seen["sources"]["planned_period.end"]["agrees"], true);
        // The whole takes the place of its part.
        let address = app.create("/v1/claims", claim("planned_period", json!({"start": "2019-11-01"}))).await;
        adopt(app, &address, "Because").await.expect(200);
        let sources = app.get(&project).await.json()["sources"].clone();
        let fields: Vec<&String> = sources.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["planned_period", "title.en"]);
        app.audit().await;
    }
}

both! {
    async fn a_claim_speaks_of_a_member_that_there_is(app: App) {
        let project = app.project("LATBEL").await;
        for field in ["nonsense", "id", "version", "planned_period.nonsense", "planned_period.start.year", "search_text", "conflicts"] {
            let body = json!({"subject_kind": "project", "subject_id": project, "field": field, "value": "x", "source_title": "A page"});
            let refused = app.post("/v1/claims", body).await;
            assert_eq!(refused.problem(), "invalid /field:unknown_field", "{field}");
            assert!(!refused.json()["errors"][0]["params"]["known"].as_array().unwrap().is_empty());
        }
        for field in ["status", "participants", "planned_period", "planned_period.end", "title.lv", "websites"] {
            let body = json!({"subject_kind": "project", "subject_id": project, "field": field, "value": "x", "source_title": "A page"});
            app.create("/v1/claims", body).await;
        }
        let nothing = json!({"subject_kind": "project", "subject_id": project, "field": "title", "source_title": "A page"});
        assert_eq!(app.post("/v1/claims", nothing).await.problem(), "invalid :at_least_one");
        let other = json!({"subject_kind": "event", "subject_id": project, "field": "title", "value": "x", "source_title": "A page"});
        assert_eq!(app.post("/v1/claims", other).await.problem(), "invalid /subject_id:unknown_reference");
    }
}
