//! What leaves the register in formats of others: so far the calendar of obligations and events.
mod api;
mod entries;
mod ical;

pub use api::{document, routes, tag};
