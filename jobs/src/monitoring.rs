//! How things are, for other programs that watch: a file of measures for Prometheus, and a request that is made only while all is well,
//! so that whoever receives it notices a PC that is off.

mod measures;

use crate::authority;
use crate::config::{Config, handed_over, text};
use crate::health::Health;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use pipeline::Readers;
use schemas::Severity;
use std::path::{Path, PathBuf};
use std::time::Duration;
use ureq::tls::RootCerts;

/// How many minutes lie between two requests.
const PING_MINUTES: u32 = 5;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Replaces the file of measures, where one is asked for.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write_measures(workspace: &Workspace, health: &Health, now: DateTime<Utc>) -> Result<()> {
    let config = &workspace.config;
    let Some(path) = config.monitoring.textfile.as_ref().map(|path| config.folder.join(path)) else { return Ok(()) };
    let text = measures::text(workspace, health, now);
    pipeline::replace_file(&path, text.as_bytes(), Readers::Usual)
        .with_context(|| format!("cannot write the file of measures {}", path.display()))
}

/// A request that is to be made now.
#[derive(Clone, Debug)]
pub(crate) struct Ping {
    url: PathBuf,
    authority: Option<PathBuf>,
}

impl Ping {
    /// The request that says how things are; none where the configuration has none for it.
    pub(crate) fn of(workspace: &Workspace, health: &Health) -> Option<Self> {
        let config = &workspace.config;
        let is_well = health.severity(workspace).is_none_or(|severity| severity < Severity::Warning);
        let section = &config.monitoring;
        let url = if is_well { section.ping_url_file.as_ref() } else { section.fail_url_file.as_ref() }?;
        let authority = section.ca_file.as_ref().map(|file| config.folder.join(file));
        Some(Self { url: config.folder.join(url), authority })
    }

    /// How many seconds lie between two requests.
    pub(crate) fn every_s(config: &Config) -> i64 {
        60 * i64::from(config.monitoring.ping_minutes.unwrap_or(PING_MINUTES).max(1))
    }

    /// Makes the request and waits for its answer.
    ///
    /// # Errors
    /// Why it was not taken. The address is a secret, so it is not in the words.
    pub(crate) fn send(&self) -> Result<()> {
        let url = address(&self.url)?;
        let roots = self.authority.as_deref().map_or(Ok(RootCerts::WebPki), authority::roots)?;
        let answer = authority::agent(roots, PATIENCE)
            .get(&url)
            .call()
            .map_err(|fault| anyhow::anyhow!(authority::unanswered(&fault)))?;
        if !answer.status().is_success() {
            bail!("HTTP {}", answer.status().as_u16());
        }
        Ok(())
    }
}

fn address(file: &Path) -> Result<String> {
    let file = handed_over(file.to_owned());
    let text = text::read("the address to ask for", &file)?;
    let url = text.trim();
    if !(url.starts_with("https://") || url.starts_with("http://")) || url.lines().count() != 1 {
        bail!("{} must hold one line, an address that begins with https:// or http://", file.display());
    }
    Ok(url.to_owned())
}
