//! The lives of projects and agreements: gathers the facts that guards ask for, across rooms, and runs
//! transitions. Which steps there are is said in the room of the record.
mod api;
mod facts;
mod shown;
mod transition;

pub use api::{document, routes};
pub use shown::{AgreementLife, ProjectLife, derive_agreements, derive_projects};
