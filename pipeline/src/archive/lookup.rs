//! Finds the events in the archive that have certain keys.
//!
//! Keys are looked up about ten thousand at a time, and only in parts whose range of keys contains one of them. So memory use does
//! not grow with the archive, and rows with new keys at the end cost nothing.

use super::columns::{instants, int64s, missing, values};
use super::{Archive, ArchiveError};
use arrow::array::RecordBatch;
use schemas::{Column, EventId};
use std::collections::{BTreeMap, BTreeSet};

/// How many rows of a part are searched at a time. Rows have many columns, and few rows are kept.
const LOOKED_THROUGH_ROWS: usize = 8_192;

/// Returns those of the keys that are in the archive. The keys must be sorted and distinct.
pub(crate) fn archived_keys<'i>(archive: &Archive, ids: &[EventId<'i>]) -> Result<BTreeSet<EventId<'i>>, ArchiveError> {
    let mut found = BTreeSet::new();
    each_with_key(archive, ids, &["event_id"], |_, matches| {
        found.extend(matches.iter().map(|(id, _)| *id));
        Ok(())
    })?;
    Ok(found)
}

/// Returns when the latest form of each archived event with one of these keys was recorded, by the key as text.
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

/// Calls `take` for every batch that contains some of these keys, with the keys and their row indices.
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

/// Converts a key from the quarantine to the type of the archive's keys; `None` if it cannot be converted.
pub(crate) fn id_of(key: &str, integer_ids: bool) -> Option<EventId<'_>> {
    if integer_ids { key.parse().ok().map(EventId::Integer) } else { Some(EventId::Text(key)) }
}

/// Converts keys to the type of the archive's keys, sorted and distinct. Keys that cannot be converted are left out.
pub(crate) fn in_order(ids: &BTreeSet<String>, integer_ids: bool) -> Vec<EventId<'_>> {
    let mut ids: Vec<EventId<'_>> = ids.iter().filter_map(|id| id_of(id, integer_ids)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
