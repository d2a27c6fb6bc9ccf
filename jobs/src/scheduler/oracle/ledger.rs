//! What the oracle writes down beside the scheduler, and how it judges by that: what was due is found minute by minute, what ran is
//! counted by the world itself, and each rule of the design is said here once more, in its own words.

use super::super::{Change, Clock, Decision, FailureClass, Plan, Reason, Trust};
use super::book::{Book, Job, Row};
use super::expression::Sets;
use crate::config::{CatchUp, Task};
use chrono::{DateTime, Datelike};
use schemas::WorkingClock;
use std::collections::{BTreeMap, BTreeSet};

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 86_400;

/// What was written this far in the future was written by a wrong clock.
const AHEAD_S: i64 = 26 * HOUR_S;

/// All that is known of a job.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    chapters: Vec<Chapter>,
    entries: Vec<Entry>,
    /// How often each slot succeeded since it was last void.
    successes: BTreeMap<i64, u32>,
    /// When runs that succeeded began.
    began: BTreeSet<i64>,
    by_hand: BTreeMap<(i32, u32), i64>,
    tried: BTreeMap<i64, Tried>,
    /// Up to which instant the same `serve` has looked, by a clock that nobody touched since.
    looked_s: Option<i64>,
    is_removed: bool,
}

/// A time in which one schedule is in force.
#[derive(Debug)]
struct Chapter {
    sets: Sets,
    since_s: i64,
    /// Nothing up to this instant is owed: other slots were decided up to then, by a clock that has gone back a little since.
    owes_after_s: i64,
    /// All slots up to this instant were decided.
    to_s: i64,
}

/// A decision.
#[derive(Debug)]
struct Entry {
    chapter: usize,
    at_s: i64,
    before: Option<Row>,
    decision: Decision,
    reason: Reason,
    range: Option<(usize, i64)>,
    now_s: i64,
    job: char,
    catch_up: CatchUp,
    give_up_s: Option<i64>,
    after_required: bool,
    was_made_by_hand: bool,
    lacks: bool,
    looked_s: Option<i64>,
}

/// What a slot has gone through.
#[derive(Debug, Default)]
struct Tried {
    attempts: u32,
    /// When it last failed, how, and how far the clock was ahead then.
    failed: Option<(i64, FailureClass, i64)>,
}

/// The month before that of an instant, and when it ends, in western time.
fn month_before(at_s: i64) -> ((i32, u32), i64) {
    let date = DateTime::from_timestamp(at_s + 7 * HOUR_S, 0).unwrap().date_naive();
    let ends_s = date.with_day(1).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp() - 7 * HOUR_S;
    let (year, month) = (date.year(), date.month());
    (if month == 1 { (year - 1, 12) } else { (year, month - 1) }, ends_s)
}

/// How long a slot rests that failed for that many times.
fn rest_s(class: FailureClass, attempts: u32) -> i64 {
    let minutes = [1, 2, 4, 8, 16, 30].get(attempts as usize - 1).copied().unwrap_or(30);
    match class {
        FailureClass::Lasting => DAY_S,
        FailureClass::Stopped => 0,
        FailureClass::CutOff if attempts == 1 => 0,
        FailureClass::CutOff | FailureClass::Passing | FailureClass::Deadline => minutes * 60,
    }
}

impl Ledger {
    /// Somebody touched the clock, the PC slept, or `serve` was not there.
    pub(super) fn disturbed(&mut self) {
        self.looked_s = None;
    }

    fn has_succeeded_since(&self, since_s: i64, now_s: i64) -> bool {
        self.began.range(since_s..=since_s.max(now_s + AHEAD_S)).next().is_some()
    }

