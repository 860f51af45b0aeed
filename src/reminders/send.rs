//! Sending: each message is claimed, sent and settled, one after the other. A server that ends in between leaves one entry
//! that nobody sends again by itself: after its time it says that nobody knows.
use super::gather::{Told, waiting};
use super::mail::{Failure, Letter, Mailer, Patience, Step};
use super::store::{REFUSED, SENT, UNCERTAIN, claim, doubt, give_back, settle};
use super::text::{Text, digest, reminder};
use super::{Mail, Settings};
use crate::clock::{Clock, today};
use crate::state::AppState;
use crate::store::db::Db;
use chrono::{NaiveDate, Timelike};
use chrono_tz::Tz;
use std::time::Duration;

/// How often it is looked whether there is something to tell.
const EVERY: Duration = Duration::from_secs(10 * 60);
/// The hour of the installation's day before which nobody is written to.
const MORNING: u32 = 6;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    pub sent: u64,
    pub refused: u64,
    pub uncertain: u64,
    /// Not sent yet: another run tries again.
    pub later: u64,
}

/// Tells what is to be told now.
///
/// # Errors
/// Where the database fails, or TLS can't be had at all.
pub async fn run(
    db: &Db,
    clock: &dyn Clock,
    zone: Tz,
    settings: &Settings,
    mail: &Mail,
) -> anyhow::Result<Sent> {
    let mailer = Mailer::new(mail.relay.clone(), mail.sender.clone(), &mail.host, Patience::default());
    let mailer = mailer.map_err(anyhow::Error::msg)?;
    let day = today(clock.now(), zone);
    let mut sent = Sent { uncertain: doubt(db, clock.now()).await?, ..Sent::default() };
    for told in waiting(db, settings, day).await? {
        let Some(text) = written(&told, day, mail) else { continue };
        let message_id = told.key.message_id(told.to.id, &mail.host);
        let Some(id) = claim(db, &told, &message_id, clock.now()).await? else { continue };
        let (to, language, date) = (told.to.email.as_str(), told.to.language, clock.now());
        let letter = Letter { to, message_id: &message_id, date, language, text: &text };
        match mailer.send(&letter).await {
            Ok(taken) => {
                sent.sent += 1;
                settle(db, id, SENT, &taken.said, clock.now()).await?;
            }
            Err(Failure::Later(reason)) => {
                sent.later += 1;
                tracing::warn!(%reason, %message_id, "a reminder could not be sent yet");
                give_back(db, id).await?;
                // What is wrong there is wrong for all others too.
                if matches!(reason.step, Step::Connect | Step::StartTls | Step::Login | Step::Sender) {
                    break;
                }
            }
            Err(failure) => {
                let (state, count) = match failure {
                    Failure::Uncertain(_) => (UNCERTAIN, &mut sent.uncertain),
                    _ => (REFUSED, &mut sent.refused),
                };
                *count += 1;
                tracing::warn!(%failure, %message_id, "a reminder was not sent");
                settle(db, id, state, &failure.reason().to_string(), clock.now()).await?;
            }
        }
    }
    mailer.close().await;
    Ok(sent)
}

/// What a message says; none of a digest without anything to tell.
fn written(told: &Told, day: NaiveDate, mail: &Mail) -> Option<Text> {
    match told.obligation_id {
        Some(_) => Some(reminder(told.items.first()?, day, told.to.language, &mail.links)),
        None => digest(&told.items, day, told.to.language, &mail.links),
    }
}

/// Runs beside the requests, from the morning on. Never ends.
pub async fn time_after_time(state: AppState, mail: Mail) {
    let zone = state.config.time_zone;
    loop {
        if state.clock.now().with_timezone(&zone).hour() >= MORNING {
            match run(&state.db, state.clock.as_ref(), zone, &state.config.reminders, &mail).await {
                Ok(sent) if sent != Sent::default() => tracing::info!(?sent, "reminders were sent"),
                Ok(_) => {}
                Err(error) => tracing::error!(error = format!("{error:#}"), "reminders could not be sent"),
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}
