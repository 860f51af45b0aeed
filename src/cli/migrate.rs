//! `grantline migrate up|status`.
use super::{needed_database, say};
use crate::config::Config;
use crate::store::db::Db;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Apply what is missing; safe while servers run and when several start at once
    Up,
    /// Tell which steps are applied and which are missing
    Status,
}

pub async fn run(config: Config, command: Command) -> anyhow::Result<()> {
    let db = Db::connect(needed_database(&config)?, config.database_connections).await?;
    match command {
        Command::Up => {
            let applied = db.migrate().await?;
            match applied.as_slice() {
                [] => say("The schema is up to date.")?,
                some => some.iter().try_for_each(|name| say(&format!("applied {name}")))?,
            }
        }
        Command::Status => {
            for step in db.migrations().await? {
                say(&format!("{} {}", if step.applied { "applied" } else { "missing" }, step.name))?;
            }
        }
    }
    db.close().await;
    Ok(())
}
