//! A secret in a file of its own, which is read at the moment of sending: it can be changed without a restart, and stands in no
//! configuration.

use super::Refusal;
use crate::config::{handed_over, text};
use std::path::{Path, PathBuf};

/// A secret by its file.
#[derive(Clone, Debug)]
pub(super) struct Secret {
    file: PathBuf,
}

impl Secret {
    pub(super) fn new(written: &Path, folder: &Path) -> Self {
        Self { file: folder.join(written) }
    }

    /// The secret, without the end of its line.
    pub(super) fn read(&self) -> Result<String, Refusal> {
        let shown = self.file.display();
        let unread = |_| Refusal::lasting(format!("the secret cannot be read from {shown}"));
        let secret = text::read("the secret", &handed_over(self.file.clone())).map_err(unread)?;
        match secret.trim_end_matches(['\r', '\n']) {
            "" => Err(Refusal::lasting(format!("the file of the secret is empty: {shown}"))),
            secret => Ok(secret.to_owned()),
        }
    }
}
