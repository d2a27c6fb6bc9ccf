//! Digests of commits that are kept outside the log. They show what the log alone cannot: that its end was changed or cut off.
//!
//! The footer of every document shows one (`arsip versi 3 · sidik 6f9f5afc15d7ba1a`), and so do `tertib status` and `verify`. A copy
//! that is kept away from the archive proves that everything up to that commit is unchanged. The archive also keeps a copy of its
//! own, which reveals accidents but no attacks, since anybody who can write to the archive can change that copy too.

use super::store::{LONGEST_LOG_BYTES, Store};
use super::{Archive, ArchiveError, layout};
use std::fmt;
use std::io::ErrorKind;
use std::str::FromStr;

/// How many digits a document shows. A commit that matches fewer digits could be found by trying.
const FEWEST_DIGITS: usize = 16;
/// The number of digits of a SHA-256.
const ALL_DIGITS: usize = 64;

/// The digest of a commit that somebody has kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptHead {
    /// The version of the commit; `None` if it was not written down, so that any commit may match.
    pub version: Option<u64>,
    /// The SHA-256 of the commit or its beginning, in lower-case hexadecimal digits.
    pub sidik: String,
}

/// The error for a text that is not a kept head.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{text}` is not the head of an archive; copy it from the footer of a document, for example \
     6f9f5afc15d7ba1a@3 (16 to 64 hexadecimal digits, @ and the version)"
)]
pub struct KeptHeadError {
    text: String,
}

impl KeptHead {
    /// Parses heads from a text with one on each line: version and sidik, or the footer of a document. Empty lines and lines that
    /// begin with `#` are skipped.
    ///
    /// # Errors
    /// [`KeptHeadError`] with the first line that is not a head.
    pub fn all(text: &str) -> Result<Vec<Self>, KeptHeadError> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.map(|line| Self::of_line(line).ok_or_else(|| KeptHeadError { text: line.to_owned() })).collect()
    }

    fn of_line(line: &str) -> Option<Self> {
        let words = line.split_whitespace().filter(|word| !["arsip", "versi", "·", "sidik"].contains(word));
        match words.collect::<Vec<_>>().as_slice() {
            [version, sidik] => Some(Self { version: Some(version.parse().ok()?), sidik: digits(sidik)? }),
            _ => None,
        }
    }

    /// Returns whether this is the head of a commit with that SHA-256.
    pub(super) fn is_of(&self, sha256: &str) -> bool {
        sha256.starts_with(&self.sidik)
    }
}

impl FromStr for KeptHead {
    type Err = KeptHeadError;

    fn from_str(text: &str) -> Result<Self, KeptHeadError> {
        let read = || match text.split_once('@') {
            Some((sidik, version)) => Some(Self { version: Some(version.parse().ok()?), sidik: digits(sidik)? }),
            None => Some(Self { version: None, sidik: digits(text)? }),
        };
        read().ok_or_else(|| KeptHeadError { text: text.to_owned() })
    }
}

impl fmt::Display for KeptHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            Some(version) => write!(f, "{}@{version}", self.sidik),
            None => f.write_str(&self.sidik),
        }
    }
}

fn digits(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let is_digest = (FEWEST_DIGITS..=ALL_DIGITS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    is_digest.then_some(text)
}

/// The archive's own copy of the newest digest.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum OwnHead {
    /// There is no copy.
    Missing,
    /// The file cannot be trusted.
    Damaged,
    /// The version and the complete digest.
    Intact(KeptHead),
}

/// Reads the archive's own copy. The file contains the digest twice, so that damage to it is not mistaken for damage to the commit.
pub(super) fn own(store: &dyn Store) -> Result<OwnHead, ArchiveError> {
    let bytes = match store.read(layout::HEAD, LONGEST_LOG_BYTES) {
        Ok(bytes) => bytes,
        Err(e) if e.is_missing() => return Ok(OwnHead::Missing),
        // Only the owner of the archive may read this file; other users read the archive without it.
        Err(ArchiveError::Io { reason, .. }) if reason.kind() == ErrorKind::PermissionDenied => {
            return Ok(OwnHead::Missing);
        }
        Err(ArchiveError::Io { reason, .. }) if reason.kind() == ErrorKind::FileTooLarge => {
            return Ok(OwnHead::Damaged);
        }
        Err(ArchiveError::Foreign { .. }) => return Ok(OwnHead::Damaged),
        Err(e) => return Err(e),
    };
    let heads = std::str::from_utf8(&bytes).ok().and_then(|text| KeptHead::all(text).ok()).unwrap_or_default();
    Ok(match heads.as_slice() {
        [KeptHead { version: Some(version), sidik }, _] if text(*version, sidik).as_bytes() == bytes => {
            OwnHead::Intact(KeptHead { version: Some(*version), sidik: sidik.clone() })
        }
        _ => OwnHead::Damaged,
    })
}

