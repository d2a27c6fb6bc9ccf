//! Parts that are being written: one file per table and month, row groups as they fill, hashed on their way to the disk.
//!
//! Encoding runs in a thread of its own, so that it goes on while the next rows are read and examined.
//!
//! Invariant: what waits in memory is bounded, however many rows and months there are.

use super::table::{schemas, writer};
use super::{ArchiveError, FileEntry, io, layout};
use crate::columns::{int64s, texts};
use crate::key::hex;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use schemas::Month;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// A part is closed when it has this many rows, so that a reader can hold it.
const MOST_ROWS: usize = 262_144;
/// Parts to which nothing came while so many rows went elsewhere are closed: sources give rows nearly in the order of time.
const QUIET_ROWS: usize = 131_072;
/// Encoded pages of open row groups may take this much together.
const MOST_WAITING_BYTES: usize = 24 << 20;
/// Batches that may wait for the encoder.
const QUEUE: usize = 4;
/// Threads that close the last parts.
const CLOSERS: usize = 4;
/// Longer keys are not written into the log as the least or greatest of a part.
const LONGEST_STATED_KEY: usize = 64;

/// Events of one month, public and private.
#[derive(Debug)]
pub(crate) struct MonthBatch {
    pub(crate) month: Month,
    pub(crate) public: RecordBatch,
    pub(crate) private: RecordBatch,
}

/// The parts of one commit when all are closed.
#[derive(Debug, Default)]
pub(crate) struct ClosedParts {
    /// Public parts with what the Delta log says of them.
    pub(crate) events: Vec<(FileEntry, Value)>,
    /// Private parts.
    pub(crate) persons: Vec<FileEntry>,
}

impl ClosedParts {
    fn add(&mut self, parts: Closed) {
        self.events.push((parts.public, parts.stats));
        self.persons.push(parts.private);
    }
}

/// The thread that encodes.
#[derive(Debug)]
pub(crate) struct Encoder {
    queue: SyncSender<MonthBatch>,
    thread: JoinHandle<Result<ClosedParts, ArchiveError>>,
}

impl Encoder {
    /// Starts it. Files go into `staging` under names that `staged` gives.
    pub(crate) fn start(staging: PathBuf, version: u64, integer_ids: bool) -> Result<Self, ArchiveError> {
        let (queue, batches) = sync_channel(QUEUE);
        let encode = move || Parts::new(staging, version, integer_ids).run(&batches);
        let thread = std::thread::Builder::new().name("encoder".into()).spawn(encode);
        let thread = thread.map_err(|e| ArchiveError::Encode(format!("no thread for it: {e}")))?;
        Ok(Self { queue, thread })
    }

    /// Hands a batch over; waits while the queue is full. `false` when the thread has ended, which [`Self::finish`]
    /// explains.
    pub(crate) fn take(&self, batch: MonthBatch) -> bool {
        self.queue.send(batch).is_ok()
    }

    /// Closes every part.
    pub(crate) fn finish(self) -> Result<ClosedParts, ArchiveError> {
        drop(self.queue);
        let ended = self.thread.join();
        ended.unwrap_or_else(|_| Err(stopped()))
    }
}

/// Where a part waits: all side by side, so that one flush of the folder keeps every name.
pub(super) fn staged(staging: &Path, path: &str) -> PathBuf {
    staging.join(path.replace('/', "~"))
}

struct Parts {
    staging: PathBuf,
    version: u64,
    ordinal: usize,
    integer_ids: bool,
    schemas: (SchemaRef, SchemaRef),
    open: BTreeMap<Month, (Part, Part)>,
    rows: usize,
    closed: ClosedParts,
}

impl Parts {
    fn new(staging: PathBuf, version: u64, integer_ids: bool) -> Self {
        let (open, closed) = (BTreeMap::new(), ClosedParts::default());
        Self { staging, version, ordinal: 0, integer_ids, schemas: schemas(integer_ids), open, rows: 0, closed }
    }

    fn run(mut self, batches: &Receiver<MonthBatch>) -> Result<ClosedParts, ArchiveError> {
        for batch in batches {
            self.write(batch)?;
        }
        let open: Vec<(Part, Part)> = std::mem::take(&mut self.open).into_values().collect();
        for closed in close_all(open) {
            self.closed.add(closed?);
        }
        Ok(self.closed)
    }

