//! A funder's rules as data: documents in versions that never change once they are published, that extend one another,
//! and that are told apart value by value. Which agreement follows which version, and what falls due from it, is not here.
mod api;
pub mod calendar;
mod catalogue;
pub mod condition;
mod content;
mod difference;
mod inherit;
pub mod model;
pub mod path;
mod pattern;
mod profiles;
mod publish;
mod schema;
mod store;
pub mod terms;

pub use api::{FACE, document, routes, tag};
#[cfg(test)]
pub use catalogue::RULES;
#[cfg(test)]
pub use profiles::documents;
pub use profiles::{ship, shipped};
pub use store::{REGIME, lines};
