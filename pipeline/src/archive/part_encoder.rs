//! Encodes events as Parquet parts for the writer. Each table and month has one open file, which is written as its row groups fill
//! up and hashed on its way to the disk.
//!
//! Reads   batches of one month each, public and private
//! Gives   the closed parts in the staging folder, each with the statistics that the log will state
//! Rule    encoding runs in its own thread, so that the pull can read and check the next rows meanwhile
//!
//! Invariant: the data waiting in memory is bounded, no matter how many rows and months there are.

use super::action::{Ends, Stats};
use super::leaves::{LeafHasher, Leaves};
use super::store::{NewFile, Store};
use super::tables::writer;
use super::threads::thread;
use super::{ArchiveError, FileEntry, layout};
use crate::archive::columns::{int64s, texts};
use crate::hash::hex;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use schemas::Month;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// A part is closed when it has this many rows, so that it fits into a reader's memory.
const MOST_ROWS: usize = 262_144;
/// A part is closed when this many rows have gone to other parts since its last one. Sources deliver rows almost in the order of
/// time, so the month is probably over.
const QUIET_ROWS: usize = 131_072;
/// The total size that the encoded pages of all open row groups may reach.
const MOST_WAITING_BYTES: usize = 24 << 20;
/// A pull of up to this many rows is not compressed, since setting up a decompressor for every column takes a reader longer than
/// reading these rows. They wait in memory for the end of the pull, unless they take more than `FEW_BYTES`.
const FEW_ROWS: usize = 64;
const FEW_BYTES: usize = 16 << 20;
/// How many batches may wait for the encoder.
const QUEUE: usize = 4;
/// How many threads close parts.
const FINISHERS: usize = 4;
/// The log does not state the least and greatest key of a part if one is longer than this.
const LONGEST_STATED_KEY: usize = 64;

/// The public and private rows of events of one month.
#[derive(Debug)]
pub(crate) struct MonthBatch {
    pub(crate) month: Month,
    pub(crate) public: RecordBatch,
    pub(crate) private: RecordBatch,
}

/// All parts of one commit, closed.
#[derive(Debug, Default)]
pub(crate) struct ClosedParts {
    /// The public parts, each with its statistics for the Delta log.
    pub(crate) events: Vec<(FileEntry, Month, Stats)>,
    /// The private parts, in the same order.
    pub(crate) persons: Vec<FileEntry>,
}

/// The encoding thread and the queue that feeds it, and the thread beside it that hashes the same rows for the log.
#[derive(Debug)]
pub(crate) struct Encoder {
    queue: SyncSender<MonthBatch>,
    thread: JoinHandle<Result<ClosedParts, ArchiveError>>,
    leaves: LeafHasher,
}

impl Encoder {
    /// Starts the threads for the rows of a commit, which are numbered from `first`. Files are written to the folder `staging` of the
    /// store, under names that `staged` returns.
    pub(crate) fn start(
        store: Arc<dyn Store>,
        staging: String,
        (version, first): (u64, i64),
        integer_ids: bool,
    ) -> Result<Self, ArchiveError> {
        let leaves = LeafHasher::start(first, store.scratch(&staging))?;
        let (queue, batches) = sync_channel(QUEUE);
        let thread = thread("encoder", move || Parts::new(store, staging, version, integer_ids)?.run(&batches))?;
        Ok(Self { queue, thread, leaves })
    }

    /// Hands a batch over, and waits while the queue is full. Returns `false` if the thread has ended; [`Self::finish`] then returns
    /// the reason.
    pub(crate) fn take(&self, batch: MonthBatch) -> bool {
        self.leaves.take(batch.public.clone());
        self.queue.send(batch).is_ok()
    }

    /// Closes all parts and returns them, with the leaves of their rows.
    pub(crate) fn finish(self) -> Result<(ClosedParts, Leaves), ArchiveError> {
        drop(self.queue);
        let (joined, leaves) = (self.thread.join(), self.leaves.finish());
        Ok((joined.unwrap_or_else(|_| Err(stopped()))?, leaves?))
    }
}

/// Returns the name of a part in the staging folder. There are no subfolders, so one flush of the folder makes all names durable.
pub(super) fn staged(path: &str) -> String {
    path.replace('/', "~")
}

/// The open parts, by month, on the side of the encoding thread.
struct Parts {
    store: Arc<dyn Store>,
    staging: String,
    version: u64,
    ordinal: usize,
    integer_ids: bool,
    open: BTreeMap<Month, (Part, Part)>,
    rows: usize,
    compressed: bool,
    finishers: PartFinishers,
}

