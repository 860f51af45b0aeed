//! An issuer over TLS: asked only where this machine trusts its certificate.
use super::{AUDIENCE, EVERYBODY};
use crate::oidc::issuer::Issuer;
use crate::support::client::Client;
use crate::support::cluster::{required, say};
use crate::support::database::{Content, Engine, fresh};
use crate::support::process::{Process, grantline};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A certificate for this machine that vouches for itself, and its key. None where there is no openssl.
fn certificate(folder: &Path, name: &str) -> Option<(PathBuf, PathBuf)> {
    let (certificate, key) = (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", &format!("/CN={name}"), "-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args([Path::new("-keyout"), &key, Path::new("-out"), &certificate])
        .output();
    if made.is_ok_and(|made| made.status.success()) {
        return Some((certificate, key));
    }
    assert!(!required("openssl"), "GRANTLINE_TEST_REQUIRE lists openssl, but it is not here");
    say("NOT TESTED against an identity provider over TLS: there is no openssl");
    None
}

#[tokio::test]
async fn a_certificate_must_be_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let Some((own, key)) = certificate(folder.path(), "issuer") else { return };
    let Some((other, _)) = certificate(folder.path(), "other") else { return };
    let Some(issuer) = Issuer::start_secure(&own, &key) else { return };
    let database = fresh(Engine::Sqlite, Content::Nothing).await.unwrap();
    let token = issuer.person("anna", json!({}));
    for (trusted, status) in [(&own, 200), (&other, 503)] {
        let mut command = grantline(&["serve", "--database-url", &database.url]);
        // What the machine trusts, where another list is named.
        command.env("SSL_CERT_FILE", trusted).env_remove("SSL_CERT_DIR");
        let flags = ["--oidc-issuer", &issuer.name, "--oidc-audience", AUDIENCE, "--oidc-roles", EVERYBODY];
        let server = Process::serve_with(command, &flags).await;
        let answer = Client::new(server.address, &token).get("/v1/me").await.unwrap();
        assert_eq!(answer.status, status, "{}", answer.text());
    }
}
