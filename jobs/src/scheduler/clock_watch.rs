//! Whether the PC's clock is believed: an empty battery, a year that was typed wrong, a step of hours.
//!
//! Reads   the clock, how long the machine has run (asleep or not), the newest thing that was decided or archived, and witnesses:
//!         a time server, the office's database, a person
//! Gives   whether the clock is believed, and what is wrong with it
//! Rule    a clock that contradicts what is known is held until a witness confirms it

use super::{HOUR_S, STEP_S};
use crate::config::Task;

/// No program of this version was there before that instant, 2026-11-01 UTC.
const BUILT_S: i64 = 1_793_491_200;

/// A PC that was off for longer than this looks like one whose clock runs ahead.
const OFF_S: i64 = 35 * 86_400;

/// A witness may differ from the clock by this much.
const TOLERANCE_S: i64 = 600;

/// After this time a clock that nobody confirms holds up documents alone.
const PATIENCE_S: i64 = 24 * HOUR_S;

/// How long the word of a person counts.
const WORD_S: i64 = 7 * 86_400;

/// Whether the clock is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Nothing contradicts it.
    Unchallenged,
    /// Something contradicts it, and a witness says that it is right.
    Confirmed,
    /// Something contradicts it, and nobody says that it is right.
    Doubted {
        /// For how long.
        for_s: i64,
    },
    /// It is wrong, whatever anybody says.
    Wrong,
}

impl Trust {
    /// Whether a task may run by it. A pull does no harm at a wrong time, an examination of the machine neither.
    pub(crate) fn allows(self, task: Task) -> bool {
        match self {
            Self::Unchallenged | Self::Confirmed => true,
            Self::Doubted { for_s } => match task {
                Task::Pull | Task::Doctor => true,
                Task::Verify | Task::VerifyNew | Task::Reconcile | Task::Backup | Task::RestoreDrill => {
                    for_s > PATIENCE_S
                }
                Task::MonthlyReports | Task::CloseMonth | Task::ProvinceReport | Task::Digest => false,
            },
            Self::Wrong => false,
        }
    }
}

/// What is wrong with a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClockFault {
    /// It went back a little; everything waits until it has come as far as before.
    SteppedBack,
    /// Something that was decided or archived lies in its future.
    Behind,
    /// It ran ahead of the machine's own time.
    Jumped,
    /// It stands before this program was made.
    BeforeProgram,
    /// Nothing was done for so long that the PC was off, or its clock runs ahead.
    LongOff,
}

impl ClockFault {
    const ALL: [Self; 5] = [Self::SteppedBack, Self::Behind, Self::Jumped, Self::BeforeProgram, Self::LongOff];

    /// The code that another process wrote.
    pub(crate) fn code_of(written: &str) -> Option<&'static str> {
        Self::ALL.into_iter().map(Self::code).find(|code| *code == written)
    }

    /// Its code among the findings.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::SteppedBack => "T010",
            Self::Behind => "T011",
            Self::Jumped => "T012",
            Self::BeforeProgram => "T013",
            Self::LongOff => "T014",
        }
    }
}

/// What is known beside the clock itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sightings {
    /// The newest slot or commit.
    pub newest_s: Option<i64>,
    /// The clock when it was last believed; a doubted one writes down slots and commits too.
    pub believed_s: Option<i64>,
    /// Whether a time server keeps the clock.
    pub is_synchronized: bool,
    /// How far the clock is ahead of the office's database, where that is on another machine.
    pub ahead_of_source_s: Option<i64>,
    /// When a person last said that the clock is right.
    pub confirmed_s: Option<i64>,
}

impl Sightings {
    fn confirm(&self, now_s: i64) -> bool {
        let by_person = self.confirmed_s.is_some_and(|at_s| (at_s..at_s + WORD_S).contains(&now_s));
        self.is_synchronized || by_person || self.ahead_of_source_s.is_some_and(|ahead_s| ahead_s.abs() <= TOLERANCE_S)
    }
}

/// Watches the clock while the program runs.
#[derive(Clone, Debug)]
pub(crate) struct ClockWatch {
    /// The clock and the machine's own time when the clock was last believed.
    believed: Option<(i64, i64)>,
    /// Since when, in the machine's own time, it is not.
    doubted_since_s: Option<i64>,
    stepped_since_s: Option<i64>,
}

impl ClockWatch {
    /// Begins to watch.
    pub(crate) fn new() -> Self {
        Self { believed: None, doubted_since_s: None, stepped_since_s: None }
    }

    /// Judges the clock. `machine_s` is the time since the machine was started, which counts sleep.
    pub(crate) fn judge(&mut self, now_s: i64, machine_s: i64, seen: Sightings) -> (Trust, Option<ClockFault>) {
        let behind_s = seen.newest_s.map_or(0, |newest_s| newest_s - now_s);
        let ran_ahead_s = self.believed.map_or(0, |(then_s, machine_then_s)| {
            now_s.saturating_sub(then_s).saturating_sub(machine_s.saturating_sub(machine_then_s))
        });
        let is_first = self.believed.is_none();
        let off_s = seen.believed_s.or(seen.newest_s).map_or(0, |last_s| now_s - last_s);
        let fault = if now_s < BUILT_S {
            Some(ClockFault::BeforeProgram)
        } else if behind_s > STEP_S {
            Some(ClockFault::Behind)
        } else if ran_ahead_s.abs() > STEP_S {
            Some(ClockFault::Jumped)
        } else if is_first && off_s > OFF_S {
            Some(ClockFault::LongOff)
        } else {
            None
        };
        let trust = match fault {
            Some(ClockFault::BeforeProgram) => Trust::Wrong,
            Some(_) if seen.confirm(now_s) => Trust::Confirmed,
            Some(_) => {
                let since_s = *self.doubted_since_s.get_or_insert(machine_s);
                return (Trust::Doubted { for_s: machine_s - since_s }, fault);
            }
            None => Trust::Unchallenged,
        };
        if trust != Trust::Wrong {
            self.believed = Some((now_s, machine_s));
            self.doubted_since_s = None;
        }
        let stepped_back = (fault.is_none() && behind_s > 0).then_some(ClockFault::SteppedBack);
        (trust, fault.or(self.lasting(stepped_back, machine_s)))
    }

    /// The time as far as it is known, whatever the clock shows: when it was last believed, and how long the machine has run since.
    pub(crate) fn known_s(&self, machine_s: i64, seen: Sightings) -> Option<i64> {
        let by_machine = self.believed.map(|(then_s, machine_then_s)| then_s + (machine_s - machine_then_s));
        by_machine.or(seen.believed_s)
    }

    /// A step back is told when it lasts.
    fn lasting(&mut self, fault: Option<ClockFault>, machine_s: i64) -> Option<ClockFault> {
        match fault {
            None => self.stepped_since_s = None,
            Some(_) => {
                let since_s = *self.stepped_since_s.get_or_insert(machine_s);
                return fault.filter(|_| machine_s - since_s > TOLERANCE_S);
            }
        }
        None
    }
}
