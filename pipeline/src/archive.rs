//! The archive: append-only Parquet files under a Delta commit log. `pull` writes it, everything else is computed from it.
//!
//! Reads   the commit log, and those parts that a caller asks for
//! Gives   [`Archive`], the state of the log when it was opened; [`Writer`], which adds one commit; [`verify`] and [`seal`]
//!
//! Invariant: for a reader, only what the log names exists.
//! Invariant: bytes are decoded only after their SHA-256 was checked against the log, since a flipped bit in a Parquet file can
//! read back as wrong data.

mod access;
mod access_lock;
mod action;
pub(crate) mod additions;
pub(crate) mod arrivals;
mod closings;
pub(crate) mod coded;
pub(crate) mod columns;
pub(crate) mod commit_log;
mod commit_note;
mod computed;
pub(crate) mod current_events;
mod disposal;
mod error;
pub(crate) mod event_batch;
mod extent;
pub(crate) mod form;
mod head;
mod hold;
mod intent;
pub(crate) mod key;
pub(crate) mod key_epochs;
pub(crate) mod layout;
mod leaves;
mod log_copy;
pub(crate) mod lookup;
mod part_encoder;
pub(crate) mod picked_rows;
mod presence;
mod private_rows;
mod proofs;
mod pseudonyms;
mod public_copy;
pub(crate) mod quarantine;
pub(crate) mod read;
mod record;
mod rotate;
mod salts;
mod seal;
mod signer;
mod staging;
pub(crate) mod store;
pub(crate) mod tables;
mod threads;
mod transfer;
pub(crate) mod tree;
mod verify;
mod widening;
mod witnesses;
mod writer;

pub use access::Access;
pub use closings::Seal;
pub use commit_note::{BagNote, CommitNote, Disposal, FileEntry, Hold, KeyChange, SignerChange, SourceNote};
pub use error::ArchiveError;
use error::io;
pub use head::{KeptHead, KeptHeadError};
pub(crate) use hold::commit_note as commit_of_note;
pub use hold::{HoldError, HoldRequest, hold};
pub use key::{Key, KeyError};
pub(crate) use leaves::Leaves;
pub use log_copy::{LogFile, complete_log};
pub use presence::Presence;
pub use proofs::{Provable, Proved, UnprovedError};
pub(crate) use pseudonyms::{Persons, Pseudonymizer};
pub use quarantine::waiting_in_quarantine;
pub(crate) use read::decode;
use read::{as_stored, decoded};
pub(crate) use record::RowRecords;
pub use rotate::{KeyRotation, RotationError, rotate_key};
pub(crate) use salts::{EarlierSalts, PersonOf};
pub use seal::{SealError, SealRequest, seal};
pub use signer::{SignerRotation, rotate_signer};
pub use transfer::{CopiedCommit, CopiedPart, Reassembly};
pub use tree::sign_log;
pub use verify::{Examination, Verification, verify};
pub use witnesses::AcceptError;
pub use writer::WriterLock;
pub(crate) use writer::{CommitRequest, Writer};

use crate::hash::sha256;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use commit_log::{Commit, EventFile, TableFacts, Undecoded};
use form::{FORMS, Form};
use key_epochs::Translations;
use schemas::{ColumnFact, ColumnFacts, Month, Zone};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use store::{Folder, LONGEST_LOG_BYTES, Store};

/// How many rows of a part are decoded at a time.
const READ_ROWS: usize = 65_536;

/// An archive as its log described it when it was opened.
#[derive(Clone, Debug)]
pub struct Archive {
    store: Arc<dyn Store>,
    /// The forms that can be read, the oldest first.
    forms: &'static [Form],
    commits: Vec<Commit>,
    /// The pseudonyms under earlier keys, once they were read.
    translations: Arc<OnceLock<Translations>>,
    /// The private files that were destroyed, each with the version that says so.
    disposed: Arc<BTreeMap<String, u64>>,
}

