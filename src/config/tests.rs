//! What a configuration must accept and refuse. The example file is tested here too.
#![expect(clippy::unwrap_used, reason = "a test may")]
use super::*;
use clap::Parser;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Sub>,
}

#[derive(clap::Subcommand)]
enum Sub {
    Serve,
}

fn with(values: &[(&str, &str)]) -> Settings {
    let mut settings = Settings::default();
    for (name, value) in values {
        settings.set(name, *value);
    }
    settings
}

fn file(text: &str) -> (tempfile::TempDir, Settings) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("grantline.toml");
    std::fs::write(&path, text).unwrap();
    let settings = with(&[("config", path.to_str().unwrap())]);
    (dir, settings)
}

#[test]
fn defaults_are_enough() {
    let config = Config::load(Settings::default()).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.time_zone, chrono_tz::Europe::Riga);
    assert_eq!((config.body_limit, config.database_connections), (1 << 20, 10));
    assert_eq!(config.header_read_timeout, Duration::from_secs(10));
    assert_eq!(config.body_read_timeout, Duration::from_secs(30));
    assert_eq!(config.shutdown_grace, Duration::from_secs(30));
    assert_eq!((config.log_format, config.log_level.as_str()), (LogFormat::Text, "info"));
    assert!(config.database_url.is_none() && config.demo_token.is_none() && config.public_url.is_none());
    assert!(!config.metrics_public && config.cors_origins.is_empty());
}

#[test]
fn the_file_takes_toml_types_and_gives_way_to_flags() {
    let (_dir, mut settings) = file(
        "listen = '0.0.0.0:80'\nrequest_timeout = 5\nmetrics_public = true\nbody_limit = '512k'\n\
         cors_origins = ['https://a.example.org', 'http://localhost:5173']",
    );
    let config = Config::load(settings.clone()).unwrap();
    assert_eq!(config.listen.to_string(), "0.0.0.0:80");
    assert_eq!((config.request_timeout, config.body_limit), (Duration::from_secs(5), 512 << 10));
    assert!(config.metrics_public);
    assert_eq!(config.cors_origins, ["https://a.example.org", "http://localhost:5173"]);
    settings.set("listen", "[::1]:9");
    assert_eq!(Config::load(settings.clone()).unwrap().listen.to_string(), "[::1]:9");
    settings.set("listen", "  ");
    let config = Config::load(settings).unwrap();
    assert_eq!(config.listen.to_string(), "0.0.0.0:80", "an empty variable is none");
}

#[test]
fn a_bucket_needs_its_access_and_nothing_else_does() {
    let load = |settings: &[(&str, &str)]| {
        let mut all = Settings::default();
        for (name, value) in settings {
            all.set(name, *value);
        }
        Config::load(all)
    };
    let places = |result: Result<Config, ConfigProblems>| -> Vec<String> {
        let problems = result.unwrap_err().0;
        problems.into_iter().map(|one| one.setting.split(' ').next().unwrap().to_owned()).collect()
    };
    assert_eq!(load(&[]).unwrap().files, None);
    assert_eq!(load(&[("files", "data/files")]).unwrap().files, Some(Place::Folder("data/files".into())));
    let bucket = [
        ("files", "s3://grants"),
        ("s3_region", "eu-north-1"),
        ("s3_access_key_id", "key"),
        ("s3_secret_access_key", "hush"),
    ];
    assert!(matches!(load(&bucket).unwrap().files, Some(Place::Bucket(_))));
    assert_eq!(places(load(&bucket[..2])), ["s3_access_key_id", "s3_secret_access_key"]);
    assert_eq!(places(load(&bucket[1..])), ["s3_region", "s3_access_key_id", "s3_secret_access_key"]);
    assert_eq!(places(load(&[("files", "ftp://x")])), ["files"]);
    let endpoint = [&bucket[..], &[("s3_endpoint", "example.org")]].concat();
    assert_eq!(places(load(&endpoint)), ["s3_endpoint"]);
    assert_eq!(load(&[("file_limit", "2m")]).unwrap().file_limit, 2 << 20);
    for size in ["0", "48001m", "1g", "-1"] {
        assert_eq!(places(load(&[("file_limit", size)])), ["file_limit"], "{size}");
    }
}

