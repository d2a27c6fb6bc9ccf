//! Findings: what is wrong with a row, a file or a book, as values that travel with the result.

use serde::{Deserialize, Serialize};

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// To be mended.
    Warning,
    /// Something is missing from the result.
    Error,
}

/// The text of one code, from `data/findings.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingText {
    /// Stable code, `V003`.
    pub code: String,
    /// How grave it is.
    pub severity: Severity,
    /// What the official reads.
    pub sentence: String,
    /// What to do.
    pub remedy: String,
}

/// Something wrong, where it is, and how often.
///
/// Invariant: `place` names rows by `event_id` or `berkas_id` and files by path, never by NIK or name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// Code in `findings.toml`.
    pub code: &'static str,
    /// Column, file or book, with the ids of examples.
    pub place: String,
    /// How many rows or files.
    pub count: u64,
}
