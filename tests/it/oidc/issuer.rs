//! `issuer.mjs` as a process: an identity provider that nobody here wrote.
use crate::support::cluster::{required, say};
use serde_json::{Value, json};
use std::fs::{File, copy, create_dir_all, read, write};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

/// The audience that the issuer's tokens are for.
pub const AUDIENCE: &str = "https://grants.example.org";

/// A running issuer with keys of its own. It goes when this is dropped.
pub struct Issuer {
    child: Child,
    pipes: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    /// Its address: what tokens have as `iss`.
    pub name: String,
}

impl Issuer {
    /// None, said once, where the machine has no node and npm and that is allowed.
    pub fn start() -> Option<Self> {
        Self::start_with(&["0"])
    }

    /// On a port that must be free.
    pub fn start_at(port: u16) -> Option<Self> {
        Self::start_with(&[&port.to_string()])
    }

    /// Over TLS, with a certificate and its key.
    pub fn start_secure(certificate: &Path, key: &Path) -> Option<Self> {
        Self::start_with(&["0", certificate.to_str()?, key.to_str()?])
    }

    fn start_with(arguments: &[&str]) -> Option<Self> {
        let mut child = Command::new("node")
            .arg("issuer.mjs")
            .args(arguments)
            .current_dir(tools()?)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let pipes = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut issuer = Self { child, pipes: Mutex::new(pipes), name: String::new() };
        issuer.name = issuer.heard(&mut issuer.pipes.lock().unwrap().1).as_str().unwrap().to_owned();
        Some(issuer)
    }

    pub fn port(&self) -> u16 {
        self.name.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Tells it to do something, and waits until it has.
    pub fn tell(&self, command: Value) -> Value {
        let mut pipes = self.pipes.lock().unwrap();
        writeln!(pipes.0, "{command}").unwrap();
        self.heard(&mut pipes.1)
    }

    fn heard(&self, from: &mut BufReader<ChildStdout>) -> Value {
        let mut line = String::new();
        from.read_line(&mut line).unwrap();
        let mut answer: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("the issuer: {line}"));
        assert!(answer.get("failed").is_none(), "the issuer: {answer}");
        answer["said"].take()
    }

    fn token(&self, command: Value) -> String {
        self.tell(command).as_str().unwrap().to_owned()
    }

    /// A token that a client got over HTTP for itself.
    pub fn client(&self, algorithm: &str) -> String {
        self.token(json!({"command": "client", "alg": algorithm}))
    }

    /// A token of a person.
    pub fn person(&self, subject: &str, claims: Value) -> String {
        self.person_with(subject, claims, "ES256", 3600)
    }

    pub fn person_with(&self, subject: &str, claims: Value, algorithm: &str, seconds: u32) -> String {
        self.token(
            json!({"command": "person", "sub": subject, "claims": claims, "alg": algorithm, "seconds": seconds}),
        )
    }

    /// What the issuer would never issue, signed with its own key (RS256).
    pub fn signed(&self, header: &str, claims: &str) -> String {
        self.token(json!({"command": "sign", "header": header, "claims": claims}))
    }

    /// Any signature.
    pub fn sealed(&self, header: &str, claims: &str, signature: &str) -> String {
        self.token(json!({"command": "sign", "header": header, "claims": claims, "signature": signature}))
    }

    /// Signed with HS256, with the published key for a secret.
    pub fn confused(&self, header: &str, claims: &str) -> String {
        self.token(json!({"command": "sign", "header": header, "claims": claims, "hmac": true}))
    }

    /// Publishes the keys of these names; the first ones sign.
    pub fn publish(&self, keys: &[&str]) {
        self.tell(json!({"command": "publish", "keys": keys}));
    }

    /// How often its keys were asked for.
    pub fn asked(&self) -> u64 {
        self.tell(json!({"command": "asked"})).as_u64().unwrap()
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The folder with the script and what it needs, installed once for all runs. None where that can't be.
fn tools() -> Option<&'static Path> {
    static TOOLS: OnceLock<Option<PathBuf>> = OnceLock::new();
    let tools = TOOLS.get_or_init(|| match installed() {
        Ok(folder) => Some(folder),
        Err(reason) => {
            say(&format!("NOT TESTED against an identity provider: {reason}"));
            None
        }
    });
    assert!(
        tools.is_some() || !required("node"),
        "GRANTLINE_TEST_REQUIRE lists node, but oidc-provider can't be run: install Node.js (20 or newer) and npm"
    );
    tools.as_deref()
}

fn installed() -> Result<PathBuf, String> {
    let version = Command::new("node").arg("--version").output().map_err(|_| "there is no node")?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < 20) {
        return Err(format!("node is {version}; 20 or newer is needed"));
    }
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/oidc");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("test-tools/oidc");
    create_dir_all(&folder).unwrap();
    // Other runs of the tests may do the same; the lock goes with the file.
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let (wanted, done) = (read(own.join("package-lock.json")).unwrap(), folder.join("installed"));
    copy(own.join("issuer.mjs"), folder.join("issuer.mjs")).unwrap();
    if read(&done).is_ok_and(|there| there == wanted) {
        return Ok(folder);
    }
    for name in ["package.json", "package-lock.json"] {
        copy(own.join(name), folder.join(name)).unwrap();
    }
    let npm = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(&folder)
        .output()
        .map_err(|_| "there is no npm")?;
    if !npm.status.success() {
        let said = String::from_utf8_lossy(&npm.stderr);
        return Err(format!(
            "npm could not install oidc-provider: {}",
            said.lines().next().unwrap_or_default()
        ));
    }
    write(done, wanted).unwrap();
    Ok(folder)
}
