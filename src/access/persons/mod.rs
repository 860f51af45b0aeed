//! Natural persons: the one table that holds personal data. Everything else refers to a person by id.
mod api;
pub mod model;
mod store;

pub use api::PERSONS;
pub use store::PERSON;
