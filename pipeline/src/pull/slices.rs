//! Which rows does the next slice of a pull read?
//!
//! Reads   the cursor and the notes of earlier pulls; the options; estimates of the source
//! Gives   a [`SliceRequest`]: the filter for the source, and the range of the rows that are archived
//! Rule    rows since the cursor less `lookback`, or, where PostgreSQL shows it, rows written since the last snapshot;
//!         always the rows in quarantine; a backlog of more than `slice_rows` rows is divided by `recorded_at`
//! Finds   S004, when the snapshots of two pulls cannot be compared

use super::reconcile::reconcile;
use super::report::Range;
use super::{PullError, Run};
use crate::archive::key::Key;
use crate::archive::quarantine::Quarantine;
use crate::archive::{Archive, SourceNote};
use crate::source::{RelationSchema, RowFilter, Source, SourceConfig, Span};
use schemas::{Facts, Month};
use std::path::Path;

/// The shortest slice, in microseconds.
const SHORTEST_SLICE_US: i64 = 1_000_000;

/// How a backlog is divided into slices of time, in microseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slices {
    /// The end of the slices that have been read.
    pub(super) reached_us: i64,
    length_us: i64,
    /// The latest `recorded_at` of the backlog.
    pub(super) end_us: i64,
}

/// The rows that one slice reads.
pub(super) struct SliceRequest {
    pub(super) filter: RowFilter,
    pub(super) range: Range,
    pub(super) note: SourceNote,
    /// Whether it is the last slice of the pull.
    pub(super) last: bool,
    /// Whether it reads rows of an earlier month again, so that the cursor stays.
    pub(super) rereads: bool,
}

/// A month to read again: the rows in which the archive and the source differ.
#[derive(Debug)]
pub(super) struct Reread {
    /// The month, in microseconds since 1970 UTC.
    span_us: std::ops::Range<i64>,
    ids: Vec<String>,
    /// Whether to read all rows, because rows without a key cannot be selected.
    everything: bool,
}

impl Reread {
    /// Compares the month in the archive and in the source.
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
        let result = reconcile(config, &archive, key, facts, month, at_ms).await?;
        let span_us = month.start_s(facts.zone) * 1_000_000..month.end_s(facts.zone) * 1_000_000;
        Ok(Self { span_us, ids: result.to_read_again(), everything: result.without_key > 0 })
    }

    /// Returns the instant from which the archive then has all rows: the beginning of the month, if earlier pulls began
    /// within it or at its end, and otherwise the instant from which they began.
    fn new_beginning(&self, from_us: Option<i64>) -> Option<i64> {
        from_us
            .map(|from| if self.span_us.start < from && from <= self.span_us.end { self.span_us.start } else { from })
    }
}

