//! `grantline principal list|disable|enable`.
use super::{opened, say};
use crate::access;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::store::db::Db;
use anyhow::bail;
use entity::principal::Model;
use entity::vocab::Word;

#[derive(clap::Subcommand)]
pub enum Command {
    /// List all persons and services that may act or have acted, with the identity provider that vouches for them
    List,
    /// Let somebody act no longer: neither API tokens nor access tokens of the identity provider work, at once and on
    /// every server. Nothing is lost, and `enable` takes it back
    Disable {
        /// The id, as `list` shows it, or the name where only one has it
        principal: String,
    },
    /// Let somebody act again
    Enable {
        /// The id, as `list` shows it, or the name where only one has it
        principal: String,
    },
}

pub async fn run(config: Config, command: Command) -> anyhow::Result<()> {
    let db = opened(&config).await?;
    match command {
        Command::List => {
            say("id\tkind\tname\tissuer\tsubject\tsince\tdisabled")?;
            for p in access::principals(&db).await? {
                let or = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
                let (since, disabled) =
                    (p.created_at.to_rfc3339(), or(p.disabled_at.map(|at| at.to_rfc3339())));
                let (issuer, subject) = (or(p.issuer), or(p.subject));
                say(&format!(
                    "{}\t{}\t{}\t{issuer}\t{subject}\t{since}\t{disabled}",
                    p.id,
                    p.kind.code(),
                    p.name
                ))?;
            }
        }
        Command::Disable { principal } => {
            let meant = one(&db, &principal).await?;
            // The first time counts.
            if meant.disabled_at.is_none() {
                access::set_disabled(&db, meant.id, Some(SystemClock.now())).await?;
            }
            say(&format!("{} ({}) may no longer act.", meant.name, meant.id))?;
        }
        Command::Enable { principal } => {
            let meant = one(&db, &principal).await?;
            access::set_disabled(&db, meant.id, None).await?;
            say(&format!("{} ({}) may act again.", meant.name, meant.id))?;
        }
    }
    db.close().await;
    Ok(())
}

async fn one(db: &Db, key: &str) -> anyhow::Result<Model> {
    let mut meant = access::meant(db, key).await?;
    match (meant.pop(), meant.is_empty()) {
        (Some(one), true) => Ok(one),
        (None, _) => bail!("there is no principal {key}: `grantline principal list` shows them"),
        (Some(last), false) => {
            let ids: Vec<String> = meant.iter().chain([&last]).map(|one| one.id.to_string()).collect();
            bail!("{} principals are called {key}: name one by its id ({})", ids.len(), ids.join(", "))
        }
    }
}
