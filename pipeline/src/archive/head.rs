//! Digests of commits that are kept beside the log: they tell what the log alone cannot, that its end was changed or cut off.
//!
//! The footer of every document shows one (`arsip versi 3 · sidik 6f9f5afc15d7ba1a`), and so do `tertib status` and `verify`. Whoever
//! keeps one away from the archive can prove that everything up to that commit is as it was. The archive keeps one of its own,
//! which finds accidents; whoever can write into the archive can also write that.

use super::store::{LONGEST_LOG_BYTES, Store};
use super::{Archive, ArchiveError, layout};
use std::fmt;
use std::io::ErrorKind;
use std::str::FromStr;

/// Digits that a document shows; fewer would be found by trying.
const FEWEST_DIGITS: usize = 16;
/// All digits of a SHA-256.
const ALL_DIGITS: usize = 64;

/// The digest of a commit as somebody kept it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptHead {
    /// The version whose commit it is; any, where nobody wrote it down.
    pub version: Option<u64>,
    /// The SHA-256 of the commit, or its beginning, lower-case hexadecimal digits.
    pub sidik: String,
}

/// The text is no kept head.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{text}` is not the head of an archive; copy it from the footer of a document, for example \
     6f9f5afc15d7ba1a@3 (16 to 64 hexadecimal digits, @ and the version)"
)]
pub struct KeptHeadError {
    text: String,
}

impl KeptHead {
    /// The heads in a text, one a line: version and sidik, or the footer of a document. What begins with `#` is a remark.
    ///
    /// # Errors
    /// [`KeptHeadError`] with the first line that is none.
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

    /// Whether a commit with that SHA-256 is the one that was kept.
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

/// What the archive's own copy of the newest digest says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum OwnHead {
    /// There is none.
    Missing,
    /// It says nothing that could be believed.
    Damaged,
    /// The version and the whole digest.
    Said(KeptHead),
}

/// Reads it. It stands there twice, so that damage to it is not taken for damage to the commit.
pub(super) fn own(store: &dyn Store) -> Result<OwnHead, ArchiveError> {
    let bytes = match store.read(layout::HEAD, LONGEST_LOG_BYTES) {
        Ok(bytes) => bytes,
        Err(e) if e.is_missing() => return Ok(OwnHead::Missing),
        // Only the owner may read it; others read the archive without it.
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
            OwnHead::Said(KeptHead { version: Some(*version), sidik: sidik.clone() })
        }
        _ => OwnHead::Damaged,
    })
}

/// Refuses an archive whose log has another commit than the one that its own head names: what is read from it would be wrong, and
/// a further commit would vouch for it. Gives the version that is named.
pub(super) fn check(archive: &Archive) -> Result<Option<u64>, ArchiveError> {
    let OwnHead::Said(head) = own(&*archive.store)? else { return Ok(None) };
    match archive.commits.iter().find(|commit| Some(commit.version) == head.version) {
        Some(commit) if !head.is_of(&commit.sha256) => {
            Err(ArchiveError::Altered { version: commit.version, head: layout::HEAD })
        }
        _ => Ok(head.version),
    }
}

/// Brings it up to the log.
pub(super) fn renew(archive: &Archive) -> Result<(), ArchiveError> {
    let Some(newest) = archive.commits.last() else { return Ok(()) };
    let named = check(archive)?;
    if named == Some(newest.version) {
        return Ok(());
    }
    if let Some(version) = named.filter(|named| *named > newest.version) {
        // Where nothing locks, another writer may have committed since the log was read; this one then gives way.
        if archive.store.kind(&layout::commit(version))?.is_some() {
            return Ok(());
        }
        // To renew it would do away with what tells that the log was cut off.
        return Err(ArchiveError::CutOff { version, head: layout::HEAD });
    }
    keep(&*archive.store, newest.version, &newest.sha256)
}

fn text(version: u64, sha256: &str) -> String {
    format!("{version} {sha256}\n").repeat(2)
}

/// Writes it anew.
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
        let said = OwnHead::Said(KeptHead { version: Some(12), sidik: "ab".repeat(32) });
        assert_eq!(own(&store).unwrap(), said);
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