impl Archive {
    /// Reads the commit log. A folder without one is an archive without events.
    ///
    /// # Errors
    /// [`ArchiveError::Log`] when a commit is unreadable or missing, [`ArchiveError::Altered`] when a commit is not the one that
    /// was written, [`ArchiveError::Form`] when the tables have a form that this version does not know, [`ArchiveError::Io`] when
    /// the system refuses.
    pub fn open(root: &Path) -> Result<Self, ArchiveError> {
        Self::of(Arc::new(Folder::at(root)), FORMS)
    }

    /// Reads the commit log of an archive in any store.
    fn of(store: Arc<dyn Store>, forms: &'static [Form]) -> Result<Self, ArchiveError> {
        let mut commits = Vec::new();
        for version in commit_files(&*store)? {
            let expected = commits.len() as u64;
            if version != expected {
                return Err(ArchiveError::Log { version: expected, reason: "its file is missing".into() });
            }
            let bytes = store.read(&layout::commit(version), LONGEST_LOG_BYTES)?;
            let begun = commits.iter().rev().find_map(|commit: &Commit| commit.facts.as_ref());
            let commit = commit_log::decode(version, &bytes, (forms, begun)).map_err(|fault| match fault {
                Undecoded::Form(form) => ArchiveError::of_form(store.place(""), &form),
                Undecoded::Log(reason) => ArchiveError::Log { version, reason },
            })?;
            commits.push(commit);
        }
        let disposed = Arc::new(disposal::disposed(&commits));
        let archive = Self { store, forms, commits, translations: Arc::default(), disposed };
        head::check(&archive)?;
        Ok(archive)
    }

    /// Returns the location of the archive as messages show it.
    #[must_use]
    pub fn place(&self) -> String {
        self.store.place("")
    }

    /// Returns the store that keeps the archive's files.
    pub(crate) fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Returns the time zone of the office that owns the archive; `None` before the first commit.
    #[must_use]
    pub fn zone(&self) -> Option<Zone> {
        self.facts().map(|facts| facts.zone)
    }

    /// Refuses an office in another time zone, whose months would begin at other instants than those of the archive.
    ///
    /// # Errors
    /// [`ArchiveError::Zone`] when the archive was begun in another zone.
    pub fn check_zone(&self, zone: Zone) -> Result<(), ArchiveError> {
        match self.zone().filter(|begun| *begun != zone) {
            Some(begun) => Err(ArchiveError::Zone { path: self.place(), begun, zone }),
            None => Ok(()),
        }
    }

    /// Refuses facts that classify a column differently than when the archive was begun, since its tables are laid out for the
    /// earlier classification.
    pub(crate) fn check_columns(&self, facts: &ColumnFacts) -> Result<(), ArchiveError> {
        let Some(begun) = self.facts().map(|facts| &facts.columns) else { return Ok(()) };
        let words = |fact: &ColumnFact| (fact.visibility.word(), fact.presence.word());
        let lacks = self.facts().map_or(&[][..], |begun| begun.form.lacks);
        let held = facts.iter().filter(|fact| !lacks.contains(&fact.column));
        let mut differing = held.map(|fact| (fact.column, words(fact), words(begun.get(fact.column))));
        match differing.find(|(_, wanted, held)| wanted != held) {
            Some((column, wanted, held)) => {
                let path = self.place();
                Err(ArchiveError::Columns { path, column: column.name(), held, wanted })
            }
            None => Ok(()),
        }
    }

    /// Returns how the archive classifies its columns; for an empty archive, the classification compiled into the program.
    pub(crate) fn columns(&self) -> Result<ColumnFacts, ArchiveError> {
        match self.facts() {
            Some(facts) => Ok(facts.columns.clone()),
            None => Ok(ColumnFacts::embedded()?),
        }
    }

    /// Returns names and types of all public columns except `bulan`, which is encoded in the folder names of the parts.
    pub(crate) fn public_schema(&self) -> Result<SchemaRef, ArchiveError> {
        Ok(self.tables()?.public_schema)
    }