    /// What the history says now of a job that was just changed is what the design says.
    pub(super) fn note(
        all: &mut [Self],
        i: usize,
        change: &Change,
        plan: &Plan,
        sets: &Sets,
        clock: Clock,
        book: &Book,
    ) {
        let now_s = clock.now_s;
        match change {
            Change::Job { schedule, since_s, .. } => all[i].note_schedule(sets, schedule, *since_s, plan, clock, book),
            Change::Void { .. } => all[i].note_void(plan, clock, book),
            Change::Slot { at_s, decision, reason, range, .. } => {
                let own = &all[i];
                let chapter = own.chapters.len() - 1;
                let (month, month_ends_s) = month_before(*at_s);
                let is_monthly = plan.task == Task::MonthlyReports;
                let is_held = !matches!(clock.trust, Trust::Unchallenged | Trust::Confirmed);
                assert!(!is_monthly || !is_held, "job {}: {at_s} is decided by {:?}", plan.name, clock.trust);
                let last = own.began.range(..=now_s + AHEAD_S).next_back().copied();
                let needed_s = if is_monthly { month_ends_s } else { last.unwrap_or(own.chapters[chapter].since_s) };
                let others = plan.after.iter().map(|name| &all[usize::from(name.as_bytes()[0] - b'a')]);
                let lacks = others.into_iter().any(|other| !other.has_succeeded_since(needed_s, now_s));
                let made_s = own.by_hand.get(&month).filter(|_| is_monthly);
                let entry = Entry {
                    chapter,
                    at_s: *at_s,
                    before: book.row(&plan.name, *at_s).filter(|row| row.decision != Decision::Void),
                    decision: *decision,
                    reason: *reason,
                    range: *range,
                    now_s,
                    job: char::from(plan.name.as_bytes()[0]),
                    catch_up: plan.catch_up,
                    give_up_s: plan.give_up_s,
                    after_required: plan.after_required,
                    was_made_by_hand: made_s.is_some_and(|made_s| made_s >= at_s),
                    lacks,
                    looked_s: own.looked_s,
                };
                entry.judge();
                all[i].entries.push(entry);
            }
        }
    }

    fn note_schedule(&mut self, sets: &Sets, words: &str, since_s: i64, plan: &Plan, clock: Clock, book: &Book) {
        let now_s = clock.now_s;
        let known = book.jobs.get(&plan.name).and_then(|job| job.seen.as_ref());
        // A job owes nothing from before it was seen, and nothing by an old schedule.
        let is_new = known.is_none_or(|(known, _)| known != words);
        let is_ahead =
            known.is_some_and(|(_, since_s)| *since_s > now_s + AHEAD_S) && clock.trust != Trust::Unchallenged;
        assert!(is_new || is_ahead, "job {}: nothing changed", plan.name);
        assert_eq!(since_s, now_s, "job {}: it owes what is past", plan.name);
        let last_s = book.jobs.get(&plan.name).and_then(Job::last_s);
        let owes_after_s = last_s.unwrap_or(since_s).max(since_s);
        self.is_removed = false;
        self.chapters.push(Chapter { sets: sets.clone(), since_s, owes_after_s, to_s: since_s });
    }

    /// A job that is not in the configuration is only noted to be gone, once.
    pub(super) fn note_removal(&mut self, change: &Change, book: &Book) {
        let Change::Job { job, since_s, .. } = change else { panic!("a job that was removed: {change:?}") };
        let known = book.jobs[job].seen.as_ref();
        assert_eq!(known.map(|(_, since_s)| *since_s), Some(*since_s), "job {job}: it was not there");
        assert!(!self.is_removed, "job {job}: removed twice");
        self.is_removed = true;
    }

    /// Everything was decided while the configuration did not have the job.
    pub(super) fn looked_without(&self, job: &str, book: &Book) {
        let is_known = book.jobs.get(job).is_some_and(|job| job.seen.is_some());
        assert!(self.is_removed || !is_known, "job {job}: it will owe a time in which it was not there");
    }

    fn note_void(&mut self, plan: &Plan, clock: Clock, book: &Book) {
        let now_s = clock.now_s;
        // What does no harm twice goes on by a clock that nobody confirms.
        let is_harmless = plan.task != Task::MonthlyReports;
        assert!(is_harmless || clock.trust == Trust::Confirmed, "job {}: void without a witness", plan.name);
        for chapter in &mut self.chapters {
            chapter.to_s = chapter.to_s.min(now_s);
            chapter.owes_after_s = chapter.owes_after_s.min(now_s).max(chapter.since_s);
        }
        // By a schedule that is no longer in force nothing is owed again.
        let rows = &book.jobs[&plan.name].slots;
        let dropped = |row: &Row| row.decision == Decision::Dropped && row.until_s > Some(now_s);
        let first_s = rows.iter().find(|(_, row)| dropped(row)).map_or(i64::MAX, |(at_s, _)| *at_s);
        if let Some((_, closed)) = self.chapters.split_last_mut() {
            closed.iter_mut().for_each(|chapter| chapter.to_s = chapter.to_s.min(first_s - 1));
        }
        self.successes.retain(|at_s, _| *at_s <= now_s);
        self.tried.retain(|at_s, _| *at_s <= now_s);
        // What was not run for it is tried as if for the first time.
        self.tried.retain(|at_s, _| rows.get(at_s).is_none_or(|row| row.decided_s <= now_s + AHEAD_S || is_open(row)));
    }

