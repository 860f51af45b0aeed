//! The store of files: opened, and what is simple about it. `put`, `get` and `sweep` have the rest.
use super::error::Error;
use super::place::{Bucket, Place};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Location;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};
use std::fmt;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// For a part of an upload to be taken, and for each piece of a download to come.
const PATIENCE: Duration = Duration::from_secs(60);
/// A caller waits while a request is repeated.
const RETRIES: usize = 3;
const RETRIES_WITHIN: Duration = Duration::from_secs(30);

/// A store of files, cheap to clone.
#[derive(Clone)]
pub struct Files {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) prefix: Location,
    /// Where the store is a folder.
    pub(crate) folder: Option<PathBuf>,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Files({}/{})", self.store, self.prefix)
    }
}

impl Files {
    /// Opens a folder, which is made if there is none, or a bucket, which must be there and is not asked yet.
    ///
    /// # Errors
    /// Where the folder can't be made, or no client for the bucket.
    pub fn open(place: &Place) -> Result<Self, Error> {
        Ok(match place {
            Place::Folder(path) => Self {
                store: Arc::new(folder(path)?),
                prefix: Location::default(),
                folder: Some(path.clone()),
            },
            Place::Bucket(bucket) => {
                Self { store: self::bucket(bucket)?, prefix: bucket.prefix.clone(), folder: None }
            }
        })
    }

    /// Deletes what is kept under a key, if anything is.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn delete(&self, key: Uuid) -> Result<(), Error> {
        match self.store.delete(&self.location(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn location(&self, key: Uuid) -> Location {
        self.prefix.clone().join(key.to_string())
    }
}

fn folder(path: &Path) -> Result<LocalFileSystem, Error> {
    // Documents are nobody else's on this machine. A folder that is there keeps the rights that it was given.
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(Error::Folder)?;
    // A record that is committed must not outlive a power cut that its content does not.
    Ok(LocalFileSystem::new_with_prefix(path)?.with_fsync(true))
}

fn bucket(bucket: &Bucket) -> Result<Arc<dyn ObjectStore>, Error> {
    // The one TLS stack of the program (rustls on ring). Where another part has set it already, it is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let access = &bucket.access;
    let client = ClientOptions::new()
        .with_allow_http(access.endpoint.as_ref().is_some_and(|url| url.scheme() == "http"))
        // A large file on a slow line takes as long as it takes, as long as something comes.
        .with_timeout_disabled()
        .with_read_timeout(PATIENCE);
    let builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_region(&access.region)
        .with_access_key_id(&access.access_key_id)
        .with_secret_access_key(access.secret_access_key.expose())
        .with_virtual_hosted_style_request(access.endpoint.is_none())
        // Not every server can delete many at once, and here it is always one.
        .with_disable_bulk_delete(true)
        .with_retry(RetryConfig {
            max_retries: RETRIES,
            retry_timeout: RETRIES_WITHIN,
            ..RetryConfig::default()
        })
        .with_client_options(client);
    let builder = match &access.endpoint {
        Some(url) => builder.with_endpoint(url.as_str().trim_end_matches('/')),
        None => builder,
    };
    Ok(Arc::new(builder.build()?))
}
