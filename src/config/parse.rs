//! Reading one value. Each function says what would be right, and never repeats what was written.
use super::LogFormat;
use crate::access::oidc::{Rules, may_be_asked};
use chrono::TimeDelta;
use chrono_tz::Tz;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// A day: longer than any time limit makes sense.
const MAX_SECONDS: u64 = 24 * 60 * 60;
/// 10 000 parts of 5 MiB: what a bucket takes.
const MAX_FILE: u64 = 48_000 << 20;
/// The largest body limit, in bytes.
const MAX_BYTES: usize = 1 << 30;

/// The file's value as it would be written in a variable, the texts of a list with `between` between them.
pub(super) fn scalar(value: &toml::Value, between: &str) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(answer) => Some(answer.to_string()),
        toml::Value::Array(items) => {
            let texts = items.iter().map(toml::Value::as_str).collect::<Option<Vec<_>>>()?;
            Some(texts.join(between))
        }
        _ => None,
    }
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "write an address and a port, such as 127.0.0.1:8080 or [::]:80.".into())
}

pub(super) fn database_url(text: &str) -> Result<String, String> {
    let path = text.strip_prefix("sqlite://").map(|path| path.split('?').next().unwrap_or_default());
    let server = text.starts_with("postgres://") || text.starts_with("postgresql://");
    match path {
        Some("") => Err("it names no file: write sqlite://path/to/file.db.".into()),
        Some(_) => Ok(text.to_owned()),
        None if server && url::Url::parse(text).is_ok() => Ok(text.to_owned()),
        None => Err("write sqlite://path/to/file.db or postgres://user:password@host:port/database, with \
                     special characters of the password percent-encoded."
            .into()),
    }
}

pub(super) fn connections(text: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|count| (1..=1000).contains(count))
        .ok_or("write a number from 1 to 1000.".into())
}

/// Requests a minute.
pub(super) fn rate(text: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|rate| *rate <= 1_000_000)
        .ok_or("write a number of requests a minute from 0 to 1000000; 0 is no limit.".into())
}

pub(super) fn connections_per_address(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|count| (1..=1_000_000).contains(count))
        .ok_or("write a number from 1 to 1000000.".into())
}

pub(super) fn time_zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| "write a name of the IANA time zone database, such as Europe/Riga.".into())
}

pub(super) fn weekday(text: &str) -> Result<chrono::Weekday, String> {
    text.parse().map_err(|_| "write a day of the week, such as monday.".into())
}

pub(super) fn public_url(text: &str) -> Result<url::Url, String> {
    url::Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
        .filter(|url| url.query().is_none() && url.fragment().is_none() && url.username().is_empty())
        .ok_or("write an address such as https://grants.example.org.".into())
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("write text or json.".into()),
    }
}

pub(super) fn log_level(text: &str) -> Result<String, String> {
    let expected = "write error, warn, info, debug, trace, or parts as in warn,grantline=debug.";
    // The filter takes any word for the name of a part, so `inf` would silence everything.
    let levels = ["off", "error", "warn", "info", "debug", "trace"];
    let known = text.split(',').all(|part| {
        let level = part.rsplit_once('=').map_or(part, |(_, level)| level).trim().to_lowercase();
        levels.contains(&level.as_str())
    });
    if !known || tracing_subscriber::EnvFilter::try_new(text).is_err() {
        return Err(expected.into());
    }
    Ok(text.to_owned())
}

pub(super) fn bytes(text: &str) -> Result<usize, String> {
    let value = sized(&text.to_lowercase()).and_then(|(number, unit)| number.checked_mul(unit));
    let value = value.and_then(|value| usize::try_from(value).ok());
    value
        .filter(|value| (1..=MAX_BYTES).contains(value))
        .ok_or("write a number of bytes up to 1024m, such as 1048576, 512k or 1m.".into())
}

/// A number and its unit in bytes.
fn sized(text: &str) -> Option<(u64, u64)> {
    let (number, unit) = match text.strip_suffix(['k', 'm']) {
        Some(number) if text.ends_with('k') => (number, 1 << 10),
        Some(number) => (number, 1 << 20),
        None => (text, 1),
    };
    Some((number.trim().parse().ok()?, unit))
}

/// The size of a file: it is never in memory as a whole.
pub(super) fn file_size(text: &str) -> Result<u64, String> {
    let value = sized(&text.to_lowercase()).and_then(|(number, unit)| number.checked_mul(unit));
    value
        .filter(|value| (1..=MAX_FILE).contains(value))
        .ok_or("write a number of bytes up to 48000m, such as 104857600, 512k or 100m.".into())
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .filter(|seconds| (1..=MAX_SECONDS).contains(seconds))
        .map(Duration::from_secs)
        .ok_or(format!("write whole seconds from 1 to {MAX_SECONDS}."))
}

/// Origins as RFC 6454, section 6.2, writes them; `*` stands alone.
pub(super) fn origins(text: &str) -> Result<Vec<String>, String> {
    let list: Vec<_> = text.split(',').map(str::trim).filter(|one| !one.is_empty()).collect();
    if list == ["*"] {
        return Ok(vec!["*".into()]);
    }
    let checked = list.into_iter().map(|one| {
        let origin = url::Url::parse(one).ok()?.origin();
        (origin.is_tuple() && origin.ascii_serialization() == one).then(|| one.to_owned())
    });
    checked.collect::<Option<Vec<_>>>().ok_or(
        "write origins without a path, such as https://app.example.org,http://localhost:5173, or a single *."
            .into(),
    )
}

/// OpenID Connect Discovery 1.0, section 3: no query and no fragment. Kept as it was written.
pub(super) fn issuer(text: &str) -> Result<String, String> {
    url::Url::parse(text)
        .ok()
        .filter(|url| may_be_asked(url, true) && url.username().is_empty() && url.password().is_none())
        .filter(|url| url.query().is_none() && url.fragment().is_none())
        .map(|_| text.to_owned())
        .ok_or(
            "write an address such as https://id.example.org/realms/staff; http only where it stands on this machine."
                .into(),
        )
}

pub(super) fn audience(text: &str) -> Result<String, String> {
    line(text).ok_or("write one line of at most 500 characters, such as https://grants.example.org.".into())
}

pub(super) fn claim(text: &str) -> Result<String, String> {
    let path = line(text).filter(|path| path.split('.').all(|step| !step.is_empty()));
    path.ok_or("write the name of a claim, such as name or profile.display_name.".into())
}

fn line(text: &str) -> Option<String> {
    let fits = text.chars().count() <= 500 && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

pub(super) fn leeway(text: &str) -> Result<TimeDelta, String> {
    text.parse()
        .ok()
        .filter(|seconds| (0..=300).contains(seconds))
        .map(TimeDelta::seconds)
        .ok_or("write whole seconds from 0 to 300.".into())
}

pub(super) fn rules(text: &str) -> Result<Rules, String> {
    Rules::parse(text)
}

pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match path.file_name() {
        Some(_) if !path.is_dir() => Ok(path),
        _ => Err("write the path of a file, such as /var/lib/grantline/erasures.jsonl.".into()),
    }
}

pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("write true or false.".into()),
    }
}

pub(super) fn demo_token(text: &str) -> Result<String, String> {
    let safe = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if safe && (32..=256).contains(&text.len()) {
        return Ok(text.to_owned());
    }
    Err("it must be 32 to 256 characters of A-Z, a-z, 0-9, - and _.".into())
}
