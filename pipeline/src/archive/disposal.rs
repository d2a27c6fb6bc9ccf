//! What of an archive was destroyed: private files that a commit names, so that they are missing by decision and not by damage.
//!
//! Reads   the disposals in the log
//! Gives   the files that are there, the months of which some are not; the removal of what a commit has named
//! Rule    the commit is the decision. What it names is removed after it, by the writer that made it or by the next one
//!
//! Invariant: nothing is removed that no commit names.

use super::commit_log::Commit;
use super::commit_note::Disposal;
use super::{Archive, ArchiveError, FileEntry, layout, month_of_path};
use schemas::Month;
use std::collections::BTreeMap;

/// Returns the files that commits have destroyed, each with the version that says so.
pub(super) fn disposed(commits: &[Commit]) -> BTreeMap<String, u64> {
    let of_commit = |commit: &Commit| {
        let version = commit.version;
        commit
            .note
            .disposal
            .iter()
            .flat_map(|disposal| &disposal.files)
            .map(move |file| (file.path.clone(), version))
            .collect::<Vec<_>>()
    };
    commits.iter().flat_map(of_commit).collect()
}

impl Archive {
    /// Returns the disposals, each with the version and the time of its commit, in milliseconds since 1970 UTC.
    pub fn disposals(&self) -> impl Iterator<Item = (u64, i64, &Disposal)> {
        self.commits.iter().filter_map(|commit| Some((commit.version, commit.at_ms, commit.note.disposal.as_ref()?)))
    }

    /// Returns the version that destroyed a file.
    pub(crate) fn disposed_by(&self, file: &FileEntry) -> Option<u64> {
        self.disposed.get(&file.path).copied()
    }

    /// Returns the version that destroyed personal data of a month last.
    #[must_use]
    pub fn destroyed_in(&self, month: Month) -> Option<u64> {
        let of_month = |path: &str| path.starts_with(layout::PERSONS) && month_of_path(path) == Some(month);
        self.disposed.iter().filter(|(path, _)| of_month(path)).map(|(_, version)| *version).max()
    }

    /// Returns those files of the bag of a month that name residents and were not destroyed.
    pub(crate) fn private_of_bag(&self, month: Month) -> impl Iterator<Item = &FileEntry> {
        let files = self.bag(month).into_iter().flat_map(|(_, bag)| &bag.files);
        self.there(files.filter(|file| layout::is_private_of_bag(&file.path)))
    }

    /// Returns those of some files that were not destroyed.
    pub(super) fn there<'f>(&self, files: impl Iterator<Item = &'f FileEntry>) -> impl Iterator<Item = &'f FileEntry> {
        files.filter(|file| self.disposed_by(file).is_none())
    }

    /// Removes what commits have named as destroyed and is still there. It succeeds if nothing is.
    pub(crate) fn remove_disposed(&self) -> Result<(), ArchiveError> {
        for path in self.disposed.keys() {
            if self.store.kind(path)?.is_some() {
                self.store.remove(path)?;
            }
        }
        Ok(())
    }
}
