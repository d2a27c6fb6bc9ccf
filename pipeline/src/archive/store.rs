//! Where the files of an archive lie: the one seam between the archive and what keeps its bytes. A store of another kind, such as
//! object storage, is one more file beside [`Folder`].
//!
//! Rule    paths are within the archive and have `/` between their names; the empty path is the archive itself
//! Rule    what has a return value is done when it returns: bytes that were put are safe, and what was moved or removed stays so

mod folder;

pub(super) use folder::Folder;

use super::ArchiveError;
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

/// No commit, intent or other file of the log is longer.
pub(super) const LONGEST_LOG_BYTES: u64 = 64 << 20;

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A link, a pipe or a device, which is no part of any archive.
    Foreign,
}

/// Something in a folder.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: OsString,
    pub(crate) kind: EntryKind,
}

/// A file that is being written.
pub(crate) trait NewFile: Write + Send {
    /// Makes every byte safe.
    fn finish(&mut self) -> std::io::Result<()>;
}

/// What an archive needs of a store.
pub(crate) trait Store: std::fmt::Debug + Send + Sync {
    /// The bytes of a file, which holds `most` at most. A link or a device is refused, wherever on the way it stands.
    fn read(&self, path: &str, most: u64) -> Result<Vec<u8>, ArchiveError>;

    /// What stands at a path, if anything.
    fn kind(&self, path: &str) -> Result<Option<EntryKind>, ArchiveError>;

    /// What lies in a folder, in no order; nothing where the folder is not there.
    fn list(&self, folder: &str) -> Result<Vec<Entry>, ArchiveError>;

    /// Begins a file in a claimed folder, in place of one of that name.
    fn create(&self, path: &str) -> Result<Box<dyn NewFile>, ArchiveError>;

    /// Makes these bytes the file of that name. A reader finds the earlier bytes or all of the new ones, also after a crash.
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), ArchiveError>;

    /// The same where nothing stands at the path, else [`ArchiveError::Conflict`]: of two writers exactly one succeeds. The bytes may
    /// wait at `waiting`, and may stand there already.
    fn put_if_absent(&self, path: &str, bytes: &[u8], waiting: &str) -> Result<(), ArchiveError>;

    /// Moves a file to another place, in place of what stands there. What another writer has moved there already is done.
    fn move_to(&self, from: &str, to: &str) -> Result<(), ArchiveError>;

    /// Makes the names of what was created in, or moved to, these folders safe.
    fn flush(&self, folders: &[&str]) -> Result<(), ArchiveError>;

    /// Removes a file, or a folder with all that is in it, where it is there.
    fn remove(&self, path: &str) -> Result<(), ArchiveError>;

    /// Makes a folder that nobody else has; `false` where somebody does.
    fn claim(&self, folder: &str) -> Result<bool, ArchiveError>;

    /// Makes what a writer needs, and takes the private tables away from everybody but their owner.
    fn prepare(&self) -> Result<(), ArchiveError>;

    /// Keeps every other writer away until it is dropped, else [`ArchiveError::Locked`]; nothing where the store cannot.
    fn lock(&self) -> Result<Option<File>, ArchiveError>;

    /// How long ago something was changed, as far as that is known.
    fn age(&self, path: &str) -> Option<Duration>;

    /// A folder of this machine for what does not fit into memory, gone with the claimed folder that it belongs to.
    fn scratch(&self, claimed: &str) -> PathBuf;

    /// A path as messages show it.
    fn place(&self, path: &str) -> String;
}

