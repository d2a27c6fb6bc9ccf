//! The archive: append-only Parquet under a Delta commit log.
//!
//! Invariant: what the log does not name does not exist for a reader. Invariant: bytes are decoded only after their
//! SHA-256 was checked against the log, since a flipped bit in a Parquet file can read back as wrong data.

mod action;
pub(crate) mod columns;
pub(crate) mod commit_log;
mod commit_note;
pub(crate) mod current_events;
mod error;
pub(crate) mod event_batch;
mod head;
mod intent;
pub(crate) mod key;
pub(crate) mod layout;
pub(crate) mod lookup;
mod part_encoder;
mod pseudonyms;
pub(crate) mod quarantine;
pub(crate) mod read;
mod seal;
pub(crate) mod store;
pub(crate) mod tables;
mod verify;
mod writer;

pub use commit_note::{CommitNote, FileEntry, SourceNote};
pub use error::ArchiveError;
use error::io;
pub use head::{KeptHead, KeptHeadError};
pub use key::{Key, KeyError};
pub(crate) use pseudonyms::{DigestForm, Persons, Pseudonymizer};
pub use quarantine::waiting_in_quarantine;
pub(crate) use read::decode;
use read::{as_stored, decoded};
pub use seal::{SealError, SealRequest, seal};
pub use verify::{Examination, Verification, verify};
pub use writer::WriterLock;
pub(crate) use writer::{CommitRequest, Writer};

use crate::hash::sha256;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use commit_log::{Commit, EventFile, TableFacts};
use schemas::document::Provenance;
use schemas::{ColumnFact, ColumnFacts, Month, Zone};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use store::{Folder, LONGEST_LOG_BYTES, Store};

/// Rows of a part that are decoded together.
const READ_ROWS: usize = 65_536;

/// The close of a month's books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The month.
    pub month: Month,
    /// The version of the archive that it made.
    pub version: u64,
    /// The first `seq` that came afterwards.
    pub next_seq: i64,
    /// Why they were closed although rows of the month might still come; none where it was complete.
    pub incomplete: Option<String>,
}

/// An archive as its log describes it at the moment of opening.
#[derive(Clone, Debug)]
pub struct Archive {
    store: Arc<dyn Store>,
    commits: Vec<Commit>,
}

impl Archive {
    /// Reads the commit log. A folder without one is an archive without events.
    ///
    /// # Errors
    /// [`ArchiveError::Log`] when a commit is unreadable or missing, [`ArchiveError::Altered`] when it is
    /// another than the one that was written, [`ArchiveError::Form`] when its tables are of another form, [`ArchiveError::Io`] when the system refuses.
    pub fn open(root: &Path) -> Result<Self, ArchiveError> {
        Self::of(Arc::new(Folder::at(root)))
    }

    /// The same of an archive in any store.
    fn of(store: Arc<dyn Store>) -> Result<Self, ArchiveError> {
        let mut commits = Vec::new();
        for version in commit_files(&*store)? {
            let wanted = commits.len() as u64;
            if version != wanted {
                return Err(ArchiveError::Log { version: wanted, reason: "its file is missing".into() });
            }
            let bytes = store.read(&layout::commit(version), LONGEST_LOG_BYTES)?;
            commits.push(commit_log::decode(version, &bytes).map_err(|reason| ArchiveError::Log { version, reason })?);
        }
        let archive = Self { store, commits };
        if !archive.facts().is_none_or(TableFacts::is_of_known_form) {
            return Err(ArchiveError::Form { path: archive.place() });
        }
        head::check(&archive)?;
        Ok(archive)
    }

    /// Where it lies, for messages.
    #[must_use]
    pub fn place(&self) -> String {
        self.store.place("")
    }

    /// What keeps its files.
    pub(crate) fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The zone of the office whose archive it is; none before its first commit.
    #[must_use]
    pub fn zone(&self) -> Option<Zone> {
        self.facts().map(|facts| facts.zone)
    }

    /// Refuses an office of another zone, whose months would be others than those of the archive.
    ///
    /// # Errors
    /// [`ArchiveError::Zone`] when the archive was begun in another zone.
    pub fn check_zone(&self, zone: Zone) -> Result<(), ArchiveError> {
        match self.zone().filter(|begun| *begun != zone) {
            Some(begun) => Err(ArchiveError::Zone { path: self.place(), begun, zone }),
            None => Ok(()),
        }
    }

