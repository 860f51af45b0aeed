//! The places that files are kept in for tests: a folder, and a bucket of a real server on this machine.
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use grantline::documents::files::{Access, Content, Error, Files, Limits, Place, Secret, endpoint};
use hyper_util::rt::{TokioExecutor, TokioIo};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;
use tokio::net::TcpListener;
use uuid::Uuid;

pub const MIB: usize = 1 << 20;
pub const LIMITS: Limits = Limits { max_bytes: 100 << 20, idle: Duration::from_secs(30) };

static KEYS: AtomicU64 = AtomicU64::new(1);

/// A key that no other has.
pub fn fresh() -> Uuid {
    Uuid::from_u128(KEYS.fetch_add(1, Ordering::Relaxed).into())
}

/// What the disk says of new files as well.
pub fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// A place and where on the disk it is.
pub struct Kept {
    pub files: Files,
    dir: TempDir,
    /// Where contents are, by their keys.
    pub contents: PathBuf,
    /// Of the server; empty for a folder.
    pub address: String,
}

impl Kept {
    pub async fn folder() -> Self {
        let dir = TempDir::new().unwrap();
        let contents = dir.path().join("files");
        let files = Files::open(&Place::Folder(contents.clone())).unwrap();
        Self { files, dir, contents, address: String::new() }
    }

    pub async fn bucket() -> Self {
        let dir = TempDir::new().unwrap();
        let contents = dir.path().join("grants/some/prefix");
        fs::create_dir_all(&contents).unwrap();
        let address = serve(dir.path()).await;
        let files = Files::open(&bucket(&address, "hush")).unwrap();
        Self { files, dir, contents, address }
    }

    /// Every file on the disk, whatever it is.
    pub fn left(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.dir.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { found.push(path) }
            }
        }
        found
    }

    /// Waits until something is on the disk, or nothing.
    pub async fn until(&self, empty: bool) {
        for _ in 0..400 {
            if self.left().is_empty() == empty {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("on the disk: {:?}", self.left());
    }
}

pub fn bucket(address: &str, secret: &str) -> Place {
    let access = Access {
        endpoint: Some(endpoint(address).unwrap()),
        region: "eu-north-1".into(),
        access_key_id: "somebody".into(),
        secret_access_key: Secret::new(secret),
    };
    Place::parse("s3://grants/some/prefix", Some(access)).unwrap()
}

async fn serve(dir: &Path) -> String {
    let mut builder = S3ServiceBuilder::new(FileSystem::new(dir).unwrap());
    builder.set_auth(SimpleAuth::from_single("somebody", "hush"));
    let service = builder.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                let _ = server.serve_connection(TokioIo::new(socket), service).await;
            });
        }
    });
    address
}

pub fn body<T: Into<Bytes>>(pieces: impl IntoIterator<Item = T>) -> BoxStream<'static, io::Result<Bytes>> {
    let pieces = pieces.into_iter().map(|piece| Ok(piece.into())).collect::<Vec<_>>();
    stream::iter(pieces).boxed()
}

/// All of a content, or what came of it before the error.
pub async fn read(content: Content) -> (Vec<u8>, Option<Error>) {
    let mut bytes = Vec::new();
    let mut body = content.body;
    loop {
        match body.try_next().await {
            Ok(Some(piece)) => bytes.extend_from_slice(&piece),
            Ok(None) => return (bytes, None),
            Err(error) => return (bytes, Some(error)),
        }
    }
}
