//! What happened to the register as a whole: the feed of all changes. The history of one record is an operation of
//! its resource (`http/resource/history.rs`); writing the audit trail is the store's.
mod api;

pub use api::{document, routes, tag};
