//! What came into the archive after one of its versions.
//!
//! Reads   the log of the archive
//! Gives   the later commits, each with its time and what it brought

use super::commit_log::EventFile;
use super::{Archive, FileEntry};

/// A commit from which what is printed of a month may change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addition<'a> {
    /// The version of the archive that it created.
    pub version: u64,
    /// When, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// The parts that it brought, of months of their own.
    pub events: &'a [EventFile],
    /// The parts of the quarantine that it brought.
    pub quarantine: &'a [FileEntry],
}

impl Archive {
    /// Returns what came after a version, in order.
    pub(crate) fn additions_after(&self, version: u64) -> Vec<Addition<'_>> {
        let later = self.commits.iter().filter(|commit| commit.version > version).map(|of| Addition {
            version: of.version,
            at_ms: of.at_ms,
            events: &of.events,
            // A disposal only moves rows that waited before.
            quarantine: if of.note.disposal.is_some() { &[] } else { &of.note.quarantine },
        });
        later.collect()
    }
}
