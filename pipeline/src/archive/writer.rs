//! The only writer of an archive. It stages parts, and one commit then makes all of them visible at once.
//!
//! Reads   batches of public and private rows, quarantined rows and the two side tables, as the pull hands them over
//! Gives   the archive with one more commit, or unchanged
//!
//! 1. Parts and the commit file are written to a private staging folder and flushed.
//! 2. An intent that names them is stored with put-if-absent under the number of the version. This is the decision point.
//! 3. Parts are moved to their places, the commit file is linked into the log, and the intent is removed.
//!
//! After a crash before step 2, only a staging folder is left, which the next writer removes; after a later crash, the next writer
//! rolls the commit forward. A kernel lock keeps writers apart. On file systems without locks, put-if-absent alone decides,
//! and the writer that loses starts again.
//!
//! Invariant: the log advances only under an intent.

use super::action::Stats;
use super::commit_log::{NewCommit, TableFacts};
use super::commit_note::{BagNote, CommitNote, Disposal, Hold, KeyChange, SignerChange, SourceNote};
use super::form::{FORMS, Form};
use super::intent::{COMMIT, Intent, is_committed, roll_forward, settle};
use super::leaves::Leaves;
use super::part_encoder::{Encoder, MonthBatch, staged};
use super::staging::{Fence, clear_staging, own_staging};
use super::store::{Folder, Store};
use super::tables::{KeptRow, QuarantinedRow};
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

/// An archive opened for writing. Dropping it without a commit leaves the archive as it was.
#[derive(Debug)]
pub(crate) struct Writer {
    archive: Archive,
    /// The staging folder in which the commit is prepared.
    staging: String,
    encoder: Option<Encoder>,
    events: Vec<(FileEntry, Month, Stats)>,
    /// The leaves of the rows of these parts, once they are closed.
    leaves: Option<Leaves>,
    note: CommitNote,
    ordinal: usize,
    // After the decision point the staged files must be kept until they are rolled forward.
    decided: bool,
    // Keeps the kernel lock until the writer is dropped; the kernel releases it if the process dies. `None` without a lock.
    lock: Option<File>,
}

/// How two writers are kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriterLock {
    /// By a kernel lock, with put-if-absent as a second barrier.
    Lock,
    /// By put-if-absent alone, for file systems without locks.
    PutIfAbsent,
}

impl Writer {
    /// Locks the archive, finishes a commit that a crash interrupted, and reads the log.
    pub(crate) fn open(root: &Path, key: &Key, lock_mode: WriterLock) -> Result<Self, ArchiveError> {
        Self::on(Arc::new(Folder::at(root)), key, lock_mode, FORMS)
    }

    /// Does the same with any key of the archive or none, to record a change of the key.
    pub(super) fn open_with_any_key(root: &Path, lock_mode: WriterLock) -> Result<Self, ArchiveError> {
        Self::begin(Arc::new(Folder::at(root)), None, lock_mode, FORMS)
    }

    /// Does the same in any store, for a program that knows these forms.
    pub(super) fn on(
        store: Arc<dyn Store>,
        key: &Key,
        lock_mode: WriterLock,
        forms: &'static [Form],
    ) -> Result<Self, ArchiveError> {
        Self::begin(store, Some(key), lock_mode, forms)
    }

    fn begin(
        store: Arc<dyn Store>,
        key: Option<&Key>,
        lock_mode: WriterLock,
        forms: &'static [Form],
    ) -> Result<Self, ArchiveError> {
        store.prepare()?;
        let lock = if lock_mode == WriterLock::Lock { store.lock(layout::LOCK)? } else { None };
        settle(&*store)?;
        clear_staging(&*store, lock.is_some())?;
        let archive = Archive::of(Arc::clone(&store), forms)?;
        key.map_or(Ok(()), |key| archive.check_key(key))?;
        archive.remove_disposed()?;
        let note = CommitNote { previous: archive.head(), next_seq: archive.next_seq(), ..CommitNote::default() };
        head::renew(&archive)?;
        let staging = own_staging(&*store, archive.next_version())?;
        let (encoder, events, leaves) = (None, Vec::new(), None);
        Ok(Self { archive, staging, encoder, events, leaves, note, ordinal: 0, decided: false, lock })
    }

