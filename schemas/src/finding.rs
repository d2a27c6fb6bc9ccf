//! Findings: what is wrong with a row, a file or a book, as values that travel with the result.

use crate::{Language, Text};
use serde::{Deserialize, Serialize};

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Information only.
    Info,
    /// Somebody should mend it.
    Warning,
    /// Something is missing from the result.
    Error,
}

/// The texts of one code, from `data/findings.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingTexts {
    /// Stable code, `V003`.
    pub code: String,
    /// How serious it is.
    pub severity: Severity,
    /// The sentence that officials read.
    pub sentence: Text,
    /// What to do about it.
    pub remedy: Text,
}

impl FindingTexts {
    /// Returns the text in a language.
    #[must_use]
    pub fn of(&self, language: Language) -> FindingText {
        FindingText {
            code: self.code.clone(),
            severity: self.severity,
            sentence: self.sentence.of(language).to_owned(),
            remedy: self.remedy.of(language).to_owned(),
        }
    }
}

/// The text of one code in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FindingText {
    /// Stable code, `V003`.
    pub code: String,
    /// How serious it is.
    pub severity: Severity,
    /// The sentence that officials read.
    pub sentence: String,
    /// What to do about it.
    pub remedy: String,
}

/// A fault, its place, and how often it occurs.
///
/// Invariant: `place` names rows by `event_id` or `berkas_id` and files by path, never by NIK or name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The code in `findings.toml`.
    pub code: &'static str,
    /// The column, file or book, with the ids of examples.
    pub place: String,
    /// How many rows or files.
    pub count: u64,
}
