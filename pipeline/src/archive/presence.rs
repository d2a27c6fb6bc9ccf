//! Who serves an archive: two programs on different machines must notice each other, since a lock of the kernel is one machine's.

use super::store::{Folder, Store};
use super::{ArchiveError, layout};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A record is a few words.
const LONGEST_BYTES: u64 = 4_096;

/// The program that serves an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// The machine.
    pub host: String,
    /// The process on it.
    pub process: u32,
    /// When it last said so, in seconds since 1970 UTC.
    pub at_s: i64,
}

impl Presence {
    /// Returns who last said that it serves an archive; `None` where nobody did, or what was written cannot be read.
    #[must_use]
    pub fn last(root: &Path) -> Option<Self> {
        let bytes = Folder::at(root).read(layout::SERVER, LONGEST_BYTES).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Says so in place of who did before. An archive that nobody has begun has no place for it.
    ///
    /// # Errors
    /// [`ArchiveError::Io`] when it cannot be written.
    pub fn announce(&self, root: &Path) -> Result<(), ArchiveError> {
        let store = Folder::at(root);
        if store.kind(layout::WORK)?.is_none() {
            return Ok(());
        }
        store.put(layout::SERVER, serde_json::json!(self).to_string().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_one_who_said_so_is_known() {
        let root = tempfile::tempdir().unwrap();
        let of = |host: &str| Presence { host: host.to_owned(), process: 7, at_s: 1_794_261_600 };
        of("a").announce(root.path()).unwrap();
        assert_eq!(Presence::last(root.path()), None, "there is no archive yet");
        std::fs::create_dir(root.path().join(layout::WORK)).unwrap();
        of("a").announce(root.path()).unwrap();
        of("b").announce(root.path()).unwrap();
        assert_eq!(Presence::last(root.path()), Some(of("b")));
        std::fs::write(root.path().join(layout::SERVER), "{").unwrap();
        assert_eq!(Presence::last(root.path()), None);
    }
}
