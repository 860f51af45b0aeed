//! What happens to a signed agreement: amendments, with what they would do before anyone signs; suspensions, terminations.
use crate::both;
use crate::support::App;
use crate::support::app::Answer;
use crate::support::caller::Caller;
use crate::support::world::Latbel;
use entity::vocab::Role;
use grantline::regimes::ship;
use grantline::store::scope::Root;
use serde_json::{Value, json};

/// LATBEL's agreement, pinned to its regime and in force; its address.
async fn in_force(app: &App, l: &Latbel) -> String {
    ship(&app.state).await.unwrap();
    let regime = app.get("/v1/regimes/eu-prag-icmpd-mpf").await.expect(200)["record_id"].clone();
    let body = json!({"regime_id": regime, "reference": "ICMPD/2019/MPF-295-005", "form": "actual_costs", "funder_id": l.icmpd_funder,
        "implementation_period": {"start": "2019-11-01", "end": "2021-05-31", "duration_months": null},
        "opening": {"status": "in_force", "effective_on": "2019-11-01", "source": "The contract"}});
    app.create("/v1/grant-agreements", body).await
}

/// An addendum that moves the end; its address.
async fn extension(app: &App, agreement: &str, end: &str) -> String {
    let body = json!({"grant_agreement_id": agreement.rsplit('/').next().unwrap(), "number": "1", "kind": "addendum", "case": "no_cost_extension",
        "changes": {"implementation_period": {"end": end}}, "requested_on": "2021-03-15", "received_by_grantor_on": "2021-03-16"});
    app.create("/v1/amendments", body).await
}

async fn apply(app: &App, amendment: &str, query: &str) -> Answer {
    app.at_version(
        "POST",
        amendment,
        &format!("/application{query}"),
        Some(json!({"reason": "Signed by both"})),
    )
    .await
}

async fn step(app: &App, of: &str, to: &str) -> Answer {
    app.at_version("POST", of, "/transitions", Some(json!({"to": to, "reason": "A letter"}))).await
}

/// `entry from to`.
fn moved(effect: &Value) -> Vec<String> {
    let text = |one: &Value, name: &str| one[name].as_str().unwrap_or("null").to_owned();
    let told =
        |one: &Value| format!("{} {} {}", text(one, "entry"), text(one, "from_due"), text(one, "to_due"));
    effect["obligations"].as_array().unwrap().iter().map(told).collect()
}

async fn due(app: &App, entry: &str) -> Vec<String> {
    let list = app.get(&format!("/v1/obligations?entry={entry}&sort=due")).await.expect(200);
    list["items"].as_array().unwrap().iter().map(|one| one["due"].as_str().unwrap().to_owned()).collect()
}

