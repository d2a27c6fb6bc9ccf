//! What a commit declares beside rows: a change of the key, a hold, a destruction. Each stands in the commit's record in the log.

use super::commit_note::FileEntry;
use schemas::Month;
use serde::{Deserialize, Serialize};

/// What a commit records about a change of the office's key. The rows before it were written under the key before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyChange {
    /// The id of the key before.
    pub from: String,
    /// The id of the new key.
    pub to: String,
    /// Whether the key before was lost, so that nobody could show it.
    pub lost: bool,
    /// Why it was changed.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// The table that gives for each pseudonym under the key before the one under the new key.
    pub pseudonyms: FileEntry,
}

/// What a commit records about a month that must not be destroyed, whatever the retention schedule says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The month.
    pub month: Month,
    /// Whether the hold begins or ends.
    pub held: bool,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
}

/// What a commit records about private files that are destroyed with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disposal {
    /// The SHA-256 of the proposal that was approved.
    pub proposal: String,
    /// The months whose personal data are destroyed.
    pub months: Vec<Month>,
    /// Who proposed it.
    pub proposed_by: String,
    /// Who approved it.
    pub approved_by: String,
    /// The private files, each as an earlier commit names it.
    pub files: Vec<FileEntry>,
    /// How many of their rows were in quarantine and of other months, and are in this commit's quarantine instead.
    pub moved: u64,
}
