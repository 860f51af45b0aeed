//! `grantline openapi`: the document on standard output.
use std::io::Write;

pub fn run() -> anyhow::Result<()> {
    std::io::stdout().write_all(crate::http::DOCUMENT.as_bytes())?;
    Ok(())
}
