//! Reads the quarantine of the archive: the rows that violate the contract.

use super::columns::texts;
use super::lookup::{archived_keys, id_of};
use super::{Archive, ArchiveError, FileEntry};
use crate::archive::key::{Key, Keyed};
use arrow::array::Array;
use schemas::EventId;
use std::collections::{BTreeMap, BTreeSet};

/// What the digest of a quarantined row is for, among the uses of the key.
pub(crate) const DIGEST: &str = "quarantine";

/// The quarantined rows, and those of them that have not been replaced by a corrected row.
#[derive(Debug, Default)]
pub(crate) struct Quarantine {
    /// The digests of all rows that were ever quarantined, as bytes, since all of them are in memory at once.
    pub(crate) digests: BTreeSet<[u8; 16]>,
    /// The keys that are not in the archive yet.
    pub(crate) open_keys: Vec<String>,
    /// The number of rows without a key.
    pub(crate) without_key: u64,
}

impl Quarantine {
    pub(crate) fn load(archive: &Archive) -> Result<Self, ArchiveError> {
        Self::read(archive, None)
    }

    /// Does the same with the digests that the rows have under this key, whatever the key was when they were put there.
    pub(crate) fn load_under(archive: &Archive, key: &Key) -> Result<Self, ArchiveError> {
        Self::read(archive, Some(&key.keyed(DIGEST)))
    }

    fn read(archive: &Archive, digest: Option<&Keyed>) -> Result<Self, ArchiveError> {
        let mut quarantine = Self::default();
        let mut keys = BTreeSet::new();
        for file in archive.quarantine_files() {
            let digest = digest.filter(|_| archive.is_of_earlier_key(file));
            let columns = ["event_id", "digest", "code", "row"];
            for batch in archive.read(file, Some(if digest.is_some() { &columns } else { &columns[..2] }))? {
                if let Some(digest) = digest {
                    let rows = texts(&batch, "code")?.iter().flatten().zip(texts(&batch, "row")?.iter().flatten());
                    let again = rows.map(|(code, row)| digest.digest(&[code.as_bytes(), row.as_bytes()]));
                    quarantine.digests.extend(again);
                }
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

/// A row that waits in quarantine.
#[derive(Clone, Debug)]
pub(crate) struct WaitingRow {
    /// The id of its event, if that can be read.
    pub(crate) event_id: Option<String>,
    /// The code of what is wrong with it.
    pub(crate) code: String,
    /// The column in which it is wrong; empty if it is wrong as a whole.
    pub(crate) column: String,
    /// The JSON in which it was put there last.
    pub(crate) row: String,
    /// When it first was, in milliseconds since 1970 UTC.
    pub(crate) since_ms: i64,
}

/// Returns the rows that wait in quarantine: of each key one, and all rows without a key.
///
/// # Errors
/// [`ArchiveError`] when a part cannot be read or is damaged.
pub(crate) fn waiting_rows(archive: &Archive) -> Result<Vec<WaitingRow>, ArchiveError> {
    let open: BTreeSet<String> = Quarantine::load(archive)?.open_keys.into_iter().collect();
    let (keyed, others) = rows_last_put(archive, |key, _| key.is_none_or(|key| open.contains(key)))?;
    Ok(keyed.into_values().chain(others).collect())
}

/// Returns those of them whose JSON is wanted.
///
/// # Errors
/// [`ArchiveError`] when a part cannot be read or is damaged.
pub(crate) fn waiting_rows_like(
    archive: &Archive,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<WaitingRow>, ArchiveError> {
    let (keyed, others) = rows_last_put(archive, |_, row| is_wanted(row))?;
    let integer_ids = archive.facts().is_none_or(|f| f.integer_ids);
    let mut ids: Vec<EventId<'_>> = keyed.keys().filter_map(|key| id_of(key, integer_ids)).collect();
    ids.sort_unstable();
    ids.dedup();
    let archived = archived_keys(archive, &ids)?;
    let waits = |key: &str| id_of(key, integer_ids).is_none_or(|id| !archived.contains(&id));
    let waiting = keyed.iter().filter(|(key, _)| waits(key)).map(|(_, row)| row.clone());
    Ok(waiting.chain(others).collect())
}

/// Returns the rows that were ever put into quarantine and that `keep` wants by key and JSON, as they were put there last: those of each
/// key, and those without one.
fn rows_last_put(
    archive: &Archive,
    keep: impl Fn(Option<&str>, &str) -> bool,
) -> Result<(BTreeMap<String, WaitingRow>, Vec<WaitingRow>), ArchiveError> {
    let mut since: BTreeMap<String, i64> = BTreeMap::new();
    let mut keyed: BTreeMap<String, WaitingRow> = BTreeMap::new();
    let mut others = Vec::new();
    for (at_ms, file) in archive.dated_quarantine() {
        for batch in archive.read(file, Some(&["event_id", "code", "column", "row"]))? {
            let (keys, rows) = (texts(&batch, "event_id")?, texts(&batch, "row")?);
            let (codes, columns) = (texts(&batch, "code")?, texts(&batch, "column")?);
            let faults = codes.iter().flatten().zip(columns.iter().flatten());
            for ((key, row), (code, column)) in keys.iter().zip(rows.iter().flatten()).zip(faults) {
                let since_ms = key.map_or(at_ms, |key| *since.entry(key.to_owned()).or_insert(at_ms));
                let put = || WaitingRow {
                    event_id: key.map(str::to_owned),
                    code: code.to_owned(),
                    column: column.to_owned(),
                    row: row.to_owned(),
                    since_ms,
                };
                match key {
                    Some(key) if keep(Some(key), row) => drop(keyed.insert(key.to_owned(), put())),
                    Some(key) => drop(keyed.remove(key)),
                    None if keep(None, row) => others.push(put()),
                    None => {}
                }
            }
        }
    }
    Ok((keyed, others))
}

impl Archive {
    /// Returns the parts of the quarantine that are there, each with the time at which it came, in milliseconds since 1970 UTC.
    pub(crate) fn dated_quarantine(&self) -> impl Iterator<Item = (i64, &FileEntry)> {
        let files =
            self.commits.iter().flat_map(|commit| commit.note.quarantine.iter().map(|file| (commit.at_ms, file)));
        files.filter(|(_, file)| self.disposed_by(file).is_none())
    }
}

fn digest_of(digits: &str) -> Option<[u8; 16]> {
    let number = u128::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 32);
    number.map(u128::to_be_bytes)
}

/// Returns how many rows are waiting in quarantine: those whose key is not in the archive yet, and those without a key; `None` in a copy
/// of the archive without its quarantine.
///
/// # Errors
/// [`ArchiveError`] when a part cannot be read or is damaged.
pub fn waiting_in_quarantine(archive: &Archive) -> Result<Option<u64>, ArchiveError> {
    if !archive.holds_quarantine()? {
        return Ok(None);
    }
    let quarantine = Quarantine::load(archive)?;
    Ok(Some(quarantine.open_keys.len() as u64 + quarantine.without_key))
}
