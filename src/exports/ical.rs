//! Obligations and events as iCalendar (RFC 5545, RFC 7986). No database, no HTTP, no clock: the same entries make the
//! same bytes. Written here and not with a crate, because what is on offer lets line breaks of a value through.
mod line;
mod when;
mod words;

#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use std::fmt::{self, Write};
use uuid::Uuid;

pub use when::When;
pub use words::{Language, Texts};

/// Who made it (RFC 5545, 3.7.3). Without a version: a new one must not change the bytes.
const PRODUCT: &str = "-//Grantline//Calendar feed";

/// How often a client may ask again.
const REFRESH: &str = "PT4H";

/// A calendar that people subscribe to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    pub name: Texts,
    pub language: Language,
}

/// One obligation or one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Of the obligation or the event: stays, whatever else changes.
    pub id: Uuid,
    pub kind: Kind,
    pub title: Texts,
    /// Lines about it, in the language of the feed.
    pub description: Vec<String>,
    pub place: Option<String>,
    /// Its page: http or https, else it is left out.
    pub url: Option<String>,
    pub when: When,
    pub state: State,
    /// Since when it is in that state, where the passing of time alone brought it there: what is overdue became so
    /// without a change to its record, and a client must hear of it.
    pub state_since: Option<DateTime<Utc>>,
    /// The record's version minus 1.
    pub sequence: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Days before the last day of a deadline, or before the start of an event; 0 is the day or the start itself.
    pub alarms: Vec<u16>,
    pub categories: Vec<String>,
}

/// What an entry is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something is owed by then.
    Due,
    /// Something can be done until then.
    Window,
    Event,
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Upcoming,
    Overdue,
    Met,
    MetLate,
    Passed,
    Superseded,
    Planned,
    Confirmed,
    Held,
    Postponed,
    Cancelled,
}

impl State {
    /// RFC 5545, 3.8.1.11. What no longer holds is cancelled and stays in the feed: a client that merely misses an entry
    /// may keep it.
    fn status(self) -> &'static str {
        match self {
            Self::Superseded | Self::Cancelled => "CANCELLED",
            Self::Planned | Self::Postponed => "TENTATIVE",
            Self::Upcoming | Self::Overdue | Self::Met | Self::MetLate | Self::Passed => "CONFIRMED",
            Self::Confirmed | Self::Held => "CONFIRMED",
        }
    }

    /// Whether there is still something to be reminded of.
    fn lies_ahead(self) -> bool {
        matches!(self, Self::Upcoming | Self::Planned | Self::Confirmed)
    }
}

impl Feed {
    /// What stands before the entries (RFC 5545, 3.6 and 3.7; RFC 7986, 5.1 and 5.7).
    ///
    /// # Errors
    /// Those of `out`.
    pub fn head<W: Write>(&self, out: &mut W) -> fmt::Result {
        line::plain(out, "BEGIN", "VCALENDAR")?;
        line::plain(out, "VERSION", "2.0")?;
        let language = self.language.code().to_uppercase();
        line::plain(out, "PRODID", format_args!("{PRODUCT}//{language}"))?;
        line::plain(out, "CALSCALE", "GREGORIAN")?;
        line::plain(out, "METHOD", "PUBLISH")?;
        let (tag, name) = self.name.pick(self.language);
        line::text(out, "NAME", tag, name)?;
        line::text(out, "X-WR-CALNAME", "", name)?;
        line::plain(out, "REFRESH-INTERVAL;VALUE=DURATION", REFRESH)?;
        line::plain(out, "X-PUBLISHED-TTL", REFRESH)
    }

