//! The table of settings: the one source of flags, variables, help texts and defaults. Not how a value is read.
use super::Settings;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

/// One setting as users meet it.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its key in the file.
    pub name: &'static str,
    pub flag: &'static str,
    pub env: &'static str,
    /// As it would be written; empty where there is none.
    pub default: &'static str,
    /// What it means: the flag's help text.
    pub meaning: &'static str,
    /// Its value is never printed.
    pub secret: bool,
    placeholder: &'static str,
}

macro_rules! settings {
    ($($name:literal $flag:literal $env:literal $placeholder:literal $default:literal $secret:literal $meaning:literal;)*) => {
        /// All settings, in the order of the help text.
        pub const SETTINGS: &[Setting] = &[$(Setting {
            name: $name, flag: $flag, env: $env, default: $default, meaning: $meaning, secret: $secret,
            placeholder: $placeholder,
        }),*];
    };
}

settings! {
    "config" "--config" "GRANTLINE_CONFIG" "FILE" "" false
        "A TOML file with settings; flags and environment variables go before it";
    "database_url" "--database-url" "DATABASE_URL" "URL" "" true
        "The database: sqlite://path/to/file.db or postgres://user:password@host:port/database";
    "database_connections" "--database-connections" "GRANTLINE_DATABASE_CONNECTIONS" "NUMBER" "10" false
        "The most connections to the database at a time (SQLite: for reading; one more writes)";
    "listen" "--listen" "GRANTLINE_LISTEN" "ADDRESS:PORT" "127.0.0.1:8080" false
        "Where the server listens";
    "public_url" "--public-url" "GRANTLINE_PUBLIC_URL" "URL" "" false
        "The address under which clients reach the server, where it differs from where it listens";
    "cors_origins" "--cors-origins" "GRANTLINE_CORS_ORIGINS" "ORIGINS" "" false
        "Web origins that may call the API from a browser, separated by commas; * for all";
    "time_zone" "--time-zone" "GRANTLINE_TIME_ZONE" "NAME" "Europe/Riga" false
        "The time zone that says which day it is (a name of the IANA database)";
    "log_level" "--log-level" "GRANTLINE_LOG_LEVEL" "FILTER" "info" false
        "What is logged: error, warn, info, debug, trace, or by part as in warn,grantline=debug";
    "log_format" "--log-format" "GRANTLINE_LOG_FORMAT" "FORMAT" "text" false
        "How log lines are written: text or json";
    "body_limit" "--body-limit" "GRANTLINE_BODY_LIMIT" "BYTES" "1m" false
        "The largest request body, in bytes; k and m stand for 1024 and 1024 * 1024";
    "request_timeout" "--request-timeout" "GRANTLINE_REQUEST_TIMEOUT" "SECONDS" "60" false
        "How long a request may take until its answer begins";
    "header_read_timeout" "--header-read-timeout" "GRANTLINE_HEADER_READ_TIMEOUT" "SECONDS" "10" false
        "How long a client may take to send a request's head";
    "body_read_timeout" "--body-read-timeout" "GRANTLINE_BODY_READ_TIMEOUT" "SECONDS" "30" false
        "How long a client may take to send a body (large bodies: more, if 64 KiB a second arrive), or stall in reading an answer";
    "keep_alive_timeout" "--keep-alive-timeout" "GRANTLINE_KEEP_ALIVE_TIMEOUT" "SECONDS" "75" false
        "How long a connection may rest between two requests";
    "shutdown_grace" "--shutdown-grace" "GRANTLINE_SHUTDOWN_GRACE" "SECONDS" "30" false
        "How long running requests may take to finish when the server is told to stop";
    "rate_limit_per_token" "--rate-limit-per-token" "GRANTLINE_RATE_LIMIT_PER_TOKEN" "REQUESTS" "6000" false
        "How many requests a minute one token may make of this server; 0 for any number";
    "rate_limit_per_address" "--rate-limit-per-address" "GRANTLINE_RATE_LIMIT_PER_ADDRESS" "REQUESTS" "12000" false
        "The same of one network address, where failed log-ins are slowed too; 0 for neither, as behind a proxy that counts by itself";
    "connections_per_address" "--connections-per-address" "GRANTLINE_CONNECTIONS_PER_ADDRESS" "NUMBER" "500" false
        "The most connections of one address at a time; more are closed as they come. A proxy in front counts as one address";
    "oidc_issuer" "--oidc-issuer" "GRANTLINE_OIDC_ISSUER" "URL" "" false
        "The identity provider whose access tokens are taken beside API tokens, letter for letter as it names itself (iss)";
    "oidc_audience" "--oidc-audience" "GRANTLINE_OIDC_AUDIENCE" "TEXT" "" false
        "What access tokens must name as their audience (aud): this API, as the identity provider has it";
    "oidc_roles" "--oidc-roles" "GRANTLINE_OIDC_ROLES" "RULES" "" false
        "What claims give which role: rules such as groups=grants:programme_manager, with @funder:ID behind one for a part of the register, separated by semicolons";
    "oidc_name_claim" "--oidc-name-claim" "GRANTLINE_OIDC_NAME_CLAIM" "CLAIM" "name" false
        "The claim that names the caller in the history; sub where no names of persons are to be kept";
    "oidc_leeway" "--oidc-leeway" "GRANTLINE_OIDC_LEEWAY" "SECONDS" "60" false
        "How far the identity provider's clock and this one may be apart, up to 300";
    "files" "--files" "GRANTLINE_FILES" "FOLDER" "" false
        "Where the files of documents are kept: a folder, or s3://bucket/prefix; for SQLite, where not set, the database's file with -files at its end, else the folder grantline-files";
    "file_limit" "--file-limit" "GRANTLINE_FILE_LIMIT" "BYTES" "100m" false
        "The largest file, in bytes; k and m stand for 1024 and 1024 * 1024";
    "s3_endpoint" "--s3-endpoint" "GRANTLINE_S3_ENDPOINT" "URL" "" false
        "The server of the bucket, such as http://localhost:9000, where it is not Amazon's";
    "s3_region" "--s3-region" "GRANTLINE_S3_REGION" "NAME" "" false
        "The region of the bucket";
    "s3_access_key_id" "--s3-access-key-id" "GRANTLINE_S3_ACCESS_KEY_ID" "ID" "" false
        "The access key for the bucket";
    "s3_secret_access_key" "--s3-secret-access-key" "GRANTLINE_S3_SECRET_ACCESS_KEY" "SECRET" "" true
        "Its secret";
    "metrics_public" "--metrics-public" "GRANTLINE_METRICS_PUBLIC" "TRUE/FALSE" "false" false
        "Whether GET /metrics answers others than this machine: true or false";
    "public_access" "--public-access" "GRANTLINE_PUBLIC_ACCESS" "TRUE/FALSE" "false" false
        "Whether callers without a token may read the records and fields that are published to everybody: true or false";
    "erasure_journal" "--erasure-journal" "GRANTLINE_ERASURE_JOURNAL" "FILE" "" false
        "Where erasures of personal data are told outside the database, so that a restored back-up does not undo them; for SQLite, where not set, the database's file with -erasures at its end";
    "audit_key" "--audit-key" "GRANTLINE_AUDIT_KEY" "FILE" "" false
        "The file with the key that signs checkpoints of the history, made by grantline audit keygen";
    "audit_checkpoint_every" "--audit-checkpoint-every" "GRANTLINE_AUDIT_CHECKPOINT_EVERY" "SECONDS" "" false
        "How often serve signs a checkpoint of the history; not at all where it is not set";
    "smtp_url" "--smtp-url" "GRANTLINE_SMTP_URL" "URL" "" true
        "The mail server that takes reminders, such as smtps://user:password@mail.example.org; without it none are sent";
    "mail_from" "--mail-from" "GRANTLINE_MAIL_FROM" "ADDRESS" "" false
        "Who sends them: grants@example.org or Grantline <grants@example.org>";
    "reminders" "--reminders" "GRANTLINE_REMINDERS" "RULES" "30d before, 7d before, on the day, every 7d after" false
        "When who is reminded of what is owed: times, with roles: before them and semicolons between lists, as in finance_officer for duty: 7d before, on the day";
    "reminder_link" "--reminder-link" "GRANTLINE_REMINDER_LINK" "URL" "" false
        "Where messages say that an obligation is shown, with {id} in it; the API's address of it below --public-url where it is not set";
    "digest_day" "--digest-day" "GRANTLINE_DIGEST_DAY" "DAY" "" false
        "The day of the week on which a digest is sent, such as monday; none where it is not set";
    "demo_token" "--demo-token" "GRANTLINE_DEMO_TOKEN" "TOKEN" "" true
        "The demo's access token, for scripts: 32 characters or more of A-Z, a-z, 0-9, - and _; made anew otherwise";
}

