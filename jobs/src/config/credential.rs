//! Files that hold a secret, which systemd may hand over instead (`LoadCredential=`): a file of the same name in
//! `$CREDENTIALS_DIRECTORY` goes before the file itself. So one configuration serves both the service and a person at a terminal.

use super::text;
use anyhow::{Result, bail};
use pipeline::{Key, KeyError, NoteError, SigningKey};
use std::path::{Path, PathBuf};

/// The office's key.
///
/// # Errors
/// When it is not there, or cannot be used.
pub(super) fn key_in(file: &Path) -> Result<Key, KeyError> {
    match credential(file) {
        Some(credential) => Key::handed_over(&credential),
        None => Key::load(file),
    }
}

/// The key that signs the log.
///
/// # Errors
/// When it is not there, or cannot be used.
pub(super) fn signing_key_in(file: &Path) -> Result<SigningKey, NoteError> {
    match credential(file) {
        Some(credential) => SigningKey::handed_over(&credential),
        None => SigningKey::load(file),
    }
}

/// The URL of the source in a file of its own, so that a password need not stand in the configuration.
///
/// # Errors
/// When the file cannot be read, or holds something else than one line.
pub(super) fn url_in(file: PathBuf) -> Result<String> {
    let file = handed_over(file);
    let text = text::read("the URL of the source from", &file)?;
    let url = text.trim();
    if url.is_empty() || url.lines().count() > 1 {
        bail!("{} must hold one line, the URL of the office's database", file.display());
    }
    Ok(url.to_owned())
}

/// Returns the file to read: the one that systemd handed over, or else the file itself.
pub(crate) fn handed_over(file: PathBuf) -> PathBuf {
    credential(&file).unwrap_or(file)
}

fn credential(file: &Path) -> Option<PathBuf> {
    let folder = text::environment_path("CREDENTIALS_DIRECTORY")?;
    Some(folder.join(file.file_name()?)).filter(|handed| handed.is_file())
}
