//! A message as it goes over the wire (RFC 5322, MIME). Not its words, and not its way.
use crate::reminders::text::{Language, Text};
use chrono::{DateTime, Utc};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::{Address, address::AddressError};
use std::time::SystemTime;

/// A message to one recipient.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// The recipient's address.
    pub to: &'a str,
    /// As `Key::message_id` makes it: the same whenever this message is sent.
    pub message_id: &'a str,
    /// The time by the clock of the program.
    pub date: DateTime<Utc>,
    pub language: Language,
    pub text: &'a Text,
}

/// Who writes: a name and the mailbox to which reports of failed delivery go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(Mailbox);

impl Sender {
    /// Reads an address, with or without a name.
    ///
    /// # Errors
    /// What would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = "write an address such as grants@example.org or Grantline <grants@example.org>.";
        let one_line = !text.chars().any(char::is_control);
        let read = text.trim().parse::<Mailbox>().ok().filter(|_| one_line).ok_or(expected)?;
        let email = address(read.email.as_ref()).map_err(|_| expected)?;
        Ok(Self(Mailbox::new(read.name, email)))
    }

    pub(super) fn address(&self) -> &Address {
        &self.0.email
    }

    /// Whether it was written as an address alone, without a name.
    pub fn is_bare(&self, text: &str) -> bool {
        self.0.name.is_none() && !text.contains(['<', '>', ' '])
    }

    /// What stands behind its @.
    pub fn domain(&self) -> &str {
        self.0.email.domain()
    }
}

impl Letter<'_> {
    /// The recipient, and the whole message in ASCII, so that no server has to be able to do more.
    ///
    /// # Errors
    /// What can't be written, in a sentence without the address.
    pub(super) fn written(&self, sender: &Sender) -> Result<(Address, Vec<u8>), String> {
        let to =
            address(self.to).map_err(|_| "the recipient's address is not one that mail can be sent to")?;
        let date = time(self.date).ok_or("the date is not of this age")?;
        let message = Message::builder()
            .from(sender.0.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(self.text.subject.as_str())
            .date(date)
            .message_id(Some(self.message_id.to_owned()))
            // RFC 3834, section 5: nobody's machine is to answer. There is no List-Unsubscribe: it is no list, and who
            // gets it is decided by roles.
            .raw_header(header("Auto-Submitted", "auto-generated"))
            // RFC 3282, section 2.
            .raw_header(header("Content-Language", self.language.tag()))
            .multipart(MultiPart::alternative_plain_html(self.text.plain.clone(), self.text.html.clone()))
            .map_err(|error| error.to_string())?
            .formatted();
        if message.is_ascii() { Ok((to, message)) } else { Err("it is not in ASCII".into()) }
    }
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// An address, the domain as the name system has it (RFC 5890, section 2.3.2.1). What stands before the @ must be ASCII:
/// the extension for others (RFC 6531) is not asked for.
fn address(text: &str) -> Result<Address, AddressError> {
    let parsed: Address = text.parse()?;
    if !parsed.user().is_ascii() || text.chars().any(char::is_control) {
        return Err(AddressError::InvalidUser);
    }
    if parsed.domain().is_ascii() {
        return Ok(parsed);
    }
    let host = url::Host::parse(parsed.domain()).map_err(|_| AddressError::InvalidDomain)?;
    Address::new(parsed.user(), host.to_string())
}

/// Between 1970 and 9999: the header has no other years.
fn time(date: DateTime<Utc>) -> Option<SystemTime> {
    (0..253_402_300_800).contains(&date.timestamp()).then(|| SystemTime::from(date))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(subject: &str) -> Text {
        Text {
            subject: subject.into(),
            plain: "Sveiki!\n.\nЗаявка\n".into(),
            html: "<p>Sveiki!</p>\n".into(),
        }
    }

    fn written(to: &str, subject: &str, date: DateTime<Utc>) -> Result<String, String> {
        let text = text(subject);
        let letter =
            Letter { to, message_id: "<0123@grants.example.org>", date, language: Language::Lv, text: &text };
        let sender = Sender::parse("Grantline — granti <grants@example.org>").unwrap();
        letter.written(&sender).map(|(_, bytes)| String::from_utf8(bytes).unwrap())
    }

    fn headers(message: &str) -> Vec<&str> {
        let head = message.split("\r\n\r\n").next().unwrap();
        head.split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']))
            .map(|line| line.split(':').next().unwrap())
            .collect()
    }

    const EXPECTED: [&str; 9] = [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "Content-Language",
        "MIME-Version",
        "Content-Type",
    ];

    #[test]
    fn a_letter_has_its_headers() {
        let message = written("anna@example.org", "Termiņš šodien", DateTime::UNIX_EPOCH).unwrap();
        assert_eq!(headers(&message), EXPECTED);
        for line in [
            "To: anna@example.org",
            "Date: Thu, 01 Jan 1970 00:00:00 +0000",
            "Message-ID: <0123@grants.example.org>",
            "Auto-Submitted: auto-generated",
            "Content-Language: lv",
        ] {
            assert!(message.contains(&format!("\r\n{line}\r\n")), "{line}: {message}");
        }
    }

    #[test]
    fn a_message_id_is_not_folded() {
        let host = "a".repeat(60);
        let host = crate::reminders::key::Host::parse(&[host.as_str(); 3].join(".")).unwrap();
        let id = crate::reminders::key::Key::of_digest("2026-05-25".parse().unwrap())
            .message_id(uuid::Uuid::nil(), &host);
        let text = text("x");
        let letter = Letter {
            to: "anna@example.org",
            message_id: &id,
            date: DateTime::UNIX_EPOCH,
            language: Language::Lv,
            text: &text,
        };
        let (_, message) = letter.written(&Sender::parse("grants@example.org").unwrap()).unwrap();
        let message = String::from_utf8(message).unwrap();
        assert!(message.replace("\r\n ", " ").contains(&format!("\r\nMessage-ID: {id}\r\n")), "{message}");
        assert!(message.lines().all(|line| line.len() <= 998));
    }

    #[test]
    fn addresses_are_checked() {
        let to = |to: &str| written(to, "x", DateTime::UNIX_EPOCH);
        assert!(to("anna.b+x@sub.example.org").is_ok());
        assert!(to("anna@piemērs.example.org").unwrap().contains("To: anna@xn--piemrs-s3a.example.org\r\n"));
        for bad in [
            "",
            "anna",
            "anna@",
            "@example.org",
            "anna@example.org\r\nBcc: b@example.org",
            "anna@example.org, b@example.org",
            "anna b@example.org",
            "bērziņa@example.org",
            "<anna@example.org>",
        ] {
            let why = to(bad).unwrap_err();
            assert!(!why.contains("anna"), "{bad}");
        }
        for bad in
            ["", "Grantline", "a@example.org, b@example.org", "A\r\nBcc: b@example.org <a@example.org>"]
        {
            assert!(Sender::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_date_that_no_header_can_have_is_refused() {
        for date in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert!(written("anna@example.org", "x", date).is_err());
        }
    }

    proptest! {
        #[test]
        fn no_subject_adds_a_header(subject in "(?s).{0,200}|[a\r\n: Bc]{0,60}") {
            let message = written("anna@example.org", &subject, DateTime::UNIX_EPOCH).unwrap();
            prop_assert_eq!(headers(&message), EXPECTED);
        }
    }
}
