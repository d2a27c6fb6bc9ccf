//! The one writer of an archive: parts are staged, then one commit makes all of them count at once.
//!
//! 1. Parts and the commit are written to a private staging folder and flushed.
//! 2. An intent that names them is put if absent under the number of the version: the decision point.
//! 3. Parts move to their places, the commit file is linked into the log, the intent is dropped.
//!
//! A crash before 2 leaves only staging, which a later writer clears; a crash after 2 is rolled forward by it. A kernel
//! lock keeps writers apart; where it cannot, the put-if-absent alone decides, and whoever loses starts again.
//!
//! Invariant: the log advances only under an intent.

use super::action::Stats;
use super::commit_log::{NewCommit, TableFacts};
use super::commit_note::{CommitNote, SourceNote};
use super::intent::{COMMIT, Intent, is_committed, roll_forward, settle};
use super::part_encoder::{Encoder, MonthBatch, staged};
use super::store::{EntryKind, Folder, Store};
use super::tables::QuarantinedRow;
use super::{Archive, ArchiveError, FileEntry, head, layout, tables};
use crate::archive::key::Key;
use crate::hash::sha256;
use arrow::array::RecordBatch;
use schemas::{Month, Outage, Stock};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Without a lock, a staging folder may belong to a writer that still works; after this long it does not.
const ABANDONED_S: u64 = 7 * 86_400;

/// An archive opened for writing. Dropping it without a commit leaves the archive as it was.
#[derive(Debug)]
pub(crate) struct Writer {
    archive: Archive,
    /// The folder in which everything is prepared.
    staging: String,
    encoder: Option<Encoder>,
    events: Vec<(FileEntry, Month, Stats)>,
    note: CommitNote,
    ordinal: usize,
    // Once decided, what is staged is needed until it is rolled forward.
    decided: bool,
    // Held until the writer is dropped; the kernel frees it if the process dies. None where there is no lock.
    _lock: Option<File>,
}

/// What keeps two writers apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriterLock {
    /// A kernel lock, and put-if-absent behind it.
    Lock,
    /// Put-if-absent alone, for file systems without locks.
    PutIfAbsent,
}

impl Writer {
    /// Locks the archive, finishes a commit that a crash interrupted, and reads the log.
    pub(crate) fn open(root: &Path, key: &Key, fence: WriterLock) -> Result<Self, ArchiveError> {
        let store: Arc<dyn Store> = Arc::new(Folder::at(root));
        store.prepare()?;
        let lock = if fence == WriterLock::Lock { store.lock()? } else { None };
        settle(&*store)?;
        clear_staging(&*store, lock.is_some())?;
        let archive = Archive::of(Arc::clone(&store))?;
        archive.check_key(key)?;
        let note = CommitNote { previous: archive.head(), next_seq: archive.next_seq(), ..CommitNote::default() };
        head::renew(&archive)?;
        let staging = own_staging(&*store, archive.next_version())?;
        Ok(Self { archive, staging, encoder: None, events: Vec::new(), note, ordinal: 0, decided: false, _lock: lock })
    }

    /// The archive as it is before the commit.
    pub(crate) fn archive(&self) -> &Archive {
        &self.archive
    }

