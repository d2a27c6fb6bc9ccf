//! The folders in which writers prepare commits, and what stopped ones left behind.

use super::access_lock::locked;
use super::store::{EntryKind, Store};
use super::{ArchiveError, layout};
use std::fs::File;

/// Without a lock, a staging folder may belong to a writer that is still running. After this time it counts as abandoned.
const ABANDONED_S: u64 = 7 * 86_400;

/// Keeps other writers away until it is dropped: what was committed is still to be added to the log.
#[derive(Debug)]
pub(crate) struct Fence {
    _lock: Option<File>,
}

impl Fence {
    /// A writer's lock, which outlives it.
    pub(super) fn new(lock: Option<File>) -> Self {
        Self { _lock: lock }
    }
}

/// Creates a staging folder that belongs to no other writer.
pub(super) fn own_staging(store: &dyn Store, version: u64) -> Result<String, ArchiveError> {
    for attempt in 0_u32.. {
        let staging = layout::staging(version, attempt);
        if store.claim(&staging)? {
            return Ok(staging);
        }
    }
    Err(ArchiveError::Locked { path: store.place("") })
}

/// Removes what earlier writers left behind. With the lock there is no other writer; without it, only what has long been abandoned
/// is removed.
pub(super) fn clear_staging(store: &dyn Store, alone: bool) -> Result<(), ArchiveError> {
    let is_old = |path: &str| store.age(path).is_some_and(|age| age.as_secs() > ABANDONED_S);
    for entry in store.list(layout::STAGING)? {
        let path = format!("{}/{}", layout::STAGING, entry.name.to_string_lossy());
        if alone || is_old(&path) {
            store.remove(&path)?;
        }
    }
    let mut unfinished = Vec::new();
    let mut open: Vec<String> = layout::REPLACED.map(str::to_owned).into();
    while let Some(folder) = open.pop() {
        for entry in store.list(&folder)? {
            let path = format!("{folder}/{}", entry.name.to_string_lossy());
            match entry.kind {
                EntryKind::Folder if layout::is_within_logs(&path) => open.push(path),
                EntryKind::File if layout::is_unfinished(&path) && (alone || is_old(&path)) => unfinished.push(path),
                EntryKind::Folder | EntryKind::File | EntryKind::Foreign => {}
            }
        }
    }
    if unfinished.is_empty() {
        return Ok(());
    }
    // Whoever looks writes into some of these folders beside a writer.
    let _lock = locked(store)?;
    unfinished.iter().try_for_each(|path| store.remove(path))
}
