//! Delivery over TLS, to a server whose certificate this machine trusts, or not.
use super::server::Server;
use super::{mailer, plain};
use crate::support::cluster::{required, say};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A certificate for a name of this machine that vouches for itself, and its key. None where there is no openssl.
fn certificate(folder: &Path, name: &str, of: &str) -> Option<(PathBuf, PathBuf)> {
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
        .args(["-subj", &format!("/CN={name}"), "-addext", &format!("subjectAltName={of}")])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args([Path::new("-keyout"), &key, Path::new("-out"), &certificate])
        .output();
    if made.is_ok_and(|made| made.status.success()) {
        return Some((certificate, key));
    }
    assert!(!required("openssl"), "GRANTLINE_TEST_REQUIRE lists openssl, but it is not here");
    say("NOT TESTED against a mail server over TLS: there is no openssl");
    None
}

/// Sends one message, in a process that trusts what it is told to: what it says of it.
fn sent(url: &str, trusted: &Path) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "mail::tls::one_message"])
        .env("SSL_CERT_FILE", trusted)
        .env_remove("SSL_CERT_DIR")
        .env("MAIL_TEST_URL", url)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    said.lines().find_map(|line| line.split_once("outcome: ")).unwrap().1.to_owned()
}

#[tokio::test]
#[ignore = "the other tests run it, in a process of its own"]
async fn one_message() {
    let Ok(url) = std::env::var("MAIL_TEST_URL") else { return };
    match plain(&mailer(&url), "anna").await {
        Ok(taken) => println!("outcome: {}", taken.said),
        Err(failure) => println!("outcome: {} {failure}", failure.code()),
    }
}

#[test]
fn a_certificate_must_be_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let Some((own, key)) = certificate(folder.path(), "own", "IP:127.0.0.1,DNS:localhost") else { return };
    let Some((other, _)) = certificate(folder.path(), "other", "IP:127.0.0.1,DNS:localhost") else { return };
    let Some((named, named_key)) = certificate(folder.path(), "named", "DNS:mail.example.org") else {
        return;
    };
    for at_once in [false, true] {
        let start = |certificate: &Path, key: &Path| {
            let login = ["grants", "secret"];
            Server::start_with(
                json!({"certificate": certificate, "key": key, "at_once": at_once, "login": login}),
            )
        };
        let Some(server) = start(&own, &key) else { return };
        let url = |server: &Server, host: &str| match at_once {
            true => format!("smtps://grants:secret@{host}:{}", server.port),
            false => format!("smtp://grants:secret@{host}:{}?tls=required", server.port),
        };
        for host in ["127.0.0.1", "localhost"] {
            assert_eq!(sent(&url(&server, host), &own), "2.0.0 Queued as 12345");
        }
        let said = sent(&url(&server, "127.0.0.1"), &other);
        assert!(said.starts_with("later ") && said.contains("UnknownIssuer"), "{said}");
        let messages = server.messages();
        assert_eq!(messages.len(), 2);
        assert!(messages.iter().all(|message| message["encrypted"] == true));
        // Trusted, but of another.
        let Some(server) = start(&named, &named_key) else { return };
        let said = sent(&url(&server, "127.0.0.1"), &named);
        assert!(said.starts_with("later ") && said.contains("not valid for"), "{said}");
        assert!(server.messages().is_empty());
    }
}
