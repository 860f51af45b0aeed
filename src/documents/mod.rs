//! Documents: what is known of a paper, whom it is about, and its contents, which lie beside the database.
pub mod api;
pub mod files;
pub mod model;
mod problem;
mod shelf;
mod store;
mod sweep;
mod transfer;

pub use api::FACE;
pub use shelf::Shelf;
pub use store::{DOCUMENT, FILE, LINK, unknown_documents};
pub use sweep::{swept, time_after_time};
pub use transfer::{document, routes, takes_its_time};