#[test]
fn all_problems_are_told_at_once_without_secrets() {
    let (_dir, mut settings) =
        file("listn = 'x'\nwholly_else = 1\ntime_zone = 'Riga'\nlog_level = { a = 1 }");
    for (name, value) in [
        ("listen", "localhost"),
        ("database_url", "mysql://u:hush@h/d"),
        ("body_limit", "1g"),
        ("request_timeout", "0"),
        ("metrics_public", "yes"),
        ("cors_origins", "https://a.example.org/path"),
        ("demo_token", "hush"),
        ("database_connections", "-1"),
        ("log_format", "xml"),
        ("public_url", "ftp://example.org"),
    ] {
        settings.set(name, value);
    }
    let problems = Config::load(settings).unwrap_err();
    assert_eq!(problems.0.len(), 14, "{problems}");
    let text = problems.to_string();
    assert!(!text.contains("hush"), "{text}");
    for words in [
        "`listn` is no setting; did you mean `listen`?",
        "`wholly_else` is no setting; there are",
        "`log_level` must be a single value",
        "listen (--listen, GRANTLINE_LISTEN): `localhost` is not valid; write an address and a port",
        "time_zone (in ",
        "demo_token (--demo-token, GRANTLINE_DEMO_TOKEN): it must be 32",
    ] {
        assert!(text.contains(words), "{words} is missing:\n{text}");
    }
}

#[test]
fn a_file_that_cannot_be_used_is_one_problem() {
    let missing = Config::load(with(&[("config", "no/such.toml")])).unwrap_err().to_string();
    assert!(missing.contains("the file no/such.toml: it cannot be read"), "{missing}");
    let (_dir, settings) = file("listen = '[::]:1'\ndatabase_url = postgres://u:secret@h/d");
    let broken = Config::load(settings).unwrap_err().to_string();
    assert!(broken.contains("line 2 is not TOML") && !broken.contains("secret"), "{broken}");
    let (_dir, settings) = file("config = 'other.toml'");
    assert!(Config::load(settings).is_err(), "a file does not name a file");
}

#[test]
fn values_at_their_edges() {
    let fine = |name: &str, value: &str| Config::load(with(&[(name, value)])).is_ok();
    for (name, good, bad) in [
        ("database_url", "sqlite://a.db", "sqlite://"),
        ("database_url", "postgresql://u@h/d", "postgres"),
        ("database_url", "postgres://u:p%40@h:1/d?sslmode=require", "postgres://h:x/d"),
        ("log_level", "warn,grantline=debug", "inf"),
        ("log_level", "off", "grantline=loud"),
        ("body_limit", "1024M", "1025m"),
        ("body_limit", "1", "0"),
        ("request_timeout", "86400", "86401"),
        ("shutdown_grace", "1", "1.5"),
        ("cors_origins", "*", "*,https://a.example.org"),
        ("cors_origins", "https://a.example.org, http://b.example.org:81", "a.example.org"),
        ("public_url", "https://a.example.org/grants", "https://a.example.org/?q"),
        ("database_connections", "1000", "1001"),
        ("rate_limit_per_token", "0", "1000001"),
        ("rate_limit_per_address", "1000000", "-1"),
        ("connections_per_address", "1", "0"),
        ("demo_token", "abcdefghijklmnopqrstuvwxyz-_0123", "abcdefghijklmnopqrstuvwxyz-_012"),
        ("demo_token", "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_0123", "ABCDEFGHIJKLMNOPQRSTUVWXYZ+/0123"),
    ] {
        assert!(fine(name, good), "{name} = {good}");
        assert!(!fine(name, bad), "{name} = {bad}");
    }
}

const ISSUER: &str = "https://id.example.org/realms/staff/";

#[test]
fn an_identity_provider_is_named_wholly_or_not_at_all() {
    assert!(Config::load(Settings::default()).unwrap().oidc.is_none());
    let mut settings = with(&[("oidc_issuer", ISSUER), ("oidc_audience", "https://grants.example.org")]);
    let oidc = Config::load(settings.clone()).unwrap().oidc.unwrap();
    assert_eq!((oidc.issuer.as_str(), oidc.audience.as_str()), (ISSUER, "https://grants.example.org"));
    assert_eq!((oidc.leeway.num_seconds(), oidc.name_claim.as_str()), (60, "name"));
    settings.set("oidc_roles", "groups=a,b:boss");
    let told = Config::load(settings).unwrap_err().to_string();
    assert!(
        told.contains("oidc_roles (--oidc-roles, GRANTLINE_OIDC_ROLES): `groups=a,b:boss` is not valid"),
        "{told}"
    );
    assert!(told.contains("`boss` is no role: there are admin"), "{told}");
    for (set, missing) in [
        (
            &[("oidc_issuer", ISSUER)][..],
            "oidc_audience (--oidc-audience, GRANTLINE_OIDC_AUDIENCE): it is needed",
        ),
        (&[("oidc_audience", "a")], "oidc_issuer (--oidc-issuer, GRANTLINE_OIDC_ISSUER): it is needed"),
        (&[("oidc_roles", "a=b:viewer")], "oidc_issuer (--oidc-issuer, GRANTLINE_OIDC_ISSUER): it is needed"),
    ] {
        let told = Config::load(with(set)).unwrap_err();
        assert!(told.0.len() == 1 && told.to_string().contains(missing), "{told}");
    }
    // A list of rules in the file: their values may hold commas.
    let (_dir, settings) = file(
        "oidc_issuer = 'http://127.0.0.1:1'\noidc_audience = 'a'\noidc_roles = ['g=CN=a,OU=b:viewer', 'g=c:admin']",
    );
    let rules = Config::load(settings).unwrap().oidc.unwrap().rules;
    assert_eq!(rules, oidc::Rules::parse("g=CN=a,OU=b:viewer; g=c:admin").unwrap());
}

