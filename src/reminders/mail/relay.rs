//! The server that takes the messages, as an address names it.
use std::fmt;
use url::{Host, Url};

/// How the connection is kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// From the first byte (RFC 8314, section 3.3).
    Tls,
    /// After STARTTLS (RFC 3207), or not at all.
    StartTls,
    /// Not: only to this machine.
    None,
}

/// Secret.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Login {
    pub user: String,
    pub password: String,
}

/// Where messages are handed in, and how.
#[derive(Clone, PartialEq, Eq)]
pub struct Relay {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) login: Option<Login>,
}

/// Without the log-in.
impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let login = self.login.as_ref().map(|_| "…");
        f.debug_struct("Relay")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("login", &login)
            .finish()
    }
}

const EXPECTED: &str = "write smtps://user:password@mail.example.org (TLS), smtp://user:password@mail.example.org (STARTTLS) or, \
                        on this machine, smtp://127.0.0.1:25, with special characters of the password percent-encoded";

impl Relay {
    /// Reads an address: `smtps` is TLS from the first byte, on port 465 where none is named; `smtp` is STARTTLS, on port
    /// 587 (RFC 6409, section 3.1), and it is required. Without TLS is only this machine (port 25), unless `?tls=required`
    /// stands behind it.
    ///
    /// # Errors
    /// What is wrong and what would be right; nothing of what was written.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| format!("{what}: {EXPECTED}.");
        let url = Url::parse(text).map_err(|_| wrong("it is no address"))?;
        let host =
            url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("it names no server"))?;
        // The scheme is none that `url` knows, so it leaves the host as it is written.
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let parsed = match host.parse::<std::net::IpAddr>() {
            Ok(address) if address.is_loopback() => (host.to_owned(), true),
            Ok(_) => (host.to_owned(), false),
            Err(_) => match Host::parse(host) {
                Ok(Host::Domain(name)) => (name.clone(), name == "localhost"),
                _ => return Err(wrong("its server is neither a name nor an address")),
            },
        };
        let (host, here) = parsed;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(wrong("something stands behind the server"));
        }
        let (security, port) = match (url.scheme(), url.query()) {
            ("smtps", None) => (Security::Tls, 465),
            ("smtp", None) if here => (Security::None, 25),
            ("smtp", None | Some("tls=required")) => (Security::StartTls, 587),
            ("smtp" | "smtps", _) => {
                return Err(wrong("the only thing that may follow is ?tls=required after smtp"));
            }
            _ => return Err(wrong("it begins with neither smtps: nor smtp:")),
        };
        let part = |text: &str| percent_decoded(text).filter(|text| !text.is_empty() && !text.contains('\0'));
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) => match (part(user), part(password)) {
                (Some(user), Some(password)) => Some(Login { user, password }),
                _ => return Err(wrong("its user or password is empty or not text")),
            },
            _ => return Err(wrong("it has a user without a password")),
        };
        Ok(Self { host, port: url.port().unwrap_or(port), security, login })
    }

    pub fn security(&self) -> Security {
        self.security
    }
}

/// RFC 3986, section 2.1. None where it is not UTF-8, or a % is none.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == b'%' {
            let (code, after) = rest.split_at_checked(2)?;
            bytes.extend(hex::decode(code).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_are_read() {
        for (text, host, port, security, login) in [
            ("smtps://mail.example.org", "mail.example.org", 465, Security::Tls, None),
            ("smtp://mail.example.org", "mail.example.org", 587, Security::StartTls, None),
            ("smtp://MAIL.example.org:25/?tls=required", "mail.example.org", 25, Security::StartTls, None),
            ("smtp://a:b@mail.example.org", "mail.example.org", 587, Security::StartTls, Some(("a", "b"))),
            (
                "smtps://grants%40example.org:p%C4%81%3A%2F@[2001:db8::1]:4650",
                "2001:db8::1",
                4650,
                Security::Tls,
                Some(("grants@example.org", "pā:/")),
            ),
            ("smtp://127.0.0.1", "127.0.0.1", 25, Security::None, None),
            ("smtp://localhost:2525", "localhost", 2525, Security::None, None),
            ("smtp://[::1]", "::1", 25, Security::None, None),
            ("smtp://127.0.0.1?tls=required", "127.0.0.1", 587, Security::StartTls, None),
            ("smtp://192.0.2.1", "192.0.2.1", 587, Security::StartTls, None),
            ("smtp://127.0.0.1.example.org", "127.0.0.1.example.org", 587, Security::StartTls, None),
        ] {
            let relay = Relay::parse(text).unwrap();
            let read = relay.login.as_ref().map(|login| (login.user.as_str(), login.password.as_str()));
            assert_eq!(
                (relay.host.as_str(), relay.port, relay.security, read),
                (host, port, security, login),
                "{text}"
            );
            assert!(!format!("{relay:?}").contains("pā"));
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_secret() {
        for text in [
            "",
            "mail.example.org",
            "smtp://",
            "smtp:///x",
            "http://mail.example.org",
            "smtp://secret@mail.example.org",
            "smtp://:secret@mail.example.org",
            "smtp://a:secret%FF@mail.example.org",
            "smtp://a:secret%0@mail.example.org",
            "smtp://a:secret%00@mail.example.org",
            "smtp://a:secret@mail.example.org/path",
            "smtp://a:secret@mail.example.org?tls=opportunistic",
            "smtps://a:secret@mail.example.org?tls=required",
            "smtp://a:secret@mail example.org",
            "smtp://a:secret@mail.example.org:99999",
        ] {
            let wrong = Relay::parse(text).unwrap_err();
            assert!(!wrong.contains("secret") && wrong.ends_with('.'), "{text}: {wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "(smtps?://)?[a-z0-9%@:/?#.\\[\\]ā]{0,40}") {
            let _ = Relay::parse(&text);
        }
    }
}
