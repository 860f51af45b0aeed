//! Organisations: parties of grants and their units. What an organisation does in a project or agreement is told
//! there.
mod api;
pub mod model;
mod store;

pub use api::FACE;
pub use store::ORGANISATION;
