//! Log lines to standard error, for people or for machines. Not what is logged.
use crate::config::LogFormat;
use std::io::IsTerminal;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

/// Why logging could not be set up: one sentence.
#[derive(Debug, thiserror::Error)]
#[error("Logging could not be set up: {0}.")]
pub struct LoggingError(String);

/// Sends the program's log lines to standard error from now on: standard output belongs to the commands.
///
/// # Errors
/// When `level` is no filter, or when the process logs already.
pub fn init(format: LogFormat, level: &str) -> Result<(), LoggingError> {
    let filter = EnvFilter::try_new(level).map_err(|error| LoggingError(error.to_string()))?;
    // NO_COLOR: https://no-color.org
    let colours =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty());
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    let set = match format {
        LogFormat::Text => lines.with_target(false).finish().try_init(),
        // The members of an event and of its spans (such as the request's id) at the top, where collectors look.
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).with_current_span(true).with_span_list(false);
            lines.finish().try_init()
        }
    };
    set.map_err(|error| LoggingError(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_filter_is_refused_and_a_second_start_too() {
        assert!(init(LogFormat::Json, "grantline=loud").is_err());
        // Another test may have been first.
        drop(init(LogFormat::Text, "error"));
        let twice = init(LogFormat::Text, "error").map_err(|error| error.to_string());
        assert!(twice.is_err_and(|sentence| sentence.starts_with("Logging could not be set up: ")));
    }
}
