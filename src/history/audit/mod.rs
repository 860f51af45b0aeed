//! Whether the history still is what was written: signed checkpoints over all entries, proofs that an entry stands
//! under one, and a verification that names what was changed behind the program's back. What it can't see is said in
//! [`report::UNSEEN`].
mod api;
mod checkpoint;
mod entries;
mod job;
mod key;
pub mod merkle;
pub mod note;
pub mod proof;
pub mod report;
mod store;
mod verify;

pub use api::{document, routes, tag};
pub use checkpoint::{Made, make, sign_from_time_to_time};
pub use key::{keygen, load};
pub use store::{Kept, newest};
pub use verify::{Outside, verify};
