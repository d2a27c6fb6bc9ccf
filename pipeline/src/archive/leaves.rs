//! Hashes the rows of a commit for the log while they are encoded, so that they need not be read again for it.
//!
//! Reads   the public rows, as they go to the encoder
//! Gives   [`Leaves`], one hash of each row, in the order of `seq`
//! Rule    hashing runs in its own thread. Up to [`IN_MEMORY`] leaves wait in memory, more in a file without a name
//!
//! What is lost with a crash is made again from the parts (`archive/tree`).

use super::record::RowRecords;
use super::threads::thread;
use super::{ArchiveError, columns};
use crate::transparency::Hash;
use arrow::array::RecordBatch;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// How many batches may wait.
const QUEUE: usize = 4;
/// How many leaves wait in memory.
const IN_MEMORY: usize = 65_536;
const LEAF_BYTES: u64 = 32;

/// The hashing thread and the queue that feeds it.
#[derive(Debug)]
pub(super) struct LeafHasher {
    queue: SyncSender<RecordBatch>,
    thread: JoinHandle<Result<Leaves, ArchiveError>>,
}

impl LeafHasher {
    /// Starts the thread for rows that are numbered from `first`. Its file is in the folder `scratch`.
    pub(super) fn start(first: i64, scratch: PathBuf) -> Result<Self, ArchiveError> {
        let (queue, batches) = sync_channel(QUEUE);
        let leaves = Leaves { first, rows: 0, spilled: None, waiting: Vec::new() };
        let thread = thread("leaves", move || leaves.gathered(&batches, &scratch))?;
        Ok(Self { queue, thread })
    }

    /// Hands public rows over, and waits while the queue is full. If the thread has ended, [`Self::finish`] returns the reason.
    pub(super) fn take(&self, public: RecordBatch) {
        drop(self.queue.send(public));
    }

    /// Waits for all leaves.
    pub(super) fn finish(self) -> Result<Leaves, ArchiveError> {
        drop(self.queue);
        self.thread.join().unwrap_or_else(|_| Err(stopped()))
    }
}

/// The leaves of the rows of one commit.
#[derive(Debug)]
pub(crate) struct Leaves {
    /// The number of the first row.
    first: i64,
    rows: u64,
    /// The leaf of each row at its place, but for those that wait.
    spilled: Option<File>,
    waiting: Vec<(i64, Hash)>,
}

impl Leaves {
    /// Returns whether these are the leaves of exactly the rows with these numbers, as far as can be counted.
    pub(super) fn are_of(&self, rows: &Range<i64>) -> bool {
        self.first == rows.start && i64::try_from(self.rows).is_ok_and(|n| self.first.checked_add(n) == Some(rows.end))
    }

    fn gathered(mut self, batches: &Receiver<RecordBatch>, scratch: &std::path::Path) -> Result<Self, ArchiveError> {
        let fault = |reason| ArchiveError::Io { act: "write", path: scratch.display().to_string(), reason };
        for batch in batches {
            let seqs = columns::int64s(&batch, "seq")?.values();
            let leaves = RowRecords::of(&batch)?.leaves(0..batch.num_rows());
            self.rows += leaves.len() as u64;
            self.waiting.extend(seqs.iter().copied().zip(leaves));
            if self.waiting.len() >= IN_MEMORY {
                self.spill(scratch).map_err(fault)?;
            }
        }
        if self.spilled.is_some() {
            self.spill(scratch).map_err(fault)?;
        }
        self.waiting.sort_unstable_by_key(|(seq, _)| *seq);
        Ok(self)
    }

