//! What a commit says beyond the Delta protocol: under `commitInfo.tertib`.

use schemas::{Horizon, Identity, Month};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A file of the archive that a commit names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Path within the archive folder.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its length.
    pub size_bytes: u64,
    /// Its rows.
    pub rows: u64,
}

/// What a commit says beyond the Delta protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitNote {
    /// SHA-256 of the commit file before; none in the first.
    pub previous: Option<String>,
    /// Events in the archive after this commit; also the next `seq`.
    pub next_seq: i64,
    /// Events that replace an earlier one of the same `event_id`.
    pub corrections: u64,
    /// Rows put into quarantine.
    pub quarantined: u64,
    /// Findings by code.
    pub findings: BTreeMap<String, u64>,
    /// Where the rows came from.
    pub source: Option<SourceNote>,
    /// Private parts.
    pub persons: Vec<FileEntry>,
    /// Quarantine parts.
    pub quarantine: Vec<FileEntry>,
    /// Snapshot of the outage log, when it changed.
    pub outages: Option<FileEntry>,
    /// Snapshot of the blank-card stock, when it changed.
    pub stock: Option<FileEntry>,
    /// Every row recorded before this instant was seen by this pull or an earlier one, microseconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_until_us: Option<i64>,
    /// The month whose books this commit closes; what comes for it afterwards stands in later books.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Month>,
    /// Why they were closed although rows of the month might still come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_incomplete: Option<String>,
}

/// What a commit remembers of the source, for the next pull from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceNote {
    /// Its name in the configuration.
    pub name: String,
    /// Where the first pull was told to begin, microseconds; earlier rows are never asked for.
    pub from_us: Option<i64>,
    /// Where the earliest snapshot since the last complete pull stood among PostgreSQL's transactions.
    pub horizon: Option<Horizon>,
    /// Whether every row up to the horizon was read; otherwise only those recorded before the cursor.
    pub complete: bool,
    /// SHA-256 of the files that were read whole.
    pub files: Vec<String>,
    /// Which database it was, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
}
