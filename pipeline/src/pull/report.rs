//! The report of a pull, its findings, and its errors.

use crate::archive::ArchiveError;
use crate::source::SourceError;
use schemas::{Finding, Month};
use std::collections::{BTreeMap, BTreeSet};

/// How many ids a finding names as examples.
const EXAMPLES: usize = 3;
/// How many words that the contract does not have a finding names.
const WORDS: usize = 12;

/// What is told of the rows of a finding.
#[derive(Clone, Debug, Default)]
struct Rows {
    count: u64,
    ids: Vec<String>,
    words: BTreeMap<String, u64>,
    has_more_words: bool,
}

impl Rows {
    fn add_id(&mut self, id: &str) {
        if self.ids.len() < EXAMPLES && !self.ids.iter().any(|known| known == id) {
            self.ids.push(id.to_owned());
        }
    }

    fn add_word(&mut self, word: &str, count: u64) {
        if self.words.len() < WORDS || self.words.contains_key(word) {
            *self.words.entry(word.to_owned()).or_default() += count;
        } else {
            self.has_more_words = true;
        }
    }

    /// The column with what stands there and the examples.
    fn place(self, column: String) -> String {
        let mut words: Vec<String> = self.words.iter().map(|(word, count)| format!("{word} ({count}×)")).collect();
        words.extend(self.has_more_words.then(|| "dan lainnya".to_owned()));
        let said = if words.is_empty() { column } else { format!("{column}; tertulis {}", words.join(", ")) };
        if self.ids.is_empty() { said } else { format!("{said}: {}", self.ids.join(", ")) }
    }
}

/// Counts findings by code and column, with a few ids as examples.
#[derive(Clone, Debug, Default)]
pub(crate) struct FindingCounts {
    of_rows: BTreeMap<(&'static str, String), Rows>,
    /// Findings about the source as a whole, which are counted once however often they are noted.
    of_source: BTreeSet<(&'static str, String)>,
}

impl FindingCounts {
    /// Notes a finding about the source as a whole.
    pub(crate) fn note(&mut self, code: &'static str, place: impl Into<String>) {
        self.of_source.insert((code, place.into()));
    }

    /// Counts a finding about one row.
    pub(crate) fn add(&mut self, code: &'static str, column: impl Into<String>, id: Option<&str>) {
        let rows = self.of_rows.entry((code, column.into())).or_default();
        rows.count += 1;
        id.into_iter().for_each(|id| rows.add_id(id));
    }

    /// Counts a finding about one row, and what stands there.
    pub(crate) fn add_word(&mut self, code: &'static str, column: String, word: &str, id: Option<&str>) {
        self.add(code, column.clone(), id);
        self.of_rows.entry((code, column)).or_default().add_word(word, 1);
    }

    /// Counts several findings at once.
    pub(crate) fn add_many(&mut self, code: &'static str, column: impl Into<String>, count: u64) {
        self.of_rows.entry((code, column.into())).or_default().count += count;
    }

    pub(crate) fn by_code(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        let of_rows = self.of_rows.iter().map(|((code, _), rows)| (*code, rows.count));
        for (code, n) in of_rows.chain(self.of_source.iter().map(|(code, _)| (*code, 1))) {
            *counts.entry(code.to_owned()).or_insert(0) += n;
        }
        counts
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.of_source.extend(other.of_source);
        for (place, rows) in other.of_rows {
            let total = self.of_rows.entry(place).or_default();
            total.count += rows.count;
            total.has_more_words |= rows.has_more_words;
            rows.ids.iter().for_each(|id| total.add_id(id));
            rows.words.iter().for_each(|(word, count)| total.add_word(word, *count));
        }
    }

    pub(crate) fn findings(self) -> Vec<Finding> {
        let of_source = self.of_source.into_iter().map(|(code, place)| Finding { code, place, count: 1 });
        let of_rows = self.of_rows.into_iter();
        let of_rows =
            of_rows.map(|((code, column), rows)| Finding { code, count: rows.count, place: rows.place(column) });
        let mut findings: Vec<Finding> = of_source.chain(of_rows).collect();
        findings.sort();
        findings
    }
}

/// The rows of the source that are archived, by `recorded_at` in microseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Range {
    /// Rows recorded before this instant are skipped.
    pub(crate) from_us: Option<i64>,
    /// Rows recorded at or after this instant are skipped.
    pub(crate) until_us: Option<i64>,
}

/// A pull failed.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The source failed.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The archive failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The database user may write.
    #[error(
        "the database user may change data in the source; give it SELECT only, or set `may-write = true` under [source]"
    )]
    MayWrite,
    /// `--from` was given after the first pull.
    #[error("this source was pulled before, from {from}; `--from` can only be said at the first pull")]
    Begun {
        /// Where the first pull began.
        from: String,
    },
    /// A month was to be read again from a folder of files.
    #[error("a folder of files has no month to be read again; export {month} anew into it and run `tertib pull`")]
    Files {
        /// The month.
        month: Month,
    },
    /// The archived rows are not those of this database.
    #[error(
        "this is not the database of the archive{changed}: of {asked} archived rows it has {found}, and {same} of them are the \
         same; correct `url` or `view` in tertib.toml, or, if they are right, say `--accept-corrections`"
    )]
    AnotherDatabase {
        /// The identities of the earlier and the present database, if both have one.
        changed: String,
        /// How many archived rows were looked up.
        asked: usize,
        /// How many of them the database has.
        found: usize,
        /// How many of them are unchanged.
        same: usize,
    },
    /// Most rows broke the contract.
    #[error(
        "{rows} rows break the contract and few keep it (last: {code} in column `{column}`); correct the view or [source.columns]"
    )]
    MostlyBroken {
        /// How many rows broke it.
        rows: u64,
        /// The code of the last fault.
        code: &'static str,
        /// The column of the last fault.
        column: &'static str,
    },
    /// A scratch file could not be used.
    #[error("cannot use a scratch file beside the archive: {0}")]
    Scratch(std::io::Error),
    /// The reading task ended unexpectedly.
    #[error("the reader stopped; this is a defect of tertib")]
    Reader,
}

