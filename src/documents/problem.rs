//! What callers are told when a content can't be taken in or given out.
use super::files::{Error, NameFault};
use crate::http::problem::{
    BODY_TOO_LARGE, FILES_AWAY, INTERNAL, INVALID, MALFORMED_BODY, Problem, STORAGE_FULL, TIMEOUT,
};
use crate::shared::check::Faults;
use serde_json::json;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Empty => {
                let mut faults = Faults::default();
                faults.add("", "empty_file", json!({}));
                Self::faults(INVALID, faults)
            }
            Error::TooLarge { max } => Self::new(BODY_TOO_LARGE).with(json!({"max": max})),
            Error::Stalled { idle } => Self::new(TIMEOUT).with(json!({"seconds": idle.as_secs()})),
            Error::Body(cause) => Self::new(MALFORMED_BODY).with(json!({"reason": cause.to_string()})),
            Error::Full(cause) => {
                tracing::error!(error = %cause, "no space is left for files");
                Self::new(STORAGE_FULL)
            }
            Error::Store(_) | Error::Folder(_) => {
                tracing::error!(error = %chain(&error), "the store of files fails");
                Self::new(FILES_AWAY).retry_after(5)
            }
            Error::Missing(_) | Error::Altered(_) | Error::Records(_) => {
                tracing::error!(error = %chain(&error), "a content is not as it was stored");
                Self::new(INTERNAL)
            }
        }
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |cause| cause.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// What would be a right name.
pub fn expected(fault: NameFault) -> &'static str {
    match fault {
        NameFault::Empty => "the name of a file, such as Agenda.pdf",
        NameFault::Unseen => "a name without characters that can't be seen",
        NameFault::TooLong => "a name of at most 255 bytes",
    }
}
