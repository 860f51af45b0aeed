//! Events: what takes place, when, where and with whom; and publications, which tell of it.
mod api;
pub mod model;
mod store;

pub use api::{FACE, PUBLICATIONS};
pub use store::{EVENT, PUBLICATION};
