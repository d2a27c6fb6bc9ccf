//! What happens to an office's PC.

use super::processes::Child;
use super::{DAY_S, HOUR_S, Ledger, Office, TICK_S};
use crate::config::CatchUp;
use crate::history::History;
use crate::scheduler::oracle::book::{Book, Occasion};
use crate::scheduler::oracle::expression::Sets;
use crate::scheduler::{ClockWatch, FailureClass, Schedule};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

impl Office<'_> {
    /// `serve` is gone, and is there again later. It notices nothing of what happened meanwhile.
    pub(super) fn serve_ends(&mut self, for_s: i64) {
        self.watch = ClockWatch::new();
        self.believed_ahead_s = None;
        self.children.iter_mut().for_each(|child| child.is_own = false);
        self.looks_s = self.true_s + for_s;
        self.ledgers.iter_mut().for_each(Ledger::disturbed);
    }

    /// Something happened that `serve` does not see before it looks again.
    pub(super) fn goes_unnoticed(&mut self) {
        self.looks_s = self.looks_s.min(self.true_s + self.rng.random_range(1..=TICK_S));
        self.ledgers.iter_mut().for_each(Ledger::disturbed);
    }

    /// Everything on the PC ends at once; it is on again later.
    pub(super) fn power_cut(&mut self) {
        self.children.clear();
        let for_s = match self.rng.random_range(0..40) {
            0 => self.rng.random_range(0..70 * DAY_S),
            1..4 => self.rng.random_range(0..20 * DAY_S),
            4..15 => self.rng.random_range(0..3 * DAY_S),
            _ => self.rng.random_range(1..HOUR_S),
        };
        self.serve_ends(for_s);
    }

    /// Something happens to the PC.
    pub(super) fn event(&mut self) {
        let small = [1, 59, 600, HOUR_S, 7 * HOUR_S, 25 * HOUR_S];
        let large = [27 * HOUR_S, 3 * DAY_S, 20 * DAY_S, 40 * DAY_S];
        let years = [3 * 365 * DAY_S, 10 * 365 * DAY_S];
        match self.rng.random_range(0..100) {
            0..30 => self.power_cut(),
            30..38 => {
                let for_s = self.rng.random_range(0..90);
                self.serve_ends(for_s);
            }
            38..50 => {
                // It sleeps, and so do its processes; the timer of `serve` does not run meanwhile.
                let for_s = self.rng.random_range(0..2 * DAY_S);
                self.true_s += for_s;
                self.looks_s += for_s;
                for child in &mut self.children {
                    child.begins_s += for_s;
                    child.ends_s += for_s;
                }
                self.goes_unnoticed();
            }
            50..60 => {
                self.ahead_s = *small.choose(&mut self.rng).unwrap() * if self.rng.random_bool(0.5) { 1 } else { -1 };
                self.goes_unnoticed();
            }
            60..67 => {
                let of = if self.rng.random_bool(0.1) { years.as_slice() } else { large.as_slice() };
                self.ahead_s = *of.choose(&mut self.rng).unwrap() * if self.rng.random_bool(0.5) { 1 } else { -1 };
                if self.rng.random_bool(0.3) {
                    // The battery was empty when the PC was switched on.
                    self.power_cut();
                } else {
                    self.goes_unnoticed();
                }
            }
            67..78 => {
                // A person sets the clock right, and sometimes says so.
                self.ahead_s = 0;
                self.confirmed_s = self.rng.random_bool(0.5).then(|| self.now_s());
                self.goes_unnoticed();
            }
            78..82 => {
                self.has_witness = self.rng.random_bool(0.6);
                self.goes_unnoticed();
            }
            82..87 => self.edit(),
            87..91 => {
                let i = self.rng.random_range(0..self.plans.len());
                let how = *[FailureClass::Passing, FailureClass::Lasting].choose(&mut self.rng).unwrap();
                self.broken[i] = (self.true_s + self.rng.random_range(0..6 * DAY_S), how);
            }
            91..97 => self.by_hand(),
            _ => self.lose_the_history(),
        }
    }

    /// Somebody edits the configuration.
    fn edit(&mut self) {
        let i = self.rng.random_range(0..self.plans.len());
        let is_needed = self.plans.iter().any(|plan| plan.after.contains(&self.plans[i].name));
        if self.removed[i] || !is_needed && self.rng.random_bool(0.3) {
            self.removed[i] = !self.removed[i];
        } else if self.rng.random_bool(0.3) {
            self.plans[i].catch_up = catch_up(&mut self.rng);
        } else {
            let sets = Sets::random(&mut self.rng, self.sets[i].zone);
            self.plans[i].schedule = Schedule::new(&sets.cron(), sets.when().as_deref(), sets.zone).unwrap();
            self.sets[i] = sets;
        }
        self.read_configuration();
        self.goes_unnoticed();
    }

    /// Somebody runs a job, for the month that is due or another.
    fn by_hand(&mut self) {
        let i = self.rng.random_range(0..self.plans.len());
        if self.removed[i] {
            return;
        }
        let back_s = if self.rng.random_bool(0.7) { 0 } else { 40 * DAY_S };
        let period = self.plans[i].task.period(self.now_s() - back_s, self.facts.zone).unwrap().key;
        let class = if self.rng.random_bool(0.8) { None } else { Some(FailureClass::Lasting) };
        let (begins_s, ends_s) = (self.true_s, self.true_s + self.rng.random_range(1..600));
        let of = Occasion::ByHand(period);
        self.children.push(Child { job: i, of, is_own: false, begins_s, ends_s, run: None, class, is_void: false });
    }

    /// The file of the history is gone after a crash.
    fn lose_the_history(&mut self) {
        self.power_cut();
        // What was until then is judged by then.
        self.judge();
        self.book = Book::default();
        (self.believed_s, self.confirmed_s) = (None, None);
        self.ledgers.iter_mut().for_each(|ledger| *ledger = Ledger::default());
        if let Some((runtime, history, file)) = self.disk.take() {
            drop(history);
            std::fs::remove_file(&file).unwrap();
            let history = runtime.block_on(History::open(&file)).unwrap();
            self.disk = Some((runtime, history, file));
        }
    }
}

pub(super) fn catch_up(rng: &mut ChaCha8Rng) -> CatchUp {
    *[CatchUp::All, CatchUp::Last, CatchUp::Last, CatchUp::None].choose(rng).unwrap()
}