    /// Everything up to now was decided.
    pub(super) fn looked(&mut self, clock: Clock, plan: &Plan, book: &Book) {
        let Some(chapter) = self.chapters.last_mut() else { return };
        // A slot of the future may have a row while a clock stepped back; all before it have one.
        chapter.to_s = chapter.to_s.max(clock.now_s);
        self.looked_s = Some(clock.now_s);
        let open = &book.jobs[&plan.name].open;
        // An office that is mostly off adds up to a thousand each time that it is on for a while.
        assert!(open.len() < 10_000, "job {}: {} slots are open", plan.name, open.len());
    }

    /// A run of a slot begins.
    pub(super) fn claimed(&mut self, at_s: i64, attempt: u32, now_s: i64, ahead_s: i64) {
        let tried = self.tried.entry(at_s).or_default();
        tried.attempts += 1;
        assert_eq!(attempt, tried.attempts, "the attempts at {at_s} are forgotten");
        if let Some((failed_s, class, then_ahead_s)) = tried.failed
            && then_ahead_s == ahead_s
        {
            let rest_s = rest_s(class, attempt - 1);
            assert!(now_s >= failed_s + rest_s, "{at_s} failed at {failed_s} ({class:?}) and is tried at {now_s}");
        }
        assert!(!self.successes.contains_key(&at_s), "the slot {at_s} runs though it succeeded");
    }

    /// A run of a slot failed.
    pub(super) fn failed(&mut self, at_s: i64, class: FailureClass, now_s: i64, ahead_s: i64) {
        if let Some(tried) = self.tried.get_mut(&at_s) {
            tried.failed = Some((now_s, class, ahead_s));
        }
    }

    /// A run succeeded, of a slot that was not void since.
    pub(super) fn succeeded(&mut self, at_s: i64, began_s: i64, is_void: bool) {
        self.began.insert(began_s);
        if !is_void {
            let n = self.successes.entry(at_s).or_default();
            *n += 1;
            assert_eq!(*n, 1, "the slot {at_s} succeeded twice");
        }
    }

    /// A run for a month succeeded that somebody asked for.
    pub(super) fn made_by_hand(&mut self, month: Option<(i32, u32)>, began_s: i64) {
        self.began.insert(began_s);
        if let Some(month) = month {
            let last_s = self.by_hand.entry(month).or_insert(began_s);
            *last_s = began_s.max(*last_s);
        }
    }

    /// No slot is lost, none was decided that was not due, and each decision is the right one.
    pub(super) fn judge(&self, plan: &Plan, book: &Book, calendar: &WorkingClock) {
        let none = BTreeMap::new();
        let rows = book.jobs.get(&plan.name).map_or(&none, |job| &job.slots);
        let ranges: Vec<_> =
            rows.iter().filter(|(_, row)| is_live(row)).filter_map(|(at_s, row)| Some(*at_s..=row.until_s?)).collect();
        let mut entries = self.entries.as_slice();
        for (number, chapter) in self.chapters.iter().enumerate() {
            let (own, later) = entries.split_at(entries.partition_point(|entry| entry.chapter == number));
            entries = later;
            let last_s = own.iter().map(|entry| entry.now_s).max().unwrap_or(chapter.to_s).max(chapter.to_s);
            let due =
                if last_s > chapter.since_s { chapter.sets.due(chapter.since_s, last_s, calendar) } else { Vec::new() };
            for at_s in due.iter().filter(|at_s| (chapter.owes_after_s + 1..=chapter.to_s).contains(at_s)) {
                let has_row = rows.get(at_s).is_some_and(is_live) || ranges.iter().any(|range| range.contains(at_s));
                assert!(has_row, "job {} `{}`: the slot {at_s} is lost", plan.name, chapter.sets.cron());
            }
            own.iter().filter(|entry| entry.before.is_none()).for_each(|entry| entry.judge_first(&due));
        }
        for (at_s, row) in rows.iter().filter(|(_, row)| is_live(row)) {
            let succeeded = self.successes.get(at_s).copied().unwrap_or(0);
            let is_done = row.decision == Decision::Done;
            assert_eq!(succeeded, u32::from(is_done), "job {}: {at_s} is {:?}", plan.name, row.decision);
        }
    }

