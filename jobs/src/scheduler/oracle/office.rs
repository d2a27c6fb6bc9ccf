//! An office's PC by seed: jobs, runs that fail, power cuts, kills between any two statements, steps of the clock, sleep, edits of the
//! configuration, a history that is lost, people who run a job by hand, witnesses of the clock that come and go.

mod events;
mod processes;

use super::super::{
    Change, Clock, ClockWatch, Decided, FailureClass, Lane, Plan, STEP_S, Schedule, Sightings, Trust, decide,
    next_wake, startable,
};
use super::book::Book;
use super::expression::Sets;
use super::ledger::Ledger;
use crate::config::Task;
use crate::history::History;
use chrono_tz::Tz;
use events::catch_up;
use processes::Child;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use schemas::Facts;
use std::path::{Path, PathBuf};

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 86_400;

/// The longest sleep of `serve`.
const TICK_S: i64 = 30;

/// One office's PC.
pub(super) struct Office<'a> {
    rng: ChaCha8Rng,
    facts: &'a Facts,
    sets: Vec<Sets>,
    plans: Vec<Plan>,
    /// Those that the configuration has, as `serve` read it last.
    in_force: Vec<Plan>,
    /// Which of them the configuration does not have for now.
    removed: Vec<bool>,
    ledgers: Vec<Ledger>,
    book: Book,
    children: Vec<Child>,
    watch: ClockWatch,
    /// How far the clock was ahead when this `serve` last believed it.
    believed_ahead_s: Option<i64>,
    /// True time, and what the clock is ahead of it.
    true_s: i64,
    ahead_s: i64,
    /// When `serve` looks again, in true time.
    looks_s: i64,
    /// Whether anything fails or is killed; at the end nothing does any more.
    is_rough: bool,
    has_witness: bool,
    confirmed_s: Option<i64>,
    believed_s: Option<i64>,
    /// Until when every run of a job fails, and how.
    broken: Vec<(i64, FailureClass)>,
    /// The same history on the disk, which must know the same.
    disk: Option<(tokio::runtime::Runtime, History, PathBuf)>,
    slots: usize,
}

impl<'a> Office<'a> {
    /// Lives through that many days, and eight quiet ones; how many slots were decided.
    pub(super) fn simulate(seed: u64, days: i64, facts: &'a Facts, folder: Option<&Path>) -> usize {
        let mut office = Self::new(seed, facts, folder);
        let end_s = office.true_s + days * DAY_S;
        let mut event_s = office.true_s + office.rng.random_range(0..4 * DAY_S);
        // Over years most days are quiet.
        let calm_s = if days > 365 { 60 * DAY_S } else { 6 * DAY_S };
        while office.true_s < end_s {
            office.step(event_s.min(end_s));
            if office.true_s >= event_s {
                office.event();
                event_s = office.true_s + office.rng.random_range(0..calm_s);
            }
        }
        office.settle();
        office.judge();
        for (plan, ledger) in office.plans.iter().zip(&office.ledgers) {
            ledger.judge_quiet(plan, &office.book, office.now_s());
        }
        office.slots
    }

