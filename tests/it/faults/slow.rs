//! Clients that send a head or a body a byte at a time: other requests hardly notice, and all of them are closed when their
//! time is up.
use super::{at_length, common, report, token_on};
use crate::support::Engine;
use crate::support::client::Client;
use crate::support::process::Process;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Connects, sends a byte now and then, and answers how long the server bore it. Every sixth dawdles over its body.
async fn dawdle(n: usize, address: SocketAddr, token: String) -> Duration {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = match n % 6 {
        0 => format!(
            "POST /v1/projects HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{{"
        ),
        _ => "GET /v1/projects HTTP/1.1\r\nHost: h\r\nX-Slow: ".to_owned(),
    };
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let drip = tokio::spawn(async move {
        while write.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    });
    let mut space = [0; 1024];
    // An answer may come first; then the end, however abrupt.
    while matches!(read.read(&mut space).await, Ok(1..)) {}
    drip.abort();
    begun.elapsed()
}

/// The 99th percentile of ordinary requests, four at a time, for so long.
async fn p99(client: &Client, length: Duration) -> Duration {
    let begun = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..4 {
        let client = client.clone();
        clients.spawn(async move {
            let mut took = Vec::new();
            while begun.elapsed() < length {
                let asked = Instant::now();
                assert_eq!(client.get("/v1/projects?limit=1").await.unwrap().status, 200);
                took.push(asked.elapsed());
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            took
        });
    }
    let mut took = clients.join_all().await.concat();
    took.sort();
    took[took.len() * 99 / 100]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_clients_are_in_nobodys_way() {
    let (count, head, body, length) = match at_length() {
        true => (300, 10, 30, Duration::from_secs(95)),
        false => (60, 2, 4, Duration::from_secs(6)),
    };
    let database = common(Engine::Sqlite).await.unwrap();
    let token = token_on(&database.url).await;
    let (head_limit, body_limit) = (head.to_string(), body.to_string());
    let limits = ["--header-read-timeout", &head_limit, "--body-read-timeout", &body_limit];
    // Those who are measured ask more often than one token may.
    let often = ["--rate-limit-per-token", "0", "--rate-limit-per-address", "0"];
    let server = Process::serve(&database.url, &[limits, often].concat()).await;
    let client = Client::new(server.address, &token);
    p99(&client, Duration::from_secs(1)).await;
    let baseline = p99(&client, length.min(Duration::from_secs(15))).await;
    let mut slow = JoinSet::new();
    for n in 0..count {
        slow.spawn(dawdle(n, server.address, token.clone()));
    }
    let beside = p99(&client, length).await;
    let mut closed = Vec::new();
    while let Some(done) = slow.try_join_next() {
        closed.push(done.unwrap());
    }
    let last = closed.iter().max().copied().unwrap_or_default();
    report(&format!(
        "{count} slow clients: {} closed, the last after {last:?}; p99 of others {beside:?}, without them {baseline:?}",
        closed.len()
    ));
    assert_eq!(closed.len(), count, "all are closed within {length:?}");
    assert!(last < Duration::from_secs(body + 5), "{last:?}");
    // A few milliseconds double by chance where tests share a machine.
    let chance = if at_length() { Duration::ZERO } else { Duration::from_millis(50) };
    assert!(beside < baseline * 2 + chance, "{beside:?} beside them, {baseline:?} without");
}