both! {
    /// What LATBEL's extension by four months does, shown before anyone signs and then done.
    async fn an_extension_is_tried_and_applied(app: App) {
        let l = app.latbel().await;
        let agreement = in_force(app, &l).await;
        let amendment = extension(app, &agreement, "2021-09-30").await;
        let before = [app.get(&agreement).await.text(), app.get(&amendment).await.text(), app.get("/v1/changes?limit=200").await.text()];
        let tried = apply(app, &amendment, "?dry_run=true").await.expect(200);
        assert_eq!(tried["unmet"], json!(["not_agreed", "not_signed", "no_effective_day"]));
        let effect = &tried["effect"];
        assert_eq!(moved(effect), [
            "A06 2021-05-01 2021-08-31", "final 2021-08-31 2021-12-30", "A10 2022-11-30 2023-03-30",
        ]);
        assert_eq!(effect["changes"][0]["field"], "implementation_period");
        assert_eq!((&effect["changes"][0]["from"]["end"], &effect["changes"][0]["to"]["end"]), (&json!("2021-05-31"), &json!("2021-09-30")));
        let (from, to) = (&effect["periods"]["from"], &effect["periods"]["to"]);
        assert_eq!((&from[1]["end"], &to[1]["end"]), (&json!("2021-05-31"), &json!("2021-09-30")));
        let after = [app.get(&agreement).await.text(), app.get(&amendment).await.text(), app.get("/v1/changes?limit=200").await.text()];
        assert_eq!(after, before, "nothing was written");

        assert_eq!(apply(app, &amendment, "").await.problem(), "transition_refused :not_agreed :not_signed :no_effective_day");
        assert_eq!(step(app, &amendment, "notified").await.problem(), "transition_refused /to:is_notification");
        for to in ["requested", "under_review", "approved"] {
            step(app, &amendment, to).await.expect(201);
        }
        let dates = json!({"signed_on": "2021-04-20", "effective_on": "2021-04-21"});
        app.at_version("PATCH", &amendment, "", Some(dates)).await.expect(200);
        let applied = apply(app, &amendment, "").await.expect(200);
        assert_eq!((&applied["unmet"], moved(&applied["effect"])), (&json!([]), moved(effect)));
        let told = app.get(&amendment).await.expect(200);
        assert_eq!((&told["status"], &told["status_since"], &told["applied_version"]), (&json!("in_force"), &json!("2021-04-21"), &applied["effect"]["version"]));
        assert_eq!(told["applied"][0]["from"]["end"], "2021-05-31");
        assert_eq!((due(app, "final").await, due(app, "A10").await), (vec!["2021-12-30".to_owned()], vec!["2023-03-30".to_owned()]));
        let plans = app.get("/v1/obligations?entry=final").await.expect(200)["items"][0]["plans"].clone();
        assert_eq!((&plans[0]["due"], &plans[1]["due"]), (&json!("2021-08-31"), &json!("2021-12-30")), "the old one is still there");
        let version = applied["effect"]["version"].as_i64().unwrap();
        let old = app.get(&format!("{agreement}/versions/{}", version - 1)).await.expect(200);
        assert_eq!(old["implementation_period"]["end"], "2021-05-31");

        let again = apply(app, &amendment, "").await;
        assert_eq!(again.problem(), "transition_refused /status:frozen");
        let changed = app.at_version("PATCH", &amendment, "", Some(json!({"number": "2"}))).await;
        assert_eq!(changed.problem(), "transition_refused :frozen");
        assert_eq!(app.at_version("DELETE", &amendment, "", None).await.problem(), "transition_refused :begun");
        app.audit().await;
    }
}

both! {
    async fn what_does_not_fit_is_refused_when_it_is_written(app: App) {
        let l = app.latbel().await;
        let agreement = in_force(app, &l).await;
        let id = agreement.rsplit('/').next().unwrap();
        let with = |more: Value| {
            let mut body = json!({"grant_agreement_id": id, "kind": "addendum"});
            more.as_object().unwrap().iter().for_each(|(name, value)| body[name] = value.clone());
            body
        };
        for (more, problem) in [
            (json!({"changes": {"implementation_period": {"end": "2019-10-31"}}}), "invalid /changes/implementation_period/end:before_start"),
            (json!({"changes": {"implementation_period": {"finish": "2021-09-30"}}}), "invalid /changes/implementation_period/finish:unknown_member"),
            (json!({"changes": {"status": "archived"}}), "invalid /changes/status:unknown_member"),
            (json!({"changes": [1]}), "invalid /changes:wrong_type"),
            (json!({"case": "no_cost_extension"}), "invalid /changes/implementation_period/end:required"),
            (json!({"case": "no_cost_extension", "changes": {"implementation_period": {"end": "2021-05-31"}}}), "invalid /changes/implementation_period/end:not_later"),
            (json!({"case": "no_cost_extension", "changes": {"implementation_period": {"end": "2021-09-30"}, "eu_rate": "0.9"}}), "invalid /changes/eu_rate:not_in_case"),
            (json!({"requested_on": "2021-03-02", "received_by_grantor_on": "2021-03-01"}), "invalid /received_by_grantor_on:before_start"),
            (json!({"kind": "letter"}), "invalid /kind:not_in_list"),
            (json!({"grant_agreement_id": l.project}), "invalid /grant_agreement_id:unknown_reference"),
        ] {
            let refused = app.post("/v1/amendments", with(more)).await;
            assert_eq!(refused.problem(), problem, "{}", refused.text());
        }
        assert_eq!(app.get("/v1/amendments?include_total=true").await.expect(200)["total"], 0);
        // What only the terms refuse is told by a dry run, and nothing is left of it.
        let terms = json!([{"path": "reporting.obligations[final].offset", "value": "P-3M", "clause": "2.3"}]);
        let amendment = app.create("/v1/amendments", with(json!({"terms": terms}))).await;
        let refused = apply(app, &amendment, "?dry_run=true").await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert_eq!(app.get(&agreement).await.expect(200)["overrides"], json!([]));
    }
}

