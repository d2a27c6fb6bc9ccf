//! The closings of books that the log of an archive names.

use super::Archive;
use super::commit_log::Commit;
use super::commit_note::BagNote;
use schemas::Month;
use schemas::document::Closing;

/// The closing of a month's books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The month.
    pub month: Month,
    /// The version of the archive that the closing commit created.
    pub version: u64,
    /// The first `seq` after the closing.
    pub next_seq: i64,
    /// Why the books were closed although more rows of the month might still arrive; `None` if the month was complete.
    pub incomplete: Option<String>,
    /// When, in milliseconds since 1970 UTC.
    pub at_ms: i64,
}

impl Archive {
    /// Returns how the books of a month were closed; `None` while they are open.
    #[must_use]
    pub fn seal(&self, month: Month) -> Option<Seal> {
        self.seals().find(|seal| seal.month == month)
    }

    /// Returns all closings of books, in the order of the commits.
    pub fn seals(&self) -> impl Iterator<Item = Seal> {
        self.commits.iter().filter_map(|commit| {
            let Commit { version, at_ms, note, .. } = commit;
            Some(Seal {
                at_ms: *at_ms,
                month: note.seal?,
                version: *version,
                next_seq: note.next_seq,
                incomplete: note.sealed_incomplete.clone(),
            })
        })
    }

    /// Returns the bag of a closed month, with the version of the commit that records it; `None` if none was made.
    #[must_use]
    pub fn bag(&self, month: Month) -> Option<(u64, &BagNote)> {
        let mut bags = self.commits.iter().filter_map(|commit| Some((commit.version, commit.note.bag.as_ref()?)));
        bags.find(|(_, bag)| bag.month == month)
    }

    /// Returns how the books of a month were closed, as documents say it; `None` while they are open.
    #[must_use]
    pub fn closing(&self, month: Month) -> Option<Closing> {
        let seal = self.seal(month)?;
        let on = self.zone().unwrap_or_default().date(seal.at_ms.div_euclid(1_000))?;
        Some(Closing { on, incomplete: seal.incomplete })
    }
}