    /// Writes what waits to the places of its numbers. The rows of a commit come almost in order, so these are long runs.
    fn spill(&mut self, scratch: &std::path::Path) -> std::io::Result<()> {
        let file = match &mut self.spilled {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(scratch)?),
        };
        self.waiting.sort_unstable_by_key(|(seq, _)| *seq);
        let mut bytes = Vec::new();
        for run in self.waiting.chunk_by(|(before, _), (seq, _)| before.checked_add(1) == Some(*seq)) {
            let place = run.first().and_then(|(seq, _)| u64::try_from(seq.checked_sub(self.first)?).ok());
            let place = place.ok_or_else(|| std::io::Error::other("a row has a number of an earlier commit"))?;
            bytes.clear();
            run.iter().for_each(|(_, leaf)| bytes.extend_from_slice(leaf));
            file.seek(SeekFrom::Start(place * LEAF_BYTES))?;
            file.write_all(&bytes)?;
        }
        self.waiting.clear();
        Ok(())
    }

    /// Gives the leaves in the order of their rows.
    ///
    /// # Errors
    /// [`ArchiveError::Io`] when they cannot be read again, [`ArchiveError::Encode`] when a row has none, and what `take` returns.
    pub(super) fn each(self, mut take: impl FnMut(&Hash) -> Result<(), ArchiveError>) -> Result<(), ArchiveError> {
        let Some(mut file) = self.spilled else {
            let mut numbers = self.first..;
            return self
                .waiting
                .iter()
                .try_for_each(|(seq, leaf)| if numbers.next() == Some(*seq) { take(leaf) } else { Err(unnumbered()) });
        };
        let fault = |reason| ArchiveError::Io { act: "read", path: "the leaves of the newest rows".to_owned(), reason };
        file.rewind().map_err(fault)?;
        let (mut file, mut leaf) = (BufReader::with_capacity(1 << 16, file), Hash::default());
        for _ in 0..self.rows {
            file.read_exact(&mut leaf).map_err(fault)?;
            // A place that nobody wrote to.
            if leaf == Hash::default() {
                return Err(unnumbered());
            }
            take(&leaf)?;
        }
        Ok(())
    }
}

fn stopped() -> ArchiveError {
    ArchiveError::Encode("the thread for its log stopped; this is a defect of tertib".into())
}

fn unnumbered() -> ArchiveError {
    ArchiveError::Encode("its rows are not those that were numbered; this is a defect of tertib".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, Int64Array};
    use std::sync::Arc;

    fn rows(seqs: impl IntoIterator<Item = i64>) -> RecordBatch {
        let seqs: ArrayRef = Arc::new(Int64Array::from_iter_values(seqs));
        RecordBatch::try_from_iter([("seq", seqs)]).unwrap()
    }

    fn leaves_of(batches: impl IntoIterator<Item = RecordBatch>, folder: &tempfile::TempDir) -> Leaves {
        let hasher = LeafHasher::start(7, folder.path().to_owned()).unwrap();
        batches.into_iter().for_each(|batch| hasher.take(batch));
        hasher.finish().unwrap()
    }

    /// So many as fill the memory.
    const MANY: i64 = 65_536;

    #[test]
    fn rows_of_months_that_come_in_turn_give_leaves_in_the_order_of_their_numbers() {
        const STEP: i64 = 1_000;
        assert_eq!(usize::try_from(MANY).unwrap(), IN_MEMORY);
        let folder = tempfile::TempDir::new().unwrap();
        // In memory, in a file, and in a file with a rest.
        for n in [10, 2 * MANY, 5 * MANY / 2] {
            let batches = (0..=n / STEP).flat_map(|lot| {
                let begin = 7 + lot * STEP;
                let of = |odd: i64| rows((begin..(begin + STEP).min(7 + n)).filter(move |seq| seq & 1 == odd));
                [of(1), of(0)]
            });
            let leaves = leaves_of(batches, &folder);
            assert!(leaves.are_of(&(7..7 + n)) && !leaves.are_of(&(7..6 + n)) && !leaves.are_of(&(8..8 + n)));
            assert_eq!(leaves.spilled.is_some(), n > 10);
            let (mut given, expected) = (Vec::new(), rows(7..7 + n));
            let take = |leaf: &Hash| {
                given.push(*leaf);
                Ok(())
            };
            leaves.each(take).unwrap();
            assert!(given == RowRecords::of(&expected).unwrap().leaves(0..expected.num_rows()), "{n}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "its file has no name");
    }

    #[test]
    fn a_number_that_is_missing_or_comes_twice_is_found() {
        let folder = tempfile::TempDir::new().unwrap();
        let gap = (7..7 + MANY).chain([8 + MANY]).collect();
        let twice = [7].into_iter().chain(7..6 + MANY).collect();
        for seqs in [vec![7, 9], vec![7, 7], gap, twice] {
            let leaves = leaves_of([rows(seqs)], &folder);
            assert!(matches!(leaves.each(|_| Ok(())), Err(ArchiveError::Encode(_) | ArchiveError::Io { .. })));
        }
    }
}
