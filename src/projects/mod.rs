//! Projects: the planned work, who takes part, where, and how projects hang together. What pays for them is an
//! agreement's matter; moving them through their life is the lifecycle room's.
mod api;
pub mod model;
pub mod status;
mod store;

pub use api::FACE;
pub use store::{PROJECT, effective};
