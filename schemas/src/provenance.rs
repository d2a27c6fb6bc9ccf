//! Where the data of a document come from, and until when they go.

use crate::{Finding, Month, Zone};
use serde::{Deserialize, Serialize};

/// Where the data of a document come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of the archive (number of the last commit).
    pub archive_version: u64,
    /// Events in the archive.
    pub events: u64,
    /// Every row recorded before this instant was seen, seconds since 1970 UTC; none where no pull has said so.
    pub complete_until_s: Option<i64>,
    /// The office's zone.
    #[serde(default, skip_serializing_if = "Zone::is_default")]
    pub zone: Zone,
    /// SHA-256 of the last commit, which names the one before it, and so on to the first.
    pub head: String,
    /// Version of the program.
    pub program: String,
}

/// Whether an archive holds all that its source had of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// Every row that was recorded before the end of the month was seen.
    Complete,
    /// Rows of the month may come yet.
    Provisional,
}

impl Provenance {
    /// How much of a month is there.
    #[must_use]
    pub fn coverage(&self, month: Month) -> Coverage {
        if self.complete_until_s.is_some_and(|until| until >= month.end_s(self.zone)) {
            Coverage::Complete
        } else {
            Coverage::Provisional
        }
    }

    /// Until when the data go, in words: `01-11-2026 00.00 WIB`.
    #[must_use]
    pub fn complete_until(&self) -> String {
        self.complete_until_s.and_then(|at| self.zone.datetime(at)).map_or_else(
            || "waktu yang tidak diketahui".to_owned(),
            |at| format!("{} {}", at.format("%d-%m-%Y %H.%M"), self.zone),
        )
    }

    /// That a month is not there yet as a whole.
    #[must_use]
    pub fn gap(&self, month: Month) -> Option<Finding> {
        let place = || format!("{month}: data sampai {}", self.complete_until());
        (self.coverage(month) == Coverage::Provisional).then(|| Finding { code: "K001", place: place(), count: 1 })
    }
}
