//! How a trace is laid beside what the SOP allows, and where it departs.
//!
//! The SOP is walked as it is written: from a step to the one that the outcome leads to, back to an earlier one where it says so,
//! until a berkas was handed over. An event beside the expected step costs nothing; an event too many and a step that is
//! missing cost one each. An event whose outcome leads elsewhere may go on to any later step of its own; between walks of the
//! same cost those with the fewest such events come first.

use schemas::{Milestone, Sop};

/// An event of a trace, as far as the SOP speaks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event<'a> {
    pub(super) step: u8,
    pub(super) hasil: &'a str,
}

/// The cheapest walk of the SOP beside a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Alignment {
    /// Events too many plus steps that are missing.
    pub(super) cost: usize,
    /// Steps that are missing, in order.
    pub(super) missing: Vec<u8>,
    /// Places in the trace that are too many.
    pub(super) extra: Vec<usize>,
    /// Places in the trace that came after an outcome which leads elsewhere, with the place of that outcome.
    pub(super) elsewhere: Vec<(usize, usize)>,
}

/// Events too many and missing steps, then events that went on to where their outcome does not lead.
type Cost = (usize, usize);

/// Where a walk stands: the step that is expected, none when the SOP expects nothing more; and whether the berkas was handed over.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    expects: Option<usize>,
    is_over: bool,
}

#[derive(Clone, Copy)]
enum Move {
    /// The event is the expected step, and the walk goes on to that place.
    Together(Place),
    /// The same, to where its outcome does not lead.
    Elsewhere(Place),
    /// The expected step is missing.
    Missing(Place),
    /// The event is too many, and the walk stays.
    Extra(Place),
}

struct Walk<'a> {
    sop: &'a Sop,
    trace: &'a [Event<'a>],
    /// The least cost from an event on, by place.
    least: Vec<Vec<Option<Cost>>>,
}

/// The cheapest walk beside a trace. What came before the first event is not judged where the trace lacks the SOP's first
/// step: the archive may begin later than the berkas.
pub(super) fn align(trace: &[Event<'_>], sop: &Sop) -> Option<Alignment> {
    let mut walk = Walk { sop, trace, least: Vec::new() };
    walk.reckon();
    let begins = sop.steps.first().is_some_and(|first| trace.iter().any(|event| event.step == first.number));
    let starts = if begins { 1 } else { sop.steps.len() };
    let starts = (0..starts).map(|step| Place { expects: Some(step), is_over: false });
    let start = starts.filter_map(|place| Some((walk.cost(0, place)?, place))).min_by_key(|(cost, _)| *cost);
    start.map(|(cost, place)| walk.laid(cost, place))
}

impl Walk<'_> {
    fn number(&self, place: Place) -> usize {
        2 * place.expects.unwrap_or(self.sop.steps.len()) + usize::from(place.is_over)
    }

    fn places(&self) -> Vec<Place> {
        let steps = (0..self.sop.steps.len()).map(Some).chain([None]);
        steps.flat_map(|expects| [false, true].map(|is_over| Place { expects, is_over })).collect()
    }

    fn cost(&self, from: usize, place: Place) -> Option<Cost> {
        self.least.get(from)?.get(self.number(place)).copied().flatten()
    }

    /// From the end of the trace back to its beginning. A missing step leads to another place before the same event, so that the
    /// costs there are made less until they stay as they are.
    fn reckon(&mut self) {
        let places = self.places();
        self.least = vec![vec![None; places.len()]; self.trace.len() + 1];
        for from in (0..=self.trace.len()).rev() {
            let mut changes = true;
            while changes {
                changes = false;
                for place in &places {
                    let over = (from == self.trace.len() && place.is_over).then_some((0, 0));
                    let costs = self.moves(from, *place).into_iter().filter_map(|to| self.after(from, to));
                    let least = costs.chain(over).min();
                    let number = self.number(*place);
                    changes |= self.least[from][number] != least;
                    self.least[from][number] = least;
                }
            }
        }
    }

    /// The cost of a move and of what follows it.
    fn after(&self, from: usize, to: Move) -> Option<Cost> {
        let (next, place, (events, outcomes)) = match to {
            Move::Together(place) => (from + 1, place, (0, 0)),
            Move::Elsewhere(place) => (from + 1, place, (0, 1)),
            Move::Missing(place) => (from, place, (1, 0)),
            Move::Extra(place) => (from + 1, place, (1, 0)),
        };
        self.cost(next, place).map(|rest| (rest.0 + events, rest.1 + outcomes))
    }

    /// In the order in which they are preferred.
    fn moves(&self, from: usize, place: Place) -> Vec<Move> {
        let mut moves = Vec::new();
        let event = self.trace.get(from);
        if let Some((index, step)) = place.expects.and_then(|index| Some((index, self.sop.steps.get(index)?))) {
            let to = |outcome: &schemas::Outcome| Place {
                expects: outcome.next.and_then(|next| self.sop.steps.iter().position(|s| s.number == next)),
                is_over: place.is_over || outcome.milestone == Some(Milestone::HandedOver),
            };
            if let Some(event) = event.filter(|event| event.step == step.number) {
                let own = step.outcomes.iter().find(|outcome| outcome.hasil == event.hasil).map(to);
                moves.extend(own.map(Move::Together));
                // A step that comes again without being sent back is one too many.
                let later = step.outcomes.iter().map(to).filter(|place| place.expects.is_some_and(|next| next > index));
                moves.extend(later.filter(|place| Some(*place) != own).map(Move::Elsewhere));
            }
            moves.extend(step.outcomes.iter().map(|outcome| Move::Missing(to(outcome))));
        }
        moves.extend(event.map(|_| Move::Extra(place)));
        moves
    }

    fn laid(&self, cost: Cost, mut place: Place) -> Alignment {
        let mut laid = Alignment { cost: cost.0, ..Alignment::default() };
        let (mut from, mut cost, mut led_elsewhere) = (0, cost, None);
        while from < self.trace.len() || !place.is_over {
            let Some(to) = self.moves(from, place).into_iter().find(|to| self.after(from, *to) == Some(cost)) else {
                break;
            };
            if matches!(to, Move::Together(_) | Move::Elsewhere(_)) {
                laid.elsewhere.extend(led_elsewhere.take().map(|before| (from, before)));
            }
            match to {
                Move::Together(next) => (place, from) = (next, from + 1),
                Move::Elsewhere(next) => {
                    led_elsewhere = Some(from);
                    (place, from, cost.1) = (next, from + 1, cost.1 - 1);
                }
                Move::Missing(next) => {
                    laid.missing.extend(place.expects.and_then(|index| self.sop.steps.get(index)).map(|s| s.number));
                    (place, cost.0) = (next, cost.0 - 1);
                }
                Move::Extra(_) => {
                    laid.extra.push(from);
                    (from, cost.0) = (from + 1, cost.0 - 1);
                }
            }
        }
        laid
    }
}
