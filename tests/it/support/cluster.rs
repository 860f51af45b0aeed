//! A PostgreSQL server for the tests: the one that is named, else a throw-away one; and servers of a test's own, which
//! may be killed and stopped. Not the databases on them.
use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The longest a unix socket's folder may be: the whole path must fit into 107 bytes.
const MAX_SOCKET_FOLDER: usize = 80;

/// Waits until its standard input closes, which is when the test process is gone, however it went; then stops the
/// server whose folder is $1 and removes the folder. Several rounds, because the server may be just starting.
const WATCHDOG: &str = r#"
trap '' INT TERM HUP
read -r _
for round in 1 2 3 4 5 6; do
    [ -d "$1" ] || break
    pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
    if [ -n "$pid" ]; then
        kill -QUIT "$pid" 2>/dev/null
        # Those that were made to hang, too.
        kill -CONT "$pid" $(cat "/proc/$pid/task/$pid/children" 2>/dev/null) 2>/dev/null
        for wait in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        kill -KILL "$pid" 2>/dev/null
    fi
    rm -rf "$1"
    sleep 0.5
done
"#;

/// Nothing of the tests' common server outlives them, so nothing needs to reach the disk.
const THROW_AWAY: &[&str] =
    &["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200"];

/// A server that databases can be made on.
pub struct Server {
    address: url::Url,
    /// None where somebody else runs it.
    own: Option<Own>,
}

/// How a server of ours is run.
struct Own {
    programs: PathBuf,
    folder: PathBuf,
    owner: Option<(u32, u32)>,
    settings: &'static [&'static str],
    postmaster: Child,
    /// Held open for the watchdog to read from; nothing is ever written to it.
    _alive: ChildStdin,
}

impl Server {
    /// The address of the database `name` on this server.
    pub fn url(&self, name: &str) -> String {
        let mut url = self.address.clone();
        url.set_path(name);
        url.into()
    }

    /// The address of a database that is there already, for making and dropping others.
    pub fn admin_url(&self) -> String {
        self.address.to_string()
    }
}

/// The server of this test process, started at the first call. `None`, said once on the terminal, where there is no
/// PostgreSQL: the test that asked ends then.
///
/// # Panics
/// Where `GRANTLINE_TEST_REQUIRE` lists `postgres` and there is none.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER
        .get_or_init(|| match named().map_or_else(|| start(THROW_AWAY), Ok) {
            Ok(server) => Some(server),
            Err(reason) => {
                say(&format!(
                    "NOT TESTED on PostgreSQL: {reason} \
                     (install PostgreSQL, or name a server in GRANTLINE_TEST_DATABASE_URL)"
                ));
                None
            }
        })
        .as_ref()
        .or_else(|| {
            assert!(
                !required("postgres"),
                "GRANTLINE_TEST_REQUIRE lists postgres, but there is no PostgreSQL: install it, or name a server \
                 in GRANTLINE_TEST_DATABASE_URL"
            );
            None
        })
}

/// Whether a missing `tool` is a failure: `GRANTLINE_TEST_REQUIRE` lists such tools, separated by commas.
pub fn required(tool: &str) -> bool {
    let listed = std::env::var("GRANTLINE_TEST_REQUIRE").unwrap_or_default();
    listed.split(',').any(|one| one.trim() == tool)
}

/// Writes a line to the terminal. `eprintln!` would be kept back by libtest while tests pass; this is not.
pub fn say(line: &str) {
    // Where standard error is closed there is nobody to tell.
    drop(std::io::stderr().write_all(format!("\n{line}\n").as_bytes()));
}

fn named() -> Option<Server> {
    let address =
        std::env::var("GRANTLINE_TEST_DATABASE_URL").ok().filter(|value| !value.trim().is_empty())?;
    let address =
        address.trim().parse().expect("GRANTLINE_TEST_DATABASE_URL is postgres://user@host/database");
    Some(Server { address, own: None })
}

/// A server for one test, which may kill it: as an installation would run it, every commit on the disk. None, said
/// once, where there are no programs for it and that is allowed.
pub fn own() -> Option<Server> {
    match start(&[]) {
        Ok(server) => Some(server),
        Err(reason) => {
            assert!(!required("postgres"), "GRANTLINE_TEST_REQUIRE lists postgres: {reason}");
            say(&format!("NOT TESTED on PostgreSQL: {reason}"));
            None
        }
    }
}

