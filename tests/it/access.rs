//! Who may ask at all, and what each role may write.
use crate::both;
use crate::support::records;
use chrono::{DateTime, Utc};
use entity::vocab::{PrincipalKind, Role};
use grantline::access::{self, Grant, NewToken};
use grantline::clock::Clock;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::json;

const ALL: [Role; 6] = [
    Role::Admin,
    Role::ProgrammeManager,
    Role::FinanceOfficer,
    Role::Contributor,
    Role::Viewer,
    Role::Auditor,
];

fn token(name: &str, role: Role, expires_at: Option<DateTime<Utc>>) -> NewToken {
    NewToken {
        principal: "a service".into(),
        kind: PrincipalKind::Service,
        name: name.into(),
        grants: vec![Grant { role, root: None }],
        expires_at,
    }
}

both! {
    async fn strangers_are_told_to_bring_a_token(app: App) {
        let good = app.token.clone();
        for header in ["", "Bearer", "Bearer ", "Bearer nonsense", &good, &format!("Basic {good}"), &format!("Bearer {good}x"),
                       "Bearer grantline_", &format!("Bearer {good} {good}")] {
            let answer = app.ask("GET", "/v1/projects", &[("authorization", header)], None).await;
            // RFC 6750, section 3: an error is told to those alone who brought a token.
            let brought = header.strip_prefix("Bearer ").is_some_and(|token| !token.trim().is_empty());
            let challenge = if brought { "Bearer error=\"invalid_token\"" } else { "Bearer" };
            assert_eq!(answer.header("www-authenticate"), challenge, "{header}");
            assert_eq!(answer.status, 401);
            assert_eq!(answer.problem(), "unauthenticated");
        }
        let nothing = axum::http::Request::get("/v1/projects").body(axum::body::Body::empty()).unwrap();
        assert_eq!(app.send(nothing).await.problem(), "unauthenticated");
        // A stranger learns nothing of what there is, not even from a broken body.
        app.project("LATBEL").await;
        for (method, path) in [("GET", "/v1/projects/LATBEL"), ("GET", "/v1/projects/NONE"), ("POST", "/v1/projects"), ("DELETE", "/v1/projects/LATBEL")] {
            let answer = app.ask(method, path, &[("authorization", "Bearer x")], Some(json!("{"))).await;
            assert_eq!(answer.problem(), "unauthenticated", "{method} {path}");
        }
        for scheme in ["bearer", "BEARER", "Bearer"] {
            let header = format!("{scheme} {good}");
            app.ask("GET", "/v1/projects", &[("authorization", &header)], None).await.expect(200);
        }
    }
}

both! {
    async fn tokens_end_when_they_should_and_at_once_when_revoked(app: App) {
        let (db, now) = (&app.state.db, app.state.clock.now());
        let soon = now + chrono::TimeDelta::hours(1);
        let expiring = access::issue(db, token("expiring", Role::Viewer, Some(soon)), now).await.unwrap();
        let revoked = access::issue(db, token("revoked", Role::Viewer, None), now).await.unwrap();
        let status = async |text: &str| {
            let header = format!("Bearer {text}");
            app.ask("GET", "/v1/projects", &[("authorization", &header)], None).await.status.as_u16()
        };
        assert_eq!((status(&expiring.text).await, status(&revoked.text).await), (200, 200));
        app.clock.set(soon - chrono::TimeDelta::microseconds(1));
        assert_eq!(status(&expiring.text).await, 200);
        app.clock.set(soon);
        assert_eq!(status(&expiring.text).await, 401);
        assert!(access::revoke(db, revoked.id, soon).await.unwrap());
        assert_eq!(status(&revoked.text).await, 401);
        assert!(access::revoke(db, revoked.id, soon + chrono::TimeDelta::hours(1)).await.unwrap());
        assert!(!access::revoke(db, uuid::Uuid::nil(), soon).await.unwrap());
        let listed = access::list(db).await.unwrap();
        let line = |name: &str| listed.iter().find(|t| t.name == name).unwrap();
        assert_eq!(line("revoked").revoked_at, Some(soon), "the first time counts");
        assert_eq!((line("expiring").expires_at, line("expiring").grants.clone()), (Some(soon), vec![Grant { role: Role::Viewer, root: None }]));
        assert_eq!(line("expiring").principal, "a service");

        // A text that is set works, whatever it was before.
        access::set_token(db, token("set", Role::Viewer, None), "a text of one's own", soon).await.unwrap();
        assert_eq!(status("a text of one's own").await, 200);
        let id = access::list(db).await.unwrap().iter().find(|t| t.name == "set").unwrap().id;
        access::revoke(db, id, soon).await.unwrap();
        assert_eq!(status("a text of one's own").await, 401);
        let again = access::set_token(db, token("set", Role::Admin, None), "a text of one's own", soon).await.unwrap();
        assert_eq!((again, status("a text of one's own").await), (id, 200));
        // A new one in place of the old ones of its name.
        let first = access::replace(db, token("printed", Role::Viewer, None), soon).await.unwrap();
        let second = access::replace(db, token("printed", Role::Viewer, None), soon).await.unwrap();
        assert_eq!((status(&first.text).await, status(&second.text).await), (401, 200));
    }
}

both! {
    async fn when_a_token_was_used_is_kept_once_a_minute(app: App) {
        let last = async || {
            let lines = access::list(&app.state.db).await.unwrap();
            lines.iter().find(|t| t.principal == "Admin of the tests").unwrap().last_used_at
        };
        let first = app.clock.now();
        let mut asks = Vec::new();
        for _ in 0..10 {
            asks.push(app.get("/v1/me"));
        }
        for answer in futures_util::future::join_all(asks).await {
            answer.expect(200);
        }
        while last().await != Some(first) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        for seconds in [59, 60] {
            app.clock.set(first + chrono::TimeDelta::seconds(seconds));
            app.get("/v1/me").await.expect(200);
        }
        while last().await == Some(first) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        assert_eq!(last().await, Some(first + chrono::TimeDelta::seconds(60)), "not after 59 seconds");
    }
}

