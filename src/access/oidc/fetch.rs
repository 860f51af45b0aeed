//! Two requests to the issuer: what it says of itself, and its keys. Bounded in size and time, never led elsewhere, over
//! TLS unless both stand on this machine. When it is asked is decided in `keys.rs`.
use super::crypto::Key;
use crate::shared::json::Unique;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use std::time::Duration;
use url::{Host, Url};

/// For each of the two requests, all of it.
const PATIENCE: Duration = Duration::from_secs(4);
const LARGEST: usize = 256 * 1024;
const MOST_KEYS: usize = 100;

/// Why no keys came.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("it can't be asked")]
    Request(#[from] reqwest::Error),
    #[error("it answers {1} with {0}")]
    Status(StatusCode, Url),
    #[error("it answers {0} with more than {LARGEST} bytes")]
    TooLarge(Url),
    #[error("it answers {0} with something that is not a JSON object with each member once")]
    Shape(Url),
    #[error("it says that it is another issuer")]
    Issuer,
    #[error(
        "it names no address of its keys that may be asked: https, or http where it stands on this machine"
    )]
    Address,
    #[error("it names no list of keys, or more than {MOST_KEYS}")]
    NoKeys,
}

/// Whether an address may be asked: over TLS, or without it on this machine where that is allowed.
pub fn may_be_asked(url: &Url, without_tls: bool) -> bool {
    match url.scheme() {
        "https" => url.has_host(),
        "http" => without_tls && is_here(url),
        _ => false,
    }
}

/// Whether an address is of this machine.
pub fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A client for the issuer. It goes through the proxy that the environment names, but not to this machine.
///
/// # Errors
/// Where the machine's list of trusted authorities can't be read.
pub fn client(here: bool) -> reqwest::Result<Client> {
    // The one TLS stack of the program (rustls on ring). Where another part has set it already, it is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .redirect(Policy::none())
        .timeout(PATIENCE)
        // It is asked every few minutes.
        .pool_max_idle_per_host(0)
        .user_agent(concat!("grantline/", env!("CARGO_PKG_VERSION")));
    if here { client.no_proxy() } else { client }.build()
}

/// Asks for the issuer's keys.
///
/// # Errors
/// Whatever it does wrong. A key that can't be used is left out, and said in the log: it may be for another purpose.
pub async fn fetch(client: &Client, issuer: &str, discovery: &Url) -> Result<Vec<Key>, Fault> {
    let about = get(client, discovery).await?;
    // OpenID Connect Discovery 1.0, section 4.3: exactly.
    if about["issuer"].as_str() != Some(issuer) {
        return Err(Fault::Issuer);
    }
    let address = about["jwks_uri"].as_str().and_then(|text| Url::parse(text).ok());
    let address =
        address.filter(|url| may_be_asked(url, discovery.scheme() == "http")).ok_or(Fault::Address)?;
    read_keys(&get(client, &address).await?)
}

fn read_keys(set: &Value) -> Result<Vec<Key>, Fault> {
    let all = set["keys"].as_array().filter(|keys| keys.len() <= MOST_KEYS).ok_or(Fault::NoKeys)?;
    let mut keys = Vec::new();
    for jwk in all {
        match Key::from_jwk(jwk) {
            Ok(key) => keys.push(key),
            Err(why) => {
                let kid = jwk["kid"].as_str().unwrap_or_default().chars().take(100).collect::<String>();
                tracing::debug!(kid, why, "a key of the identity provider is not used");
            }
        }
    }
    Ok(keys)
}

