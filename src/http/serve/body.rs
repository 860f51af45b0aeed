//! A request's body with a time limit. Not its size: the extractors know that.
use super::io::PhaseCell;
use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// Bytes that buy a second more: nobody with a working line is slower than this.
const BYTES_A_SECOND: u64 = 64 * 1024;

/// The client was too slow in sending a body. The connection closes after the answer.
#[derive(Debug)]
pub struct BodyTimeout;

impl fmt::Display for BodyTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body did not arrive in time")
    }
}

impl Error for BodyTimeout {}

/// Whether an error while a body was read comes from [`BodyTimeout`], however wrapped: the answer is 408 then.
pub fn is_body_timeout(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |&error| error.source()).any(|error| error.is::<BodyTimeout>())
}

/// In the extensions of a request: whether its body is waited for by whoever reads it.
#[derive(Clone, Debug, Default)]
pub struct Patience(Arc<AtomicBool>);

impl Patience {
    /// From now on the body has no time limit of its own: its reader gives it up when it stalls.
    pub fn leave_to_reader(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The body as it comes, until its time is up.
pub(super) struct Timed {
    inner: Incoming,
    deadline: Instant,
    /// Bytes that have not yet made up a whole second.
    change: u64,
    sleep: Option<Pin<Box<Sleep>>>,
    connection: Arc<PhaseCell>,
    patience: Patience,
}

impl Timed {
    pub(super) fn new(
        inner: Incoming,
        limit: Duration,
        connection: Arc<PhaseCell>,
        patience: Patience,
    ) -> Self {
        Self { inner, deadline: Instant::now() + limit, change: 0, sleep: None, connection, patience }
    }

    fn arrived(&mut self, bytes: usize) {
        self.change += bytes as u64;
        self.deadline += Duration::from_secs(self.change / BYTES_A_SECOND);
        self.change %= BYTES_A_SECOND;
    }
}

impl Drop for Timed {
    fn drop(&mut self) {
        if !self.inner.is_end_stream() {
            self.connection.left_unread();
        }
    }
}

impl Body for Timed {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(context) {
            if let Some(data) = frame.as_ref().and_then(|frame| frame.as_ref().ok()).and_then(Frame::data_ref)
            {
                let bytes = data.len();
                self.arrived(bytes);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        if self.patience.0.load(Ordering::Relaxed) {
            return Poll::Pending;
        }
        let deadline = self.deadline;
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if sleep.deadline() != deadline {
            sleep.as_mut().reset(deadline);
        }
        ready!(sleep.as_mut().poll(context));
        Poll::Ready(Some(Err(BodyTimeout.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
