//! Reports to donors: four eyes, what was submitted as it stood then, and the duties that are met by it.
use crate::both;
use crate::support::App;
use crate::support::app::Answer;
use crate::support::caller::Caller;
use crate::support::world::Latbel;
use entity::vocab::Role;
use grantline::regimes::ship;
use grantline::store::digest::hex_digest;
use serde_json::{Value, json};

/// LATBEL pinned to its regime: the ids of its agreement and of the duty to hand in an interim report.
async fn owed(app: &App, l: &Latbel) -> (String, String) {
    ship(&app.state).await.unwrap();
    let regime = app.get("/v1/regimes/eu-prag-icmpd-mpf").await.expect(200)["record_id"].clone();
    let address = format!("/v1/grant-agreements/{}", l.agreement);
    app.at_version("PATCH", &address, "", Some(json!({"regime_id": regime}))).await.expect(200);
    (l.agreement.clone(), app.ids("/v1/obligations?entry=interim").await.remove(0))
}

fn body(agreement: &str, duty: &str) -> Value {
    json!({"grant_agreement_id": agreement, "obligation_id": duty, "kind": "interim_report",
        "period": {"start": "2019-11-01", "end": "2020-10-31", "duration_months": null}, "document": "Interim report"})
}

async fn step(app: &App, report: &str, to: &str, on: &str) -> Answer {
    let body = json!({"to": to, "effective_on": on, "reason": "As the letter says"});
    app.at_version("POST", report, "/transitions", Some(body)).await
}

async fn step_by(caller: &Caller<'_>, report: &str, to: &str) -> Answer {
    let tag = caller.get(report).await.header("etag").to_owned();
    let body = json!({"to": to, "effective_on": "2020-12-10", "reason": "Read and approved"});
    caller.send("POST", &format!("{report}/transitions"), &tag, Some(body)).await
}

async fn state(app: &App, as_of: &str) -> Value {
    let list = app.get(&format!("/v1/obligations?entry=interim&as_of={as_of}")).await.expect(200);
    json!([list["items"][0]["state"], list["items"][0]["fulfilled_on"]])
}

both! {
    async fn a_report_is_approved_submitted_and_answered(app: App) {
        let l = app.latbel().await;
        let (agreement, duty) = owed(app, &l).await;
        let report = app.create("/v1/reports", body(&agreement, &duty)).await;
        assert_eq!(step(app, &report, "submitted", "2020-12-18").await.problem(), "transition_refused /to:not_a_step");
        assert_eq!(step(app, &report, "internally_approved", "2020-12-10").await.problem(), "transition_refused /to:another_person");
        let other = Caller::new(app, &[(Role::ProgrammeManager, None)]).await;
        // Whoever changed it wrote it too.
        let tag = other.get(&report).await.header("etag").to_owned();
        other.send("PATCH", &report, &tag, Some(json!({"document": "Interim report, second draft"}))).await.expect(200);
        assert_eq!(step_by(&other, &report, "internally_approved").await.problem(), "transition_refused /to:another_person");
        let third = Caller::new(app, &[(Role::FinanceOfficer, None)]).await;
        step_by(&third, &report, "internally_approved").await.expect(201);
        let changed = app.at_version("PATCH", &report, "", Some(json!({"document": "Another"}))).await;
        assert_eq!(changed.problem(), "transition_refused :frozen", "what was approved stays");
        assert_eq!(step(app, &report, "submitted", "2020-10-31").await.problem(), "transition_refused /to:period_over");
        assert_eq!(state(app, "2020-12-31").await, json!(["overdue", null]));
        step(app, &report, "submitted", "2020-12-18").await.expect(201);
        assert_eq!(state(app, "2020-12-31").await, json!(["met", "2020-12-18"]));

        let told = app.get(&report).await.expect(200);
        assert_eq!((&told["submitted_on"], &told["status"]), (&json!("2020-12-18"), &json!("submitted")));
        let snapshot = &told["snapshots"][0];
        let content = snapshot["content"].as_str().unwrap();
        assert_eq!(snapshot["sha256"], hex_digest(content));
        let held: Value = serde_json::from_str(content).unwrap();
        assert_eq!((&held["report"]["document"], &held["obligation"]["due"]), (&json!("Interim report, second draft"), &json!("2020-12-30")));
        assert_eq!(held["agreement"]["implementation_period"]["start"], "2019-11-01");

        // The end moves: what was submitted is not touched, and the duty that it met stays met.
        let period = json!({"implementation_period": {"end": "2021-09-30", "duration_months": null}});
        app.at_version("PATCH", &format!("/v1/grant-agreements/{agreement}"), "", Some(period)).await.expect(200);
        assert_eq!(app.get(&report).await.expect(200)["snapshots"][0], *snapshot);
        assert_eq!(state(app, "2020-12-31").await, json!(["met", "2020-12-18"]));

        step(app, &report, "under_review", "2021-01-10").await.expect(201);
        step(app, &report, "clarification_requested", "2021-01-20").await.expect(201);
        assert_eq!(step(app, &report, "reopened_limited", "2021-01-21").await.problem(), "transition_refused /to:later_report");
        step(app, &report, "reopened_last", "2021-01-21").await.expect(201);
        let moved = app.at_version("PATCH", &report, "", Some(json!({"obligation_id": null}))).await;
        assert_eq!(moved.problem(), "invalid /obligation_id:kept_since_submission");
        app.at_version("PATCH", &report, "", Some(json!({"document": "Corrected"}))).await.expect(200);
        step_by(&third, &report, "internally_approved").await.expect(201);
        step(app, &report, "submitted", "2021-02-01").await.expect(201);
        let told = app.get(&report).await.expect(200);
        assert_eq!((&told["submitted_on"], told["snapshots"].as_array().unwrap().len()), (&json!("2020-12-18"), 2), "handed in once, twice held");
        step(app, &report, "under_review", "2021-02-02").await.expect(201);
        step(app, &report, "accepted_with_deductions", "2021-03-02").await.expect(201);
        assert_eq!(app.at_version("DELETE", &report, "", None).await.problem(), "transition_refused :begun");
        app.audit().await;
    }
}

