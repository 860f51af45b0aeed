//! The program itself: its commands, its exit codes, what it says when something is wrong, how it stops.
use crate::support::database::{self, Engine};
use crate::support::process::{grantline, run};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// What a successful command printed.
#[track_caller]
fn said(arguments: &[&str]) -> String {
    let output = run(arguments);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The one sentence of a command that failed.
#[track_caller]
fn complaint(arguments: &[&str]) -> String {
    let output = run(arguments);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {errors}");
    let lines: Vec<&str> = errors.lines().filter(|line| line.starts_with("grantline: ")).collect();
    assert_eq!(lines.len(), 1, "{errors}");
    assert!(!errors.contains("panicked") && !errors.contains("backtrace"), "{errors}");
    errors
}

/// A server that was started and is stopped, whatever becomes of the test.
struct Server {
    child: Child,
    address: String,
    token: String,
    /// Held open: whoever prints into a closed pipe dies.
    _output: BufReader<ChildStdout>,
}

impl Server {
    /// Starts the demo and waits until it has said where it is.
    fn demo(database: &str) -> Self {
        Self::demo_with(database, &[])
    }

    fn demo_with(database: &str, further: &[&str]) -> Self {
        let usual = ["demo", "--listen", "127.0.0.1:0", "--database-url", database];
        let mut command = grantline(&[&usual, further].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (mut address, mut token) = (String::new(), String::new());
        let mut output = BufReader::new(child.stdout.take().unwrap());
        loop {
            let mut line = String::new();
            assert_ne!(output.read_line(&mut line).unwrap(), 0, "it ended before it said where it is");
            if let Some(rest) = line.strip_prefix("Address") {
                address = rest.trim().trim_start_matches("http://").to_owned();
            } else if let Some(rest) = line.strip_prefix("Token") {
                token = rest.trim().to_owned();
            } else if line.contains("curl ") {
                let of_latbel = ["/v1/projects/LATBEL", "/v1/obligations?project=LATBEL"];
                assert!(line.contains(&token) && of_latbel.iter().any(|path| line.contains(path)), "{line}");
            } else if line.starts_with("Ctrl-C") {
                break;
            }
        }
        Self { child, address, token, _output: output }
    }

    /// Status and body of an answer.
    fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let (host, token) = (&self.address, &self.token);
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        (status, answer.split_once("\r\n\r\n").map_or(String::new(), |(_, body)| body.to_owned()))
    }

    /// Its exit code after a signal.
    fn stop(mut self, signal: &str) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it does not stop");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already where the test went well.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn the_demo_starts_keeps_its_data_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("demo.db").display());
    let first = Server::demo(&database);
    let (status, latbel) = first.get("/v1/projects/LATBEL");
    assert_eq!(status, 200, "{latbel}");
    assert!(latbel.contains("\"code\":\"LATBEL\""), "{latbel}");
    let (status, metrics) = first.get("/metrics");
    assert_eq!(status, 200, "open on loopback");
    assert!(metrics.contains("/v1/projects/{id}"), "{metrics}");
    let old = first.token.clone();
    assert_eq!(first.stop("-TERM"), Some(0));

    // The fastest of three: tests may run on a busy machine.
    let mut starts = Vec::new();
    let second = loop {
        let started = Instant::now();
        let server = Server::demo(&database);
        starts.push(started.elapsed());
        if starts.len() == 3 {
            break server;
        }
        assert_eq!(server.stop("-TERM"), Some(0));
    };
    assert!(starts.iter().any(|start| *start < Duration::from_secs(2)), "{starts:?}");
    assert_eq!(second.get("/v1/projects/LATBEL"), (200, latbel), "the same record, loaded once");
    assert_ne!(second.token, old, "no token's text is kept");
    assert_eq!(second.stop("-INT"), Some(0));
    assert!(!folder.path().join("demo.db-wal").exists(), "the log is folded in at the end");
}

#[test]
fn what_is_wrong_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| format!("sqlite://{}", folder.path().join(name).display());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for command in ["demo", "serve"] {
        let said = complaint(&[command, "--listen", &address, "--database-url", &file("a.db")]);
        assert!(said.contains(&address) && said.contains("--listen"), "{said}");
    }
    assert!(!folder.path().join("a.db").exists(), "who can't listen touches no database");
    let free = ["--listen", "127.0.0.1:0"];
    for (url, word) in [
        (file("none/a.db"), "no folder"),
        (format!("sqlite://{}", folder.path().display()), "folder"),
        ("sqlite:///proc/a.db".to_owned(), "/proc/a.db"),
        ("postgres://nobody@127.0.0.1:1/none".to_owned(), "127.0.0.1"),
        ("mysql://a/b".to_owned(), "sqlite://"),
    ] {
        for command in ["demo", "serve"] {
            let said = complaint(&[command, free[0], free[1], "--database-url", &url]);
            assert!(said.contains(word), "{url}: {said}");
        }
    }
    let said =
        complaint(&["serve", "--listen", "nonsense", "--request-timeout", "soon", "--time-zone", "Nowhere"]);
    for setting in ["listen", "request_timeout", "time_zone"] {
        assert!(said.contains(setting), "all at once: {said}");
    }
    assert!(complaint(&["serve"]).contains("DATABASE_URL"));
    assert!(complaint(&["serve", "--config", "/none.toml"]).contains("/none.toml"));
    // A password is not repeated.
    let said =
        complaint(&["serve", free[0], free[1], "--database-url", "postgres://a:hidden@127.0.0.1:1/none"]);
    assert!(!said.contains("hidden"), "{said}");
    assert_eq!(run(&[]).status.code(), Some(2), "help");
    assert_eq!(run(&["nonsense"]).status.code(), Some(2));
}

