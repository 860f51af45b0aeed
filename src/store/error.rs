//! What a store operation may refuse, in the register's own words. How it is said over HTTP is not here.
use crate::shared::check::Faults;
use sea_orm::DbErr;
use uuid::Uuid;

pub type Result<T> = std::result::Result<T, Error>;

/// A record that refers to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referrer {
    pub resource: &'static str,
    pub id: Uuid,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such record, or none that the view shows.
    #[error("not found")]
    NotFound,
    /// The aggregate was changed since the caller read it.
    #[error("stale: the current version is {current}")]
    Stale { current: i64 },
    /// The content is not acceptable: every fault at once.
    #[error("invalid content")]
    Invalid(Faults),
    /// A life cycle does not allow this step, or not yet: every guard that stands in the way.
    #[error("refused by the life cycle")]
    Refused(Faults),
    /// Others refer to the record; at most a few are named.
    #[error("referred to by others")]
    Referenced(Vec<Referrer>),
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl Error {
    /// A single fault at a member of the body.
    pub fn invalid(pointer: &str, code: &'static str, params: serde_json::Value) -> Self {
        let mut faults = Faults::default();
        faults.add(pointer, code, params);
        Self::Invalid(faults)
    }
}
