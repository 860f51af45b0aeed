//! The outside view: one test binary, so that there is one link and one throw-away PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test may")]
mod support;

mod architecture;
mod bad_input;
mod batches;
mod deletion;
mod demo;
mod documents;
mod expansion;
mod filters;
mod lists;
mod parts;
mod smoke;
mod writes;
