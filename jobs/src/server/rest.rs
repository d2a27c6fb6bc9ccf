//! Whether nothing is to be done: what `serve` knew when it last looked at everything still holds, by clocks and files alone. So it
//! mostly wakes without asking the history, and lets the PC sleep.

use super::observer::LOOK_S;
use crate::clock;
use crate::stamp::{Seen, seen};
use std::path::PathBuf;
use std::time::Duration;

/// The clock and the machine's own time may differ by this much, in seconds, from one look to the next.
const TICK_S: i64 = 2;

/// What held when everything had been looked at.
#[derive(Debug)]
pub(super) struct Rest {
    now_s: i64,
    machine_s: i64,
    /// When something is due next.
    next_s: Option<i64>,
    history: PathBuf,
    seen: Option<Seen>,
}

impl Rest {
    /// Begins before everything is looked at: what is written into the history from now on must be looked at again.
    pub(super) fn begin(history: PathBuf) -> Self {
        let (now_s, machine_s) = clock::both_s();
        Self { now_s, machine_s, next_s: None, seen: seen(&history), history }
    }

    /// Lasts no longer than until something is due.
    pub(super) fn until(self, next_s: Option<i64>) -> Self {
        Self { next_s, ..self }
    }

    /// For how long there is still nothing to be done, by the clocks as they are now; nothing when everything must be looked at.
    pub(super) fn left(&self, (now_s, machine_s): (i64, i64)) -> Option<Duration> {
        let passed_s = machine_s - self.machine_s;
        let clocks_agree = (now_s - self.now_s - passed_s).abs() <= TICK_S;
        let is_fresh = (0..LOOK_S).contains(&passed_s);
        let is_due = self.next_s.is_some_and(|next_s| now_s >= next_s);
        if !clocks_agree || !is_fresh || is_due || seen(&self.history) != self.seen {
            return None;
        }
        let until_s = (LOOK_S - passed_s).min(self.next_s.map_or(i64::MAX, |next_s| next_s - now_s));
        Some(Duration::from_secs(until_s.unsigned_abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_when_something_is_due_or_changed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("riwayat.sqlite");
        std::fs::write(&file, "x").unwrap();
        let rest = Rest::begin(file.clone());
        let (now_s, machine_s) = (rest.now_s, rest.machine_s);
        let rest = rest.until(Some(now_s + 60));
        let left = |ahead_s: i64, passed_s: i64| {
            let left = rest.left((now_s + ahead_s, machine_s + passed_s));
            left.map(|left| left.as_secs())
        };
        assert_eq!(left(30, 30), Some(30), "it is due in half a minute");
        assert_eq!(left(60, 60), None, "it is due");
        assert_eq!(left(33, 30), None, "the clock was set, or the PC slept");
        assert_eq!(left(-3_600, 30), None, "the clock went back");
        let later = Rest::begin(file.clone()).until(None);
        assert!(later.left((now_s + LOOK_S, machine_s + LOOK_S)).is_none(), "everything is looked at now and then");
        std::fs::write(&file, "xy").unwrap();
        assert_eq!(later.left((now_s + 1, machine_s + 1)), None, "somebody wrote into the history");
    }
}
