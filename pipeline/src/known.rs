//! What the archive already holds, by key: with it a pull tells new rows from old ones.
//!
//! Keys are looked up some ten thousand at a time, and only in the parts between whose least and greatest key they lie. So
//! memory does not grow with the archive, and rows with new keys at the end cost nothing.

use crate::archive::{Archive, ArchiveError};
use crate::columns::{instants, int64s, texts};
use crate::events::Events;
use crate::key::hex;
use arrow::array::{Array, DynComparator, RecordBatch, StringArray, UInt32Array, make_comparator};
use arrow::compute::{SortOptions, concat_batches, take_record_batch};
use arrow::error::ArrowError;
use schemas::{Column, EventId};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of a part that are looked through together: they have many columns, and few of them are kept.
const LOOKED_THROUGH_ROWS: usize = 8_192;

/// The latest archived form of an event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownEvent {
    pub(crate) seq: i64,
    /// Its place among the archived rows that were read.
    row: usize,
}

/// The latest archived forms of some events.
#[derive(Debug)]
pub(crate) struct Known<'i> {
    /// The public columns that tell whether an event was changed.
    columns: Vec<Column>,
    places: BTreeMap<EventId<'i>, KnownEvent>,
    rows: Option<RecordBatch>,
}

impl<'i> Known<'i> {
    /// Of the events with these keys, which are in order and without repetition.
    pub(crate) fn load(archive: &Archive, ids: &[EventId<'i>], public: &[Column]) -> Result<Self, ArchiveError> {
        let computed = ["seq", "pii_commitment"].into_iter();
        let names: Vec<&str> = computed.chain(public.iter().map(|column| column.name())).collect();
        let mut places: BTreeMap<EventId<'i>, KnownEvent> = BTreeMap::new();
        let (mut held, mut taken) = (0, Vec::new());
        each_with_key(archive, ids, &names, |batch, matches| {
            let seqs = int64s(batch, "seq")?;
            for (id, row) in matches {
                let event = KnownEvent { seq: seqs.value(*row as usize), row: held };
                held += 1;
                let latest = places.entry(*id).or_insert(event);
                if latest.seq < event.seq {
                    *latest = event;
                }
            }
            let rows = UInt32Array::from_iter_values(matches.iter().map(|(_, row)| *row));
            taken.push(take_record_batch(batch, &rows).map_err(unlike)?);
            Ok(())
        })?;
        let rows = taken.first().map(|first| concat_batches(&first.schema(), &taken)).transpose().map_err(unlike)?;
        let columns = public.iter().copied().filter(|column| *column != Column::EventId).collect();
        Ok(Self { columns, places, rows })
    }

    /// The event with that key.
    pub(crate) fn get(&self, id: EventId<'_>) -> Option<KnownEvent> {
        self.places.get(&id).copied()
    }

    /// What tells whether an event of a chunk is the one that is archived.
    pub(crate) fn beside(&self, events: &Events) -> Result<Option<Likeness<'_>>, ArchiveError> {
        let Some(rows) = &self.rows else { return Ok(None) };
        let mut columns = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let archived = rows.column_by_name(column.name());
            let archived = archived.ok_or_else(|| unlike(ArrowError::SchemaError(column.name().to_owned())))?;
            columns.push(
                make_comparator(archived, events.values(*column).array(), SortOptions::default()).map_err(unlike)?,
            );
        }
        Ok(Some(Likeness { columns, commitments: texts(rows, "pii_commitment")? }))
    }
}

fn unlike(fault: ArrowError) -> ArchiveError {
    ArchiveError::Decode { path: "a part".to_owned(), reason: fault.to_string() }
}

/// Compares archived events with those of a chunk, value by value. What is personal is compared by its commitment, since the
/// personal columns may have been destroyed.
pub(crate) struct Likeness<'k> {
    columns: Vec<DynComparator>,
    commitments: &'k StringArray,
}

