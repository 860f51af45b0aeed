//! What happened to the register as a whole: the feed of all changes, and whether it still is what happened. The history of one record is an operation of
//! its resource (`http/resource/history.rs`); writing the audit trail is the store's.
mod api;
pub mod audit;

pub use api::{document, routes, tag};
