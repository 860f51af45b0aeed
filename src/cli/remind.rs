//! `grantline remind`: what is due to be told, sent or only shown.
use super::{opened, say};
use crate::clock::{Clock, SystemClock, today};
use crate::config::Config;
use crate::reminders::{Told, run as send, waiting};
use anyhow::Context;

pub async fn run(config: Config, dry_run: bool) -> anyhow::Result<()> {
    let db = opened(&config).await?;
    let settings = &config.reminders;
    if dry_run {
        say("day\trule\tdue\tobligation\tprincipal\tname\tabout")?;
        for told in waiting(&db, settings, today(SystemClock.now(), config.time_zone)).await? {
            say(&line(&told))?;
        }
    } else {
        let mail = settings.mail.as_ref().context("nothing can be sent: set --smtp-url and --mail-from")?;
        let sent = send(&db, &SystemClock, config.time_zone, settings, mail).await?;
        let (refused, uncertain, later) = (sent.refused, sent.uncertain, sent.later);
        say(&format!(
            "{} sent, {refused} refused, {uncertain} uncertain, {later} to be tried again",
            sent.sent
        ))?;
    }
    db.close().await;
    Ok(())
}

fn line(told: &Told) -> String {
    let or = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let (due, id) =
        (or(told.due.map(|due| due.to_string())), or(told.obligation_id.map(|id| id.to_string())));
    let about = match told.items.as_slice() {
        [one] => one.title.clone(),
        many => format!("{} obligations", many.len()),
    };
    let (to, name) = (told.to.id, &told.to.name);
    format!("{}\t{}\t{due}\t{id}\t{to}\t{name}\t{about}", told.day, told.rule)
}
