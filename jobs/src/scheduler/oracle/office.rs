//! An office's PC by seed: jobs, runs that fail, power cuts, kills between any two statements, steps of the clock, sleep, edits of the
//! configuration, a history that is lost, people who run a job by hand, witnesses of the clock that come and go.

use super::super::{
    Change, Clock, ClockWatch, Decided, FailureClass, Lane, Plan, STEP_S, Schedule, Sightings, Trust, decide, next_wake, startable,
};
use super::book::{Book, Occasion};
use super::expression::Sets;
use super::ledger::Ledger;
use crate::config::{CatchUp, Task};
use crate::history::{Ending, History};
use crate::outcome::Outcome;
use chrono_tz::Tz;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use schemas::Facts;
use std::path::{Path, PathBuf};

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 86_400;

/// The longest sleep of `serve`.
const TICK_S: i64 = 30;

/// A process that runs a job, and holds its lock from when it has begun.
#[derive(Clone, Debug)]
struct Child {
    job: usize,
    of: Occasion,
    /// Whether the `serve` that lives started it. Others go on when theirs was killed.
    is_own: bool,
    /// In true time.
    begins_s: i64,
    ends_s: i64,
    run: Option<usize>,
    class: Option<FailureClass>,
    /// Whether its slot became void since it began.
    is_void: bool,
}