    /// A folder of this machine for what does not fit into memory, gone with the writer.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.store().scratch(&self.staging)
    }

    fn store(&self) -> &dyn Store {
        &**self.archive.store()
    }

    /// Forgets everything staged.
    pub(crate) fn start_again(&mut self) -> Result<(), ArchiveError> {
        drop(self.encoder.take().map(Encoder::finish));
        self.store().remove(&self.staging)?;
        self.staging = own_staging(self.store(), self.archive.next_version())?;
        self.events.clear();
        self.ordinal = 0;
        self.note =
            CommitNote { previous: self.archive.head(), next_seq: self.archive.next_seq(), ..CommitNote::default() };
        Ok(())
    }

    /// Stages events of one month, public and private. `corrections` of them replace an earlier row.
    pub(crate) fn add_events(
        &mut self,
        integer_ids: bool,
        month: Month,
        (public, private): (RecordBatch, RecordBatch),
        corrections: u64,
    ) -> Result<(), ArchiveError> {
        let rows = i64::try_from(public.num_rows()).ok();
        self.note.next_seq = rows.and_then(|rows| self.note.next_seq.checked_add(rows)).ok_or_else(uncounted)?;
        self.note.corrections += corrections;
        let encoder = match self.encoder.take() {
            Some(encoder) => encoder,
            None => {
                let store = Arc::clone(self.archive.store());
                Encoder::start(store, self.staging.clone(), self.archive.next_version(), integer_ids)?
            }
        };
        let taken = encoder.take(MonthBatch { month, public, private });
        self.encoder = Some(encoder);
        if taken { Ok(()) } else { self.close_parts() }
    }

    /// Waits until every part is written.
    fn close_parts(&mut self) -> Result<(), ArchiveError> {
        if let Some(encoder) = self.encoder.take() {
            let closed = encoder.finish()?;
            self.events.extend(closed.events);
            self.note.persons.extend(closed.persons);
        }
        Ok(())
    }

    /// Stages rows that broke the contract.
    pub(crate) fn add_quarantine(&mut self, rows: &[QuarantinedRow]) -> Result<(), ArchiveError> {
        let entry = self.stage(layout::QUARANTINE, None, &tables::quarantine_batch(rows)?)?;
        self.note.quarantined += entry.rows;
        self.note.quarantine.push(entry);
        Ok(())
    }

    /// Stages the outage log, if it differs from the last snapshot.
    pub(crate) fn set_outages(&mut self, rows: &[Outage]) -> Result<(), ArchiveError> {
        let last = self.archive.outage_file().cloned();
        self.note.outages = self.snapshot(layout::OUTAGES, &tables::outage_batch(rows)?, last)?;
        Ok(())
    }

    /// Stages the blank-card stock, if it differs from the last snapshot.
    pub(crate) fn set_stock(&mut self, rows: &[Stock]) -> Result<(), ArchiveError> {
        let last = self.archive.stock_file().cloned();
        self.note.stock = self.snapshot(layout::STOCK, &tables::stock_batch(rows)?, last)?;
        Ok(())
    }

    /// Stages a whole small table, unless it is what the last snapshot holds, or empty from the start.
    fn snapshot(
        &mut self,
        table: &str,
        batch: &RecordBatch,
        last: Option<FileEntry>,
    ) -> Result<Option<FileEntry>, ArchiveError> {
        let bytes = tables::encode(batch)?;
        let news = last.map_or(batch.num_rows() > 0, |f| f.sha256 != sha256(&bytes));
        if news { self.stage_bytes(table, None, batch.num_rows(), &bytes).map(Some) } else { Ok(None) }
    }

    /// Whether a commit would say anything new.
    pub(crate) fn has_news(&self) -> bool {
        let note = &self.note;
        self.encoder.is_some()
            || !self.events.is_empty()
            || note.quarantined > 0
            || note.outages.is_some()
            || note.stock.is_some()
    }

    /// Closes the books of a month with this commit, and says why, where rows of it might still come.
    pub(crate) fn seal(&mut self, month: Month, incomplete: Option<&str>) {
        self.note.seal = Some(month);
        self.note.sealed_incomplete = incomplete.map(str::to_owned);
    }

    /// Makes everything staged count, together with the cursor.
    pub(crate) fn commit(mut self, ready: &CommitRequest<'_>) -> Result<Archive, ArchiveError> {
        self.close_parts()?;
        if ready.next_seq != self.note.next_seq {
            return Err(uncounted());
        }
        self.note.findings.clone_from(&ready.findings);
        self.note.source.clone_from(&ready.source);
        self.note.complete_until_us = ready.complete_until_us;
        let store = Arc::clone(self.archive.store());
        let version = self.archive.next_version();
        let (events, note) = (&self.events, &self.note);
        let CommitRequest { cursor, facts, source, .. } = ready;
        let source = source.as_ref().map_or("", |source| &source.name);
        let at_ms = self.not_before_the_last(ready.at_ms);
        let commit = NewCommit { version, at_ms, source, cursor: *cursor, events, note, facts }.encode();
        store.put(&format!("{}/{COMMIT}", self.staging), commit.as_bytes())?;
        let files = self.events.iter().map(|(entry, ..)| entry);
        let files = files.chain(&note.persons).chain(&note.quarantine).chain(&note.outages).chain(&note.stock);
        let intent = Intent {
            version,
            staging: self.staging.clone(),
            commit_sha256: sha256(commit.as_bytes()),
            files: files.cloned().collect(),
        };
        store.flush(&[&self.staging])?;
        let place = layout::intent(version);
        self.decided = true;
        let waiting = format!("{}/intent.json", self.staging);
        let put = store.put_if_absent(&place, json!(intent).to_string().as_bytes(), &waiting);
        if matches!(put, Err(ArchiveError::Conflict { .. })) {
            self.decided = false;
        }
        put?;
        if is_committed(&*store, version)? {
            // The version was decided and its intent dropped before ours was put.
            store.remove(&place)?;
            self.decided = false;
            return Err(ArchiveError::Conflict { path: store.place("") });
        }
        roll_forward(&*store, &intent)?;
        store.remove(&self.staging)?;
        Archive::of(store)
    }

    /// When a commit is said to be: a clock that was set back is no reason for a log whose times go back, which would look
    /// altered for ever.
    fn not_before_the_last(&self, now_ms: i64) -> i64 {
        let last_ms = self.archive.commits.last().map_or(now_ms, |last| last.at_ms);
        if now_ms < last_ms {
            tracing::warn!(
                "the newest commit of the archive is of later than now, so this one says the same time; set the clock"
            );
        }
        now_ms.max(last_ms)
    }

    fn stage(&mut self, table: &str, month: Option<Month>, batch: &RecordBatch) -> Result<FileEntry, ArchiveError> {
        self.stage_bytes(table, month, batch.num_rows(), &tables::encode(batch)?)
    }

    fn stage_bytes(
        &mut self,
        table: &str,
        month: Option<Month>,
        rows: usize,
        bytes: &[u8],
    ) -> Result<FileEntry, ArchiveError> {
        let path = layout::part_path(table, month, self.archive.next_version(), self.ordinal);
        self.ordinal += 1;
        self.store().put(&format!("{}/{}", self.staging, staged(&path)), bytes)?;
        Ok(FileEntry { path, sha256: sha256(bytes), size_bytes: bytes.len() as u64, rows: rows as u64 })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.decided {
            // What cannot be cleared now is cleared by the next writer.
            drop(self.encoder.take().map(Encoder::finish));
            drop(self.store().remove(&self.staging));
        }
    }
}

