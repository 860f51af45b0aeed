//! Who is behind a token: principals that come into being, what they may do, and those who may not act.
use super::{EVERYBODY, ask, bearer, config, me, refused, server};
use crate::both;
use crate::oidc::issuer::Issuer;
use crate::support::database::{Content, Engine, fresh};
use crate::support::process::{Process, run};
use crate::support::{App, client::Client};
use axum::body::Body;
use axum::http::Request;
use entity::vocab::{PrincipalKind, Role};
use grantline::access::{self, Grant};
use grantline::clock::{Clock, SystemClock};
use grantline::http::router;
use grantline::state::AppState;
use grantline::store::scope::Root;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use std::sync::Arc;

/// The names of those whom an issuer vouches for.
pub async fn principals(app: &App) -> Vec<String> {
    let all = access::principals(&app.state.db).await.unwrap();
    all.into_iter().filter(|one| one.issuer.is_some()).map(|one| one.name).collect()
}

both! {
    async fn a_first_request_makes_one_principal_and_no_other_request_writes(app: App) {
        let Some(issuer) = Issuer::start() else { return };
        let servers = [server(app, &issuer, EVERYBODY).await, server(app, &issuer, EVERYBODY).await];
        let token = issuer.person("anna", json!({"name": "Anna"}));
        let first = (0..20).map(|n| me(app, &servers[n % 2], &token));
        let answers = futures_util::future::join_all(first).await;
        let ids: Vec<Value> = answers.into_iter().map(|answer| answer.expect(200)["principal"]["id"].clone()).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(principals(app).await, ["Anna"]);
        let statements = async |token: &str| {
            let before = app.statements.load(std::sync::atomic::Ordering::Relaxed);
            me(app, &servers[0], token).await.expect(200);
            app.statements.load(std::sync::atomic::Ordering::Relaxed) - before
        };
        assert_eq!(statements(&token).await, 1, "who it is");
        // A new name is kept, with the next token; one without a name changes nothing.
        let renamed = issuer.person("anna", json!({"name": "Anna Liepa"}));
        assert!(statements(&renamed).await > 1);
        assert_eq!((statements(&renamed).await, principals(app).await), (1, vec!["Anna Liepa".to_owned()]));
        let nameless = issuer.person("anna", json!({}));
        assert_eq!((statements(&nameless).await, principals(app).await), (1, vec!["Anna Liepa".to_owned()]));
        // Another may have the same name, and is another.
        let other = me(app, &servers[0], &issuer.person("anna2", json!({"name": "Anna Liepa"}))).await.expect(200);
        assert_ne!(other["principal"]["id"], ids[0]);
    }
}

both! {
    async fn claims_say_what_may_be_seen(app: App) {
        let Some(issuer) = Issuer::start() else { return };
        let mine = app.project("MINE").await;
        app.project("OTHER").await;
        let rules = format!(
            "realm_access.roles=auditor:auditor@project:{mine};groups=editors:contributor@project:{mine};groups=all:viewer"
        );
        let server = server(app, &issuer, &rules).await;
        let codes = async |token: &str| -> Vec<String> {
            let list = ask(app, &server, token, "/v1/projects").await.expect(200);
            list["items"].as_array().unwrap().iter().map(|p| p["code"].as_str().unwrap().to_owned()).collect()
        };
        let auditor = issuer.person("anna", json!({"realm_access": {"roles": ["auditor"]}}));
        assert_eq!(codes(&auditor).await, ["MINE"]);
        ask(app, &server, &auditor, "/v1/projects/MINE").await.expect(200);
        assert_eq!(ask(app, &server, &auditor, "/v1/projects/OTHER").await.problem(), "not_found");
        let granted = me(app, &server, &auditor).await.expect(200)["grants"].clone();
        assert_eq!(granted, json!([{"role": "auditor", "scope": {"kind": "project", "id": mine}}]));
        // The next token says more, and so the same person may do more.
        let editor = issuer.person("anna", json!({"groups": ["editors", "all"]}));
        assert_eq!(codes(&editor).await.len(), 2);
        let events = me(app, &server, &editor).await.expect(200)["actions"].as_array().unwrap().clone();
        let events = events.iter().find(|a| a["resource"] == "event").unwrap();
        assert_eq!(events["actions"], json!(["read", "create", "update", "delete"]));

        // Nothing that a rule names: nothing is seen, and that is no failed log-in.
        let nobody = issuer.person("nobody", json!({"name": "dashboard", "groups": ["editor"]}));
        let known = me(app, &server, &nobody).await.expect(200);
        assert_eq!(known["grants"], json!([]));
        assert_eq!(ask(app, &server, &nobody, "/v1/projects/MINE").await.status, 403);
        // A grant by name is not for whom an issuer calls so, but by id it is.
        let viewer = [Grant { role: Role::Viewer, root: Some(Root::Project(mine.parse().unwrap())) }];
        let grant = async |to: &str| access::grant_to_principal(&app.state.db, to, PrincipalKind::Person, &viewer, app.clock.now()).await;
        grant("dashboard").await.unwrap();
        assert_eq!(me(app, &server, &nobody).await.expect(200)["grants"], json!([]));
        let id = known["principal"]["id"].as_str().unwrap();
        assert_eq!(grant(id).await.unwrap().to_string(), id);
        assert_eq!(codes(&nobody).await, ["MINE"]);
        assert!(grant("01a2b1c0-0000-7000-8000-000000000000").await.is_err(), "no such principal");
        // What claims give goes before what was granted here.
        assert_eq!(codes(&issuer.person("nobody", json!({"groups": "all"}))).await.len(), 2);
    }
}