    fn write(&mut self, batch: MonthBatch) -> Result<(), ArchiveError> {
        let month = batch.month;
        if !self.open.contains_key(&month) {
            let public = self.begin(layout::EVENTS, month, SchemaRef::clone(&self.schemas.0))?;
            let private = self.begin(layout::PERSONS, month, SchemaRef::clone(&self.schemas.1))?;
            self.open.insert(month, (public, private));
        }
        let Some((public, private)) = self.open.get_mut(&month) else { return Ok(()) };
        self.rows += batch.public.num_rows();
        public.last_at = self.rows;
        public.note(&batch.public, self.integer_ids)?;
        public.write(&batch.public)?;
        private.write(&batch.private)?;
        let all = self.rows;
        let is_done = |part: &Part| part.rows >= MOST_ROWS || all - part.last_at >= QUIET_ROWS;
        for (_, (public, private)) in self.open.extract_if(.., |_, (public, _)| is_done(public)) {
            self.closed.add(Closed::of(public, private)?);
        }
        while self.open.values().map(waiting).sum::<usize>() > MOST_WAITING_BYTES {
            let Some((public, private)) = self.open.values_mut().max_by_key(|parts| waiting(parts)) else { break };
            public.flush()?;
            private.flush()?;
        }
        Ok(())
    }

    fn begin(&mut self, table: &str, month: Month, schema: SchemaRef) -> Result<Part, ArchiveError> {
        let path = layout::part_path(table, Some(month), self.version, self.ordinal);
        self.ordinal += 1;
        let place = staged(&self.staging, &path);
        let file = File::create(&place).map_err(|e| io("write", &place, e))?;
        let writer = writer(Hashing { file, hash: Sha256::new(), length: 0 }, schema);
        let writer = writer.map_err(|e| write_fault(&place, e))?;
        Ok(Part { path, place, writer, rows: 0, last_at: 0, seq: None, ids: None, stated: true })
    }
}

/// The two parts of a month on the disk.
struct Closed {
    public: FileEntry,
    stats: Value,
    private: FileEntry,
}

impl Closed {
    fn of(public: Part, private: Part) -> Result<Self, ArchiveError> {
        let stats = public.stats();
        Ok(Self { public: public.close()?, stats, private: private.close()? })
    }
}

/// Closes parts side by side, since the disk makes each wait; in the order given.
fn close_all(parts: Vec<(Part, Part)>) -> Vec<Result<Closed, ArchiveError>> {
    let mut parts = parts.into_iter();
    let share = parts.len().div_ceil(CLOSERS).max(1);
    std::thread::scope(|scope| {
        let closers: Vec<_> = (0..CLOSERS)
            .map(|_| {
                let lot: Vec<(Part, Part)> = parts.by_ref().take(share).collect();
                scope.spawn(move || lot.into_iter().map(|(a, b)| Closed::of(a, b)).collect::<Vec<_>>())
            })
            .collect();
        let ended = closers.into_iter().map(std::thread::ScopedJoinHandle::join);
        ended.flat_map(|lot| lot.unwrap_or_else(|_| vec![Err(stopped())])).collect()
    })
}

fn stopped() -> ArchiveError {
    ArchiveError::Encode("the encoder stopped; this is a defect of tertib".into())
}

fn waiting((public, private): &(Part, Part)) -> usize {
    public.writer.memory_size() + private.writer.memory_size()
}

struct Part {
    path: String,
    place: PathBuf,
    writer: ArrowWriter<Hashing>,
    rows: usize,
    /// How many rows had gone into all parts when the last came into this one.
    last_at: usize,
    seq: Option<(i64, i64)>,
    ids: Option<(Value, Value)>,
    stated: bool,
}

