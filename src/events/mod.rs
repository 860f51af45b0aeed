//! Events: what takes place, when, where and with whom; and publications, which tell of it.
mod api;
pub mod model;
mod publications;
mod store;

pub use api::FACE;
pub use publications::{PUBLICATION, PUBLICATIONS};
pub use store::EVENT;
