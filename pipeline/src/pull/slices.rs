//! Which rows a slice of a pull asks for.

use super::reconcile::reconcile;
use super::report::Range;
use super::{PullError, Run};
use crate::archive::key::Key;
use crate::archive::quarantine::Quarantine;
use crate::archive::{Archive, SourceNote};
use crate::source::{RelationSchema, RowFilter, Source, SourceConfig, Span};
use schemas::{Facts, Month};
use std::path::Path;

/// A slice is at least this long, microseconds.
const SHORTEST_SLICE_US: i64 = 1_000_000;

/// How a backlog is cut into slices of time, microseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slices {
    /// Up to here the slices of this pull have been read.
    pub(super) reached_us: i64,
    length_us: i64,
    pub(super) end_us: i64,
}

/// What one slice asks for.
pub(super) struct SliceRequest {
    pub(super) window: RowFilter,
    pub(super) range: Range,
    pub(super) note: SourceNote,
    pub(super) last: bool,
    /// Whether rows of an earlier month are read again, so that the cursor stays.
    pub(super) again: bool,
}

/// The rows of a month that the archive has not as the source has them.
#[derive(Debug)]
pub(super) struct Again {
    /// From when until when the month goes, microseconds since 1970 UTC.
    span_us: std::ops::Range<i64>,
    ids: Vec<String>,
    /// Rows without a key can only be found again by reading everything.
    everything: bool,
}

impl Again {
    /// Compares the month.
    pub(super) async fn of(
        month: Month,
        config: &SourceConfig,
        root: &Path,
        key: &Key,
        facts: &Facts,
        at_ms: i64,
    ) -> Result<Self, PullError> {
        if config.is_folder() {
            return Err(PullError::Files { month });
        }
        let archive = Archive::open(root)?;
        if archive.is_empty() {
            return Err(archive.empty().into());
        }
        let found = reconcile(config, &archive, key, facts, month, at_ms).await?;
        let span_us = month.start_s(facts.zone) * 1_000_000..month.end_s(facts.zone) * 1_000_000;
        Ok(Self { span_us, ids: found.to_ask_for(), everything: found.without_key > 0 })
    }

    /// From when on rows are asked for: from the beginning of the month, if that is where earlier pulls began or just before.
    fn reaches_back_to(&self, from_us: Option<i64>) -> Option<i64> {
        from_us
            .map(|from| if self.span_us.start < from && from <= self.span_us.end { self.span_us.start } else { from })
    }
}

