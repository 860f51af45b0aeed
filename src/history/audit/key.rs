//! The key that signs checkpoints: a file outside the database that nobody but its owner reads.
use super::note::SecretKey;
use anyhow::{Context, bail};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// Makes a key and writes it to a new file.
///
/// # Errors
/// Where the name can't be one, there is a file already, or it can't be written.
pub fn keygen(path: &Path, origin: &str) -> anyhow::Result<SecretKey> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).context("no randomness")?;
    let key = SecretKey::new(origin, &seed)?;
    let mut options = OpenOptions::new();
    // Never over a key that has signed.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let place = || format!("the key can't be written to {}", path.display());
    let mut file = options.open(path).with_context(place)?;
    file.write_all(format!("{}\n", key.text()).as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(place)?;
    Ok(key)
}

/// # Errors
/// Where there is no key in the file, or others than its owner may read it.
pub fn load(path: &Path) -> anyhow::Result<SecretKey> {
    let place = path.display();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = std::fs::metadata(path).with_context(|| format!("the audit key {place} can't be read"))?;
        if file.permissions().mode() & 0o077 != 0 {
            bail!("the audit key {place} may be read by others than its owner: chmod 600 {place}");
        }
    }
    let text =
        std::fs::read_to_string(path).with_context(|| format!("the audit key {place} can't be read"))?;
    SecretKey::parse(&text).with_context(|| format!("{place} holds no audit key"))
}
