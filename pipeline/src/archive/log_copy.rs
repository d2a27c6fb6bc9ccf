//! What a copy of the archive holds of its logs, and how they are completed when it is put together again.
//!
//! Rule    the tiles of rows and commits follow from these, and are made anew. Checkpoints and the log of those who looked follow from
//!         nothing, and are copied
//!
//! Invariant: an archive that is restored as it was at an earlier commit holds no checkpoint of a later one.

use super::access_lock::locked;
use super::layout::{self, LogFolder};
use super::store::{EntryKind, Folder, LONGEST_LOG_BYTES, Store};
use super::tree::{extend, size_after};
use super::{Archive, ArchiveError};
use crate::transparency::Checkpoint;
use std::path::Path;

/// A file of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// Its path within the archive.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether only the office may have it.
    pub is_private: bool,
}

impl Archive {
    /// Returns the files of both logs that a copy of this state of the archive must hold.
    ///
    /// # Errors
    /// [`ArchiveError`] when one cannot be read.
    pub fn log_files(&self) -> Result<Vec<LogFile>, ArchiveError> {
        let store = &**self.store();
        let mut files = Vec::new();
        let mut add = |path: String, is_private| -> Result<(), ArchiveError> {
            let bytes = store.read(&path, LONGEST_LOG_BYTES)?;
            files.push(LogFile { path, bytes, is_private });
            Ok(())
        };
        for name in names(store, layout::PUBLIC_KEYS)? {
            add(format!("{}/{name}", layout::PUBLIC_KEYS), false)?;
        }
        let reached = self.commits.last().map_or(0, size_after);
        let sizes = names(store, layout::CHECKPOINTS)?.into_iter().filter_map(|name| name.parse::<u64>().ok());
        for size in sizes.filter(|size| *size <= reached) {
            add(layout::checkpoint(size), false)?;
        }
        if store.kind(layout::ACCESS_SIZE)?.is_some() {
            // Nothing is added to it meanwhile.
            let _lock = locked(store)?;
            add(layout::ACCESS_SIZE.to_owned(), true)?;
            let mut open = vec![layout::ACCESSES.to_owned()];
            while let Some(folder) = open.pop() {
                for entry in store.list(&folder)? {
                    let path = format!("{folder}/{}", entry.name.to_string_lossy());
                    match entry.kind {
                        EntryKind::Folder => open.push(path),
                        EntryKind::File => add(path, true)?,
                        EntryKind::Foreign => {}
                    }
                }
            }
        }
        Ok(files)
    }
}

/// Completes the log of an archive that was put together from a copy: later checkpoints go, the newest of the others is named, and the
/// tiles are made anew.
///
/// # Errors
/// [`ArchiveError`] when the log does not fit the archive, or cannot be written.
pub fn complete_log(root: &Path) -> Result<(), ArchiveError> {
    let archive = Archive::open(root)?;
    let store = Folder::at(root);
    let reached = archive.commits.last().map_or(0, size_after);
    let mut newest: Option<u64> = None;
    for name in names(&store, layout::CHECKPOINTS)? {
        match name.parse::<u64>() {
            Ok(size) if size <= reached => newest = newest.max(Some(size)),
            _ => store.remove(&format!("{}/{name}", layout::CHECKPOINTS))?,
        }
    }
    match newest {
        Some(size) => {
            let note = store.read(&layout::checkpoint(size), LONGEST_LOG_BYTES)?;
            // Witnesses sign the copies that are kept.
            let note = String::from_utf8_lossy(&note).into_owned();
            let own = Checkpoint::without_witnesses(&note).unwrap_or(note);
            store.put(&LogFolder::OF_ROWS.newest(), own.as_bytes())?;
        }
        None => store.remove(layout::CHECKPOINT)?,
    }
    extend(&archive, None, &mut |_, _| {})
}

/// Returns the names of the files in a folder of a log, in order.
fn names(store: &dyn Store, folder: &str) -> Result<Vec<String>, ArchiveError> {
    let entries = store.list(folder)?;
    let files = entries.into_iter().filter(|entry| entry.kind == EntryKind::File);
    let mut names: Vec<String> = files.filter_map(|entry| entry.name.into_string().ok()).collect();
    names.sort();
    Ok(names)
}
