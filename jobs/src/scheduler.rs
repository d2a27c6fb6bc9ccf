//! Decides which slots of the jobs are owed, which are covered, missed or given up, and which may start now.
//!
//! Reads   the jobs, what the history knows of them, and the clock
//! Gives   changes of the history, and the slots to be started
//! Rule    a job owes the slots after the last one that was decided; nothing is decided by a clock that is not believed
//!
//! This is arithmetic alone: it asks no clock and touches no file. Invariant: every beginning of a list of changes leaves the history
//! right, so that a program that is killed between two of them loses no slot.

mod clock_watch;
#[cfg(test)]
mod oracle;
mod schedule;
mod slot;

pub(crate) use clock_watch::{ClockFault, ClockWatch, Sightings, Trust};
pub(crate) use schedule::Schedule;
pub(crate) use slot::{Decision, Known, Lane, OpenSlot};

use crate::config::{CatchUp, Task};
use anyhow::Result;
use schemas::{WorkingClock, Zone};
use std::collections::BTreeMap;

/// A run that begins within this time of being due was not missed.
const PUNCTUAL_S: i64 = 120;

/// No more missed slots than this are run one by one.
const RUN_LIMIT: usize = 1_000;

/// No more slots than this are decided one by one: half-hourly, those of six years.
const SLOT_LIMIT: usize = 100_000;

/// What was decided this far in the future was decided by a wrong clock. A wrong zone or summer time is less than this.
pub(crate) const STEP_S: i64 = 26 * 3_600;

/// The words of the schedule of a job that is not in the configuration any more. Nobody can write them there.
const REMOVED: &str = "removed";

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;

/// A job as the configuration has it.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Its name.
    pub name: String,
    /// What it does.
    pub task: Task,
    /// When it is due.
    pub schedule: Schedule,
    /// What to do about slots that were missed.
    pub catch_up: CatchUp,
    /// The jobs that must have brought what it needs.
    pub after: Vec<String>,
    /// Whether it does not run at all when they have not.
    pub after_required: bool,
    /// How long it is tried or waits; without it, until its next slot.
    pub give_up_s: Option<i64>,
}

/// The clock, and whether it is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    /// Now.
    pub now_s: i64,
    /// Whether it is believed.
    pub trust: Trust,
}

/// Why a slot got its decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It is due.
    Due,
    /// A later slot of the same job is due as well.
    LaterSlot,
    /// Somebody ran the job for the same period after the slot was due.
    ByHand,
    /// It was due too long ago.
    TooLate,
    /// It was tried for as long as the job allows.
    Tried,
    /// It waited for as long as the job allows.
    Waited,
    /// It waits for other jobs.
    Needs,
    /// It was decided by a clock that was wrong.
    WrongClock,
    /// There were too many.
    TooMany,
}

impl Reason {
    /// Its word in the history.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::LaterSlot => "later-slot",
            Self::ByHand => "by-hand",
            Self::TooLate => "too-late",
            Self::Tried => "tried",
            Self::Waited => "waited",
            Self::Needs => "needs",
            Self::WrongClock => "wrong-clock",
            Self::TooMany => "too-many",
        }
    }
}

/// A change of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// A job was first seen, its schedule changed, or it was removed.
    Job {
        /// Its name.
        job: String,
        /// The words of its schedule.
        schedule: String,
        /// It owes no slot up to this instant.
        since_s: i64,
    },
    /// A slot gets a decision.
    Slot {
        /// The job.
        job: String,
        /// The slot.
        at_s: i64,
        /// The decision.
        decision: Decision,
        /// Why.
        reason: Reason,
        /// The slots for which this row stands, and the last of them, where it is more than one.
        range: Option<(usize, i64)>,
    },
    /// What was decided in the future was decided by a wrong clock: slots of the future are void, and those of the past that were not
    /// run for it are owed again.
    Void {
        /// The job.
        job: String,
        /// The clock as it is believed now.
        now_s: i64,
    },
}

/// What is decided now.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    /// Changes of the history, in the order in which they are to be made.
    pub changes: Vec<Change>,
    /// Jobs whose schedule names no day that comes, and why.
    pub faults: Vec<(String, String)>,
}

/// Decides everything that has become due.
pub(crate) fn decide(
    plans: &[Plan],
    known: &BTreeMap<String, Known>,
    clock: Clock,
    calendar: &WorkingClock,
    zone: Zone,
) -> Decided {
    let mut decided = Decided::default();
    // A job that comes back owes nothing of the time in which it was not there.
    let is_gone = |job: &String| plans.iter().all(|plan| plan.name != *job);
    for (job, gone) in known.iter().filter(|(job, known)| is_gone(job) && known.schedule != REMOVED) {
        let (job, schedule) = (job.clone(), REMOVED.to_owned());
        decided.changes.push(Change::Job { job, schedule, since_s: gone.since_s });
    }
    for plan in plans {
        if let Err(fault) = of_job(plan, known, clock, calendar, zone, &mut decided.changes) {
            decided.faults.push((plan.name.clone(), format!("{fault:#}")));
        }
    }
    decided
}

