//! The sign of life that `serve` leaves for the commands that ask how things are.

use crate::config::Config;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::PathBuf;

/// What `serve` says of itself to `status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Heartbeat {
    /// Its process.
    pub process: u32,
    /// When it last looked.
    pub at_s: i64,
    /// The code of what is wrong with the clock.
    pub clock_fault: Option<String>,
    /// The jobs that are held up by the clock.
    #[serde(default)]
    pub held: Vec<String>,
    /// Why the configuration cannot be used.
    pub configuration_fault: Option<String>,
    /// The other machine that serves the archive.
    #[serde(default)]
    pub other_host: Option<String>,
    /// Whether the portal could not be opened.
    #[serde(default)]
    pub portal_fault: bool,
    /// Whether the settings of the portal are others than those by which it was opened.
    #[serde(default)]
    pub portal_changed: bool,
}

impl Heartbeat {
    /// Replaces the last one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn leave(&self, lock: &mut File) -> Result<()> {
        let text = serde_json::to_vec(self)?;
        let mut write = || -> std::io::Result<()> {
            lock.rewind()?;
            lock.write_all(&text)?;
            lock.set_len(u64::try_from(text.len()).unwrap_or(u64::MAX))
        };
        write().context("cannot leave a sign of life")
    }
}

/// The file whose lock `serve` holds while it runs, and which holds its last sign of life.
pub(crate) fn path(config: &Config) -> PathBuf {
    config.state_path().join(".serve.lock")
}

/// Returns the last sign of life of `serve`, while it runs.
pub(crate) fn last(config: &Config) -> Option<Heartbeat> {
    found(config).and_then(|(is_held, beat)| is_held.then_some(beat))
}

/// Returns the last sign of life of a `serve` that ended without a farewell: it was killed, or the power failed.
pub(crate) fn abandoned(config: &Config) -> Option<Heartbeat> {
    found(config).and_then(|(is_held, beat)| (!is_held).then_some(beat))
}

/// The last sign of life, and whether `serve` holds its file.
fn found(config: &Config) -> Option<(bool, Heartbeat)> {
    let mut file = File::open(path(config)).ok()?;
    let is_held = file.try_lock_shared().is_err();
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    Some((is_held, serde_json::from_str(&text).ok()?))
}
