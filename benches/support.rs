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
    pub state: AppState,
    router: axum::Router,
    /// None asks without a token.
    token: Option<String>,
    _folder: Arc<tempfile::TempDir>,
}

/// A new token of a principal of its own.
async fn token(db: &Db, grants: &[Grant]) -> String {
    let new = NewToken {
        principal: format!("{grants:?}"),
        kind: PrincipalKind::Service,
        name: "bench".into(),
        grants: grants.to_vec(),
        expires_at: None,
    };
    access::issue(db, new, SystemClock.now()).await.unwrap().text
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
        settings.set("body_limit", "10m").set("rate_limit_per_token", "0").set("public_access", "true");
        let config = Arc::new(Config::load(settings).unwrap());
        let state = AppState::new(db.clone(), Arc::new(SystemClock), config).await.unwrap();
        let token = Some(token(&db, &[Grant { role: Role::Admin, root: None }]).await);
        Self { db, router: router(state.clone()), state, token, _folder: Arc::new(folder) }
    }

    pub async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let mut request =
            Request::builder().method(method).uri(path).header("content-type", "application/json");
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(body.map_or(Body::empty(), |body| Body::from(body.to_string())));
        let response = self.router.clone().oneshot(request.unwrap()).await.unwrap();
        assert!(response.status().is_success(), "{method} {path}: {}", response.status());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    }

    /// The same server, asked with a token of these grants.
    pub async fn with(&self, grants: &[Grant]) -> Self {
        self.by(Some(token(&self.db, grants).await))
    }

    pub fn without_token(&self) -> Self {
        self.by(None)
    }

    fn by(&self, token: Option<String>) -> Self {
        Self {
            db: self.db.clone(),
            state: self.state.clone(),
            router: self.router.clone(),
            token,
            _folder: self._folder.clone(),
        }
    }

    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Changes a record at the version that it has.
    pub async fn patch(&self, path: &str, body: Value) {
        self.write("PATCH", path, "", body).await;
    }

    /// Adds a part to a record.
    pub async fn part(&self, path: &str, below: &str, body: Value) {
        self.write("POST", path, &format!("/{below}"), body).await;
    }

    async fn write(&self, method: &str, path: &str, below: &str, body: Value) {
        let version = self.ask("GET", path, None).await["version"].clone();
        let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        let request = Request::builder()
            .method(method)
            .uri(format!("{path}{below}"))
            .header("content-type", kind)
            .header("if-match", format!("\"{version}-0\""))
            .header("authorization", format!("Bearer {}", self.token.as_deref().unwrap_or_default()))
            .body(Body::from(body.to_string()));
        let status = self.router.clone().oneshot(request.unwrap()).await.unwrap().status();
        assert!(status.is_success(), "{method} {path}{below}: {status}");
    }
}