impl PullError {
    /// Whether trying again a little later may succeed.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Source(fault) => fault.is_passing(),
            Self::Archive(fault) => matches!(fault, ArchiveError::Conflict { .. } | ArchiveError::Locked { .. }),
            _ => false,
        }
    }

    /// Whether the error proves that there is a server.
    pub(super) fn is_of_a_server(&self) -> bool {
        matches!(self, Self::Source(fault) if fault.is_of_a_server())
    }
}

/// The report of a pull.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullReport {
    /// Rows read from the source.
    pub read: u64,
    /// Events that were new.
    pub new: u64,
    /// Rows that the archive already had.
    pub known: u64,
    /// Events archived as corrections.
    pub corrections: u64,
    /// Corrections that were held back, because so many at once are rarely intended. Nothing of their slice was archived.
    pub held_back: u64,
    /// Rows put into quarantine by this pull.
    pub quarantined: u64,
    /// Rows that were already in quarantine and still break the contract.
    pub still_quarantined: u64,
    /// The version of the archive after the pull; `None` while it is empty.
    pub archive_version: Option<u64>,
    /// All findings.
    pub findings: Vec<Finding>,
}

/// Corrections are held back from this number on …
const MANY_CORRECTIONS: u64 = 50;
/// … if they are also more than this percentage of the rows that were read.
const MANY_PERCENT: u64 = 10;

impl PullReport {
    /// Whether so many rows changed at once that probably the view or the database was changed rather than the rows.
    pub(super) fn has_many_corrections(&self) -> bool {
        self.corrections >= MANY_CORRECTIONS && self.corrections * 100 > self.read * MANY_PERCENT
    }

    /// Adds the counts of a slice.
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