impl Parts {
    fn new(store: Arc<dyn Store>, staging: String, version: u64, integer_ids: bool) -> Result<Self, ArchiveError> {
        let (open, finishers) = (BTreeMap::new(), PartFinishers::start()?);
        let (ordinal, rows, compressed) = (0, 0, true);
        Ok(Self { store, staging, version, ordinal, integer_ids, open, rows, compressed, finishers })
    }

    fn run(mut self, batches: &Receiver<MonthBatch>) -> Result<ClosedParts, ArchiveError> {
        let (mut few, mut rows, mut bytes) = (Vec::new(), 0, 0);
        for batch in batches {
            rows += batch.public.num_rows();
            bytes += batch.public.get_array_memory_size() + batch.private.get_array_memory_size();
            if rows > FEW_ROWS || bytes > FEW_BYTES {
                few.drain(..).try_for_each(|batch| self.write(batch))?;
                self.write(batch)?;
            } else {
                few.push(batch);
            }
            if self.finishers.one_has_failed() {
                break;
            }
        }
        self.compressed = few.is_empty();
        few.into_iter().try_for_each(|batch| self.write(batch))?;
        self.open.into_values().for_each(|parts| self.finishers.take(parts));
        self.finishers.finish()
    }

    fn write(&mut self, batch: MonthBatch) -> Result<(), ArchiveError> {
        let month = batch.month;
        // Removed here and inserted again below, so that there is no second lookup that could fail and lose the batch.
        let (mut public, mut private) = match self.open.remove(&month) {
            Some(parts) => parts,
            None => (
                self.begin(layout::EVENTS, month, batch.public.schema())?,
                self.begin(layout::PERSONS, month, batch.private.schema())?,
            ),
        };
        self.rows += batch.public.num_rows();
        public.last_at = self.rows;
        public.note(&batch.public, self.integer_ids)?;
        public.write(&batch.public)?;
        private.write(&batch.private)?;
        self.open.insert(month, (public, private));
        let all = self.rows;
        let is_done = |part: &Part| part.rows >= MOST_ROWS || all - part.last_at >= QUIET_ROWS;
        self.open.extract_if(.., |_, (public, _)| is_done(public)).for_each(|(_, parts)| self.finishers.take(parts));
        while self.open.values().map(waiting_bytes).sum::<usize>() > MOST_WAITING_BYTES {
            let Some((public, private)) = self.open.values_mut().max_by_key(|parts| waiting_bytes(parts)) else {
                break;
            };
            public.flush()?;
            private.flush()?;
        }
        Ok(())
    }

    fn begin(&mut self, table: &str, month: Month, schema: SchemaRef) -> Result<Part, ArchiveError> {
        let path = layout::part_path(table, Some(month), self.version, self.ordinal);
        self.ordinal += 1;
        let waiting = format!("{}/{}", self.staging, staged(&path));
        let (file, place) = (self.store.create(&waiting)?, self.store.place(&waiting));
        let writer = writer(Hashing { file, hash: Sha256::new(), length: 0 }, schema, self.compressed);
        let writer = writer.map_err(|e| write_fault(&place, e))?;
        Ok(Part { path, month, place, writer, rows: 0, last_at: 0, seq: None, ids: None, stated: true })
    }
}

/// A public part and its private counterpart, both closed.
struct Closed {
    public: FileEntry,
    month: Month,
    stats: Stats,
    private: FileEntry,
}

impl Closed {
    fn of((public, private): (Part, Part)) -> Result<Self, ArchiveError> {
        let (month, stats) = (public.month, public.stats());
        Ok(Self { public: public.close()?, month, stats, private: private.close()? })
    }
}

/// Threads that close parts, which are assigned to them in turn. They work in parallel, since each waits for the disk.
struct PartFinishers {
    queues: Vec<SyncSender<(Part, Part)>>,
    threads: Vec<JoinHandle<Result<Vec<Closed>, ArchiveError>>>,
    taken: usize,
}

impl PartFinishers {
    fn start() -> Result<Self, ArchiveError> {
        let mut finishers = Self { queues: Vec::new(), threads: Vec::new(), taken: 0 };
        for _ in 0..FINISHERS {
            let (queue, parts) = sync_channel(1);
            finishers.queues.push(queue);
            finishers.threads.push(thread("finisher", move || parts.into_iter().map(Closed::of).collect())?);
        }
        Ok(finishers)
    }

    fn take(&mut self, parts: (Part, Part)) {
        // If the thread has ended, `finish` returns its error.
        drop(self.queues[self.taken % FINISHERS].send(parts));
        self.taken += 1;
    }

