//! Claims: what sources say of records, rival values side by side; adopting one; and which value came from where.
mod adopt;
mod api;
pub mod model;
mod sources;
mod store;

pub use adopt::adopt;
pub use api::{FACE, document, routes};
pub use model::AdoptionFacts;
pub use sources::{SourceFacts, about, derive};
pub use store::CLAIM;
