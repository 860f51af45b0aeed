//! The outside view: one test binary, so that there is one link and one throw-away PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test may")]
mod support;

mod access;
mod architecture;
mod audit_trail;
mod backup;
mod bad_input;
mod batches;
mod claims;
mod deletion;
mod demo;
mod documents;
mod expansion;
mod faults;
mod filters;
mod fuzz;
mod history;
mod idempotency;
mod limits;
mod lists;
mod matrix;
mod oidc;
mod openapi;
mod openings;
mod parts;
mod past;
mod personal_data;
mod program;
mod races;
mod scopes;
mod server;
mod spoilt_bodies;
mod tampering;
mod tiers;
mod transitions;
mod writes;