    /// Returns whether a part could not be closed. A thread runs as long as its queue is open, so one that has ended has failed.
    fn one_has_failed(&self) -> bool {
        self.threads.iter().any(JoinHandle::is_finished)
    }

    /// Waits for all threads and returns the closed parts in the order in which they were handed over.
    fn finish(self) -> Result<ClosedParts, ArchiveError> {
        drop(self.queues);
        // All threads are joined before an error is returned, so that none still writes when the staging folder is removed.
        let joined: Vec<_> = self.threads.into_iter().map(JoinHandle::join).collect();
        let mut results = Vec::new();
        for result in joined {
            results.push(result.map_err(|_| stopped())??.into_iter());
        }
        let mut all = ClosedParts::default();
        for i in 0..self.taken {
            let closed = results[i % FINISHERS].next().ok_or_else(stopped)?;
            all.events.push((closed.public, closed.month, closed.stats));
            all.persons.push(closed.private);
        }
        Ok(all)
    }
}

fn stopped() -> ArchiveError {
    ArchiveError::Encode("the encoder stopped; this is a defect of tertib".into())
}

/// Returns how many encoded bytes of two parts wait in memory.
fn waiting_bytes((public, private): &(Part, Part)) -> usize {
    public.writer.memory_size() + private.writer.memory_size()
}

/// A part that is being written.
struct Part {
    path: String,
    month: Month,
    /// The location of the staged file as messages show it.
    place: String,
    writer: ArrowWriter<Hashing>,
    rows: usize,
    /// How many rows had been written to all parts together when this one last received some.
    last_at: usize,
    /// The first and the last `seq`.
    seq: Option<(i64, i64)>,
    /// The least and the greatest `event_id`.
    ids: Option<(Value, Value)>,
    /// Whether both are short enough for the log.
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

    /// Updates the statistics that the log will state about the part.
    fn note(&mut self, batch: &RecordBatch, integer_ids: bool) -> Result<(), ArchiveError> {
        let seqs = int64s(batch, "seq")?.values();
        widen(&mut self.seq, seqs.iter().copied());
        if integer_ids {
            let mut ids = self.ids.take().and_then(|(a, b)| Some((a.as_i64()?, b.as_i64()?)));
            widen(&mut ids, int64s(batch, "event_id")?.values().iter().copied());
            self.ids = ids.map(|(a, b)| (json!(a), json!(b)));
        } else {
            let text = |v: Value| if let Value::String(s) = v { Some(s) } else { None };
            let ends = self.ids.take().and_then(|(a, b)| Some((text(a)?, text(b)?)));
            let mut ids = ends.as_ref().map(|(a, b)| (a.as_str(), b.as_str()));
            widen(&mut ids, texts(batch, "event_id")?.iter().flatten());
            self.stated &= ids.is_none_or(|(a, b)| a.len().max(b.len()) <= LONGEST_STATED_KEY);
            self.ids = ids.map(|(a, b)| (json!(a), json!(b)));
        }
        Ok(())
    }

    /// Returns the statistics for the Delta log, by which readers can skip the part.
    fn stats(&self) -> Stats {
        let (least, greatest) = self.ids.clone().filter(|_| self.stated).unzip();
        let (first, last) = self.seq.unzip();
        Stats {
            num_records: self.rows as u64,
            min_values: Ends { seq: first, event_id: least },
            max_values: Ends { seq: last, event_id: greatest },
            null_count: ["seq", "event_id"].map(|name| (name.to_owned(), 0)).into(),
        }
    }

    fn close(mut self) -> Result<FileEntry, ArchiveError> {
        self.writer.finish().map_err(|e| write_fault(&self.place, e))?;
        let sink = self.writer.inner_mut();
        sink.file.finish().map_err(|reason| ArchiveError::Io { act: "flush", path: self.place.clone(), reason })?;
        let sha256 = hex(&sink.hash.clone().finalize());
        Ok(FileEntry { path: self.path, sha256, size_bytes: sink.length, rows: self.rows as u64 })
    }
}

/// Converts an error of the Parquet writer; one that came from the disk becomes the system's own error.
fn write_fault(place: &str, fault: ParquetError) -> ArchiveError {
    match fault {
        ParquetError::External(e) => match e.downcast::<std::io::Error>() {
            Ok(e) => ArchiveError::Io { act: "write", path: place.to_owned(), reason: *e },
            Err(e) => ArchiveError::Encode(e.to_string()),
        },
        other => ArchiveError::Encode(other.to_string()),
    }
}

