//! The files of the office's two keys: that of the pseudonyms, and the one that signs the log.

use super::{Config, credential};
use anyhow::{Context, Result};
use pipeline::{Key, KeyError, NoteError, SigningKey};
use std::path::PathBuf;

impl Config {
    /// The key file.
    pub(crate) fn key_path(&self) -> PathBuf {
        self.folder.join(&self.archive.key)
    }

    /// The office's key.
    ///
    /// # Errors
    /// When it is not there, or cannot be used.
    pub(crate) fn key(&self) -> Result<Key, KeyError> {
        credential::key_in(&self.key_path())
    }

    /// The file of the key that signs the log.
    pub(crate) fn signing_key_path(&self) -> PathBuf {
        self.folder.join(&self.archive.signing_key)
    }

    /// The key that signs the log; `None` where there is none, which leaves the log unsigned.
    ///
    /// # Errors
    /// When it is there and cannot be used.
    pub(crate) fn signing_key(&self) -> Result<Option<SigningKey>, NoteError> {
        match credential::signing_key_in(&self.signing_key_path()) {
            Err(NoteError::NoKey { .. }) => Ok(None),
            other => other.map(Some),
        }
    }

    /// The key that signs the log, where it is needed.
    ///
    /// # Errors
    /// When it is not there, or cannot be used.
    pub(crate) fn held_signing_key(&self) -> Result<SigningKey> {
        let missing = || format!("there is no signing key {}; run `tertib key new`", self.signing_key_path().display());
        self.signing_key()?.with_context(missing)
    }
}