/// All settings with flag, variable, default and meaning: for the README's table and its test.
pub fn describe() -> &'static [Setting] {
    SETTINGS
}

pub(super) fn find(name: &str) -> &'static Setting {
    SETTINGS.iter().find(|one| one.name == name).expect("the code asks only for settings of the table")
}

/// What to say of a key that is no setting.
pub(super) fn unknown(key: &str) -> String {
    let wanted = key.to_lowercase().replace(['-', '.', ' '], "_");
    let near = SETTINGS.iter().map(|one| one.name).filter(|name| *name != "config");
    let distance = |name: &str| {
        let common = name.chars().zip(wanted.chars()).take_while(|(a, b)| a == b).count();
        name.len().max(wanted.len()) - common
    };
    match near.clone().min_by_key(|name| distance(name)).filter(|name| distance(name) <= name.len() / 2) {
        Some(name) => format!("`{}` is no setting; did you mean `{name}`?", key.escape_debug()),
        None => {
            let names = near.collect::<Vec<_>>().join(", ");
            format!("`{}` is no setting; there are {names}.", key.escape_debug())
        }
    }
}

impl Args for Settings {
    fn augment_args(command: Command) -> Command {
        SETTINGS.iter().fold(command, |command, setting| {
            let help = match setting.default {
                "" => setting.meaning.to_owned(),
                default => format!("{} [default: {default}]", setting.meaning),
            };
            command.arg(
                Arg::new(setting.name)
                    .long(setting.flag.trim_start_matches("--"))
                    .env(setting.env)
                    // Otherwise --help prints what the variables hold.
                    .hide_env_values(true)
                    .value_name(setting.placeholder)
                    .help(help)
                    .global(true),
            )
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Settings {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut settings = Self::default();
        settings.update_from_arg_matches(matches)?;
        Ok(settings)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for setting in SETTINGS {
            if let Some(value) = matches.get_one::<String>(setting.name) {
                self.0.insert(setting.name, value.clone());
            }
        }
        Ok(())
    }
}
