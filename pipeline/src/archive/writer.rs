//! The one writer of an archive: parts are staged, then one commit makes all of them count at once.
//!
//! 1. Parts and the commit are written to a private staging folder and flushed.
//! 2. An intent that names them is put if absent: the decision point.
//! 3. Parts move to their places, the commit file is linked into the log, the intent is dropped.
//!
//! A crash before 2 leaves only staging, which the next writer clears; a crash after 2 is rolled forward by it.
//!
//! Invariant: the log advances only under an intent, and the intent is put only over the version it was made for.

use super::log::{CommitNote, NewCommit, TableFacts};
use super::table::{ArchivedEvent, QuarantinedRow};
use super::{Archive, ArchiveError, FileEntry, io, layout, read_file, table};
use crate::key::{Key, sha256};
use crate::sources::{Outage, Stock};
use arrow::array::RecordBatch;
use schemas::Month;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What is being committed.
#[derive(Debug, Serialize, Deserialize)]
struct Intent {
    version: u64,
    staging: String,
    commit_sha256: String,
    files: Vec<FileEntry>,
}

/// An archive opened for writing. Dropping it without a commit leaves the archive as it was.
#[derive(Debug)]
pub(crate) struct Writer {
    archive: Archive,
    key: Key,
    staging: PathBuf,
    events: Vec<(FileEntry, Value)>,
    note: CommitNote,
    ordinal: usize,
    // Held until the writer is dropped; the kernel frees it if the process dies.
    _lock: File,
}