both! {
    async fn what_was_rejected_is_owed_again(app: App) {
        let l = app.latbel().await;
        let (agreement, duty) = owed(app, &l).await;
        let report = app.create("/v1/reports", body(&agreement, &duty)).await;
        let other = Caller::new(app, &[(Role::ProgrammeManager, None)]).await;
        step_by(&other, &report, "internally_approved").await.expect(201);
        for (to, state_then) in [("submitted", "met"), ("under_review", "met"), ("rejected", "overdue")] {
            step(app, &report, to, "2020-12-18").await.expect(201);
            assert_eq!(state(app, "2020-12-31").await[0], state_then, "{to}");
        }
    }
}

both! {
    async fn while_a_later_report_exists_only_texts_change(app: App) {
        let l = app.latbel().await;
        let (agreement, duty) = owed(app, &l).await;
        let first = app.create("/v1/reports", body(&agreement, &duty)).await;
        let mut later = body(&agreement, &duty);
        later["period"] = json!({"start": "2020-11-01", "end": "2021-05-31", "duration_months": null});
        later["obligation_id"] = Value::Null;
        let later = app.create("/v1/reports", later).await;
        let other = Caller::new(app, &[(Role::ProgrammeManager, None)]).await;
        for (report, on) in [(&first, "2020-12-18"), (&later, "2021-08-01")] {
            step_by(&other, report, "internally_approved").await.expect(201);
            step(app, report, "submitted", on).await.expect(201);
        }
        assert_eq!(step(app, &first, "reopened_last", "2021-09-01").await.problem(), "transition_refused /to:no_later_report");
        step(app, &first, "reopened_limited", "2021-09-01").await.expect(201);
        let period = json!({"period": {"end": "2020-11-30"}});
        assert_eq!(app.at_version("PATCH", &first, "", Some(period)).await.problem(), "invalid /period:kept_since_submission");
        app.at_version("PATCH", &first, "", Some(json!({"summary": {"en": "Clearer"}}))).await.expect(200);
        let foreign = app.made("grant-agreements", json!({"reference": "Other"})).await;
        let refused = app.post("/v1/reports", body(&foreign, &duty)).await;
        assert_eq!(refused.problem(), "invalid /obligation_id:of_another_agreement");
    }
}
