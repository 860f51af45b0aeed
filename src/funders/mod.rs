//! Funders: organisations seen as a source of money; and the programmes that they run. Which agreements they pay
//! for is told by the agreements' funding chains.
mod api;
pub mod model;
mod pays;
mod store;

pub use api::{FACE, PROGRAMMES};
pub use pays::{Way, agreements_paid_by, projects_of};
pub use store::{FUNDER, PROGRAMME, derive};
