//! The server's loop: accepting connections, time limits that close slow clients, stopping. Not routing.
//!
//! `axum::serve` sets no timer, so hyper's own header limit never fires there; hence this loop.
mod body;
mod crowd;
mod io;

pub use body::{BodyTimeout, Patience, is_body_timeout};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use crowd::Crowd;
use futures_util::FutureExt;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use io::{Answer, Clocked, Phase, PhaseCell};
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

/// After a stop: how long a connection that has sent nothing yet is still listened to.
const SILENT_GRACE: Duration = Duration::from_millis(250);
/// After a failed accept that is not the caller's doing (no file handle left): how long until the next.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long unread bytes of a client are taken in after the answer, so that it can read the answer.
const LINGER: Duration = Duration::from_secs(5);

/// How long clients may take, and how many connections.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the first byte (on a new connection: from the connection) to the end of the head.
    pub header_read_timeout: Duration,
    /// For the body, plus a second for each 64 KiB that arrived; and for taking in a stalled answer.
    pub body_read_timeout: Duration,
    /// Between an answer and the next request.
    pub keep_alive_timeout: Duration,
    /// For running requests after a stop.
    pub shutdown_grace: Duration,
    /// Connections of one address at a time; more are closed as they come.
    pub connections_per_address: usize,
}

/// How the server stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Every running request was answered.
    Finished,
    /// So many connections were cut off when the grace was over.
    CutOff(usize),
}

/// Serves `app` on `listener` until `shutdown` resolves, then accepts nothing more and finishes running requests
/// within the grace. Every request carries `ConnectInfo<SocketAddr>`: the address of the other end.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> Stopped {
    let (stop, stopping) = watch::channel(());
    let crowd = Crowd::default();
    let begin =
        |stream: TcpStream, peer: SocketAddr| match crowd.enter(peer.ip(), limits.connections_per_address) {
            Some(place) => {
                let running = connection(stream, peer, app.clone(), limits, stopping.clone());
                tokio::spawn(async move {
                    running.await;
                    drop(place);
                });
            }
            None => tracing::debug!(%peer, "this address has as many connections as it may"),
        };
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => begin(stream, peer),
                Err(error) => accept_failed(&error).await,
            },
        }
    }
    // Whoever the system has let in already counts as accepted: closing the listener would reset them.
    while let Some(Ok((stream, peer))) = listener.accept().now_or_never() {
        begin(stream, peer);
    }
    drop(listener);
    drop(stopping);
    stop.send_replace(());
    match tokio::time::timeout(limits.shutdown_grace, stop.closed()).await {
        Ok(()) => Stopped::Finished,
        // Dropping `stop` ends them.
        Err(_) => Stopped::CutOff(stop.receiver_count()),
    }
}

async fn accept_failed(error: &std::io::Error) {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        // Such as too many open files: it passes when other connections end; trying at once would only burn time.
        tracing::warn!(%error, "a connection could not be accepted");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
    limits: Limits,
    mut stopping: watch::Receiver<()>,
) {
    // Answers are written whole; waiting to fill a packet only delays their ends.
    drop(stream.set_nodelay(true));
    let phase = Arc::new(PhaseCell::default());
    let answer = {
        let phase = phase.clone();
        service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let (app, phase, busy) = (app.clone(), phase.clone(), phase.busy());
            let patience = Patience::default();
            let timed =
                |body| body::Timed::new(body, limits.body_read_timeout, phase.clone(), patience.clone());
            let mut request: Request = request.map(|body| Body::new(timed(body)));
            request.extensions_mut().insert(patience);
            async move {
                request.extensions_mut().insert(ConnectInfo(peer));
                let mut response = match app.oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                };
                if phase.is_last() {
                    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response.map(|inner| Answer::new(inner, busy)))
            }
        })
    };
    let clocked = Clocked::new(stream, phase.clone(), limits);
    let running = http1::Builder::new()
        .timer(TokioTimer::new())
        // The limits are kept by `Clocked`, which can tell a resting connection from a slow head; hyper's own
        // begins to count when the last answer ends.
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(clocked), answer);
    let mut running = std::pin::pin!(running);
    let ended = tokio::select! {
        ended = running.as_mut() => ended,
        _ = stopping.changed() => {
            phase.make_last();
            // hyper would also close a connection whose head is on its way: that one is answered first.
            if matches!(phase.get(), Phase::Busy | Phase::Idle) {
                running.as_mut().graceful_shutdown();
            }
            tokio::select! {
                ended = running => ended,
                () = cut_off(&phase, stopping) => Ok(()),
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection ended early");
    }
}

/// After a stop: when a connection ends without an answer.
async fn cut_off(phase: &PhaseCell, mut stopping: watch::Receiver<()>) {
    tokio::time::sleep(SILENT_GRACE).await;
    if phase.get() != Phase::Silent {
        // The grace is over when the sender is gone.
        while stopping.changed().await.is_ok() {}
    }
}

#[cfg(test)]
mod tests;
