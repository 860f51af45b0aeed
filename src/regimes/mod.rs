//! A funder's rules as data: documents in versions that never change once they are published, that extend one another,
//! and that are told apart value by value. Which agreement follows which version, and what falls due from it, is not here.
mod api;
mod catalogue;
mod content;
mod difference;
mod inherit;
pub mod model;
mod pattern;
mod profiles;
mod publish;
mod schema;
mod store;

pub use api::{FACE, document, routes, tag};
pub use profiles::ship;
pub use store::REGIME;
