//! What can go wrong with a content. Not how callers are told: that is the handlers'.
use std::error::Error as StdError;
use std::io::ErrorKind;
use std::time::Duration;
use uuid::Uuid;

pub type BoxError = Box<dyn StdError + Send + Sync>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's: a body without a byte.
    #[error("the body is empty")]
    Empty,
    /// The caller's: more than `max` bytes.
    #[error("the body has more than {max} bytes")]
    TooLarge { max: u64 },
    /// The caller's: nothing came for as long as `idle`.
    #[error("nothing came for {} seconds", idle.as_secs_f32())]
    Stalled { idle: Duration },
    /// The caller's: the connection was lost, or the body is not what its headers say.
    #[error("the body broke off")]
    Body(#[source] BoxError),
    /// Nothing is kept under this key.
    #[error("there is no content {0}")]
    Missing(Uuid),
    /// What is kept is not what was put: a disk failed or somebody reached past the program.
    #[error("the content {0} is not what was stored")]
    Altered(Uuid),
    /// The disk, or what is allowed of it.
    #[error("no space is left for files")]
    Full(#[source] object_store::Error),
    /// The folder can't be made or read.
    #[error("the folder of files fails")]
    Folder(#[source] std::io::Error),
    #[error("the store of files fails")]
    Store(#[source] object_store::Error),
    /// Whoever knows the records could not say which keys they name.
    #[error("the records can't be asked")]
    Records(#[source] BoxError),
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        if is_full(&error) { Self::Full(error) } else { Self::Store(error) }
    }
}

/// The store wraps what the system says several times.
fn is_full(error: &object_store::Error) -> bool {
    let causes = std::iter::successors(Some(error as &dyn StdError), |cause| (*cause).source());
    causes
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|io| matches!(io.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_other_failures() {
        let failing = |kind: ErrorKind| {
            let inner =
                object_store::Error::Generic { store: "x", source: Box::new(std::io::Error::from(kind)) };
            Error::from(object_store::Error::Generic { store: "y", source: Box::new(inner) })
        };
        assert!(matches!(failing(ErrorKind::StorageFull), Error::Full(_)));
        assert!(matches!(failing(ErrorKind::QuotaExceeded), Error::Full(_)));
        assert!(matches!(failing(ErrorKind::PermissionDenied), Error::Store(_)));
    }
}
