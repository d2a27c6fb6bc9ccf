//! Processes that run jobs: each begins, holds the lock of its job, and ends, or is killed before either.

use super::{HOUR_S, Office};
use crate::config::Task;
use crate::history::Ending;
use crate::outcome::Outcome;
use crate::scheduler::FailureClass;
use crate::scheduler::oracle::book::Occasion;
use rand::Rng;

/// A process that runs a job, and holds its lock from when it has begun.
#[derive(Clone, Debug)]
pub(super) struct Child {
    pub(super) job: usize,
    pub(super) of: Occasion,
    /// Whether the `serve` that lives started it. Others go on when theirs was killed.
    pub(super) is_own: bool,
    /// In true time.
    pub(super) begins_s: i64,
    pub(super) ends_s: i64,
    pub(super) run: Option<usize>,
    pub(super) class: Option<FailureClass>,
    /// Whether its slot became void since it began.
    pub(super) is_void: bool,
}

impl Office<'_> {
    /// A run without a process was cut off; `serve` notices that unless it has a process for the job.
    pub(super) fn mark_cut_off(&mut self) {
        let now_s = self.now_s();
        for i in 0..self.plans.len() {
            let name = self.plans[i].name.clone();
            let running = self.book.jobs.get(&name).map(|job| job.running.clone()).unwrap_or_default();
            let mut of_job = self.children.iter().filter(|child| child.job == i);
            if running.is_empty() || of_job.any(|child| child.is_own || child.run.is_some()) {
                continue;
            }
            for run in running {
                if let Occasion::Slot(at_s) = self.book.runs[run].of {
                    self.ledgers[i].failed(at_s, FailureClass::CutOff, now_s, self.ahead_s);
                }
                self.book.finish(run, Some(FailureClass::CutOff), now_s);
            }
            if let Some((runtime, history, _)) = &mut self.disk {
                runtime.block_on(history.mark_cut_off(&name, now_s)).unwrap();
            }
        }
    }

    pub(super) fn start(&mut self, name: &str, at_s: i64, now_s: i64) {
        let i = self.plans.iter().position(|plan| plan.name == name).unwrap();
        let longest_s = if self.is_rough && self.rng.random_bool(0.1) { 3 * HOUR_S } else { 300 };
        let (broken_s, how) = self.broken[i];
        let class = match self.rng.random_range(0..100) {
            _ if !self.is_rough => None,
            _ if self.true_s < broken_s => Some(how),
            0..85 => None,
            85..91 => Some(FailureClass::Passing),
            91..93 => Some(FailureClass::Lasting),
            93..95 => Some(FailureClass::Deadline),
            95..97 => Some(FailureClass::Stopped),
            _ => Some(FailureClass::CutOff),
        };
        assert!(at_s <= now_s || self.book.row(name, at_s).is_some(), "job {name}: {at_s} starts at {now_s}");
        let is_open = |child: &Child| child.of_slot().is_some_and(|at_s| self.book.jobs[name].open.contains_key(&at_s));
        let runs = self.children.iter().any(|child| child.job == i && child.run.is_some() && is_open(child));
        assert!(!runs, "job {name}: {at_s} starts while a slot of it runs");
        let begins_s = self.true_s + self.rng.random_range(0..2);
        let ends_s = begins_s + self.rng.random_range(1..longest_s);
        let of = Occasion::Slot(at_s);
        self.children.push(Child { job: i, of, is_own: true, begins_s, ends_s, run: None, class, is_void: false });
    }

    /// What a process does at its time: begin, or end.
    pub(super) fn child(&mut self, n: usize) {
        let now_s = self.now_s();
        let Child { job: i, of, is_own, run, class, is_void, .. } = self.children[n].clone();
        let plan = &self.plans[i];
        let name = plan.name.clone();
        if let Some(run) = run {
            self.children.remove(n);
            let at_s = match of {
                Occasion::Slot(at_s) => Some(at_s),
                Occasion::ByHand(_) => None,
            };
            // One that is cut off says nothing; `serve` finds that out.
            if class != Some(FailureClass::CutOff) {
                let began_s = self.book.runs[run].began_s;
                self.book.finish(run, class, now_s);
                if let Some((runtime, history, _)) = &mut self.disk {
                    let ending = match class {
                        None => Ending::Succeeded(Outcome::Done, String::new()),
                        Some(class) => Ending::Failed(class, String::new()),
                    };
                    let id = i64::try_from(run).unwrap() + 1;
                    runtime.block_on(history.finish(id, &ending, None, None, now_s)).unwrap();
                }
                match (class, at_s, &of) {
                    (None, Some(at_s), _) => self.ledgers[i].succeeded(at_s, began_s, is_void),
                    (None, None, Occasion::ByHand(month)) => {
                        let month = month.split_once('-').filter(|_| month.len() == 7);
                        let month = month.map(|(y, m)| (y.parse().unwrap(), m.parse().unwrap()));
                        self.ledgers[i].made_by_hand(month, began_s);
                    }
                    (Some(class), Some(at_s), _) if !is_void => {
                        self.ledgers[i].failed(at_s, class, now_s, self.ahead_s);
                    }
                    _ => {}
                }
            }
            if is_own {
                self.looks_s = self.true_s;
            }
            return;
        }
        let is_locked = self.children.iter().any(|child| child.job == i && child.run.is_some());
        // Some are killed before they begin.
        let begins = !is_locked && !self.dies(0.005);
        let begun = begins.then(|| self.book.begin(&name, of.clone(), now_s)).flatten();
        if begins && let Some((runtime, history, _)) = &mut self.disk {
            match &of {
                Occasion::Slot(at_s) => {
                    let claimed = runtime.block_on(history.claim(&name, Task::Pull, "", *at_s, now_s)).unwrap();
                    assert_eq!(claimed.map(|run| run.id - 1), begun.map(|run| i64::try_from(run).unwrap()));
                }
                Occasion::ByHand(period) => {
                    runtime.block_on(history.begin_by_hand(&name, Task::Pull, period, now_s)).unwrap();
                }
            }
        }
        if let (Some(run), Occasion::Slot(at_s)) = (begun, &of) {
            self.ledgers[i].claimed(*at_s, self.book.runs[run].attempt, now_s, self.ahead_s);
        }
        self.children[n].run = begun;
        if begun.is_none() {
            self.children.remove(n);
            if let Occasion::Slot(at_s) = of
                && is_own
            {
                self.book.put_off(&name, at_s, now_s);
                if let Some((runtime, history, _)) = &mut self.disk {
                    runtime.block_on(history.put_off(&name, at_s, now_s)).unwrap();
                }
                self.looks_s = self.true_s;
            }
        }
    }
}

impl Child {
    pub(super) fn of_slot(&self) -> Option<i64> {
        match self.of {
            Occasion::Slot(at_s) => Some(at_s),
            Occasion::ByHand(_) => None,
        }
    }
}
