//! The settings: from flags, environment and a file to one checked `Config`. Not what is done with them.
mod parse;
mod table;

pub use table::{SETTINGS, Setting, describe};

use crate::access::oidc;
use crate::documents::files::{Access, Place, Secret, endpoint};
use crate::reminders;
use crate::reminders::key::Host;
use crate::reminders::mail::{Relay, Sender};
use crate::reminders::rule::Rules;
use crate::reminders::text::Links;
use chrono_tz::Tz;
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What was written on the command line and in the environment, before it is looked at.
///
/// Flatten it into the top command (`#[command(flatten)]`): its flags may then stand before or after a subcommand.
#[derive(Clone, Default)]
pub struct Settings(BTreeMap<&'static str, String>);

impl Settings {
    /// Sets one setting, as its flag would.
    ///
    /// # Panics
    /// When no setting has that name.
    pub fn set(&mut self, name: &str, value: impl Into<String>) -> &mut Self {
        let setting = SETTINGS.iter().find(|one| one.name == name).expect("a name of the table of settings");
        self.0.insert(setting.name, value.into());
        self
    }

    fn get(&self, name: &str) -> Option<&str> {
        // An empty variable is how many tools write "not set".
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }
}

/// Names only: some of the values are secret.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// The checked settings. `describe` tells what each of them means.
#[derive(Clone)]
pub struct Config {
    pub listen: SocketAddr,
    /// Secret: it may hold a password.
    pub database_url: Option<String>,
    pub database_connections: u32,
    pub time_zone: Tz,
    pub public_url: Option<url::Url>,
    pub log_format: LogFormat,
    /// A filter of tracing-subscriber (`info`, `warn,grantline=debug`).
    pub log_level: String,
    /// Bytes.
    pub body_limit: usize,
    pub request_timeout: Duration,
    pub header_read_timeout: Duration,
    pub body_read_timeout: Duration,
    pub keep_alive_timeout: Duration,
    pub shutdown_grace: Duration,
    pub connections_per_address: usize,
    /// Origins as a browser sends them (`https://app.example.org`), or the single `*`.
    pub cors_origins: Vec<String>,
    /// Requests a minute; 0 for any number.
    pub rate_limit_per_token: u32,
    pub rate_limit_per_address: u32,
    /// The identity provider, where one is named.
    pub oidc: Option<oidc::Settings>,
    /// Where the contents of documents are kept; beside the file of an embedded database where none is named.
    pub files: Option<Place>,
    /// Bytes.
    pub file_limit: u64,
    pub metrics_public: bool,
    /// Whether callers without a token read what is public.
    pub public_access: bool,
    /// Beside the file of an embedded database where none is named.
    pub erasure_journal: Option<PathBuf>,
    pub audit_key: Option<PathBuf>,
    /// None: no checkpoints but those made by hand.
    pub audit_checkpoint_every: Option<Duration>,
    pub reminders: reminders::Settings,
    /// Secret.
    pub demo_token: Option<String>,
}

/// Without the secrets.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("listen", &self.listen).finish_non_exhaustive()
    }
}

/// One thing that is wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting, or the file itself.
    pub setting: String,
    /// What was wrong and what would be right: one sentence without secrets.
    pub sentence: String,
}

/// Everything that is wrong with the configuration, at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblems(pub Vec<Problem>);

impl fmt::Display for ConfigProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [one] => write!(f, "The configuration is wrong: {}: {}", one.setting, one.sentence),
            many => {
                write!(f, "The configuration is wrong in {} places:", many.len())?;
                many.iter().try_for_each(|one| write!(f, "\n  {}: {}", one.setting, one.sentence))
            }
        }
    }
}

impl std::error::Error for ConfigProblems {}

/// The raw value of each setting and where it came from, and what is wrong so far.
struct Reader {
    given: Settings,
    file: Settings,
    file_name: String,
    problems: Vec<Problem>,
}

