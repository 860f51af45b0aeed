//! The erasures' journal: a file outside the database, one JSON line an erasure, with ids only. A back-up that is
//! restored brings back what was erased since; the journal says what to erase again. Appended to, never rewritten.
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// What was done to the personal data of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Restricted,
    Erased,
    /// The record was deleted, and its personal data with it.
    Deleted,
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub at: DateTime<Utc>,
    pub resource: String,
    pub id: Uuid,
    pub act: Act,
    pub ground: Option<String>,
    pub restricted_until: Option<NaiveDate>,
    /// The principal.
    pub by: Uuid,
}

/// Cheap to clone; all clones write to the same file in turn.
#[derive(Clone, Debug)]
pub struct Journal(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    path: Option<PathBuf>,
    turn: Mutex<()>,
}

impl Journal {
    /// Without a path nothing is kept.
    pub fn new(path: Option<PathBuf>) -> Self {
        Self(Arc::new(Inside { path, turn: Mutex::new(()) }))
    }

    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    /// Appends a line; it is on the disk when this returns.
    ///
    /// # Errors
    /// What the file system says.
    pub async fn append(&self, line: &Line) -> io::Result<()> {
        let (inside, mut text) = (self.0.clone(), serde_json::to_string(line)?);
        text.push('\n');
        let written = tokio::task::spawn_blocking(move || {
            let Some(path) = &inside.path else { return Ok(()) };
            let _turn = inside.turn.lock().unwrap_or_else(PoisonError::into_inner);
            let mut file = open(path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.await.map_err(io::Error::other)?
    }

    /// The last word on each record, by id. What can't be read (a line that a crash cut off) is told and left out.
    ///
    /// # Errors
    /// What the file system says, except that there is no file yet.
    pub fn last_words(&self) -> io::Result<BTreeMap<Uuid, Line>> {
        let mut last: BTreeMap<Uuid, Line> = BTreeMap::new();
        let Some(path) = self.path() else { return Ok(last) };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(last),
            Err(error) => return Err(error),
        };
        for (number, text) in BufReader::new(file).lines().enumerate() {
            match serde_json::from_str::<Line>(&text?) {
                // What is gone stays gone, whatever is said later.
                Ok(line) if last.get(&line.id).is_some_and(|l| l.act != Act::Restricted) => drop(line),
                Ok(line) => drop(last.insert(line.id, line)),
                Err(error) => {
                    tracing::warn!(line = number + 1, %error, "a line of the erasure journal can't be read");
                }
            }
        }
        Ok(last)
    }
}

/// For the owner alone, though it names nobody.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true).read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    // A line that a crash cut off ends here, and not in the next one.
    if !ends_a_line(path)? {
        file.write_all(b"\n")?;
    }
    Ok(file)
}

fn ends_a_line(path: &Path) -> io::Result<bool> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = File::open(path)?;
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    fn line(id: u128, act: Act) -> Line {
        let (at, by) = (DateTime::UNIX_EPOCH, Uuid::nil());
        let id = Uuid::from_u128(id);
        Line { at, resource: "person".into(), id, act, ground: None, restricted_until: None, by }
    }

    #[tokio::test]
    async fn the_last_word_counts_and_a_cut_line_hurts_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("erasures");
        let journal = Journal::new(Some(path.clone()));
        assert!(journal.last_words().unwrap().is_empty(), "no file yet");
        journal.append(&line(1, Act::Restricted)).await.unwrap();
        std::fs::write(&path, std::fs::read_to_string(&path).unwrap() + "{\"at\":\"20").unwrap();
        journal.append(&line(2, Act::Erased)).await.unwrap();
        journal.append(&line(1, Act::Erased)).await.unwrap();
        journal.append(&line(2, Act::Restricted)).await.unwrap();
        let words = journal.last_words().unwrap();
        let acts: Vec<Act> = words.values().map(|line| line.act).collect();
        assert_eq!(acts, [Act::Erased, Act::Erased]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        Journal::new(None).append(&line(1, Act::Erased)).await.unwrap();
    }
}
