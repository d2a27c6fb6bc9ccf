//! What a copy of the archive consists of, and how an archive is put together again from a copy.
//!
//! Invariant: each commit stands behind all that it and the commits before it name, so that every beginning of a copy is a whole
//! archive.

use super::commit_log::{self, Commit, TableFacts, Undecoded};
use super::form::FORMS;
use super::store::{Folder, LONGEST_LOG_BYTES, Store};
use super::{Archive, ArchiveError, FileEntry, head, layout, record};
use crate::hash::sha256;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

/// A commit, and the files that must be there before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedCommit {
    /// Its version.
    pub version: u64,
    /// Its path within the archive.
    pub path: String,
    /// The SHA-256 of its file.
    pub sha256: String,
    /// The SHA-256 of the commit before it, as it states it.
    pub previous: Option<String>,
    /// The number of events in the archive after it.
    pub next_seq: i64,
    /// The record of its leaf in the log.
    pub record: String,
    /// The files that it names.
    pub parts: Vec<CopiedPart>,
    /// The paths of files of earlier commits that it destroyed.
    pub destroyed: Vec<String>,
    /// The facts of the tables, where it states them.
    facts: Option<TableFacts>,
}

/// A file that a commit names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedPart {
    /// Its path, digest and size.
    pub file: FileEntry,
    /// Whether it holds personal data.
    pub is_private: bool,
}

impl CopiedCommit {
    /// Reads a commit from the bytes of its file in a copy, with the commits before it.
    ///
    /// # Errors
    /// [`ArchiveError::Log`] when it is not what tertib writes, [`ArchiveError::NewerForm`] when a newer tertib wrote it.
    pub fn read(version: u64, bytes: &[u8], before: &[Self]) -> Result<Self, ArchiveError> {
        let begun = before.iter().rev().find_map(|commit| commit.facts.as_ref());
        let commit = commit_log::decode(version, bytes, (FORMS, begun)).map_err(|fault| match fault {
            Undecoded::Form(form) => ArchiveError::of_form(layout::commit(version), &form),
            Undecoded::Log(reason) => ArchiveError::Log { version, reason },
        })?;
        Ok(Self::of(&commit))
    }

    /// Returns the path of the commit of a version within the archive.
    #[must_use]
    pub fn path_of(version: u64) -> String {
        layout::commit(version)
    }

    /// Returns the version of the commit at a path within the archive; `None` if it is no path of a commit.
    #[must_use]
    pub fn version_at(path: &str) -> Option<u64> {
        let name = path.strip_prefix(layout::LOG)?.strip_prefix('/')?;
        layout::version_of_commit(name.as_ref())
    }

    /// Returns whether a path within the archive is that of a file that some commit could name.
    #[must_use]
    pub fn could_name(path: &str) -> bool {
        layout::part(path).is_some() || layout::sealed(path).is_some()
    }

    fn of(commit: &Commit) -> Self {
        let note = &commit.note;
        let part = |is_private| move |file: &FileEntry| CopiedPart { file: file.clone(), is_private };
        let public = commit.events.iter().map(|events| &events.entry).chain(note.public_files());
        let private = note.private_files();
        Self {
            version: commit.version,
            path: layout::commit(commit.version),
            sha256: commit.sha256.clone(),
            previous: note.previous.clone(),
            next_seq: note.next_seq,
            record: String::from_utf8_lossy(&record::of_commit(commit)).into_owned(),
            parts: public.map(part(false)).chain(private.map(part(true))).collect(),
            destroyed: note.disposal.iter().flat_map(|of| &of.files).map(|file| file.path.clone()).collect(),
            facts: commit.facts.clone(),
        }
    }

    /// Leaves out what later commits destroyed: no copy brings it back.
    pub fn without_destroyed(commits: &mut [Self]) {
        let destroyed: BTreeSet<String> = commits.iter().flat_map(|commit| commit.destroyed.clone()).collect();
        for commit in commits {
            commit.parts.retain(|part| !destroyed.contains(&part.file.path));
        }
    }
}

impl Archive {
    /// Returns all commits in order, each with the files that it names and that were not destroyed.
    #[must_use]
    pub fn copied(&self) -> Vec<CopiedCommit> {
        let mut commits: Vec<CopiedCommit> = self.commits.iter().map(CopiedCommit::of).collect();
        CopiedCommit::without_destroyed(&mut commits);
        commits
    }

    /// Reads a file of the archive, whose bytes must be those that the log states.
    ///
    /// # Errors
    /// [`ArchiveError::Damaged`] when they are others, [`ArchiveError::Io`] when the file cannot be read.
    pub fn bytes_of(&self, path: &str, digest: &str, most: Option<u64>) -> Result<Vec<u8>, ArchiveError> {
        let damaged = || ArchiveError::Damaged { path: path.to_owned() };
        match self.store().read(path, most.unwrap_or(LONGEST_LOG_BYTES)) {
            Ok(bytes) if sha256(&bytes) == digest => Ok(bytes),
            Ok(_) => Err(damaged()),
            Err(ArchiveError::Io { reason, .. }) if reason.kind() == ErrorKind::FileTooLarge => Err(damaged()),
            Err(fault) => Err(fault),
        }
    }
}

/// An archive that is being put together from a copy, in a folder of its own.
#[derive(Debug)]
pub struct Reassembly {
    store: Folder,
}

impl Reassembly {
    /// Begins in a folder, which must not hold an archive.
    ///
    /// # Errors
    /// [`ArchiveError::Conflict`] when it holds one, [`ArchiveError::Io`] when the system refuses.
    pub fn begin(root: &Path) -> Result<Self, ArchiveError> {
        let store = Folder::at(root);
        if store.kind(layout::EVENTS)?.is_some() {
            return Err(ArchiveError::Conflict { path: store.place("") });
        }
        store.prepare()?;
        Ok(Self { store })
    }

    /// Writes a file of the copy, whose digest the caller has checked.
    ///
    /// # Errors
    /// [`ArchiveError::Io`] when the system refuses.
    pub fn put(&self, path: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.store.put(path, bytes)
    }

    /// Writes a file of the logs of the copy, which is completed afterwards ([`super::complete_log`]). Returns whether it is one.
    ///
    /// # Errors
    /// [`ArchiveError::Io`] when the system refuses.
    pub fn put_log(root: &Path, path: &str, bytes: &[u8]) -> Result<bool, ArchiveError> {
        let is_of_logs = layout::is_of_logs(path);
        if is_of_logs {
            let store = Folder::at(root);
            store.prepare()?;
            store.put(path, bytes)?;
        }
        Ok(is_of_logs)
    }

    /// Names the last commit as the head, which makes the archive whole.
    ///
    /// # Errors
    /// [`ArchiveError::Io`] when the system refuses.
    pub fn finish(&self, version: u64, digest: &str) -> Result<(), ArchiveError> {
        head::keep(&self.store, version, digest)
    }
}
