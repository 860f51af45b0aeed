//! The addresses of feeds: what their token is good for, and when it is no longer.
use super::{entries, owing};
use crate::both;
use crate::support::App;
use crate::support::app::Answer;
use crate::support::client::Client;
use crate::support::database::{Content, Engine, fresh};
use crate::support::process::{Process, run};
use chrono::TimeDelta;
use entity::vocab::{PrincipalKind, Role};
use grantline::access::{self, Grant, NewToken};
use grantline::clock::Clock;
use grantline::store::scope::Root;
use serde_json::{Value, json};

const FEEDS: &str = "/v1/me/calendar-feeds";

async fn with(app: &App, token: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
    let header = format!("Bearer {token}");
    app.ask(method, path, &[("authorization", &header)], body).await
}

/// A new feed of whoever has the token: its id and its address.
async fn feed(app: &App, token: &str) -> (String, String) {
    let made = with(app, token, "POST", FEEDS, Some(json!({"name": "A phone"}))).await;
    assert_eq!(made.header("cache-control"), "no-store");
    let made = made.expect(201);
    (made["feed"]["id"].as_str().unwrap().to_owned(), made["address"].as_str().unwrap().to_owned())
}

/// As a calendar program asks.
async fn bare(app: &App, address: &str) -> Answer {
    app.without_token("GET", address, &[], None).await
}

async fn issued(
    app: &App,
    name: &str,
    grants: &[Grant],
    expires_at: Option<TimeDelta>,
) -> access::IssuedToken {
    let new = NewToken {
        principal: name.into(),
        kind: PrincipalKind::Person,
        name: "test".into(),
        grants: grants.to_vec(),
        expires_at: expires_at.map(|after| app.clock.now() + after),
    };
    access::issue(&app.state.db, new, app.clock.now()).await.unwrap()
}

both! {
    async fn its_address_is_read_without_a_header_and_is_good_for_nothing_else(app: App) {
        owing(app).await;
        let (id, address) = feed(app, &app.token).await;
        let secret = address.strip_prefix("/v1/calendar.ics?token=").unwrap();
        let read = bare(app, &address).await;
        assert_eq!((read.status.as_u16(), entries(&read.text()).len()), (200, 5));
        let some = bare(app, &format!("{address}&entry=final&lang=en")).await;
        assert_eq!(entries(&some.text()).len(), 1);
        let unknown = bare(app, &format!("{address}&colour=red")).await;
        assert_eq!(unknown.problem(), "bad_parameters colour:unknown_parameter");
        assert!(!unknown.text().contains(secret));
        // Nowhere else, not in a header, and not beside one; nor is another token good here.
        for path in ["/v1/obligations", "/v1/me", FEEDS, "/v1/changes"] {
            assert_eq!(bare(app, &format!("{path}?token={secret}")).await.status, 401, "{path}");
            assert_eq!(with(app, secret, "GET", path, None).await.status, 401, "{path}");
        }
        assert_eq!(with(app, secret, "GET", "/v1/calendar.ics", None).await.status, 401);
        assert_eq!(app.get(&address).await.problem(), "bad_parameters token:invalid_value");
        let other = bare(app, &format!("/v1/calendar.ics?token={}", app.token)).await;
        assert_eq!(other.problem(), "unauthenticated");
        assert_eq!(other.header("www-authenticate"), "Bearer error=\"invalid_token\"");
        for address in ["/v1/calendar.ics", "/v1/calendar.ics?token=", "/v1/calendar.ics?token=grantline_feed_x"] {
            assert_eq!(bare(app, address).await.problem(), "unauthenticated", "{address}");
        }
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            assert_eq!(app.without_token(method, &address, &[], None).await.status, 405);
        }
        // It is used now, and says so.
        app.clock.advance(TimeDelta::minutes(5));
        bare(app, &address).await;
        let mut used = Value::Null;
        for _ in 0..100 {
            let list = app.get(FEEDS).await.expect(200);
            assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["id"]), (1, &json!(id)));
            assert!(!list.to_string().contains(secret));
            used = list["items"][0]["last_used_at"].clone();
            if used == "2026-11-22T10:05:00Z" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(used, "2026-11-22T10:05:00Z");
        let lines = access::list(&app.state.db).await.unwrap();
        let line = lines.iter().find(|line| line.id.to_string() == id).unwrap();
        assert_eq!((line.name.as_str(), line.grants.len()), ("A phone (calendar)", 1), "who administers sees it too");
        let changes = app.get("/v1/changes?limit=200").await.expect(200);
        assert!(!changes.to_string().contains(secret));
    }
}

