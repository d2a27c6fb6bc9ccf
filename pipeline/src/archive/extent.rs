//! How far an archive reaches: its months, and what documents say of it.

use super::{Archive, ArchiveError};
use schemas::Month;
use schemas::document::{LogStatement, Provenance};

impl Archive {
    /// Returns the instant, in microseconds since 1970 UTC, before which no recorded rows were requested; `None` if all rows were.
    fn complete_from_us(&self) -> Option<i64> {
        self.commits.iter().rev().find_map(|commit| commit.note.source.as_ref()).and_then(|source| source.from_us)
    }

    /// Returns what documents made from this archive state about their origin.
    ///
    /// # Errors
    /// [`ArchiveError::Empty`] when nothing has been committed yet.
    pub fn provenance(&self) -> Result<Provenance, ArchiveError> {
        let last = self.commits.last().ok_or_else(|| self.empty())?;
        Ok(Provenance {
            archive_version: last.version,
            // Never negative: a commit with a negative `next_seq` is refused when it is decoded.
            events: last.note.next_seq.unsigned_abs(),
            zone: self.zone().unwrap_or_default(),
            // Rounded up, since the second itself may be incomplete.
            complete_from_s: self
                .complete_from_us()
                .map(|us| us.div_euclid(1_000_000) + i64::from(us % 1_000_000 != 0)),
            complete_until_s: self.complete_until_us().map(|us| us.div_euclid(1_000_000)),
            head: last.sha256.clone(),
            statement: self.statement(),
            program: concat!("tertib ", env!("CARGO_PKG_VERSION")).to_owned(),
        })
    }

    /// Returns what the log states after the last commit. A log that cannot be read states nothing, which `verify` explains.
    fn statement(&self) -> Option<LogStatement> {
        match self.checkpoint() {
            Ok(checkpoint) => checkpoint.map(|(checkpoint, _)| LogStatement {
                root: checkpoint.root_text(),
                origin: checkpoint.origin,
                size: checkpoint.size,
            }),
            Err(fault) => {
                tracing::warn!(
                    "the log of the archive cannot be read, so that documents do not state its root: {fault}"
                );
                None
            }
        }
    }

    /// Returns when the last commit was written, in seconds since 1970 UTC.
    #[must_use]
    pub fn last_commit_s(&self) -> Option<i64> {
        self.commits.last().map(|commit| commit.at_ms.div_euclid(1_000))
    }

    /// Returns the first and the last month in the archive. The last one may be a month without events, if a pull has already seen
    /// some of its time.
    #[must_use]
    pub fn span(&self) -> Option<(Month, Month)> {
        let months = self.months();
        let (first, last) = (*months.first()?, *months.last()?);
        // A pull complete until midnight on the first day of a month has seen nothing of that month.
        let seen_s = self.complete_until_us().map(|until_us| (until_us - 1).div_euclid(1_000_000));
        let seen = seen_s.and_then(|seen_s| self.zone().unwrap_or_default().month(seen_s));
        Some((first, seen.map_or(last, |seen| last.max(seen))))
    }

    /// Returns the months that have a public part, in order.
    #[must_use]
    pub fn months(&self) -> Vec<Month> {
        let mut months: Vec<Month> = self.keyed_files().map(|file| file.month).collect();
        months.sort_unstable();
        months.dedup();
        months
    }
}
