//! Bodies that are too much: refused while they are being sent, and never held or unpacked.
use super::{common, report, token_on};
use crate::support::Engine;
use crate::support::client::Client;
use crate::support::process::Process;
use serde_json::json;
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const MIB: usize = 1 << 20;

/// Sends a head and then pieces, until the server answers or all is sent; the status, how much was sent by then, and how
/// long that took.
async fn send(
    client: &Client,
    header: &str,
    pieces: impl Iterator<Item = Vec<u8>> + Send + 'static,
) -> (u16, usize, Duration) {
    let begun = Instant::now();
    let (mut read, mut write) = TcpStream::connect(client.address).await.unwrap().into_split();
    let head = format!(
        "POST /v1/projects HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n{header}\r\n\r\n",
        client.token
    );
    write.write_all(head.as_bytes()).await.unwrap();
    let (count, sent) = tokio::sync::watch::channel(0);
    let sender = tokio::spawn(async move {
        for piece in pieces {
            if write.write_all(&piece).await.is_err() {
                break;
            }
            count.send_modify(|sent| *sent += piece.len());
        }
        write
    });
    let mut space = [0; 64];
    let length = tokio::time::timeout(Duration::from_secs(20), read.read(&mut space)).await.unwrap().unwrap();
    let answer = String::from_utf8_lossy(&space[..length]).into_owned();
    let (sent, took) = (*sent.borrow(), begun.elapsed());
    sender.abort();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_else(|| panic!("{answer}")), sent, took)
}

/// The same piece over and over, as one chunk each.
fn chunks(count: usize) -> impl Iterator<Item = Vec<u8>> + Send + 'static {
    (0..count).map(|_| [format!("{MIB:x}\r\n").as_bytes(), &vec![b' '; MIB], b"\r\n"].concat())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_much_is_refused_early_and_never_held() {
    let database = common(Engine::Sqlite).await.unwrap();
    let token = token_on(&database.url).await;
    let server = Process::serve(&database.url, &[]).await;
    let client = Client::new(server.address, &token);
    for n in 0..20 {
        let body = json!({"code": format!("B-{n}"), "title": {"en": "x".repeat(50)}});
        client.post("/v1/projects", body).await.unwrap().expect(201);
    }
    let before = server.resident();
    let mut figures = Vec::new();
    for size in [10, 64] {
        let length = size * MIB;
        let (status, sent, took) =
            send(&client, &format!("Content-Length: {length}"), (0..size).map(|_| vec![b' '; MIB])).await;
        assert_eq!(status, 413, "{size} MiB");
        assert!(took < Duration::from_secs(2), "{took:?}");
        figures.push(format!("{size} MiB: 413 in {took:?}, {} MiB on their way", sent / MIB));
        let (status, sent, took) = send(&client, "Transfer-Encoding: chunked", chunks(size)).await;
        assert_eq!(status, 413, "{size} MiB in chunks");
        figures.push(format!("{size} MiB in chunks: 413 in {took:?}, {} MiB on their way", sent / MIB));
    }
    // Many at once.
    let many = (0..8).map(|_| send(&client, "Transfer-Encoding: chunked", chunks(16)));
    for (status, ..) in futures_util::future::join_all(many).await {
        assert_eq!(status, 413);
    }
    let bomb =
        Command::new("sh").args(["-c", "head -c 200000000 /dev/zero | gzip -9"]).output().unwrap().stdout;
    assert!((100_000..300_000).contains(&bomb.len()), "{}", bomb.len());
    for coding in ["gzip", "br", "deflate"] {
        let header = format!("Content-Encoding: {coding}\r\nContent-Length: {}", bomb.len());
        let (status, _, took) = send(&client, &header, std::iter::once(bomb.clone())).await;
        assert_eq!(status, 415, "{coding}");
        assert!(took < Duration::from_secs(1), "{took:?}");
        figures.push(format!("{} bytes of {coding}, 200 MB unpacked: 415 in {took:?}", bomb.len()));
    }
    let grown = server.peak().saturating_sub(before);
    report(&format!("{}; memory rose by {grown} KiB at most", figures.join("; ")));
    assert!(grown < 20 * 1024, "it grew by {grown} KiB");
    assert_eq!(client.get("/v1/projects").await.unwrap().status, 200);
}