fn of_job(
    plan: &Plan,
    all: &BTreeMap<String, Known>,
    clock: Clock,
    calendar: &WorkingClock,
    zone: Zone,
    changes: &mut Vec<Change>,
) -> Result<()> {
    let (now_s, job) = (clock.now_s, &plan.name);
    // A clock that is not believed decides only what does no harm at a wrong time.
    if !clock.trust.allows(plan.task) {
        return Ok(());
    }
    let is_void = |at_s: i64| clock.trust != Trust::Unchallenged && at_s > now_s + STEP_S;
    let in_force = |since_s| Change::Job { job: job.clone(), schedule: plan.schedule.words().to_owned(), since_s };
    let Some(known) = all.get(job) else {
        changes.push(in_force(now_s));
        return Ok(());
    };
    let mut since_s = known.since_s;
    if known.schedule != plan.schedule.words() {
        // Nothing before now is owed by a schedule that was not in force. What is open stays open.
        since_s = if known.schedule.is_empty() { since_s } else { now_s };
        changes.push(in_force(since_s));
    }
    if clock.trust != Trust::Unchallenged && known.decided_ahead {
        changes.push(Change::Void { job: job.clone(), now_s });
        // What that leaves is seen when the history is read again.
        return Ok(());
    }
    if is_void(since_s) {
        since_s = now_s;
        changes.push(in_force(since_s));
    }
    // What covers no month needs what was made since it last succeeded.
    let made_s = known.last_success_s.unwrap_or(since_s);
    let slot = |at_s, decision, reason| Change::Slot { job: job.clone(), at_s, decision, reason, range: None };
    let (due, dropped) = due_slots(plan, since_s.max(known.last_s.unwrap_or(i64::MIN)), now_s, calendar)?;
    if let Some((first_s, count, until_s)) = dropped {
        let (decision, reason) = (Decision::Dropped, Reason::TooMany);
        changes.push(Change::Slot { job: job.clone(), at_s: first_s, decision, reason, range: Some((count, until_s)) });
    }
    let newest_s = due.last().copied();
    let by_hand = |at_s: i64| was_made_by_hand(plan, known, at_s, zone);
    // What is open comes before what is due, since it is older.
    for open in known.open.iter().filter(|open| !open.running && !is_void(open.at_s)) {
        // Where every slot is run, the next one does not end the wait for this one.
        let give_up_s = plan.give_up_s.or((plan.catch_up == CatchUp::All).then_some(3 * DAY_S));
        let is_over = give_up_s.is_some_and(|give_up_s| now_s - open.decided_s > give_up_s);
        let is_superseded = newest_s.is_some() || known.last_s.is_some_and(|last_s| last_s > open.at_s);
        let is_covered = is_superseded && plan.catch_up != CatchUp::All;
        if by_hand(open.at_s)? {
            changes.push(slot(open.at_s, Decision::Covered, Reason::ByHand));
        } else if is_covered {
            changes.push(slot(open.at_s, Decision::Covered, Reason::LaterSlot));
        } else if is_over && open.waits {
            let in_vain = if plan.after_required { Decision::GivenUp } else { Decision::Run };
            changes.push(slot(open.at_s, in_vain, Reason::Waited));
        } else if is_over && open.attempts > 0 {
            changes.push(slot(open.at_s, Decision::GivenUp, Reason::Tried));
        } else if open.waits && lacks(plan, open.at_s, all, made_s, zone)?.is_none() {
            changes.push(slot(open.at_s, Decision::Run, Reason::Due));
        }
    }
    for at_s in due {
        let (decision, reason) = if by_hand(at_s)? {
            (Decision::Covered, Reason::ByHand)
        } else if plan.catch_up == CatchUp::None && now_s - at_s > PUNCTUAL_S {
            (Decision::Missed, Reason::TooLate)
        } else if plan.catch_up != CatchUp::All && Some(at_s) != newest_s {
            (Decision::Covered, Reason::LaterSlot)
        } else if lacks(plan, at_s, all, made_s, zone)?.is_some() {
            (Decision::Waiting, Reason::Needs)
        } else {
            (Decision::Run, Reason::Due)
        };
        changes.push(slot(at_s, decision, reason));
    }
    Ok(())
}

/// Whether somebody made what a slot is for after it was due: what covers a month is the same whoever asks for it.
fn was_made_by_hand(plan: &Plan, known: &Known, at_s: i64, zone: Zone) -> Result<bool> {
    if known.by_hand.is_empty() {
        return Ok(false);
    }
    let period = plan.task.period(at_s, zone)?;
    Ok(period.ends_s.is_some() && known.by_hand.get(&period.key).is_some_and(|began_s| *began_s >= at_s))
}

/// Slots that are due, oldest first, and those that are too many: the first of them, how many, and the last.
type Due = (Vec<i64>, Option<(i64, usize, i64)>);

