//! Natural persons: the one table that holds personal data. Everything else refers to a person by id. Erasing and
//! restricting that data, keeping erasures true after a restore, and who read it.
mod api;
mod journal;
pub mod model;
mod reads;
mod store;
mod upkeep;

pub use api::{PERSONS, document, routes, tell};
pub use journal::{Act, Journal, Line};
pub use reads::{PersonalRead, note};
pub use store::PERSON;
pub use upkeep::{Kept, keep_up};