/// What a commit says beside its parts.
#[derive(Debug)]
pub(crate) struct CommitRequest<'a> {
    /// Now.
    pub(crate) at_ms: i64,
    /// Where the rows came from, where some came.
    pub(crate) source: Option<SourceNote>,
    /// How far it was read.
    pub(crate) cursor: Option<i64>,
    /// The next `seq`, as whoever numbered the rows counted.
    pub(crate) next_seq: i64,
    /// Every row recorded before this instant was seen, microseconds.
    pub(crate) complete_until_us: Option<i64>,
    /// What never changes.
    pub(crate) facts: &'a TableFacts,
    /// Findings by code.
    pub(crate) findings: BTreeMap<String, u64>,
}

/// The rows were numbered otherwise than they were handed over.
fn uncounted() -> ArchiveError {
    ArchiveError::Encode("its rows are not as many as were numbered; this is a defect of tertib".into())
}

/// A staging folder that no other writer has.
fn own_staging(store: &dyn Store, version: u64) -> Result<String, ArchiveError> {
    for attempt in 0_u32.. {
        let staging = layout::staging(version, attempt);
        if store.claim(&staging)? {
            return Ok(staging);
        }
    }
    Err(ArchiveError::Locked { path: store.place("") })
}

/// Takes away what earlier writers left. Under the lock there is no other writer; without it, only what is long abandoned
/// goes.
fn clear_staging(store: &dyn Store, alone: bool) -> Result<(), ArchiveError> {
    for folder in [layout::STAGING, layout::WORK, layout::FIGURES] {
        for entry in store.list(folder)? {
            let path = format!("{folder}/{}", entry.name.to_string_lossy());
            let is_left = folder == layout::STAGING || entry.kind == EntryKind::File && layout::is_unfinished(&path);
            let is_old = || store.age(&path).is_some_and(|age| age.as_secs() > ABANDONED_S);
            if is_left && (alone || is_old()) {
                store.remove(&path)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_were_numbered_otherwise_are_not_committed() {
        let folder = tempfile::TempDir::new().unwrap();
        let key = Key::from_bytes([7; 32]);
        let writer = Writer::open(folder.path(), &key, WriterLock::Lock).unwrap();
        let facts = TableFacts::new(true, key.id(), &schemas::Facts::embedded().unwrap());
        let findings = BTreeMap::new();
        let ready = CommitRequest {
            at_ms: 0,
            source: None,
            cursor: None,
            complete_until_us: None,
            next_seq: 5,
            facts: &facts,
            findings,
        };
        let refused = writer.commit(&ready).unwrap_err().to_string();
        assert!(refused.contains("not as many as were numbered"), "{refused}");
        assert!(Archive::open(folder.path()).unwrap().is_empty());
    }
}
