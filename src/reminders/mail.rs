//! Delivery of one message to one recipient over SMTP (RFC 5321), and what became of it: taken, refused, to be tried
//! again, or not known. Who gets what, and that nobody gets it twice, is decided before.
mod failure;
mod letter;
mod relay;

pub use failure::{Failure, Reason, Step};
pub use letter::{Letter, Sender};
pub use relay::{Relay, Security};

use super::key::Host;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Response, Severity};
use std::future::Future;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// A connection that rested longer is not used again: the server may have closed it.
const LONGEST_REST: Duration = Duration::from_secs(30);
/// Messages over one connection. Servers have a limit of their own, and close.
const MOST_MESSAGES: u32 = 50;
/// How long a server may take to say good-bye.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long is waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For the connection and for each answer but the last.
    pub step: Duration,
    /// For the answer to the whole message. RFC 5321, section 4.5.3.2.6, asks for ten minutes: who gives up earlier
    /// doesn't know what became of it.
    pub last: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { step: Duration::from_secs(60), last: Duration::from_secs(600) }
    }
}

/// A server took the message over, and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub said: String,
}

/// Sends messages, one after the other, over a connection that is kept for the next. Where a message is given up half
/// way (the future is dropped), its connection goes too, and what became of it is not known.
pub struct Mailer {
    relay: Relay,
    sender: Sender,
    hello: ClientId,
    tls: Option<TlsParameters>,
    patience: Patience,
    line: Mutex<Option<Line>>,
}

/// An open connection, between two messages.
struct Line {
    connection: AsyncSmtpConnection,
    used: Instant,
    messages: u32,
}

impl Mailer {
    /// Nothing is connected yet. The host is how this machine calls itself (EHLO).
    ///
    /// # Errors
    /// Where TLS is wanted and what this machine trusts can't be read.
    pub fn new(relay: Relay, sender: Sender, host: &Host, patience: Patience) -> Result<Self, String> {
        let tls = match relay.security {
            Security::None => None,
            Security::Tls | Security::StartTls => {
                let tls = TlsParameters::new(relay.host.clone());
                Some(tls.map_err(|error| format!("TLS can't be used: {error}."))?)
            }
        };
        let hello = ClientId::Domain(host.as_str().to_owned());
        Ok(Self { relay, sender, hello, tls, patience, line: Mutex::new(None) })
    }

    /// Sends a message.
    ///
    /// # Errors
    /// What became of it instead.
    pub async fn send(&self, letter: &Letter<'_>) -> Result<Taken, Failure> {
        let (to, message) = letter.written(&self.sender).map_err(Failure::unwritten)?;
        let mut slot = self.line.lock().await;
        let mut line = match self.resumed(slot.take()).await {
            Some(line) => line,
            None => self.connected().await?,
        };
        let envelope =
            (Mail::new(Some(self.sender.address().clone()), vec![]), Rcpt::new(to.clone(), vec![]));
        let step = self.patience.step;
        let connection = &mut line.connection;
        let ready = async {
            answer(Step::Sender, step, Severity::PositiveCompletion, connection.command(envelope.0)).await?;
            answer(Step::Recipient, step, Severity::PositiveCompletion, connection.command(envelope.1))
                .await?;
            answer(Step::Data, step, Severity::PositiveIntermediate, connection.command(Data)).await?;
            let last = self.patience.last;
            answer(Step::Content, last, Severity::PositiveCompletion, connection.message(&message)).await
        };
        let result = ready.await.map_err(|failure| failure.without(&to));
        line.used = Instant::now();
        line.messages += 1;
        match &result {
            Ok(_) => *slot = Some(line),
            // The server is still there, and may take the next one, which begins by giving up this one.
            Err(failure) if failure.reason().keeps_connection() => *slot = Some(line),
            Err(_) => {}
        }
        result.map(|response| Taken { said: failure::said(&response, &to) })
    }

    /// Says good-bye where a connection is open. To be called before the program ends, and after a run.
    pub async fn close(&self) {
        if let Some(mut line) = self.line.lock().await.take() {
            let _ = timeout(FAREWELL, line.connection.command(Quit)).await;
        }
    }

    /// The kept connection, if it still answers. A message that was refused half way is given up (RFC 5321, section
    /// 4.1.1.5).
    async fn resumed(&self, line: Option<Line>) -> Option<Line> {
        let mut line = line?;
        if line.used.elapsed() < LONGEST_REST && line.messages < MOST_MESSAGES {
            let answer = timeout(self.patience.step, line.connection.command(Rset)).await;
            return matches!(answer, Ok(Ok(_))).then_some(line);
        }
        let _ = timeout(FAREWELL, line.connection.command(Quit)).await;
        None
    }

    async fn connected(&self) -> Result<Line, Failure> {
        let step = self.patience.step;
        let at_once = self.tls.clone().filter(|_| self.relay.security == Security::Tls);
        let server = (self.relay.host.as_str(), self.relay.port);
        let connecting = AsyncSmtpConnection::connect_tokio1(server, Some(step), &self.hello, at_once, None);
        let mut connection = within(Step::Connect, step, connecting).await?;
        if self.relay.security == Security::StartTls
            && let Some(tls) = self.tls.clone()
        {
            within(Step::StartTls, step, connection.starttls(tls, &self.hello)).await?;
        }
        if let Some(login) = &self.relay.login {
            let credentials = Credentials::new(login.user.clone(), login.password.clone());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            within(Step::Login, step, connection.auth(&mechanisms, &credentials)).await?;
        }
        Ok(Line { connection, used: Instant::now(), messages: 0 })
    }
}

/// The outcome of a step, if it comes in time.
async fn within<T>(
    step: Step,
    patience: Duration,
    doing: impl Future<Output = Result<T, Error>>,
) -> Result<T, Failure> {
    match timeout(patience, doing).await {
        Ok(done) => done.map_err(|error| Failure::new(step, &error)),
        Err(_) => Err(Failure::late(step, patience)),
    }
}

/// The same of a command, with an answer of the kind that belongs to it (RFC 5321, section 4.3.2). Another one means that
/// the two no longer speak of the same thing.
async fn answer(
    step: Step,
    patience: Duration,
    severity: Severity,
    doing: impl Future<Output = Result<Response, Error>>,
) -> Result<Response, Failure> {
    let response = within(step, patience, doing).await?;
    if response.code().severity == severity { Ok(response) } else { Err(Failure::odd(step, &response)) }
}
