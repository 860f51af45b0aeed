//! Somebody who was granted roles, and what it asks.
use super::App;
use super::app::Answer;
use entity::vocab::Role;
use grantline::access::Grant;
use grantline::store::scope::Root;
use serde_json::Value;

pub struct Caller<'a> {
    pub app: &'a App,
    pub header: String,
}

impl<'a> Caller<'a> {
    pub async fn new(app: &'a App, grants: &[(Role, Option<Root>)]) -> Self {
        let grants: Vec<Grant> =
            grants.iter().map(|(role, root)| Grant { role: *role, root: *root }).collect();
        let token = app.token_with(&format!("{grants:?}"), &grants).await;
        Self { app, header: format!("Bearer {token}") }
    }

    pub async fn get(&self, address: &str) -> Answer {
        self.app.ask("GET", address, &[("authorization", &self.header)], None).await
    }

    pub async fn send(&self, method: &str, address: &str, tag: &str, body: Option<Value>) -> Answer {
        let headers = [("authorization", self.header.as_str()), ("if-match", tag)];
        self.app.ask(method, address, &headers[..if tag.is_empty() { 1 } else { 2 }], body).await
    }
}