impl Part {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), ArchiveError> {
        self.rows += batch.num_rows();
        self.writer.write(batch).map_err(|e| write_fault(&self.place, e))
    }

    fn flush(&mut self) -> Result<(), ArchiveError> {
        self.writer.flush().map_err(|e| write_fault(&self.place, e))
    }

    /// Remembers what the log will say of the part.
    fn note(&mut self, batch: &RecordBatch, integer_ids: bool) -> Result<(), ArchiveError> {
        let seqs = int64s(batch, "seq")?.values();
        widen(&mut self.seq, seqs.iter().copied());
        if integer_ids {
            let mut ids = self.ids.take().and_then(|(a, b)| Some((a.as_i64()?, b.as_i64()?)));
            widen(&mut ids, int64s(batch, "event_id")?.values().iter().copied());
            self.ids = ids.map(|(a, b)| (json!(a), json!(b)));
        } else {
            let text = |v: Value| if let Value::String(s) = v { Some(s) } else { None };
            let held = self.ids.take().and_then(|(a, b)| Some((text(a)?, text(b)?)));
            let mut ids = held.as_ref().map(|(a, b)| (a.as_str(), b.as_str()));
            widen(&mut ids, texts(batch, "event_id")?.iter().flatten());
            self.stated &= ids.is_none_or(|(a, b)| a.len().max(b.len()) <= LONGEST_STATED_KEY);
            self.ids = ids.map(|(a, b)| (json!(a), json!(b)));
        }
        Ok(())
    }

    /// What the Delta log says about the part, so that readers can skip it.
    fn stats(&self) -> Value {
        let (mut least, mut greatest) = (json!({}), json!({}));
        if let Some((first, last)) = self.seq {
            least["seq"] = json!(first);
            greatest["seq"] = json!(last);
        }
        if let Some((first, last)) = self.ids.as_ref().filter(|_| self.stated) {
            least["event_id"] = first.clone();
            greatest["event_id"] = last.clone();
        }
        let none = json!({"seq": 0, "event_id": 0});
        json!({"numRecords": self.rows, "minValues": least, "maxValues": greatest, "nullCount": none})
    }

    fn close(mut self) -> Result<FileEntry, ArchiveError> {
        self.writer.finish().map_err(|e| write_fault(&self.place, e))?;
        let sink = self.writer.inner();
        sink.file.sync_all().map_err(|e| io("flush", &self.place, e))?;
        let sha256 = hex(&sink.hash.clone().finalize());
        Ok(FileEntry { path: self.path, sha256, size_bytes: sink.length, rows: self.rows as u64 })
    }
}

/// The system's own words where the disk refused.
fn write_fault(place: &Path, fault: ParquetError) -> ArchiveError {
    match fault {
        ParquetError::External(e) => match e.downcast::<std::io::Error>() {
            Ok(e) => io("write", place, *e),
            Err(e) => ArchiveError::Encode(e.to_string()),
        },
        other => ArchiveError::Encode(other.to_string()),
    }
}

fn widen<T: Ord + Copy>(ends: &mut Option<(T, T)>, values: impl Iterator<Item = T>) {
    for value in values {
        *ends = Some(ends.map_or((value, value), |(a, b)| (a.min(value), b.max(value))));
    }
}

/// A file whose bytes are hashed as they are written.
struct Hashing {
    file: File,
    hash: Sha256,
    length: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, Date32Array, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray};
    use arrow::datatypes::{DataType, Schema};
    use std::sync::Arc;

    fn batch(schema: &SchemaRef, rows: usize) -> RecordBatch {
        let column = |kind: &DataType| -> ArrayRef {
            match kind {
                DataType::Int64 => Arc::new(Int64Array::from(vec![7; rows])),
                DataType::Int32 => Arc::new(Int32Array::from(vec![1; rows])),
                DataType::Date32 => Arc::new(Date32Array::from(vec![1; rows])),
                DataType::Utf8 => Arc::new(StringArray::from(vec!["x"; rows])),
                _ => Arc::new(TimestampMicrosecondArray::from(vec![1; rows]).with_timezone("UTC")),
            }
        };
        let columns = Schema::fields(schema).iter().map(|f| column(f.data_type())).collect();
        RecordBatch::try_new(Arc::clone(schema), columns).unwrap()
    }

    #[test]
    fn a_quiet_month_is_closed_and_what_comes_later_goes_into_another_part() {
        let folder = tempfile::TempDir::new().unwrap();
        let encoder = Encoder::start(folder.path().to_owned(), 0, true).unwrap();
        let (public, private) = schemas(true);
        let (quiet, busy): (Month, Month) = ("2026-09".parse().unwrap(), "2026-10".parse().unwrap());
        for (month, rows) in [(quiet, 3), (busy, QUIET_ROWS), (busy, 1), (quiet, 2)] {
            assert!(encoder.take(MonthBatch { month, public: batch(&public, rows), private: batch(&private, rows) }));
        }
        let closed = encoder.finish().unwrap();
        let rows: Vec<(bool, u64)> =
            closed.events.iter().map(|(entry, _)| (entry.path.contains("2026-09"), entry.rows)).collect();
        assert_eq!(rows, [(true, 3), (true, 2), (false, QUIET_ROWS as u64 + 1)]);
        assert_eq!(
            closed.persons.iter().map(|entry| entry.rows).collect::<Vec<_>>(),
            rows.iter().map(|(_, rows)| *rows).collect::<Vec<_>>()
        );
    }
}
