//! The lives of records: gathers the facts that guards ask for, across rooms, and runs
//! transitions. Which steps there are is said in the room of the record.
mod api;
mod facts;
mod shown;
mod transition;

pub use api::{document, routes};
pub use facts::under;
pub use shown::{
    AgreementLife, ProjectLife, StepsLeft, derive_agreements, derive_amendments, derive_projects,
    derive_reports, derive_suspensions, derive_terminations, derive_waivers,
};
