//! GROUP BY over batches of rows, none of which is kept.
//!
//! Gives   for each group the values of its keys and of the aggregate functions, in the order in which groups were first met
//! Rule    counts, sums of integers, least and greatest values are kept as such; any other function has its own accumulator

use super::QueryError;
use super::aggregates::{Accumulator, Aggregate, Function, whole_sum};
use super::budget::Budget;
use super::datum::{Datum, Kind};
use super::frame::{Frame, combined};
use super::node::{Node, Row};
use super::vector::Vector;
use ahash::RandomState;
use indexmap::IndexSet;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// A combination of keys that has not been met in this batch.
const UNKNOWN: u32 = u32::MAX;

/// The groups met so far.
pub(super) struct Groups<'a> {
    keys: Vec<&'a Node>,
    states: Vec<(&'a Aggregate, State<'a>)>,
    found: Found,
    budget: &'a Budget,
}

/// The keys of groups, in the order in which they were first met. The place of a key is its group.
enum Found {
    /// There are no keys, and one group.
    Whole,
    One(IndexSet<Datum, RandomState>),
    Several(IndexSet<Row, RandomState>),
}

impl Found {
    fn with(keys: usize) -> Self {
        match keys {
            0 => Self::Whole,
            1 => Self::One(IndexSet::default()),
            _ => Self::Several(IndexSet::default()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Whole => 1,
            Self::One(keys) => keys.len(),
            Self::Several(keys) => keys.len(),
        }
    }

    /// Returns the group of a row, which begins it if it is new.
    fn group(&mut self, keys: &[Rc<Vector>], row: usize) -> u32 {
        let mut values = keys.iter().map(|key| key.at(row));
        let place = match self {
            Self::Whole => 0,
            Self::One(found) => found.insert_full(values.next().unwrap_or(Datum::Null)).0,
            Self::Several(found) => found.insert_full(values.collect()).0,
        };
        u32::try_from(place).unwrap_or(UNKNOWN)
    }

    /// Returns the keys of a group.
    fn keys(&self, group: usize) -> &[Datum] {
        match self {
            Self::Whole => &[],
            Self::One(found) => found.get_index(group).map_or(&[], std::slice::from_ref),
            Self::Several(found) => found.get_index(group).map_or(&[], |keys| keys),
        }
    }
}

/// What an aggregate function has seen, by group.
enum State<'a> {
    Count(Vec<u64>),
    /// COUNT(DISTINCT x): what was counted, and the counts.
    Distinct(HashSet<(u32, Datum), RandomState>, Vec<u64>),
    /// The sum and the number of integers.
    Whole(Vec<(i128, u64)>),
    /// The least or the greatest value; NULL before the first.
    Extreme(Vec<Datum>),
    Any(Vec<Accumulator<'a>>),
}

impl<'a> State<'a> {
    fn of(aggregate: &'a Aggregate) -> Self {
        match (aggregate.function, aggregate.distinct) {
            (Function::Count, false) => Self::Count(Vec::new()),
            (Function::Count, true) => Self::Distinct(HashSet::default(), Vec::new()),
            (Function::Sum | Function::Average, false) if aggregate.kind == Kind::Integer => Self::Whole(Vec::new()),
            (Function::Min | Function::Max, _) => Self::Extreme(Vec::new()),
            _ => Self::Any(Vec::new()),
        }
    }

    /// Begins more groups.
    fn grow(&mut self, aggregate: &'a Aggregate, groups: usize) {
        match self {
            Self::Count(counts) | Self::Distinct(_, counts) => counts.resize(groups, 0),
            Self::Whole(sums) => sums.resize(groups, (0, 0)),
            Self::Extreme(values) => values.resize(groups, Datum::Null),
            Self::Any(all) => all.resize_with(groups, || Accumulator::new(aggregate)),
        }
    }

    /// Adds the operand's values of rows, each to its group.
    fn add(
        &mut self,
        function: Function,
        operand: Option<&Vector>,
        groups: &[u32],
        budget: &Budget,
    ) -> Result<(), QueryError> {
        let of_rows = groups.iter().map(|group| *group as usize);
        let places = of_rows.clone().enumerate();
        match (self, operand) {
            (Self::Count(counts), None) => of_rows.for_each(|group| counts[group] += 1),
            (Self::Count(counts), Some(Vector::Coded { codes, values })) => {
                let is_value: Vec<u64> = values.iter().map(|value| u64::from(!value.is_null())).collect();
                places.for_each(|(row, group)| counts[group] += is_value[codes[row] as usize]);
            }
            (Self::Count(counts), Some(operand)) => {
                places.for_each(|(row, group)| counts[group] += u64::from(!operand.at(row).is_null()));
            }
            (Self::Distinct(seen, counts), Some(operand)) => {
                let before = seen.len();
                // The group in which a value of the batch was met last.
                let mut met =
                    if let Vector::Coded { values, .. } = operand { vec![UNKNOWN; values.len()] } else { Vec::new() };
                for (row, group) in places {
                    if let Vector::Coded { codes, .. } = operand
                        && std::mem::replace(&mut met[codes[row] as usize], groups[row]) == groups[row]
                    {
                        continue;
                    }
                    let value = operand.at(row);
                    if !value.is_null() && seen.insert((groups[row], value)) {
                        counts[group] += 1;
                    }
                }
                budget.values(seen.len() - before, 1)?;
            }
            (Self::Whole(sums), Some(operand)) => {
                for (row, group) in places {
                    if let Datum::Integer(n) = operand.at(row) {
                        sums[group] = (sums[group].0 + i128::from(n), sums[group].1 + 1);
                    }
                }
            }
            (Self::Extreme(found), Some(operand)) => {
                let is_better = |new: &Datum, old: &Datum| match function {
                    _ if new.is_null() => false,
                    _ if old.is_null() => true,
                    Function::Min => new < old,
                    _ => new > old,
                };
                match operand {
                    Vector::Coded { codes, values } => places.for_each(|(row, group)| {
                        let new = &values[codes[row] as usize];
                        if is_better(new, &found[group]) {
                            found[group] = new.clone();
                        }
                    }),
                    other => places.for_each(|(row, group)| {
                        let new = other.at(row);
                        if is_better(&new, &found[group]) {
                            found[group] = new;
                        }
                    }),
                }
            }
            (Self::Any(all), Some(operand)) => {
                if all.iter().any(Accumulator::keeps_values) {
                    budget.values(groups.len(), 1)?;
                }
                places.for_each(|(row, group)| all[group].take(operand.at(row)));
            }
            // Only COUNT(*) is without an operand.
            (_, None) => {}
        }
        Ok(())
    }