both! {
    async fn it_ends_with_what_it_hangs_on(app: App) {
        let gone = async |address: &str| {
            assert_eq!(bare(app, address).await.problem(), "unauthenticated", "{address}");
        };
        let everything = [Grant { role: Role::Viewer, root: None }];
        // Revoked by its owner, once.
        let token = issued(app, "Anna", &everything, None).await;
        let (id, address) = feed(app, &token.text).await;
        let (_, other) = feed(app, &token.text).await;
        let one = format!("{FEEDS}/{id}");
        assert_eq!(with(app, &token.text, "DELETE", &format!("{one}?dry_run=true"), None).await.expect(200)["id"], json!(id));
        assert_eq!(app.ask("DELETE", &one, &[], None).await.status, 404, "it is not anybody else's");
        assert_eq!(bare(app, &address).await.status, 200);
        with(app, &token.text, "DELETE", &one, None).await.expect(204);
        gone(&address).await;
        assert_eq!(with(app, &token.text, "DELETE", &one, None).await.status, 404);
        assert_eq!(with(app, &token.text, "DELETE", &format!("{FEEDS}/x"), None).await.status, 404);
        assert_eq!(with(app, &token.text, "GET", FEEDS, None).await.expect(200)["items"].as_array().unwrap().len(), 1);
        // Revoked with the token that it was made with.
        access::revoke(&app.state.db, token.id, app.clock.now()).await.unwrap();
        gone(&other).await;
        let again = issued(app, "Anna", &everything, Some(TimeDelta::hours(1))).await;
        let (_, short) = feed(app, &again.text).await;
        app.clock.advance(TimeDelta::hours(1));
        gone(&short).await;
        // Its principal may no longer act, and may again.
        let third = issued(app, "Anna", &everything, None).await;
        assert_eq!(with(app, &third.text, "GET", FEEDS, None).await.expect(200)["items"], json!([]), "those that work");
        let (_, address) = feed(app, &third.text).await;
        let anna = access::meant(&app.state.db, "Anna").await.unwrap()[0].id;
        access::set_disabled(&app.state.db, anna, Some(app.clock.now())).await.unwrap();
        gone(&address).await;
        access::set_disabled(&app.state.db, anna, None).await.unwrap();
        assert_eq!(bare(app, &address).await.status, 200);
    }
}

both! {
    /// Neither more than the token that it was made with, nor more than its principal may by now.
    async fn it_shows_what_its_maker_may_see(app: App) {
        let l = owing(app).await;
        let elsewhere: uuid::Uuid = app.project("ELSEWHERE").await.parse().unwrap();
        let (all, none) = ([Grant { role: Role::Viewer, root: None }], [Grant { role: Role::Viewer, root: Some(Root::Project(elsewhere)) }]);
        let give = async |grants: &[Grant]| {
            access::grant_to_principal(&app.state.db, "Anna", PrincipalKind::Person, grants, app.clock.now()).await.unwrap();
        };
        let seen = async |address: &str| entries(&bare(app, address).await.text()).len();
        give(&all).await;
        let (_, wide) = feed(app, &issued(app, "Anna", &[], None).await.text).await;
        let (_, narrow) = feed(app, &issued(app, "Anna", &none, None).await.text).await;
        assert_eq!((seen(&wide).await, seen(&narrow).await), (5, 0));
        let project = Root::Project(l.project.parse().unwrap());
        give(&[Grant { role: Role::Viewer, root: Some(project) }]).await;
        assert_eq!(seen(&wide).await, 5);
        give(&none).await;
        assert_eq!(seen(&wide).await, 0);
        give(&[]).await;
        assert_eq!(bare(app, &wide).await.problem(), "forbidden");
        let refused = with(app, &issued(app, "Anna", &[], None).await.text, "POST", FEEDS, Some(json!({"name": "x"}))).await;
        assert_eq!(refused.problem(), "forbidden");
    }
}

both! {
    async fn making_one_is_checked(app: App) {
        let make = async |body: Value| app.post(FEEDS, body).await.problem();
        assert_eq!(make(json!({})).await, "invalid /name:required");
        assert_eq!(make(json!({"name": ""})).await.split(' ').next(), Some("invalid"));
        assert_eq!(make(json!({"name": "x\ny"})).await.split(' ').next(), Some("invalid"));
        assert_eq!(make(json!({"name": "x", "role": "admin"})).await, "invalid /role:unknown_member");
        let key = [("idempotency-key", "one")];
        let refused = app.ask("POST", FEEDS, &key, Some(json!({"name": "x"}))).await;
        assert_eq!(refused.problem(), "malformed_header", "its answer would be kept");
        let dry = app.post(&format!("{FEEDS}?dry_run=true"), json!({"name": "x"})).await.expect(200);
        assert_eq!((&dry["address"], &dry["feed"]["name"]), (&Value::Null, &json!("x")));
        assert_eq!(app.get(FEEDS).await.expect(200)["items"], json!([]));
        for _ in 0..50 {
            feed(app, &app.token).await;
        }
        assert_eq!(make(json!({"name": "one more"})).await, "invalid :too_many");
    }
}

/// The secret is in the answer and nowhere else: not in the database, not in the log.
#[tokio::test]
async fn its_secret_is_kept_nowhere() {
    let database = fresh(Engine::Sqlite, Content::Nothing).await.unwrap();
    drop(database.open().await);
    let create = ["token", "create", "--name", "x", "--role", "viewer", "--database-url", &database.url];
    let token = String::from_utf8(run(&create).stdout).unwrap();
    let settings = ["--public-url", "https://grants.example.org/g", "--log-level", "debug"];
    let server = Process::serve(&database.url, &settings).await;
    let made = Client::new(server.address, token.trim())
        .post(FEEDS, json!({"name": "A phone"}))
        .await
        .unwrap()
        .expect(201);
    let address = made["address"].as_str().unwrap();
    let secret = address.strip_prefix("https://grants.example.org/g/v1/calendar.ics?token=").unwrap();
    let stranger = Client::new(server.address, "");
    for (more, status) in [("", 200), ("x", 401), ("&colour=red", 400)] {
        let answer = stranger.get(&format!("/v1/calendar.ics?token={secret}{more}")).await.unwrap();
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    let log = server.log();
    assert!(log.contains("/v1/calendar.ics") && !log.contains(secret), "{log}");
    let file = std::path::PathBuf::from(database.url.trim_start_matches("sqlite://"));
    let text = |ending: &str| std::fs::read(format!("{}{ending}", file.display())).unwrap();
    for ending in ["", "-wal"] {
        let found = text(ending).windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{ending}");
    }
}
