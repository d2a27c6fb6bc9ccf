//! The rows that broke the contract, as the archive holds them.

use super::columns::texts;
use super::lookup::{archived_keys, id_of};
use super::{Archive, ArchiveError};
use arrow::array::Array;
use schemas::EventId;
use std::collections::BTreeSet;

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

/// How many rows wait in quarantine: those whose key never came in mended, and those without a key.
///
/// # Errors
/// [`ArchiveError`] when a part is damaged.
pub fn waiting_in_quarantine(archive: &Archive) -> Result<u64, ArchiveError> {
    let quarantine = Quarantine::load(archive)?;
    Ok(quarantine.open_keys.len() as u64 + quarantine.without_key)
}
