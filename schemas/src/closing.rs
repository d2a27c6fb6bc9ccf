//! How the books of a month were closed, and what changed in its figures afterwards.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// How the books of a month were closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Closing {
    /// The day on which they were.
    pub on: NaiveDate,
    /// Why, although not all of the month was in the archive; `None` if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<String>,
}

/// What has changed in the reports of a month since its books were closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Revision {
    /// After how many commits and decisions about targets since then the reports of the month were not what they were before: late
    /// rows, a correction, a row that is held back, a longer log, a value that was entered later. So no two reports that differ have
    /// one number. `None` in a public copy of the archive, where a commit may have changed only what that does not tell.
    pub number: Option<u64>,
    /// The day of the last of them; `None` likewise.
    pub on: Option<NaiveDate>,
    /// The counts that are not what they were when the books were closed.
    pub changed: Vec<Revised>,
    /// The parts of the reports in which something is not what it was then; none if all is again as it was.
    pub parts: Vec<RevisedPart>,
    /// The parts in which something is not what it was in the revision before; none for the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub since_last: Vec<RevisedPart>,
    /// The parts of which a public copy of the archive does not tell whether they are what they were then; none where all is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<RevisedPart>,
}

/// A count of a month when its books were closed, and now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Revised {
    /// What is counted.
    #[serde(skip)]
    pub words: String,
    /// Its id.
    pub id: String,
    /// The count when the books were closed.
    pub before: u64,
    /// The count now.
    pub now: u64,
}

/// A part of the reports in which something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct RevisedPart {
    /// Its name.
    #[serde(skip)]
    pub words: &'static str,
    /// Its id.
    pub id: &'static str,
}
