//! When a berkas first reached its milestones, which the columns of books show.

use schemas::Milestone;

/// When a berkas first reached its milestones, in epoch seconds.
#[derive(Clone, Copy, Default)]
pub(super) struct Milestones {
    /// The code of its pekon as a number.
    pub(super) area: u64,
    /// The first event of all.
    pub(super) begun: Option<i64>,
    /// When it was handed over, refused or found to be recorded twice, at which step, and by which of these.
    end: Option<(i64, u8, Milestone)>,
    pub(super) recorded: Option<i64>,
    pub(super) complete: Option<i64>,
    pub(super) printed: Option<i64>,
    pub(super) gathered: Option<i64>,
    pub(super) handed_over: Option<i64>,
    /// The number of that row in the archive, and whether it came after the books of its month were closed.
    handed_over_seq: i64,
    pub(super) is_handed_over_late: bool,
}

impl Milestones {
    /// Notes an event of a step by its number and time, and what it is to the figures.
    pub(super) fn note(&mut self, area: u64, milestone: Option<Milestone>, event: (i64, i64, u8), is_late: bool) {
        let (_, at, _) = event;
        if self.begun.is_none_or(|earlier| at < earlier) {
            (self.begun, self.area) = (Some(at), area);
        }
        if let Some(milestone) = milestone {
            self.reach(milestone, event, is_late);
        }
    }

    /// Returns when it came to an end.
    pub(super) fn ended(&self) -> Option<i64> {
        self.end.map(|(at, ..)| at)
    }

    /// Returns when it came to an end, if that was by this milestone.
    pub(super) fn ended_by(&self, milestone: Milestone) -> Option<i64> {
        self.end.filter(|(.., by)| *by == milestone).map(|(at, ..)| at)
    }

    /// Returns the number and the time of the row by which the card was handed over.
    pub(super) fn hand_over(&self) -> Option<(i64, i64)> {
        self.handed_over.map(|at| (self.handed_over_seq, at))
    }

    /// Notes that a milestone was reached, and keeps the earliest time.
    fn reach(&mut self, milestone: Milestone, (seq, at, step): (i64, i64, u8), is_late: bool) {
        if milestone == Milestone::HandedOver && self.handed_over.is_none_or(|earlier| at < earlier) {
            (self.handed_over_seq, self.is_handed_over_late) = (seq, is_late);
        }
        if matches!(milestone, Milestone::HandedOver | Milestone::Rejected | Milestone::Duplicate) {
            let is_first = self.end.is_none_or(|(earlier, of, _)| (at, step) < (earlier, of));
            self.end = if is_first { Some((at, step, milestone)) } else { self.end };
        }
        let milestone = match milestone {
            Milestone::Recorded => &mut self.recorded,
            Milestone::Complete => &mut self.complete,
            Milestone::Printed => &mut self.printed,
            Milestone::Gathered => &mut self.gathered,
            Milestone::HandedOver => &mut self.handed_over,
            _ => return,
        };
        *milestone = Some(milestone.map_or(at, |earlier| earlier.min(at)));
    }
}