/// Extends a range so that it contains all values.
fn widen<T: Ord + Copy>(ends: &mut Option<(T, T)>, values: impl Iterator<Item = T>) {
    for value in values {
        *ends = Some(ends.map_or((value, value), |(a, b)| (a.min(value), b.max(value))));
    }
}

/// A file that hashes its bytes as they are written.
struct Hashing {
    file: Box<dyn NewFile>,
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
    use crate::archive::store::Folder;
    use crate::archive::tables::Tables;
    use arrow::array::{
        ArrayRef, BinaryArray, Date32Array, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray,
    };
    use arrow::datatypes::{DataType, Schema};
    use parquet::basic::{Compression, ZstdLevel};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use schemas::ColumnFacts;

    fn schemas() -> (SchemaRef, SchemaRef) {
        let tables = Tables::of(&ColumnFacts::embedded().unwrap(), true, &[]);
        (tables.public_schema, tables.private_schema)
    }

    fn started(folder: &tempfile::TempDir) -> Encoder {
        let store = Folder::at(folder.path());
        store.prepare().unwrap();
        Encoder::start(Arc::new(store), layout::STAGING.to_owned(), (0, 0), true).unwrap()
    }

    fn batch(schema: &SchemaRef, rows: usize) -> RecordBatch {
        let column = |kind: &DataType| -> ArrayRef {
            match kind {
                DataType::Int64 => Arc::new(Int64Array::from(vec![7; rows])),
                DataType::Int32 => Arc::new(Int32Array::from(vec![1; rows])),
                DataType::Date32 => Arc::new(Date32Array::from(vec![1; rows])),
                DataType::Utf8 => Arc::new(StringArray::from(vec!["x"; rows])),
                DataType::Binary => Arc::new(BinaryArray::from(vec![&b"x"[..]; rows])),
                _ => Arc::new(TimestampMicrosecondArray::from(vec![1; rows]).with_timezone("UTC")),
            }
        };
        let columns = Schema::fields(schema).iter().map(|f| column(f.data_type())).collect();
        RecordBatch::try_new(Arc::clone(schema), columns).unwrap()
    }

    #[test]
    fn a_quiet_month_is_closed_and_what_comes_later_goes_into_another_part() {
        let folder = tempfile::TempDir::new().unwrap();
        let encoder = started(&folder);
        let (public, private) = schemas();
        let (quiet, busy): (Month, Month) = ("2026-09".parse().unwrap(), "2026-10".parse().unwrap());
        for (month, rows) in [(quiet, 3), (busy, QUIET_ROWS), (busy, 1), (quiet, 2)] {
            assert!(encoder.take(MonthBatch { month, public: batch(&public, rows), private: batch(&private, rows) }));
        }
        let (closed, _) = encoder.finish().unwrap();
        let rows: Vec<(bool, u64)> =
            closed.events.iter().map(|(entry, ..)| (entry.path.contains("2026-09"), entry.rows)).collect();
        assert_eq!(rows, [(true, 3), (true, 2), (false, QUIET_ROWS as u64 + 1)]);
        assert_eq!(
            closed.persons.iter().map(|entry| entry.rows).collect::<Vec<_>>(),
            rows.iter().map(|(_, rows)| *rows).collect::<Vec<_>>()
        );
    }

    #[test]
    fn only_a_pull_of_few_rows_is_not_compressed() {
        let month = "2026-10".parse().unwrap();
        let (public, private) = schemas();
        for (sizes, compression) in [
            (vec![FEW_ROWS], Compression::UNCOMPRESSED),
            (vec![1, FEW_ROWS - 1], Compression::UNCOMPRESSED),
            (vec![FEW_ROWS, 1], Compression::ZSTD(ZstdLevel::try_new(1).unwrap())),
        ] {
            let folder = tempfile::TempDir::new().unwrap();
            let encoder = started(&folder);
            for rows in &sizes {
                let batch = MonthBatch { month, public: batch(&public, *rows), private: batch(&private, *rows) };
                assert!(encoder.take(batch));
            }
            let (closed, _) = encoder.finish().unwrap();
            let [(entry, ..)] = closed.events.as_slice() else { unreachable!("one month, one part") };
            assert_eq!(entry.rows, sizes.iter().sum::<usize>() as u64);
            let file = std::fs::File::open(folder.path().join(layout::STAGING).join(staged(&entry.path))).unwrap();
            let reader = SerializedFileReader::new(file).unwrap();
            let columns = reader.metadata().row_group(0).columns();
            assert!(columns.iter().all(|column| column.compression() == compression), "{sizes:?}");
        }
    }
}
