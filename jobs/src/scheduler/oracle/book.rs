//! The history in memory: it does what `history/slots.rs` and `history/runs.rs` do on the disk, in constant time.

use super::super::{Change, Decision, FailureClass, Known, OpenSlot, STEP_S};
use std::collections::{BTreeMap, BTreeSet};

/// What the history knows.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) jobs: BTreeMap<String, Job>,
    pub(super) runs: Vec<Run>,
}

/// What it knows of a job.
#[derive(Debug, Default)]
pub(super) struct Job {
    /// Its words and since when; nothing where it was never seen.
    pub(super) seen: Option<(String, i64)>,
    pub(super) slots: BTreeMap<i64, Row>,
    /// Those that are not over.
    pub(super) open: BTreeMap<i64, Row>,
    /// Those that are not void; those that stand for several.
    live: BTreeSet<i64>,
    ranges: BTreeSet<i64>,
    /// The instants that are written down in rows that are not void, and how often.
    written: BTreeMap<i64, u32>,
    /// Runs without an end.
    pub(super) running: BTreeSet<usize>,
    by_hand: BTreeMap<String, i64>,
    /// When runs that succeeded began.
    successes: BTreeSet<i64>,
}

/// The row of a slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) decision: Decision,
    pub(super) decided_s: i64,
    pub(super) changed_s: i64,
    pub(super) not_before_s: i64,
    pub(super) attempts: u32,
    pub(super) until_s: Option<i64>,
}

/// A run, of a slot or for a month.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) job: String,
    pub(super) of: Occasion,
    pub(super) began_s: i64,
    pub(super) attempt: u32,
    pub(super) ended: bool,
}

/// What a run is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    Slot(i64),
    ByHand(String),
}

impl Row {
    fn is_open(&self) -> bool {
        matches!(self.decision, Decision::Run | Decision::Waiting)
    }
}

impl Job {
    fn put(&mut self, at_s: i64, row: Row) {
        if let Some(before) = self.slots.insert(at_s, row)
            && before.decision != Decision::Void
        {
            let written_s = at_s.max(before.decided_s);
            let n = self.written.get_mut(&written_s).unwrap();
            *n -= 1;
            if *n == 0 {
                self.written.remove(&written_s);
            }
        }
        if row.is_open() {
            self.open.insert(at_s, row)
        } else {
            self.open.remove(&at_s)
        };
        for (set, holds) in [
            (&mut self.live, row.decision != Decision::Void),
            (&mut self.ranges, row.decision != Decision::Void && row.until_s.is_some()),
        ] {
            if holds {
                set.insert(at_s)
            } else {
                set.remove(&at_s)
            };
        }
        if row.decision != Decision::Void {
            *self.written.entry(at_s.max(row.decided_s)).or_default() += 1;
        }
    }

    /// The last slot that was decided.
    pub(super) fn last_s(&self) -> Option<i64> {
        let until_s = self.ranges.iter().filter_map(|at_s| self.slots[at_s].until_s).max();
        self.live.last().copied().max(until_s)
    }

    fn known(&self, now_s: i64, runs: &[Run]) -> Option<Known> {
        let (schedule, since_s) = self.seen.clone()?;
        let open = self.open.iter().map(|(at_s, row)| OpenSlot {
            at_s: *at_s,
            decided_s: row.decided_s,
            changed_s: row.changed_s,
            not_before_s: row.not_before_s,
            attempts: row.attempts,
            waits: row.decision == Decision::Waiting,
            running: self.running.iter().any(|run| runs[*run].of == Occasion::Slot(*at_s)),
        });
        Some(Known {
            schedule,
            since_s,
            last_s: self.last_s(),
            decided_ahead: self.written.last_key_value().is_some_and(|(written_s, _)| *written_s > now_s + STEP_S),
            open: open.collect(),
            last_success_s: self.successes.range(..=now_s + STEP_S).next_back().copied(),
            by_hand: self.by_hand.clone(),
        })
    }

    fn void(&mut self, now_s: i64) {
        let ahead_s = now_s + STEP_S;
        // What was written by then is older than the clock, and stays as it is.
        for (at_s, row) in self.slots.clone() {
            let is_ahead = row.decided_s > ahead_s;
            let decision = match row.decision {
                Decision::Void => continue,
                _ if at_s > now_s => Decision::Void,
                Decision::Dropped if row.until_s.is_some_and(|until_s| until_s > now_s) => Decision::Void,
                Decision::Covered | Decision::Missed | Decision::GivenUp if is_ahead => Decision::Run,
                other => other,
            };
            let is_new = decision != row.decision;
            let is_again = is_new && decision == Decision::Run;
            let (decided_s, changed_s) =
                if is_new || is_ahead { (now_s, now_s) } else { (row.decided_s, row.changed_s) };
            let (attempts, not_before_s) = if is_again { (0, 0) } else { (row.attempts, row.not_before_s) };
            if is_new || is_ahead {
                self.put(at_s, Row { decision, decided_s, changed_s, attempts, not_before_s, ..row });
            }
        }
    }
}

