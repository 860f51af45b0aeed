//! `server.py` as a process: a mail server that nobody here wrote.
use crate::support::python::python;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

/// A running server. It goes when this is dropped.
pub struct Server {
    child: Child,
    pipes: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    pub port: u16,
}

impl Server {
    /// Without TLS and log-in. None where the machine has no Python and that is allowed.
    pub fn start() -> Option<Self> {
        Self::start_with(json!({}))
    }

    /// `certificate`, `key`, `at_once`, `login`: see the script.
    pub fn start_with(wanted: Value) -> Option<Self> {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/mail/server.py");
        let mut child = Command::new(python("mail")?)
            .arg(own)
            .arg(wanted.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let pipes = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut server = Self { child, pipes: Mutex::new(pipes), port: 0 };
        let port = heard(&mut server.pipes.lock().unwrap().1);
        server.port = port.as_u64().unwrap().try_into().unwrap();
        Some(server)
    }

    fn tell(&self, command: &str) -> Value {
        let mut pipes = self.pipes.lock().unwrap();
        writeln!(pipes.0, "{command}").unwrap();
        heard(&mut pipes.1)
    }

    /// What arrived in full, whatever was answered to it.
    pub fn messages(&self) -> Vec<Value> {
        self.tell("messages")["messages"].as_array().unwrap().clone()
    }

    pub fn connections(&self) -> u64 {
        self.tell("connections")["connections"].as_u64().unwrap()
    }

    /// Closes all connections, without a word.
    pub fn cut(&self) {
        self.tell("cut");
    }
}

fn heard(from: &mut BufReader<ChildStdout>) -> Value {
    let mut line = String::new();
    from.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|_| panic!("the mail server: {line}"))
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
