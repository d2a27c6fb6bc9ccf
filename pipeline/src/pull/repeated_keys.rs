//! Keys that a source gives more than once in one reading, found with bounded memory.
//!
//! Each key leaves 64 bits behind. They are sorted a million at a time; full runs go to an unnamed file, and all runs are
//! merged at the end. Equal bits may be different keys by chance, so what is found is only watched for, exactly, in a
//! second reading of the same snapshot.

use ahash::RandomState;
use schemas::EventId;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::collections::binary_heap::{BinaryHeap, PeekMut};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Keys of one run: eight megabytes.
const RUN: usize = 1 << 20;
/// More doubled keys than this are no single faults.
pub(crate) const MOST: usize = 100_000;

/// What keys left behind.
#[derive(Debug)]
pub(crate) struct RepeatedKeys {
    folder: PathBuf,
    run: Vec<u64>,
    full_runs: Vec<File>,
}

/// The bits that a key leaves behind: an integer its own. The keys of one source are all of one kind.
pub(crate) fn mark(id: EventId<'_>) -> u64 {
    match id {
        EventId::Integer(n) => n.cast_unsigned(),
        EventId::Text(text) => RandomState::with_seeds(1, 2, 3, 4).hash_one(text),
    }
}

impl RepeatedKeys {
    /// Runs go to unnamed files in the folder.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), run: Vec::new(), full_runs: Vec::new() }
    }

    /// Takes the next mark.
    pub(crate) fn push(&mut self, mark: u64) -> io::Result<()> {
        self.run.push(mark);
        if self.run.len() == RUN {
            let mut file = BufWriter::new(tempfile::tempfile_in(&self.folder)?);
            self.run.sort_unstable();
            for mark in self.run.drain(..) {
                file.write_all(&mark.to_le_bytes())?;
            }
            self.full_runs.push(file.into_inner().map_err(io::IntoInnerError::into_error)?);
        }
        Ok(())
    }

    /// The marks that came more than once, at most one more than [`MOST`].
    pub(crate) fn finish(mut self) -> io::Result<BTreeSet<u64>> {
        self.run.sort_unstable();
        let mut runs: Vec<Box<dyn Iterator<Item = io::Result<u64>>>> =
            vec![Box::new(std::mem::take(&mut self.run).into_iter().map(Ok))];
        for mut file in self.full_runs {
            file.seek(SeekFrom::Start(0))?;
            let mut reader = BufReader::new(file);
            let mut bytes = [0; 8];
            runs.push(Box::new((0..RUN).map(move |_| {
                reader.read_exact(&mut bytes)?;
                Ok(u64::from_le_bytes(bytes))
            })));
        }
        let mut heads = BinaryHeap::new();
        for (i, run) in runs.iter_mut().enumerate() {
            if let Some(mark) = run.next() {
                heads.push(Reverse((mark?, i)));
            }
        }
        let (mut last, mut doubled) = (None, BTreeSet::new());
        // Keys come nearly in their order, so the run whose turn it is mostly keeps it.
        while let Some(mut head) = heads.peek_mut() {
            let Reverse((mark, i)) = *head;
            if last == Some(mark) && doubled.len() <= MOST {
                doubled.insert(mark);
            }
            last = Some(mark);
            match runs[i].next() {
                Some(next) => *head = Reverse((next?, i)),
                None => drop(PeekMut::pop(head)),
            }
        }
        Ok(doubled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_doubled_across_runs_and_within_one() {
        let folder = tempfile::TempDir::new().unwrap();
        let mut doubles = RepeatedKeys::new(folder.path());
        let count = i64::try_from(2 * RUN).unwrap() + 5;
        let doubled = [3, 4, count - 1];
        for n in (0..count).chain(doubled) {
            doubles.push(mark(EventId::Integer(n))).unwrap();
        }
        assert_eq!(doubles.full_runs.len(), 2);
        assert_eq!(doubles.finish().unwrap(), doubled.map(|n| mark(EventId::Integer(n))).into());
        assert!(RepeatedKeys::new(folder.path()).finish().unwrap().is_empty());
    }
}
