//! How far a source has been read (the cursor), and until when the archive is complete: the instant before which every
//! recorded row has been seen.
//!
//! Rule    not later than the pull, the end of the slice or of the requested range, or the start of the oldest open
//!         transaction, where the database shows it; for a folder of files, not later than the latest row in it
//!
//! Invariant: the archive's version determines this instant, and it never goes back.

use super::Run;
use super::slices::SliceRequest;
use crate::archive::{Archive, SourceNote};
use crate::pull::ingest::Ingestor;
use schemas::Zone;

impl Run<'_> {
    /// Returns the cursor after a slice: how far the source has been read.
    pub(super) fn cursor(
        &self,
        archive: &Archive,
        seen_us: Option<i64>,
        request: &SliceRequest,
        open_since: Option<i64>,
    ) -> Option<i64> {
        if request.rereads {
            // The rows between that month and the cursor were not read.
            return archive.cursor(self.options.source_name);
        }
        // A source's clock that runs ahead must not push the cursor into the future. A transaction that is still open may
        // yet write rows recorded as early as its start.
        let latest = self.options.at_ms.saturating_mul(1_000).min(open_since.unwrap_or(i64::MAX));
        let reached = if request.last { seen_us } else { request.range.until_us };
        reached.map(|us| us.min(latest)).max(archive.cursor(self.options.source_name))
    }

    /// Returns until when the archive is complete after this slice.
    pub(super) fn complete_until_us(
        &self,
        archive: &Archive,
        request: &SliceRequest,
        ingestor: &Ingestor<'_>,
        open_since: Option<i64>,
    ) -> Option<i64> {
        if request.rereads {
            return archive.complete_until_us();
        }
        let now = self.options.at_ms.saturating_mul(1_000);
        let bounds = [Some(now), request.range.until_us, open_since];
        let seen = if self.config.is_folder() { ingestor.cursor_us } else { Some(i64::MAX) };
        let reached = seen.map(|us| bounds.into_iter().flatten().fold(us, i64::min));
        reached.max(archive.complete_until_us())
    }
}

/// Whether a pull without new rows extended the period that the archive covers: to an earlier beginning, or to a later
/// day of the office. Only then is it worth a commit. Months end with a day, and a pull every half hour adds at most one
/// such commit a day.
pub(super) fn coverage_grew(archive: &Archive, note: &SourceNote, until_us: Option<i64>, zone: Zone) -> bool {
    let day = |us: i64| zone.date(us.div_euclid(1_000_000));
    let begins_earlier = archive.source_note(&note.name).is_some_and(|earlier| earlier.from_us != note.from_us);
    begins_earlier || !archive.is_empty() && until_us.and_then(day) > archive.complete_until_us().and_then(day)
}
