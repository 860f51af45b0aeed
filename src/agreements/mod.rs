//! Grant agreements: the signed contracts that pay for projects, their parties, the funding chain and who pays
//! what. Amendments, periods and obligations are not here yet.
mod api;
pub mod model;
pub mod rules;
pub mod status;
mod store;

pub use api::FACE;
pub use store::{AGREEMENT, effective};