async fn tokens_and_migrations(engine: Engine) {
    let Some(database) = database::empty(engine).await else { return };
    let url = ["--database-url", database.url.as_str()];
    let with = |arguments: &[&'static str]| -> Vec<&str> { arguments.iter().copied().chain(url).collect() };

    let missing = said(&with(&["migrate", "status"]));
    assert!(
        missing.lines().count() >= 7 && missing.lines().all(|line| line.starts_with("missing ")),
        "{missing}"
    );
    // A server of an older schema's token can't be made before the schema is there.
    assert!(
        !complaint(&with(&["token", "create", "--name", "early", "--role", "viewer"])).contains("SELECT")
    );
    let applied = said(&with(&["migrate", "up"]));
    assert_eq!(applied.lines().count(), missing.lines().count(), "{applied}");
    assert_eq!(said(&with(&["migrate", "up"])), "The schema is up to date.\n");
    let status = said(&with(&["migrate", "status"]));
    assert!(status.lines().all(|line| line.starts_with("applied ")), "{status}");

    let create = with(&[
        "token",
        "create",
        "--name",
        "the importer",
        "--principal",
        "importer",
        "--role",
        "contributor",
    ]);
    let made = run(&create);
    assert!(made.status.success());
    let text = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    assert!(
        text.starts_with("grantline_") && text.len() > 50,
        "only the token goes to standard output: {text}"
    );
    let id = String::from_utf8(made.stderr).unwrap().split(' ').nth(1).unwrap().to_owned();
    let empty = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", empty.path().join("new.db").display());
    for command in [
        &["token", "create", "--name", "x", "--role", "viewer"][..],
        &["grant", "--principal", "x"],
        &["principal", "list"],
    ] {
        let told = complaint(&[command, &["--database-url", &url]].concat());
        assert!(told.contains("run `grantline migrate up`"), "{told}");
    }
    let dated = with(&["token", "create", "--name", "dated", "--role", "viewer", "--expires", "2099-12-31"]);
    said(&dated);
    let list = said(&with(&["token", "list"]));
    assert!(!list.contains(&text), "the text is shown once");
    let line = |name: &str| list.lines().find(|l| l.contains(name)).unwrap().to_owned();
    let importer: Vec<String> = line("the importer").split('\t').map(str::to_owned).collect();
    assert_eq!(importer[..4], [id.clone(), "importer".into(), "the importer".into(), "contributor".into()]);
    assert_eq!(importer[5..], ["-", "-", "-"], "it does not expire, was not used, is not revoked");
    assert!(line("dated").contains("2099-12-31T22:00:00"), "the end of that day in Riga: {}", line("dated"));

    // Scopes are read where they are given.
    for (scope, said) in
        [("project:NONE", "no such project"), ("NONE", "write funder:ID"), ("king:x", "write funder:ID")]
    {
        let scoped = with(&["token", "create", "--name", "scoped", "--role", "auditor", "--scope", scope]);
        assert!(complaint(&scoped).contains(said), "{scope}");
    }
    let granted = said(&with(&["grant", "--principal", "An auditor", "--role", "auditor"]));
    assert!(granted.contains("An auditor") && granted.ends_with("may now: auditor\n"), "{granted}");
    let shown = || said(&with(&["grant", "--principal", "An auditor"]));
    assert!(shown().ends_with("may: auditor\n"), "looking changes nothing: {}", shown());
    // A token without a role has its principal's.
    said(&with(&["token", "create", "--name", "laptop", "--principal", "An auditor"]));
    let laptop =
        || said(&with(&["token", "list"])).lines().find(|l| l.contains("laptop")).unwrap().to_owned();
    assert_eq!(laptop().split('\t').nth(3), Some("auditor"));
    let both = run(&with(&["grant", "--principal", "An auditor", "--nothing", "--role", "viewer"]));
    assert_eq!(both.status.code(), Some(2));
    let roleless = run(&with(&["token", "create", "--name", "x", "--scope", "project:LATBEL"]));
    assert_eq!(roleless.status.code(), Some(2), "a scope of no role");
    for (organisation, said) in
        [("01932c07-6b80-7000-8000-0000000000ff", "no such organisation"), ("ICMPD", "no such organisation")]
    {
        let partner = with(&["grant", "--principal", "An auditor", "--organisation", organisation]);
        assert!(complaint(&partner).contains(said), "{organisation}");
    }
    let alone = said(&with(&["grant", "--principal", "An auditor", "--organisation", "none"]));
    assert!(alone.ends_with("may now: auditor\n"), "its roles stay: {alone}");
    let taken = said(&with(&["grant", "--principal", "An auditor", "--nothing"]));
    assert!(taken.ends_with("may now: nothing\n"), "{taken}");
    assert!(shown().ends_with("may: nothing\n"));
    assert_eq!(laptop().split('\t').nth(3), Some("nothing"));
    assert!(
        complaint(&with(&["grant", "--principal", "Nobody"])).contains("there is no principal \"Nobody\"")
    );

    let mut revoke = with(&["token", "revoke"]);
    revoke.push(&id);
    assert!(said(&revoke).contains(&id));
    let list = said(&with(&["token", "list"]));
    let revoked =
        list.lines().find(|l| l.contains("the importer")).unwrap().split('\t').nth(7).unwrap().to_owned();
    assert_ne!(revoked, "-");
    let mut unknown = with(&["token", "revoke"]);
    unknown.push("01932c07-6b80-7000-8000-0000000000ff");
    assert!(complaint(&unknown).contains("there is no token"));
    for expires in ["yesterday", "2020-01-01", "2021-02-30"] {
        let mut bad = with(&["token", "create", "--name", "x", "--role", "viewer"]);
        bad.extend(["--expires", expires]);
        assert!(complaint(&bad).contains(expires));
    }
    let role = with(&["token", "create", "--name", "x", "--role", "king"]);
    assert_eq!(run(&role).status.code(), Some(2));
}

#[tokio::test]
async fn tokens_and_migrations_on_sqlite() {
    tokens_and_migrations(Engine::Sqlite).await;
}

#[tokio::test]
async fn tokens_and_migrations_on_postgres() {
    tokens_and_migrations(Engine::Postgres).await;
}

/// The server signs the history from time to time, as long as there is something new.
#[test]
fn a_server_signs_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (database, key) = (format!("sqlite://{}", path("a.db")), path("audit.key"));
    let public = said(&["audit", "keygen", "--origin", "grants.example.org", "--audit-key", &key]);
    let server = Server::demo_with(&database, &["--audit-key", &key, "--audit-checkpoint-every", "1"]);
    let deadline = Instant::now() + Duration::from_secs(30);
    let signed = loop {
        let (status, body) = server.get("/v1/audit/checkpoints");
        assert_eq!(status, 200, "{body}");
        let list: serde_json::Value = serde_json::from_str(&body).unwrap();
        if list["items"][0].is_object() {
            break list;
        }
        assert!(Instant::now() < deadline, "nothing was signed");
        std::thread::sleep(Duration::from_millis(200));
    };
    assert_eq!(signed["items"][0]["key"], public.trim());
    std::thread::sleep(Duration::from_millis(2500));
    let later: serde_json::Value = serde_json::from_str(&server.get("/v1/audit/checkpoints").1).unwrap();
    assert_eq!(signed, later, "what was signed is not signed again");
    let verified = said(&["audit", "verify", "--database-url", &database, "--key", public.trim()]);
    assert!(verified.contains("nothing was rewritten"), "{verified}");
    assert_eq!(server.stop("-TERM"), Some(0));
}