    /// Eight days after everything came right nothing is left over that could have run.
    pub(super) fn judge_quiet(&self, plan: &Plan, book: &Book, now_s: i64) {
        for (at_s, row) in &book.jobs[&plan.name].open {
            let since_s = at_s.max(&row.decided_s).max(&row.not_before_s);
            let may_wait =
                row.decision == Decision::Waiting && (plan.give_up_s.is_none() && plan.catch_up != CatchUp::All);
            let longest_s = if row.decision == Decision::Waiting { 3 * DAY_S + HOUR_S } else { DAY_S };
            assert!(may_wait || now_s - since_s <= longest_s, "job {}: {at_s} is stuck at {now_s}: {row:?}", plan.name);
        }
    }
}

fn is_open(row: &Row) -> bool {
    matches!(row.decision, Decision::Run | Decision::Waiting)
}

fn is_live(row: &Row) -> bool {
    row.decision != Decision::Void
}

impl Entry {
    /// What can be said without knowing what else is due.
    fn judge(&self) {
        let Self { job, at_s, now_s, catch_up, decision, reason, .. } = self;
        let Some(before) = self.before else {
            assert!(at_s <= now_s, "job {job}: {at_s} is decided at {now_s}, too early");
            return;
        };
        assert!(is_open(&before), "job {job}: {at_s} is over and decided again: {before:?}");
        let waits = before.decision == Decision::Waiting;
        let give_up_s = self.give_up_s.or((*catch_up == CatchUp::All).then_some(3 * DAY_S));
        let is_over = give_up_s.is_some_and(|give_up_s| now_s - before.decided_s > give_up_s);
        let is_right = match (decision, reason) {
            (Decision::Covered, Reason::ByHand) => self.was_made_by_hand,
            (Decision::Covered, Reason::LaterSlot) => *catch_up != CatchUp::All,
            (Decision::Run, Reason::Due) => waits && !self.lacks,
            (Decision::Run, Reason::Waited) => waits && is_over && !self.after_required,
            (Decision::GivenUp, Reason::Waited) => waits && is_over && self.after_required,
            (Decision::GivenUp, Reason::Tried) => !waits && is_over && before.attempts > 0,
            _ => false,
        };
        assert!(is_right, "job {job}: {at_s} was {before:?} and is {decision:?} for {reason:?} at {now_s}");
    }

    /// A slot that had no decision gets the one that follows from what is due.
    fn judge_first(&self, due: &[i64]) {
        let Self { job, at_s, now_s, catch_up, .. } = self;
        let number = due.binary_search(at_s);
        assert!(number.is_ok(), "job {job}: the slot {at_s} was never due");
        let later = due.partition_point(|due_s| due_s <= now_s) - number.unwrap_or_default() - 1;
        if let Some((count, until_s)) = self.range {
            let first = number.unwrap_or_default();
            if count == 100_000 {
                // Beyond so many they are not counted, and all but those of the last 35 days are dropped.
                assert_eq!(until_s, now_s - 35 * DAY_S, "job {job}: {at_s}");
                assert!(due.len() - first > count, "job {job}: {at_s} at {now_s}");
                return;
            }
            let last = due.binary_search(&until_s).unwrap();
            assert_eq!((self.decision, *catch_up), (Decision::Dropped, CatchUp::All), "job {job}: {at_s}");
            assert_eq!(last - first + 1, count, "job {job}: {at_s} to {until_s}");
            assert_eq!(later + 1 - count, 1_000, "job {job}: dropped at {now_s}");
            return;
        }
        let right = if self.was_made_by_hand {
            (Decision::Covered, Reason::ByHand)
        } else if *catch_up == CatchUp::None && now_s - at_s > 120 {
            (Decision::Missed, Reason::TooLate)
        } else if *catch_up != CatchUp::All && later > 0 {
            (Decision::Covered, Reason::LaterSlot)
        } else if self.lacks {
            (Decision::Waiting, Reason::Needs)
        } else {
            (Decision::Run, Reason::Due)
        };
        let context = || format!("job {job} {catch_up:?}: {at_s} at {now_s}, {later} later");
        assert_eq!((self.decision, self.reason), right, "{}", context());
        // Whoever looked before it was due, and was not disturbed, looks again when it is due.
        if self.looked_s.is_some_and(|looked_s| looked_s < *at_s) {
            assert!(now_s - at_s <= 1, "late: {}", context());
        }
    }
}
