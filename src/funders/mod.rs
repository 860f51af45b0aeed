//! Funders: organisations seen as a source of money; and the programmes that they run. Which agreements they pay
//! for is told by the agreements' funding chains.
mod api;
pub mod model;
mod store;

pub use api::{FACE, PROGRAMMES};
pub use store::{FUNDER, PROGRAMME, agreements_paid_by, agreements_ultimately_paid_by, derive, projects_of};
