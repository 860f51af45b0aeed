//! What the benches share: a server without a socket on an empty database, and requests to it.
use axum::body::Body;
use axum::http::Request;
use entity::vocab::{PrincipalKind, Role};
use grantline::access::{self, Grant, NewToken};
use grantline::clock::{Clock, SystemClock};
use grantline::config::{Config, Settings};
use grantline::http::router;
use grantline::state::AppState;
use grantline::store::db::Db;
use http_body_util::BodyExt;
use serde_json::Value;
use std::sync::Arc;
use tower::ServiceExt;

pub struct Bench {
    pub db: Db,
    router: axum::Router,
    token: String,
    _folder: tempfile::TempDir,
}

impl Bench {
    /// On SQLite in a temporary folder, or the empty database that `DATABASE_URL` names. Any number of requests may come.
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = format!("sqlite://{}", folder.path().join("bench.db").display());
        let url = std::env::var("DATABASE_URL").unwrap_or(file);
        let db = Db::connect(&url, 5).await.unwrap();
        db.migrate().await.unwrap();
        let mut settings = Settings::default();
        settings.set("body_limit", "10m").set("rate_limit_per_token", "0");
        let config = Arc::new(Config::load(settings).unwrap());
        let state = AppState::new(db.clone(), Arc::new(SystemClock), config).await.unwrap();
        let new = NewToken {
            principal: "bench".into(),
            kind: PrincipalKind::Service,
            name: "bench".into(),
            grants: vec![Grant { role: Role::Admin, root: None }],
            expires_at: None,
        };
        let token = access::issue(&db, new, SystemClock.now()).await.unwrap().text;
        Self { db, router: router(state), token, _folder: folder }
    }

    pub async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(body.map_or(Body::empty(), |body| Body::from(body.to_string())));
        let response = self.router.clone().oneshot(request.unwrap()).await.unwrap();
        assert!(response.status().is_success(), "{method} {path}: {}", response.status());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    }
}
