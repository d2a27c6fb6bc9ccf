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
    let mut file = File::open(path(config)).ok()?;
    match file.try_lock_shared() {
        // Nobody holds it.
        Ok(()) => None,
        Err(_) => {
            let mut text = String::new();
            file.read_to_string(&mut text).ok()?;
            serde_json::from_str(&text).ok()
        }
    }
}