impl Writer {
    /// Locks the archive, finishes a commit that a crash interrupted, and reads the log.
    pub(crate) fn open(root: &Path, key: &Key) -> Result<Self, ArchiveError> {
        make_folder(&root.join(layout::STAGING))?;
        restrict(root)?;
        let lock_path = root.join(layout::LOCK);
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|e| io("open", &lock_path, e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(ArchiveError::Locked { path: root.display().to_string() });
            }
            Err(std::fs::TryLockError::Error(e)) => return Err(io("lock", &lock_path, e)),
        }
        roll_forward(root)?;
        clear_folder(&root.join(layout::STAGING))?;
        let archive = Archive::open(root)?;
        if let Some(facts) = archive.facts()
            && facts.key_id != key.id()
        {
            return Err(ArchiveError::WrongKey { expected: facts.key_id.clone(), found: key.id() });
        }
        let token = archive.next_version();
        let staging = root.join(layout::STAGING).join(format!("{token}-{}", std::process::id()));
        let note = CommitNote { previous: archive.head(), next_seq: archive.next_seq(), ..CommitNote::default() };
        Ok(Self { archive, key: key.clone(), staging, events: Vec::new(), note, ordinal: 0, _lock: lock })
    }

    /// The archive as it is before the commit.
    pub(crate) fn archive(&self) -> &Archive {
        &self.archive
    }

    /// Stages events, public and private, by the month of `selesai`.
    pub(crate) fn add_events(&mut self, integer_ids: bool, rows: Vec<ArchivedEvent>) -> Result<(), ArchiveError> {
        let mut by_month: BTreeMap<Month, Vec<ArchivedEvent>> = BTreeMap::new();
        for row in rows {
            self.note.next_seq = self.note.next_seq.max(row.seq + 1);
            self.note.corrections += u64::from(row.correction_of.is_some());
            let month = Month::of_epoch_s(row.event.selesai_us.div_euclid(1_000_000));
            let month = month.ok_or_else(|| ArchiveError::Encode("an event lies outside every calendar".into()))?;
            by_month.entry(month).or_default().push(row);
        }
        for (month, rows) in by_month {
            let public = table::public_batch(&self.key, integer_ids, &rows)?;
            let entry = self.stage(layout::EVENTS, Some(month), &public)?;
            self.events.push((entry, stats(&rows)));
            let private = table::private_batch(&self.key, &rows)?;
            let entry = self.stage(layout::PERSONS, Some(month), &private)?;
            self.note.persons.push(entry);
        }
        Ok(())
    }

    /// Stages rows that broke the contract.
    pub(crate) fn add_quarantine(&mut self, rows: &[QuarantinedRow]) -> Result<(), ArchiveError> {
        let entry = self.stage(layout::QUARANTINE, None, &table::quarantine_batch(rows)?)?;
        self.note.quarantined += entry.rows;
        self.note.quarantine.push(entry);
        Ok(())
    }

    /// Stages the outage log, if it differs from the last snapshot.
    pub(crate) fn set_outages(&mut self, rows: &[Outage]) -> Result<(), ArchiveError> {
        let last = self.archive.outage_file().cloned();
        self.note.outages = self.snapshot(layout::OUTAGES, &table::outage_batch(rows)?, last)?;
        Ok(())
    }

    /// Stages the blank-card stock, if it differs from the last snapshot.
    pub(crate) fn set_stock(&mut self, rows: &[Stock]) -> Result<(), ArchiveError> {
        let last = self.archive.stock_file().cloned();
        self.note.stock = self.snapshot(layout::STOCK, &table::stock_batch(rows)?, last)?;
        Ok(())
    }

    /// Stages a whole small table, unless it is what the last snapshot holds, or empty from the start.
    fn snapshot(
        &mut self,
        table: &str,
        batch: &RecordBatch,
        last: Option<FileEntry>,
    ) -> Result<Option<FileEntry>, ArchiveError> {
        let bytes = table::encode(batch)?;
        let news = last.map_or(batch.num_rows() > 0, |f| f.sha256 != sha256(&bytes));
        if news { self.stage_bytes(table, None, batch.num_rows(), &bytes).map(Some) } else { Ok(None) }
    }

    /// Whether a commit would say anything new.
    pub(crate) fn has_news(&self) -> bool {
        let note = &self.note;
        !self.events.is_empty() || note.quarantined > 0 || note.outages.is_some() || note.stock.is_some()
    }

    /// Makes everything staged count, together with the cursor.
    pub(crate) fn commit(
        mut self,
        facts: &TableFacts,
        source: &str,
        cursor: Option<i64>,
        at_ms: i64,
        findings: BTreeMap<String, u64>,
    ) -> Result<Archive, ArchiveError> {
        self.note.findings = findings;
        let root = self.archive.root().to_owned();
        let version = self.archive.next_version();
        let commit =
            NewCommit { version, at_ms, source, cursor, events: &self.events, note: &self.note, facts }.encode();
        write_flushed(&self.staging.join("commit.json"), commit.as_bytes())?;
        let note = &self.note;
        let files = self.events.iter().map(|(entry, _)| entry);
        let files = files.chain(&note.persons).chain(&note.quarantine).chain(&note.outages).chain(&note.stock);
        let intent = Intent {
            version,
            staging: relative(&root, &self.staging),
            commit_sha256: sha256(commit.as_bytes()),
            files: files.cloned().collect(),
        };
        let text = json!(intent).to_string();
        flush_up_to(&root, &self.staging)?;
        put_if_absent(&root.join(layout::INTENT), text.as_bytes(), &self.staging.join("intent.json"))?;
        if super::commit_files(&root)?.last().map_or(0, |(v, _)| v + 1) != version {
            remove(&root.join(layout::INTENT))?;
            return Err(ArchiveError::Conflict { path: root.display().to_string() });
        }
        roll_forward(&root)?;
        clear_folder(&root.join(layout::STAGING))?;
        Archive::open(&root)
    }

    fn stage(&mut self, table: &str, month: Option<Month>, batch: &RecordBatch) -> Result<FileEntry, ArchiveError> {
        self.stage_bytes(table, month, batch.num_rows(), &table::encode(batch)?)
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
        write_flushed(&staged(&self.staging, &path), bytes)?;
        Ok(FileEntry { path, sha256: sha256(bytes), size_bytes: bytes.len() as u64, rows: rows as u64 })
    }
}

/// What the Delta log says about a part, so that readers can skip it.
fn stats(rows: &[ArchivedEvent]) -> Value {
    let seq = rows.iter().map(|r| r.seq);
    json!({
        "numRecords": rows.len(),
        "minValues": {"seq": seq.clone().min()},
        "maxValues": {"seq": seq.max()},
        "nullCount": {"seq": 0},
    })
}

/// The files of a commit that was decided on and not finished; `None` when there is none.
pub(super) fn unfinished(root: &Path) -> Result<Option<Vec<FileEntry>>, ArchiveError> {
    Ok(read_intent(root)?.map(|intent| intent.files))
}

fn read_intent(root: &Path) -> Result<Option<Intent>, ArchiveError> {
    let path = root.join(layout::INTENT);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(io("read", &path, e)),
    };
    let intent = serde_json::from_slice(&bytes);
    intent.map(Some).map_err(|e| ArchiveError::Decode { path: layout::INTENT.into(), reason: e.to_string() })
}

