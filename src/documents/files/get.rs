//! Giving a content out, whole or in part.
use super::error::Error;
use super::store::Files;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use object_store::{GetOptions, GetRange};
use sha2::{Digest, Sha256};
use std::fmt;
use std::ops::Range;
use uuid::Uuid;

type Body = BoxStream<'static, Result<Bytes, Error>>;

/// A content on its way out.
pub struct Content {
    /// Bytes of the whole, also where a part was asked for.
    pub size: u64,
    /// An error in it means that what came before is not all.
    pub body: Body,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("size", &self.size).finish_non_exhaustive()
    }
}

impl Files {
    /// Gives out what is kept under a key, or the given bytes of it.
    ///
    /// # Errors
    /// `Missing`, or the store's. A range that is empty or begins beyond the end is the store's error: see `range`.
    pub async fn get(&self, key: Uuid, range: Option<Range<u64>>) -> Result<Content, Error> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let result =
            self.store.get_opts(&self.location(key), options).await.map_err(|error| match error {
                object_store::Error::NotFound { .. } => Error::Missing(key),
                error => error.into(),
            })?;
        Ok(Content { size: result.meta.size, body: result.into_stream().map_err(Error::from).boxed() })
    }

    /// Gives out the whole, and `Altered` at its end unless it has the SHA-256 (lower-case hexadecimal digits) that it was
    /// stored with. The last piece is held back until that is known: whoever has all bytes has the right ones.
    ///
    /// # Errors
    /// `Missing`, or the store's.
    pub async fn get_verified(&self, key: Uuid, sha256: &str) -> Result<Content, Error> {
        let Content { size, body } = self.get(key, None).await?;
        Ok(Content { size, body: verified(key, body, sha256.to_owned()) })
    }
}

fn verified(key: Uuid, body: Body, sha256: String) -> Body {
    let checked = Checked { key, sha256, body, hash: Some(Sha256::new()), held: None };
    stream::try_unfold(checked, |mut checked| async move {
        Ok(checked.next().await?.map(|piece| (piece, checked)))
    })
    .boxed()
}

/// A body on its way through its hash.
struct Checked {
    key: Uuid,
    sha256: String,
    body: Body,
    /// None once it was compared.
    hash: Option<Sha256>,
    held: Option<Bytes>,
}

impl Checked {
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let Some(hash) = &mut self.hash else { return Ok(None) };
        while let Some(piece) = self.body.try_next().await? {
            hash.update(&piece);
            if let Some(sound) = self.held.replace(piece) {
                return Ok(Some(sound));
            }
        }
        match self.hash.take().map(|hash| hex::encode(hash.finalize())) {
            Some(found) if found == self.sha256 => Ok(self.held.take()),
            _ => Err(Error::Altered(self.key)),
        }
    }
}
