//! Findings: what the rules of a regime say of the records under an agreement. Worked out when they are asked for, from
//! the register as it is read; the rules themselves are in `rules`.
mod changes;
mod evidence;
pub mod gather;
pub mod listed;
pub mod shown;
pub mod standing;
pub mod survey;
pub mod visibility;
