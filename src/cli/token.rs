//! `grantline token create|list|revoke`. What roles are granted for is read in `grant.rs`.
use super::grant::{ROLES, grants, shown, unknown};
use super::{opened, say};
use crate::access::{self, NewToken};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::shared::dates::parse_business_date;
use anyhow::{Context, bail};
use chrono::{DateTime, NaiveTime, Utc};
use entity::vocab::{PrincipalKind, Word};
use uuid::Uuid;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Make a token; its text is shown this once
    Create {
        /// What the token is for
        #[arg(long)]
        name: String,
        /// Who acts with it: the name of a person or a service, made if there is none of it; or an id, as `principal
        /// list` shows it
        #[arg(long)]
        principal: Option<String>,
        /// Whether that is a person or a service
        #[arg(long, default_value = "service", value_parser = ["person", "service"])]
        kind: String,
        /// What it may do: admin, programme_manager, finance_officer, contributor, viewer or auditor; where left out,
        /// whatever `grantline grant` gives its principal
        #[arg(long, value_parser = ROLES)]
        role: Option<String>,
        /// What the role is for: funder:ID, programme:ID, project:ID or grant_agreement:ID (programmes and projects
        /// also by code); may be given several times; the whole register where left out
        #[arg(long, requires = "role")]
        scope: Vec<String>,
        /// The last day on which it works, such as 2027-12-31; for ever where left out
        #[arg(long)]
        expires: Option<String>,
    },
    /// List all tokens, without their texts
    List,
    /// Make a token stop working, at once and for good
    Revoke {
        /// The token's id, as `list` shows it
        id: Uuid,
    },
}

pub async fn run(config: Config, command: Command) -> anyhow::Result<()> {
    let (db, now) = (opened(&config).await?, SystemClock.now());
    match command {
        Command::Create { name, principal, kind, role, scope, expires } => {
            let granted = match &role {
                Some(role) => grants(&db, role, &scope).await?,
                None => Vec::new(),
            };
            let expires_at = expires.map(|text| end_of(&text, &config, now)).transpose()?;
            let principal = principal.unwrap_or_else(|| name.clone());
            let new = NewToken {
                principal: principal.clone(),
                kind: PrincipalKind::from_code(&kind).unwrap_or(PrincipalKind::Service),
                name,
                grants: granted,
                expires_at,
            };
            let token = access::issue(&db, new, now).await.map_err(|e| unknown(e, &principal))?;
            eprintln!("Token {} was made. Keep its text: it is not shown again.", token.id);
            say(&token.text)
                .with_context(|| format!("nobody saw the text of token {}: revoke it", token.id))?;
        }
        Command::List => {
            say("id\tprincipal\tname\tgrants\tcreated\texpires\tlast used\trevoked")?;
            for t in access::list(&db).await? {
                let time =
                    |at: Option<DateTime<Utc>>| at.map_or_else(|| "-".to_owned(), |at| at.to_rfc3339());
                let times = [Some(t.created_at), t.expires_at, t.last_used_at, t.revoked_at].map(time);
                let (grants, times) = (shown(&t.grants), times.join("\t"));
                say(&format!("{}\t{}\t{}\t{grants}\t{times}", t.id, t.principal, t.name))?;
            }
        }
        Command::Revoke { id } => {
            if !access::revoke(&db, id, now).await? {
                bail!("there is no token {id}: `grantline token list` shows them");
            }
            say(&format!("Token {id} no longer works."))?;
        }
    }
    db.close().await;
    Ok(())
}

/// The end of a day in the installation's time zone.
fn end_of(text: &str, config: &Config, now: DateTime<Utc>) -> anyhow::Result<DateTime<Utc>> {
    let day = parse_business_date(text).ok().and_then(|day| day.succ_opt());
    let day = day.with_context(|| format!("--expires {text}: a date such as 2027-12-31 is needed"))?;
    let end = day.and_time(NaiveTime::MIN).and_local_timezone(config.time_zone).earliest();
    let end = end.with_context(|| format!("--expires {text}: that day has no end here"))?.to_utc();
    if end <= now {
        bail!("--expires {text}: that day has passed");
    }
    Ok(end)
}