fn start(settings: &'static [&'static str]) -> Result<Server, String> {
    let programs = programs().ok_or("no initdb and postgres on PATH or in /usr/lib/postgresql/*/bin")?;
    let folder = folder().map_err(|error| format!("no folder for it: {error}"))?;
    let alive = watch(&folder).map_err(|error| format!("no watchdog for it: {error}"))?;
    let owner = owner(&folder)?;

    let initdb = |locale: &str| {
        let mut command = command(&programs.join("initdb"), &folder, owner);
        command.args(["-D", "data", "-U", "grantline", "-A", "trust", "-E", "UTF8", "--no-sync"]);
        let done = command.arg(format!("--locale={locale}")).output().map_err(|error| error.to_string())?;
        if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).into_owned()) }
    };
    initdb("C.UTF-8").or_else(|_| initdb("C")).map_err(|error| format!("initdb failed: {}", error.trim()))?;

    let address = format!("postgres://grantline@localhost/postgres?host={}", folder.display());
    let address = address.parse().map_err(|error| format!("{error}"))?;
    let postmaster = run(&programs, &folder, owner, settings)?;
    Ok(Server { address, own: Some(Own { programs, folder, owner, settings, postmaster, _alive: alive }) })
}

/// Starts the server of a folder that is made already, and waits until it takes connections.
fn run(
    programs: &Path,
    folder: &Path,
    owner: Option<(u32, u32)>,
    settings: &[&str],
) -> Result<Child, String> {
    let log = std::fs::File::options().create(true).append(true).open(folder.join("log"));
    let log = log.map_err(|error| error.to_string())?;
    let mut server = command(&programs.join("postgres"), folder, owner);
    server.args(["-D", "data", "-h", "", "-k"]).arg(folder);
    for setting in settings {
        server.args(["-c", setting]);
    }
    server.stdout(log.try_clone().map_err(|error| error.to_string())?).stderr(log);
    let mut server = server.spawn().map_err(|error| format!("postgres did not start: {error}"))?;

    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        // The server writes its state into the eighth line of this file.
        let state = std::fs::read_to_string(folder.join("data/postmaster.pid")).unwrap_or_default();
        let own = state.lines().next() == Some(server.id().to_string().as_str());
        if own && state.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
            return Ok(server);
        }
        if Instant::now() > deadline || server.try_wait().is_ok_and(|ended| ended.is_some()) {
            let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
            return Err(format!("postgres did not start: {}", log.trim()));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

impl Server {
    fn own(&mut self) -> &mut Own {
        self.own.as_mut().expect("a server of the test's own")
    }

    /// As `pg_ctl stop -m immediate` does: no word to anybody, nothing written that was not.
    pub fn kill(&mut self) {
        let postmaster = &mut self.own().postmaster;
        signal("-QUIT", &[postmaster.id()]);
        postmaster.wait().expect("it ends");
    }

    /// Starts it after it was killed.
    pub fn start_again(&mut self) {
        let own = self.own();
        own.postmaster =
            run(&own.programs, &own.folder, own.owner, own.settings).expect("it starts once more");
    }

    /// It is there and answers nobody, until it is told to go on.
    pub fn hang(&mut self) {
        let pids = self.processes();
        signal("-STOP", &pids);
        // Those that began between the look and the signal.
        signal("-STOP", &self.processes());
    }

    pub fn go_on(&mut self) {
        let pids = self.processes();
        signal("-CONT", &pids);
    }

    fn processes(&mut self) -> Vec<u32> {
        let postmaster = self.own().postmaster.id();
        let children = std::fs::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children"));
        let children = children.expect("Linux tells a process's children");
        [postmaster]
            .into_iter()
            .chain(children.split(' ').filter_map(|pid| pid.trim().parse().ok()))
            .collect()
    }
}

/// Sends a signal to processes of ours.
pub fn signal(signal: &str, pids: &[u32]) {
    let pids = pids.iter().map(u32::to_string);
    // One of them may have ended meanwhile.
    drop(Command::new("kill").arg(signal).args(pids).stderr(Stdio::null()).status());
}

/// A program of PostgreSQL, such as `pg_dump`: of the server's own version, if it stands beside it.
pub fn program(name: &str) -> Command {
    let server = programs().and_then(|folder| folder.join("postgres").canonicalize().ok());
    let beside = server.map(|server| server.with_file_name(name)).filter(|program| program.is_file());
    Command::new(beside.unwrap_or_else(|| name.into()))
}

/// The folder of the newest server programs, PATH first.
fn programs() -> Option<PathBuf> {
    let complete = |folder: &PathBuf| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let version = |folder: &PathBuf| -> u32 {
        let name = folder.parent().and_then(Path::file_name).and_then(OsStr::to_str);
        name.and_then(|name| name.parse().ok()).unwrap_or(0)
    };
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    std::env::split_paths(&path)
        .find(complete)
        .or_else(|| installed.map(|one| one.path().join("bin")).filter(complete).max_by_key(version))
}

/// A folder that nobody else can look into and whose name is short enough for a socket.
fn folder() -> std::io::Result<PathBuf> {
    let usual = std::env::temp_dir();
    let parent =
        if usual.as_os_str().len() + 20 > MAX_SOCKET_FOLDER { Path::new("/tmp").into() } else { usual };
    let folder = tempfile::Builder::new().prefix("grantline-pg-").tempdir_in(parent)?.keep();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700))?;
    Ok(folder)
}

