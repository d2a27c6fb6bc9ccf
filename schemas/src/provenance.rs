//! Where the data of a document come from, and from when until when they go.

use crate::{Finding, Month, Zone};
use serde::{Deserialize, Serialize};

/// Where the data of a document come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of the archive (number of the last commit).
    pub archive_version: u64,
    /// Events in the archive.
    pub events: u64,
    /// Rows recorded before this instant were never asked for, seconds since 1970 UTC; none where all were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_from_s: Option<i64>,
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
    /// Every row that was recorded from the beginning to the end of the month was seen.
    Complete,
    /// Rows of the month may come yet, or its first ones were never asked for.
    Provisional,
}

impl Provenance {
    /// How much of a month is there.
    #[must_use]
    pub fn coverage(&self, month: Month) -> Coverage {
        let until_its_end = self.complete_until_s.is_some_and(|until| until >= month.end_s(self.zone));
        if until_its_end && !self.lacks_the_beginning_of(month) { Coverage::Complete } else { Coverage::Provisional }
    }

    /// Whether rows of a month may have been recorded before the instant from which rows were asked for.
    #[must_use]
    pub fn lacks_the_beginning_of(&self, month: Month) -> bool {
        self.complete_from_s.is_some_and(|from| from > month.start_s(self.zone))
    }

    /// Until when the data go, in words: `01-11-2026 00.00 WIB`.
    #[must_use]
    pub fn complete_until(&self) -> String {
        self.in_words(self.complete_until_s)
    }

    /// From when until when the data go, in words: `data sampai 01-11-2026 00.00 WIB`.
    #[must_use]
    pub fn extent(&self) -> String {
        let until = self.complete_until();
        self.complete_from_s.map_or_else(
            || format!("data sampai {until}"),
            |from| format!("data dari {} sampai {until}", self.in_words(Some(from))),
        )
    }

    fn in_words(&self, at_s: Option<i64>) -> String {
        at_s.and_then(|at| self.zone.datetime(at)).map_or_else(
            || "waktu yang tidak diketahui".to_owned(),
            |at| format!("{} {}", at.format("%d-%m-%Y %H.%M"), self.zone),
        )
    }

    /// That a month is not there as a whole: its end not yet (K001), or its beginning was never asked for (K005).
    #[must_use]
    pub fn gap(&self, month: Month) -> Option<Finding> {
        let code = if self.lacks_the_beginning_of(month) { "K005" } else { "K001" };
        let place = || format!("{month}: {}", self.extent());
        (self.coverage(month) == Coverage::Provisional).then(|| Finding { code, place: place(), count: 1 })
    }
}
