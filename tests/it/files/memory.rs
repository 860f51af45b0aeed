//! The memory of a process that takes in and gives out far more than it may hold. The measured test has a process of its
//! own, so that nothing else counts.
use super::support::*;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use grantline::documents::files::Files;
use std::fs;
use std::io;
use std::process::Command;

const PIECES: usize = 64;

/// The most memory, in MiB, that the process had since it was asked to count anew.
fn most() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() / 1024
}

fn count_anew() -> usize {
    // proc_pid_clear_refs(5): the peak becomes what is held now.
    fs::write("/proc/self/clear_refs", "5").unwrap();
    most()
}

async fn grown(files: &Files) -> [usize; 2] {
    let key = fresh();
    let before = count_anew();
    let pieces = stream::iter(0..PIECES).map(|n| io::Result::Ok(Bytes::from(vec![n as u8; MIB])));
    let stored = files.put(key, pieces, LIMITS).await.unwrap();
    assert_eq!(stored.size, (PIECES * MIB) as u64);
    let taken = most() - before;
    let before = count_anew();
    let content = files.get_verified(key, &stored.sha256).await.unwrap();
    let read = content.body.try_fold(0, async |read, piece| Ok(read + piece.len())).await.unwrap();
    assert_eq!(read, PIECES * MIB);
    [taken, most() - before]
}

#[test]
fn large_contents_need_little_memory() {
    let alone = Command::new(std::env::current_exe().unwrap())
        .args(["files::memory::measured_alone", "--exact", "--ignored", "--nocapture"])
        .status();
    assert!(alone.unwrap().success());
}

#[tokio::test]
#[ignore = "needs a process of its own: large_contents_need_little_memory runs it"]
async fn measured_alone() {
    for (place, kept) in [("folder", Kept::folder().await), ("bucket", Kept::bucket().await)] {
        let [taken, given] = grown(&kept.files).await;
        println!("memory: {place}: {taken} MiB to take in {PIECES} MiB, {given} MiB to give it out");
        // The part, as it grows and is sent, and in the bucket's case the server as well.
        assert!(taken <= 24 && given <= 16, "{place}: {taken} {given}");
    }
}
