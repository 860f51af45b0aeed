//! Who may do what: principals (persons and services), their tokens, and one table of roles. Not here: what a
//! caller may see, which is the store's view.
mod caller;
mod me;
mod persons;
mod reach;
mod role;
mod store;

pub use caller::{Caller, Grant};
pub use me::{document, routes, tag};
pub use persons::{PERSON, PERSONS};
pub use reach::reach;
pub use role::{Action, may};
pub use store::{
    IssuedToken, NewToken, TokenLine, authenticate, grant_to_principal, issue, list, principal, replace,
    revoke, set_token,
};
