//! What the archive already holds, by key: the memory with which a pull tells new rows from old ones.

use crate::archive::{Archive, ArchiveError};
use crate::columns::{int64s, texts};
use arrow::array::Array;
use schemas::EventId;
use std::collections::{BTreeMap, BTreeSet};

/// The latest archived form of an event.
#[derive(Clone, Debug)]
pub(crate) struct KnownEvent {
    pub(crate) seq: i64,
    pub(crate) content_digest: String,
}

/// How many rows wait in quarantine: those whose key never came in mended, and those without a key.
///
/// # Errors
/// [`ArchiveError`] when a part is damaged.
pub fn waiting_in_quarantine(archive: &Archive) -> Result<u64, ArchiveError> {
    if archive.quarantine_files().next().is_none() {
        return Ok(0);
    }
    let known = Known::load(archive)?;
    Ok(known.open_keys().count() as u64 + known.quarantined_without_key)
}

/// Archived events and quarantined rows.
#[derive(Debug, Default)]
pub(crate) struct Known {
    events: BTreeMap<EventId, KnownEvent>,
    quarantined_digests: BTreeSet<String>,
    quarantined_ids: BTreeSet<String>,
    quarantined_without_key: u64,
}

impl Known {
    /// Reads keys and digests of everything in the archive.
    pub(crate) fn load(archive: &Archive) -> Result<Self, ArchiveError> {
        let mut known = Self::default();
        let integer_ids = archive.facts().is_none_or(|f| f.integer_ids);
        for file in archive.event_files() {
            for batch in archive.read(file, Some(&["seq", "event_id", "content_digest"]))? {
                let seqs = int64s(&batch, "seq")?;
                let digests = texts(&batch, "content_digest")?;
                let ids: Vec<EventId> = if integer_ids {
                    int64s(&batch, "event_id")?.values().iter().map(|n| EventId::Integer(*n)).collect()
                } else {
                    texts(&batch, "event_id")?.iter().flatten().map(|t| EventId::Text(t.to_owned())).collect()
                };
                for (i, id) in ids.into_iter().enumerate() {
                    let event = KnownEvent { seq: seqs.value(i), content_digest: digests.value(i).to_owned() };
                    let latest = known.events.entry(id).or_insert_with(|| event.clone());
                    if latest.seq < event.seq {
                        *latest = event;
                    }
                }
            }
        }
        for file in archive.quarantine_files() {
            for batch in archive.read(file, Some(&["event_id", "digest"]))? {
                known.quarantined_digests.extend(texts(&batch, "digest")?.iter().flatten().map(str::to_owned));
                known.quarantined_without_key += texts(&batch, "event_id")?.null_count() as u64;
                known.quarantined_ids.extend(texts(&batch, "event_id")?.iter().flatten().map(str::to_owned));
            }
        }
        Ok(known)
    }

    /// The latest archived form of the event, if there is one.
    pub(crate) fn event(&self, id: &EventId) -> Option<&KnownEvent> {
        self.events.get(id)
    }

    /// Whether the same broken row was put into quarantine before.
    pub(crate) fn is_quarantined(&self, digest: &str) -> bool {
        self.quarantined_digests.contains(digest)
    }

    /// Remembers a broken row.
    pub(crate) fn quarantine(&mut self, digest: String) {
        self.quarantined_digests.insert(digest);
    }

    /// Keys that are in quarantine and not in the archive: to be asked for again. `None` when a row in quarantine has no
    /// key to ask for.
    pub(crate) fn open_quarantine(&self) -> Option<Vec<String>> {
        (self.quarantined_without_key == 0).then(|| self.open_keys().cloned().collect())
    }

    fn open_keys(&self) -> impl Iterator<Item = &String> {
        let archived = |id: &String| {
            let integer = id.parse().is_ok_and(|n| self.events.contains_key(&EventId::Integer(n)));
            integer || self.events.contains_key(&EventId::Text(id.clone()))
        };
        self.quarantined_ids.iter().filter(move |id| !archived(id))
    }
}
