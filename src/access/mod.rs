//! Who may do what: principals (persons and services), their tokens or those of an identity provider, and one table of
//! roles. Not here: what a
//! caller may see, which is the store's view.
mod caller;
mod feeds;
mod me;
pub mod oidc;
mod persons;
mod principals;
mod reach;
mod role;
mod store;
mod used;

pub use caller::{Caller, Grant};
pub use feeds::{CALENDAR, CALENDAR_ADDRESS};
pub use me::tag;
pub use persons::{Act, Journal, Kept, Line, PERSON, PERSONS, PersonalRead, keep_up, model, note, tell};
pub use principals::{meant, principals, set_disabled, set_mail, written_to};
pub use reach::{party, reach};
pub use role::{AUDIT, Action, PERSONAL_DATA, may};
pub use store::{
    IssuedToken, NewToken, TokenLine, authenticate, authenticate_for, grant_to_principal,
    granted_to_principal, issue, keep_used, list, make_partner, principal, replace, revoke, set_token,
};

pub use used::LastUsed;

use crate::state::AppState;
use axum::Router;
use serde_json::{Map, Value};

pub fn routes() -> Router<AppState> {
    me::routes().merge(feeds::routes()).merge(persons::routes())
}

pub fn document(schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    me::document(schemas, paths);
    feeds::document(schemas, paths);
    persons::document(schemas, paths);
}