/// Refuses an archive whose log has a different commit than its own head names. Anything read from it would be wrong, and a further
/// commit would confirm the change. Returns the version that the head names.
pub(super) fn check(archive: &Archive) -> Result<Option<u64>, ArchiveError> {
    let OwnHead::Intact(head) = own(&*archive.store)? else { return Ok(None) };
    match archive.commits.iter().find(|commit| Some(commit.version) == head.version) {
        Some(commit) if !head.is_of(&commit.sha256) => {
            Err(ArchiveError::Altered { version: commit.version, head: layout::HEAD })
        }
        _ => Ok(head.version),
    }
}

/// Updates the archive's own copy to the newest commit of the log.
pub(super) fn renew(archive: &Archive) -> Result<(), ArchiveError> {
    let Some(newest) = archive.commits.last() else { return Ok(()) };
    let named = check(archive)?;
    if named == Some(newest.version) {
        return Ok(());
    }
    if let Some(version) = named.filter(|named| *named > newest.version) {
        // Without a lock, another writer may have committed since the log was read. Its head is newer and is kept.
        if archive.store.kind(&layout::commit(version))?.is_some() {
            return Ok(());
        }
        // Updating the head would destroy the evidence that the log was cut off.
        return Err(ArchiveError::CutOff { version, head: layout::HEAD });
    }
    keep(&*archive.store, newest.version, &newest.sha256)
}

/// Returns the content of the head file: the same line twice.
fn text(version: u64, sha256: &str) -> String {
    format!("{version} {sha256}\n").repeat(2)
}

/// Replaces the archive's own copy.
pub(super) fn keep(store: &dyn Store, version: u64, sha256: &str) -> Result<(), ArchiveError> {
    store.put(layout::HEAD, text(version, sha256).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::store::Folder;

    #[test]
    fn a_head_is_read_as_it_is_printed_kept_or_typed() {
        let sidik = "6f9f5afc15d7ba1a";
        let kept = |version| KeptHead { version, sidik: sidik.to_owned() };
        let text = "# dari laporan Oktober\n\n3 6f9f5afc15d7ba1a\narsip versi 3 · sidik 6F9F5AFC15D7BA1A\n";
        assert_eq!(KeptHead::all(text), Ok(vec![kept(Some(3)), kept(Some(3))]));
        assert_eq!("6f9f5afc15d7ba1a@3".parse(), Ok(kept(Some(3))));
        assert_eq!(sidik.parse(), Ok(kept(None)));
        for wrong in ["6f9f5afc15d7ba1", "6f9f5afc15d7ba1g", "", "@3", "6f9f5afc15d7ba1a@", "6f9f5afc15d7ba1a@-1"] {
            assert!(wrong.parse::<KeptHead>().is_err(), "{wrong}");
        }
        for wrong in ["6f9f5afc15d7ba1a", "3", "3 x", "3 6f9f5afc15d7ba1a lagi"] {
            assert!(KeptHead::all(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_own_copy_is_damaged_rather_than_another_when_a_bit_of_it_flips() {
        let folder = tempfile::TempDir::new().unwrap();
        let store = Folder::at(folder.path());
        assert_eq!(own(&store).unwrap(), OwnHead::Missing);
        keep(&store, 12, &"ab".repeat(32)).unwrap();
        let written = OwnHead::Intact(KeptHead { version: Some(12), sidik: "ab".repeat(32) });
        assert_eq!(own(&store).unwrap(), written);
        let place = folder.path().join(layout::HEAD);
        let bytes = std::fs::read(&place).unwrap();
        for bit in 0..8 * bytes.len() {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&place, flipped).unwrap();
            assert_eq!(own(&store).unwrap(), OwnHead::Damaged, "bit {bit}");
        }
    }
}
