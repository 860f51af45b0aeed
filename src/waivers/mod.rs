//! Waivers: a duty or a finding that is let be until a day, for a reason, by two people; or that somebody has taken note of.
//! What that does to obligations and findings is in `compliance`.
mod api;
pub mod model;
pub mod status;
mod store;

pub use api::FACE;
pub use store::WAIVER;