both! {
    async fn archived_agreements_are_not_amended(app: App) {
        let body = json!({"reference": "X/1", "opening": {"status": "archived", "effective_on": "2020-01-01", "source": "The archive"}});
        let agreement = app.create("/v1/grant-agreements", body).await;
        let id = agreement.rsplit('/').next().unwrap();
        let body = json!({"grant_agreement_id": id, "kind": "correction", "changes": {"reference": "X/2"}});
        let amendment = app.create("/v1/amendments", body).await;
        assert_eq!(apply(app, &amendment, "").await.problem(), "transition_refused :agreement_closed");
        assert_eq!(app.get(&agreement).await.expect(200)["reference"], "X/1");
    }
}

both! {
    /// The start was wrong in the register; an extension was under way meanwhile.
    async fn a_correction_and_an_open_amendment_both_stay(app: App) {
        let l = app.latbel().await;
        let agreement = in_force(app, &l).await;
        let amendment = extension(app, &agreement, "2021-09-30").await;
        let body = json!({"grant_agreement_id": agreement.rsplit('/').next().unwrap(), "kind": "correction",
            "changes": {"implementation_period": {"start": "2019-12-01"}, "reference": "ICMPD/2019/MPF-295-006"}});
        let correction = app.create("/v1/amendments", body).await;
        apply(app, &correction, "").await.expect(200);
        for to in ["requested", "approved"] {
            step(app, &amendment, to).await.expect(201);
        }
        app.at_version("PATCH", &amendment, "", Some(json!({"signed_on": "2021-04-20", "effective_on": "2021-04-21"}))).await.expect(200);
        apply(app, &amendment, "").await.expect(200);
        let told = app.get(&agreement).await.expect(200);
        assert_eq!(told["implementation_period"], json!({"start": "2019-12-01", "end": "2021-09-30", "duration_months": null}));
        assert_eq!(told["reference"], "ICMPD/2019/MPF-295-006");
        let all = app.get("/v1/findings?as_of=2021-05-01&rule=A06,A08,A09").await.expect(200);
        let subjects: Vec<&Value> = all["items"].as_array().unwrap().iter().filter(|one| one["subject"]["resource"] == "amendment").collect();
        assert!(subjects.len() >= 2 && subjects.iter().all(|one| amendment.ends_with(one["subject"]["id"].as_str().unwrap())),
            "nothing was agreed by the correction: {subjects:#?}");
        assert!(subjects.iter().any(|one| one["rule"] == "A06" && one["result"] == "pass"));
    }
}

both! {
    async fn amended_terms_say_so(app: App) {
        let l = app.latbel().await;
        let agreement = in_force(app, &l).await;
        let path = "reporting.obligations[final].offset";
        let body = json!({"grant_agreement_id": agreement.rsplit('/').next().unwrap(), "kind": "administrative", "requested_on": "2020-12-01", "effective_on": "2021-01-01",
            "document": "Order 7", "terms": [{"path": path, "value": "P4M", "clause": "Article 2.3"}]});
        let amendment = app.create("/v1/amendments", body).await;
        for to in ["requested", "approved"] {
            step(app, &amendment, to).await.expect(201);
        }
        let applied = apply(app, &amendment, "").await.expect(200);
        let term = &applied["effect"]["terms"][0];
        assert_eq!((&term["path"], &term["from"], &term["to"], &term["origin"]["level"]), (&json!(path), &json!("P3M"), &json!("P4M"), &json!("amendment")));
        let terms = app.get(&format!("{agreement}/terms")).await.expect(200);
        let told = terms["items"].as_array().unwrap().iter().find(|one| one["path"] == path).unwrap().clone();
        assert_eq!((&told["origin"]["level"], &told["origin"]["document"]), (&json!("amendment"), &json!("Order 7")));
        assert_eq!(due(app, "final").await, ["2021-09-30"]);
    }
}