fn due_slots(plan: &Plan, after_s: i64, now_s: i64, calendar: &WorkingClock) -> Result<Due> {
    let mut due = Vec::new();
    let mut at_s = plan.schedule.next(after_s, calendar)?;
    while at_s <= now_s && due.len() < SLOT_LIMIT {
        due.push(at_s);
        at_s = plan.schedule.next(at_s, calendar)?;
    }
    if at_s <= now_s {
        // Nobody counts the minutes of decades: the rest is as old as what was counted.
        let (first_s, count) = (due[0], due.len());
        let recent_s = now_s - 35 * DAY_S;
        due.clear();
        at_s = plan.schedule.next(recent_s, calendar)?;
        while at_s <= now_s && due.len() < SLOT_LIMIT {
            due.push(at_s);
            at_s = plan.schedule.next(at_s, calendar)?;
        }
        return Ok((due, Some((first_s, count, recent_s))));
    }
    let excess = if plan.catch_up == CatchUp::All { due.len().saturating_sub(RUN_LIMIT) } else { 0 };
    let dropped = (excess > 0).then(|| (due[0], excess, due[excess - 1]));
    Ok((due.split_off(excess), dropped))
}

/// Returns the job for which a slot must still wait; what covers no month waits for what is made from an instant on.
fn lacks<'a>(
    plan: &'a Plan,
    at_s: i64,
    all: &BTreeMap<String, Known>,
    made_s: i64,
    zone: Zone,
) -> Result<Option<&'a str>> {
    if plan.after.is_empty() {
        return Ok(None);
    }
    let period = plan.task.period(at_s, zone)?;
    let needed_s = period.ends_s.unwrap_or(made_s);
    let has_succeeded = |job: &&String| all.get(*job).is_some_and(|k| k.last_success_s >= Some(needed_s));
    Ok(plan.after.iter().find(|job| !has_succeeded(job)).map(String::as_str))
}

/// Returns the slots that are to be started now, at most one in each lane that is free.
pub(crate) fn startable(
    plans: &[Plan],
    known: &BTreeMap<String, Known>,
    clock: Clock,
    busy: &[Lane],
) -> Vec<(String, i64)> {
    let mut waiting: Vec<(i64, usize, &Plan)> = Vec::new();
    for (order, plan) in plans.iter().enumerate() {
        let Some(known) = known.get(&plan.name).filter(|_| clock.trust.allows(plan.task)) else { continue };
        if known.open.iter().any(|open| open.running) {
            continue;
        }
        // The slots of a job run in order; one that pauses after a failure does not hold up the next.
        let first = known.open.iter().find(|open| !open.waits && open.may_start(clock.now_s));
        waiting.extend(first.map(|open| (open.at_s, order, plan)));
    }
    waiting.sort_by_key(|(at_s, order, _)| (*at_s, *order));
    let mut taken = busy.to_vec();
    let mut start = Vec::new();
    for (at_s, _, plan) in waiting {
        let lane = Lane::of(plan.task);
        if !taken.contains(&lane) {
            taken.push(lane);
            start.push((plan.name.clone(), at_s));
        }
    }
    start
}

/// Returns when the next slot is due, or the next pause is over.
pub(crate) fn next_wake(
    plans: &[Plan],
    known: &BTreeMap<String, Known>,
    clock: Clock,
    calendar: &WorkingClock,
) -> Option<i64> {
    let allowed = plans.iter().filter(|plan| clock.trust.allows(plan.task));
    let due = allowed.clone().filter_map(|plan| plan.schedule.next(clock.now_s, calendar).ok());
    let open = allowed.filter_map(|plan| known.get(&plan.name)).flat_map(|known| &known.open);
    let paused = open.filter(|open| !open.running && open.not_before_s > clock.now_s).map(|open| open.not_before_s);
    due.chain(paused).min()
}

impl OpenSlot {
    /// Whether its pause is over. A row that was changed in the future was changed by a clock that has gone back.
    fn may_start(&self, now_s: i64) -> bool {
        !self.running && (now_s >= self.not_before_s || now_s < self.changed_s)
    }
}

/// Why a run did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureClass {
    /// It may pass by waiting.
    Passing,
    /// It stays until somebody mends it.
    Lasting,
    /// The process ended without a word.
    CutOff,
    /// It was not finished in time.
    Deadline,
    /// It was told to stop.
    Stopped,
}

impl FailureClass {
    /// Its word in the history.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Passing => "passing",
            Self::Lasting => "lasting",
            Self::CutOff => "cut-off",
            Self::Deadline => "deadline",
            Self::Stopped => "stopped",
        }
    }

    /// How long to wait after an attempt of that number: 1, 2, 4 … 30 minutes where it may pass, a day where it stays.
    pub(crate) fn pause_s(self, attempt: u32) -> i64 {
        match self {
            Self::Lasting => DAY_S,
            Self::Stopped => 0,
            Self::CutOff if attempt <= 1 => 0,
            Self::Passing | Self::CutOff | Self::Deadline => 60 * (1_i64 << attempt.saturating_sub(1).min(5)).min(30),
        }
    }
}
