//! What makes a reminder the same reminder: its key, and the Message-ID that is made of it. Pure.
use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};
use std::fmt;
use uuid::Uuid;

/// The name of one reminder or one weekly digest, for all its recipients. The same facts give the same key on every
/// server and in every run; another due date gives another key. It is claimed with each recipient's id before a message
/// is sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    pub(super) fn of_reminder(obligation: Uuid, due: NaiveDate, rule: &str, day: NaiveDate) -> Self {
        Self(format!("reminder/{obligation}/{due}/{rule}/{day}"))
    }

    pub(super) fn of_digest(day: NaiveDate) -> Self {
        Self(format!("digest/{day}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The Message-ID (RFC 5322, section 3.6.4) of the message to one recipient: always the same, so that a copy that
    /// was sent in doubt can be known for one. It tells nothing of either.
    pub fn message_id(&self, recipient: Uuid, host: &Host) -> String {
        let digest = Sha256::digest(format!("{}\n{recipient}", self.0));
        format!("<{}@{}>", hex::encode(&digest[..16]), host.0)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands behind the @ of a Message-ID: a host name of the installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host(String);

impl Host {
    /// Reads a host name: labels of letters, digits and hyphens (RFC 1123, section 2.1).
    ///
    /// # Errors
    /// What would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let label = |label: &str| {
            let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            plain && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
        };
        // Within one line of a header, so that it is never folded (RFC 5322, section 2.1.1).
        if text.len() <= 200 && text.split('.').all(label) {
            return Ok(Self(text.to_ascii_lowercase()));
        }
        Err("write a host name such as grants.example.org.".into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_is_stable_and_its_own() {
        let host = Host::parse("Grants.example.org").unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let key = |due, rule, at| Key::of_reminder(Uuid::from_u128(1), day(due), rule, day(at));
        let first = key("2026-05-31", "7d-before", "2026-05-24");
        assert_eq!(
            first.as_str(),
            "reminder/00000000-0000-0000-0000-000000000001/2026-05-31/7d-before/2026-05-24"
        );
        // For good: messages that were sent have these.
        let anna = Uuid::from_u128(7);
        assert_eq!(first.message_id(anna, &host), "<71438d459043515ce2c151e62ecf8b5b@grants.example.org>");
        let others = [
            first.message_id(Uuid::from_u128(8), &host),
            key("2026-06-30", "7d-before", "2026-05-24").message_id(anna, &host),
            key("2026-05-31", "8d-before", "2026-05-24").message_id(anna, &host),
            key("2026-05-31", "7d-before", "2026-05-25").message_id(anna, &host),
            Key::of_digest(day("2026-05-25")).message_id(anna, &host),
        ];
        assert!(others.iter().all(|other| *other != first.message_id(anna, &host)));
    }

    #[test]
    fn a_host_is_a_name() {
        for good in ["localhost", "grants.example.org", "xn--brzia-eva.example.org", "192.0.2.1"] {
            assert_eq!(Host::parse(good).unwrap().as_str(), good);
        }
        let long = format!("{}.example.org", "a".repeat(64));
        for bad in ["", ".", "a..b", "-a.org", "a b", "a>\r\nBcc: x@example.org", "ā.org", "a_b.org", &long]
        {
            assert!(Host::parse(bad).is_err(), "{bad}");
        }
    }
}
