//! Proofs for somebody who does not have the archive: that a row or a commit is in its log, and that the log only grew.
//!
//! Reads   the rows that are asked for, the tree, signed checkpoints
//! Gives   files that are checked with the office's public key alone
//! Rule    a proof leads to the newest signed checkpoint

use super::read::{as_stored, stored_rows};
use super::record::{self, RowRecords};
use super::tree::{Tree, size_after};
use super::{Archive, ArchiveError, FileEntry, READ_ROWS, layout};
use crate::archive::columns::{int64s, values};
use crate::archive::lookup::id_of;
use crate::transparency::{Checkpoint, CheckpointError, ConsistencyProof, InclusionProof};
use arrow::array::RecordBatch;
use schemas::{Column, EventId};

/// What a proof is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provable<'a> {
    /// All rows of an event: its first form and its corrections.
    Event(&'a str),
    /// All rows of a berkas.
    Berkas(&'a str),
    /// The row of this number.
    Row(i64),
    /// A commit, for example the one that closed the books of a month.
    Commit(u64),
}

/// Why nothing can be proved.
#[derive(Debug, thiserror::Error)]
pub enum UnprovedError {
    /// The archive cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The log has no signed checkpoint.
    #[error(
        "the log of the archive {path} is not signed yet, so nothing can be proved\n  make a key with `tertib key new`, then run `tertib pull`"
    )]
    Unsigned {
        /// The folder.
        path: String,
    },
    /// The archive has no such row or commit, or the signed log does not reach it.
    #[error(
        "the signed log of the archive has nothing of that; look at the number, or run `tertib pull`, which signs what is new"
    )]
    Absent,
    /// No checkpoint has that size.
    #[error("the log never had {size} leaves after a commit; copy the size from the second line of a checkpoint")]
    Size {
        /// The size.
        size: u64,
    },
    /// The newest checkpoint cannot be read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// The proof of a row or commit.
#[derive(Clone, Debug)]
pub struct Proved {
    /// What it is of, by which its file is named: `seq-12` or `commit-3`.
    pub name: String,
    /// The proof.
    pub proof: InclusionProof,
}

impl Archive {
    /// Proves rows or a commit against the newest signed checkpoint.
    ///
    /// # Errors
    /// [`UnprovedError`] when there is no signed checkpoint, or nothing of what was asked for.
    pub fn prove(&self, wanted: Provable<'_>) -> Result<Vec<Proved>, UnprovedError> {
        let (tree, size, note) = self.signed_tree()?;
        let mut records: Vec<(String, u64, Vec<u8>)> = Vec::new();
        match wanted {
            Provable::Commit(version) => {
                let commit = self.commits.iter().find(|commit| commit.version == version);
                let commit = commit.ok_or(UnprovedError::Absent)?;
                records.push((format!("commit-{version}"), size_after(commit) - 1, record::of_commit(commit)));
            }
            Provable::Event(id) => {
                let integer_ids = self.facts().is_some_and(|facts| facts.integer_ids);
                let id = id_of(id, integer_ids).ok_or(UnprovedError::Absent)?;
                self.records_of(Column::EventId, id, &mut records)?;
            }
            Provable::Row(seq) => self.record_of(seq, &mut records)?,
            Provable::Berkas(id) => self.records_of(Column::BerkasId, EventId::Text(id), &mut records)?,
        }
        records.sort_by_key(|(_, index, _)| *index);
        let within = records.into_iter().filter(|(_, index, _)| *index < size);
        let proved = within.map(|(name, index, record)| {
            let path = tree.inclusion(index, size)?;
            Ok(Proved { name, proof: InclusionProof { record, index, path, note: note.clone() } })
        });
        let proved = proved.collect::<Result<Vec<Proved>, ArchiveError>>()?;
        if proved.is_empty() { Err(UnprovedError::Absent) } else { Ok(proved) }
    }

    /// Proves that the newest signed checkpoint, or that of a size, continues an earlier one.
    ///
    /// # Errors
    /// [`UnprovedError`] when there is no signed checkpoint, or the log never had such a size.
    pub fn prove_continuation(&self, old: u64, new: Option<u64>) -> Result<ConsistencyProof, UnprovedError> {
        let (tree, size, note) = self.signed_tree()?;
        let (size, note) = match new.filter(|new| *new != size) {
            Some(new) => (new, tree.note(new)?.ok_or(UnprovedError::Size { size: new })?),
            None => (size, note),
        };
        if old > size || !self.commits.iter().any(|commit| size_after(commit) == old) {
            return Err(UnprovedError::Size { size: old });
        }
        Ok(ConsistencyProof { old, path: tree.consistency(old, size)?, note })
    }

