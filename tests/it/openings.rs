//! Records that enter in mid-life, and what is shown where their status, their dates and their sources disagree.
use crate::both;
use crate::transitions::{opened, refusal, step};
use entity::vocab::{AgreementStatus, ProjectStatus, Word};
use serde_json::{Value, json};

both! {
    async fn a_record_is_opened_in_the_status_it_is_found_in(app: App) {
        // Without an opening it begins at the beginning, today.
        let body = json!({"code": "NEW", "title": {"en": "New"}});
        let made = app.post("/v1/projects", body).await.expect(201);
        assert_eq!((&made["status"], &made["status_since"]), (&json!("preparation"), &json!("2026-11-22")));
        let body = json!({"code": "OLD", "title": {"en": "Old"}, "opening": {"status": "closed", "effective_on": "2015-12-31", "source": "The final report", "reason": "Entered late"}});
        let made = app.post("/v1/projects", body).await.expect(201);
        assert_eq!((&made["status"], &made["status_since"]), (&json!("closed"), &json!("2015-12-31")));
        assert!(made.get("opening").is_none());
        let first = app.get("/v1/projects/OLD/transitions").await.json()["items"][0].clone();
        assert_eq!(first["opened_as"], true);
        assert_eq!((&first["from_status"], &first["to_status"]), (&Value::Null, &json!("closed")));
        assert_eq!((&first["source"], &first["reason"]), (&json!("The final report"), &json!("Entered late")));
        for path in ["/v1/projects", "/v1/grant-agreements"] {
            let body = json!({"code": "BAD", "title": {"en": "Bad"}, "opening": {"status": "nonsense"}});
            let mut body = body;
            if path.ends_with("agreements") {
                body.as_object_mut().unwrap().shift_remove("code");
            }
            let refused = app.post(path, body).await;
            assert_eq!(refused.problem(), "invalid /opening/status:not_in_list");
            assert!(refused.json()["errors"][0]["params"]["allowed"].as_array().unwrap().len() > 7);
        }
        // Openings are for new records only.
        let refused = app.at_version("PATCH", "/v1/projects/OLD", "", Some(json!({"opening": {"status": "closed"}}))).await;
        assert_eq!(refused.problem(), "invalid /opening:unknown_member");
        let refused = app.at_version("PATCH", "/v1/projects/OLD", "", Some(json!({"status": "finalisation"}))).await;
        assert_eq!(refused.problem(), "invalid /status:read_only");
    }
}

both! {
    async fn from_an_unknown_status_any_is_entered_for_a_reason(app: App) {
        for (path, statuses) in [
            ("/v1/projects", ProjectStatus::all().iter().map(|s| s.code()).collect::<Vec<_>>()),
            ("/v1/grant-agreements", AgreementStatus::all().iter().map(|s| s.code()).collect()),
        ] {
            for to in &statuses {
                let address = opened(app, path, Value::Null).await;
                let seen = app.get(&address).await.json();
                assert_eq!(seen["status"], Value::Null);
                assert_eq!(seen["available_transitions"].as_array().unwrap().len(), statuses.len());
                assert_eq!(step(app, &address, json!({"to": to})).await.problem(), refusal(&["reason_given"]));
                assert_eq!(step(app, &address, json!({"to": "nonsense", "reason": "x"})).await.problem(), refusal(&["not_a_step"]));
                let taken = step(app, &address, json!({"to": to, "reason": "Found so"})).await.expect(201);
                assert_eq!((&taken["opened_as"], &taken["from_status"]), (&json!(true), &Value::Null));
                assert_eq!(app.get(&address).await.json()["status"], json!(to));
            }
        }
        app.audit().await;
    }
}

both! {
    async fn status_dates_and_pages_are_told_apart(app: App) {
        for (path, kind, running, period) in [
            ("/v1/projects", "project", "implementation", "planned_period"),
            ("/v1/grant-agreements", "grant_agreement", "in_force", "implementation_period"),
        ] {
            let address = opened(app, path, json!(running)).await;
            let dates = json!({period: {"start": "2019-11-01", "end": "2021-05-31"}});
            app.at_version("PATCH", &address, "", Some(dates)).await.expect(200);
            let warnings = async |as_of: &str| -> Vec<String> {
                let seen = app.get(&format!("{address}?as_of={as_of}")).await.expect(200);
                let codes = seen["warnings"].as_array().unwrap().iter();
                codes.map(|w| w["code"].as_str().unwrap().to_owned()).collect()
            };
            assert_eq!(warnings("2021-05-31").await, Vec::<String>::new(), "{kind}");
            assert_eq!(warnings("2021-06-01").await, ["status_behind_dates"], "{kind}");
            let claim = json!({"subject_kind": kind, "subject_id": address.rsplit('/').next(), "field": "status",
                "as_printed": "Īstenošanā", "value": running, "source_title": "A page"});
            app.create("/v1/claims", claim).await;
            assert_eq!(warnings("2021-06-01").await, ["status_behind_dates", "printed_status_outdated"], "{kind}");
            let seen = app.get(&address).await.json();
            assert_eq!(seen["printed_statuses"][0]["as_printed"], "Īstenošanā");
            assert_eq!(seen["printed_statuses"][0]["status"], json!(running));
            assert_eq!((&seen["status"], &seen["phase"]), (&json!(running), &json!("ended")));
            let end = if kind == "project" { "finalisation" } else { "implementation_ended" };
            step(app, &address, json!({"to": end, "effective_on": "2021-06-01"})).await.expect(201);
            assert_eq!(warnings("2021-06-01").await, ["printed_status_differs", "printed_status_outdated"], "{kind}");
            assert_eq!(warnings("2021-05-31").await, ["status_ahead_of_dates", "printed_status_differs"], "{kind}");
        }
    }
}
