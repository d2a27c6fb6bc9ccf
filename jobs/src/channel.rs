//! The ways by which messages leave the office: `[[channel]]` of the configuration, and how a message is sent through one.
//!
//! Reads   a channel of the configuration, presets of services, secrets at the moment of sending
//! Gives   channels that can be meant, and for each message whether it was taken
//!
//! Invariant: why a message was not taken is told in words of ours or as a code. What a server said may name a person.

mod command;
mod email;
mod secret;
mod section;
mod webhook;

pub(crate) use section::{ChannelSection, Tells};

use chrono::{DateTime, Utc};
use schemas::Preset;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// No server of a small office takes more.
pub(crate) const LONGEST_ATTACHMENT_BYTES: u64 = 10 << 20;

/// A message as every channel is given it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Letter {
    /// The same for each attempt: `Message-ID` and `Idempotency-Key`.
    pub id: String,
    /// The message that it goes on from, if it does.
    pub in_reply_to: Option<String>,
    /// When it was written.
    pub written: DateTime<Utc>,
    /// The office that sends it.
    pub office: String,
    /// What kind of message it is.
    pub kind: String,
    /// How serious it is.
    pub severity: String,
    /// The code of its finding; may be empty.
    pub code: String,
    /// Its first line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// A document that goes with it, where the channel can carry one.
    pub attachment: Option<PathBuf>,
}

/// Why a message was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Whether another attempt soon would be refused too.
    pub lasting: bool,
    /// In words of ours or as a code.
    pub reason: String,
}

impl Refusal {
    fn passing(reason: impl Into<String>) -> Self {
        Self { lasting: false, reason: reason.into() }
    }

    fn lasting(reason: impl Into<String>) -> Self {
        Self { lasting: true, reason: reason.into() }
    }
}

/// A channel.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    /// Its name in the configuration.
    pub name: String,
    /// Who receives messages through it, each by a message of its own; one empty name where the channel itself knows.
    pub to: Vec<String>,
    /// Which messages go through it.
    pub tells: Vec<Tells>,
    /// Whether every message may go out while the office is closed.
    pub at_any_hour: bool,
    /// How many messages a receiver gets in a day, before the others are summed up in one.
    pub most_a_day: u32,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Email(email::Email),
    Webhook(webhook::Webhook),
    Command(command::Command),
}

impl Channel {
    /// The channels of a configuration in that folder.
    ///
    /// # Errors
    /// When one of them cannot be meant; says which and why.
    pub(crate) fn all(sections: &[ChannelSection], presets: &[Preset], folder: &Path) -> anyhow::Result<Vec<Self>> {
        section::all(sections, presets, folder)
    }

    /// Sends a message to one receiver and waits for the answer.
    ///
    /// # Errors
    /// Why it was not taken.
    pub(crate) fn send(&self, to: &str, letter: &Letter) -> Result<(), Refusal> {
        match &self.way {
            Way::Email(way) => way.send(to, letter),
            Way::Webhook(way) => way.send(to, letter),
            Way::Command(way) => way.send(to, letter),
        }
    }

    /// After which time an attempt is over, whatever the other side does: half a minute or what the office gave its program, and
    /// what an attachment needs on a slow line of 16 kB a second.
    pub(crate) fn deadline(&self, letter: &Letter) -> Duration {
        let answer = match &self.way {
            Way::Command(command) => command.deadline,
            Way::Email(_) | Way::Webhook(_) => SILENCE,
        };
        let bytes = letter.attachment.as_deref().and_then(|path| path.metadata().ok()).map_or(0, |of| of.len());
        answer + Duration::from_secs(5 + bytes.min(LONGEST_ATTACHMENT_BYTES) * 4 / 3 / 16_384)
    }
}

/// Whether a host is this machine.
fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// How long the other side may be silent.
const SILENCE: Duration = Duration::from_secs(25);
