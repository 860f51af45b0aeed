//! What holds wherever files are kept.
use super::support::*;
use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::{StreamExt, TryStreamExt, stream};
use grantline::documents::files::{Error, Files, Limits, Stored};
use std::cell::Cell;
use std::collections::HashSet;
use std::convert::Infallible;
use std::fs;
use std::io;
use std::time::Duration;
use uuid::Uuid;

macro_rules! everywhere {
    ($($name:ident)*) => {
        mod in_a_folder {
            $(#[tokio::test] async fn $name() { super::$name(crate::files::support::Kept::folder().await).await })*
        }
        mod in_a_bucket {
            $(#[tokio::test] async fn $name() { super::$name(crate::files::support::Kept::bucket().await).await })*
        }
    };
}
everywhere! {
    a_content_comes_back
    a_content_of_many_parts_comes_back
    parts_of_a_content_are_given_out
    what_is_not_there_is_missing_and_may_be_deleted
    an_empty_body_is_refused
    a_body_is_refused_where_it_is_too_large
    a_body_that_breaks_off_leaves_nothing
    a_body_that_stalls_leaves_nothing
    a_caller_who_goes_away_leaves_nothing
    a_caller_may_go_away_at_any_moment
    what_fails_does_not_touch_what_is_there
    an_altered_content_is_found_out
    orphans_are_found
    many_orphans_are_found_in_few_questions
    records_that_can_not_be_asked_stop_the_sweep
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(bytes))
}

/// Bytes that differ from place to place.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

async fn put(files: &Files, content: &[u8]) -> Uuid {
    let key = fresh();
    files.put(key, body([content.to_vec()]), LIMITS).await.unwrap();
    key
}

async fn a_content_comes_back(kept: Kept) {
    let key = fresh();
    let stored = kept.files.put(key, body(["hel", "", "lo"]), LIMITS).await.unwrap();
    let sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824".to_owned();
    assert_eq!(stored, Stored { sha256: sha256.clone(), size: 5, media_type: "text/plain" });
    for content in [kept.files.get(key, None).await, kept.files.get_verified(key, &sha256).await] {
        let content = content.unwrap();
        assert_eq!(content.size, 5);
        let (bytes, error) = read(content).await;
        assert!(bytes == b"hello" && error.is_none());
    }
    assert_eq!(fs::read(kept.contents.join(key.to_string())).unwrap(), b"hello");
}

async fn a_content_of_many_parts_comes_back(kept: Kept) {
    // Around the borders of parts, which are of 5 MiB, in pieces that do not fit into them.
    for length in [5 * MIB - 1, 5 * MIB, 10 * MIB + 1] {
        let (key, content) = (fresh(), noise(length));
        let pieces = body(content.chunks(700_001).map(Bytes::copy_from_slice));
        let stored = kept.files.put(key, pieces, LIMITS).await.unwrap();
        assert_eq!((stored.sha256.clone(), stored.size), (sha256(&content), length as u64));
        let (bytes, error) = read(kept.files.get_verified(key, &stored.sha256).await.unwrap()).await;
        assert!(bytes == content && error.is_none(), "{length}: {} {error:?}", bytes.len());
    }
}

async fn parts_of_a_content_are_given_out(kept: Kept) {
    let content = noise(100_000);
    let key = put(&kept.files, &content).await;
    for (from, to) in [(0, 1), (0, 100_000), (99_999, 100_000), (20_000, 70_000)] {
        let part = kept.files.get(key, Some(from..to)).await.unwrap();
        assert_eq!(part.size, 100_000);
        let (bytes, error) = read(part).await;
        assert!(bytes == content[from as usize..to as usize] && error.is_none(), "{from}..{to}");
    }
    assert!(matches!(kept.files.get(key, Some(100_000..100_001)).await, Err(Error::Store(_))));
}

async fn what_is_not_there_is_missing_and_may_be_deleted(kept: Kept) {
    let missing = async |key| match kept.files.get(key, None).await {
        Err(Error::Missing(what)) => what == key,
        _ => false,
    };
    assert!(missing(fresh()).await);
    kept.files.delete(fresh()).await.unwrap();
    let (one, other) = (put(&kept.files, b"one").await, put(&kept.files, b"other").await);
    kept.files.delete(one).await.unwrap();
    kept.files.delete(one).await.unwrap();
    assert!(missing(one).await && !missing(other).await);
}

async fn an_empty_body_is_refused(kept: Kept) {
    for pieces in [vec![], vec!["", ""]] {
        let result = kept.files.put(fresh(), body(pieces), LIMITS).await;
        assert!(matches!(result, Err(Error::Empty)), "{result:?}");
    }
    assert!(kept.left().is_empty());
}

async fn a_body_is_refused_where_it_is_too_large(kept: Kept) {
    for (max, length) in [(3, 4), (6 * MIB, 6 * MIB + 1), (6 * MIB, 20 * MIB)] {
        let limits = Limits { max_bytes: max as u64, ..LIMITS };
        let pieces = body(noise(length).chunks(MIB).map(Bytes::copy_from_slice));
        let result = kept.files.put(fresh(), pieces, limits).await;
        assert!(matches!(result, Err(Error::TooLarge { max: said }) if said == max as u64), "{result:?}");
        kept.until(true).await;
    }
    let limits = Limits { max_bytes: 4, ..LIMITS };
    assert_eq!(kept.files.put(fresh(), body(["four"]), limits).await.unwrap().size, 4);
}

async fn a_body_that_breaks_off_leaves_nothing(kept: Kept) {
    for length in [10, 6 * MIB] {
        let pieces = body([noise(length)]).chain(stream::iter([Err(io::Error::other("gone"))]));
        let result = kept.files.put(fresh(), pieces, LIMITS).await;
        assert!(matches!(&result, Err(Error::Body(error)) if error.to_string() == "gone"), "{result:?}");
        kept.until(true).await;
    }
}

async fn a_body_that_stalls_leaves_nothing(kept: Kept) {
    let limits = Limits { idle: Duration::from_millis(300), ..LIMITS };
    let pieces = body([noise(6 * MIB)]).chain(stream::pending());
    let result = kept.files.put(fresh(), pieces, limits).await;
    assert!(matches!(result, Err(Error::Stalled { idle }) if idle == limits.idle), "{result:?}");
    kept.until(true).await;
}

async fn a_caller_who_goes_away_leaves_nothing(kept: Kept) {
    let files = kept.files.clone();
    let request = tokio::spawn(async move {
        let pieces = body([noise(6 * MIB)]).chain(stream::pending());
        files.put(fresh(), pieces, LIMITS).await
    });
    kept.until(false).await;
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    kept.until(true).await;
}

async fn a_caller_may_go_away_at_any_moment(kept: Kept) {
    let mut stored = HashSet::new();
    for round in 0..30 {
        let (files, key) = (kept.files.clone(), fresh());
        let request = tokio::spawn(async move { files.put(key, body([vec![0; 6 * MIB]]), LIMITS).await });
        tokio::time::sleep(Duration::from_millis(round * 6)).await;
        request.abort();
        stored.extend(matches!(request.await, Ok(Ok(_))).then(|| key.to_string()));
    }
    // What there is, are contents that their callers know of, and what the server keeps beside them for itself.
    let unwanted = || {
        let left = kept.left().into_iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
        let (beside, contents) = left.partition::<Vec<_>, _>(|name| name.starts_with('.'));
        let unfinished = beside.iter().filter(|name| name.contains("upload"));
        unfinished.chain(contents.iter().filter(|name| !stored.contains(*name))).cloned().collect::<Vec<_>>()
    };
    // Requests that are under way come to their end, and are taken back.
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        if unwanted().is_empty() {
            return;
        }
    }
    panic!("on the disk: {:?}", unwanted());
}

