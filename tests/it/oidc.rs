//! Access tokens of an identity provider, against a real one: oidc-provider, on loopback.
mod issuer;
mod keys;
mod people;
mod tls;

use crate::both;
use crate::support::App;
use crate::support::app::Answer;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use grantline::clock::{Clock, SystemClock};
use grantline::config::{Config, Settings};
use grantline::http::router;
use grantline::state::AppState;
use issuer::{AUDIENCE, Issuer};
use serde_json::{Value, json};
use std::sync::Arc;

const EVERYBODY: &str = "scope=grants.read:viewer";

/// The configuration that names an issuer.
fn config(issuer: &Issuer, rules: &str) -> Config {
    let mut settings = Settings::default();
    settings.set("oidc_issuer", &issuer.name).set("oidc_audience", AUDIENCE).set("oidc_roles", rules);
    settings.set("rate_limit_per_token", "0").set("rate_limit_per_address", "0");
    Config::load(settings).unwrap()
}

/// A server of its own on the app's database, which takes the issuer's tokens. The issuer lives in the present, and so
/// must we.
async fn server(app: &App, issuer: &Issuer, rules: &str) -> Router {
    app.clock.set(SystemClock.now());
    let config = Arc::new(config(issuer, rules));
    router(AppState::new(app.state.db.clone(), app.clock.clone(), config).await.unwrap())
}

async fn ask(app: &App, server: &Router, token: &str, path: &str) -> Answer {
    let request = Request::get(path).header("authorization", format!("Bearer {token}"));
    app.send_to(server, request.body(Body::empty()).unwrap()).await
}

async fn me(app: &App, server: &Router, token: &str) -> Answer {
    ask(app, server, token, "/v1/me").await
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[track_caller]
fn refused(answer: &Answer, case: &str) {
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (401, "unauthenticated"), "{case}");
    assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"", "{case}");
}

both! {
    async fn what_a_real_issuer_issues_is_taken(app: App) {
        let Some(issuer) = Issuer::start() else { return };
        let rules = format!("{EVERYBODY};groups=programme:programme_manager");
        let server = server(app, &issuer, &rules).await;
        for algorithm in ["RS256", "ES256"] {
            let mine = me(app, &server, &issuer.client(algorithm)).await.expect(200);
            let name = format!("dashboard-{algorithm}");
            assert_eq!((&mine["principal"]["kind"], &mine["principal"]["name"]), (&json!("service"), &json!(name)));
            assert_eq!(mine["token_id"], Value::Null);
            assert_eq!(mine["grants"], json!([{"role": "viewer", "scope": {"kind": "register", "id": null}}]));
            let claims = json!({"name": "Anna Bērziņa", "groups": ["programme", "other"]});
            let person = issuer.person_with("anna", claims, algorithm, 60);
            let mine = me(app, &server, &person).await.expect(200);
            assert_eq!((&mine["principal"]["kind"], &mine["principal"]["name"]), (&json!("person"), &json!("Anna Bērziņa")));
            assert_eq!(mine["grants"].as_array().unwrap().len(), 2, "{mine}");
            // What it does stands in the history, under the principal and no token.
            let body = json!({"name": {"en": format!("Made with {algorithm}")}}).to_string();
            let write = |token: &str| {
                let request = Request::post("/v1/organisations").header("authorization", bearer(token));
                let request = request.header("content-type", "application/json").header("idempotency-key", algorithm);
                request.body(Body::from(body.clone())).unwrap()
            };
            let made = app.send_to(&server, write(&person)).await.expect(201);
            let entries = app.entries_of(made["id"].as_str().unwrap()).await;
            assert_eq!((entries[0].token_id, json!(entries[0].principal_id)), (None, mine["principal"]["id"].clone()));
            // The same is sent again with the next token of the same person.
            let next = issuer.person("anna", json!({"name": "Anna Bērziņa", "groups": "programme"}));
            let again = app.send_to(&server, write(&next)).await;
            assert_eq!((again.header("idempotency-replayed"), &again.json()["id"]), ("true", &made["id"]));
            let history = app.get(&format!("/v1/organisations/{}/history", made["id"].as_str().unwrap())).await.expect(200);
            assert_eq!(history["items"][0]["principal"]["name"], "Anna Bērziņa");
            let client = app.send_to(&server, write(&issuer.client(algorithm))).await;
            assert_eq!(client.problem(), "forbidden", "it reads only");
        }
        // API tokens go on working, and a server without an issuer takes no JWT.
        me(app, &server, &app.token).await.expect(200);
        refused(&me(app, &app.router, &issuer.client("ES256")).await, "no issuer is configured");
        let nobody = Request::get("/v1/me").body(Body::empty()).unwrap();
        assert_eq!(app.send_to(&server, nobody).await.header("www-authenticate"), "Bearer");
        app.audit().await;
    }
}

