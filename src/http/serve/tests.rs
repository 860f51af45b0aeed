//! The loop over real sockets: who is closed when, and who is answered.
#![expect(clippy::unwrap_used, reason = "a test may")]
use super::*;
use axum::Extension;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::{get, post};
use http_body_util::BodyExt;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Longer than any test.
const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(300);

const NO_LIMITS: Limits = Limits {
    header_read_timeout: LONG,
    body_read_timeout: LONG,
    keep_alive_timeout: LONG,
    shutdown_grace: LONG,
    connections_per_address: 1000,
};

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Stopped>,
}

async fn start(limits: Limits) -> Running {
    let read = |body: Body| async move {
        match body.collect().await {
            Ok(body) => (StatusCode::OK, body.to_bytes()),
            Err(error) if is_body_timeout(&error) => (StatusCode::REQUEST_TIMEOUT, Bytes::new()),
            Err(_) => (StatusCode::BAD_REQUEST, Bytes::new()),
        }
    };
    let app = Router::new()
        .route("/", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }))
        .route("/read", post(read))
        .route(
            "/wait",
            post(move |Extension(patience): Extension<Patience>, body: Body| {
                patience.leave_to_reader();
                read(body)
            }),
        )
        .route("/refuse", post(|| async { StatusCode::PAYLOAD_TOO_LARGE }))
        .route("/big", get(|| async { vec![b'x'; 64 << 20] }))
        .route("/never", get(std::future::pending::<()>))
        .route("/slow", get(|| async { tokio::time::sleep(2 * SHORT).await }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(serve(listener, app, limits, async { drop(stopped.await) }));
    Running { address, stop, ended }
}

impl Running {
    async fn send(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    async fn stop(self) -> Stopped {
        self.stop.send(()).unwrap();
        self.ended.await.unwrap()
    }
}

/// Everything until the server closes, however it does that, and how long it took.
async fn rest(stream: &mut TcpStream) -> (String, Duration) {
    let (begun, mut text) = (Instant::now(), Vec::new());
    tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut text))
        .await
        .expect("it closes")
        .ok();
    (String::from_utf8_lossy(&text).into_owned(), begun.elapsed())
}

/// The head of one answer, and its body if it is short.
async fn answer(stream: &mut TcpStream) -> String {
    let mut space = [0; 2048];
    let length =
        tokio::time::timeout(Duration::from_secs(20), stream.read(&mut space)).await.unwrap().unwrap();
    String::from_utf8_lossy(&space[..length]).into_owned()
}

