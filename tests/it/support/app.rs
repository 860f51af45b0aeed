//! The server without a socket, and requests to it.
use super::database::{Content, Engine, TestDatabase, fresh};
use super::promise::{self, Met};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use entity::vocab::{PrincipalKind, Role};
use grantline::access::{self, Grant, NewToken};
use grantline::clock::{Clock, FixedClock};
use grantline::config::{Config, Settings};
use grantline::documents::files::Place;
use grantline::http::router;
use grantline::state::AppState;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tower::ServiceExt;

/// The moment at which tests take place, unless they move the clock.
pub const NOW: &str = "2026-11-22T10:00:00Z";

pub struct App {
    pub router: Router,
    pub state: AppState,
    pub clock: Arc<FixedClock>,
    /// A token of the role `admin`.
    pub token: String,
    /// How many SQL statements were run so far; those that begin and end transactions are not counted.
    pub statements: Arc<AtomicUsize>,
    /// The operations that were answered, each with the statuses it answered with.
    pub met: Mutex<BTreeSet<Met>>,
    database: Option<TestDatabase>,
    /// Where files of documents are; removed in the end.
    _files: Option<TempDir>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The body, when the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()
    }

    /// `code` of the problem, and of each of its errors with its place: `invalid /code:required`.
    pub fn problem(&self) -> String {
        let body = self.json();
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        let place = |e: &Value| e["pointer"].as_str().or(e["parameter"].as_str()).unwrap_or("?").to_owned();
        let shown: Vec<String> =
            errors.iter().map(|e| format!("{}:{}", place(e), e["code"].as_str().unwrap_or("?"))).collect();
        let code = body["code"].as_str().unwrap_or("no problem");
        if shown.is_empty() { code.to_owned() } else { format!("{code} {}", shown.join(" ")) }
    }
}

impl App {
    /// On a database of its own. None where the machine has no such engine, and that is allowed. Any number of
    /// requests may come.
    pub async fn with(engine: Engine, content: Content) -> Option<Self> {
        Some(Self::on(fresh(engine, content).await?).await)
    }

    /// On a database that is filled already.
    pub async fn on(database: TestDatabase) -> Self {
        let mut db = database.open().await;
        let statements = Arc::new(AtomicUsize::new(0));
        for pool in [&mut db.read, &mut db.write] {
            let statements = statements.clone();
            pool.set_metric_callback(move |info| {
                // When a token was used is kept beside the requests, once a minute: nobody knows during which of them.
                if !info.statement.sql.starts_with("UPDATE \"token\" SET \"last_used_at\"") {
                    statements.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let clock = Arc::new(FixedClock::new(NOW.parse().unwrap()));
        let mut config = Config::load(Settings::default()).unwrap();
        (config.rate_limit_per_token, config.rate_limit_per_address) = (0, 0);
        let files = TempDir::new().unwrap();
        config.files = Some(Place::Folder(files.path().join("files")));
        let state = AppState::new(db, clock.clone(), Arc::new(config)).await.unwrap();
        let router = router(state.clone());
        let mut app = Self {
            router,
            state,
            clock,
            token: String::new(),
            statements,
            met: Mutex::default(),
            database: Some(database),
            _files: Some(files),
        };
        app.token = app.token_for(Role::Admin).await;
        app
    }

    /// A server on a database that is there already, known to this one's clock and token.
    pub fn beside(state: AppState, like: &Self) -> Self {
        Self {
            router: router(state.clone()),
            state,
            clock: like.clock.clone(),
            token: like.token.clone(),
            statements: Arc::default(),
            met: Mutex::default(),
            database: None,
            _files: None,
        }
    }

    /// Where its database is: for the program's own commands.
    pub fn database_url(&self) -> &str {
        self.database.as_ref().map_or("", |database| &database.url)
    }

    /// A new token of a role.
    pub async fn token_for(&self, role: Role) -> String {
        self.token_with(&format!("{role:?} of the tests"), &[Grant { role, root: None }]).await
    }

    /// A new token of a principal, with these grants.
    pub async fn token_with(&self, principal: &str, grants: &[Grant]) -> String {
        let new = NewToken {
            principal: principal.to_owned(),
            kind: PrincipalKind::Service,
            name: "test".into(),
            grants: grants.to_vec(),
            expires_at: None,
        };
        access::issue(&self.state.db, new, self.clock.now()).await.unwrap().text
    }

    /// Uploads a file of a document at its version.
    pub async fn upload(&self, document: &str, file_name: &str, content: &[u8]) -> Answer {
        let tag = self.get(document).await.header("etag").to_owned();
        let request = Request::builder()
            .method("POST")
            .uri(format!("{document}/files?file_name={file_name}"))
            .header("authorization", format!("Bearer {}", self.token))
            .header("if-match", tag)
            .body(Body::from(content.to_vec()));
        self.send(request.unwrap()).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        self.send_to(&self.router, request).await
    }

    /// The same to another server on this database.
    pub async fn send_to(&self, server: &Router, request: Request<Body>) -> Answer {
        let (method, address) = (request.method().to_string(), request.uri().to_string());
        let response = server.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes().to_vec();
        let answer = Answer { status, headers, bytes };
        if let Some(met) = promise::hold(&method, &address, &answer) {
            self.met.lock().unwrap().insert(met);
        }
        answer
    }

    /// A request with headers and, where there is one, a JSON body (a merge patch for `PATCH`).
    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let token = format!("Bearer {}", self.token);
        let mut with_token = headers.to_vec();
        if headers.iter().all(|(name, _)| *name != "authorization") {
            with_token.push(("authorization", &token));
        }
        self.without_token(method, path, &with_token, body).await
    }

    /// The same without a token of its own accord.
    pub async fn without_token(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = match body {
            Some(body) => {
                let kind =
                    if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
                let typed = headers.iter().any(|(name, _)| *name == "content-type");
                let request = if typed { request } else { request.header("content-type", kind) };
                request.body(Body::from(body.to_string()))
            }
            None => request.body(Body::empty()),
        };
        self.send(request.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", path, &[], Some(body)).await
    }

    /// `POST`, `PATCH` or `DELETE` at the version that the record has now.
    pub async fn at_version(&self, method: &str, root: &str, below: &str, body: Option<Value>) -> Answer {
        let tag = self.get(root).await.header("etag").to_owned();
        self.ask(method, &format!("{root}{below}"), &[("if-match", &tag)], body).await
    }

    /// Creates a record and answers its address.
    pub async fn create(&self, path: &str, body: Value) -> String {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.header("location").to_owned()
    }

    /// An organisation of this name; answers its id.
    pub async fn organisation(&self, name: &str) -> String {
        let body = json!({"name": {"en": name}});
        let made = self.post("/v1/organisations", body).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// A project of this code; answers its id.
    pub async fn project(&self, code: &str) -> String {
        let body = json!({"code": code, "title": {"en": format!("Project {code}")}});
        let made = self.post("/v1/projects", body).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }
}