/// The bytes of a file, if it is there.
pub(super) fn if_there(store: &dyn Store, path: &str) -> Result<Option<Vec<u8>>, ArchiveError> {
    match store.read(path, LONGEST_LOG_BYTES) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.is_missing() => Ok(None),
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::layout;

    /// What every store must keep.
    fn keeps_the_contract(store: &dyn Store) {
        store.prepare().unwrap();
        assert!(store.claim("_tertib/staging/0-0").unwrap());
        assert!(!store.claim("_tertib/staging/0-0").unwrap(), "of two writers one has the folder");
        assert_eq!(store.kind("_tertib/staging/0-0").unwrap(), Some(EntryKind::Folder));

        let part = layout::part_path(layout::EVENTS, Some("2026-10".parse().unwrap()), 0, 0);
        let mut file = store.create("_tertib/staging/0-0/part").unwrap();
        file.write_all(b"rows").unwrap();
        file.finish().unwrap();
        for _ in 0..2 {
            // The second time it is found done.
            store.move_to("_tertib/staging/0-0/part", &part).unwrap();
        }
        assert!(store.move_to("_tertib/staging/0-0/nothing", "events/nothing").is_err());
        assert_eq!(store.read(&part, 4).unwrap(), b"rows");
        assert!(store.read(&part, 3).is_err(), "no more is read than is expected");

        let (target, waiting) = (layout::commit(0), "_tertib/staging/0-0/commit.json");
        store.put_if_absent(&target, b"first", waiting).unwrap();
        let second = store.put_if_absent(&target, b"second", "_tertib/staging/0-0/other.json");
        assert!(matches!(second, Err(ArchiveError::Conflict { .. })), "{second:?}");
        assert_eq!(store.read(&target, 5).unwrap(), b"first");

        for bytes in [&b"longer bytes"[..], b"short"] {
            store.put(layout::HEAD, bytes).unwrap();
            assert_eq!(store.read(layout::HEAD, 100).unwrap(), bytes);
        }
        let names = |folder: &str| -> Vec<OsString> {
            let mut names: Vec<OsString> = store.list(folder).unwrap().into_iter().map(|entry| entry.name).collect();
            names.sort();
            names
        };
        assert_eq!(names(layout::WORK), ["head", "staging"], "nothing is left beside what was put");
        assert_eq!(names("nowhere"), [""; 0]);

        store.flush(&["events/bulan=2026-10", layout::LOG]).unwrap();
        for _ in 0..2 {
            store.remove(&part).unwrap();
            store.remove("_tertib/staging/0-0").unwrap();
        }
        assert_eq!(names(layout::STAGING), [""; 0]);
        assert_eq!(names(layout::EVENTS), ["_delta_log"], "the folder of a month goes with its last part");
        assert_eq!(store.kind(&part).unwrap(), None);
        assert!(if_there(store, &part).unwrap().is_none());
    }

    #[test]
    fn a_folder_keeps_the_contract() {
        let dir = tempfile::TempDir::new().unwrap();
        let store = Folder::at(&dir.path().join("archive"));
        keeps_the_contract(&store);
        // What the kernel locks is locked for everybody else.
        let lock = store.lock().unwrap();
        assert!(lock.is_none() || matches!(store.lock(), Err(ArchiveError::Locked { .. })));
    }

    #[test]
    fn a_folder_is_not_left() {
        let dir = tempfile::TempDir::new().unwrap();
        std::fs::write(dir.path().join("outside"), "x").unwrap();
        let store = Folder::at(&dir.path().join("archive"));
        store.prepare().unwrap();
        for path in ["../outside", "events/../../outside", "/outside", "events//x", "."] {
            assert!(store.read(path, 9).is_err() && store.put(path, b"y").is_err(), "{path}");
            assert!(store.claim(path).is_err() && store.move_to(layout::LOCK, path).is_err(), "{path}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(dir.path(), dir.path().join("archive/persons")).unwrap();
            let fault = store.read("persons/outside", 9).unwrap_err();
            assert!(matches!(fault, ArchiveError::Foreign { .. }), "{fault}");
            assert!(store.put("persons/outside", b"y").is_err());
        }
        assert_eq!(std::fs::read(dir.path().join("outside")).unwrap(), b"x");
    }
}
