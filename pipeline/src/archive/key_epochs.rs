//! Under which key which rows were written, and how pseudonyms of an earlier key are read.
//!
//! Reads   the changes of the key in the log, and the table of pseudonyms that each of them names
//! Gives   the id of the key in force; the pseudonyms of all rows as those of that key
//! Rule    rows keep the digests of the key under which they were written. A table gives for each pseudonym under the key before a change
//!         the one under the key after it; both are keyed digests, so it may be public
//!
//! Invariant: whoever reads rows of the archive sees one pseudonym for one person, whatever the key was when a row was written.

use super::columns::binaries;
use super::commit_note::KeyChange;
use super::{Archive, ArchiveError, FileEntry, as_stored, layout};
use crate::archive::columns::texts;
use crate::hash::hex;
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The column of pseudonyms.
const PSEUDONYM: &str = "nik_pseudonym";
/// The columns of the table of a change.
pub(super) const COLUMNS: [&str; 2] = ["lama", "baru"];

/// The pseudonym under a key for each one under the key before.
type Table = BTreeMap<u128, u128>;

/// For each key but the last, its pseudonyms as those of the last.
#[derive(Debug)]
pub(super) struct Translations(Vec<Arc<Table>>);

/// Reads the pseudonyms of one key as those of the last.
pub(super) struct Translation(Arc<Table>);

impl Translation {
    /// Replaces the column of pseudonyms in rows of a public part.
    pub(super) fn of(&self, rows: &RecordBatch) -> Result<RecordBatch, String> {
        let place = rows.schema().index_of(PSEUDONYM).map_err(|fault| fault.to_string())?;
        let held = texts(rows, PSEUDONYM).map_err(|fault| fault.to_string())?;
        let read = held.iter().map(|digits| digits.map(|digits| self.one(digits)).transpose());
        let read: StringArray = read.collect::<Result<_, String>>()?;
        let mut columns: Vec<ArrayRef> = rows.columns().to_vec();
        columns[place] = Arc::new(read);
        RecordBatch::try_new(rows.schema(), columns).map_err(|fault| fault.to_string())
    }

    fn one(&self, digits: &str) -> Result<String, String> {
        let held = u128::from_str_radix(digits, 16).ok().and_then(|held| self.0.get(&held));
        let wanted = held.ok_or("a pseudonym is not in the table of its key's change; run `tertib verify`")?;
        Ok(hex(&wanted.to_be_bytes()))
    }

    /// Returns the pseudonyms that stand for some under the last key.
    pub(super) fn held(&self, wanted: &BTreeSet<[u8; 16]>) -> BTreeSet<[u8; 16]> {
        let stands_for = |(held, one): (&u128, &u128)| wanted.contains(&one.to_be_bytes()).then(|| held.to_be_bytes());
        self.0.iter().filter_map(stands_for).collect()
    }

    /// Returns the pseudonym under the last key; `None` if the tables do not have it.
    pub(super) fn bytes(&self, held: &[u8]) -> Option<[u8; 16]> {
        let held = u128::from_be_bytes(held.try_into().ok()?);
        self.0.get(&held).map(|wanted| wanted.to_be_bytes())
    }
}

impl Archive {
    /// Returns the changes of the office's key, each with the version of its commit.
    pub(crate) fn key_changes(&self) -> impl DoubleEndedIterator<Item = (u64, &KeyChange)> {
        self.commits.iter().filter_map(|commit| Some((commit.version, commit.note.key_change.as_ref()?)))
    }

    /// Returns the id of the key in force; `None` before the first commit.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        let changed = self.key_changes().next_back().map(|(_, change)| change.to.as_str());
        changed.or_else(|| self.facts().map(|facts| facts.key_id.as_str()))
    }

    /// Returns the id of the key with which the archive was begun.
    pub(crate) fn first_key_id(&self) -> Option<String> {
        self.facts().map(|facts| facts.key_id.clone())
    }

    /// Returns the number of the first row that is under the key in force.
    pub(super) fn key_begins(&self) -> i64 {
        let changed = self.commits.iter().rev().find(|commit| commit.note.key_change.is_some());
        changed.map_or(0, |commit| commit.note.next_seq)
    }

    /// Returns whether a part was written under an earlier key.
    pub(super) fn is_of_earlier_key(&self, file: &FileEntry) -> bool {
        let version = layout::part(&file.path).map(|part| part.version);
        self.key_changes().next_back().is_some_and(|(changed, _)| version.is_some_and(|version| version < changed))
    }

    /// Returns how the pseudonyms of a part are read; `None` if none are wanted, or they are of the key in force.
    pub(super) fn translation(
        &self,
        file: &FileEntry,
        columns: Option<&[&str]>,
    ) -> Result<Option<Translation>, ArchiveError> {
        let Some(part) = layout::part(&file.path).filter(|part| part.table == layout::EVENTS) else { return Ok(None) };
        if columns.is_some_and(|columns| !columns.contains(&PSEUDONYM)) {
            return Ok(None);
        }
        self.translation_of(part.version)
    }

    /// Returns how the pseudonyms of the rows of a version are read.
    pub(super) fn translation_of(&self, version: u64) -> Result<Option<Translation>, ArchiveError> {
        let epoch = self.key_changes().filter(|(changed, _)| *changed <= version).count();
        if epoch == self.key_changes().count() {
            return Ok(None);
        }
        let read = match self.translations.get() {
            Some(read) => read,
            None => {
                let read = self.read_translations()?;
                self.translations.get_or_init(|| read)
            }
        };
        Ok(read.0.get(epoch).map(|table| Translation(Arc::clone(table))))
    }

    /// Reads the tables of all changes, the last one first, and joins each with those after it.
    fn read_translations(&self) -> Result<Translations, ArchiveError> {
        let mut joined: Vec<Arc<Table>> = Vec::new();
        for (_, change) in self.key_changes().rev() {
            let mut table = self.read_pseudonyms(&change.pseudonyms)?;
            if let Some(later) = joined.last() {
                for wanted in table.values_mut() {
                    *wanted = *later.get(wanted).ok_or_else(|| incomplete(&change.pseudonyms))?;
                }
            }
            joined.push(Arc::new(table));
        }
        joined.reverse();
        Ok(Translations(joined))
    }

    fn read_pseudonyms(&self, file: &FileEntry) -> Result<Table, ArchiveError> {
        let bytes = self.bytes_of(&file.path, &file.sha256, Some(file.size_bytes))?;
        let fault = |reason| ArchiveError::Decode { path: file.path.clone(), reason };
        let (_, batches) = as_stored(bytes.into(), None, super::READ_ROWS).map_err(fault)?;
        let mut table = Table::new();
        for batch in batches {
            let batch = batch.map_err(fault)?;
            let [held, wanted] = [binaries(&batch, COLUMNS[0])?, binaries(&batch, COLUMNS[1])?];
            for (held, wanted) in held.iter().zip(wanted) {
                let number = |bytes: Option<&[u8]>| Some(u128::from_be_bytes(bytes?.try_into().ok()?));
                let pair =
                    number(held).zip(number(wanted)).ok_or_else(|| fault("it holds no pseudonyms".to_owned()))?;
                table.insert(pair.0, pair.1);
            }
        }
        Ok(table)
    }
}

fn incomplete(file: &FileEntry) -> ArchiveError {
    let reason = "a later table lacks one of its pseudonyms; run `tertib verify`".to_owned();
    ArchiveError::Decode { path: file.path.clone(), reason }
}