/// Keys, checkpoints, verifications and proofs from the command line; nobody but the owner reads the key.
#[test]
fn the_history_is_signed_verified_and_proven() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (database, key, note) = (format!("sqlite://{}", path("a.db")), path("audit.key"), path("note.txt"));
    let with = |arguments: &[&str]| -> Vec<String> {
        let settings = ["--database-url", &database, "--audit-key", &key];
        arguments.iter().chain(&settings).map(|a| (*a).to_owned()).collect()
    };
    let said = |arguments: &[&str]| said(&with(arguments).iter().map(String::as_str).collect::<Vec<_>>());
    let complaint =
        |arguments: &[&str]| complaint(&with(arguments).iter().map(String::as_str).collect::<Vec<_>>());

    assert!(complaint(&["audit", "checkpoint"]).contains("audit.key can't be read"));
    assert!(complaint(&["audit", "keygen", "--origin", "two words"]).contains("visible characters"));
    let public = said(&["audit", "keygen", "--origin", "grants.example.org"]).trim().to_owned();
    assert!(public.starts_with("grants.example.org+"), "{public}");
    assert!(
        complaint(&["audit", "keygen", "--origin", "x"]).contains("can't be written"),
        "never over a key"
    );
    use std::os::unix::fs::PermissionsExt;
    let mode = |file: &str| std::fs::metadata(file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&key), 0o600);
    assert!(!std::fs::read_to_string(&key).unwrap().contains(&public));
    std::fs::set_permissions(&key, PermissionsExt::from_mode(0o640)).unwrap();
    assert!(complaint(&["audit", "checkpoint"]).contains("chmod 600"));
    std::fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).unwrap();
    assert!(complaint(&["audit", "verify"]).contains("migrate up"));

    let server = Server::demo(&database);
    std::fs::write(&note, said(&["audit", "checkpoint"])).unwrap();
    let clean = said(&["audit", "verify", "--checkpoint", &note, "--key", &public]);
    assert!(clean.contains("nothing was rewritten") && clean.contains("What this can't see"), "{clean}");
    let (status, proof) = server.get("/v1/audit/proofs/1");
    assert_eq!(status, 200, "{proof}");
    assert_eq!(server.stop("-TERM"), Some(0));

    let file = path("proof.json");
    std::fs::write(&file, &proof).unwrap();
    let proven = run(&["audit", "check-proof", &file, "--key", &public]);
    let proven = String::from_utf8(proven.stdout).unwrap();
    assert!(
        proven.contains("The entry at position 1 (") && proven.contains("grants.example.org"),
        "{proven}"
    );
    std::fs::write(&file, proof.replacen("created", "creates", 1)).unwrap();
    let refused = run(&["audit", "check-proof", &file, "--key", &public]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("not what the entry's digest was made from"));

    // The end is cut off where nobody sees it but who kept the checkpoint.
    let sqlite = |sql: &str| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let db = grantline::store::db::Db::connect(&database, 1).await.unwrap();
            sea_orm::ConnectionTrait::execute_unprepared(&db.write, sql).await.unwrap();
            db.close().await;
        });
    };
    sqlite("DELETE FROM audit_checkpoint; UPDATE history_entry SET reason = 'No' WHERE position = 1");
    let named = run(&with(&["audit", "verify"]).iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(named.status.code(), Some(1));
    let named = String::from_utf8(named.stdout).unwrap();
    assert!(named.contains("! entry_changed position 1 entry 1 of regime"), "{named}");
    assert!(named.contains("There is no checkpoint"), "{named}");
    let json = run(&with(&["audit", "verify", "--json"]).iter().map(String::as_str).collect::<Vec<_>>());
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&json["fault_count"], &json["clean"]), (&serde_json::json!(1), &serde_json::json!(false)));
    // A note that was changed is refused before anything is looked at.
    std::fs::write(&note, std::fs::read_to_string(&note).unwrap().replacen("\n", "\n1", 1)).unwrap();
    assert!(complaint(&["audit", "verify", "--checkpoint", &note]).contains("does not belong to this text"));
}