    /// Returns whether nothing has been committed yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }

    /// Returns the number of the last commit; `None` before the first one.
    #[must_use]
    pub fn version(&self) -> Option<u64> {
        self.commits.last().map(|commit| commit.version)
    }

    /// Returns how far the source of that name has been read, in microseconds since 1970 UTC.
    #[must_use]
    pub fn cursor(&self, source: &str) -> Option<i64> {
        self.commits.iter().rev().find_map(|c| c.cursors.get(source).copied())
    }

    /// Returns the next `seq`, which is also the number of events in the archive, including corrections.
    #[must_use]
    pub fn next_seq(&self) -> i64 {
        self.commits.last().map_or(0, |c| c.note.next_seq)
    }

    /// Returns how many events replace an earlier one.
    pub(crate) fn corrections(&self) -> u64 {
        self.commits.iter().map(|c| c.note.corrections).sum()
    }

    /// Returns the archive as it was after that commit; `None` if there is no commit of that version.
    #[must_use]
    pub fn at(&self, version: u64) -> Option<Self> {
        let commits = self.commits.iter().take_while(|commit| commit.version <= version).cloned().collect::<Vec<_>>();
        let reached = commits.last().is_some_and(|commit| commit.version == version);
        let (store, forms) = (Arc::clone(&self.store), self.forms);
        // What was destroyed later is not there any more.
        let disposed = Arc::clone(&self.disposed);
        reached.then(|| Self { store, forms, commits, translations: Arc::default(), disposed })
    }

    /// Returns the instant, in microseconds since 1970 UTC, such that every row recorded before it has been seen; `None` until a
    /// pull has stated one.
    #[must_use]
    pub(crate) fn complete_until_us(&self) -> Option<i64> {
        self.commits.iter().rev().find_map(Commit::complete_until_us)
    }

    pub(crate) fn empty(&self) -> ArchiveError {
        ArchiveError::Empty { path: self.place() }
    }

    /// Checks that the archive was written with this key. An empty archive accepts any key.
    ///
    /// # Errors
    /// [`ArchiveError::WrongKey`] when it was written with another key.
    pub fn check_key(&self, key: &Key) -> Result<(), ArchiveError> {
        match self.key_id() {
            Some(expected) if expected != key.id() => {
                Err(ArchiveError::WrongKey { expected: expected.to_owned(), found: key.id() })
            }
            _ => Ok(()),
        }
    }

    /// Returns the facts that the log states last.
    pub(crate) fn facts(&self) -> Option<&TableFacts> {
        self.commits.iter().rev().find_map(|c| c.facts.as_ref())
    }

    pub(crate) fn event_files(&self) -> impl Iterator<Item = &FileEntry> {
        self.keyed_files().map(|f| &f.entry)
    }

    /// Returns the public parts, each with its least and greatest key.
    pub(crate) fn keyed_files(&self) -> impl Iterator<Item = &EventFile> {
        self.commits.iter().flat_map(|c| &c.events)
    }

    /// Returns the commits of the log, in order.
    pub(crate) fn commits(&self) -> &[Commit] {
        &self.commits
    }

    /// Returns what the last commit from the source of that name recorded about it.
    pub(crate) fn source_note(&self, name: &str) -> Option<&SourceNote> {
        self.notes_of(name).next_back()
    }

    /// Returns the digests of the files that were read completely from the source of that name.
    pub(crate) fn files_read(&self, name: &str) -> BTreeSet<String> {
        self.notes_of(name).flat_map(|n| n.files.iter().cloned()).collect()
    }

    fn notes_of(&self, name: &str) -> impl DoubleEndedIterator<Item = &SourceNote> {
        self.commits.iter().filter_map(|c| c.note.source.as_ref()).filter(move |n| n.name == name)
    }

