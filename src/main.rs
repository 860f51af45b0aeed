//! The program: arguments in, exit code out. Everything else is the library's.
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    grantline::cli::run().await
}
