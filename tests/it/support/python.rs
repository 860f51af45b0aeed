//! Programs of others in Python: a virtual environment for each use, made once for all runs of the tests.
use super::cluster::{required, say};
use std::collections::HashMap;
use std::fs::{File, create_dir_all, read, write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// A Python that has what `tests/it/<tool>/requirements.txt` lists. None, said once, where that can't be had and that is
/// allowed.
pub fn python(tool: &'static str) -> Option<PathBuf> {
    static KNOWN: Mutex<Option<HashMap<&'static str, Option<PathBuf>>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap();
    let python = known.get_or_insert_default().entry(tool).or_insert_with(|| match installed(tool) {
        Ok(python) => Some(python),
        Err(reason) => {
            say(&format!("NOT TESTED with Python ({tool}): {reason}"));
            None
        }
    });
    assert!(
        python.is_some() || !required("python"),
        "GRANTLINE_TEST_REQUIRE lists python, but its packages can't be had: install python3 and python3-venv"
    );
    python.clone()
}

fn installed(tool: &str) -> Result<PathBuf, String> {
    let wanted = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(tool).join("requirements.txt");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("test-tools").join(tool);
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