    /// Returns the archive as it was before this commit.
    pub(crate) fn archive(&self) -> &Archive {
        &self.archive
    }

    /// Returns a local folder for data that does not fit into memory. It is removed together with the writer.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.store().scratch(&self.staging)
    }

    fn store(&self) -> &dyn Store {
        &**self.archive.store()
    }

    /// Discards everything that was staged, so that the pull can be repeated.
    pub(crate) fn start_again(&mut self) -> Result<(), ArchiveError> {
        drop(self.encoder.take().map(Encoder::finish));
        self.store().remove(&self.staging)?;
        self.staging = own_staging(self.store(), self.archive.next_version())?;
        self.events.clear();
        self.leaves = None;
        self.ordinal = 0;
        self.note =
            CommitNote { previous: self.archive.head(), next_seq: self.archive.next_seq(), ..CommitNote::default() };
        Ok(())
    }

    /// Stages the public and private rows of events of one month, of which `corrections` replace an earlier row.
    pub(crate) fn add_events(
        &mut self,
        integer_ids: bool,
        month: Month,
        (public, private): (RecordBatch, RecordBatch),
        corrections: u64,
    ) -> Result<(), ArchiveError> {
        let rows = i64::try_from(public.num_rows()).ok();
        self.note.next_seq = rows.and_then(|rows| self.note.next_seq.checked_add(rows)).ok_or_else(miscounted)?;
        self.note.corrections += corrections;
        let encoder = match self.encoder.take() {
            Some(encoder) => encoder,
            None => {
                let (store, archive) = (Arc::clone(self.archive.store()), &self.archive);
                let begin = (archive.next_version(), archive.next_seq());
                Encoder::start(store, self.staging.clone(), begin, integer_ids)?
            }
        };
        let accepted = encoder.take(MonthBatch { month, public, private });
        self.encoder = Some(encoder);
        if accepted { Ok(()) } else { self.close_parts() }
    }

    /// Closes all parts and waits until they are written.
    fn close_parts(&mut self) -> Result<(), ArchiveError> {
        if let Some(encoder) = self.encoder.take() {
            let (closed, leaves) = encoder.finish()?;
            self.leaves = Some(leaves);
            self.events.extend(closed.events);
            self.note.persons.extend(closed.persons);
        }
        Ok(())
    }

    /// Stages rows that broke the contract.
    pub(crate) fn add_quarantine(&mut self, rows: &[QuarantinedRow]) -> Result<(), ArchiveError> {
        self.quarantine(&tables::quarantine_batch(rows)?)
    }

    /// Stages rows of the quarantine that stay although their file is destroyed.
    pub(crate) fn keep_quarantine(&mut self, rows: &[KeptRow]) -> Result<(), ArchiveError> {
        self.quarantine(&tables::kept_batch(rows)?)
    }

    fn quarantine(&mut self, batch: &RecordBatch) -> Result<(), ArchiveError> {
        let entry = self.stage(layout::QUARANTINE, None, batch)?;
        self.note.quarantined += entry.rows;
        self.note.quarantine.push(entry);
        Ok(())
    }

    /// Stages a snapshot of the outage log if it differs from the last one.
    pub(crate) fn set_outages(&mut self, rows: &[Outage]) -> Result<(), ArchiveError> {
        let last = self.archive.outage_file().cloned();
        self.note.outages = self.snapshot(layout::OUTAGES, &tables::outage_batch(rows)?, last)?;
        Ok(())
    }

    /// Stages a snapshot of the blank-card stock if it differs from the last one.
    pub(crate) fn set_stock(&mut self, rows: &[Stock]) -> Result<(), ArchiveError> {
        let last = self.archive.stock_file().cloned();
        self.note.stock = self.snapshot(layout::STOCK, &tables::stock_batch(rows)?, last)?;
        Ok(())
    }

    /// Stages the table of a change of the key, which the commit then records.
    pub(super) fn change_key(
        &mut self,
        pseudonyms: &RecordBatch,
        change: impl FnOnce(FileEntry) -> KeyChange,
    ) -> Result<(), ArchiveError> {
        self.note.key_change = Some(change(self.stage(layout::PSEUDONYMS, None, pseudonyms)?));
        Ok(())
    }

    /// Records a change of the key that signs the log.
    pub(super) fn change_signer(&mut self, change: SignerChange) {
        self.note.signer_change = Some(change);
    }

    /// Stages the files of a bag of a closed month, which the commit then records.
    pub(crate) fn keep_bag(
        &mut self,
        month: Month,
        tagmanifest_sha256: String,
        files: impl Iterator<Item = (String, std::io::Result<Vec<u8>>)>,
    ) -> Result<(), ArchiveError> {
        let mut kept = Vec::new();
        for (path, bytes) in files {
            let path = layout::sealed_path(month, &path);
            let bytes = bytes.map_err(|reason| ArchiveError::Io { act: "read", path: path.clone(), reason })?;
            self.store().put(&format!("{}/{}", self.staging, staged(&path)), &bytes)?;
            kept.push(FileEntry { path, sha256: sha256(&bytes), size_bytes: bytes.len() as u64, rows: 0 });
        }
        self.note.bag = Some(BagNote { month, tagmanifest_sha256, files: kept });
        Ok(())
    }

    /// Records a hold on a month, or its end.
    pub(super) fn hold(&mut self, hold: Hold) {
        self.note.hold = Some(hold);
    }

    /// Records that private files are destroyed with this commit.
    pub(crate) fn dispose(&mut self, disposal: Disposal) {
        self.note.disposal = Some(disposal);
    }

    /// Stages a small table as a whole, unless the last snapshot has the same content, or there is none and the table is empty.
    fn snapshot(
        &mut self,
        table: &str,
        batch: &RecordBatch,
        last: Option<FileEntry>,
    ) -> Result<Option<FileEntry>, ArchiveError> {
        let bytes = tables::encode(batch)?;
        let has_changed = last.map_or(batch.num_rows() > 0, |f| f.sha256 != sha256(&bytes));
        if has_changed { self.stage_bytes(table, None, batch.num_rows(), &bytes).map(Some) } else { Ok(None) }
    }

    /// Returns whether anything is staged that a commit would record.
    pub(crate) fn has_news(&self) -> bool {
        let note = &self.note;
        self.encoder.is_some()
            || !self.events.is_empty()
            || note.quarantined > 0
            || note.outages.is_some()
            || note.stock.is_some()
    }

    /// Closes the books of a month with this commit. `incomplete` is the reason if more rows of the month might still arrive.
    pub(crate) fn seal(&mut self, month: Month, incomplete: Option<&str>) {
        self.note.seal = Some(month);
        self.note.sealed_incomplete = incomplete.map(str::to_owned);
    }

    /// Closes all parts and returns the leaves of their rows, by which the log can be extended after the commit; `None` without rows.
    pub(crate) fn leaves(&mut self) -> Result<Option<Leaves>, ArchiveError> {
        self.close_parts()?;
        Ok(self.leaves.take())
    }

    /// Commits everything that was staged, together with the cursor. The next writer begins only after the fence.
    pub(crate) fn commit(mut self, request: &CommitRequest<'_>) -> Result<(Archive, Fence), ArchiveError> {
        self.close_parts()?;
        if request.next_seq != self.note.next_seq {
            return Err(miscounted());
        }
        self.note.findings.clone_from(&request.findings);
        self.note.source.clone_from(&request.source);
        self.note.complete_until_us = request.complete_until_us;
        let store = Arc::clone(self.archive.store());
        let version = self.archive.next_version();
        let (events, note) = (&self.events, &self.note);
        let CommitRequest { cursor, facts, source, .. } = request;
        let source = source.as_ref().map_or("", |source| &source.name);
        let at_ms = self.not_before_the_last(request.at_ms);
        let commit =
            NewCommit { version, at_ms, source, cursor: *cursor, events, note, facts: self.begun(facts) }.encode();
        store.put(&format!("{}/{COMMIT}", self.staging), commit.as_bytes())?;
        let files = self.events.iter().map(|(entry, ..)| entry).chain(note.files().map(|(file, _)| file));
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
            // Another writer had committed this version and removed its intent before ours was stored.
            store.remove(&place)?;
            self.decided = false;
            return Err(ArchiveError::Conflict { path: store.place("") });
        }
        roll_forward(&*store, &intent)?;
        store.remove(&self.staging)?;
        Ok((Archive::of(store, self.archive.forms)?, Fence::new(self.lock.take())))
    }

    /// Returns the facts if this commit begins their form.
    fn begun<'f>(&self, facts: &'f TableFacts) -> Option<&'f TableFacts> {
        let held = self.archive.facts();
        if let Some(held) = held.filter(|held| held.form != facts.form) {
            let (from, to) = (held.form.name, facts.form.name);
            tracing::info!(
                from,
                to,
                "the archive goes over to a newer form; earlier versions of tertib no longer read it"
            );
        }
        Some(facts).filter(|facts| held.is_none_or(|held| held.form != facts.form))
    }

    /// Returns the time to record for the new commit, which is never earlier than that of the last one: if the clock was set back,
    /// a log whose times go back would look altered for ever.
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
            // Whatever cannot be removed now is removed by the next writer.
            drop(self.encoder.take().map(Encoder::finish));
            drop(self.store().remove(&self.staging));
        }
    }
}