both! {
    /// The roles that a token brought can't be asked for again: its feed has them for a while.
    async fn a_calendar_feed_has_what_the_token_brought(app: App) {
        let Some(issuer) = Issuer::start() else { return };
        let server = server(app, &issuer, "groups=all:viewer").await;
        let feed = async |claims: Value| {
            let request = Request::post("/v1/me/calendar-feeds").header("content-type", "application/json");
            let request = request.header("authorization", bearer(&issuer.person("anna", claims)));
            app.send_to(&server, request.body(Body::from(r#"{"name": "A phone"}"#)).unwrap()).await
        };
        let read = async |made: &Value| {
            let request = Request::get(made["address"].as_str().unwrap()).body(Body::empty());
            app.send_to(&server, request.unwrap()).await.status.as_u16()
        };
        assert_eq!(feed(json!({})).await.problem(), "forbidden");
        let brought = feed(json!({"groups": "all"})).await.expect(201);
        let id = me(app, &server, &issuer.person("anna", json!({}))).await.expect(200)["principal"]["id"].clone();
        let viewer = [Grant { role: Role::Viewer, root: None }];
        access::grant_to_principal(&app.state.db, id.as_str().unwrap(), PrincipalKind::Person, &viewer, app.clock.now()).await.unwrap();
        let granted = feed(json!({})).await.expect(201);
        assert_eq!((read(&brought).await, read(&granted).await), (200, 200));
        assert_eq!((brought["feed"]["expires_at"].is_string(), &granted["feed"]["expires_at"]), (true, &Value::Null));
        app.clock.advance(chrono::TimeDelta::days(90));
        assert_eq!((read(&brought).await, read(&granted).await), (401, 200));
        access::grant_to_principal(&app.state.db, id.as_str().unwrap(), PrincipalKind::Person, &[], app.clock.now()).await.unwrap();
        assert_eq!(read(&granted).await, 403);
    }
}

/// Through the program as it is run, with servers that go on.
async fn who_is_disabled_may_not_act(engine: Engine) {
    let Some(database) = fresh(engine, Content::Nothing).await else { return };
    let Some(issuer) = Issuer::start() else { return };
    let url = database.url.clone();
    let flags =
        ["--oidc-issuer", &issuer.name, "--oidc-audience", super::AUDIENCE, "--oidc-roles", EVERYBODY];
    let servers = [Process::serve(&url, &flags).await, Process::serve(&url, &flags).await];
    let said = |arguments: &[&str]| {
        let output = run(&[arguments, &["--database-url", &url]].concat());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.success(), text(&output.stdout) + &text(&output.stderr))
    };
    let made = run(&["token", "create", "--name", "dashboard", "--role", "viewer", "--database-url", &url]);
    let api = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let person = issuer.person("anna", json!({"name": "Anna"}));
    let statuses = async || {
        let mut found = Vec::new();
        for server in &servers {
            for token in [&api, &person] {
                let answer = Client::new(server.address, token).get("/v1/me").await.unwrap();
                if answer.status == 401 {
                    refused(&answer, "disabled");
                }
                found.push(answer.status.as_u16());
            }
        }
        found
    };
    assert_eq!(statuses().await, [200; 4]);
    let (ok, listed) = said(&["principal", "list"]);
    assert!(ok && listed.starts_with("id\tkind\tname\tissuer\tsubject\tsince\tdisabled\n"), "{listed}");
    let line = listed.lines().find(|line| line.contains("\tAnna\t")).unwrap().to_owned();
    let cells: Vec<&str> = line.split('\t').collect();
    assert_eq!(
        (cells[1], cells[3], cells[4], cells[6]),
        ("person", issuer.name.as_str(), "anna", "-"),
        "{line}"
    );
    assert!(listed.lines().any(|line| line.contains("\tservice\tdashboard\t-\t-\t")), "{listed}");

    let (ok, told) = said(&["principal", "disable", cells[0]]);
    assert!(ok && told.contains("may no longer act"), "{told}");
    assert_eq!(statuses().await, [200, 401, 200, 401]);
    assert!(said(&["principal", "disable", "dashboard"]).0);
    assert_eq!(statuses().await, [401; 4]);
    let since = said(&["principal", "list"]).1;
    assert!(said(&["principal", "disable", "dashboard"]).0);
    assert_eq!(said(&["principal", "list"]).1, since, "the first time counts");
    assert!(said(&["principal", "enable", "Anna"]).0 && said(&["principal", "enable", "dashboard"]).0);
    assert_eq!(statuses().await, [200; 4]);

    // A name that two have, and one that nobody has.
    let namesake = issuer.person("anna2", json!({"name": "Anna"}));
    Client::new(servers[0].address, &namesake).get("/v1/me").await.unwrap().expect(200);
    let (ok, told) = said(&["principal", "disable", "Anna"]);
    assert!(!ok && told.contains("2 principals are called Anna") && told.contains(cells[0]), "{told}");
    let (ok, told) = said(&["principal", "disable", "Nobody"]);
    assert!(!ok && told.contains("there is no principal Nobody"), "{told}");
    let (ok, told) =
        said(&["grant", "--principal", "01a2b1c0-0000-7000-8000-000000000000", "--role", "viewer"]);
    assert!(!ok && told.contains("there is no principal 01a2"), "{told}");
    assert_eq!(statuses().await, [200; 4]);
}

#[tokio::test]
async fn who_is_disabled_may_not_act_on_sqlite() {
    who_is_disabled_may_not_act(Engine::Sqlite).await;
}

#[tokio::test]
async fn who_is_disabled_may_not_act_on_postgres() {
    who_is_disabled_may_not_act(Engine::Postgres).await;
}

both! {
    async fn limits_and_failures_count_for_them_too(app: App) {
        let Some(issuer) = Issuer::start() else { return };
        app.clock.set(SystemClock.now());
        let mut config = config(&issuer, EVERYBODY);
        (config.rate_limit_per_token, config.rate_limit_per_address) = (30, 1000);
        let state = AppState::new(app.state.db.clone(), app.clock.clone(), Arc::new(config)).await.unwrap();
        let server = router(state);
        let token = issuer.person("anna", json!({}));
        let from = async |token: &str, port: u16| {
            let request = Request::get("/v1/me").header("authorization", bearer(token));
            let mut request = request.body(Body::empty()).unwrap();
            let address: std::net::SocketAddr = ([192, 0, 2, 7], port).into();
            request.extensions_mut().insert(axum::extract::ConnectInfo(address));
            app.send_to(&server, request).await
        };
        let answer = from(&token, 1).await;
        assert!(answer.header("ratelimit").starts_with("\"token\";r=29;"), "{}", answer.header("ratelimit"));
        answer.expect(200);
        let bad = issuer.signed("{}", "{}");
        for _ in 0..10 {
            refused(&from(&bad, 2).await, "bad");
        }
        let begun = std::time::Instant::now();
        refused(&from(&bad, 3).await, "bad, and slowed");
        assert!(begun.elapsed().as_millis() >= 2500, "{:?}", begun.elapsed());
        from(&token, 4).await.expect(200);
        assert!(entity::principal::Entity::find().all(&app.state.db.read).await.unwrap().iter().any(|p| p.name == "anna"));
    }
}
