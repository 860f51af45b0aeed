//! Reminders of what is owed: when which role gets one, what it says, its delivery by e-mail, and that nobody gets it twice.
//! `rule`, `text` and `key` are pure; `gather` finds what is to be told to whom, `store` keeps what was, `send` does it.
mod api;
mod gather;
pub mod key;
pub mod mail;
pub mod rule;
mod send;
mod store;
pub mod text;

pub use api::{document, routes, tag};
pub use gather::{Told, waiting};
pub use send::{Sent, run, time_after_time};

use chrono::Weekday;

/// The checked settings.
#[derive(Clone, Debug)]
pub struct Settings {
    pub rules: rule::Rules,
    /// When the weekly digest is sent; none where it is not.
    pub digest: Option<Weekday>,
    /// The way out; none where nothing is sent.
    pub mail: Option<Mail>,
}

/// How messages leave.
#[derive(Clone, Debug)]
pub struct Mail {
    pub relay: mail::Relay,
    pub sender: mail::Sender,
    /// What stands behind the @ of Message-IDs.
    pub host: key::Host,
    pub links: text::Links,
}
