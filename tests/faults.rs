//! Disturbs one system call of a program after the other.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs a test for the calls of each kind until the run is no longer disturbed, two kinds at a time. Returns how many were.
pub fn at_calls<K: Sync, N: Iterator<Item = usize>>(
    kinds: &[K],
    calls: impl Fn(&K) -> N + Sync,
    disturbed: impl Fn(&K, usize) -> bool + Sync,
) -> usize {
    let (next, points) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(kind) = kinds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let disturbed = calls(kind).take_while(|n| disturbed(kind, *n)).count();
                    points.fetch_add(disturbed, Ordering::Relaxed);
                }
            });
        }
    });
    points.into_inner()
}
