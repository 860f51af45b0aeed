//! Finding what no record names, and what no upload finished. When that is done, and how old is old enough, is the job's.
use super::error::{BoxError, Error};
use super::store::Files;
use chrono::{DateTime, Utc};
use futures_util::{Stream, TryStreamExt, stream};
use object_store::ObjectMeta;
use std::collections::HashSet;
use std::future::ready;
use std::io::ErrorKind;
use std::time::SystemTime;
use tokio::fs::DirEntry;
use uuid::Uuid;

/// Keys that the records are asked about at a time.
const BATCH: usize = 500;

impl Files {
    /// The keys of contents from before a moment that no record names; `known` says which of some keys are named. To be
    /// deleted by the caller. Other things in the same place are never among them.
    ///
    /// The moment must lie further back than any upload takes (S3 dates a content by the beginning of its upload) and any
    /// transaction that names it: a day is plenty.
    ///
    /// # Errors
    /// In the stream: the store's, and what `known` says.
    pub fn orphans<K, F, E>(&self, before: DateTime<Utc>, known: K) -> impl Stream<Item = Result<Uuid, Error>>
    where
        K: Fn(Vec<Uuid>) -> F,
        F: Future<Output = Result<HashSet<Uuid>, E>>,
        E: Into<BoxError>,
    {
        let all = self.store.list(Some(&self.prefix)).map_err(Error::from);
        all.try_filter_map(move |meta| ready(Ok(self.old_key(&meta, before))))
            .try_chunks(BATCH)
            .map_err(|error| error.1)
            .and_then(move |keys| {
                let asked = known(keys.clone());
                async move {
                    let known = asked.await.map_err(|error| Error::Records(error.into()))?;
                    Ok(stream::iter(keys.into_iter().filter(move |key| !known.contains(key)).map(Ok)))
                }
            })
            .try_flatten()
    }

    /// The key of what we stored, exactly as we write it.
    fn old_key(&self, meta: &ObjectMeta, before: DateTime<Utc>) -> Option<Uuid> {
        let key = meta.location.filename()?.parse().ok()?;
        (self.location(key) == meta.location && meta.last_modified < before).then_some(key)
    }

    /// Removes what a killed process left of uploads in a folder, last written before a moment, and counts it. Listings of
    /// the store don't show it. In a bucket there is nothing to do: it needs the rule `AbortIncompleteMultipartUpload`.
    ///
    /// # Errors
    /// Where the folder can't be read or changed.
    pub async fn clear(&self, before: DateTime<Utc>) -> Result<usize, Error> {
        let Some(folder) = &self.folder else { return Ok(0) };
        let mut cleared = 0;
        let mut entries = tokio::fs::read_dir(folder).await.map_err(Error::Folder)?;
        while let Some(entry) = entries.next_entry().await.map_err(Error::Folder)? {
            if entry.file_name().to_str().is_some_and(is_unfinished) {
                match remove_old(&entry, before.into()).await {
                    Ok(removed) => cleared += usize::from(removed),
                    // Its upload was finished or taken back in between.
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => return Err(Error::Folder(error)),
                }
            }
        }
        Ok(cleared)
    }
}

async fn remove_old(entry: &DirEntry, before: SystemTime) -> std::io::Result<bool> {
    let old = entry.metadata().await?.modified()? < before;
    if old {
        tokio::fs::remove_file(entry.path()).await?;
    }
    Ok(old)
}

/// What `LocalFileSystem` names a file that it has not finished: `key#1`.
fn is_unfinished(name: &str) -> bool {
    name.split_once('#').is_some_and(|(key, number)| {
        key.parse::<Uuid>().is_ok() && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}
