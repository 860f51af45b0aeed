//! Who may do what: principals (persons and services), their tokens, and one table of roles. Not here: what a
//! caller may see, which is the store's view.
mod persons;
mod role;
mod store;

pub use persons::{PERSON, PERSONS};
pub use role::{Action, may};
pub use store::{
    Caller, IssuedToken, NewToken, TokenLine, authenticate, issue, list, principal, replace, revoke,
    set_token,
};
