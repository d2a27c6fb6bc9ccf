//! The interface between the archive and the storage of its files. A store of another kind, such as object storage, would be one more
//! file next to [`Folder`].
//!
//! Rule    paths are relative to the archive and separated by `/`; the empty path is the archive itself
//! Rule    every operation is complete when it returns: bytes that were put are durable, and moves and removals are final

mod folder;

pub(super) use folder::Folder;

use super::ArchiveError;
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

/// The greatest size of a commit, an intent or the head.
pub(super) const LONGEST_LOG_BYTES: u64 = 64 << 20;

/// The kind of a directory entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A link, a pipe or a device, which never belongs to an archive.
    Foreign,
}

/// An entry of a folder.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: OsString,
    pub(crate) kind: EntryKind,
}

/// A file that is being written.
pub(crate) trait NewFile: Write + Send {
    /// Makes all written bytes durable.
    fn finish(&mut self) -> std::io::Result<()>;
}

/// The operations that an archive needs from its storage.
pub(crate) trait Store: std::fmt::Debug + Send + Sync {
    /// Reads a file of at most `most` bytes. A link or a device anywhere on the path is refused.
    fn read(&self, path: &str, most: u64) -> Result<Vec<u8>, ArchiveError>;

    /// Returns the kind of what is at a path, if anything is.
    fn kind(&self, path: &str) -> Result<Option<EntryKind>, ArchiveError>;

    /// Lists the entries of a folder in no particular order; none if the folder does not exist.
    fn list(&self, folder: &str) -> Result<Vec<Entry>, ArchiveError>;

    /// Creates a file in a claimed folder, and replaces one of the same name.
    fn create(&self, path: &str) -> Result<Box<dyn NewFile>, ArchiveError>;

    /// Replaces the content of a file atomically: even after a crash, readers find either the old bytes or all of the new ones.
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), ArchiveError>;

    /// Writes a file that counts only once [`Self::flush_files`] has made it durable.
    fn put_unflushed(&self, path: &str, bytes: &[u8]) -> Result<(), ArchiveError>;

    /// Makes files durable, with their names.
    fn flush_files(&self, paths: &[String]) -> Result<(), ArchiveError>;

    /// Does the same as [`Self::put`] if nothing is at the path, and otherwise returns [`ArchiveError::Conflict`]. Of two writers,
    /// exactly one succeeds. The store may keep the bytes at `waiting` first, and they may already be there.
    fn put_if_absent(&self, path: &str, bytes: &[u8], waiting: &str) -> Result<(), ArchiveError>;

    /// Moves a file, and replaces what is at the target. Succeeds if another writer has already moved it there.
    fn move_to(&self, from: &str, to: &str) -> Result<(), ArchiveError>;

    /// Makes durable the names of everything that was created in or moved to these folders.
    fn flush(&self, folders: &[&str]) -> Result<(), ArchiveError>;

    /// Removes a file, or a folder with everything in it, if it exists.
    fn remove(&self, path: &str) -> Result<(), ArchiveError>;

    /// Creates a folder for the exclusive use of the caller; returns `false` if it already exists.
    fn claim(&self, folder: &str) -> Result<bool, ArchiveError>;

    /// Creates the folders that a writer needs, and restricts the private tables to their owner.
    fn prepare(&self) -> Result<(), ArchiveError>;

    /// Takes a lock on a file that keeps others away until it is dropped. Returns [`ArchiveError::Locked`] if another program has it,
    /// and `None` if the store has no locks.
    fn lock(&self, path: &str) -> Result<Option<File>, ArchiveError>;

    /// Returns how long ago a file or folder was changed, if that is known.
    fn age(&self, path: &str) -> Option<Duration>;

    /// Returns a local folder for data that does not fit into memory. It is removed together with the claimed folder.
    fn scratch(&self, claimed: &str) -> PathBuf;

    /// Returns a path as messages show it.
    fn place(&self, path: &str) -> String;
}

/// Reads a file, if it exists.
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

    /// Checks the contract that every store must fulfil.
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
            // The second time the file has already been moved.
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
        for bytes in [&b"longer bytes"[..], b"short"] {
            store.put_unflushed("log/tile/0/000", bytes).unwrap();
            store.flush_files(&["log/tile/0/000".to_owned()]).unwrap();
            assert_eq!(store.read("log/tile/0/000", 100).unwrap(), bytes);
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
        // If the kernel supports locks, nobody else gets this one.
        let lock = store.lock(layout::LOCK).unwrap();
        assert!(lock.is_none() || matches!(store.lock(layout::LOCK), Err(ArchiveError::Locked { .. })));
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
            assert!(store.put_unflushed("persons/outside", b"y").is_err());
            // What bears the name itself is replaced, and not what it leads to.
            for put in [Folder::put, Folder::put_unflushed] {
                let name = dir.path().join("archive/events/000");
                std::os::unix::fs::symlink(dir.path().join("outside"), &name).unwrap();
                put(&store, "events/000", b"y").unwrap();
                assert!(name.symlink_metadata().unwrap().is_file());
                std::fs::remove_file(&name).unwrap();
            }
        }
        assert_eq!(std::fs::read(dir.path().join("outside")).unwrap(), b"x");
    }
}