both! {
    async fn tokens_are_kept_as_hashes_only(app: App) {
        let text = app.token.strip_prefix("grantline_").unwrap();
        assert_eq!(text.len(), 43, "256 bits");
        let kept = entity::token::Entity::find().all(&app.state.db.read).await.unwrap();
        assert!(kept.iter().all(|t| t.hash.len() == 64 && !t.hash.contains(text)));
        // Nor does the text stand in any other table, nor in an answer.
        for table in crate::support::audit::tables() {
            let sql = grantline::store::view::View::now(grantline::store::view::Scope::Register).select(table);
            for row in app.state.db.read.query_all(&sql).await.unwrap() {
                assert!(!format!("{:?}", table.decode(&row).unwrap()).contains(text));
            }
        }
        assert_ne!(app.token_for(Role::Viewer).await, app.token_for(Role::Viewer).await);
    }
}

/// What a role may write, by resource: `*` is all; `grant_agreement-delete` all of it but deleting.
fn may(role: Role, action: &str, resource: &str) -> bool {
    match role {
        Role::Admin | Role::ProgrammeManager => true,
        Role::Viewer | Role::Auditor => false,
        Role::Contributor => {
            matches!(resource, "event" | "publication") || (resource == "document" && action != "delete")
        }
        Role::FinanceOfficer => {
            let of_agreements =
                ["grant_agreement", "amendment", "suspension", "termination", "report", "document"];
            of_agreements.contains(&resource) && action != "delete"
        }
    }
}

both! {
    async fn each_role_writes_what_is_its_own_and_reads_all(app: App) {
        for role in ALL {
            let bearer = format!("Bearer {}", app.token_for(role).await);
            for face in records::all() {
                let (name, path) = (face.resource.name, format!("/v1/{}", face.resource.path));
                let address = app.address(name).await;
                let id = address.rsplit('/').next().unwrap();
                let mut asked: Vec<(&str, &str, String, Option<serde_json::Value>)> = vec![
                    ("create", "POST", path.clone(), Some(app.body_of(face.resource).await)),
                    ("create", "POST", format!("{path}/batch"), Some(json!({"items": [app.body_of(face.resource).await]}))),
                    ("update", "PATCH", address.clone(), Some(json!({}))),
                    ("delete", "DELETE", address.clone(), None),
                ];
                for part in face.parts.iter().filter(|part| !part.part.kept) {
                    let body = app.body_of_part(face.resource, part.part).await;
                    let below = format!("{address}/{}", part.part.path);
                    asked.push(("update", "POST", below.clone(), Some(body)));
                    asked.push(("update", "PATCH", format!("{below}/{id}"), Some(json!({}))));
                    asked.push(("update", "DELETE", format!("{below}/{id}"), None));
                }
                if face.resource.life.is_some() {
                    asked.push(("transition", "POST", format!("{address}/transitions"), Some(json!({"to": "x"}))));
                }
                if name == "claim" {
                    asked.push(("update", "POST", format!("{address}/adoption"), Some(json!({"reason": "x"}))));
                }
                for (action, method, path, body) in asked {
                    let tag = app.tag(&address).await;
                    let headers = [("if-match", tag.as_str()), ("authorization", bearer.as_str())];
                    let before = app.counts().await;
                    let answer = app.ask(method, &format!("{path}?dry_run=true"), &headers, body).await;
                    let refused = answer.status == 403;
                    assert_eq!(refused, !may(role, action, name), "{role:?} {method} {path}: {}", answer.text());
                    if refused {
                        assert_eq!(answer.problem(), "forbidden");
                    }
                    assert!(answer.status.as_u16() < 500, "{}", answer.text());
                    assert_eq!(app.counts().await, before);
                }
                let read = app.ask("GET", &address, &[("authorization", &bearer)], None).await.expect(200);
                app.ask("GET", &path, &[("authorization", &bearer)], None).await.expect(200);
                // What the record says of the caller's rights is what they are.
                let shown: Vec<&str> = read["available_actions"].as_array().unwrap().iter().map(|a| a.as_str().unwrap()).collect();
                let mut expected = vec!["read"];
                expected.extend(["update", "delete"].iter().filter(|a| may(role, a, name)));
                expected.extend(face.resource.life.iter().map(|_| "transition").filter(|a| may(role, a, name)));
                assert_eq!(shown, expected, "{role:?} {name}");
            }
        }
    }
}

both! {
    async fn history_names_the_principal_and_the_token(app: App) {
        let (db, now) = (&app.state.db, app.state.clock.now());
        let one = access::issue(db, token("one", Role::Contributor, None), now).await.unwrap();
        let two = access::issue(db, token("two", Role::Contributor, None), now).await.unwrap();
        let mut principals = Vec::new();
        for token in [&one, &two] {
            let header = format!("Bearer {}", token.text);
            let body = app.body_of(records::of("event").resource).await;
            let made = app.ask("POST", "/v1/events", &[("authorization", &header)], Some(body)).await.expect(201);
            let entries = app.entries_of(made["id"].as_str().unwrap()).await;
            assert_eq!(entries[0].token_id, Some(token.id));
            principals.push(entries[0].principal_id);
        }
        assert_eq!(principals[0], principals[1], "two tokens of one principal");
        app.audit().await;
    }
}
