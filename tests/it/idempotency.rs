//! `Idempotency-Key`: what is sent again has its effect once, and its first answer again.
use crate::both;
use crate::support::App;
use crate::support::app::Answer;
use entity::vocab::Role;
use futures_util::future::join_all;
use grantline::access::Grant;
use grantline::http::router;
use grantline::store::scope::Root;
use serde_json::{Value, json};
use std::collections::HashMap;

async fn keyed(app: &App, path: &str, key: &str, more: &[(&str, &str)], body: Value) -> Answer {
    let headers: Vec<(&str, &str)> =
        [("idempotency-key", key)].into_iter().chain(more.iter().copied()).collect();
    app.ask("POST", path, &headers, Some(body)).await
}

fn project(code: &str) -> Value {
    json!({"code": code, "title": {"en": "Project"}})
}

/// Everything of an answer that its caller goes by.
fn told(answer: &Answer) -> (u16, &str, &str, &[u8]) {
    (answer.status.as_u16(), answer.header("location"), answer.header("etag"), &answer.bytes)
}

both! {
    async fn an_answer_is_given_again_and_nothing_else_happens(app: App) {
        let latbel = app.create("/v1/projects", project("LATBEL")).await;
        let organisation = app.organisation("VRS").await;
        let claim = app.create("/v1/claims", json!({"subject_kind": "project", "subject_id": latbel.rsplit('/').next(),
            "field": "acronym", "value": "LatBel", "source_title": "A page"})).await;
        for (at, path, body) in [
            ("", "/v1/projects", project("NEW")),
            ("", "/v1/events/batch", json!({"items": [{"title": {"en": "A"}, "kind": "seminar", "mode": "online", "state": "held", "starts": "2021"}]})),
            (latbel.as_str(), "/participants", json!({"organisation_id": organisation, "role": "partner"})),
            (&latbel, "/transitions", json!({"to": "cancelled", "reason": "A test", "attestations": [
                {"guard": "no_accepted_expenditure", "reason": "None"}, {"guard": "no_payment_kept", "reason": "None"}]})),
            (&claim, "/adoption", json!({"reason": "Nearer"})),
        ] {
            let tag = if at.is_empty() { String::new() } else { app.tag(at).await };
            let more: Vec<(&str, &str)> = if at.is_empty() { vec![] } else { vec![("if-match", &tag)] };
            let address = format!("{at}{path}");
            let key = format!("\"first of {}\"", path.len()).replace(' ', "-");
            let first = keyed(app, &address, &key, &more, body.clone()).await;
            assert!(first.status.is_success(), "{address}: {}", first.text());
            assert_eq!(first.header("idempotency-replayed"), "");
            let after = app.counts().await;
            // The record's version has gone on meanwhile: what is answered is what was done.
            let again = keyed(app, &address, key.trim_matches('"'), &more, body.clone()).await;
            assert_eq!(told(&again), told(&first), "{address}");
            assert_eq!(again.header("idempotency-replayed"), "true");
            assert_eq!(again.header("content-type"), first.header("content-type"));
            let mut other = body.clone();
            other["reason"] = json!("Another");
            if let Value::Object(map) = &mut other && !body.as_object().unwrap().contains_key("reason") {
                map.shift_remove("reason");
                let first = map.keys().next().unwrap().clone();
                map.shift_remove(&first);
            }
            let used = keyed(app, &address, &key, &more, other).await;
            assert!(["idempotency_key_reused", "invalid"].iter().any(|p| used.problem().starts_with(p)), "{}", used.problem());
            assert_eq!(app.counts().await, after, "{address}");
        }
        app.audit().await;
    }
}

both! {
    async fn a_key_is_good_for_one_request_of_one_caller_for_a_day(app: App) {
        let first = keyed(app, "/v1/projects", "k", &[], project("AA")).await;
        assert_eq!(first.status, 201);
        let again = async |body: Value| keyed(app, "/v1/projects", "k", &[], body).await;
        assert_eq!(again(json!({"title": {"en": "Project"}, "code": "AA"})).await.bytes, first.bytes, "the order of members says nothing");
        assert_eq!(again(project("BB")).await.problem(), "idempotency_key_reused");
        assert_eq!(keyed(app, "/v1/projects?as_of=2020-01-01", "k", &[], project("AA")).await.problem(), "idempotency_key_reused");
        // Elsewhere, and by somebody else, it is another key.
        assert_eq!(keyed(app, "/v1/projects/batch", "k", &[], json!({"items": [project("CC")]})).await.status, 201);
        let other = format!("Bearer {}", app.token_for(Role::ProgrammeManager).await);
        let theirs = keyed(app, "/v1/projects", "k", &[("authorization", &other)], project("DD")).await;
        assert_eq!((theirs.status.as_u16(), theirs.header("idempotency-replayed")), (201, ""));
        // A second token of the same principal meets it, and its own role counts.
        let same = format!("Bearer {}", app.token_for(Role::Admin).await);
        assert_eq!(keyed(app, "/v1/projects", "k", &[("authorization", &same)], project("AA")).await.header("idempotency-replayed"), "true");

        // One for a part of the register is not shown what was made elsewhere.
        let part = Grant { role: Role::Admin, root: Some(Root::Project(app.project("PART").await.parse().unwrap())) };
        let narrow = format!("Bearer {}", app.token_with("Admin of the tests", &[part]).await);
        let theirs = keyed(app, "/v1/projects", "k", &[("authorization", &narrow)], project("AA")).await;
        assert_eq!((theirs.problem().as_str(), theirs.header("idempotency-replayed")), ("invalid /code:already_taken", ""));

        app.clock.advance(chrono::TimeDelta::hours(23));
        assert_eq!(again(project("AA")).await.header("idempotency-replayed"), "true");
        app.clock.advance(chrono::TimeDelta::hours(1));
        assert_eq!(again(project("EE")).await.status, 201, "a day later it is free");
        assert_eq!(app.column("/v1/projects?sort=code", "code").await, ["AA", "CC", "DD", "EE", "PART"]);
    }
}