    /// Refuses facts that classify a column otherwise than the archive was begun with, since its tables would not hold it so.
    pub(crate) fn check_columns(&self, facts: &ColumnFacts) -> Result<(), ArchiveError> {
        let Some(begun) = self.facts().map(|facts| &facts.columns) else { return Ok(()) };
        let words = |fact: &ColumnFact| (fact.visibility.word(), fact.presence.word());
        let mut differing = facts.iter().map(|fact| (fact.column, words(fact), words(begun.get(fact.column))));
        match differing.find(|(_, wanted, held)| wanted != held) {
            Some((column, wanted, held)) => {
                let path = self.place();
                Err(ArchiveError::Columns { path, column: column.name(), held, wanted })
            }
            None => Ok(()),
        }
    }

    /// How its columns are classified; while it is empty, as the program has them.
    pub(crate) fn columns(&self) -> Result<ColumnFacts, ArchiveError> {
        match self.facts() {
            Some(facts) => Ok(facts.columns.clone()),
            None => Ok(ColumnFacts::embedded()?),
        }
    }

    /// Name and type of every public column but `bulan`, which the folders of the parts say.
    pub(crate) fn public_schema(&self) -> Result<SchemaRef, ArchiveError> {
        let integer_ids = self.facts().is_none_or(|facts| facts.integer_ids);
        Ok(tables::Tables::of(&self.columns()?, integer_ids).public_schema)
    }

    /// Whether nothing was ever committed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }

    /// The number of the last commit; none while nothing was ever committed.
    #[must_use]
    pub fn version(&self) -> Option<u64> {
        self.commits.last().map(|commit| commit.version)
    }

    /// How far the source of that name was read, microseconds since 1970 UTC.
    #[must_use]
    pub fn cursor(&self, source: &str) -> Option<i64> {
        self.commits.iter().rev().find_map(|c| c.cursors.get(source).copied())
    }

    /// Events in the archive, corrections included; the next `seq`.
    #[must_use]
    pub fn next_seq(&self) -> i64 {
        self.commits.last().map_or(0, |c| c.note.next_seq)
    }

    /// How many events replace an earlier one.
    pub(crate) fn corrections(&self) -> u64 {
        self.commits.iter().map(|c| c.note.corrections).sum()
    }

    /// The archive as it was after that commit; none where it is not so far.
    #[must_use]
    pub fn at(&self, version: u64) -> Option<Self> {
        let commits = self.commits.iter().take_while(|commit| commit.version <= version).cloned().collect::<Vec<_>>();
        let reached = commits.last().is_some_and(|commit| commit.version == version);
        reached.then(|| Self { store: Arc::clone(&self.store), commits })
    }

    /// The commit that closed the books of a month.
    #[must_use]
    pub fn seal(&self, month: Month) -> Option<Seal> {
        self.seals().find(|seal| seal.month == month)
    }

    /// Every close of books, in order.
    pub fn seals(&self) -> impl Iterator<Item = Seal> {
        self.commits.iter().filter_map(|commit| {
            let Commit { version, note, .. } = commit;
            Some(Seal {
                month: note.seal?,
                version: *version,
                next_seq: note.next_seq,
                incomplete: note.sealed_incomplete.clone(),
            })
        })
    }

    /// Every row recorded before this instant was seen, microseconds since 1970 UTC; none where no pull has said so.
    #[must_use]
    pub(crate) fn complete_until_us(&self) -> Option<i64> {
        self.commits.iter().rev().find_map(Commit::complete_until_us)
    }

    /// Rows recorded before this instant were never asked for, microseconds since 1970 UTC; none where all were.
    fn complete_from_us(&self) -> Option<i64> {
        self.commits.iter().rev().find_map(|commit| commit.note.source.as_ref()).and_then(|source| source.from_us)
    }

    /// Where documents made from this archive say they come from.
    ///
    /// # Errors
    /// [`ArchiveError::Empty`] when nothing was ever committed.
    pub fn provenance(&self) -> Result<Provenance, ArchiveError> {
        let last = self.commits.last().ok_or_else(|| self.empty())?;
        Ok(Provenance {
            archive_version: last.version,
            // A commit with a negative one is not read.
            events: last.note.next_seq.unsigned_abs(),
            zone: self.zone().unwrap_or_default(),
            // Rounded up: of the second itself something may lack.
            complete_from_s: self
                .complete_from_us()
                .map(|us| us.div_euclid(1_000_000) + i64::from(us % 1_000_000 != 0)),
            complete_until_s: self.complete_until_us().map(|us| us.div_euclid(1_000_000)),
            head: last.sha256.clone(),
            program: concat!("tertib ", env!("CARGO_PKG_VERSION")).to_owned(),
        })
    }

