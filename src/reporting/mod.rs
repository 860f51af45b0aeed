//! Reports to donors: their life from the draft to the donor's answer, and what was submitted as it stood then. What is to be
//! reported, by when, is in `compliance`; figures come with budgets.
mod api;
pub mod model;
mod snapshot;
pub mod status;
mod store;

pub use api::FACE;
pub use store::{REPORT, SNAPSHOT};