both! {
    async fn what_was_refused_or_only_tried_is_not_kept(app: App) {
        let refused = keyed(app, "/v1/projects", "k", &[], json!({"code": "a b"})).await;
        assert_eq!(refused.status, 422);
        let tried = keyed(app, "/v1/projects?dry_run=true", "k", &[], project("AA")).await;
        assert_eq!(tried.status, 200);
        let made = keyed(app, "/v1/projects", "k", &[], project("AA")).await;
        assert_eq!((made.status.as_u16(), made.header("idempotency-replayed")), (201, ""));
        let taken = keyed(app, "/v1/projects", "l", &[], project("AA")).await;
        assert_eq!(taken.problem(), "invalid /code:already_taken");
        assert_eq!(keyed(app, "/v1/projects", "l", &[], project("BB")).await.status, 201, "a corrected retry");
        for key in ["", "two words", "\"", "\"a\"b\"", &"k".repeat(256)] {
            for address in ["/v1/projects", "/v1/projects?dry_run=true"] {
                assert_eq!(keyed(app, address, key, &[], project("CC")).await.problem(), "malformed_header", "{key}");
            }
        }
        let twice = keyed(app, "/v1/projects", "a", &[("idempotency-key", "b")], project("CC")).await;
        assert_eq!(twice.problem(), "malformed_header");
    }
}

both! {
    async fn a_record_that_is_gone_is_gone_for_repeats_too(app: App) {
        let latbel = app.create("/v1/projects", project("LATBEL")).await;
        let body = json!({"organisation_id": app.organisation("VRS").await, "role": "partner"});
        let tag = app.tag(&latbel).await;
        let address = format!("{latbel}/participants");
        let first = keyed(app, &address, "k", &[("if-match", &tag)], body.clone()).await;
        assert_eq!(first.status, 201);
        app.at_version("DELETE", &latbel, "", None).await.expect(204);
        assert_eq!(keyed(app, &address, "k", &[("if-match", &tag)], body).await.problem(), "not_found");
    }
}

both! {
    /// Ten keys, eight sends of each at once, to two servers on one database: ten records.
    async fn ten_keys_sent_eight_times_at_once_make_ten_records(app: App) {
        let servers = [app.router.clone(), router(app.state.clone())];
        let sends = (0..80).map(|n| {
            let (server, key) = (&servers[n % 2], format!("key-{}", n % 10));
            async move {
                let body = project(&format!("P-{}", n % 10));
                let request = axum::http::Request::post("/v1/projects")
                    .header("authorization", format!("Bearer {}", app.token))
                    .header("content-type", "application/json")
                    .header("idempotency-key", &key)
                    .body(axum::body::Body::from(body.to_string()));
                (key, app.send_to(server, request.unwrap()).await)
            }
        });
        let mut bodies: HashMap<String, Vec<u8>> = HashMap::new();
        let (mut done, mut running) = (0, 0);
        for (key, answer) in join_all(sends).await {
            match answer.status.as_u16() {
                201 => {
                    done += 1;
                    assert_eq!(bodies.entry(key).or_insert(answer.bytes.clone()), &answer.bytes);
                }
                409 => {
                    running += 1;
                    assert_eq!((answer.problem().as_str(), answer.header("retry-after")), ("idempotency_key_in_progress", "1"));
                }
                _ => panic!("{}", answer.text()),
            }
        }
        assert_eq!((bodies.len(), done + running), (10, 80));
        assert_eq!(app.column("/v1/projects?sort=code", "code").await.len(), 10);
        let counts = app.counts().await;
        assert_eq!((counts["project"], counts["history_entry"], counts["project_past"]), (10, 10, 10));
        app.audit().await;
    }
}