impl Config {
    /// Reads the file that `config` names, puts flags and environment over it and the defaults under it, and checks
    /// all of it.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn load(settings: Settings) -> Result<Self, ConfigProblems> {
        let mut read =
            Reader { given: settings, file: Settings::default(), file_name: String::new(), problems: vec![] };
        if let Some(name) = read.given.get("config").map(str::to_owned) {
            read.take_file(Path::new(&name));
            read.file_name = name;
        }
        let config = Self {
            listen: read.needed("listen", parse::address),
            database_url: read.optional("database_url", parse::database_url),
            database_connections: read.needed("database_connections", parse::connections),
            time_zone: read.needed("time_zone", parse::time_zone),
            public_url: read.optional("public_url", parse::public_url),
            log_format: read.needed("log_format", parse::log_format),
            log_level: read.needed("log_level", parse::log_level),
            body_limit: read.needed("body_limit", parse::bytes),
            request_timeout: read.needed("request_timeout", parse::seconds),
            header_read_timeout: read.needed("header_read_timeout", parse::seconds),
            body_read_timeout: read.needed("body_read_timeout", parse::seconds),
            keep_alive_timeout: read.needed("keep_alive_timeout", parse::seconds),
            shutdown_grace: read.needed("shutdown_grace", parse::seconds),
            connections_per_address: read.needed("connections_per_address", parse::connections_per_address),
            cors_origins: read.optional("cors_origins", parse::origins).unwrap_or_default(),
            rate_limit_per_token: read.needed("rate_limit_per_token", parse::rate),
            rate_limit_per_address: read.needed("rate_limit_per_address", parse::rate),
            oidc: read.oidc(),
            files: read.files(),
            file_limit: read.needed("file_limit", parse::file_size),
            metrics_public: read.needed("metrics_public", parse::yes_or_no),
            public_access: read.needed("public_access", parse::yes_or_no),
            erasure_journal: read.optional("erasure_journal", parse::path),
            audit_key: read.optional("audit_key", parse::path),
            audit_checkpoint_every: read.optional("audit_checkpoint_every", parse::seconds),
            reminders: read.reminders(),
            demo_token: read.optional("demo_token", parse::demo_token),
        };
        if read.problems.is_empty() { Ok(config) } else { Err(ConfigProblems(read.problems)) }
    }
}

impl Reader {
    fn complain(&mut self, setting: impl Into<String>, sentence: impl Into<String>) {
        self.problems.push(Problem { setting: setting.into(), sentence: sentence.into() });
    }

