//! What can be wrong with a bag, each with the code of its finding.

use serde::{Deserialize, Serialize};

/// What is wrong with a bag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BagFault {
    /// A file that a manifest names is not there, or cannot be read.
    Missing,
    /// A file has another digest than its manifest says.
    Altered,
    /// A file is there that no manifest names.
    Stray,
    /// A link, pipe or device, or a name that leads out of the bag.
    Foreign,
    /// The folder is no bag: its declaration, a manifest or what it says of itself cannot be used.
    Malformed,
    /// A signature is missing, or does not fit.
    Signature,
    /// A row, or a part of the table, is not the one of the archive's log.
    Row,
    /// What the bag brings of the archive's log does not follow from its signed statement, or does not continue an earlier one.
    Log,
}

impl BagFault {
    /// Returns the code of the finding.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "B010",
            Self::Altered => "B011",
            Self::Stray => "B012",
            Self::Foreign => "B013",
            Self::Malformed => "B014",
            Self::Signature => "B015",
            Self::Row => "B016",
            Self::Log => "B017",
        }
    }
}
