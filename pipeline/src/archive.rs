//! The archive: append-only Parquet under a Delta commit log.
//!
//! Invariant: what the log does not name does not exist for a reader. Invariant: bytes are decoded only after their
//! SHA-256 was checked against the log, since a flipped bit in a Parquet file can read back as wrong data.

mod digest;
mod disk;
mod intent;
pub(crate) mod layout;
pub(crate) mod log;
mod parts;
pub(crate) mod table;
mod verify;
mod writer;

pub(crate) use digest::RowDigests;
pub use log::{CommitNote, FileEntry, SourceNote};
pub use verify::{Verification, verify};
pub use writer::Fence;
pub(crate) use writer::{Ready, Writer};

use crate::columns::superseded;
use crate::key::sha256;
use arrow::array::RecordBatch;
use log::{Commit, EventFile, TableFacts};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use schemas::Month;
use schemas::document::Provenance;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The archive cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The system refused.
    #[error("cannot {act} {path}: {source}")]
    Io {
        /// What was tried.
        act: &'static str,
        /// The file or folder.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The commit log is broken.
    #[error(
        "commit {version} of the archive cannot be read: {reason}; run `tertib verify`, then restore from the backup"
    )]
    Log {
        /// Which commit.
        version: u64,
        /// What is wrong.
        reason: String,
    },
    /// A file is not what the log says.
    #[error(
        "{path} is damaged (its SHA-256 is not the recorded one); run `tertib verify`, then restore it from the backup"
    )]
    Damaged {
        /// The file.
        path: String,
    },
    /// A part could not be decoded.
    #[error("{path} cannot be decoded: {reason}")]
    Decode {
        /// The file.
        path: String,
        /// What the reader said.
        reason: String,
    },
    /// A part could not be encoded.
    #[error("a part cannot be encoded: {0}")]
    Encode(String),
    /// There is nothing in it yet.
    #[error("the archive {path} holds no events yet; run `tertib pull` first")]
    Empty {
        /// The folder.
        path: String,
    },
    /// Another program is writing.
    #[error("another tertib is writing to {path}; wait until it has finished")]
    Locked {
        /// The folder.
        path: String,
    },
    /// Another program committed first.
    #[error("another tertib committed to {path} at the same time; run the pull again")]
    Conflict {
        /// The folder.
        path: String,
    },
    /// The key is not the archive's.
    #[error(
        "the archive was written with another key (id {expected}, this one is {found}); restore the right key file"
    )]
    WrongKey {
        /// Id in the archive.
        expected: String,
        /// Id of the key at hand.
        found: String,
    },
    /// The source now gives another type of key.
    #[error("event_id was {expected} when this archive began and is {found} now; the source must keep its key")]
    KeyType {
        /// What the archive has.
        expected: &'static str,
        /// What the source gives.
        found: &'static str,
    },
}

/// The close of a month's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The month.
    pub month: Month,
    /// The version of the archive that it made.
    pub version: u64,
    /// The first `seq` that came afterwards.
    pub next_seq: i64,
}

/// An archive as its log describes it at the moment of opening.
#[derive(Clone, Debug)]
pub struct Archive {
    root: PathBuf,
    commits: Vec<Commit>,
}

impl Archive {
    /// Reads the commit log. A folder without one is an archive without events.
    ///
    /// # Errors
    /// [`ArchiveError::Log`] when a commit is unreadable or missing, [`ArchiveError::Io`] when the system refuses.
    pub fn open(root: &Path) -> Result<Self, ArchiveError> {
        let mut commits = Vec::new();
        let names = commit_files(root)?;
        for (version, path) in names {
            let wanted = commits.len() as u64;
            if version != wanted {
                return Err(ArchiveError::Log { version: wanted, reason: "its file is missing".into() });
            }
            let bytes = read_file(&path)?;
            commits.push(log::decode(version, &bytes).map_err(|reason| ArchiveError::Log { version, reason })?);
        }
        Ok(Self { root: root.to_owned(), commits })
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether nothing was ever committed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty()
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
        reached.then(|| Self { root: self.root.clone(), commits })
    }

    /// The commit that closed the books of a month.
    #[must_use]
    pub fn seal(&self, month: Month) -> Option<Seal> {
        let commit = self.commits.iter().find(|commit| commit.note.seal == Some(month))?;
        Some(Seal { month, version: commit.version, next_seq: commit.note.next_seq })
    }

    /// Sequence numbers of the events that a later one replaces.
    pub(crate) fn superseded(&self) -> Result<BTreeSet<i64>, ArchiveError> {
        let mut seqs = BTreeSet::new();
        if self.corrections() > 0 {
            for file in self.event_files() {
                seqs.extend(superseded(&self.read(file, Some(&["correction_of"]))?)?);
            }
        }
        Ok(seqs)
    }

    /// Where documents made from this archive say they come from.
    ///
    /// # Errors
    /// [`ArchiveError::Empty`] when nothing was ever committed.
    pub fn provenance(&self) -> Result<Provenance, ArchiveError> {
        let last = self.commits.last().ok_or_else(|| self.empty())?;
        Ok(Provenance {
            archive_version: last.version,
            events: u64::try_from(last.note.next_seq).unwrap_or(0),
            head: last.sha256.clone(),
            program: concat!("tertib ", env!("CARGO_PKG_VERSION")).to_owned(),
        })
    }

    /// The months that have a public part, in order.
    #[must_use]
    pub fn months(&self) -> Vec<Month> {
        let mut months: Vec<Month> = self.event_files().filter_map(|f| month_of_path(&f.path)).collect();
        months.sort_unstable();
        months.dedup();
        months
    }

    pub(crate) fn empty(&self) -> ArchiveError {
        ArchiveError::Empty { path: self.root.display().to_string() }
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
        let path = self.root.join(&file.path);
        let bytes = read_file(&path)?;
        if sha256(&bytes) != file.sha256 {
            return Err(ArchiveError::Damaged { path: file.path.clone() });
        }
        decode(bytes, columns).map_err(|reason| ArchiveError::Decode { path: file.path.clone(), reason })
    }
}

/// The month whose partition folder a path names.
pub(crate) fn month_of_path(path: &str) -> Option<Month> {
    path.split('/').find_map(|part| part.strip_prefix("bulan="))?.parse().ok()
}

/// The rows of a Parquet file, all columns or the ones named.
pub(crate) fn decode(bytes: Vec<u8>, columns: Option<&[&str]>) -> Result<Vec<RecordBatch>, String> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).map_err(|e| e.to_string())?;
    let builder = match columns {
        Some(names) => {
            let mask = parquet::arrow::ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
            builder.with_projection(mask)
        }
        None => builder,
    };
    let reader = builder.with_batch_size(65_536).build().map_err(|e| e.to_string())?;
    reader.map(|batch| batch.map_err(|e| e.to_string())).collect()
}

/// Commit files by version, in order.
fn commit_files(root: &Path) -> Result<Vec<(u64, PathBuf)>, ArchiveError> {
    let folder = root.join(layout::LOG);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(io("read", &folder, e)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| io("read", &folder, e))?.path();
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let digits = name.strip_suffix(".json").filter(|d| d.len() == 20);
        if let Some(version) = digits.and_then(|d| d.parse().ok()) {
            files.push((version, path));
        }
    }
    files.sort();
    Ok(files)
}

fn read_file(path: &Path) -> Result<Vec<u8>, ArchiveError> {
    std::fs::read(path).map_err(|e| io("read", path, e))
}

fn io(act: &'static str, path: &Path, source: std::io::Error) -> ArchiveError {
    ArchiveError::Io { act, path: path.display().to_string(), source }
}
