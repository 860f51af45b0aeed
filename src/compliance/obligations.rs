//! Obligations as records: what is stored of them, how lists of them are filtered, and what is worked out when they are
//! shown. Which there are is decided by `plan`.
pub mod model;
pub mod state;
mod store;

pub use state::standing;
pub use store::{FULFILMENT, OBLIGATION, PLAN, derive};