    fn value(&self, aggregate: &Aggregate, group: usize) -> Result<Datum, QueryError> {
        let counted = |n: u64| Datum::Integer(i64::try_from(n).unwrap_or(i64::MAX));
        match self {
            Self::Count(counts) | Self::Distinct(_, counts) => Ok(counted(counts[group])),
            Self::Whole(sums) => whole_sum(aggregate.function, sums[group]),
            Self::Extreme(values) => Ok(values[group].clone()),
            Self::Any(all) => all[group].value(),
        }
    }
}

impl<'a> Groups<'a> {
    pub(super) fn new(keys: Vec<&'a Node>, aggregates: &'a [Aggregate], budget: &'a Budget) -> Self {
        let states = aggregates.iter().map(|aggregate| (aggregate, State::of(aggregate))).collect();
        let found = Found::with(keys.len());
        let mut groups = Self { keys, states, found, budget };
        groups.grow();
        groups
    }

    fn grow(&mut self) {
        let count = self.found.len();
        self.states.iter_mut().for_each(|(aggregate, state)| state.grow(aggregate, count));
    }

    /// Adds the rows of a batch.
    pub(super) fn add(&mut self, frame: &Frame<'_>) -> Result<(), QueryError> {
        if frame.rows == 0 {
            return Ok(());
        }
        let before = self.found.len();
        let groups = self.groups_of(frame)?;
        self.budget.values(self.found.len() - before, self.keys.len() + self.states.len())?;
        self.grow();
        for (aggregate, state) in &mut self.states {
            match &aggregate.filter {
                Some(filter) => {
                    let rows = frame.true_rows(filter)?;
                    let of_rows: Vec<u32> = rows.iter().map(|row| groups[*row as usize]).collect();
                    let frame = frame.select(rows);
                    let operand = aggregate.of.as_ref().map(|of| frame.value(of)).transpose()?;
                    if !of_rows.is_empty() {
                        state.add(aggregate.function, operand.as_deref(), &of_rows, self.budget)?;
                    }
                }
                None => {
                    let operand = aggregate.of.as_ref().map(|of| frame.value(of)).transpose()?;
                    state.add(aggregate.function, operand.as_deref(), &groups, self.budget)?;
                }
            }
        }
        Ok(())
    }

    /// Returns the group of each row, and begins those that are new.
    fn groups_of(&mut self, frame: &Frame<'_>) -> Result<Vec<u32>, QueryError> {
        if self.keys.is_empty() {
            return Ok(vec![0; frame.rows]);
        }
        let keys = self.keys.iter().map(|key| frame.value(key)).collect::<Result<Vec<_>, _>>()?;
        if let Some((mut combined, count)) = combined(frame.rows, &keys) {
            let mut known = vec![UNKNOWN; count];
            for (row, combination) in combined.iter_mut().enumerate() {
                let group = &mut known[*combination as usize];
                if *group == UNKNOWN {
                    *group = self.found.group(&keys, row);
                }
                *combination = *group;
            }
            return Ok(combined);
        }
        if let [a, b] = keys.as_slice()
            && let (Vector::Coded { codes: a, .. }, Vector::Coded { codes: b, .. }) = (&**a, &**b)
        {
            let mut known: HashMap<(u32, u32), u32, RandomState> = HashMap::default();
            let mut groups = Vec::with_capacity(frame.rows);
            for row in 0..frame.rows {
                let pair = (a[row], b[row]);
                groups.push(match known.get(&pair) {
                    Some(group) => *group,
                    None => *known.entry(pair).or_insert(self.found.group(&keys, row)),
                });
            }
            return Ok(groups);
        }
        Ok((0..frame.rows).map(|row| self.found.group(&keys, row)).collect())
    }

    /// Returns one row per group: its keys, then the aggregate functions.
    pub(super) fn finish(self) -> impl Iterator<Item = Result<Row, QueryError>> + use<'a> {
        let Self { states, found, .. } = self;
        (0..found.len()).map(move |group| {
            let results = states.iter().map(|(aggregate, state)| state.value(aggregate, group));
            let results: Vec<Datum> = results.collect::<Result<_, _>>()?;
            Ok(found.keys(group).iter().cloned().chain(results).collect())
        })
    }
}
