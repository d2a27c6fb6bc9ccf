//! Aligns a trace with the SOP at the least cost.
//!
//! A walk goes through the SOP as it is written: from a step to the one that its outcome leads to, also back to an earlier one,
//! until the berkas is handed over. An event that is the expected step costs nothing; a superfluous event and a missing step cost
//! one each. After an event, the walk may also continue at any later step to which another outcome of its step leads. Among walks of
//! the same cost, those with the fewest such events are preferred.

use schemas::{Milestone, Sop};

/// The step and the outcome of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event<'a> {
    pub(super) step: u8,
    pub(super) hasil: &'a str,
}

/// The cheapest alignment of a trace with the SOP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Alignment {
    /// The number of superfluous events plus missing steps.
    pub(super) cost: usize,
    /// The missing steps, in order.
    pub(super) missing: Vec<u8>,
    /// The places in the trace of superfluous events.
    pub(super) extra: Vec<usize>,
    /// The places in the trace of events after an outcome that leads to another step, each with the place of that outcome.
    pub(super) elsewhere: Vec<(usize, usize)>,
}

/// The number of superfluous events and missing steps, then of events after which the walk did not follow their outcome.
type Cost = (usize, usize);

/// A state of the walk: the expected step, or `None` if the SOP expects no more; and whether the berkas was handed over.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    expects: Option<usize>,
    is_over: bool,
}

/// A move of the walk, with the place after it.
#[derive(Clone, Copy)]
enum Move {
    /// The event is the expected step, and the walk follows its outcome.
    Together(Place),
    /// The event is the expected step, but the walk follows another outcome.
    Elsewhere(Place),
    /// The expected step is missing.
    Missing(Place),
    /// The event is superfluous, and the walk stays.
    Extra(Place),
}

/// Finds the cheapest walk by dynamic programming.
struct Walk<'a> {
    sop: &'a Sop,
    trace: &'a [Event<'a>],
    /// The least cost from each event to the end, by place.
    least: Vec<Vec<Option<Cost>>>,
}

/// Returns the cheapest alignment of a trace. If the trace lacks the SOP's first step, the steps before its first event are not
/// reported as missing, because the archive may begin later than the berkas.
pub(super) fn align(trace: &[Event<'_>], sop: &Sop) -> Option<Alignment> {
    let mut walk = Walk { sop, trace, least: Vec::new() };
    walk.compute_costs();
    let begins = sop.steps.first().is_some_and(|first| trace.iter().any(|event| event.step == first.number));
    let starts = if begins { 1 } else { sop.steps.len() };
    let starts = (0..starts).map(|step| Place { expects: Some(step), is_over: false });
    let start = starts.filter_map(|place| Some((walk.cost(0, place)?, place))).min_by_key(|(cost, _)| *cost);
    start.map(|(cost, place)| walk.alignment(cost, place))
}

impl Walk<'_> {
    /// Returns the index of a place.
    fn number(&self, place: Place) -> usize {
        2 * place.expects.unwrap_or(self.sop.steps.len()) + usize::from(place.is_over)
    }

    /// Returns all places.
    fn places(&self) -> Vec<Place> {
        let steps = (0..self.sop.steps.len()).map(Some).chain([None]);
        steps.flat_map(|expects| [false, true].map(|is_over| Place { expects, is_over })).collect()
    }

    fn cost(&self, from: usize, place: Place) -> Option<Cost> {
        self.least.get(from)?.get(self.number(place)).copied().flatten()
    }

    /// Computes the least costs, from the end of the trace to its beginning. A missing step leads to another place before the same
    /// event, so the costs of one event are computed again until they no longer change.
    fn compute_costs(&mut self) {
        let places = self.places();
        self.least = vec![vec![None; places.len()]; self.trace.len() + 1];
        for from in (0..=self.trace.len()).rev() {
            let mut changes = true;
            while changes {
                changes = false;
                for place in &places {
                    let over = (from == self.trace.len() && place.is_over).then_some((0, 0));
                    let costs = self.moves(from, *place).into_iter().filter_map(|to| self.cost_of(from, to));
                    let least = costs.chain(over).min();
                    let number = self.number(*place);
                    changes |= self.least[from][number] != least;
                    self.least[from][number] = least;
                }
            }
        }
    }

    /// Returns the cost of a move and the moves after it.
    fn cost_of(&self, from: usize, to: Move) -> Option<Cost> {
        let (next, place, (events, outcomes)) = match to {
            Move::Together(place) => (from + 1, place, (0, 0)),
            Move::Elsewhere(place) => (from + 1, place, (0, 1)),
            Move::Missing(place) => (from, place, (1, 0)),
            Move::Extra(place) => (from + 1, place, (1, 0)),
        };
        self.cost(next, place).map(|rest| (rest.0 + events, rest.1 + outcomes))
    }

    /// Returns the possible moves, in order of preference.
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
                // A step that comes again although no outcome led back to it is superfluous, so only later steps are possible.
                let later = step.outcomes.iter().map(to).filter(|place| place.expects.is_some_and(|next| next > index));
                moves.extend(later.filter(|place| Some(*place) != own).map(Move::Elsewhere));
            }
            moves.extend(step.outcomes.iter().map(|outcome| Move::Missing(to(outcome))));
        }
        moves.extend(event.map(|_| Move::Extra(place)));
        moves
    }

    /// Follows the moves of least cost.
    fn alignment(&self, cost: Cost, mut place: Place) -> Alignment {
        let mut alignment = Alignment { cost: cost.0, ..Alignment::default() };
        let (mut from, mut cost, mut led_elsewhere) = (0, cost, None);
        while from < self.trace.len() || !place.is_over {
            let Some(to) = self.moves(from, place).into_iter().find(|to| self.cost_of(from, *to) == Some(cost)) else {
                break;
            };
            if matches!(to, Move::Together(_) | Move::Elsewhere(_)) {
                alignment.elsewhere.extend(led_elsewhere.take().map(|before| (from, before)));
            }
            match to {
                Move::Together(next) => (place, from) = (next, from + 1),
                Move::Elsewhere(next) => {
                    led_elsewhere = Some(from);
                    (place, from, cost.1) = (next, from + 1, cost.1 - 1);
                }
                Move::Missing(next) => {
                    alignment
                        .missing
                        .extend(place.expects.and_then(|index| self.sop.steps.get(index)).map(|s| s.number));
                    (place, cost.0) = (next, cost.0 - 1);
                }
                Move::Extra(_) => {
                    alignment.extra.push(from);
                    (from, cost.0) = (from + 1, cost.0 - 1);
                }
            }
        }
        alignment
    }
}
