//! Why a message was not delivered, and whether it may be tried again.
use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::Response;
use std::error::Error as _;
use std::fmt;
use std::time::Duration;

/// Characters of an answer that are kept.
const LONGEST: usize = 300;

/// What became of a message that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Not sent, and trying again would not help: this recipient or this message is refused.
    #[error("it was refused: {0}")]
    Refused(Reason),
    /// Not sent; another time it may be. What is wrong may be the configuration too.
    #[error("it could not be sent yet: {0}")]
    Later(Reason),
    /// The message was on its way when the connection was lost or the time was over. It may have arrived.
    #[error("it is not known whether it was sent: {0}")]
    Uncertain(Reason),
}

/// How far it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The message itself could not be written.
    Writing,
    /// Connection, TLS at once, greeting and EHLO.
    Connect,
    StartTls,
    Login,
    Sender,
    Recipient,
    /// The announcement; nothing of the message yet.
    Data,
    /// The message, from its first byte to the answer to all of it.
    Content,
}

/// Where it ended, and what the server said. No address stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub step: Step,
    /// The reply code, where there was a reply (RFC 5321, section 4.2).
    pub code: Option<u16>,
    /// One line; the server's, or ours where it said nothing.
    pub said: String,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = match self.step {
            Step::Writing => "the message can't be written",
            Step::Connect => "connecting",
            Step::StartTls => "STARTTLS",
            Step::Login => "logging in",
            Step::Sender => "MAIL FROM",
            Step::Recipient => "RCPT TO",
            Step::Data => "DATA",
            Step::Content => "the message",
        };
        match self.code {
            Some(code) => write!(f, "{step}: {code} {}", self.said),
            None => write!(f, "{step}: {}", self.said),
        }
    }
}

impl Reason {
    /// Whether the server answered as it should, only not as it was hoped, and stays (421 says that it goes: RFC 5321,
    /// section 3.8).
    pub(super) fn keeps_connection(&self) -> bool {
        matches!(self.step, Step::Sender | Step::Recipient | Step::Data | Step::Content)
            && self.code.is_some_and(|code| (400..600).contains(&code) && code != 421)
    }
}

impl Failure {
    pub fn reason(&self) -> &Reason {
        match self {
            Self::Refused(reason) | Self::Later(reason) | Self::Uncertain(reason) => reason,
        }
    }

    /// The word for a table.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Later(_) => "later",
            Self::Uncertain(_) => "uncertain",
        }
    }

    /// Of an error in a step.
    ///
    /// A reply of 4yz or 5yz says that the message was not taken, even after all of it (RFC 5321, section 4.2.1). 5yz is
    /// final where it is about the recipient or the message. Elsewhere it is about the server or the log-in (RFC 4954,
    /// section 6), which somebody can set right.
    pub(super) fn new(step: Step, error: &Error) -> Self {
        let code = error.status().map(u16::from);
        let said = match error.source() {
            Some(source) => line(&source.to_string()),
            None => line(&error.to_string()),
        };
        Self::of(Reason { step, code, said })
    }

    /// Of an answer that doesn't belong there.
    pub(super) fn odd(step: Step, response: &Response) -> Self {
        let said = line(&response.message().collect::<Vec<_>>().join(" "));
        Self::of(Reason { step, code: Some(response.code().into()), said })
    }

    /// Of no answer.
    pub(super) fn late(step: Step, patience: Duration) -> Self {
        Self::of(Reason { step, code: None, said: format!("no answer within {} s", patience.as_secs_f32()) })
    }

    pub(super) fn unwritten(said: String) -> Self {
        Self::Refused(Reason { step: Step::Writing, code: None, said })
    }

    fn of(reason: Reason) -> Self {
        let about_us = matches!(reason.code, Some(530 | 534 | 535 | 538));
        let about_it = matches!(reason.step, Step::Recipient | Step::Data | Step::Content);
        match reason.code {
            Some(500..=599) if about_it && !about_us => Self::Refused(reason),
            Some(400..=599) => Self::Later(reason),
            _ if reason.step == Step::Content => Self::Uncertain(reason),
            _ => Self::Later(reason),
        }
    }

    /// The same without the recipient, whom servers like to repeat.
    pub(super) fn without(mut self, recipient: &Address) -> Self {
        let (Self::Refused(reason) | Self::Later(reason) | Self::Uncertain(reason)) = &mut self;
        reason.said = unnamed(&reason.said, recipient);
        self
    }
}

/// What a server says when all is well.
pub(super) fn said(response: &Response, recipient: &Address) -> String {
    unnamed(&line(&response.message().collect::<Vec<_>>().join(" ")), recipient)
}

fn line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect()
}

/// Leaves out every word that is or may be an address, and the recipient's name before the @.
fn unnamed(text: &str, recipient: &Address) -> String {
    let user = recipient.user().to_lowercase();
    let named = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        word.contains('@') || (!user.is_empty() && (bare == user || word.to_lowercase() == user))
    };
    text.split(' ').map(|word| if named(word) { "…" } else { word }).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_tried_again() {
        use Step::{Connect, Content, Data, Login, Recipient, Sender, StartTls};
        for (step, code, outcome) in [
            (Connect, None, "later"),
            (Connect, Some(554), "later"),
            (StartTls, Some(454), "later"),
            (Login, Some(535), "later"),
            (Sender, Some(550), "later"),
            (Recipient, Some(550), "refused"),
            (Recipient, Some(451), "later"),
            (Recipient, Some(530), "later"),
            (Recipient, Some(354), "later"),
            (Recipient, None, "later"),
            (Data, None, "later"),
            (Data, Some(250), "later"),
            (Data, Some(554), "refused"),
            (Content, Some(452), "later"),
            (Content, Some(421), "later"),
            (Content, Some(552), "refused"),
            (Content, Some(354), "uncertain"),
            (Content, None, "uncertain"),
        ] {
            let failure = Failure::of(Reason { step, code, said: String::new() });
            assert_eq!(failure.code(), outcome, "{step:?} {code:?}");
            let kept = failure.reason().keeps_connection();
            assert!(!kept || (code.unwrap() >= 400 && code != Some(421)), "{step:?} {code:?}");
        }
    }

    #[test]
    fn nobody_is_named() {
        let anna: Address = "Anna.B@example.org".parse().unwrap();
        for (said, kept) in [
            ("5.1.1 <anna.b@example.org>: Recipient address rejected", "5.1.1 … Recipient address rejected"),
            ("user anna.b unknown", "user … unknown"),
            ("mailbox (Anna.B), full", "mailbox … full"),
            ("try rfc822;anna.b@example.org.", "try …"),
        ] {
            assert_eq!(unnamed(said, &anna), kept);
        }
        assert_eq!(line(&format!("a\r\n b\u{0}{}", "x".repeat(500))).chars().count(), LONGEST);
    }
}
