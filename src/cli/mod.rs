//! The command line: arguments to configuration to a command. What goes wrong is one clear sentence and a non-zero
//! exit code.
mod audit;
mod backup;
mod check;
mod demo;
mod grant;
mod migrate;
mod openapi;
mod principal;
mod remind;
mod serve;
mod token;

use crate::config::{Config, Settings};
use crate::store::db::Db;
use anyhow::Context;
use clap::{Parser, Subcommand};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Grant-funded projects, for those who receive the grants.
#[derive(Parser)]
#[command(name = "grantline", version, about, arg_required_else_help = true)]
struct Arguments {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Try it: an embedded database with a real portfolio, ready to be asked
    Demo,
    /// Serve the API from the database named by --database-url
    Serve,
    /// Bring the database's schema up to this version, or tell how it stands
    Migrate {
        #[command(subcommand)]
        command: migrate::Command,
    },
    /// Make, list and revoke API tokens
    Token {
        #[command(subcommand)]
        command: token::Command,
    },
    /// Say what a person or a service may do, for the whole register or within a scope
    Grant(grant::Arguments),
    /// List who may act, and let somebody act no longer
    Principal {
        #[command(subcommand)]
        command: principal::Command,
    },
    /// Sign the history, verify that nobody changed it behind the program's back, check proofs
    Audit {
        #[command(subcommand)]
        command: audit::Command,
    },
    /// Hold all records against the rules of their funders' regimes; the exit code tells whether any fails
    Check(check::Arguments),
    /// Copy the SQLite database into a new file, while servers go on
    Backup {
        /// The new file; it holds everything, tokens as hashes included
        file: PathBuf,
    },
    /// Put a copy that `backup` made in the place of the SQLite database; no server may run
    Restore {
        file: PathBuf,
        /// Allow the records that are there now to be lost
        #[arg(long)]
        overwrite: bool,
    },
    /// Send the reminders that are due now, as `serve` does by itself
    Remind {
        /// Only print what would be sent to whom
        #[arg(long)]
        dry_run: bool,
    },
    /// Print the OpenAPI document
    Openapi,
}

/// Runs the command that the arguments name.
pub async fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match Config::load(arguments.settings) {
        Err(problems) => Err(anyhow::Error::new(problems)),
        Ok(config) => match arguments.command {
            Command::Demo => demo::run(config).await,
            Command::Serve => serve::run(config).await,
            Command::Migrate { command } => migrate::run(config, command).await,
            Command::Token { command } => token::run(config, command).await,
            Command::Grant(arguments) => grant::run(config, arguments).await,
            Command::Principal { command } => principal::run(config, command).await,
            Command::Audit { command } => audit::run(config, command).await,
            Command::Check(arguments) => match check::run(config, arguments).await {
                Ok(code) => return code,
                Err(error) => Err(error),
            },
            Command::Backup { file } => backup::back_up(config, &file).await,
            Command::Restore { file, overwrite } => backup::restore(config, &file, overwrite).await,
            Command::Remind { dry_run } => remind::run(config, dry_run).await,
            Command::Openapi => openapi::run(),
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("grantline: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The database that every command but the demo must be told of.
fn needed_database(config: &Config) -> anyhow::Result<&str> {
    config.database_url.as_deref().ok_or_else(|| {
        anyhow::anyhow!(
            "no database is named: set DATABASE_URL or --database-url to sqlite://path/to/file.db or \
             postgres://user:password@host/database"
        )
    })
}

/// The database, with the schema that this program knows.
async fn opened(config: &Config) -> anyhow::Result<Db> {
    let db = Db::connect(needed_database(config)?, config.database_connections).await?;
    match db.pending().await?.first() {
        None => Ok(db),
        Some(missing) => {
            anyhow::bail!(
                "the schema is older than this program ({missing} is missing): run `grantline migrate up`"
            )
        }
    }
}

/// A line on standard output.
///
/// # Errors
/// When nobody can read it: `println!` would panic there.
fn say(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("standard output can't be written")
}
