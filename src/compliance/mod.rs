//! What the terms of agreements ask for.
pub mod rules;
