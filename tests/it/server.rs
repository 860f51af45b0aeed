//! What every answer has, whatever it answers; what is open to all; and a database that is away.
use crate::both;
use crate::support::database::Content;
use crate::support::{App, Engine};
use grantline::http::{problem, router};
use sea_orm::SqlxPostgresConnector;
use sea_orm::sqlx::postgres::PgPoolOptions;
use serde_json::json;
use std::time::{Duration, Instant};

both! {
    async fn every_answer_carries_the_id_of_its_request(app: App) {
        for given in ["mine", "a.b_c-1", &"x".repeat(128)] {
            for path in ["/v1/projects", "/v1/projects/NONE", "/nowhere", "/livez", "/docs/"] {
                let answer = app.ask("GET", path, &[("x-request-id", given)], None).await;
                assert_eq!(answer.header("x-request-id"), given, "{path}");
                if answer.status.is_client_error() {
                    assert_eq!(answer.json()["request_id"], given, "{path}");
                }
            }
        }
        // What is no harmless word is replaced, and never the same twice.
        let mut ids = Vec::new();
        for bad in ["", "a b", "ā", "<script>", "a;b", "a\"", &"x".repeat(129)] {
            let answer = app.ask("GET", "/nowhere", &[("x-request-id", bad)], None).await;
            let id = answer.header("x-request-id").to_owned();
            assert_eq!(answer.json()["request_id"], json!(id));
            assert!(id.parse::<uuid::Uuid>().is_ok(), "{bad}: {id}");
            ids.push(id);
        }
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 7);
    }
}

both! {
    async fn problems_are_told_alike_in_two_languages(app: App) {
        for (language, tag, title) in [
            ("lv", "lv", "Šeit nekā nav"),
            ("de, lv-LV;q=0.8, en;q=0.5", "lv", "Šeit nekā nav"),
            ("en", "en", "There is nothing here"),
            ("de", "en", "There is nothing here"),
            ("nonsense;;;q", "en", "There is nothing here"),
        ] {
            let answer = app.ask("GET", "/v1/projects/NONE?x", &[("accept-language", language)], None).await;
            // The parameter is refused first; the record is not looked for.
            assert_eq!(answer.status, 400);
            let answer = app.ask("GET", "/v1/projects/NONE", &[("accept-language", language)], None).await;
            assert_eq!(answer.header("content-language"), tag, "{language}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
            assert!(answer.header("vary").to_lowercase().contains("accept-language"));
            let body = answer.json();
            assert_eq!((&body["title"], &body["status"]), (&json!(title), &json!(404)));
            assert_eq!((&body["type"], &body["instance"]), (&json!("/problems/not_found"), &json!("/v1/projects/NONE")));
        }
        let refused = app.ask("POST", "/v1/projects", &[("accept-language", "lv")], Some(json!({"code": "A"}))).await;
        let body = refused.json();
        assert_eq!(body["title"], "Saturs nav derīgs");
        let error = body["errors"].as_array().unwrap().iter().find(|e| e["pointer"] == "/title").unwrap();
        assert_eq!((&error["code"], &error["message"]), (&json!("required"), &json!("šeit vajadzīga vērtība")));
        // A guard speaks both languages too.
        let project = app.address("project").await;
        let refused = app.at_version("POST", &project, "/transitions", Some(json!({"to": "contracting"}))).await;
        assert_eq!(refused.json()["errors"][0]["message"], "the decision to award the grant is needed");
    }
}

both! {
    async fn some_addresses_are_open_to_all_and_show_no_data(app: App) {
        let secret = app.project("SECRET").await;
        let open = async |path: &str| {
            let answer = app.ask("GET", path, &[("authorization", "")], None).await;
            assert_eq!(answer.status, 200, "{path}");
            assert!(!answer.text().contains(&secret) && !answer.text().contains("SECRET"), "{path}");
            answer
        };
        assert_eq!(open("/livez").await.text(), "alive\n");
        assert_eq!(open("/readyz").await.text(), "ready\n");
        assert!(open("/").await.text().contains("/docs/"));
        assert_eq!(open("/openapi.json").await.json()["openapi"], "3.1.0");
        for code in problem::CODES {
            let page = open(&format!("/problems/{}", code.code)).await;
            assert!(page.header("content-type").starts_with("text/html"));
            let text = page.text();
            assert!(text.contains(code.title[0]) && text.contains(code.title[1]), "{}", code.code);
        }
        assert_eq!(app.get("/problems/nonsense").await.problem(), "not_found");
        // The metrics are for the machine itself; a request without a socket comes from nowhere.
        assert_eq!(app.get("/metrics").await.problem(), "forbidden");
        for path in ["/livez", "/v1/projects/SECRET"] {
            let answer = app.get(path).await;
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert!(answer.header("cache-control").contains("no-cache"));
        }
    }
}

#[tokio::test]
async fn the_documentation_loads_nothing_from_another_host() {
    let app = App::with(Engine::Sqlite, Content::Nothing).await.unwrap();
    let page = app.get("/docs/").await;
    assert_eq!(page.status, 200);
    let html = page.text();
    let mut files = vec!["swagger-initializer.js".to_owned()];
    for part in html.split(['"', '\'']) {
        assert!(!part.starts_with("http") && !part.starts_with("//"), "{part}");
        if part.ends_with(".js") || part.ends_with(".css") || part.ends_with(".png") {
            files.push(part.trim_start_matches("./").to_owned());
        }
    }
    assert!(files.len() > 4, "{files:?}");
    for file in &files {
        let answer = app.get(&format!("/docs/{file}")).await;
        assert_eq!(answer.status, 200, "{file}");
        if file.ends_with("initializer.js") {
            let script = answer.text();
            assert!(script.contains("\"/openapi.json\""), "{script}");
            // The public validator would be sent the document.
            assert!(script.contains("\"validatorUrl\": \"none\""), "{script}");
            assert!(!script.contains("http"), "{script}");
        }
        if file.ends_with(".css") {
            let style = answer.text();
            let loads = |what: &str| {
                style.split(what).skip(1).any(|rest| rest.trim_start_matches(['"', '\'']).starts_with("http"))
            };
            assert!(!loads("url(") && !loads("@import "), "{file}");
        }
    }
}

#[tokio::test]
async fn a_database_that_is_away_is_said_soon() {
    let mut app = App::with(Engine::Sqlite, Content::Nothing).await.unwrap();
    // Nobody listens there.
    let pool = PgPoolOptions::new().connect_lazy("postgres://nobody@127.0.0.1:1/none").unwrap();
    let away = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    app.state.db.read = away.clone();
    app.state.db.write = away;
    app.state.db.engine = Engine::Postgres;
    app.router = router(app.state.clone());
    for (method, path) in
        [("GET", "/v1/projects"), ("GET", "/v1/projects/A1"), ("POST", "/v1/projects"), ("GET", "/readyz")]
    {
        let started = Instant::now();
        let body = (method == "POST").then(|| json!({"code": "A1", "title": {"en": "A"}}));
        let answer = app.ask(method, path, &[], body).await;
        assert_eq!(answer.problem(), "unavailable", "{method} {path}");
        assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "5"));
        assert!(started.elapsed() < Duration::from_secs(4), "{path}: {:?}", started.elapsed());
    }
    assert_eq!(app.get("/livez").await.status, 200, "alive, though not ready");
}
