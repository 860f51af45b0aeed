//! What happens to a signed agreement: amendments, suspensions, terminations. Each is a record with a life of its own. What
//! an amendment does to its agreement when it is applied is `compliance/application`.
mod api;
pub mod model;
pub mod status;
mod store;

pub use api::{AMENDMENTS, SUSPENSIONS, TERMINATIONS};
pub use store::{AMENDMENT, SUSPENSION, TERMINATION, amended};
