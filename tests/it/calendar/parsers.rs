//! Python's calendar parsers, installed once for all runs: readers that nobody here wrote.
use crate::support::cluster::{required, say};
use std::fs::{File, create_dir_all, read, write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What `parse_ics.py` says of a feed and of what is meant by it; a difference fails the test. None, said once, where
/// the machine has no Python and that is allowed.
pub fn read_feed(feed: &Path, meant: &Path) -> Option<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/calendar/parse_ics.py");
    let done = Command::new(python()?).arg(script).args([feed, meant]).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
    Some(said)
}

fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    let python = PYTHON.get_or_init(|| match installed() {
        Ok(python) => Some(python),
        Err(reason) => {
            say(&format!("NOT TESTED with Python's calendar parsers: {reason}"));
            None
        }
    });
    assert!(
        python.is_some() || !required("python"),
        "GRANTLINE_TEST_REQUIRE lists python, but the calendar parsers can't be run: install python3 and python3-venv"
    );
    python.as_deref()
}

fn installed() -> Result<PathBuf, String> {
    let wanted = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/calendar/requirements.txt");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("test-tools/calendar");
    create_dir_all(&folder).unwrap();
    // Other runs of the tests may do the same; the lock goes with the file.
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let (list, done, venv) = (read(&wanted).unwrap(), folder.join("installed"), folder.join("venv"));
    let python = venv.join("bin/python");
    if read(&done).is_ok_and(|there| there == list) {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    let pip =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"];
    run(Command::new(&python).args(pip).args(["--only-binary", ":all:", "-r"]).arg(&wanted))?;
    write(done, list).unwrap();
    Ok(python)
}

fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|_| format!("there is no {program}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(format!("{program}: {}", said.lines().next().unwrap_or_default()))
}
