//! The rows of the public table as they are stored, read batch by batch.
//!
//! Reads   of the parts that a condition may be true for, the columns that are used
//! Gives   batches of rows in the order of the log; computed columns (`*_s`, `*_w`, `version`) are made when they are first needed
//! Rule    a part is left out only if the log says that the condition is true for none of its rows
//!
//! Invariant: parts are read and decoded by other threads, at most two batches of each ahead, so that memory does not grow with
//! the archive.

use super::bounds::Bounds;
use super::datum::{Datum, Kind};
use super::dictionaries::with_dictionaries;
use super::frame::{Columns, Frame};
use super::node::{Node, Row};
use super::relations::Column;
use super::vector::{Reader, Vector, Whole};
use super::{QueryError, refused};
use crate::archive::columns::int64s;
use crate::archive::commit_log::EventFile;
use crate::archive::{Archive, ArchiveError};
use arrow::array::RecordBatch;
use schemas::{Month, WorkingClock};
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

/// How many rows a batch has.
const BATCH: usize = 32_768;
/// How many rows of which nothing is read a batch has.
const COUNTED: usize = 1 << 20;
/// How many batches of a part may wait.
const AHEAD: usize = 2;
/// The most threads that read parts.
const MOST_READERS: usize = 4;

/// Where the values of a column come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The column of this name of the parts.
    Part(&'static str),
    /// The office's month of `selesai`.
    Month,
    /// The seconds since 1970 of an instant.
    Seconds(&'static str),
    /// The working seconds up to an instant.
    Working(&'static str),
    /// The working days up to and including that of an instant.
    WorkingDays(&'static str),
    /// The commit that brought the row.
    Version,
    /// When that commit was written.
    ArrivedAt,
}

impl Origin {
    /// The column of the parts that it is made of.
    fn part(&self) -> Option<&'static str> {
        match self {
            Self::Part(name) | Self::Seconds(name) | Self::Working(name) | Self::WorkingDays(name) => Some(name),
            Self::Version | Self::ArrivedAt => Some("seq"),
            Self::Month => None,
        }
    }
}

/// The public table, of which a question may read some rows and columns.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) archive: Rc<Archive>,
    clock: Rc<WorkingClock>,
    pub(super) columns: Vec<Origin>,
    /// Whether rows that a correction replaces are left out.
    current: bool,
    /// Whether nothing is read, since the question is only examined.
    examined: bool,
    replaced: OnceCell<Rc<Vec<i64>>>,
    /// The months of the parts that were read.
    read: Rc<RefCell<BTreeSet<Month>>>,
}

impl Scan {
    pub(super) fn new(
        archive: &Rc<Archive>,
        clock: &Rc<WorkingClock>,
        columns: Vec<Origin>,
        (current, examined): (bool, bool),
        read: &Rc<RefCell<BTreeSet<Month>>>,
    ) -> Self {
        let (archive, clock, read) = (Rc::clone(archive), Rc::clone(clock), Rc::clone(read));
        Self { archive, clock, columns, current, examined, replaced: OnceCell::new(), read }
    }

    /// Gives the rows batch by batch, with those columns that are used. A row for which the condition is not true may be left out.
    pub(super) fn each(
        &self,
        used: &[usize],
        condition: Option<&Node>,
        take: &mut dyn FnMut(&Frame<'_>) -> Result<ControlFlow<()>, QueryError>,
    ) -> Result<(), QueryError> {
        let bounds = Bounds::of(condition, self);
        let files: Vec<&EventFile> = self.archive.keyed_files().filter(|file| bounds.may_hold(file)).collect();
        self.read.borrow_mut().extend(files.iter().map(|file| file.month));
        if self.examined {
            return Ok(());
        }
        let replaced = self.replaced()?;
        let mut names: Vec<&'static str> = Vec::new();
        for name in used.iter().filter_map(|place| self.columns[*place].part()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if used.is_empty() {
            let rows = files.iter().map(|file| file.entry.rows).sum::<u64>();
            if replaced.is_empty() || bounds.is_empty() {
                let rows = usize::try_from(rows).unwrap_or(usize::MAX) - replaced.len();
                return counted(self, rows, None, take).map(|_| ());
            }
        }
        if !replaced.is_empty() && !names.contains(&"seq") {
            names.push("seq");
        }
        if names.is_empty() {
            for file in files {
                let rows = usize::try_from(file.entry.rows).unwrap_or(usize::MAX);
                if counted(self, rows, Some(file.month), take)?.is_break() {
                    break;
                }
            }
            return Ok(());
        }
        let mut reader = Reader::default();
        decoded(&self.archive, &files, &names, &bounds, &mut |file, batch| {
            let batch =
                Batch { scan: self, month: Some(file.month), batch: Some(batch), reader: RefCell::new(&mut reader) };
            let rows = batch.batch.map_or(0, RecordBatch::num_rows);
            let frame = Frame::new(rows, self.columns.len(), &batch);
            match self.remaining(&batch, &replaced)? {
                Some(rows) => take(&frame.select(rows)),
                None => take(&frame),
            }
        })
    }

    /// Returns all rows for which a condition is true, with the columns that are used; the others are NULL.
    pub(super) fn rows(
        &self,
        used: &[usize],
        condition: Option<&Node>,
        kept: &mut dyn FnMut(usize) -> Result<(), QueryError>,
    ) -> Result<Vec<Row>, QueryError> {
        let mut rows: Vec<Row> = Vec::new();
        let mut all = used.to_vec();
        if let Some(condition) = condition {
            condition.columns(&mut all);
        }
        self.each(&all, condition, &mut |frame| {
            let filtered = condition.map(|condition| frame.filtered(condition)).transpose()?;
            let frame = filtered.as_ref().unwrap_or(frame);
            kept(frame.rows)?;
            if frame.rows == 0 {
                return Ok(ControlFlow::Continue(()));
            }
            let columns = used.iter().map(|place| frame.value(&Node::Column(*place))).collect::<Result<Vec<_>, _>>()?;
            let mut row = vec![Datum::Null; self.columns.len()];
            for at in 0..frame.rows {
                for (place, column) in used.iter().zip(&columns) {
                    row[*place] = column.at(at);
                }
                rows.push(row.as_slice().into());
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    /// Returns the rows of a batch that no correction replaces, if some are replaced.
    fn remaining(&self, batch: &Batch<'_, '_>, replaced: &[i64]) -> Result<Option<Vec<u32>>, QueryError> {
        let Some(rows) = batch.batch.filter(|_| !replaced.is_empty()) else { return Ok(None) };
        let seqs = int64s(rows, "seq")?.values();
        let (Some(least), Some(most)) = (seqs.iter().min(), seqs.iter().max()) else { return Ok(None) };
        let near = &replaced[replaced.partition_point(|seq| seq < least)..replaced.partition_point(|seq| seq <= most)];
        if near.is_empty() {
            return Ok(None);
        }
        let is_current = |seq: &i64| near.binary_search(seq).is_err();
        let rows = (0_u32..).zip(seqs).filter(|(_, seq)| is_current(seq)).map(|(row, _)| row);
        Ok(Some(rows.collect()))
    }

    /// Returns the numbers of the rows that a correction replaces, sorted; none where they are not left out.
    fn replaced(&self) -> Result<Rc<Vec<i64>>, QueryError> {
        if let Some(known) = self.replaced.get() {
            return Ok(Rc::clone(known));
        }
        let found = Rc::new(if self.current { replaced(&self.archive)? } else { Vec::new() });
        Ok(Rc::clone(self.replaced.get_or_init(|| found)))
    }

    /// Returns the commit that brought a row, as its place in the log.
    fn commit_of(&self, seq: i64) -> usize {
        self.archive.commits().partition_point(|commit| commit.note.next_seq <= seq)
    }
}

/// Returns the numbers of the rows that a correction replaces, sorted.
pub(super) fn replaced(archive: &Archive) -> Result<Vec<i64>, ArchiveError> {
    let wanted = archive.corrections();
    let read = |all: bool| {
        let mut found = Vec::new();
        let commits = archive.commits().iter().filter(|commit| all || commit.note.corrections > 0);
        for file in commits.flat_map(|commit| &commit.events) {
            for batch in archive.coded(&file.entry, &["correction_of"], &[], BATCH)? {
                found.extend(int64s(&batch?, "correction_of")?.iter().flatten());
            }
        }
        Ok::<_, ArchiveError>(found)
    };
    if wanted == 0 {
        return Ok(Vec::new());
    }
    // Corrections stand in the parts of the commits that count them, unless parts were put together since.
    let mut found = read(false)?;
    if found.len() as u64 != wanted {
        found = read(true)?;
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Gives rows of which only the month is known.
fn counted(
    scan: &Scan,
    rows: usize,
    month: Option<Month>,
    take: &mut dyn FnMut(&Frame<'_>) -> Result<ControlFlow<()>, QueryError>,
) -> Result<ControlFlow<()>, QueryError> {
    let mut reader = Reader::default();
    let batch = Batch { scan, month, batch: None, reader: RefCell::new(&mut reader) };
    let mut left = rows;
    while left > 0 {
        let rows = left.min(COUNTED);
        if take(&Frame::new(rows, scan.columns.len(), &batch))?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        left -= rows;
    }
    Ok(ControlFlow::Continue(()))
}

/// A batch of a part.
struct Batch<'a, 'r> {
    scan: &'a Scan,
    month: Option<Month>,
    batch: Option<&'a RecordBatch>,
    reader: RefCell<&'r mut Reader>,
}

impl Columns for Batch<'_, '_> {
    fn column(&self, place: usize, rows: Option<&[u32]>) -> Result<Vector, QueryError> {
        let origin = &self.scan.columns[place];
        let Some(name) = origin.part() else {
            let month = self.month.map_or(Datum::Null, |month| Datum::Text(month.to_string().into()));
            return Ok(Vector::Same(month));
        };
        let array = self.batch.and_then(|batch| batch.column_by_name(name));
        let stored = array.and_then(|array| self.reader.borrow_mut().vector(place, array, rows));
        let stored = stored.ok_or_else(|| crate::archive::columns::missing(name))?;
        let seconds = |us: i64| us.div_euclid(1_000_000);
        let clock = &self.scan.clock;
        let mut outside = None;
        let mut covered =
            |found: Result<i64, schemas::CalendarError>| found.map_err(|fault| outside = Some(fault)).ok();
        let commits = self.scan.archive.commits();
        let found = match origin {
            Origin::Part(_) | Origin::Month => stored,
            Origin::Seconds(_) => stored.derived(&mut |us| Some(seconds(us))),
            Origin::Working(_) => stored.derived(&mut |us| covered(clock.working_s(seconds(us)))),
            Origin::WorkingDays(_) => stored.derived(&mut |us| covered(clock.working_days(seconds(us)))),
            Origin::Version => stored.derived(&mut |seq| {
                commits.get(self.scan.commit_of(seq)).and_then(|commit| i64::try_from(commit.version).ok())
            }),
            Origin::ArrivedAt => stored
                .derived(&mut |seq| commits.get(self.scan.commit_of(seq)).map(|commit| commit.at_ms * 1_000))
                .standing_for(Whole::Instant),
        };
        match outside {
            Some(fault) => Err(refused(
                format!("a working time is asked for that the calendar does not know: {fault}"),
                "leave these rows out with WHERE, or ask for the times that end in _s",
            )),
            None => Ok(found),
        }
    }
}

/// Gives equal texts of a batch one code.
fn coded(file: &EventFile, batch: Result<RecordBatch, ArchiveError>) -> Result<RecordBatch, ArchiveError> {
    with_dictionaries(&batch?)
        .map_err(|reason| ArchiveError::Decode { path: file.entry.path.clone(), reason: reason.to_string() })
}

/// Who is given each batch with its part, and says whether another is wanted.
type TakeBatch<'a> = &'a mut dyn FnMut(&EventFile, &RecordBatch) -> Result<ControlFlow<()>, QueryError>;

/// Reads parts in threads of their own, and gives their batches in the order of the parts.
fn decoded(
    archive: &Archive,
    files: &[&EventFile],
    names: &[&'static str],
    bounds: &Bounds,
    take: TakeBatch<'_>,
) -> Result<(), QueryError> {
    type Read = Result<RecordBatch, ArchiveError>;
    type Sender = Mutex<Option<SyncSender<Read>>>;
    let (senders, receivers): (Vec<Sender>, Vec<Receiver<Read>>) = files
        .iter()
        .map(|_| {
            let (sender, receiver) = sync_channel(AHEAD);
            (Mutex::new(Some(sender)), receiver)
        })
        .unzip();
    let (next, ended) = (AtomicUsize::new(0), AtomicBool::new(false));
    let sought = bounds.sought();
    let work = || {
        while !ended.load(Ordering::Relaxed) {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(place) else { break };
            let Some(sender) = senders[place].lock().unwrap_or_else(PoisonError::into_inner).take() else { break };
            match archive.coded(&file.entry, names, sought, BATCH) {
                Ok(mut batches) => drop(batches.try_for_each(|batch| sender.send(coded(file, batch)))),
                Err(fault) => drop(sender.send(Err(fault))),
            }
        }
    };
    let readers = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_READERS).min(files.len());
    std::thread::scope(|scope| {
        for _ in 0..readers {
            scope.spawn(work);
        }
        let taken = || {
            for (file, receiver) in files.iter().zip(receivers) {
                for batch in receiver {
                    if take(file, &batch?)?.is_break() {
                        return Ok(());
                    }
                }
            }
            Ok(())
        };
        let done = taken();
        ended.store(true, Ordering::Relaxed);
        done
    })
}

/// The columns of the view `events`, or with `all` of `events_all`.
pub(super) fn columns(archive: &Archive, all: bool) -> Result<Vec<(Column, Origin)>, QueryError> {
    let schema = archive.public_schema()?;
    let mut columns = Vec::new();
    let mut add = |name: String, kind: Kind, origin: Origin| columns.push((Column { table: None, name, kind }, origin));
    let known = |name: &str| schemas::Column::named(name).map_or_else(|| computed(name), |column| Some(column.name()));
    let mut instants = Vec::new();
    for field in schema.fields() {
        use arrow::datatypes::DataType;
        let Some(name) = known(field.name()) else { continue };
        let kind = match field.data_type() {
            DataType::Int64 | DataType::Int32 => Kind::Integer,
            DataType::Timestamp(..) => Kind::Instant,
            _ => Kind::Text,
        };
        if kind == Kind::Instant {
            instants.push(name);
        }
        add(name.to_owned(), kind, Origin::Part(name));
    }
    add("bulan".to_owned(), Kind::Text, Origin::Month);
    for name in instants.iter().copied() {
        add(format!("{name}_s"), Kind::Integer, Origin::Seconds(name));
    }
    for name in instants.iter().copied().filter(|name| *name != schemas::Column::RecordedAt.name()) {
        add(format!("{name}_w"), Kind::Integer, Origin::Working(name));
        add(format!("{name}_d"), Kind::Integer, Origin::WorkingDays(name));
    }
    if all {
        add("version".to_owned(), Kind::Integer, Origin::Version);
        add("arrived_at".to_owned(), Kind::Instant, Origin::ArrivedAt);
    }
    Ok(columns)
}

/// The columns that the archive computes.
fn computed(name: &str) -> Option<&'static str> {
    ["seq", "nik_pseudonym", "pii_commitment", "correction_of"].into_iter().find(|known| *known == name)
}
