//! Taking a content in. Every way out but success, dropping the future among them, leaves nothing behind.
use super::error::{BoxError, Error};
use super::media::Sniffer;
use super::store::Files;
use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt, Stream, StreamExt, TryStreamExt};
use object_store::path::Path as Location;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use std::future::ready;
use std::mem::replace;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

/// Bytes of an upload that are held in memory: the smallest part that S3 takes, which has at most 10 000 of them.
const PART: usize = 5 << 20;

/// How much is taken, and how slowly.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub max_bytes: u64,
    /// The longest wait for the next piece of the body. The time in which the store takes a part does not count.
    pub idle: Duration,
}

/// What was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Of the whole content, in lower-case hexadecimal digits.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// What the content looks like, whatever its sender said.
    pub media_type: &'static str,
}

impl Files {
    /// Stores a body under a key that nothing is stored under yet. Holds at most a part of it in memory.
    ///
    /// The content is there, whole, once this returns. Only a process that is killed, or a store that is away at the wrong
    /// moment, leaves what is not wanted: see `orphans` and `clear`.
    ///
    /// # Errors
    /// The caller's: `Empty`, `TooLarge`, `Stalled`, `Body`. Ours: `Full`, `Store`.
    pub async fn put<S, E>(&self, key: Uuid, body: S, limits: Limits) -> Result<Stored, Error>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Into<BoxError>,
    {
        let Limits { max_bytes: max, idle } = limits;
        // Pieces without a byte must not count as progress.
        let mut body = pin!(body.try_filter(|piece| ready(!piece.is_empty())));
        let mut upload = Upload::new(self, key);
        let mut part = BytesMut::new();
        let (mut size, mut hash, mut sniffer) = (0, Sha256::new(), Sniffer::default());
        while let Some(piece) = timeout(idle, body.next()).await.map_err(|_| Error::Stalled { idle })? {
            let piece = piece.map_err(|error| Error::Body(error.into()))?;
            size += piece.len() as u64;
            if size > max {
                return Err(Error::TooLarge { max });
            }
            hash.update(&piece);
            sniffer.take(&piece);
            // Copied: a small piece may hold on to a large buffer of its connection.
            let mut rest = &piece[..];
            while !rest.is_empty() {
                let (now, later) = rest.split_at(rest.len().min(PART - part.len()));
                part.extend_from_slice(now);
                rest = later;
                if part.len() == PART {
                    upload = upload.send(part.split().freeze(), false).await?;
                }
            }
        }
        if size == 0 {
            return Err(Error::Empty);
        }
        upload.send(part.freeze(), true).await?.keep();
        Ok(Stored { sha256: hex::encode(hash.finalize()), size, media_type: sniffer.media_type() })
    }
}

/// An upload, which takes itself back when it is dropped before it is kept: the one way out for every failure, and for a
/// caller who goes away.
struct Upload {
    store: Arc<dyn ObjectStore>,
    location: Location,
    state: State,
}

enum State {
    /// The store knows nothing of it, or nothing is to be taken back.
    Nothing,
    Parts(Box<dyn MultipartUpload>),
    Whole,
}

impl Upload {
    fn new(files: &Files, key: Uuid) -> Self {
        Self { store: files.store.clone(), location: files.location(key), state: State::Nothing }
    }

    /// In a task of its own, so that no request to the store is cut off halfway when the caller goes away: its effect would
    /// not be known, and S3 keeps parts that come in after their upload was aborted.
    async fn send(self, part: Bytes, last: bool) -> Result<Self, Error> {
        let sent = tokio::spawn(self.sent(part, last)).await;
        Ok(sent.map_err(object_store::Error::from)??)
    }

    /// Contents of less than a part are one request, others an upload in parts.
    async fn sent(mut self, part: Bytes, last: bool) -> object_store::Result<Self> {
        if last && matches!(self.state, State::Nothing) {
            self.store.put(&self.location, part.into()).await?;
            self.state = State::Whole;
            return Ok(self);
        }
        if matches!(self.state, State::Nothing) {
            self.state = State::Parts(self.store.put_multipart(&self.location).await?);
        }
        if let State::Parts(parts) = &mut self.state {
            if !part.is_empty() {
                parts.put_part(part.into()).await?;
            }
            if last {
                parts.complete().await?;
                self.state = State::Whole;
            }
        }
        Ok(self)
    }

    fn keep(mut self) {
        self.state = State::Nothing;
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let (store, location) = (self.store.clone(), self.location.clone());
        let undo = match replace(&mut self.state, State::Nothing) {
            State::Nothing => return,
            State::Parts(mut parts) => async move { parts.abort().await }.boxed(),
            State::Whole => async move { store.delete(&location).await }.boxed(),
        };
        let location = self.location.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = undo.await {
                    tracing::warn!(%location, %error, "an upload that failed may have left something in the store");
                }
            });
        }
    }
}
