//! Rules of funders, computed: facts and terms go in, findings come out. Pure: no database, no HTTP, no clock, no
//! messages sent. What was found before, who waived it and who may see it is not known here.
pub mod catalogue;
pub mod engine;
pub mod events;
pub mod facts;
pub mod life;
pub mod model;
pub mod parameters;
pub mod records;
pub mod reporting;

pub mod visibility;
pub mod words;

pub use engine::evaluate;
pub use facts::AgreementFacts;
pub use model::{Finding, Fix, Input, Outcome};
pub use parameters::Parameters;
pub use visibility::check_text;

#[cfg(test)]
mod examples;
#[cfg(test)]
mod tests;