    fn take_file(&mut self, path: &Path) {
        let place = format!("the file {}", path.display());
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return self.complain(place, format!("it cannot be read: {error}.")),
        };
        let content = match toml::from_str::<toml::Table>(&text) {
            Ok(content) => content,
            Err(error) => {
                // The library shows the line itself, which may hold a password: tell its number only.
                let start = error.span().map_or(0, |span| span.start.min(text.len()));
                let line = text.as_bytes().iter().take(start).filter(|byte| **byte == b'\n').count() + 1;
                return self.complain(place, format!("line {line} is not TOML: {}.", error.message()));
            }
        };
        for (key, value) in content {
            let Some(setting) = SETTINGS.iter().find(|one| one.name == key && one.name != "config") else {
                self.complain(place.clone(), table::unknown(&key));
                continue;
            };
            // The rules' values may hold commas themselves.
            let between = if ["oidc_roles", "reminders"].contains(&setting.name) { ";" } else { "," };
            match parse::scalar(&value, between) {
                Some(text) => drop(self.file.0.insert(setting.name, text)),
                None => self
                    .complain(place.clone(), format!("`{key}` must be a single value or a list of texts.")),
            }
        }
    }

    /// All of it or nothing: an issuer without an audience would let in who was let in elsewhere.
    fn oidc(&mut self) -> Option<oidc::Settings> {
        let (issuer, audience) =
            (self.optional("oidc_issuer", parse::issuer), self.optional("oidc_audience", parse::audience));
        let (leeway, name_claim) =
            (self.needed("oidc_leeway", parse::leeway), self.needed("oidc_name_claim", parse::claim));
        let rules = self.optional("oidc_roles", parse::rules);
        let set = |name| self.given.get(name).or(self.file.get(name)).is_some();
        let [has_issuer, has_audience, has_rules] = ["oidc_issuer", "oidc_audience", "oidc_roles"].map(set);
        let mut missing = |name: &'static str, other: &str, why: &str| {
            let setting = table::find(name);
            let place = format!("{name} ({}, {})", setting.flag, setting.env);
            self.complain(place, format!("it is needed where {other} is set: {why}."));
        };
        if has_issuer && !has_audience {
            let why = "write what access tokens for this API name as their audience (aud)";
            missing("oidc_audience", "oidc_issuer", why);
        }
        if !has_issuer && (has_audience || has_rules) {
            let other = if has_audience { "oidc_audience" } else { "oidc_roles" };
            missing("oidc_issuer", other, "write the address of the identity provider (iss)");
        }
        Some(oidc::Settings {
            issuer: issuer?,
            audience: audience?,
            leeway,
            name_claim,
            rules: rules.unwrap_or_default(),
        })
    }

    /// A folder, or a bucket with all that it needs.
    fn files(&mut self) -> Option<Place> {
        const OF_BUCKETS: [&str; 3] = ["s3_region", "s3_access_key_id", "s3_secret_access_key"];
        let endpoint = self.optional("s3_endpoint", endpoint);
        let given = OF_BUCKETS.map(|name| self.optional(name, |text| Ok(text.to_owned())));
        let set = |name: &str| self.given.get(name).or(self.file.get(name)).map(str::to_owned);
        let place = set("files").filter(|text| !text.is_empty());
        let of_bucket = place.as_deref().is_some_and(|text| text.starts_with("s3://"));
        let named: Vec<&str> =
            OF_BUCKETS.into_iter().chain(["s3_endpoint"]).filter(|name| set(name).is_some()).collect();
        for name in OF_BUCKETS.iter().filter(|name| of_bucket && !named.contains(name)) {
            let setting = table::find(name);
            let place = format!("{name} ({}, {})", setting.flag, setting.env);
            self.complain(place, "it is needed where files is a bucket.");
        }
        for name in named.iter().filter(|_| !of_bucket) {
            let setting = table::find(name);
            let place = format!("{name} ({}, {})", setting.flag, setting.env);
            self.complain(
                place,
                "it is of no use where files is no bucket: set files to s3://bucket/prefix.",
            );
        }
        let access = match given {
            [Some(region), Some(access_key_id), Some(secret)] => {
                Some(Access { endpoint, region, access_key_id, secret_access_key: Secret::new(secret) })
            }
            _ => None,
        };
        if of_bucket && access.is_none() {
            return None;
        }
        self.optional("files", |text| Place::parse(text, access.clone()))
    }

    /// What is told, and the way there: a server, a sender and an address that messages lead to, or nothing is sent.
    fn reminders(&mut self) -> reminders::Settings {
        let rules = self.needed("reminders", Rules::parse);
        let digest = self.optional("digest_day", parse::weekday);
        let relay = self.optional("smtp_url", Relay::parse);
        let sender = self.optional("mail_from", |text| {
            let sender = Sender::parse(text)?;
            Host::parse(sender.domain()).map(|host| (sender, host))
        });
        let own = self.optional("reminder_link", Links::parse);
        let base = self.given.get("public_url").or(self.file.get("public_url"));
        let usual = base.map(|base| format!("{}/v1/obligations/{{id}}", base.trim_end_matches('/')));
        let links = own.or(usual.and_then(|usual| Links::parse(&usual).ok()));
        let set = |name| self.given.get(name).or(self.file.get(name)).is_some();
        if set("smtp_url") {
            let link = set("reminder_link") || set("public_url");
            for (name, is_set) in [("mail_from", set("mail_from")), ("reminder_link", link)] {
                if !is_set {
                    let setting = table::find(name);
                    let place = format!("{name} ({}, {})", setting.flag, setting.env);
                    self.complain(place, "it is needed where smtp_url is set.");
                }
            }
        }
        let mail = match (relay, sender, links) {
            (Some(relay), Some((sender, host)), Some(links)) => {
                Some(reminders::Mail { relay, sender, host, links })
            }
            _ => None,
        };
        reminders::Settings { rules, digest, mail }
    }

    /// The value of a setting that has a default. After a problem, the default stands in: no configuration is made.
    fn needed<T>(&mut self, name: &str, parse: fn(&str) -> Result<T, String>) -> T {
        let default = table::find(name).default;
        let value = self.optional(name, parse);
        value.unwrap_or_else(|| match parse(default) {
            Ok(value) => value,
            Err(why) => unreachable!("the default of {name}: {why}"),
        })
    }

    fn optional<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let setting = table::find(name);
        let (value, place) = match (self.given.get(name), self.file.get(name)) {
            (Some(value), _) => (value, format!("{name} ({}, {})", setting.flag, setting.env)),
            (None, Some(value)) => (value, format!("{name} (in {})", self.file_name)),
            (None, None) => return None,
        };
        match parse(value) {
            Ok(value) => Some(value),
            Err(expected) if setting.secret => {
                self.complain(place, expected);
                None
            }
            Err(expected) => {
                let sentence = format!("`{}` is not valid; {expected}", value.escape_debug());
                self.complain(place, sentence);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
