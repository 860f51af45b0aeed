//! One connection's bytes under time limits, and its close. Knows no HTTP but what `Phase` tells.
use super::{LINGER, Limits};
use axum::body::{Body as AxumBody, Bytes};
use futures_util::task::AtomicWaker;
use hyper::body::{Body, Frame, SizeHint};
use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// Where a connection is between its requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// New, and nothing has come yet.
    Silent,
    /// A head is coming in.
    Head,
    /// A request is being answered; its body has a limit of its own.
    Busy,
    /// Between two requests.
    Idle,
}

/// What the bytes and the requests of a connection know of each other.
#[derive(Debug, Default)]
pub(super) struct PhaseCell {
    phase: AtomicU8,
    unread: AtomicBool,
    last: AtomicBool,
    reader: AtomicWaker,
}

impl PhaseCell {
    pub(super) fn get(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            0 => Phase::Silent,
            1 => Phase::Head,
            2 => Phase::Busy,
            _ => Phase::Idle,
        }
    }

    fn set(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
    }

    /// A request begins; it ends when the guard is dropped.
    pub(super) fn busy(self: &Arc<Self>) -> Busy {
        self.set(Phase::Busy);
        Busy(self.clone())
    }

    /// The next answer is the connection's last.
    pub(super) fn make_last(&self) {
        self.last.store(true, Ordering::Release);
    }

    pub(super) fn is_last(&self) -> bool {
        self.last.load(Ordering::Acquire)
    }

    /// A body was given up before its end: the client may be sending still.
    pub(super) fn left_unread(&self) {
        self.unread.store(true, Ordering::Release);
    }
}

/// A request that is being answered.
pub(super) struct Busy(Arc<PhaseCell>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.set(Phase::Idle);
        // hyper has begun to wait for the next head already; the time for that begins now.
        self.0.reader.wake();
    }
}

/// An answer's body; the request ends with it.
pub(super) struct Answer {
    inner: AxumBody,
    _busy: Busy,
}

impl Answer {
    pub(super) fn new(inner: AxumBody, busy: Busy) -> Self {
        Self { inner, _busy: busy }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A timer that is made when it is first needed.
#[derive(Default)]
struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    /// Pending until `deadline`; a later call may move it.
    fn poll(&mut self, deadline: Instant, context: &mut Context<'_>) -> Poll<()> {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if sleep.deadline() != deadline {
            sleep.as_mut().reset(deadline);
        }
        sleep.as_mut().poll(context)
    }
}

/// A connection that fails when its client is too slow.
pub(super) struct Clocked {
    stream: TcpStream,
    shared: Arc<PhaseCell>,
    limits: Limits,
    /// The phase that `read_deadline` was made for.
    seen: Phase,
    read_deadline: Option<Instant>,
    read_alarm: Alarm,
    /// Set while the client takes nothing in.
    write_deadline: Option<Instant>,
    write_alarm: Alarm,
    /// Set once our side is closed.
    linger_deadline: Option<Instant>,
}

impl Clocked {
    pub(super) fn new(stream: TcpStream, shared: Arc<PhaseCell>, limits: Limits) -> Self {
        Self {
            stream,
            shared,
            limits,
            seen: Phase::Silent,
            read_deadline: Some(Instant::now() + limits.header_read_timeout),
            read_alarm: Alarm::default(),
            write_deadline: None,
            write_alarm: Alarm::default(),
            linger_deadline: None,
        }
    }

    fn follow(&mut self) {
        let now = self.shared.get();
        if now != self.seen {
            self.read_deadline = match (self.seen, now) {
                (_, Phase::Busy) => None,
                (_, Phase::Idle) => Some(Instant::now() + self.limits.keep_alive_timeout),
                // A new connection's head has the time since it was opened.
                (Phase::Silent, _) => self.read_deadline,
                _ => Some(Instant::now() + self.limits.header_read_timeout),
            };
            self.seen = now;
        }
    }

    /// After a write: whether the client has taken nothing in for too long.
    fn check_progress<T>(&mut self, done: Poll<Result<T>>, context: &mut Context<'_>) -> Poll<Result<T>> {
        if done.is_ready() {
            self.write_deadline = None;
            return done;
        }
        let limit = self.limits.body_read_timeout;
        let deadline = *self.write_deadline.get_or_insert_with(|| Instant::now() + limit);
        ready!(self.write_alarm.poll(deadline, context));
        Poll::Ready(Err(too_slow()))
    }
}

fn too_slow() -> Error {
    Error::new(ErrorKind::TimedOut, "the client was too slow")
}

impl AsyncRead for Clocked {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        self.shared.reader.register(context.waker());
        let before = buffer.filled().len();
        let done = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.follow();
        if buffer.filled().len() > before && matches!(self.seen, Phase::Silent | Phase::Idle) {
            self.shared.set(Phase::Head);
            self.follow();
        }
        if done.is_ready() {
            return done;
        }
        let Some(deadline) = self.read_deadline else { return Poll::Pending };
        ready!(self.read_alarm.poll(deadline, context));
        Poll::Ready(Err(too_slow()))
    }
}

impl AsyncWrite for Clocked {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.check_progress(done, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.check_progress(done, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    /// Says that nothing more comes, then takes in what the client is still sending of a body that was refused:
    /// closing with bytes unread resets the connection, and the client would never see why it was refused
    /// (RFC 9112, section 9.6).
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let deadline = match self.linger_deadline {
            Some(deadline) => deadline,
            None => {
                ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
                *self.linger_deadline.insert(Instant::now() + LINGER)
            }
        };
        if !self.shared.unread.load(Ordering::Acquire) {
            return Poll::Ready(Ok(()));
        }
        let mut space = [0; 8192];
        loop {
            // First, so that a client that never pauses does not keep us here.
            if Instant::now() >= deadline || self.read_alarm.poll(deadline, context).is_ready() {
                return Poll::Ready(Ok(()));
            }
            let mut buffer = ReadBuf::new(&mut space);
            match ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                _ => return Poll::Ready(Ok(())),
            }
        }
    }
}
