//! Which events of the archive have certain keys.
//!
//! Keys are looked up some ten thousand at a time, and only in the parts between whose least and greatest key they lie. So
//! memory does not grow with the archive, and rows with new keys at the end cost nothing.

use super::columns::{instants, int64s, missing, values};
use super::{Archive, ArchiveError};
use arrow::array::RecordBatch;
use schemas::{Column, EventId};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of a part that are looked through together: they have many columns, and few of them are kept.
const LOOKED_THROUGH_ROWS: usize = 8_192;

/// Which of these keys, in order and without repetition, the archive has.
pub(crate) fn archived_keys<'i>(archive: &Archive, ids: &[EventId<'i>]) -> Result<BTreeSet<EventId<'i>>, ArchiveError> {
    let mut found = BTreeSet::new();
    each_with_key(archive, ids, &["event_id"], |_, matches| {
        found.extend(matches.iter().map(|(id, _)| *id));
        Ok(())
    })?;
    Ok(found)
}

/// When the archived events with these keys were recorded, each in its latest form, by their keys as text.
pub(crate) fn recorded_at(archive: &Archive, ids: &[EventId<'_>]) -> Result<BTreeMap<String, i64>, ArchiveError> {
    let mut latest: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    each_with_key(archive, ids, &["seq", "event_id", "recorded_at"], |batch, matches| {
        let (seqs, instants) = (int64s(batch, "seq")?, instants(batch, "recorded_at")?);
        for (id, row) in matches {
            let event = (seqs.value(*row as usize), instants.value(*row as usize));
            let known = latest.entry(id.to_string()).or_insert(event);
            *known = event.max(*known);
        }
        Ok(())
    })?;
    Ok(latest.into_iter().map(|(id, (_, at))| (id, at)).collect())
}

/// Hands on every batch that has rows with some of these keys, and which rows.
pub(crate) fn each_with_key<'i>(
    archive: &Archive,
    ids: &[EventId<'i>],
    columns: &[&str],
    mut take: impl FnMut(&RecordBatch, &[(EventId<'i>, u32)]) -> Result<(), ArchiveError>,
) -> Result<(), ArchiveError> {
    for file in archive.keyed_files().filter(|f| f.may_hold_any(ids)) {
        for batch in archive.batches(&file.entry, Some(columns), LOOKED_THROUGH_ROWS)? {
            let batch = batch?;
            let keys = values(&batch, Column::EventId)?;
            let mut matches: Vec<(EventId<'i>, u32)> = Vec::new();
            for (row, place) in (0..batch.num_rows()).zip(0..) {
                let key = keys.key(row).ok_or_else(|| missing(Column::EventId.name()))?;
                matches.extend(ids.binary_search(&key).map(|found| (ids[found], place)));
            }
            if !matches.is_empty() {
                take(&batch, &matches)?;
            }
        }
    }
    Ok(())
}

/// A key of the quarantine as the archive writes keys; `None` when the archive cannot hold it.
pub(crate) fn id_of(key: &str, integer_ids: bool) -> Option<EventId<'_>> {
    if integer_ids { key.parse().ok().map(EventId::Integer) } else { Some(EventId::Text(key)) }
}

/// Keys as texts in the archive's type, in order and without repetition; without those that the archive cannot hold.
pub(crate) fn in_order(ids: &BTreeSet<String>, integer_ids: bool) -> Vec<EventId<'_>> {
    let mut ids: Vec<EventId<'_>> = ids.iter().filter_map(|id| id_of(id, integer_ids)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
