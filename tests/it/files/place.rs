//! What is of one place only, and what needs no other: time that is paused.
use super::support::*;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, stream};
use grantline::documents::files::{Error, Files, Place};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};
use tokio::time::sleep;

#[tokio::test]
async fn what_a_killed_process_left_is_cleared() {
    let kept = Kept::folder().await;
    let key = fresh();
    kept.files.put(key, body(["whole"]), LIMITS).await.unwrap();
    let unfinished = format!("{}#1", fresh());
    let others = ["note#1", "README", &format!("{key}#x"), &format!("{key}#")].map(str::to_owned);
    for name in others.iter().chain([&unfinished]) {
        fs::write(kept.contents.join(name), "x").unwrap();
    }
    let clear = async |before: DateTime<Utc>| kept.files.clear(before).await.unwrap();
    assert_eq!(clear(now() - TimeDelta::hours(1)).await, 0);
    assert!(kept.contents.join(&unfinished).exists());
    assert_eq!(clear(now() + TimeDelta::hours(1)).await, 1);
    assert!(!kept.contents.join(&unfinished).exists() && kept.contents.join(key.to_string()).exists());
    assert!(others.iter().all(|name| kept.contents.join(name).exists()));
    assert_eq!(Kept::bucket().await.files.clear(now()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_new_folder_is_nobody_elses() {
    let kept = Kept::folder().await;
    assert_eq!(fs::metadata(&kept.contents).unwrap().permissions().mode() & 0o777, 0o700);
    let file = kept.contents.join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(Files::open(&Place::Folder(file)), Err(Error::Folder(_))));
}

#[tokio::test(start_paused = true)]
async fn a_body_may_be_slow_but_not_idle() {
    let kept = Kept::folder().await;
    let trickle = |pause: u64, piece: &'static str| {
        stream::iter(0..20).then(move |_| async move {
            sleep(Duration::from_secs(pause)).await;
            io::Result::Ok(piece.into())
        })
    };
    let slow = kept.files.put(fresh(), trickle(29, "x"), LIMITS).await;
    assert_eq!(slow.unwrap().size, 20);
    let idle = kept.files.put(fresh(), trickle(31, "x"), LIMITS).await;
    assert!(matches!(idle, Err(Error::Stalled { .. })), "{idle:?}");
    let nothing = kept.files.put(fresh(), trickle(29, ""), LIMITS).await;
    assert!(matches!(nothing, Err(Error::Stalled { .. })), "{nothing:?}");
    let never = kept.files.put(fresh(), stream::pending::<io::Result<_>>(), LIMITS).await;
    assert!(matches!(never, Err(Error::Stalled { .. })), "{never:?}");
}

#[tokio::test]
async fn a_bucket_that_is_away_or_refuses_is_a_failure_of_ours() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let started = Instant::now();
    for scheme in ["http", "https"] {
        let files = Files::open(&bucket(&format!("{scheme}://{closed}"), "hush")).unwrap();
        for length in [10, 6 * MIB] {
            let result = files.put(fresh(), body([vec![0; length]]), LIMITS).await;
            assert!(matches!(result, Err(Error::Store(_))), "{result:?}");
        }
        assert!(matches!(files.get(fresh(), None).await, Err(Error::Store(_))));
    }
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn a_wrong_secret_is_told_to_nobody() {
    let kept = Kept::bucket().await;
    let files = Files::open(&bucket(&kept.address, "wrong-secret")).unwrap();
    let error = files.put(fresh(), body(["x"]), LIMITS).await.unwrap_err();
    let shown = format!("{error:?} {error} {files:?}");
    assert!(matches!(error, Error::Store(_)) && !shown.contains("wrong-secret"), "{shown}");
    assert!(kept.left().is_empty());
}