impl Run<'_> {
    /// Decides which rows the next slice asks for.
    pub(super) async fn ask(
        &mut self,
        source: &mut Source,
        shape: &RelationSchema,
        archive: &Archive,
        quarantine: &Quarantine,
    ) -> Result<SliceRequest, PullError> {
        let options = self.options;
        let earlier = archive.source_note(options.source_name);
        if let Some(again) = &self.again {
            let window = RowFilter { ids: again.ids.clone(), only_ids: !again.everything, ..RowFilter::default() };
            let earlier = earlier.cloned().unwrap_or_default();
            let from_us = again.reaches_back_to(earlier.from_us);
            let note = SourceNote { files: Vec::new(), from_us, ..earlier };
            self.done.total = Some(again.ids.len() as u64);
            return Ok(SliceRequest { window, range: Range::default(), note, last: true, again: true });
        }
        let from_us = match (earlier, options.from_us) {
            (Some(note), Some(from)) if note.from_us != Some(from) => {
                return Err(PullError::Begun { from: note.from_us.map_or_else(|| "its beginning".into(), shown) });
            }
            (Some(note), _) => note.from_us,
            (None, from) => from,
        };
        let now = source.horizon().await?;
        let then = earlier.and_then(|note| note.horizon.as_ref());
        let written_since = then.zip(now.as_ref()).and_then(|(then, now)| Source::written_since(then, now));
        if written_since.is_none() && then.is_some() && now.is_some() {
            self.done.tally.note("S004", self.config.view.as_str());
        }
        let complete = earlier.is_some_and(|note| note.complete) && written_since.is_some();
        let cursor = archive.cursor(options.source_name);
        let lookback_us = options.lookback_s.saturating_mul(1_000_000);
        let lookback = cursor.map(|c| c.saturating_sub(lookback_us));
        let mut window = RowFilter {
            from_us: lookback.max(from_us).filter(|_| !complete),
            until_us: options.until_us,
            written_since,
            ids: quarantine.open_keys.clone(),
            only_ids: false,
            files: archive.files_read(options.source_name),
        };
        if quarantine.without_key > 0 {
            // A broken row without a key can only be found again by reading everything.
            window = RowFilter { from_us, written_since: None, ids: Vec::new(), ..window };
        }
        if !options.dry_run {
            window.until_us = self.end_of_slice(source, shape, &window, cursor).await?;
            if let Some(slices) = self.done.slices
                && window.from_us.is_some()
            {
                // What the slice before has just read need not be read again; only the last one looks back once more, since
                // late rows claim to be of now.
                let last = window.until_us == options.until_us;
                let again = if last { slices.end_us.saturating_sub(lookback_us) } else { i64::MAX };
                window.from_us = window.from_us.max(Some(slices.reached_us.min(again)));
            }
        } else if self.done.total.is_none() {
            self.done.total = Some(source.estimate(shape, &window).await?);
        }
        let range = Range { from_us, until_us: window.until_us };
        let last = range.until_us == options.until_us;
        let note = SourceNote {
            name: options.source_name.to_owned(),
            from_us,
            // Until the last slice, what was written since the earlier snapshot is still to be asked for.
            horizon: if last { now } else { then.cloned().or(now) },
            complete: last && options.until_us.is_none(),
            files: Vec::new(),
            identity: None,
        };
        Ok(SliceRequest { window, range, note, last, again: false })
    }

    /// Where the next slice ends; the end that was asked for when it is the last one.
    async fn end_of_slice(
        &mut self,
        source: &mut Source,
        shape: &RelationSchema,
        window: &RowFilter,
        cursor: Option<i64>,
    ) -> Result<Option<i64>, PullError> {
        let limit = self.options.slice_rows.max(1);
        if self.done.total.is_none() {
            let mut total = source.estimate(shape, window).await?;
            let covered = self.facts.clock.covered();
            let plausible = covered.start * 1_000_000..covered.end * 1_000_000;
            if total > limit
                && let Some(Span { first_us, last_us, rows }) = source.span(shape, window, &plausible).await?
            {
                // A database that is asked with a margin may know of rows beyond the end.
                let end_us = last_us.min(self.options.until_us.unwrap_or(i64::MAX));
                total = rows;
                let reached_us = cursor.map_or(first_us, |c| c.max(first_us));
                let count = i64::try_from(total.div_ceil(limit)).unwrap_or(i64::MAX);
                let length_us = (end_us.saturating_sub(reached_us) / count.max(1)).max(SHORTEST_SLICE_US);
                self.done.slices = (count > 1).then_some(Slices { reached_us, length_us, end_us });
            }
            self.done.total = Some(total);
        }
        let Some(slices) = self.done.slices else { return Ok(self.options.until_us) };
        let beyond_us = slices.end_us.saturating_add(1);
        let mut until = slices.reached_us.saturating_add(slices.length_us).min(beyond_us);
        // Rows do not come evenly: a slice in which too many lie is cut again.
        while until - slices.reached_us > SHORTEST_SLICE_US
            && source.rows_within(&(slices.reached_us..until)).await? > limit
        {
            until = slices.reached_us + ((until - slices.reached_us) / 2).max(SHORTEST_SLICE_US);
        }
        Ok(if until >= slices.end_us { self.options.until_us } else { Some(until) })
    }
}

/// An instant for a message.
fn shown(us: i64) -> String {
    chrono::DateTime::from_timestamp_micros(us).map_or_else(|| us.to_string(), |t| t.to_rfc3339())
}