    pub(crate) fn person_files(&self) -> impl Iterator<Item = &FileEntry> {
        self.there(self.commits.iter().flat_map(|c| &c.note.persons))
    }

    pub(crate) fn quarantine_files(&self) -> impl Iterator<Item = &FileEntry> {
        self.there(self.commits.iter().flat_map(|c| &c.note.quarantine))
    }

    pub(crate) fn outage_file(&self) -> Option<&FileEntry> {
        self.commits.iter().rev().find_map(|c| c.note.outages.as_ref())
    }

    pub(crate) fn stock_file(&self) -> Option<&FileEntry> {
        self.commits.iter().rev().find_map(|c| c.note.stock.as_ref())
    }

    fn head(&self) -> Option<String> {
        self.commits.last().map(|c| c.sha256.clone())
    }

    fn next_version(&self) -> u64 {
        self.commits.len() as u64
    }

    /// Reads the rows of a part, with all columns or only the named ones.
    pub(crate) fn read(&self, file: &FileEntry, columns: Option<&[&str]>) -> Result<Vec<RecordBatch>, ArchiveError> {
        self.batches(file, columns, READ_ROWS)?.collect()
    }

    /// Returns the bytes of a part, which are those that the log states.
    fn checked_bytes(&self, file: &FileEntry) -> Result<Vec<u8>, ArchiveError> {
        let damaged = || ArchiveError::Damaged { path: file.path.clone() };
        match self.store.read(&file.path, file.size_bytes) {
            Ok(bytes) if sha256(&bytes) == file.sha256 => Ok(bytes),
            Ok(_) => Err(damaged()),
            Err(ArchiveError::Io { reason, .. }) if reason.kind() == std::io::ErrorKind::FileTooLarge => Err(damaged()),
            Err(fault) => Err(fault),
        }
    }

    /// Reads the rows of a part as they are stored, with the columns of its own form and digests as bytes.
    pub(crate) fn stored<'a>(
        &self,
        file: &'a FileEntry,
        rows: usize,
    ) -> Result<impl Iterator<Item = Result<RecordBatch, ArchiveError>> + use<'a>, ArchiveError> {
        let fault = |reason| ArchiveError::Decode { path: file.path.clone(), reason };
        let (_, batches) = as_stored(self.checked_bytes(file)?.into(), None, rows).map_err(fault)?;
        Ok(batches.map(move |batch| batch.map_err(fault)))
    }

    /// Reads the rows of a part like [`Self::read`], in batches of `rows` rows.
    pub(crate) fn batches<'a>(
        &self,
        file: &'a FileEntry,
        columns: Option<&[&str]>,
        rows: usize,
    ) -> Result<impl Iterator<Item = Result<RecordBatch, ArchiveError>> + use<'a>, ArchiveError> {
        let bytes = self.checked_bytes(file)?;
        let fault = |reason| ArchiveError::Decode { path: file.path.clone(), reason };
        let (widening, translation) = (self.widening(file, columns)?, self.translation(file, columns)?);
        let batches = decoded(bytes, columns, rows).map_err(fault)?;
        Ok(batches.map(move |batch| {
            let mut batch = batch.map_err(fault)?;
            if let Some(widening) = &widening {
                batch = widening.of(&batch).map_err(|reason| fault(reason.to_string()))?;
            }
            match &translation {
                Some(translation) => translation.of(&batch).map_err(fault),
                None => Ok(batch),
            }
        }))
    }
}

/// Returns the month of the part at a path.
pub(crate) fn month_of_path(path: &str) -> Option<Month> {
    layout::part(path)?.month
}

/// Returns the versions that have a commit in the log, in order.
fn commit_files(store: &dyn Store) -> Result<Vec<u64>, ArchiveError> {
    let entries = store.list(layout::LOG)?;
    let mut versions: Vec<u64> = entries.iter().filter_map(|entry| layout::version_of_commit(&entry.name)).collect();
    versions.sort_unstable();
    Ok(versions)
}
