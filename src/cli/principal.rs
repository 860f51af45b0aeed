//! `grantline principal list|disable|enable|mail`.
use super::{opened, say};
use crate::access;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::reminders::mail::Sender;
use crate::store::db::Db;
use anyhow::bail;
use entity::principal::Model;
use entity::vocab::Word;

/// RFC 5321, section 4.5.3.1.3.
const LONGEST: usize = 254;

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
    /// Say where and in which language somebody is written to; without flags, show it
    Mail {
        /// The id, as `list` shows it, or the name where only one has it
        principal: String,
        /// The address that reminders go to
        #[arg(long)]
        email: Option<String>,
        /// Their language: lv or en
        #[arg(long, requires = "email", default_value = "lv", value_parser = ["lv", "en"])]
        language: String,
        /// Forget the address: nothing is written any longer
        #[arg(long, conflicts_with = "email")]
        nothing: bool,
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
        Command::Mail { principal, email, language, nothing } => {
            let meant = one(&db, &principal).await?;
            let to = format!("{} ({})", meant.name, meant.id);
            match (email, nothing) {
                (Some(email), _) => {
                    // One that a message could be sent to, and nothing else beside it.
                    let fits = Sender::parse(&email).is_ok_and(|read| read.is_bare(&email));
                    if !fits || email.len() > LONGEST {
                        bail!("--email: write an address such as anna@example.org");
                    }
                    access::set_mail(&db, meant.id, Some(email), Some(language)).await?;
                    say(&format!("{to} is written to."))?;
                }
                (None, true) => {
                    access::set_mail(&db, meant.id, None, None).await?;
                    say(&format!("{to} is no longer written to."))?;
                }
                (None, false) => match (meant.email, meant.language) {
                    (Some(email), language) => {
                        say(&format!("{to} is written to at {email} ({}).", language.unwrap_or_default()))?;
                    }
                    (None, _) => say(&format!("{to} is not written to."))?,
                },
            }
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
