//! What the archive already holds, by key: with it a pull tells new rows from old ones.
//!
//! Keys are looked up some ten thousand at a time, and only in the parts between whose least and greatest key they lie. So
//! memory does not grow with the archive, and rows with new keys at the end cost nothing.

use crate::archive::{Archive, ArchiveError};
use crate::columns::{int64s, texts};
use arrow::array::Array;
use schemas::EventId;
use std::collections::{BTreeMap, BTreeSet};

/// The latest archived form of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KnownEvent {
    pub(crate) seq: i64,
    /// Hexadecimal digits.
    pub(crate) content_digest: [u8; 32],
}

/// The latest archived forms of the events with these keys, in order and without repetition.
pub(crate) fn look_up<'i>(
    archive: &Archive,
    ids: &[EventId<'i>],
) -> Result<BTreeMap<EventId<'i>, KnownEvent>, ArchiveError> {
    let mut found: BTreeMap<EventId<'i>, KnownEvent> = BTreeMap::new();
    let integer_ids = archive.facts().is_none_or(|f| f.integer_ids);
    for file in archive.keyed_files().filter(|f| f.may_hold_any(ids)) {
        for batch in archive.read(&file.entry, Some(&["seq", "event_id", "content_digest"]))? {
            let seqs = int64s(&batch, "seq")?;
            let digests = texts(&batch, "content_digest")?;
            let mut note = |place: Result<usize, usize>, row: usize| {
                let Ok(place) = place else { return Ok(()) };
                let content_digest = digests.value(row).as_bytes().try_into().map_err(|_| ArchiveError::Decode {
                    path: file.entry.path.clone(),
                    reason: "a content_digest is not 32 hexadecimal digits".to_owned(),
                })?;
                let event = KnownEvent { seq: seqs.value(row), content_digest };
                let latest = found.entry(ids[place]).or_insert(event);
                if latest.seq < event.seq {
                    *latest = event;
                }
                Ok(())
            };
            if integer_ids {
                let keys = int64s(&batch, "event_id")?.values();
                keys.iter().enumerate().try_for_each(|(i, n)| note(ids.binary_search(&EventId::Integer(*n)), i))?;
            } else {
                let keys = texts(&batch, "event_id")?;
                let mut keys = keys.iter().enumerate();
                keys.try_for_each(|(i, t)| note(ids.binary_search(&EventId::Text(t.unwrap_or_default())), i))?;
            }
        }
    }
    Ok(found)
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
        let archived = look_up(archive, &ids)?;
        let is_archived = |key: &str| id_of(key, integer_ids).is_some_and(|id| archived.contains_key(&id));
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

/// How many rows wait in quarantine: those whose key never came in mended, and those without a key.
///
/// # Errors
/// [`ArchiveError`] when a part is damaged.
pub fn waiting_in_quarantine(archive: &Archive) -> Result<u64, ArchiveError> {
    let quarantine = Quarantine::load(archive)?;
    Ok(quarantine.open_keys.len() as u64 + quarantine.without_key)
}
