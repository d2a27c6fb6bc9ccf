//! Disturbs one system call of a program after the other.

use crate::tertib;
use crate::tools::Tool;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The program, with a fault at one of its calls that touch some paths (`write:error=EIO:when=3`). Its arguments follow.
#[must_use]
pub fn faulted(fault: &str, paths: impl IntoIterator<Item = PathBuf>) -> Command {
    let mut strace = Tool::Strace.command();
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("inject={fault}")]);
    for path in paths {
        strace.arg("-P").arg(path);
    }
    strace.arg(tertib().get_program()).stdin(Stdio::null());
    strace
}

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