    /// Returns the tree, and the size and the note of the newest signed checkpoint.
    fn signed_tree(&self) -> Result<(Tree, u64, String), UnprovedError> {
        let unsigned = || UnprovedError::Unsigned { path: self.place() };
        let tree = Tree::of(self)?.ok_or_else(unsigned)?;
        for commit in self.commits.iter().rev() {
            let size = size_after(commit);
            if size <= tree.size()
                && let Some(note) = tree.note(size)?
            {
                return Ok((tree, Checkpoint::unchecked(&note)?.size, note));
            }
        }
        Err(unsigned())
    }

    /// Adds the records of all rows that have a key in a column.
    fn records_of(
        &self,
        column: Column,
        key: EventId<'_>,
        records: &mut Vec<(String, u64, Vec<u8>)>,
    ) -> Result<(), ArchiveError> {
        let may_hold = |file: &&super::commit_log::EventFile| column != Column::EventId || file.may_hold_any(&[key]);
        for file in self.keyed_files().filter(may_hold) {
            let Some(version) = layout::part(&file.entry.path).map(|part| part.version) else { continue };
            for batch in self.stored_with_key(&file.entry, column, key)? {
                let written = RowRecords::of(&batch)?;
                for (row, seq) in int64s(&batch, "seq")?.values().iter().enumerate() {
                    let mut record = Vec::new();
                    written.write(row, &mut record);
                    records.push((format!("seq-{seq}"), seq.unsigned_abs() + version, record));
                }
            }
        }
        Ok(())
    }

    /// Adds the record of the row of a number, if there is one.
    fn record_of(&self, seq: i64, records: &mut Vec<(String, u64, Vec<u8>)>) -> Result<(), ArchiveError> {
        let Some(end) = seq.checked_add(1) else { return Ok(()) };
        for file in self.keyed_files().filter(|file| file.may_hold_numbers(seq, end)) {
            let Some(version) = layout::part(&file.entry.path).map(|part| part.version) else { continue };
            for batch in self.stored(&file.entry, READ_ROWS)? {
                let batch = batch?;
                if let Some(row) = int64s(&batch, "seq")?.values().iter().position(|held| *held == seq) {
                    let mut record = Vec::new();
                    RowRecords::of(&batch)?.write(row, &mut record);
                    records.push((format!("seq-{seq}"), seq.unsigned_abs() + version, record));
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Returns the statements of the log that were signed, the newest first, at most so many: the size, the version, when its commit was
    /// written (in milliseconds since 1970 UTC), and the note.
    ///
    /// # Errors
    /// [`ArchiveError`] when the log cannot be read.
    pub fn statements(&self, most: usize) -> Result<Vec<(u64, u64, i64, String)>, ArchiveError> {
        let Some(tree) = Tree::of(self)? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for commit in self.commits.iter().rev() {
            let size = size_after(commit);
            if let Some(note) = tree.note(size)? {
                found.push((size, commit.version, commit.at_ms, note));
            }
            if found.len() == most {
                break;
            }
        }
        Ok(found)
    }

    /// Returns the statement of the log that was signed for that size; `None` if there is none.
    ///
    /// # Errors
    /// [`ArchiveError`] when the log cannot be read.
    pub fn statement_of(&self, size: u64) -> Result<Option<String>, ArchiveError> {
        let is_own = self.commits.iter().any(|commit| size_after(commit) == size);
        match Tree::of(self)?.filter(|_| is_own) {
            Some(tree) => tree.note(size),
            None => Ok(None),
        }
    }

    /// Reads those rows of a part that have a key in a column, as they are stored.
    fn stored_with_key(
        &self,
        file: &FileEntry,
        column: Column,
        key: EventId<'_>,
    ) -> Result<Vec<RecordBatch>, ArchiveError> {
        let fault = |reason| ArchiveError::Decode { path: file.path.clone(), reason };
        let bytes = bytes::Bytes::from(self.checked_bytes(file)?);
        let (mut rows, mut at) = (Vec::new(), 0);
        for batch in as_stored(bytes.clone(), Some(&[column.name()]), READ_ROWS).map_err(fault)?.1 {
            let batch = batch.map_err(fault)?;
            let keys = values(&batch, column)?;
            rows.extend((0..batch.num_rows()).filter(|row| keys.key(*row) == Some(key)).map(|row| at + row));
            at += batch.num_rows();
        }
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        stored_rows(bytes, &rows).map_err(fault)?.map(|batch| batch.map_err(fault)).collect()
    }
}