impl Book {
    pub(super) fn known(&self, now_s: i64) -> BTreeMap<String, Known> {
        let known = self.jobs.iter().filter_map(|(name, job)| Some((name.clone(), job.known(now_s, &self.runs)?)));
        known.collect()
    }

    pub(super) fn newest_s(&self) -> Option<i64> {
        let of_job = |job: &Job| {
            let written_s = job.written.last_key_value().map(|(written_s, _)| *written_s);
            written_s.max(job.seen.as_ref().map(|(_, since_s)| *since_s))
        };
        self.jobs.values().filter_map(of_job).max()
    }

    /// Whether a run began so far in the future that it does not count yet.
    pub(super) fn has_future_success(&self, now_s: i64) -> bool {
        self.jobs.values().any(|job| job.successes.last().is_some_and(|began_s| *began_s > now_s + STEP_S))
    }

    pub(super) fn row(&self, job: &str, at_s: i64) -> Option<Row> {
        self.jobs.get(job)?.slots.get(&at_s).copied()
    }

    pub(super) fn apply(&mut self, change: &Change, now_s: i64) {
        match change {
            Change::Job { job, schedule, since_s } => {
                self.jobs.entry(job.clone()).or_default().seen = Some((schedule.clone(), *since_s));
            }
            Change::Slot { job, at_s, decision, range, .. } => {
                let job = self.jobs.get_mut(job).unwrap();
                let before = job.slots.get(at_s).copied();
                if before.is_some_and(|row| !row.is_open() && row.decision != Decision::Void) {
                    return;
                }
                let kept = before.filter(|row| row.decision != Decision::Void);
                let row = Row {
                    decision: *decision,
                    decided_s: now_s,
                    changed_s: now_s,
                    not_before_s: 0,
                    attempts: kept.map_or(0, |row| row.attempts),
                    until_s: range.map(|(_, until_s)| until_s),
                };
                job.put(*at_s, row);
            }
            Change::Void { job, now_s } => self.jobs.get_mut(job).unwrap().void(*now_s),
        }
    }

    /// A run begins; its number. That of a slot only where the slot is still to be run.
    pub(super) fn begin(&mut self, name: &str, of: Occasion, now_s: i64) -> Option<usize> {
        let job = self.jobs.entry(name.to_owned()).or_default();
        let mut attempt = 1;
        if let Occasion::Slot(at_s) = of {
            let mut row = job.slots.get(&at_s).copied().filter(|row| row.decision == Decision::Run)?;
            row.attempts += 1;
            row.changed_s = now_s;
            attempt = row.attempts;
            job.put(at_s, row);
        }
        let run = self.runs.len();
        job.running.insert(run);
        self.runs.push(Run { job: name.to_owned(), of, began_s: now_s, attempt, ended: false });
        Some(run)
    }

    /// A run ends: it succeeded, or failed in a way.
    pub(super) fn finish(&mut self, run: usize, class: Option<FailureClass>, now_s: i64) {
        self.runs[run].ended = true;
        let Run { job, of, began_s, attempt, .. } = self.runs[run].clone();
        let job = self.jobs.get_mut(&job).unwrap();
        job.running.remove(&run);
        if class.is_none() {
            job.successes.insert(began_s);
        }
        match of {
            Occasion::ByHand(period) if class.is_none() && period.len() < 10 => {
                let last_s = job.by_hand.entry(period).or_insert(began_s);
                *last_s = began_s.max(*last_s);
            }
            Occasion::ByHand(_) => {}
            Occasion::Slot(at_s) => {
                let Some(mut row) = job.slots.get(&at_s).copied().filter(|row| row.decision == Decision::Run) else {
                    return;
                };
                row.changed_s = now_s;
                match class {
                    None => row.decision = Decision::Done,
                    Some(class) => row.not_before_s = now_s + class.pause_s(attempt),
                }
                job.put(at_s, row);
            }
        }
    }

    /// A slot that could not begin is put off.
    pub(super) fn put_off(&mut self, job: &str, at_s: i64, now_s: i64) {
        let job = self.jobs.get_mut(job).unwrap();
        let Some(mut row) = job.slots.get(&at_s).copied().filter(|row| row.decision == Decision::Run) else { return };
        row.not_before_s = now_s + FailureClass::Passing.pause_s(1);
        row.changed_s = now_s;
        job.put(at_s, row);
    }
}
