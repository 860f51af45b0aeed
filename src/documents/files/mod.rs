//! The contents of documents: taken in as a stream, kept in a folder or a bucket, given out again, and swept.
//!
//! What is stored is bytes under a key; nothing here knows records, callers or users' file names. A record says which
//! content it has (key, SHA-256, size, media type) and by what name it is given out. So that a record never names what is
//! not there, content is put before its record is committed and deleted after its record is; what a crash leaves in
//! between is an orphan, and `sweep` finds it.
mod error;
mod get;
mod headers;
mod media;
mod name;
mod place;
mod put;
mod store;
mod sweep;

pub use error::{BoxError, Error};
pub use get::Content;
pub use headers::{Asked, disposition, range};
pub use media::media_type;
pub use name::{NameFault, file_name};
pub use place::{Access, Bucket, Place, Secret, endpoint};
pub use put::{Limits, Stored};
pub use store::Files;
