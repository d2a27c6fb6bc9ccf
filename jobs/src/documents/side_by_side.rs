//! Pieces of work side by side on the cores of the machine; their results come in the order of the pieces.

use anyhow::{Result, anyhow};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// However many cores there are: each piece that is worked on may hold 100 MB.
const MOST_THREADS: usize = 8;

/// Works on every piece. A thread that is done with one takes the next, so that none waits for the slowest of a group.
///
/// # Errors
/// That of the first piece, in their order, that failed; what was not begun by then is left. A piece that ends in a defect of
/// the program is named.
pub(super) fn side_by_side<P: Sync, T: Send>(
    pieces: &[P],
    name: impl Fn(&P) -> String + Sync,
    work: impl Fn(&P) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let (next, has_failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let worker = || {
        let mut done = Vec::new();
        while !has_failed.load(Ordering::Relaxed) {
            let n = next.fetch_add(1, Ordering::Relaxed);
            let Some(piece) = pieces.get(n) else { break };
            let result = catch_unwind(AssertUnwindSafe(|| work(piece)))
                .unwrap_or_else(|_| Err(anyhow!("{} could not be set; this is a defect of tertib", name(piece))));
            has_failed.fetch_or(result.is_err(), Ordering::Relaxed);
            done.push((n, result));
        }
        done
    };
    let mut results: Vec<(usize, Result<T>)> = std::thread::scope(|scope| {
        let threads = (1..cores.min(MOST_THREADS).min(pieces.len())).map(|_| scope.spawn(worker));
        let threads: Vec<_> = threads.collect();
        // This thread works too: what it has freed so far, the allocator gives to no other.
        let mut done = worker();
        for thread in threads {
            done.extend(thread.join().unwrap_or_else(|defect| resume_unwind(defect)));
        }
        done
    });
    results.sort_by_key(|(n, _)| *n);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::sync::Mutex;
    use std::time::Duration;

    fn named(piece: &u64) -> String {
        format!("buku_{piece}")
    }

    #[test]
    fn results_come_in_the_order_of_the_pieces_and_none_waits_for_the_slowest() {
        let pieces: Vec<u64> = (0..40).rev().collect();
        let threads = Mutex::new(BTreeSet::new());
        let results = side_by_side(&pieces, named, |piece| {
            threads.lock().unwrap().insert(format!("{:?}", std::thread::current().id()));
            std::thread::sleep(Duration::from_millis(*piece));
            Ok(*piece)
        });
        assert_eq!(results.unwrap(), pieces);
        let cores = std::thread::available_parallelism().unwrap().get();
        assert_eq!(threads.into_inner().unwrap().len(), cores.min(MOST_THREADS));
    }

    #[test]
    fn a_piece_that_ends_in_a_defect_is_named_and_the_first_failure_is_told() {
        let pieces: Vec<u64> = (0..40).collect();
        let fault = side_by_side(&pieces, named, |piece| match piece {
            7 => std::panic::panic_any("a defect"),
            9 => Err(anyhow!("later")),
            piece => Ok(*piece),
        });
        assert_eq!(fault.unwrap_err().to_string(), "buku_7 could not be set; this is a defect of tertib");
        assert!(side_by_side(&[] as &[u64], named, |piece| Ok(*piece)).unwrap().is_empty());
    }
}
