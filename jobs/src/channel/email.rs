//! Messages by e-mail, through the office's mail server.

use super::secret::Secret;
use super::{LONGEST_ATTACHMENT_BYTES, Letter, Refusal, SILENCE};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};
use schemars::JsonSchema;
use serde::Deserialize;
use std::io::ErrorKind;
use std::path::PathBuf;

/// How the way to a mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Security {
    /// STARTTLS, which the server must offer.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Not at all.
    None,
}

impl Security {
    pub(super) fn port(self) -> u16 {
        match self {
            Self::Starttls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Email {
    pub(super) server: String,
    pub(super) port: u16,
    pub(super) security: Security,
    /// The authority that signed the server's certificate, where the usual ones did not.
    pub(super) authority: Option<PathBuf>,
    pub(super) from: Mailbox,
    pub(super) user: Option<(String, Secret)>,
}

impl Email {
    pub(super) fn send(&self, to: &str, letter: &Letter) -> Result<(), Refusal> {
        let message = self.message(to, letter)?;
        self.transport()?.send(&message).map(drop).map_err(|fault| refusal(&fault))
    }

    fn message(&self, to: &str, letter: &Letter) -> Result<Message, Refusal> {
        let to: Mailbox = to.parse().map_err(|_| Refusal::lasting("the receiver is no e-mail address"))?;
        let host = self.from.email.domain();
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .date(letter.written.into())
            .message_id(Some(format!("<{}@{host}>", letter.id)))
            .subject(letter.subject.as_str());
        if let Some(first) = &letter.in_reply_to {
            message = message.in_reply_to(format!("<{first}@{host}>")).references(format!("<{first}@{host}>"));
        }
        // Nobody's holiday notice answers a program.
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let message = message.raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()));
        let unwritable = |_| Refusal::lasting("the message cannot be written as an e-mail");
        let Some(path) = &letter.attachment else {
            let text = SinglePart::plain(letter.text.clone());
            return message.singlepart(text).map_err(unwritable);
        };
        let gone = |_| Refusal::lasting("its document cannot be read, or is longer than 10 MB");
        let bytes = pipeline::read_file(path, LONGEST_ATTACHMENT_BYTES).map_err(gone)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let pdf = ContentType::parse("application/pdf").map_err(|_| Refusal::lasting("no type of its document"))?;
        let parts = MultiPart::mixed().singlepart(SinglePart::plain(letter.text.clone()));
        message.multipart(parts.singlepart(Attachment::new(name).body(bytes, pdf))).map_err(unwritable)
    }

    fn transport(&self) -> Result<SmtpTransport, Refusal> {
        let tls = match self.security {
            Security::None => Tls::None,
            Security::Starttls => Tls::Required(self.tls()?),
            Security::Tls => Tls::Wrapper(self.tls()?),
        };
        let builder = SmtpTransport::builder_dangerous(&self.server).port(self.port).timeout(Some(SILENCE)).tls(tls);
        Ok(match &self.user {
            Some((user, password)) => builder.credentials(Credentials::new(user.clone(), password.read()?)).build(),
            None => builder.build(),
        })
    }

    fn tls(&self) -> Result<TlsParameters, Refusal> {
        let unusable = || Refusal::lasting("the file of `ca-file` cannot be read as a certificate");
        let mut tls = TlsParameters::builder(self.server.clone());
        if let Some(path) = &self.authority {
            let text = crate::config::text::read("the certificate", path).map_err(|_| unusable())?;
            tls = tls.add_root_certificate(Certificate::from_pem(text.as_bytes()).map_err(|_| unusable())?);
        }
        tls.build_rustls().map_err(|_| unusable())
    }
}

/// The code alone: the words beside it may name the receiver.
fn refusal(fault: &lettre::transport::smtp::Error) -> Refusal {
    if let Some(code) = fault.status() {
        return Refusal { lasting: fault.is_permanent(), reason: format!("SMTP {code}") };
    }
    let kind = io_kind(fault);
    Refusal::passing(if matches!(kind, Some(ErrorKind::TimedOut | ErrorKind::WouldBlock)) {
        "the mail server does not answer"
    } else if fault.is_tls() || kind == Some(ErrorKind::InvalidData) {
        // A handshake that fails while its first bytes are read shows as an error of reading.
        "the mail server's certificate is not trusted, or it speaks no TLS"
    } else if fault.is_client() {
        "the mail server offers no STARTTLS, or no way to log in"
    } else {
        "the mail server cannot be reached, or broke off"
    })
}

/// The kind of the error of reading or writing behind a fault.
fn io_kind(fault: &lettre::transport::smtp::Error) -> Option<ErrorKind> {
    let mut cause = std::error::Error::source(fault);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        cause = inner.source();
    }
    None
}