#[test]
fn settings_of_the_identity_provider_at_their_edges() {
    let load = |name: &str, value: &str| {
        let mut settings = with(&[("oidc_issuer", ISSUER), ("oidc_audience", "a")]);
        settings.set(name, value);
        Config::load(settings).is_ok()
    };
    for (name, good, bad) in [
        ("oidc_issuer", "https://id.example.org", "http://id.example.org"),
        ("oidc_issuer", "http://127.0.0.1:9000", "id.example.org"),
        ("oidc_issuer", "http://localhost:9000/a", "https://id.example.org/?a=b"),
        ("oidc_issuer", "http://[::1]:9000", "https://user@id.example.org"),
        ("oidc_leeway", "0", "-1"),
        ("oidc_leeway", "300", "301"),
        ("oidc_name_claim", "profile.name", "profile..name"),
        ("oidc_audience", "a b", "a\u{7}b"),
    ] {
        assert!(load(name, good), "{name} = {good}");
        assert!(!load(name, bad), "{name} = {bad}");
    }
}

#[test]
fn flags_stand_before_or_after_the_subcommand() {
    for line in [["t", "--listen", "[::1]:7", "serve"], ["t", "serve", "--listen", "[::1]:7"]] {
        let cli = Cli::try_parse_from(line).unwrap();
        assert!(matches!(cli.command, Some(Sub::Serve)));
        assert_eq!(Config::load(cli.settings).unwrap().listen.to_string(), "[::1]:7", "{line:?}");
    }
}

#[test]
fn the_table_is_consistent() {
    for one in describe() {
        assert_eq!(one.flag, format!("--{}", one.name.replace('_', "-")));
        let env = format!("GRANTLINE_{}", one.name.to_uppercase());
        assert!(one.env == env || one.env == "DATABASE_URL", "{}", one.env);
        assert!(!one.meaning.is_empty() && !one.meaning.ends_with('.'));
        if !one.default.is_empty() {
            Config::load(with(&[(one.name, one.default)])).unwrap();
        }
    }
    <Cli as clap::CommandFactory>::command().debug_assert();
}

#[test]
fn nothing_secret_is_printed_for_debugging() {
    let settings = with(&[("database_url", "postgres://u:secret@h/d")]);
    let config = Config::load(settings.clone()).unwrap();
    assert!(!format!("{settings:?}{config:?}").contains("secret"));
}

#[test]
fn the_example_file_loads_and_holds_the_defaults() {
    let text = include_str!("../../.env.example");
    let lines: Vec<(String, String)> = dotenvy::from_read_iter(text.as_bytes()).map(Result::unwrap).collect();
    let mut settings = Settings::default();
    for (key, value) in &lines {
        let setting =
            describe().iter().find(|one| one.env == key).unwrap_or_else(|| panic!("{key} is unknown"));
        assert_eq!(value, setting.default, "{key}");
        settings.set(setting.name, value);
    }
    assert_eq!(lines.len(), describe().len(), "each variable once");
    for one in describe() {
        assert!(text.contains(&format!("# {}.\n{}=", one.meaning, one.env)), "{}", one.env);
    }
    Config::load(settings).unwrap();
}

#[test]
fn a_mail_server_needs_a_sender_and_an_address_that_messages_lead_to() {
    let server = ("smtp_url", "smtp://u:secret@mail.example.org");
    let wrong = |more: &[(&str, &str)]| {
        let problems = Config::load(with(&[&[server], more].concat())).unwrap_err();
        assert!(!problems.to_string().contains("secret"));
        problems.0.iter().map(|one| one.setting.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(wrong(&[]), ["mail_from", "reminder_link"]);
    assert_eq!(
        wrong(&[("mail_from", "grants@example.org"), ("reminder_link", "https://a.example.org")]),
        ["reminder_link"]
    );
    let sender = ("mail_from", "Grantline <grants@example.org>");
    for link in [("public_url", "https://a.example.org/g"), ("reminder_link", "https://a.example.org/{id}")] {
        assert!(Config::load(with(&[server, sender, link])).unwrap().reminders.mail.is_some());
    }
    let without = Config::load(with(&[("digest_day", "Monday")])).unwrap().reminders;
    assert!(without.mail.is_none() && without.digest == Some(chrono::Weekday::Mon));
    assert!(
        !format!(
            "{:?}",
            Config::load(with(&[server, sender, ("public_url", "https://a.example.org")])).unwrap().reminders
        )
        .contains("secret")
    );
}
