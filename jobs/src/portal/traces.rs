//! The traces that visitors asked for, under addresses that say nothing of them.
//!
//! Rule    a trace is its asker's, and kept for a while as it was noted; each of its files is made anew, and noted itself

use super::said::Said;
use super::work::Tracing;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// For how long an address leads to its trace.
const LONGEST_KEPT: Duration = Duration::from_secs(30 * 60);
/// So many are kept.
const MOST: usize = 200;

/// A trace that was noted.
#[derive(Clone, Debug)]
pub(super) struct Traced {
    pub(super) account: String,
    pub(super) tracing: Tracing,
    /// What its page says: what was noted.
    pub(super) said: Arc<Said>,
    /// The number of its entry in the log of those who looked; none for who has a copy.
    pub(super) entry: Option<u64>,
}

/// All of them, the newest last.
#[derive(Debug, Default)]
pub(super) struct Traces(Mutex<Vec<(Instant, Traced)>>);

impl Traces {
    /// Keeps one.
    pub(super) fn keep(&self, traced: Traced) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(begun, _)| begun.elapsed() < LONGEST_KEPT);
        if all.len() >= MOST {
            all.remove(0);
        }
        all.push((Instant::now(), traced));
    }

    /// The one of an account with that name.
    pub(super) fn of(&self, account: &str, once: &str) -> Option<Traced> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |(begun, traced): &&(Instant, Traced)| {
            begun.elapsed() < LONGEST_KEPT && traced.account == account && traced.tracing.once == once
        };
        all.iter().find(is_it).map(|(_, traced)| traced.clone())
    }
}
