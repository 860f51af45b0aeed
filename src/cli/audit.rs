//! `grantline audit keygen|checkpoint|verify|check-proof`.
use super::{opened, say};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::history::audit::note::{PublicKey, claimed};
use crate::history::audit::proof::{Proof, check};
use crate::history::audit::report::{Fault, Report, UNSEEN};
use crate::history::audit::{Outside, keygen, load, make, verify};
use anyhow::{Context, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Make the key that signs checkpoints, in the file that --audit-key names; prints the public key
    Keygen {
        /// The name that checkpoints carry, such as grants.example.org: one of your own, without blanks
        #[arg(long)]
        origin: String,
    },
    /// Sign the history as it is; prints the checkpoint: keep it where nobody with access to the database can change it
    Checkpoint,
    /// Look for anything in the history or the records that was changed behind the program's back
    #[command(after_help = after_verify())]
    Verify {
        /// A checkpoint that was kept elsewhere, signed by --key; may be given several times
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
        /// The public key that signs checkpoints; where it is not given, that of --audit-key
        #[arg(long, value_name = "PUBKEY")]
        key: Option<String>,
        /// Print the whole report as JSON
        #[arg(long)]
        json: bool,
    },
    /// Check a proof of an entry, as GET /v1/audit/proofs/{entry} answers it; needs no database
    CheckProof {
        file: PathBuf,
        /// The public key that signs checkpoints, from a place that you trust
        #[arg(long, value_name = "PUBKEY")]
        key: String,
    },
}

fn after_verify() -> String {
    let unseen: Vec<String> = UNSEEN.iter().map(|line| format!("  - {line}")).collect();
    format!("What it can't see:\n{}\n\nExit code: 0 where nothing was found, else 1.", unseen.join("\n"))
}

pub async fn run(config: Config, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Keygen { origin } => {
            let key = keygen(key_file(&config)?, &origin)?;
            eprintln!("Give the public key to your auditors; whoever has the file can sign in your name.");
            say(&key.public().to_string())
        }
        Command::Checkpoint => {
            let key = load(key_file(&config)?)?;
            let db = opened(&config).await?;
            let made = make(&db, &SystemClock, &key).await?;
            db.close().await;
            if !made.new {
                eprintln!("Nothing was written since this checkpoint.");
            }
            say(made.checkpoint.note.trim_end())
        }
        Command::Verify { checkpoint, key, json } => {
            let outside = outside(&config, &checkpoint, key.as_deref())?;
            let db = opened(&config).await?;
            let report = verify(&db, &outside, &|| ()).await?;
            db.close().await;
            if json {
                say(&serde_json::to_string_pretty(&report)?)?;
            } else {
                tell(&report)?;
            }
            match report.fault_count {
                0 => Ok(()),
                1 => bail!("1 thing is not as it was written"),
                many => bail!("{many} things are not as they were written"),
            }
        }
        Command::CheckProof { file, key } => {
            let proof: Proof = serde_json::from_str(&read(&file)?)
                .with_context(|| format!("{} holds no proof", file.display()))?;
            let checkpoint = check(&proof, &PublicKey::parse(&key)?)
                .with_context(|| format!("{} proves nothing", file.display()))?;
            let content: Value = serde_json::from_str(&proof.content).unwrap_or_default();
            let of = |name: &str| content[name].as_str().unwrap_or("?").to_owned();
            say(&format!(
                "The entry at position {} ({} {}, {}, at {}) stands under the checkpoint of {} over {} entries, signed \
                 by {}.",
                proof.position,
                of("aggregate"),
                of("id"),
                of("action"),
                of("at"),
                checkpoint.at,
                checkpoint.tree_size,
                checkpoint.origin,
            ))
        }
    }
}

fn key_file(config: &Config) -> anyhow::Result<&Path> {
    let path = config.audit_key.as_deref();
    path.context(
        "no key file is named: set --audit-key or GRANTLINE_AUDIT_KEY to a file outside the database",
    )
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))
}

/// The key and the checkpoints that did not come from the database.
fn outside(config: &Config, files: &[PathBuf], key: Option<&str>) -> anyhow::Result<Outside> {
    let key = match (key, &config.audit_key) {
        (Some(text), _) => Some(PublicKey::parse(text)?),
        (None, Some(path)) => Some(load(path)?.public()),
        (None, None) => None,
    };
    let mut checkpoints = Vec::new();
    for file in files {
        let (note, place) = (read(file)?, file.display().to_string());
        claimed(&note).with_context(|| place.clone())?;
        let Some(key) = &key else {
            bail!("--checkpoint needs the public key that signed it: give --key");
        };
        checkpoints.push(key.open(&note).context(place)?);
    }
    Ok(Outside { key, checkpoints })
}

fn tell(report: &Report) -> anyhow::Result<()> {
    say(&format!(
        "{} entries, {} past states and {} checkpoints were held against each other and the records.",
        report.entries, report.states, report.checkpoints
    ))?;
    match (report.proven_up_to, &report.newest) {
        (Some(position), _) => {
            say(&format!("Up to position {position} nothing was rewritten since it was signed."))?;
        }
        (None, Some(newest)) => say(&format!(
            "The newest checkpoint, over {} entries, was signed by the key that the database itself names: give --key.",
            newest.tree_size
        ))?,
        (None, None) => {
            say("There is no checkpoint: a history that was rewritten whole would look the same.")?
        }
    }
    report.faults.iter().try_for_each(|fault| say(&line(fault)))?;
    if report.fault_count > report.faults.len() as i64 {
        say(&format!("… and {} more", report.fault_count - report.faults.len() as i64))?;
    }
    say("What this can't see:")?;
    report.unseen.iter().try_for_each(|line| say(&format!("  - {line}")))
}

fn line(fault: &Fault) -> String {
    let kind = serde_json::to_value(fault.kind).ok();
    let mut line = format!("! {}", kind.as_ref().and_then(Value::as_str).unwrap_or("fault"));
    if let Some(position) = fault.position {
        line += &format!(" position {position}");
    }
    if let Some(seq) = fault.seq {
        line += &format!(" entry {seq}");
    }
    if let (Some(aggregate), Some(id)) = (&fault.aggregate, fault.aggregate_id) {
        line += &format!(" of {aggregate} {id}");
    }
    if let (Some(table), Some(id)) = (&fault.table, fault.row_id) {
        line += &format!(" in {table} {id}");
    }
    format!("{line}: {}", fault.detail)
}
