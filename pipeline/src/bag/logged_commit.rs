//! A commit that added rows of a bag.

/// A commit as the log states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedCommit {
    /// Its version.
    pub version: u64,
    /// The first `seq` that it adds.
    pub first_seq: i64,
    /// The next one after it.
    pub next_seq: i64,
    /// The record of its leaf: canonical JSON.
    pub statement: String,
}
