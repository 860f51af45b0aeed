//! Grant agreements: the signed contracts that pay for projects, their parties, the funding chain and who pays
//! what; and how they are amended, suspended and ended. Periods and obligations are in `compliance`.
mod api;
pub mod changes;
pub mod model;
pub mod rules;
pub mod status;
mod store;
mod under;

pub use api::FACE;
pub use store::{AGREEMENT, effective};
pub(crate) use under::under_agreement;
