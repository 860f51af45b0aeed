//! `grantline backup FILE` and `grantline restore FILE`.
use super::{needed_database, say};
use crate::config::Config;
use crate::store::db::snapshot::{self, Snapshot};
use std::path::Path;

pub async fn back_up(config: Config, file: &Path) -> anyhow::Result<()> {
    let held = snapshot::back_up(needed_database(&config)?, file).await?;
    say(&format!("{} holds {}.", file.display(), told(&held)))
}

pub async fn restore(config: Config, file: &Path, overwrite: bool) -> anyhow::Result<()> {
    let held = snapshot::restore(needed_database(&config)?, file, overwrite).await?;
    say(&format!("The database is that of {}: {}.", file.display(), told(&held)))?;
    match held.behind {
        0 => Ok(()),
        steps => {
            say(&format!("Its schema is {steps} steps behind this version: `serve` brings it up to date."))
        }
    }
}

fn told(held: &Snapshot) -> String {
    let newest = held.newest.map_or("none".to_owned(), |at| at.to_rfc3339());
    format!("{} changes, the newest of {newest}, in {} bytes", held.entries, held.bytes)
}
