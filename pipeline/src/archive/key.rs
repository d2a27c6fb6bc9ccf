//! The office's secret key, from which pseudonyms, salts and row digests are derived, so that nobody without it can compute them.
//!
//! Reads   the key file, which only its owner may read
//! Gives   [`Key`], its id, and one keyed hash for each use
//!
//! Invariant: an archive is written with one key. The archive records the id of the key, never the key itself.

use crate::files::{create_key_file, others_may, read_file};
use crate::hash::hex;
use crate::paper_key::PaperKey;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::Path;

/// Why the key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file does not exist.
    #[error(
        "cannot read the key file {path}: it is not there; restore it from the backup (tertib init makes one for a new archive)"
    )]
    Missing {
        /// The file.
        path: String,
    },
    /// Other users may read the file.
    #[error("others may read the key file {path}; run `chmod 400 {path}`, and think about who has read it")]
    Open {
        /// The file.
        path: String,
    },
    /// The file cannot be read.
    #[error(
        "cannot read the key file {path}: {reason}; a new key would not fit the archive, so let its owner run tertib"
    )]
    Read {
        /// The file.
        path: String,
        /// What the system said.
        reason: std::io::Error,
    },
    /// The file does not contain a key.
    #[error("{path} does not hold a key of 64 hexadecimal digits; restore it from the backup")]
    Format {
        /// The file.
        path: String,
    },
    /// The file could not be created.
    #[error("cannot make the key file {path}: {reason}")]
    Create {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
}

fn unread(path: &Path, reason: std::io::Error) -> KeyError {
    let path = path.display().to_string();
    match reason.kind() {
        std::io::ErrorKind::NotFound => KeyError::Missing { path },
        _ => KeyError::Read { path, reason },
    }
}

/// The greatest size of a key file: far more than 64 digits and any blanks that an editor adds.
const LONGEST_BYTES: u64 = 1_024;

/// The secret key of 32 bytes. Each use derives a key of its own from it.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(hidden)")
    }
}

impl From<PaperKey> for Key {
    fn from(paper: PaperKey) -> Self {
        Self(paper.bytes())
    }
}

impl Key {
    /// Reads the key file.
    ///
    /// # Errors
    /// [`KeyError`] when the file does not exist, other users may read it, or it does not contain a key.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        if others_may(path).map_err(|reason| unread(path, reason))? != 0 {
            return Err(KeyError::Open { path: path.display().to_string() });
        }
        Self::handed_over(path)
    }

    /// Reads a key file that a service manager keeps. It alone answers for who may read it: systemd grants the service an access
    /// that permission bits show as one of the group.
    ///
    /// # Errors
    /// [`KeyError`] when the file does not exist, or does not contain a key.
    pub fn handed_over(path: &Path) -> Result<Self, KeyError> {
        let shown = path.display().to_string();
        let bytes = read_file(path, LONGEST_BYTES).map_err(|reason| unread(path, reason))?;
        let text = String::from_utf8_lossy(&bytes);
        PaperKey::of_digits(text.trim()).map(Self::from).ok_or(KeyError::Format { path: shown })
    }

    /// Returns what stands on the paper of the key.
    #[must_use]
    pub fn paper(&self) -> PaperKey {
        PaperKey::of_bytes(self.0)
    }

    /// Writes the key into a new file, readable by its owner only.
    ///
    /// # Errors
    /// [`KeyError::Create`] when something of that name exists, or the file cannot be written.
    pub fn keep(&self, path: &Path) -> Result<(), KeyError> {
        create_key_file(path, format!("{}\n", self.paper().digits()).as_bytes())
            .map_err(|e| KeyError::Create { path: path.display().to_string(), reason: e.to_string() })
    }

    #[cfg(test)]
    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Creates a key file with a random key, readable by its owner only.
    ///
    /// # Errors
    /// [`KeyError::Create`] when something of that name already exists, the file cannot be written, or the system has no random
    /// bytes.
    pub fn create(path: &Path) -> Result<(), KeyError> {
        let fault = |reason: String| KeyError::Create { path: path.display().to_string(), reason };
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|e| fault(e.to_string()))?;
        Self(bytes).keep(path)
    }

    /// Creates the key file of an invented office. The same seed gives the same key.
    ///
    /// # Errors
    /// [`KeyError::Create`] when the file cannot be written.
    pub fn create_for_demo(path: &Path, seed: u64) -> Result<(), KeyError> {
        let bytes: [u8; 32] = Sha256::digest(format!("kantor rekaan {seed}")).into();
        Self(bytes).keep(path)
    }

    /// Returns the id of the key, which the archive records.
    #[must_use]
    pub fn id(&self) -> String {
        hex(&self.keyed("id").digest(&[])[..8])
    }

    /// Returns the pseudonym of a NIK, as the public table has it in hexadecimal digits.
    pub(crate) fn pseudonym(&self, nik: &str) -> String {
        hex(&self.keyed("nik").digest(&[nik.as_bytes()]))
    }

    /// Derives the HMAC-SHA256 for one use, which `using` names.
    pub(crate) fn keyed(&self, using: &str) -> Keyed {
        let mut derive = mac_of(&self.0);
        derive.update(using.as_bytes());
        Keyed(mac_of(&derive.finalize().into_bytes().into()))
    }
}

/// The HMAC-SHA256 for one use, prepared once and applied to many messages.
#[derive(Clone, Debug)]
pub(crate) struct Keyed(Hmac<Sha256>);

impl Keyed {
    /// Returns the first 128 bits of the HMAC of a message that is given in parts.
    pub(crate) fn digest(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut mac = self.0.clone();
        parts.iter().for_each(|part| mac.update(part));
        let mut digest = [0; 16];
        digest.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        digest
    }
}

fn mac_of(key: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC pads a key that is shorter than a block with zeros (RFC 2104).
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block[..key.len()].copy_from_slice(key);
    Hmac::<Sha256>::new(&block)
}
