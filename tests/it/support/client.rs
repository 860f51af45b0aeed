//! A client over a real socket: a connection for each request, so that each knows what became of it.
use super::app::Answer;
use super::promise;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;

/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_secs(70);

#[derive(Clone)]
pub struct Client {
    pub address: SocketAddr,
    pub token: String,
}

impl Client {
    pub fn new(address: SocketAddr, token: &str) -> Self {
        Self { address, token: token.to_owned() }
    }

    pub async fn get(&self, path: &str) -> Result<Answer, String> {
        self.ask("GET", path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Result<Answer, String> {
        self.ask("POST", path, &[], Some(body)).await
    }

    /// What was answered; or why nothing was, in which case nobody knows whether it was done.
    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Result<Answer, String> {
        let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        let mut request = Request::builder().method(method).uri(path).header("host", "grantline.test");
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", kind);
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let asked = tokio::time::timeout(PATIENCE, self.exchange(request.body(body).unwrap()));
        let answer = asked.await.map_err(|_| "no answer in time".to_owned())??;
        promise::hold(method, path, &answer);
        Ok(answer)
    }

    async fn exchange(&self, request: Request<Body>) -> Result<Answer, String> {
        let stream = TcpStream::connect(self.address).await.map_err(|error| error.to_string())?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| error.to_string())?;
        let running = tokio::spawn(connection);
        let answer = async {
            let response = sender.send_request(request).await?;
            let (status, headers) = (response.status(), response.headers().clone());
            let bytes = response.into_body().collect().await?.to_bytes().to_vec();
            Ok::<_, hyper::Error>(Answer { status, headers, bytes })
        };
        let answer = answer.await.map_err(|error| error.to_string());
        running.abort();
        answer
    }
}