async fn get(client: &Client, url: &Url) -> Result<Value, Fault> {
    let mut response = client.get(url.clone()).header("accept", "application/json").send().await?;
    if response.status() != StatusCode::OK {
        return Err(Fault::Status(response.status(), url.clone()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > LARGEST {
            return Err(Fault::TooLarge(url.clone()));
        }
        bytes.extend_from_slice(&chunk);
    }
    match serde_json::from_slice(&bytes) {
        Ok(Unique(value @ Value::Object(_))) => Ok(value),
        _ => Err(Fault::Shape(url.clone())),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::super::crypto::tests::Pair;
    use super::*;
    use serde_json::json;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[test]
    fn only_this_machine_is_asked_without_tls() {
        for (url, here, elsewhere) in [
            ("https://id.example.org/a", true, true),
            ("http://127.0.0.1:9000", true, false),
            ("http://[::1]:9000/a", true, false),
            ("http://localhost", true, false),
            ("http://id.example.org", false, false),
            ("http://127.0.0.1.example.org", false, false),
            ("http://192.0.2.1", false, false),
            ("file:///etc/passwd", false, false),
            ("ftp://127.0.0.1", false, false),
        ] {
            let url = Url::parse(url).unwrap();
            assert_eq!((may_be_asked(&url, true), may_be_asked(&url, false)), (here, elsewhere), "{url}");
        }
    }

    #[test]
    fn keys_of_other_kinds_are_left_out() {
        let set = json!({"keys": [Pair::p256().jwk("a"), {"kty": "oct", "k": "AA", "kid": "b"}, Pair::ed25519().jwk("c"), 1]});
        let kids: Vec<String> = read_keys(&set).unwrap().into_iter().map(|key| key.kid).collect();
        assert_eq!(kids, ["a", "c"]);
        assert_eq!(read_keys(&json!({"keys": []})).unwrap(), []);
        let many = json!({"keys": vec![Pair::ed25519().jwk("a"); MOST_KEYS + 1]});
        for bad in [json!({}), json!({"keys": {}}), many] {
            assert!(matches!(read_keys(&bad), Err(Fault::NoKeys)), "{bad}");
        }
    }

    /// An issuer that answers with these bytes, in order of the requests.
    async fn issuer(answers: impl FnOnce(&str) -> Vec<String>) -> (String, Url) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let answers = answers(&issuer);
        tokio::spawn(async move {
            for answer in answers {
                let (mut connection, _) = listener.accept().await.unwrap();
                let mut head = [0; 4096];
                let _ = connection.read(&mut head).await;
                let _ = connection.write_all(answer.as_bytes()).await;
            }
        });
        let discovery = Url::parse(&format!("{issuer}/.well-known/openid-configuration")).unwrap();
        (issuer, discovery)
    }

    fn ok(body: &str) -> String {
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    }

    #[tokio::test]
    async fn an_issuer_that_does_wrong_gives_no_keys() {
        let about =
            |issuer: &str| ok(&json!({"issuer": issuer, "jwks_uri": format!("{issuer}/jwks")}).to_string());
        let jwks = || ok(&json!({"keys": [Pair::p256().jwk("a")]}).to_string());
        let client = client(true).unwrap();
        type Answers = Box<dyn FnOnce(&str) -> Vec<String>>;
        let cases: Vec<(&str, Answers)> = vec![
            ("fine", Box::new(move |i| vec![about(i), jwks()])),
            ("Issuer", Box::new(move |i| vec![about(&format!("{i}/")), jwks()])),
            ("Issuer", Box::new(move |_| vec![ok("{}")])),
            ("Shape", Box::new(move |i| vec![ok(&format!("{{\"issuer\":\"{i}\",\"issuer\":\"{i}\"}}"))])),
            ("Shape", Box::new(|_| vec![ok("<html>")])),
            ("Shape", Box::new(|_| vec![ok("[]")])),
            ("Address", Box::new(|i| vec![ok(&json!({"issuer": i}).to_string())])),
            (
                "Address",
                Box::new(|i| {
                    vec![ok(&json!({"issuer": i, "jwks_uri": "http://id.example.org/"}).to_string())]
                }),
            ),
            (
                "Address",
                Box::new(|i| vec![ok(&json!({"issuer": i, "jwks_uri": "file:///etc/passwd"}).to_string())]),
            ),
            ("NoKeys", Box::new(move |i| vec![about(i), ok("{}")])),
            (
                "TooLarge",
                Box::new(move |i| {
                    vec![about(i), ok(&format!("{{\"keys\":[],\"a\":\"{}\"}}", "a".repeat(LARGEST)))]
                }),
            ),
            (
                "Status",
                Box::new(|i| {
                    vec![format!(
                        "HTTP/1.1 302 Found\r\nlocation: {i}/x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                    )]
                }),
            ),
            (
                "Status",
                Box::new(|_| {
                    vec!["HTTP/1.1 500 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".into()]
                }),
            ),
            ("Request", Box::new(|_| vec!["nonsense\r\n\r\n".into()])),
        ];
        for (expected, answers) in cases {
            let (issuer, discovery) = issuer(answers).await;
            let told = match fetch(&client, &issuer, &discovery).await {
                Ok(keys) => {
                    assert_eq!(keys.len(), 1);
                    "fine".to_owned()
                }
                Err(fault) => format!("{fault:?}"),
            };
            assert!(told.starts_with(expected), "{expected}: {told}");
        }
    }
}