both! {
    /// Another version of the rules, or any other change, is tried without being written.
    async fn a_change_is_tried(app: App) {
        let l = app.latbel().await;
        let agreement = in_force(app, &l).await;
        let other = app.get("/v1/regimes/us-2cfr200").await.expect(200)["record_id"].clone();
        let before = [app.get(&agreement).await.text(), app.get("/v1/changes?limit=200").await.text()];
        let tried = app.at_version("POST", &agreement, "/preview", Some(json!({"changes": {"regime_id": other}}))).await.expect(200);
        let moved = moved(&tried);
        assert!(moved.iter().any(|line| line.starts_with("final-all null 2021-09-28")), "{moved:?}");
        let gone = tried["obligations"].as_array().unwrap().iter().find(|one| one["entry"] == "final").unwrap();
        assert_eq!(gone["to_state"], "superseded");
        assert!(!tried["terms"].as_array().unwrap().is_empty());
        let refused = app.at_version("POST", &agreement, "/preview", Some(json!({"changes": {"implementation_period": {"end": "2019-01-01"}}}))).await;
        assert_eq!(refused.problem(), "invalid /changes/implementation_period/end:before_start");
        assert_eq!([app.get(&agreement).await.text(), app.get("/v1/changes?limit=200").await.text()], before);
    }
}

both! {
    async fn suspensions_and_terminations_are_what_steps_ask_for(app: App) {
        let l = app.latbel().await;
        let agreement = in_force(app, &l).await;
        let id = agreement.rsplit('/').next().unwrap();
        assert_eq!(step(app, &agreement, "suspended").await.problem(), "transition_refused /to:suspension_notified");
        let body = json!({"grant_agreement_id": id, "scope": "total", "by": "coordinator", "from": "2020-03-16", "extends_end": true});
        let suspension = app.create("/v1/suspensions", body).await;
        assert_eq!(step(app, &suspension, "in_effect").await.problem(), "transition_refused /to:notice_dated");
        app.at_version("PATCH", &suspension, "", Some(json!({"notified_on": "2020-03-13"}))).await.expect(200);
        step(app, &suspension, "in_effect").await.expect(201);
        step(app, &agreement, "suspended").await.expect(201);
        assert_eq!(step(app, &agreement, "in_force").await.problem(), "transition_refused /to:suspension_lifted /to:effective_after_suspension");
        assert_eq!(step(app, &suspension, "lifted").await.problem(), "transition_refused /to:last_day_known");
        app.at_version("PATCH", &suspension, "", Some(json!({"to": "2020-05-31"}))).await.expect(200);
        step(app, &suspension, "lifted").await.expect(201);
        let found = app.get(&format!("{agreement}/findings?rule=A07")).await.expect(200);
        let a07 = &found["items"][0];
        assert_eq!((&a07["result"], &a07["values"]["days"], &a07["values"]["new_end"]), (&json!("fail"), &json!(77), &json!("2021-08-16")));

        let body = json!({"grant_agreement_id": id, "by": "mutual", "notified_on": "2020-11-02"});
        let termination = app.create("/v1/terminations", body).await;
        assert_eq!(step(app, &termination, "in_effect").await.problem(), "transition_refused /to:effective_day_known");
        app.at_version("PATCH", &termination, "", Some(json!({"effective_on": "2020-12-31"}))).await.expect(200);
        assert_eq!(due(app, "final").await, ["2021-08-31"], "not yet");
        step(app, &termination, "in_effect").await.expect(201);
        assert_eq!(due(app, "final").await, ["2021-03-31"], "the final report is due from that day on");
        step(app, &termination, "withdrawn").await.expect(201);
        assert_eq!(due(app, "final").await, ["2021-08-31"]);
        app.audit().await;
    }
}

both! {
    async fn amendments_lie_where_their_agreement_lies(app: App) {
        let l = app.latbel().await;
        let agreement = in_force(app, &l).await;
        let link = json!({"project_id": l.project});
        let part = app.at_version("POST", &agreement, "/project-links", Some(link)).await.expect(201)["id"].as_str().unwrap().to_owned();
        let narrow = Caller::new(app, &[(Role::ProgrammeManager, Some(Root::Project(l.project.parse().unwrap())))]).await;
        let body = json!({"grant_agreement_id": agreement.rsplit('/').next().unwrap(), "kind": "correction"});
        let made = narrow.send("POST", "/v1/amendments", "", Some(body)).await.expect(201)["id"].as_str().unwrap().to_owned();
        let address = format!("/v1/amendments/{made}");
        assert_eq!(narrow.get(&address).await.status, 200);
        app.at_version("DELETE", &agreement, &format!("/project-links/{part}"), None).await.expect(204);
        assert_eq!(narrow.get(&address).await.status, 404, "its maker sees it no longer");
        assert_eq!(narrow.get("/v1/amendments").await.expect(200)["items"], json!([]));
    }
}