#[test]
fn the_document_is_printed() {
    let document: serde_json::Value = serde_json::from_str(&said(&["openapi"])).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
}

#[test]
fn findings_are_printed_and_decide_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}/check.db", folder.path().display());
    let with = |args: &[&str]| run(&[&["check", "--database-url", &database], args].concat());
    assert_eq!(with(&[]).status.code(), Some(1), "there is no register");
    assert_eq!(Server::demo(&database).stop("-TERM"), Some(0));
    let printed = |args: &[&str]| {
        let output = with(args);
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, table, summary) = printed(&["--as-of", "2021-01-15"]);
    assert_eq!(code, Some(2), "{summary}");
    assert!(
        table.contains("B01") && table.contains("ICMPD/2019/MPF-295-005") && table.contains("2020-12-30"),
        "{table}"
    );
    assert!(
        summary.starts_with("On 2021-01-15 rules fail: ") && !summary.contains(" 0 violation"),
        "{summary}"
    );
    assert_eq!(printed(&["--as-of", "2021-01-15", "--fail-on", "never"]).0, Some(0));
    let (code, nothing, _) = printed(&["--as-of", "2019-11-01"]);
    assert_eq!((code, nothing.contains("B01")), (Some(0), false), "nothing was due then");
    let (_, lines, _) = printed(&["--as-of", "2021-01-15", "--json", "--result", "fail,pass"]);
    let findings: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(
        findings.iter().any(|one| one["result"] == "pass")
            && findings.iter().any(|one| one["result"] == "fail")
    );
    let latvian = printed(&["--as-of", "2021-01-15", "--language", "lv"]).1;
    assert!(latvian.contains("iesniedziet") && !table.contains("iesniedziet"), "{latvian}");
    assert_eq!(with(&["--as-of", "9999-01-01"]).status.code(), Some(2 /* of the arguments' reader */));
}
