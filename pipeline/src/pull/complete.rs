//! How far a source has been read, and until when an archive is complete: the instant before which every recorded row was seen.
//!
//! Rule    never later than the pull itself, than the end that was asked for or of the slice, than the start of the oldest
//!         transaction that was open, as far as the database tells; a folder of files tells no more than the latest row in it
//!
//! Invariant: the instant is a function of the archive's version, and never goes back.

use super::Run;
use super::slices::SliceRequest;
use crate::archive::{Archive, SourceNote};
use crate::pull::ingest::Ingestor;
use schemas::Zone;

impl Run<'_> {
    /// How far the source has been read.
    pub(super) fn cursor(
        &self,
        archive: &Archive,
        seen_us: Option<i64>,
        asked: &SliceRequest,
        open_since: Option<i64>,
    ) -> Option<i64> {
        if asked.again {
            // What lies between the cursor and the rows of that month was not read.
            return archive.cursor(self.options.source_name);
        }
        // A clock that runs ahead in the source must not push the window into the future; what an open transaction
        // writes may claim to be as old as the transaction.
        let latest = self.options.at_ms.saturating_mul(1_000).min(open_since.unwrap_or(i64::MAX));
        let reached = if asked.last { seen_us } else { asked.range.until_us };
        reached.map(|us| us.min(latest)).max(archive.cursor(self.options.source_name))
    }

    /// Until when the archive is complete with this slice.
    pub(super) fn complete_until_us(
        &self,
        archive: &Archive,
        asked: &SliceRequest,
        intake: &Ingestor<'_>,
        open_since: Option<i64>,
    ) -> Option<i64> {
        if asked.again {
            return archive.complete_until_us();
        }
        let now = self.options.at_ms.saturating_mul(1_000);
        let bounds = [Some(now), asked.range.until_us, open_since];
        let seen = if self.config.is_folder() { intake.cursor_us } else { Some(i64::MAX) };
        let reached = seen.map(|us| bounds.into_iter().flatten().fold(us, i64::min));
        reached.max(archive.complete_until_us())
    }
}

/// Whether an archive that holds something is complete from an earlier instant than it says, or until a later day of the office.
/// So much is worth a commit of its own: months end with a day, and a pull each half hour adds at most one such commit a day.
pub(super) fn holds_more(archive: &Archive, note: &SourceNote, until_us: Option<i64>, zone: Zone) -> bool {
    let day = |us: i64| zone.date(us.div_euclid(1_000_000));
    let reaches_back = archive.source_note(&note.name).is_some_and(|earlier| earlier.from_us != note.from_us);
    reaches_back || !archive.is_empty() && until_us.and_then(day) > archive.complete_until_us().and_then(day)
}