    fn new(seed: u64, facts: &'a Facts, folder: Option<&Path>) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let changing = [Tz::America__New_York, Tz::Europe__Berlin, Tz::Australia__Lord_Howe];
        let own = [Tz::Asia__Jakarta, Tz::Asia__Makassar, Tz::Asia__Jayapura];
        let zone = *if rng.random_bool(0.15) { changing.choose(&mut rng) } else { own.choose(&mut rng) }.unwrap();
        let start_s = 1_793_923_200 + rng.random_range(0..300 * DAY_S);
        let (mut sets, mut plans) = (Vec::new(), Vec::<Plan>::new());
        for name in ["a", "b", "c"].into_iter().take(rng.random_range(1..=3)) {
            let task = *[Task::Pull, Task::Verify, Task::MonthlyReports].choose(&mut rng).unwrap();
            let own = Sets::random(&mut rng, zone);
            let before = plans.iter().map(|plan| plan.name.clone()).collect();
            plans.push(Plan {
                name: name.to_owned(),
                task,
                schedule: Schedule::new(&own.cron(), own.when().as_deref(), zone).unwrap(),
                catch_up: catch_up(&mut rng),
                after: if rng.random_bool(0.3) { before } else { Vec::new() },
                after_required: rng.random_bool(0.3),
                give_up_s: (task != Task::Pull).then(|| *[6 * HOUR_S, DAY_S, 3 * DAY_S].choose(&mut rng).unwrap()),
            });
            sets.push(own);
        }
        let jobs = plans.len();
        let disk = folder.map(|folder| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let file = folder.join("riwayat.sqlite");
            let history = runtime.block_on(History::open(&file)).unwrap();
            (runtime, history, file)
        });
        Self {
            rng,
            facts,
            sets,
            in_force: plans.clone(),
            plans,
            removed: vec![false; jobs],
            ledgers: (0..jobs).map(|_| Ledger::default()).collect(),
            book: Book::default(),
            children: Vec::new(),
            watch: ClockWatch::new(),
            believed_ahead_s: None,
            true_s: start_s,
            ahead_s: 0,
            looks_s: start_s,
            is_rough: true,
            has_witness: true,
            confirmed_s: None,
            believed_s: None,
            broken: vec![(0, FailureClass::Passing); jobs],
            disk,
            slots: 0,
        }
    }

    fn now_s(&self) -> i64 {
        self.true_s + self.ahead_s
    }

    fn dies(&mut self, chance: f64) -> bool {
        self.is_rough && self.rng.random_bool(chance)
    }

    fn sightings(&self) -> Sightings {
        Sightings {
            newest_s: self.book.newest_s(),
            is_synchronized: self.has_witness && self.ahead_s == 0,
            ahead_of_source_s: None,
            confirmed_s: self.confirmed_s,
            believed_s: self.believed_s,
        }
    }

    fn clock(&mut self) -> Clock {
        let now_s = self.now_s();
        let (trust, _) = self.watch.judge(now_s, self.true_s, self.sightings());
        let is_believed = matches!(trust, Trust::Unchallenged | Trust::Confirmed);
        assert!(is_believed || !self.has_witness || self.ahead_s != 0, "a right clock is doubted at {now_s}");
        let jumped = self.believed_ahead_s.is_some_and(|ahead_s| (ahead_s - self.ahead_s).abs() > STEP_S);
        let is_confirmed = self.ahead_s == 0 || self.confirmed_s.is_some();
        assert!(!is_believed || !jumped || is_confirmed, "a clock that jumped is believed at {now_s}");
        if is_believed {
            self.believed_ahead_s = Some(self.ahead_s);
            if self.believed_s.is_none_or(|then_s| (now_s - then_s).abs() >= HOUR_S) {
                self.believed_s = Some(now_s);
            }
        }
        Clock { now_s, trust }
    }

    /// `serve` reads the configuration as it is now.
    fn read_configuration(&mut self) {
        let plans = self.plans.iter().zip(&self.removed);
        self.in_force = plans.filter(|(_, removed)| !**removed).map(|(plan, _)| plan.clone()).collect();
    }

    fn decided(&self, clock: Clock) -> Decided {
        let known = self.book.known(clock.now_s);
        decide(&self.in_force, &known, clock, &self.facts.clock, self.facts.zone)
    }

    /// `serve` looks once. It may be killed between any two changes.
    fn look(&mut self) {
        self.mark_cut_off();
        let clock = self.clock();
        let decided = self.decided(clock);
        assert!(decided.faults.is_empty(), "{:?}", decided.faults);
        for change in &decided.changes {
            self.apply(change, clock);
            if self.dies(0.004) {
                self.power_cut();
                return;
            }
        }
        let in_force = self.plans.iter().enumerate().filter(|(i, _)| !self.removed[*i]);
        for (i, plan) in in_force.filter(|(_, plan)| clock.trust.allows(plan.task)) {
            let voided = |change: &&Change| matches!(change, Change::Void { job, .. } if *job == plan.name);
            if !decided.changes.iter().any(|change| voided(&change)) {
                self.ledgers[i].looked(clock, plan, &self.book);
            }
        }
        for (i, plan) in self.plans.iter().enumerate().filter(|(i, _)| self.removed[*i]) {
            self.ledgers[i].looked_without(&plan.name, &self.book);
        }
        let known = self.book.known(clock.now_s);
        if let Some((runtime, history, _)) = &mut self.disk {
            assert_eq!(runtime.block_on(history.known(clock.now_s)).unwrap(), known);
            assert_eq!(runtime.block_on(history.newest_s()).unwrap(), self.book.newest_s());
        }
        let own = self.children.iter().filter(|child| child.is_own && child.of_slot().is_some());
        let busy: Vec<Lane> = own.map(|child| Lane::of(self.plans[child.job].task)).collect();
        for (name, at_s) in startable(&self.in_force, &known, clock, &busy) {
            self.start(&name, at_s, clock.now_s);
        }
        let wake_s = next_wake(&self.in_force, &known, clock, &self.facts.clock);
        self.looks_s = self.true_s + self.sleep_s(wake_s.map(|wake_s| wake_s - clock.now_s), clock);
    }

    fn apply(&mut self, change: &Change, clock: Clock) {
        let (Change::Job { job, .. } | Change::Slot { job, .. } | Change::Void { job, .. }) = change;
        let i = self.plans.iter().position(|plan| plan.name == *job).unwrap();
        if self.removed[i] {
            self.ledgers[i].note_removal(change, &self.book);
        } else {
            Ledger::note(&mut self.ledgers, i, change, &self.plans[i], &self.sets[i], clock, &self.book);
        }
        if let Change::Void { now_s, .. } = change {
            let of_job = self.children.iter_mut().filter(|child| child.job == i);
            for child in of_job.filter(|child| child.of_slot().is_some_and(|at_s| at_s > *now_s)) {
                child.is_void = true;
            }
        }
        self.slots += usize::from(matches!(change, Change::Slot { .. }));
        self.book.apply(change, clock.now_s);
        if let Some((runtime, history, _)) = &mut self.disk {
            runtime.block_on(history.apply(std::slice::from_ref(change), clock.now_s)).unwrap();
        }
    }

    /// How long `serve` sleeps: until the next thing is due, but for no more than 30 seconds. Looks at which nothing can happen are left
    /// out. What is due or paused is in `wake_in_s`. Beside that, only what is open is given up as time goes on; and a clock that is
    /// doubted, or that has gone back, comes to be seen otherwise, so then no more than an hour is left out. What happens from outside
    /// makes `serve` look within 30 seconds.
    fn sleep_s(&mut self, wake_in_s: Option<i64>, clock: Clock) -> i64 {
        let left_s = wake_in_s.unwrap_or(DAY_S).max(1);
        if left_s <= TICK_S {
            return left_s;
        }
        let mut longest_s = left_s;
        for plan in &self.plans {
            let Some(job) = self.book.jobs.get(&plan.name) else { continue };
            let give_up_s = plan.give_up_s.unwrap_or(3 * DAY_S);
            let over_s = job.open.values().map(|row| row.decided_s + give_up_s + 1 - clock.now_s);
            longest_s = over_s.filter(|over_s| *over_s > 0).fold(longest_s, i64::min);
        }
        let is_behind = self.book.newest_s().is_some_and(|newest_s| newest_s > clock.now_s);
        let is_odd = clock.trust != Trust::Unchallenged || is_behind || self.book.has_future_success(clock.now_s);
        if is_odd {
            longest_s = longest_s.min(HOUR_S);
        }
        let ticks = ((longest_s - 1) / TICK_S).max(1);
        // See that nothing happens in between, now and then.
        if ticks > 1 && !is_odd && self.rng.random_bool(0.02) {
            let after_s = self.rng.random_range(1..ticks) * TICK_S;
            let now_s = clock.now_s + after_s;
            let (trust, _) = self.watch.clone().judge(now_s, self.true_s + after_s, self.sightings());
            let (then, own) = (Clock { now_s, trust }, self.children.iter().filter(|child| child.is_own));
            let busy: Vec<Lane> = own.map(|child| Lane::of(self.plans[child.job].task)).collect();
            assert_eq!(self.decided(then).changes, [], "something happened while `serve` was not to look");
            assert_eq!(
                startable(&self.in_force, &self.book.known(now_s), then, &busy),
                [],
                "something was to start meanwhile"
            );
        }
        ticks * TICK_S
    }

    /// Goes on to the next thing that happens, but not beyond an instant.
    fn step(&mut self, end_s: i64) {
        let times = self.children.iter().enumerate();
        let times = times.map(|(n, child)| (if child.run.is_none() { child.begins_s } else { child.ends_s }, n));
        match times.min() {
            Some((child_s, n)) if child_s <= self.looks_s.min(end_s) => {
                self.true_s = self.true_s.max(child_s);
                self.child(n);
            }
            _ if self.looks_s <= end_s => {
                self.true_s = self.true_s.max(self.looks_s);
                self.look();
            }
            _ => self.true_s = end_s,
        }
    }

    /// The clock is right, nothing fails any more, and what is owed is run.
    fn settle(&mut self) {
        self.is_rough = false;
        self.has_witness = true;
        self.ahead_s = 0;
        self.removed.fill(false);
        self.read_configuration();
        self.goes_unnoticed();
        let quiet_s = self.true_s.max(self.looks_s) + 8 * DAY_S;
        while self.true_s < quiet_s {
            self.step(quiet_s);
        }
    }

    fn judge(&self) {
        for (plan, ledger) in self.plans.iter().zip(&self.ledgers) {
            ledger.judge(plan, &self.book, &self.facts.clock);
        }
    }
}
