//! `[[channel]]`: what an office writes of a channel, and what it means.

use super::command::Command;
use super::email::{Email, Security};
use super::secret::Secret;
use super::webhook::Webhook;
use super::{Channel, Letter, Way, is_loopback};
use crate::config::place::{At, instead, shown};
use anyhow::{Result, anyhow};
use chrono::DateTime;
use schemars::JsonSchema;
use schemas::{BodyForm, Preset};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One `[[channel]]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ChannelSection {
    /// Its name in lists and findings.
    pub name: String,
    /// How it sends.
    #[serde(rename = "type")]
    pub kind: ChannelKind,
    /// Who receives: e-mail addresses, telephone numbers, chats, topics. Each gets a message of its own.
    #[serde(default)]
    pub to: Vec<String>,
    /// Which messages it sends.
    #[serde(default = "everything")]
    pub tells: Vec<Tells>,
    /// Whether it sends while the office is closed, too.
    #[serde(default)]
    pub at_any_hour: bool,
    /// How many messages a receiver gets in a day, before the others are summed up in one.
    #[serde(default = "default_most_a_day")]
    pub most_a_day: NonZeroU32,
    /// Whether the way to another machine may be unencrypted.
    #[serde(default)]
    pub unencrypted: bool,
    /// A certificate authority beside (for a webhook: instead of) the usual ones, as a PEM file.
    pub ca_file: Option<PathBuf>,
    /// E-mail: the mail server.
    pub server: Option<String>,
    /// E-mail: its port.
    pub port: Option<u16>,
    /// E-mail: how the way to it is protected.
    pub security: Option<Security>,
    /// E-mail: the sender.
    pub from: Option<String>,
    /// E-mail: who logs in.
    pub user: Option<String>,
    /// E-mail: the file of the password.
    pub password_file: Option<PathBuf>,
    /// Webhook: the service, by a name of saluran.toml.
    pub preset: Option<String>,
    /// Webhook: the address.
    pub url: Option<String>,
    /// Webhook: the method, POST where none is named.
    pub method: Option<String>,
    /// Webhook: headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Webhook: the form of the body.
    pub form: Option<BodyForm>,
    /// Webhook: the body.
    #[schemars(with = "Option<serde_json::Value>")]
    pub body: Option<toml::Value>,
    /// Webhook: where a JSON answer says `true` for a message that was taken.
    pub ok: Option<String>,
    /// Webhook: the file of the secret.
    pub secret_file: Option<PathBuf>,
    /// Command: the program.
    pub program: Option<PathBuf>,
    /// Command: its arguments.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// Command: how long it may take.
    pub deadline_seconds: Option<NonZeroU64>,
}

/// How a channel sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ChannelKind {
    /// By e-mail.
    Email,
    /// By a request to a service.
    Webhook,
    /// By a program of the office.
    Command,
}

/// The kinds of messages that a channel may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Tells {
    /// That something is wrong, still wrong, right again.
    Alarms,
    /// That a monthly report is ready, with the report.
    Reports,
    /// The summary of a day.
    Daily,
    /// The sign of life of a week.
    Weekly,
}

fn everything() -> Vec<Tells> {
    vec![Tells::Alarms, Tells::Reports, Tells::Daily, Tells::Weekly]
}

fn default_most_a_day() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(19)
}

pub(super) fn all(sections: &[ChannelSection], presets: &[Preset], folder: &Path) -> Result<Vec<Channel>> {
    let mut channels: Vec<Channel> = Vec::new();
    for (number, section) in sections.iter().enumerate() {
        let meant = section.meant(presets, folder);
        let placed = |Misfit { key, reason }: Misfit| {
            anyhow!(reason).context(format!("channel `{}`", section.name)).context(At::of_entry("channel", number, key))
        };
        let channel = meant.map_err(placed)?;
        if channels.iter().any(|other| other.name == channel.name) {
            let fault = anyhow!("two channels are called `{}`", channel.name);
            return Err(fault.context(At::of_entry("channel", number, "name")));
        }
        channels.push(channel);
    }
    Ok(channels)
}

/// A channel that cannot be meant, by the key to change.
#[derive(Debug)]
struct Misfit {
    key: &'static str,
    reason: String,
}

impl Misfit {
    fn at(key: &'static str, reason: impl Into<String>) -> Self {
        Self { key, reason: reason.into() }
    }
}

impl ChannelSection {
    fn meant(&self, presets: &[Preset], folder: &Path) -> Result<Channel, Misfit> {
        self.check_keys()?;
        let mut to = self.to.clone();
        to.sort();
        to.dedup();
        let way = match self.kind {
            ChannelKind::Email => Way::Email(self.email(folder)?),
            ChannelKind::Webhook => Way::Webhook(self.webhook(presets, folder)?),
            ChannelKind::Command => Way::Command(self.command(folder)?),
        };
        if to.is_empty() {
            to.push(String::new());
        }
        let (tells, most_a_day) = (self.tells.clone(), self.most_a_day.get());
        Ok(Channel { name: self.name.clone(), to, tells, at_any_hour: self.at_any_hour, most_a_day, way })
    }

    /// No key of another kind of channel stands here.
    fn check_keys(&self) -> Result<(), Misfit> {
        let of_email = [
            ("server", self.server.is_some()),
            ("port", self.port.is_some()),
            ("security", self.security.is_some()),
            ("from", self.from.is_some()),
            ("user", self.user.is_some()),
            ("password-file", self.password_file.is_some()),
        ];
        let of_webhook = [
            ("preset", self.preset.is_some()),
            ("url", self.url.is_some()),
            ("method", self.method.is_some()),
            ("headers", !self.headers.is_empty()),
            ("form", self.form.is_some()),
            ("body", self.body.is_some()),
            ("ok", self.ok.is_some()),
            ("secret-file", self.secret_file.is_some()),
        ];
        let of_command = [
            ("program", self.program.is_some()),
            ("arguments", !self.arguments.is_empty()),
            ("deadline-seconds", self.deadline_seconds.is_some()),
        ];
        let kinds = [
            (ChannelKind::Email, "email", of_email.as_slice()),
            (ChannelKind::Webhook, "webhook", of_webhook.as_slice()),
            (ChannelKind::Command, "command", of_command.as_slice()),
        ];
        for (_, word, keys) in kinds.into_iter().filter(|(kind, ..)| *kind != self.kind) {
            if let Some((key, _)) = keys.iter().find(|(_, is_there)| *is_there) {
                let reason = format!("`{key}` is for type = \"{word}\"; take it out, or change the type");
                return Err(Misfit::at(key, reason));
            }
        }
        Ok(())
    }

    fn email(&self, folder: &Path) -> Result<Email, Misfit> {
        let lacks = |key, what| move || Misfit::at(key, format!("`{key}` is missing: {what}"));
        let server = self.server.clone().ok_or_else(lacks("server", "the name of the mail server"))?;
        let from = self.from.as_deref().ok_or_else(lacks("from", "the e-mail address of the sender"))?;
        let no_address =
            |key, address: &str| Misfit::at(key, format!("`{}` of `{key}` is no e-mail address", shown(address)));
        let from = from.parse().map_err(|_| no_address("from", from))?;
        if self.to.is_empty() {
            return Err(lacks("to", "the e-mail addresses of the receivers")());
        }
        if let Some(to) = self.to.iter().find(|to| to.parse::<lettre::message::Mailbox>().is_err()) {
            return Err(no_address("to", to));
        }
        let security = self.security.unwrap_or_default();
        if security == Security::None && !self.unencrypted && !is_loopback(&server) {
            let reason = "security = \"none\" sends unencrypted to another machine; if that is meant, write `unencrypted = true`";
            return Err(Misfit::at("security", reason));
        }
        let user = match (&self.user, &self.password_file) {
            (Some(user), Some(file)) => Some((user.clone(), Secret::new(file, folder))),
            (None, None) => None,
            (Some(_), None) => return Err(Misfit::at("user", "`user` and `password-file` go together")),
            (None, Some(_)) => return Err(Misfit::at("password-file", "`user` and `password-file` go together")),
        };
        let port = self.port.unwrap_or_else(|| security.port());
        Ok(Email { server, port, security, authority: self.authority(folder), from, user })
    }

    fn webhook(&self, presets: &[Preset], folder: &Path) -> Result<Webhook, Misfit> {
        let lacks = |key, what| move || Misfit::at(key, format!("`{key}` is missing: {what}, or `preset`"));
        let preset = self.preset.as_deref().map(|name| preset(presets, name)).transpose()?;
        let url = self.url.clone().or_else(|| preset.map(|preset| preset.url.clone())).filter(|url| !url.is_empty());
        let mut headers = preset.map(|preset| preset.headers.clone()).unwrap_or_default();
        // The services that can be used without a secret want no header for it then.
        if self.secret_file.is_none() {
            headers.retain(|_, value| !value.contains("secret"));
        }
        headers.extend(self.headers.clone());
        let body = self.body.clone().or_else(|| preset.map(|preset| preset.body.clone()));
        let method = self.method.as_deref().unwrap_or("POST");
        let no_method = |_| Misfit::at("method", format!("`{}` is no method of a request", shown(method)));
        let webhook = Webhook {
            method: method.parse().map_err(no_method)?,
            url: url.ok_or_else(lacks("url", "the address of the service"))?,
            headers,
            form: self.form.or_else(|| preset.map(|preset| preset.form)).unwrap_or(BodyForm::Json),
            body: body.ok_or_else(lacks("body", "what the service is sent"))?,
            ok: self.ok.clone().or_else(|| preset.and_then(|preset| preset.ok.clone())),
            longest: preset.and_then(|preset| preset.longest),
            secret: self.secret_file.as_deref().map(|file| Secret::new(file, folder)),
            authority: self.authority(folder),
            unencrypted: self.unencrypted,
        };
        // An address may be a secret as a whole.
        let secret = webhook.secret.as_ref().map(|_| "https://example.org");
        webhook.request("", &example(), secret).map_err(|unfit| Misfit::at(unfit.key, unfit.reason))?;
        Ok(webhook)
    }

    fn command(&self, folder: &Path) -> Result<Command, Misfit> {
        let program = self.program.as_deref();
        let program =
            program.ok_or_else(|| Misfit::at("program", "`program` is missing: what is started for each message"))?;
        let deadline = Duration::from_secs(self.deadline_seconds.map_or(30, NonZeroU64::get));
        Ok(Command { program: folder.join(program), arguments: self.arguments.clone(), deadline })
    }

    fn authority(&self, folder: &Path) -> Option<PathBuf> {
        self.ca_file.as_ref().map(|file| folder.join(file))
    }
}

fn preset<'a>(presets: &'a [Preset], name: &str) -> Result<&'a Preset, Misfit> {
    presets.iter().find(|preset| preset.name == name).ok_or_else(|| {
        let known: Vec<&str> = presets.iter().map(|preset| preset.name.as_str()).collect();
        Misfit::at("preset", format!("there is no preset `{}`; {}", shown(name), instead(name, &known)))
    })
}

/// A message to try templates with.
fn example() -> Letter {
    Letter {
        id: "0".to_owned(),
        in_reply_to: None,
        written: DateTime::UNIX_EPOCH,
        office: String::new(),
        kind: String::new(),
        severity: String::new(),
        code: String::new(),
        subject: String::new(),
        text: String::new(),
        attachment: None,
    }
}