/// Finishes the commit that an intent decided on, if there is one.
fn roll_forward(root: &Path) -> Result<(), ArchiveError> {
    let Some(intent) = read_intent(root)? else { return Ok(()) };
    let staging = root.join(&intent.staging);
    let mut folders = Vec::new();
    for file in &intent.files {
        let (from, to) = (staged(&staging, &file.path), root.join(&file.path));
        if let Some(folder) = to.parent() {
            make_folder(folder)?;
            folders.push(folder.to_owned());
        }
        if from.exists() {
            std::fs::rename(&from, &to).map_err(|e| io("move", &from, e))?;
        } else if sha256(&read_file(&to)?) != file.sha256 {
            return Err(ArchiveError::Damaged { path: file.path.clone() });
        }
    }
    restrict(root)?;
    folders.sort();
    folders.dedup();
    for folder in &folders {
        flush_up_to(root, folder)?;
    }
    publish(root, &intent, &staging)?;
    remove(&root.join(layout::INTENT))
}

/// Links the commit file into the log, unless it is there already.
fn publish(root: &Path, intent: &Intent, staging: &Path) -> Result<(), ArchiveError> {
    let log = root.join(layout::LOG);
    make_folder(&log)?;
    let target = log.join(layout::commit_name(intent.version));
    if !target.exists() {
        let waiting = staging.join("commit.json");
        let bytes = read_file(&waiting)?;
        put_if_absent(&target, &bytes, &waiting)?;
        flush_up_to(root, &log)?;
    }
    if sha256(&read_file(&target)?) == intent.commit_sha256 {
        Ok(())
    } else {
        Err(ArchiveError::Conflict { path: root.display().to_string() })
    }
}

/// Makes `bytes` appear at `path` at once, or fails when something is there. `waiting` is a file that holds the bytes.
fn put_if_absent(path: &Path, bytes: &[u8], waiting: &Path) -> Result<(), ArchiveError> {
    if !waiting.exists() {
        write_flushed(waiting, bytes)?;
    }
    let linked = match std::fs::hard_link(waiting, path) {
        // A file system without links still has O_EXCL.
        Err(e) if matches!(e.kind(), std::io::ErrorKind::Unsupported | std::io::ErrorKind::PermissionDenied) => {
            File::create_new(path).and_then(|mut f| {
                f.write_all(bytes)?;
                f.sync_all()
            })
        }
        other => other,
    };
    match linked {
        Ok(()) => path.parent().map_or(Ok(()), flush_folder),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(ArchiveError::Conflict { path: path.display().to_string() })
        }
        Err(e) => Err(io("write", path, e)),
    }
}

fn write_flushed(path: &Path, bytes: &[u8]) -> Result<(), ArchiveError> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let write = || -> std::io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|e| io("write", path, e))
}

fn make_folder(path: &Path) -> Result<(), ArchiveError> {
    std::fs::create_dir_all(path).map_err(|e| io("make", path, e))
}

/// Takes the private folders away from everybody but their owner.
fn restrict(root: &Path) -> Result<(), ArchiveError> {
    #[cfg(unix)]
    for folder in layout::PRIVATE.map(|name| root.join(name)).iter().filter(|f| f.exists()) {
        let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(folder, owner_only).map_err(|e| io("restrict", folder, e))?;
    }
    Ok(())
}

/// A name in a folder is safe only after the folder was flushed too.
fn flush_folder(path: &Path) -> Result<(), ArchiveError> {
    if cfg!(unix) { File::open(path).and_then(|f| f.sync_all()).map_err(|e| io("flush", path, e)) } else { Ok(()) }
}

/// Flushes a folder and those above it, since each may have been made just now.
fn flush_up_to(root: &Path, folder: &Path) -> Result<(), ArchiveError> {
    folder.ancestors().take_while(|f| f.starts_with(root)).try_for_each(flush_folder)
}

/// Where a file waits: all side by side, so that one flush of the folder keeps every name.
fn staged(staging: &Path, path: &str) -> PathBuf {
    staging.join(path.replace('/', "~"))
}

fn clear_folder(path: &Path) -> Result<(), ArchiveError> {
    let entries = std::fs::read_dir(path).map_err(|e| io("read", path, e))?;
    for entry in entries {
        let entry = entry.map_err(|e| io("read", path, e))?.path();
        std::fs::remove_dir_all(&entry).map_err(|e| io("clear", &entry, e))?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), ArchiveError> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io("remove", path, e)),
        _ => Ok(()),
    }
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}
