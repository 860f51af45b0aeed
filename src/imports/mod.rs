//! Bringing records in from files. So far: a portfolio in Grantline's own shape, such as the demo's.
pub mod demo;
mod portfolio;

pub use portfolio::{File, load};