async fn what_fails_does_not_touch_what_is_there(kept: Kept) {
    let key = put(&kept.files, b"first").await;
    let limits = Limits { max_bytes: 6 << 20, ..LIMITS };
    let result = kept.files.put(key, body([noise(6 * MIB), noise(MIB)]), limits).await;
    assert!(matches!(result, Err(Error::TooLarge { .. })));
    assert_eq!(read(kept.files.get(key, None).await.unwrap()).await.0, b"first");
}

async fn an_altered_content_is_found_out(kept: Kept) {
    let content = noise(MIB);
    let key = put(&kept.files, &content).await;
    let path = kept.contents.join(key.to_string());
    let mut changed = content.clone();
    changed[10] ^= 1;
    for altered in [&changed[..], &content[..MIB - 1], &content[..1], &[]] {
        fs::write(&path, altered).unwrap();
        let (bytes, error) = read(kept.files.get_verified(key, &sha256(&content)).await.unwrap()).await;
        assert!(matches!(error, Some(Error::Altered(what)) if what == key), "{error:?}");
        // Whoever counts the bytes sees that they are not all.
        assert!(bytes.len() < altered.len().max(1), "{} of {}", bytes.len(), altered.len());
    }
}

async fn orphans_are_found(kept: Kept) {
    let [named, first, second] = [b"1", b"2", b"3"].map(|content| put(&kept.files, content));
    let (named, first, second) = (named.await, first.await, second.await);
    // Not ours, in whatever way.
    fs::create_dir(kept.contents.join("sub")).unwrap();
    let other = Uuid::from_u128(0xABCD_EFAB_CDEF);
    for name in
        ["README", &format!("sub/{other}"), &other.to_string().to_uppercase(), &other.simple().to_string()]
    {
        fs::write(kept.contents.join(name), "x").unwrap();
    }
    let found = async |before| {
        let files = kept.files.clone();
        let known = move |_| async move { Ok::<_, Infallible>(HashSet::from([named])) };
        let sweep = async move { files.orphans(before, known).try_collect::<HashSet<_>>().await };
        tokio::spawn(sweep).await.unwrap().unwrap()
    };
    assert_eq!(found(now() + TimeDelta::hours(1)).await, HashSet::from([first, second]));
    assert_eq!(found(now() - TimeDelta::hours(1)).await, HashSet::new());
}

async fn many_orphans_are_found_in_few_questions(kept: Kept) {
    let keys = (0..1200).map(|_| fresh()).collect::<HashSet<_>>();
    keys.iter().for_each(|key| fs::write(kept.contents.join(key.to_string()), "x").unwrap());
    let asked = Cell::new(0);
    let known = async |_| {
        asked.set(asked.get() + 1);
        Ok::<_, Infallible>(HashSet::new())
    };
    let before = now() + TimeDelta::hours(1);
    assert_eq!(kept.files.orphans(before, known).try_collect::<HashSet<_>>().await.unwrap(), keys);
    assert_eq!(asked.get(), 3);
}

async fn records_that_can_not_be_asked_stop_the_sweep(kept: Kept) {
    put(&kept.files, b"1").await;
    let known = async |_| Err::<HashSet<Uuid>, _>("the database is away");
    let found = kept.files.orphans(now() + TimeDelta::hours(1), known).try_collect::<Vec<_>>().await;
    assert!(matches!(found, Err(Error::Records(_))), "{found:?}");
}