impl Run<'_> {
    /// Decides which rows the next slice reads.
    pub(super) async fn request(
        &mut self,
        source: &mut Source,
        schema: &RelationSchema,
        archive: &Archive,
        quarantine: &Quarantine,
    ) -> Result<SliceRequest, PullError> {
        let options = self.options;
        let earlier = archive.source_note(options.source_name);
        if let Some(reread) = &self.reread {
            let filter = RowFilter { ids: reread.ids.clone(), only_ids: !reread.everything, ..RowFilter::default() };
            let earlier = earlier.cloned().unwrap_or_default();
            let from_us = reread.new_beginning(earlier.from_us);
            let note = SourceNote { files: Vec::new(), from_us, ..earlier };
            self.state.total = Some(reread.ids.len() as u64);
            return Ok(SliceRequest { filter, range: Range::default(), note, last: true, rereads: true });
        }
        let from_us = match (earlier, options.from_us) {
            (Some(note), Some(from)) if note.from_us != Some(from) => {
                return Err(PullError::Begun {
                    from: note.from_us.map_or_else(|| "its beginning".into(), format_instant),
                });
            }
            (Some(note), _) => note.from_us,
            (None, from) => from,
        };
        let now = source.horizon().await?;
        let then = earlier.and_then(|note| note.horizon.as_ref());
        let written_since = then.zip(now.as_ref()).and_then(|(then, now)| source.written_since(then, now));
        if written_since.is_none() && then.is_some() && now.is_some() {
            self.state.counts.note("S004", self.config.view.as_str());
        }
        let complete = earlier.is_some_and(|note| note.complete) && written_since.is_some();
        let cursor = archive.cursor(options.source_name);
        let lookback_us = options.lookback_s.saturating_mul(1_000_000);
        let lookback = cursor.map(|c| c.saturating_sub(lookback_us));
        let mut filter = RowFilter {
            from_us: lookback.max(from_us).filter(|_| !complete),
            until_us: options.until_us,
            written_since,
            ids: quarantine.open_keys.clone(),
            only_ids: false,
            files: archive.files_read(options.source_name),
            most: None,
        };
        if quarantine.without_key > 0 {
            // A row without a key cannot be selected, so everything is read again.
            filter = RowFilter { from_us, written_since: None, ids: Vec::new(), ..filter };
        }
        if !options.dry_run {
            filter.until_us = self.end_of_slice(source, schema, &filter, cursor).await?;
            if let Some(slices) = self.state.slices
                && filter.from_us.is_some()
            {
                // Rows that the slice before has just read need not be read again. Only the last slice looks back, because
                // rows that are written late are recorded near the present.
                let last = filter.until_us == options.until_us;
                let lookback = if last { slices.end_us.saturating_sub(lookback_us) } else { i64::MAX };
                filter.from_us = filter.from_us.max(Some(slices.reached_us.min(lookback)));
            }
        } else if self.state.total.is_none() {
            self.state.total = Some(source.estimate(schema, &filter).await?);
        }
        let range = Range { from_us, until_us: filter.until_us };
        let last = range.until_us == options.until_us;
        let note = SourceNote {
            name: options.source_name.to_owned(),
            from_us,
            // Until the last slice, rows written since the earlier snapshot still remain to be read.
            horizon: if last { now } else { then.cloned().or(now) },
            complete: last && options.until_us.is_none(),
            files: Vec::new(),
            identity: None,
        };
        Ok(SliceRequest { filter, range, note, last, rereads: false })
    }

    /// Returns the end of the next slice. The last slice ends where the pull was asked to end.
    async fn end_of_slice(
        &mut self,
        source: &mut Source,
        schema: &RelationSchema,
        filter: &RowFilter,
        cursor: Option<i64>,
    ) -> Result<Option<i64>, PullError> {
        let limit = self.options.slice_rows.max(1);
        if self.state.total.is_none() {
            let mut total = source.estimate(schema, filter).await?;
            let covered = self.facts.clock.covered();
            let plausible = covered.start * 1_000_000..covered.end * 1_000_000;
            if total > limit
                && let Some(Span { first_us, last_us, rows }) = source.span(schema, filter, &plausible).await?
            {
                // A database that is queried with a margin may report rows after the end.
                let end_us = last_us.min(self.options.until_us.unwrap_or(i64::MAX));
                total = rows;
                let reached_us = cursor.map_or(first_us, |c| c.max(first_us));
                let count = i64::try_from(total.div_ceil(limit)).unwrap_or(i64::MAX);
                let length_us = (end_us.saturating_sub(reached_us) / count.max(1)).max(SHORTEST_SLICE_US);
                self.state.slices = (count > 1).then_some(Slices { reached_us, length_us, end_us });
            }
            self.state.total = Some(total);
        }
        let (Some(slices), Some(database)) = (self.state.slices, source.database()) else {
            return Ok(self.options.until_us);
        };
        let beyond_us = slices.end_us.saturating_add(1);
        let mut until = slices.reached_us.saturating_add(slices.length_us).min(beyond_us);
        // Rows are not distributed evenly: a slice with too many of them is divided again.
        while until - slices.reached_us > SHORTEST_SLICE_US
            && database.rows_within(&(slices.reached_us..until)).await? > limit
        {
            until = slices.reached_us + ((until - slices.reached_us) / 2).max(SHORTEST_SLICE_US);
        }
        Ok(if until >= slices.end_us { self.options.until_us } else { Some(until) })
    }
}

/// Formats an instant for a message.
fn format_instant(us: i64) -> String {
    chrono::DateTime::from_timestamp_micros(us).map_or_else(|| us.to_string(), |t| t.to_rfc3339())
}
