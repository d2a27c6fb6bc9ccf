//! The slot: a job and an instant at which it is due. It is the identity of a scheduled run, and every slot gets one decision.

use crate::config::Task;
use serde::Serialize;
use std::collections::BTreeMap;

/// What became of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Decision {
    /// It is to run, or runs, or failed and will be tried again.
    Run,
    /// It is to run as soon as other jobs have brought what it needs.
    Waiting,
    /// A run of it came to an end that need not be repeated.
    Done,
    /// It was tried, or waited, for as long as the job allows.
    GivenUp,
    /// A later run did its work.
    Covered,
    /// It was not run, since it was due while nothing could run and the job does not catch up.
    Missed,
    /// It was decided while the clock was wrong, and is owed again when its time comes.
    Void,
    /// One row for all slots from it on that were too many to be decided one by one.
    Dropped,
}

impl Decision {
    /// All of them.
    pub(crate) const ALL: [Self; 8] =
        [Self::Run, Self::Waiting, Self::Done, Self::GivenUp, Self::Covered, Self::Missed, Self::Void, Self::Dropped];

    /// Its word in the history.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::GivenUp => "given-up",
            Self::Covered => "covered",
            Self::Missed => "missed",
            Self::Void => "void",
            Self::Dropped => "dropped",
        }
    }
}

/// A slot that is not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenSlot {
    /// When the job was due.
    pub at_s: i64,
    /// When that was decided.
    pub decided_s: i64,
    /// When its row was last changed.
    pub changed_s: i64,
    /// Before this instant it is not tried again.
    pub not_before_s: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// Whether it waits for other jobs.
    pub waits: bool,
    /// Whether a process runs it.
    pub running: bool,
}

/// What is known of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// The words of its schedule; empty where they are not known, as in a history that was made anew.
    pub schedule: String,
    /// Slots up to this instant were never owed: the job was first seen then, or its schedule changed.
    pub since_s: i64,
    /// The last slot that was decided.
    pub last_s: Option<i64>,
    /// Whether something was decided so far in the future that the clock was wrong then, or is wrong now.
    pub decided_ahead: bool,
    /// The slots that are not over, oldest first.
    pub open: Vec<OpenSlot>,
    /// When the last run that succeeded began.
    pub last_success_s: Option<i64>,
    /// When the last successful run for a month began that somebody asked for, outside of the schedule.
    pub by_hand: BTreeMap<String, i64>,
}

/// Jobs of one lane run one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// Pulls, so that a long report does not hold them up.
    Pull,
    /// Everything else.
    Rest,
}

impl Lane {
    /// The lane of a task.
    pub(crate) fn of(task: Task) -> Self {
        if task == Task::Pull { Self::Pull } else { Self::Rest }
    }
}