/// What a commit records in addition to its parts.
#[derive(Debug)]
pub(crate) struct CommitRequest<'a> {
    /// The current time, in milliseconds since 1970 UTC.
    pub(crate) at_ms: i64,
    /// The source that was read; `None` for a commit without rows.
    pub(crate) source: Option<SourceNote>,
    /// How far the source was read.
    pub(crate) cursor: Option<i64>,
    /// The next `seq` as counted by the caller that numbered the rows; it must agree with the writer's own count.
    pub(crate) next_seq: i64,
    /// Every row recorded before this instant has been seen; microseconds since 1970 UTC.
    pub(crate) complete_until_us: Option<i64>,
    /// The facts that never change within one archive.
    pub(crate) facts: &'a TableFacts,
    /// The number of findings by code.
    pub(crate) findings: BTreeMap<String, u64>,
}

/// The error for rows whose number differs from the one that the caller counted.
fn miscounted() -> ArchiveError {
    ArchiveError::Encode("its rows are not as many as were numbered; this is a defect of tertib".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_were_numbered_otherwise_are_not_committed() {
        let folder = tempfile::TempDir::new().unwrap();
        let key = Key::from_bytes([7; 32]);
        let writer = Writer::open(folder.path(), &key, WriterLock::Lock).unwrap();
        let facts = TableFacts::new(&FORMS[0], true, key.id(), &schemas::Facts::embedded().unwrap());
        let findings = BTreeMap::new();
        let request = CommitRequest {
            at_ms: 0,
            source: None,
            cursor: None,
            complete_until_us: None,
            next_seq: 5,
            facts: &facts,
            findings,
        };
        let refused = writer.commit(&request).unwrap_err().to_string();
        assert!(refused.contains("not as many as were numbered"), "{refused}");
        assert!(Archive::open(folder.path()).unwrap().is_empty());
    }
}
