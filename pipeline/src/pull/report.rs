//! What a pull did, and why it could not be done.

use crate::archive::ArchiveError;
use crate::sources::SourceError;
use schemas::{Finding, Month};

/// A pull could not be done.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The source failed.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The archive failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The database user is more than a reader.
    #[error(
        "the database user may change data in the source; give it SELECT only, or set `may-write = true` under [source]"
    )]
    MayWrite,
    /// `from` came too late.
    #[error("this source was pulled before, from {from}; `--from` can only be said at the first pull")]
    Begun {
        /// Where the first pull began.
        from: String,
    },
    /// A month of a folder of files was to be pulled again.
    #[error("a folder of files has no month to be read again; export {month} anew into it and run `tertib pull`")]
    Files {
        /// The month.
        month: Month,
    },
    /// The rows that the archive has are not those of this database.
    #[error(
        "this is not the database of the archive{changed}: of {asked} archived rows it has {found}, and {same} of them are the \
         same; correct `url` or `view` in tertib.toml, or, if they are right, say `--accept-corrections`"
    )]
    AnotherDatabase {
        /// What it was and is, where it says so.
        changed: String,
        /// How many archived rows were looked for.
        asked: usize,
        /// How many are there.
        found: usize,
        /// How many are as they were.
        same: usize,
    },
    /// Nearly nothing kept the contract.
    #[error(
        "{rows} rows break the contract and few keep it (last: {code} in column `{column}`); correct the view or [source.columns]"
    )]
    MostlyBroken {
        /// How many broke it.
        rows: u64,
        /// The last reason.
        code: &'static str,
        /// The last column.
        column: &'static str,
    },
    /// A scratch file could not be used.
    #[error("cannot use a scratch file beside the archive: {0}")]
    Scratch(std::io::Error),
    /// The reading task ended by itself.
    #[error("the reader stopped; this is a defect of tertib")]
    Reader,
}

impl PullError {
    /// Whether the same may work a little later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Source(fault) => fault.is_passing(),
            Self::Archive(fault) => matches!(fault, ArchiveError::Conflict { .. } | ArchiveError::Locked { .. }),
            _ => false,
        }
    }

    /// Whether it shows that there is a server.
    pub(super) fn is_of_a_server(&self) -> bool {
        matches!(self, Self::Source(fault) if fault.is_of_a_server())
    }
}

/// What a pull did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullReport {
    /// Rows read from the source.
    pub read: u64,
    /// Events that were new.
    pub new: u64,
    /// Rows that were archived already.
    pub known: u64,
    /// Events archived as corrections.
    pub corrections: u64,
    /// Corrections that were not archived, since so many at once are rarely meant; nothing else of the slice was either.
    pub held_back: u64,
    /// Rows put into quarantine now.
    pub quarantined: u64,
    /// Rows that were in quarantine already and are still broken.
    pub still_quarantined: u64,
    /// Version of the archive after the pull; none while it is empty.
    pub archive_version: Option<u64>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// So many corrections in one pull are many.
const MANY_CORRECTIONS: u64 = 50;
/// And so many of a hundred rows that were read.
const MANY_OF_A_HUNDRED: u64 = 10;

impl PullReport {
    /// Whether so many rows changed at once that the view or the database is another one, rather than the rows.
    pub(super) fn has_many_corrections(&self) -> bool {
        self.corrections >= MANY_CORRECTIONS && self.corrections * 100 > self.read * MANY_OF_A_HUNDRED
    }

    pub(super) fn merge(&mut self, slice: &Self) {
        self.read += slice.read;
        self.new += slice.new;
        self.known += slice.known;
        self.corrections += slice.corrections;
        self.held_back += slice.held_back;
        self.quarantined += slice.quarantined;
        self.still_quarantined += slice.still_quarantined;
    }
}