/// One office's PC.
pub(super) struct Office<'a> {
    rng: ChaCha8Rng,
    facts: &'a Facts,
    sets: Vec<Sets>,
    plans: Vec<Plan>,
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
    was_doubted: bool,
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
            plans,
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
            was_doubted: false,
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

    /// `serve` is gone, and is there again later. It notices nothing of what happened meanwhile.
    fn serve_ends(&mut self, for_s: i64) {
        self.watch = ClockWatch::new();
        self.believed_ahead_s = None;
        self.children.iter_mut().for_each(|child| child.is_own = false);
        self.looks_s = self.true_s + for_s;
        self.ledgers.iter_mut().for_each(Ledger::disturbed);
    }

    /// Something happened that `serve` does not see before it looks again.
    fn goes_unnoticed(&mut self) {
        self.looks_s = self.looks_s.min(self.true_s + self.rng.random_range(1..=TICK_S));
        self.ledgers.iter_mut().for_each(Ledger::disturbed);
    }

    /// Everything on the PC ends at once; it is on again later.
    fn power_cut(&mut self) {
        self.children.clear();
        let for_s = match self.rng.random_range(0..40) {
            0 => self.rng.random_range(0..70 * DAY_S),
            1..4 => self.rng.random_range(0..20 * DAY_S),
            4..15 => self.rng.random_range(0..3 * DAY_S),
            _ => self.rng.random_range(1..HOUR_S),
        };
        self.serve_ends(for_s);
    }

    /// A run without a process was cut off; `serve` notices that unless it has a process for the job.
    fn mark_cut_off(&mut self) {
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

    fn sightings(&self) -> Sightings {
        Sightings {
            newest_s: self.book.newest_s(),
            is_synchronized: self.has_witness && self.ahead_s == 0,
            ahead_of_source_s: None,
            confirmed_s: self.confirmed_s,
            was_doubted: self.was_doubted,
        }
    }

    fn clock(&mut self) -> Clock {
        let now_s = self.now_s();
        let (trust, _) = self.watch.judge(now_s, self.true_s, self.sightings());
        self.was_doubted = matches!(trust, Trust::Doubted { .. });
        let is_believed = matches!(trust, Trust::Unchallenged | Trust::Confirmed);
        assert!(is_believed || !self.has_witness || self.ahead_s != 0, "a right clock is doubted at {now_s}");
        let jumped = self.believed_ahead_s.is_some_and(|ahead_s| (ahead_s - self.ahead_s).abs() > STEP_S);
        let is_confirmed = self.ahead_s == 0 || self.confirmed_s.is_some();
        assert!(!is_believed || !jumped || is_confirmed, "a clock that jumped is believed at {now_s}");
        if is_believed {
            self.believed_ahead_s = Some(self.ahead_s);
        }
        Clock { now_s, trust }
    }

    fn decided(&self, clock: Clock) -> Decided {
        let known = self.book.known(clock.now_s);
        decide(&self.plans, &known, clock, &self.facts.clock, self.facts.zone)
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
        for (i, plan) in self.plans.iter().enumerate().filter(|(_, plan)| clock.trust.allows(plan.task)) {
            let voided = |change: &&Change| matches!(change, Change::Void { job, .. } if *job == plan.name);
            if !decided.changes.iter().any(|change| voided(&change)) {
                self.ledgers[i].looked(clock, plan, &self.book);
            }
        }
        let known = self.book.known(clock.now_s);
        if let Some((runtime, history, _)) = &mut self.disk {
            assert_eq!(runtime.block_on(history.known(clock.now_s)).unwrap(), known);
            assert_eq!(runtime.block_on(history.newest_s()).unwrap(), self.book.newest_s());
        }
        let own = self.children.iter().filter(|child| child.is_own && child.of_slot().is_some());
        let busy: Vec<Lane> = own.map(|child| Lane::of(self.plans[child.job].task)).collect();
        for (name, at_s) in startable(&self.plans, &known, clock, &busy) {
            self.start(&name, at_s, clock.now_s);
        }
        let wake_s = next_wake(&self.plans, &known, clock, &self.facts.clock);
        self.looks_s = self.true_s + self.sleep_s(wake_s.map(|wake_s| wake_s - clock.now_s), clock);
    }

    fn apply(&mut self, change: &Change, clock: Clock) {
        let (Change::Job { job, .. } | Change::Slot { job, .. } | Change::Void { job, .. }) = change;
        let i = self.plans.iter().position(|plan| plan.name == *job).unwrap();
        Ledger::note(&mut self.ledgers, i, change, &self.plans[i], &self.sets[i], clock, &self.book);
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
            assert_eq!(startable(&self.plans, &self.book.known(now_s), then, &busy), [], "something was to start meanwhile");
        }
        ticks * TICK_S
    }

    fn start(&mut self, name: &str, at_s: i64, now_s: i64) {
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
        let begins_s = self.true_s + self.rng.random_range(0..2);
        let ends_s = begins_s + self.rng.random_range(1..longest_s);
        let of = Occasion::Slot(at_s);
        self.children.push(Child { job: i, of, is_own: true, begins_s, ends_s, run: None, class, is_void: false });
    }

    /// What a process does at its time: begin, or end.
    fn child(&mut self, n: usize) {
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
                    (Some(class), Some(at_s), _) if !is_void => self.ledgers[i].failed(at_s, class, now_s, self.ahead_s),
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

    /// Something happens to the PC.
    fn event(&mut self) {
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
        if self.rng.random_bool(0.3) {
            self.plans[i].catch_up = catch_up(&mut self.rng);
        } else {
            let sets = Sets::random(&mut self.rng, self.sets[i].zone);
            self.plans[i].schedule = Schedule::new(&sets.cron(), sets.when().as_deref(), sets.zone).unwrap();
            self.sets[i] = sets;
        }
        self.goes_unnoticed();
    }

    /// Somebody runs a job, for the month that is due or another.
    fn by_hand(&mut self) {
        let i = self.rng.random_range(0..self.plans.len());
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
        (self.was_doubted, self.confirmed_s) = (false, None);
        self.ledgers.iter_mut().for_each(|ledger| *ledger = Ledger::default());
        if let Some((runtime, history, file)) = self.disk.take() {
            drop(history);
            std::fs::remove_file(&file).unwrap();
            let history = runtime.block_on(History::open(&file)).unwrap();
            self.disk = Some((runtime, history, file));
        }
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

impl Child {
    fn of_slot(&self) -> Option<i64> {
        match self.of {
            Occasion::Slot(at_s) => Some(at_s),
            Occasion::ByHand(_) => None,
        }
    }
}

fn catch_up(rng: &mut ChaCha8Rng) -> CatchUp {
    *[CatchUp::All, CatchUp::Last, CatchUp::Last, CatchUp::None].choose(rng).unwrap()
}