/// PostgreSQL refuses to run as root: the user and group it gets then, who also get the folder.
fn owner(folder: &Path) -> Result<Option<(u32, u32)>, String> {
    if std::fs::metadata(folder).map_err(|error| error.to_string())?.uid() != 0 {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").map_err(|error| error.to_string())?;
    let find = |wanted: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(wanted))?;
        let mut ids = line.split(':').skip(2).map(str::parse::<u32>);
        Some((ids.next()?.ok()?, ids.next()?.ok()?))
    };
    let (user, group) =
        find("postgres").or_else(|| find("nobody")).ok_or("there is no user but root to run it as")?;
    chown(folder, Some(user), Some(group)).map_err(|error| error.to_string())?;
    Ok(Some((user, group)))
}

/// A program of the server, free of the caller's signals and of variables that would change what it does.
fn command(program: &Path, folder: &Path, owner: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null()).process_group(0);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    if let Some((user, group)) = owner {
        // As root, this also drops the other groups.
        command.uid(user).gid(group);
    }
    command
}

fn watch(folder: &Path) -> std::io::Result<ChildStdin> {
    let mut watchdog = Command::new("sh")
        .args(["-c", WATCHDOG, "watchdog"])
        .arg(folder)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    watchdog.stdin.take().ok_or_else(|| std::io::Error::other("it has no standard input"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watchdog_removes_the_folder_when_its_input_closes() {
        let folder = folder().expect("a folder");
        std::fs::create_dir(folder.join("data")).expect("a folder in it");
        let alive = watch(&folder).expect("a watchdog");
        std::thread::sleep(Duration::from_millis(200));
        assert!(folder.exists(), "it waits");
        drop(alive);
        let deadline = Instant::now() + Duration::from_secs(10);
        while folder.exists() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(!folder.exists());
    }

    /// A server of its own, because it goes away. The pool alone would keep trying until a caller's turn is over.
    #[tokio::test]
    async fn a_caller_of_a_stopped_server_is_told_within_a_second() {
        use grantline::store::{classify, db::Db};
        let Some(mut server) = own() else { return };
        let db = Db::connect(&server.admin_url(), 3).await.expect("the server is there");
        let (one, two) = (db.begin_write().await, db.begin_read().await);
        drop((one, two));
        server.kill();
        for _ in 0..5 {
            let asked = Instant::now();
            let answers = [
                db.while_reachable(async { db.begin_write().await.map(drop) }).await,
                db.while_reachable(async { db.begin_read().await.map(drop) }).await,
            ];
            for answer in answers {
                let error = answer.and_then(|done| done).expect_err("nobody can answer");
                assert_eq!(classify::classify(&error), classify::DbFault::Unavailable, "{error}");
            }
            assert!(asked.elapsed() < Duration::from_secs(2), "two answers in {:?}", asked.elapsed());
        }
        server.start_again();
        db.while_reachable(db.ping()).await.and_then(|done| done).expect("it is there again");
    }
}