both! {
    async fn fourteen_bad_tokens(app: App) {
        let Some(issuer) = Issuer::start() else { return };
        let server = server(app, &issuer, EVERYBODY).await;
        let now = app.clock.now().timestamp();
        let header = || json!({"alg": "RS256", "typ": "at+jwt", "kid": "first-RS256"});
        let claims = || {
            json!({"iss": issuer.name, "aud": AUDIENCE, "sub": "boris", "client_id": "dashboard", "iat": now - 10,
                "nbf": now - 10, "exp": now + 300, "scope": "grants.read"})
        };
        let signed = |header: Value, claims: Value| issuer.signed(&header.to_string(), &claims.to_string());
        let with = |mut base: Value, name: &str, value: Value| {
            base[name] = value;
            base
        };
        // Each of those below has one defect: this one has none.
        let good = signed(header(), claims());
        me(app, &server, &good).await.expect(200);
        let claimed = |name: &str, value: Value| signed(header(), with(claims(), name, value));
        let headed = |name: &str, value: Value| signed(with(header(), name, value), claims());
        let none = with(header(), "alg", json!("none")).to_string();
        let hs256 = with(header(), "alg", json!("HS256")).to_string();
        let (message, signature) = good.rsplit_once('.').unwrap();
        let twice = claims().to_string().replacen('{', "{\"sub\":\"anna\",", 1);
        let long = signed(header(), with(claims(), "padding", json!("a".repeat(64 * 1024))));
        assert!(long.len() > 64 * 1024);
        let bad = [
            ("alg none", issuer.sealed(&none, &claims().to_string(), "")),
            ("HS256 with the public key", issuer.confused(&hs256, &claims().to_string())),
            ("other aud", claimed("aud", json!("https://other.example.org"))),
            ("other iss", claimed("iss", json!("https://id.example.org"))),
            ("expired", claimed("exp", json!(now - 61))),
            ("not yet", claimed("nbf", json!(now + 61))),
            ("an ID token's typ", headed("typ", json!("JWT"))),
            ("unknown kid", headed("kid", json!("second-RS256"))),
            ("jku", headed("jku", json!(format!("{}/jwks", issuer.name)))),
            ("x5u", headed("x5u", json!(format!("{}/jwks", issuer.name)))),
            ("empty signature", format!("{message}.")),
            ("truncated", good[..good.len() - 10].to_owned()),
            ("truncated claims", format!("{}.{signature}", &message[..message.len() - 8])),
            ("64 KB", long),
            ("a claim twice", issuer.signed(&header().to_string(), &twice)),
            ("another's key", with_key_of_another(&header(), &claims())),
        ];
        for (case, token) in &bad {
            refused(&me(app, &server, token).await, case);
        }
        // The fourteenth of the list: good in itself, but whose user is disabled.
        let boris = me(app, &server, &good).await.expect(200)["principal"]["id"].as_str().unwrap().parse().unwrap();
        grantline::access::set_disabled(&app.state.db, boris, Some(app.clock.now())).await.unwrap();
        refused(&me(app, &server, &good).await, "disabled");
        grantline::access::set_disabled(&app.state.db, boris, None).await.unwrap();
        me(app, &server, &good).await.expect(200);
        // Nobody came into being by a bad token.
        assert_eq!(people::principals(app).await, ["boris"]);
    }
}

/// Signed by somebody else under the kid of the issuer.
fn with_key_of_another(header: &Value, claims: &Value) -> String {
    let other = Issuer::start().expect("one has started before");
    other.signed(&header.to_string(), &claims.to_string())
}