    /// One entry (RFC 5545, 3.6.1).
    ///
    /// # Errors
    /// Those of `out`.
    pub fn entry<W: Write>(&self, entry: &Entry, out: &mut W) -> fmt::Result {
        let (tag, title) = entry.title.pick(self.language);
        let language = self.language.code();
        line::plain(out, "BEGIN", "VEVENT")?;
        // Without a host (RFC 7986, 5.3): a UUID is unique without one, and outlives it.
        line::plain(out, "UID", entry.id)?;
        let stamp = entry.stamp();
        line::plain(out, "DTSTAMP", Instant(stamp))?;
        line::plain(out, "CREATED", Instant(entry.created_at))?;
        line::plain(out, "LAST-MODIFIED", Instant(stamp))?;
        // INTEGER is of 32 bits (RFC 5545, 3.3.8).
        line::plain(out, "SEQUENCE", entry.sequence.clamp(0, i64::from(i32::MAX)))?;
        match entry.when.bounds() {
            when::Bounds::Days { first, end } => {
                line::plain(out, "DTSTART;VALUE=DATE", Day(first))?;
                line::plain(out, "DTEND;VALUE=DATE", Day(end))?;
            }
            when::Bounds::Instants { start, end } => {
                line::plain(out, "DTSTART", Instant(start))?;
                if let Some(end) = end {
                    line::plain(out, "DTEND", Instant(end))?;
                }
            }
        }
        line::text(out, "SUMMARY", tag, title)?;
        line::text(out, "DESCRIPTION", language, &self.description(entry))?;
        if let Some(place) = &entry.place {
            line::text(out, "LOCATION", "", place)?;
        }
        if let Some(url) = entry.url.as_deref().and_then(line::uri) {
            line::plain(out, "URL", url)?;
        }
        line::plain(out, "STATUS", entry.state.status())?;
        line::plain(out, "TRANSP", entry.transparency())?;
        line::texts(out, "CATEGORIES", language, &entry.categories)?;
        for &days in entry.alarms.iter().filter(|_| entry.state.lies_ahead()) {
            self.alarm(entry, days, title, out)?;
        }
        line::plain(out, "END", "VEVENT")
    }

    /// What stands after the entries. A calendar holds a component at least (RFC 5545, 3.6): where there was no entry,
    /// the time zone that all instants are in.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn tail<W: Write>(&self, entries: usize, out: &mut W) -> fmt::Result {
        if entries == 0 {
            line::plain(out, "BEGIN", "VTIMEZONE")?;
            line::plain(out, "TZID", "Etc/UTC")?;
            line::plain(out, "BEGIN", "STANDARD")?;
            line::plain(out, "DTSTART", "19700101T000000")?;
            line::plain(out, "TZOFFSETFROM", "+0000")?;
            line::plain(out, "TZOFFSETTO", "+0000")?;
            line::plain(out, "END", "STANDARD")?;
            line::plain(out, "END", "VTIMEZONE")?;
        }
        line::plain(out, "END", "VCALENDAR")
    }

    fn description(&self, entry: &Entry) -> String {
        let (state, time) = words::labels(self.language);
        let mut text = format!("{state}: {}", words::state(entry.state, self.language));
        if let Some(local) = entry.when.local() {
            text.push_str(&format!("\n{time}: {local}"));
        }
        for more in &entry.description {
            text.push('\n');
            text.push_str(more);
        }
        text
    }

    /// RFC 5545, 3.6.6. A deadline of several days is over at its end, which is the midnight after its last day.
    fn alarm<W: Write>(&self, entry: &Entry, days: u16, title: &str, out: &mut W) -> fmt::Result {
        line::plain(out, "BEGIN", "VALARM")?;
        line::plain(out, "ACTION", "DISPLAY")?;
        if entry.kind != Kind::Event && entry.when.is_several_days() {
            line::plain(out, "TRIGGER;RELATED=END", format_args!("-P{}D", u32::from(days) + 1))?;
        } else if days == 0 {
            line::plain(out, "TRIGGER", "PT0S")?;
        } else {
            line::plain(out, "TRIGGER", format_args!("-P{days}D"))?;
        }
        let text = format!("{}: {title}", words::alarm(entry.kind, days, self.language));
        line::text(out, "DESCRIPTION", "", &text)?;
        line::plain(out, "END", "VALARM")
    }
}

impl Entry {
    /// When what is shown changed last (RFC 5545, 3.8.7.2 and 3.8.7.3).
    fn stamp(&self) -> DateTime<Utc> {
        let shown = self.state_since.map_or(self.updated_at, |since| since.max(self.updated_at));
        shown.max(self.created_at)
    }

    /// Whether it takes up somebody's time (RFC 5545, 3.8.2.7).
    fn transparency(&self) -> &'static str {
        if self.kind == Kind::Event && self.state.status() != "CANCELLED" { "OPAQUE" } else { "TRANSPARENT" }
    }
}

/// A DATE (RFC 5545, 3.3.4).
struct Day(NaiveDate);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y%m%d"))
    }
}

/// A DATE-TIME in UTC (RFC 5545, 3.3.5, form 2). Fractions of a second have no place in it.
struct Instant(DateTime<Utc>);

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y%m%dT%H%M%SZ"))
    }
}