    /// The first and the last month that it holds: also one without events, as soon as some of it was seen.
    #[must_use]
    pub fn span(&self) -> Option<(Month, Month)> {
        let months = self.months();
        let (first, last) = (*months.first()?, *months.last()?);
        // At midnight on its first day nothing was seen of a month yet.
        let seen_s = self.complete_until_us().map(|until_us| (until_us - 1).div_euclid(1_000_000));
        let seen = seen_s.and_then(|seen_s| self.zone().unwrap_or_default().month(seen_s));
        Some((first, seen.map_or(last, |seen| last.max(seen))))
    }

    /// The months that have a public part, in order.
    #[must_use]
    pub fn months(&self) -> Vec<Month> {
        let mut months: Vec<Month> = self.keyed_files().map(|file| file.month).collect();
        months.sort_unstable();
        months.dedup();
        months
    }

    pub(crate) fn empty(&self) -> ArchiveError {
        ArchiveError::Empty { path: self.place() }
    }

    /// Whether a key is the one that it was written with; any is while it is empty.
    ///
    /// # Errors
    /// [`ArchiveError::WrongKey`] when it is another.
    pub fn check_key(&self, key: &Key) -> Result<(), ArchiveError> {
        match self.facts() {
            Some(facts) if facts.key_id != key.id() => {
                Err(ArchiveError::WrongKey { expected: facts.key_id.clone(), found: key.id() })
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn facts(&self) -> Option<&TableFacts> {
        self.commits.first().and_then(|c| c.facts.as_ref())
    }

    pub(crate) fn event_files(&self) -> impl Iterator<Item = &FileEntry> {
        self.keyed_files().map(|f| &f.entry)
    }

    /// The public parts with the ends of their keys.
    pub(crate) fn keyed_files(&self) -> impl Iterator<Item = &EventFile> {
        self.commits.iter().flat_map(|c| &c.events)
    }

    /// What was remembered of the source of that name at the last commit from it.
    pub(crate) fn source_note(&self, name: &str) -> Option<&SourceNote> {
        self.notes_of(name).next_back()
    }

    /// Digests of the files that were read whole from the source of that name.
    pub(crate) fn files_read(&self, name: &str) -> BTreeSet<String> {
        self.notes_of(name).flat_map(|n| n.files.iter().cloned()).collect()
    }

    fn notes_of(&self, name: &str) -> impl DoubleEndedIterator<Item = &SourceNote> {
        self.commits.iter().filter_map(|c| c.note.source.as_ref()).filter(move |n| n.name == name)
    }

    pub(crate) fn person_files(&self) -> impl Iterator<Item = &FileEntry> {
        self.commits.iter().flat_map(|c| &c.note.persons)
    }

    pub(crate) fn quarantine_files(&self) -> impl Iterator<Item = &FileEntry> {
        self.commits.iter().flat_map(|c| &c.note.quarantine)
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

    /// The rows of a part, all columns or the ones named.
    pub(crate) fn read(&self, file: &FileEntry, columns: Option<&[&str]>) -> Result<Vec<RecordBatch>, ArchiveError> {
        self.batches(file, columns, READ_ROWS)?.collect()
    }

    /// The same, so many rows at a time.
    pub(crate) fn batches<'a>(
        &self,
        file: &'a FileEntry,
        columns: Option<&[&str]>,
        rows: usize,
    ) -> Result<impl Iterator<Item = Result<RecordBatch, ArchiveError>> + use<'a>, ArchiveError> {
        let damaged = || ArchiveError::Damaged { path: file.path.clone() };
        let bytes = match self.store.read(&file.path, file.size_bytes) {
            Err(ArchiveError::Io { reason, .. }) if reason.kind() == std::io::ErrorKind::FileTooLarge => {
                return Err(damaged());
            }
            other => other?,
        };
        if sha256(&bytes) != file.sha256 {
            return Err(damaged());
        }
        let fault = |reason| ArchiveError::Decode { path: file.path.clone(), reason };
        Ok(decoded(bytes, columns, rows).map_err(fault)?.map(move |batch| batch.map_err(fault)))
    }
}

/// The month of the part at a path.
pub(crate) fn month_of_path(path: &str) -> Option<Month> {
    layout::part(path)?.month
}

/// The versions of which the log has a commit, in order.
fn commit_files(store: &dyn Store) -> Result<Vec<u64>, ArchiveError> {
    let entries = store.list(layout::LOG)?;
    let mut versions: Vec<u64> = entries.iter().filter_map(|entry| layout::version_of_commit(&entry.name)).collect();
    versions.sort_unstable();
    Ok(versions)
}
