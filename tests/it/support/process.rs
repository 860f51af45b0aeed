//! The program as a process: its commands, and a server that can be killed. What it answers is not here.
use super::client::Client;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The program with nothing of this machine's settings.
pub fn grantline(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_grantline"));
    for (name, _) in std::env::vars() {
        if name.starts_with("GRANTLINE_") || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

/// A command that was run to its end.
pub fn run(arguments: &[&str]) -> Output {
    grantline(arguments).output().unwrap()
}

/// `grantline serve`. It goes when this is dropped; in a test that fails, it says how it fared.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
    log: tempfile::NamedTempFile,
}

impl Process {
    /// Serves the database and waits until it is ready. `settings` are flags.
    pub async fn serve(url: &str, settings: &[&str]) -> Self {
        Self::serve_with(grantline(&["serve", "--database-url", url]), settings).await
    }

    /// The same for a command that ends in the program's `serve`.
    pub async fn serve_with(mut command: Command, settings: &[&str]) -> Self {
        // Free now, and hardly taken by another in the next moment.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        command.args(["--listen", &address.to_string()]).args(settings);
        if !settings.contains(&"--log-level") {
            command.args(["--log-level", "warn"]);
        }
        let log = tempfile::NamedTempFile::new().unwrap();
        let child = command.stdout(log.reopen().unwrap()).stderr(log.reopen().unwrap()).spawn().unwrap();
        let mut server = Self { child, address, log };
        server.ready(Duration::from_secs(30)).await;
        server
    }

    /// Waits until it says that it is ready, and answers how long that took.
    pub async fn ready(&mut self, patience: Duration) -> Duration {
        let (begun, client) = (Instant::now(), Client::new(self.address, ""));
        loop {
            if client.get("/readyz").await.is_ok_and(|answer| answer.status == 200) {
                return begun.elapsed();
            }
            assert!(self.child.try_wait().unwrap().is_none(), "the server has ended");
            assert!(begun.elapsed() < patience, "it is not ready after {patience:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Memory that it holds now, in KiB; from here on, `peak` is counted anew.
    pub fn resident(&self) -> u64 {
        std::fs::write(format!("/proc/{}/clear_refs", self.id()), "5").unwrap();
        self.memory("VmRSS:")
    }

    /// The most that it has held since.
    pub fn peak(&self) -> u64 {
        self.memory("VmHWM:")
    }

    fn memory(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// `kill -9`: it can't tidy up.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let ended = self.child.try_wait();
        // Gone already where it was killed.
        drop(self.child.kill());
        drop(self.child.wait());
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.log.path()).unwrap_or_default();
            let last: Vec<&str> = log.lines().rev().take(30).collect();
            eprintln!("the server had ended: {ended:?}; its last lines, newest first:\n{}", last.join("\n"));
        }
    }
}
