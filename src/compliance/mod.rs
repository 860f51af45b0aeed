//! What is owed under agreements, by their terms: resolved for each agreement, planned, and kept in step with whatever
//! they hang on.
mod api;
mod application;
mod effect;
mod facts;
pub mod findings;
mod obligations;
mod plan;
pub mod rules;
mod sound;
mod step;
mod terms;
mod titles;

pub use api::{FACE, document, routes};
pub use findings::visibility::tag;
pub use obligations::model;
pub use obligations::{OBLIGATION, derive, standing};
pub use step::keep_in_step;
