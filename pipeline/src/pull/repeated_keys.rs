//! Finds the keys that a source gives more than once in one reading, with bounded memory.
//!
//! Each key leaves a fingerprint of 64 bits. Fingerprints are sorted a million at a time; each full run goes to an unnamed
//! file, and all runs are merged at the end. Different keys may have the same fingerprint by chance, so a repeated one is
//! only a suspicion: a second reading of the same snapshot compares those keys exactly.

use ahash::RandomState;
use schemas::EventId;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::collections::binary_heap::{BinaryHeap, PeekMut};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Fingerprints in one run: eight megabytes.
const RUN: usize = 1 << 20;
/// The most repeated keys that are treated as single faults. With more, the view is wrong.
pub(crate) const MOST: usize = 100_000;

/// The fingerprints of the keys read so far.
#[derive(Debug)]
pub(crate) struct RepeatedKeys {
    folder: PathBuf,
    run: Vec<u64>,
    full_runs: Vec<File>,
}

/// Returns the fingerprint of a key: its own bits if it is an integer, and otherwise a hash. All keys of a source are of
/// one type.
pub(crate) fn key_fingerprint(id: EventId<'_>) -> u64 {
    match id {
        EventId::Integer(n) => n.cast_unsigned(),
        EventId::Text(text) => RandomState::with_seeds(1, 2, 3, 4).hash_one(text),
    }
}

impl RepeatedKeys {
    /// Starts without keys. Full runs go to unnamed files in the folder.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), run: Vec::new(), full_runs: Vec::new() }
    }

    /// Adds the next fingerprint.
    pub(crate) fn push(&mut self, fingerprint: u64) -> io::Result<()> {
        self.run.push(fingerprint);
        if self.run.len() == RUN {
            let mut file = BufWriter::new(tempfile::tempfile_in(&self.folder)?);
            self.run.sort_unstable();
            for fingerprint in self.run.drain(..) {
                file.write_all(&fingerprint.to_le_bytes())?;
            }
            self.full_runs.push(file.into_inner().map_err(io::IntoInnerError::into_error)?);
        }
        Ok(())
    }

    /// Returns the fingerprints that came more than once, at most one more than [`MOST`].
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
            if let Some(fingerprint) = run.next() {
                heads.push(Reverse((fingerprint?, i)));
            }
        }
        let (mut last, mut repeated) = (None, BTreeSet::new());
        // Keys come nearly in order, so the next fingerprint is usually of the same run: replacing the head is cheaper than
        // removing it and adding another.
        while let Some(mut head) = heads.peek_mut() {
            let Reverse((fingerprint, i)) = *head;
            if last == Some(fingerprint) && repeated.len() <= MOST {
                repeated.insert(fingerprint);
            }
            last = Some(fingerprint);
            match runs[i].next() {
                Some(next) => *head = Reverse((next?, i)),
                None => drop(PeekMut::pop(head)),
            }
        }
        Ok(repeated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_key_is_found_across_runs_and_within_one() {
        let folder = tempfile::TempDir::new().unwrap();
        let mut keys = RepeatedKeys::new(folder.path());
        let count = i64::try_from(2 * RUN).unwrap() + 5;
        let repeated = [3, 4, count - 1];
        for n in (0..count).chain(repeated) {
            keys.push(key_fingerprint(EventId::Integer(n))).unwrap();
        }
        assert_eq!(keys.full_runs.len(), 2);
        assert_eq!(keys.finish().unwrap(), repeated.map(|n| key_fingerprint(EventId::Integer(n))).into());
        assert!(RepeatedKeys::new(folder.path()).finish().unwrap().is_empty());
    }
}