impl Likeness<'_> {
    /// Whether they are the same.
    pub(crate) fn is_same(&self, archived: KnownEvent, row: usize, commitment: &[u8; 32]) -> bool {
        self.commitments.value(archived.row) == hex(commitment)
            && self.columns.iter().all(|compare| compare(archived.row, row).is_eq())
    }
}

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
fn each_with_key<'i>(
    archive: &Archive,
    ids: &[EventId<'i>],
    columns: &[&str],
    mut take: impl FnMut(&RecordBatch, &[(EventId<'i>, u32)]) -> Result<(), ArchiveError>,
) -> Result<(), ArchiveError> {
    let integer_ids = archive.facts().is_none_or(|f| f.integer_ids);
    for file in archive.keyed_files().filter(|f| f.may_hold_any(ids)) {
        for batch in archive.batches(&file.entry, Some(columns), LOOKED_THROUGH_ROWS)? {
            let batch = batch?;
            let place = |(row, id): (u32, EventId<'_>)| ids.binary_search(&id).ok().map(|place| (ids[place], row));
            let matches: Vec<(EventId<'i>, u32)> = if integer_ids {
                let keys = int64s(&batch, "event_id")?.values();
                (0..).zip(keys.iter().map(|n| EventId::Integer(*n))).filter_map(place).collect()
            } else {
                let keys = texts(&batch, "event_id")?;
                (0..).zip(keys.iter().map(|t| EventId::Text(t.unwrap_or_default()))).filter_map(place).collect()
            };
            if !matches.is_empty() {
                take(&batch, &matches)?;
            }
        }
    }
    Ok(())
}

/// Rows that broke the contract and have not come in mended.
#[derive(Debug, Default)]
pub(crate) struct Quarantine {
    /// Digests of all rows that were ever put there: they are in memory together, so as bytes.
    pub(crate) digests: BTreeSet<[u8; 16]>,
    /// Keys that are not in the archive yet.
    pub(crate) open_keys: Vec<String>,
    /// Rows without a key.
    pub(crate) without_key: u64,
}

impl Quarantine {
    pub(crate) fn load(archive: &Archive) -> Result<Self, ArchiveError> {
        let mut quarantine = Self::default();
        let mut keys = BTreeSet::new();
        for file in archive.quarantine_files() {
            for batch in archive.read(file, Some(&["event_id", "digest"]))? {
                for digits in texts(&batch, "digest")?.iter().flatten() {
                    let digest = digest_of(digits).ok_or_else(|| ArchiveError::Decode {
                        path: file.path.clone(),
                        reason: "a digest is not 32 hexadecimal digits".to_owned(),
                    })?;
                    quarantine.digests.insert(digest);
                }
                quarantine.without_key += texts(&batch, "event_id")?.null_count() as u64;
                keys.extend(texts(&batch, "event_id")?.iter().flatten().map(str::to_owned));
            }
        }
        let integer_ids = archive.facts().is_none_or(|f| f.integer_ids);
        let mut ids: Vec<EventId<'_>> = keys.iter().filter_map(|key| id_of(key, integer_ids)).collect();
        ids.sort_unstable();
        ids.dedup();
        let archived = archived_keys(archive, &ids)?;
        let is_archived = |key: &str| id_of(key, integer_ids).is_some_and(|id| archived.contains(&id));
        quarantine.open_keys = keys.iter().filter(|key| !is_archived(key)).cloned().collect();
        Ok(quarantine)
    }
}

fn digest_of(digits: &str) -> Option<[u8; 16]> {
    let number = u128::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 32);
    number.map(u128::to_be_bytes)
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

/// How many rows wait in quarantine: those whose key never came in mended, and those without a key.
///
/// # Errors
/// [`ArchiveError`] when a part is damaged.
pub fn waiting_in_quarantine(archive: &Archive) -> Result<u64, ArchiveError> {
    let quarantine = Quarantine::load(archive)?;
    Ok(quarantine.open_keys.len() as u64 + quarantine.without_key)
}