#[tokio::test]
async fn a_request_knows_the_other_end_and_the_connection_is_kept() {
    let server = start(NO_LIMITS).await;
    let mut stream = server.send("GET / HTTP/1.1\r\nhost: h\r\n\r\n").await;
    for _ in 0..2 {
        let text = answer(&mut stream).await;
        assert!(
            text.starts_with("HTTP/1.1 200") && text.ends_with(&stream.local_addr().unwrap().to_string())
        );
        stream.write_all(b"GET / HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
    }
}

#[tokio::test]
async fn slow_heads_are_closed() {
    let server = start(Limits { header_read_timeout: SHORT, ..NO_LIMITS }).await;
    // Nothing at all; a part; and a byte now and then, which must not buy more time.
    let mut silent = server.send("").await;
    let mut partial = server.send("GET / HTTP/1.1\r\nhost:").await;
    let (mut dripping, mut drip) = server.send("GET / HTTP/1.1\r\nx: ").await.into_split();
    tokio::spawn(async move {
        while drip.write_all(b"a").await.is_ok() {
            tokio::time::sleep(SHORT / 6).await
        }
    });
    let begun = Instant::now();
    let mut byte = [0; 1];
    assert!(!matches!(dripping.read(&mut byte).await, Ok(1..)));
    for closed in [begun.elapsed(), rest(&mut silent).await.1, rest(&mut partial).await.1] {
        assert!(closed < 4 * SHORT, "{closed:?}");
    }
    assert!(begun.elapsed() > SHORT / 2);
}

#[tokio::test]
async fn a_second_head_has_its_own_limit_and_rest_another() {
    let server =
        start(Limits { header_read_timeout: SHORT, keep_alive_timeout: 4 * SHORT, ..NO_LIMITS }).await;
    let mut stream = server.send("GET / HTTP/1.1\r\nhost: h\r\n\r\n").await;
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
    tokio::time::sleep(2 * SHORT).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"), "rest is longer than a head");
    stream.write_all(b"GET /").await.unwrap();
    let (_, closed) = rest(&mut stream).await;
    assert!(closed > SHORT / 2 && closed < 3 * SHORT, "a slow second head: {closed:?}");

    let mut resting = server.send("GET / HTTP/1.1\r\nhost: h\r\n\r\n").await;
    answer(&mut resting).await;
    let (_, closed) = rest(&mut resting).await;
    assert!(closed > 2 * SHORT && closed < 8 * SHORT, "a resting connection: {closed:?}");
}

#[tokio::test]
async fn a_slow_answer_is_no_slow_client() {
    let server = start(Limits { header_read_timeout: SHORT, keep_alive_timeout: SHORT, ..NO_LIMITS }).await;
    let mut stream = server.send("GET /slow HTTP/1.1\r\nhost: h\r\n\r\n").await;
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn slow_bodies_are_answered_and_closed() {
    let server = start(Limits { body_read_timeout: SHORT, ..NO_LIMITS }).await;
    let (mut dripping, mut drip) =
        server.send("POST /read HTTP/1.1\r\nhost: h\r\ncontent-length: 100000\r\n\r\n").await.into_split();
    tokio::spawn(async move {
        while drip.write_all(b"a").await.is_ok() {
            tokio::time::sleep(SHORT / 6).await
        }
    });
    let mut space = [0; 64];
    let length = dripping.read(&mut space).await.unwrap();
    assert!(space[..length].starts_with(b"HTTP/1.1 408"));

    let mut stalled = server.send("POST /read HTTP/1.1\r\nhost: h\r\ncontent-length: 9\r\n\r\nabc").await;
    let begun = Instant::now();
    assert!(answer(&mut stalled).await.starts_with("HTTP/1.1 408"));
    assert!(begun.elapsed() < 4 * SHORT);
    let mut byte = [0; 1];
    assert_eq!(stalled.read(&mut byte).await.unwrap(), 0, "closed after the answer");
}

#[tokio::test]
async fn bytes_buy_time() {
    let server = start(Limits { body_read_timeout: SHORT, ..NO_LIMITS }).await;
    let size = 2 << 16;
    let head =
        format!("POST /read HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-length: {size}\r\n\r\n");
    let mut stream = server.send(&head).await;
    for _ in 0..4 {
        stream.write_all(&vec![b'a'; size / 4]).await.unwrap();
        tokio::time::sleep(SHORT * 2 / 3).await;
    }
    assert!(rest(&mut stream).await.0.starts_with("HTTP/1.1 200"), "64 KiB are worth a second");
}

#[tokio::test]
async fn a_slow_body_is_left_to_a_reader_that_waits() {
    let server = start(Limits { body_read_timeout: SHORT, ..NO_LIMITS }).await;
    for (path, status) in [("/wait", "HTTP/1.1 200"), ("/read", "HTTP/1.1 408")] {
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-length: 9\r\n\r\n");
        let mut stream = server.send(&head).await;
        for _ in 0..9 {
            tokio::time::sleep(SHORT / 4).await;
            if stream.write_all(b"a").await.is_err() {
                break;
            }
        }
        let told = rest(&mut stream).await.0;
        assert!(told.starts_with(status), "{path}: {told}");
    }
}

#[tokio::test]
async fn a_refused_body_does_not_hide_the_answer() {
    let server = start(NO_LIMITS).await;
    let size = 8 << 20;
    let mut stream =
        server.send(&format!("POST /refuse HTTP/1.1\r\nhost: h\r\ncontent-length: {size}\r\n\r\n")).await;
    // As many clients do: send all, then look at the answer.
    stream.write_all(&vec![b'a'; size]).await.unwrap();
    let (text, closed) = rest(&mut stream).await;
    assert!(text.starts_with("HTTP/1.1 413"), "{text}");
    assert!(closed < Duration::from_secs(2), "{closed:?}");
}

#[tokio::test]
async fn a_client_that_takes_nothing_in_is_closed() {
    let server = start(Limits { body_read_timeout: SHORT, ..NO_LIMITS }).await;
    let mut stream = server.send("GET /big HTTP/1.1\r\nhost: h\r\n\r\n").await;
    tokio::time::sleep(4 * SHORT).await;
    assert!(rest(&mut stream).await.0.len() < 64 << 20, "the rest was not waited for");
}

#[tokio::test]
async fn running_requests_finish_and_silent_connections_do_not_delay_the_stop() {
    let server = start(NO_LIMITS).await;
    let address = server.address;
    let _silent = server.send("").await;
    let mut idle = server.send("GET / HTTP/1.1\r\nhost: h\r\n\r\n").await;
    answer(&mut idle).await;
    let mut running = server.send("GET /slow HTTP/1.1\r\nhost: h\r\n\r\n").await;
    tokio::time::sleep(SHORT / 3).await;
    let begun = Instant::now();
    let (stopped, text) = tokio::join!(server.stop(), rest(&mut running));
    assert_eq!(stopped, Stopped::Finished);
    assert!(text.0.starts_with("HTTP/1.1 200"), "{}", text.0);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(TcpStream::connect(address).await.is_err(), "nobody is let in any more");
}

#[tokio::test]
async fn the_grace_ends() {
    let server = start(Limits { shutdown_grace: SHORT, ..NO_LIMITS }).await;
    let mut stuck = server.send("GET /never HTTP/1.1\r\nhost: h\r\n\r\n").await;
    tokio::time::sleep(SHORT / 3).await;
    assert_eq!(server.stop().await, Stopped::CutOff(1));
    assert_eq!(rest(&mut stuck).await.0, "");
}

/// Fifty requests under way in each of ten stops: whoever was let in is answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_accepted_request_is_reset() {
    for _ in 0..10 {
        let server = start(NO_LIMITS).await;
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let mut stream = server.send("GET / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n").await;
            clients.spawn(async move { rest(&mut stream).await.0 });
        }
        assert_eq!(server.stop().await, Stopped::Finished);
        for text in clients.join_all().await {
            assert!(text.starts_with("HTTP/1.1 200"), "{text:?}");
        }
    }
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_gets_them_back() {
    let server =
        start(Limits { connections_per_address: 3, header_read_timeout: SHORT * 4, ..NO_LIMITS }).await;
    let ask = "GET / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n";
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(server.send("").await);
    }
    let mut refused = server.send("").await;
    let (text, closed) = rest(&mut refused).await;
    assert!(text.is_empty() && closed < SHORT, "{text} {closed:?}");
    drop(held.pop());
    tokio::time::sleep(SHORT / 3).await;
    assert!(rest(&mut server.send(ask).await).await.0.starts_with("HTTP/1.1 200"));
    // Those that only hold their places lose them.
    tokio::time::sleep(SHORT * 5).await;
    for _ in 0..2 {
        held.push(server.send("").await);
    }
    assert!(rest(&mut server.send(ask).await).await.0.starts_with("HTTP/1.1 200"));
}
