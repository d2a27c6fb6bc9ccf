//! When rows came into the archive, and by which commit.
//!
//! Reads   the log of the archive
//! Gives   the commit that brought a row, by the number of the row

use super::Archive;
use super::commit_log::EventFile;

/// The commit that brought a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival<'a> {
    /// The version of the archive that it created.
    pub version: u64,
    /// When, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// The SHA-256 of the commit.
    pub sha256: &'a str,
}

impl Archive {
    /// Returns the commit that brought the row of a number.
    pub(crate) fn arrival(&self, seq: i64) -> Option<Arrival<'_>> {
        // The number of rows never falls from one commit to the next.
        let commit = self.commits.get(self.commits.partition_point(|commit| commit.note.next_seq <= seq))?;
        Some(Arrival { version: commit.version, at_ms: commit.at_ms, sha256: &commit.sha256 })
    }

    /// Returns the public parts that hold rows of such numbers, as far as the log tells.
    pub(crate) fn files_with(&self, is_wanted: impl Fn(i64, i64) -> bool) -> impl Iterator<Item = &EventFile> {
        let firsts = std::iter::once(0).chain(self.commits.iter().map(|commit| commit.note.next_seq));
        let commits = self.commits.iter().zip(firsts);
        commits
            .filter(move |(commit, first)| *first < commit.note.next_seq && is_wanted(*first, commit.note.next_seq))
            .flat_map(|(of, _)| &of.events)
    }

    /// Returns the public parts of the commits that replaced earlier rows.
    pub(crate) fn correcting_parts(&self) -> impl Iterator<Item = &EventFile> {
        self.commits.iter().filter(|commit| commit.note.corrections > 0).flat_map(|commit| &commit.events)
    }

    /// Returns the public parts that came with a version or after it.
    pub(crate) fn files_since(&self, version: u64) -> impl Iterator<Item = &EventFile> {
        self.commits.iter().filter(move |commit| commit.version >= version).flat_map(|commit| &commit.events)
    }
}
