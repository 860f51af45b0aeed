//! Python's calendar parsers: readers that nobody here wrote.
use crate::support::python::python;
use std::path::Path;
use std::process::Command;

/// What `parse_ics.py` says of a feed and of what is meant by it; a difference fails the test. None where the machine has
/// no Python and that is allowed.
pub fn read_feed(feed: &Path, meant: &Path) -> Option<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/calendar/parse_ics.py");
    let done = Command::new(python("calendar")?).arg(script).args([feed, meant]).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
    Some(said)
}
