//! The counts of a month in the cells of every division, and the sums that relate them.

use super::{Cell, Item, KECAMATAN, OFFICER, PEKON, TOTAL, is_never_shown, shown_with};
use crate::figures::summary::{texts, whole};
use polars::prelude::{DataFrame, PolarsError};
use schemas::{Facts, Milestone, Sop, Wilayah};
use std::collections::{BTreeMap, BTreeSet};

/// Items that are at most the number of events at the step of a milestone.
const AT_STEP: [(Milestone, &str, &str); 7] = [
    (Milestone::Received, "flow", "received"),
    (Milestone::Received, "duplicates", "arrivals"),
    (Milestone::Complete, "completeness", "first_checks"),
    (Milestone::Returned, "completeness", "returned"),
    (Milestone::Printed, "flow", "printed"),
    (Milestone::Printed, "duplicates", "record_checks"),
    (Milestone::HandedOver, "flow", "handed_over"),
];
/// Items that are at most another item.
const WITHIN: [(&str, &str, &str, &str); 3] = [
    ("duplicates", "record_duplicates", "duplicates", "record_checks"),
    ("duplicates", "batch_same_nik", "duplicates", "batch_berkas"),
    ("duplicates", "repeat_within_90_days", "duplicates", "arrivals"),
];

/// A count that is shown, hidden, or only derived from others.
#[derive(Clone, Debug)]
pub(super) struct Count {
    pub(super) n: i64,
    pub(super) shown: bool,
    /// Whether it has a row, which reveals that it is not zero.
    pub(super) has_row: bool,
    /// Counts of greater worth to the office are hidden later.
    pub(super) worth: u8,
}

/// Counts that add up to another one.
#[derive(Debug)]
pub(super) struct Sum {
    pub(super) parts: Vec<usize>,
    pub(super) whole: usize,
}

/// All counts of a month and their sums.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) all: Vec<Count>,
    pub(super) known: BTreeMap<(Cell, Item), usize>,
    pub(super) sums: Vec<Sum>,
    /// For each count, the sums that it is in.
    pub(super) of: Vec<Vec<usize>>,
}

/// Adds up a month's rows by item, in the cells of every division.
pub(super) fn add_up(
    rows: &DataFrame,
    wilayah: &Wilayah,
    found: &mut BTreeMap<(Cell, Item), i64>,
) -> Result<(), PolarsError> {
    let [figure, item, name, detail] = ["figure", "item", "name", "detail"].map(|name| texts(rows, name));
    let [pekon, jenis, officer] = ["pekon", "jenis", "officer"].map(|name| texts(rows, name));
    let [step, next_step, n] = ["step", "next_step", "n"].map(|name| whole(rows, name));
    let (figure, item, name, detail) = (figure?, item?, name?, detail?);
    let (pekon, jenis, officer) = (pekon?, jenis?, officer?);
    let (step, next_step, n) = (step?, next_step?, n?);
    for row in 0..rows.height() {
        let (figure, item) = (figure[row].as_str(), item[row].as_str());
        if is_never_shown(figure, item, &name[row]) || shown_with(figure, item) != item {
            continue;
        }
        let key =
            (figure.to_owned(), item.to_owned(), step[row], next_step[row], name[row].clone(), detail[row].clone());
        let kecamatan = wilayah.get(&pekon[row]).map_or(pekon[row].as_str(), |area| area.kecamatan.as_str());
        let cells = ["", kecamatan, pekon[row].as_str(), jenis[row].as_str(), officer[row].as_str()];
        for (division, cell) in cells.into_iter().enumerate() {
            *found.entry(((division, cell.to_owned()), key.clone())).or_insert(0) += n[row];
        }
    }
    Ok(())
}

impl Counts {
    /// Makes the counts in order of their keys, so that the same rows hide the same counts, in whatever order they come.
    pub(super) fn of(found: BTreeMap<(Cell, Item), i64>) -> Self {
        let mut counts = Self::default();
        for (of, n) in found {
            let count = counts.count(of);
            counts.all[count].n = n;
        }
        counts
    }

    /// Returns the count of an item in a cell, and adds it as zero if it is new.
    fn count(&mut self, of: (Cell, Item)) -> usize {
        if let Some(known) = self.known.get(&of) {
            return *known;
        }
        let ((division, cell), item) = &of;
        // Events without an officer have no row in the division by officer.
        let has_row = *division != OFFICER || !cell.is_empty();
        let worth = worth(item) + if *division == TOTAL { 10 } else { 0 };
        self.all.push(Count { n: 0, shown: has_row, has_row, worth });
        self.known.insert(of, self.all.len() - 1);
        self.all.len() - 1
    }

    /// Notes that parts add up to at most a whole.
    fn bound(&mut self, parts: Vec<usize>, whole: &[usize]) {
        let rest = self.rest(0);
        self.add_up([parts, vec![rest]].concat(), whole);
    }

    /// Adds a count without a row that follows from others; `n` is 0 if it need not be protected.
    fn rest(&mut self, n: i64) -> usize {
        self.all.push(Count { n, shown: false, has_row: false, worth: 0 });
        self.all.len() - 1
    }

    /// Adds all sums.
    pub(super) fn relate(&mut self, facts: &Facts) {
        self.sum_cells(&facts.wilayah);
        let mut cells: BTreeMap<Cell, BTreeMap<Item, usize>> = BTreeMap::new();
        for ((cell, item), count) in &self.known {
            cells.entry(cell.clone()).or_default().insert(item.clone(), *count);
        }
        for items in cells.values() {
            self.sum_items(items);
            self.bound_items(items, &facts.sop);
        }
        self.of = vec![Vec::new(); self.all.len()];
        for (i, sum) in self.sums.iter().enumerate() {
            for count in sum.parts.iter().chain([&sum.whole]) {
                self.of[*count].push(i);
            }
        }
    }

    /// Adds the sums of cells to their kecamatan and to the total.
    fn sum_cells(&mut self, wilayah: &Wilayah) {
        let mut parts: BTreeMap<(Cell, Item, usize), Vec<usize>> = BTreeMap::new();
        for (((division, cell), item), count) in &self.known {
            let total = (TOTAL, String::new());
            let whole = match *division {
                TOTAL => continue,
                PEKON => (KECAMATAN, wilayah.get(cell).map_or(cell.clone(), |area| area.kecamatan.clone())),
                _ => total,
            };
            parts.entry((whole, item.clone(), *division)).or_default().push(*count);
        }
        for ((cell, item, _), parts) in parts {
            let whole = self.count((cell, item));
            self.sums.push(Sum { parts, whole });
        }
    }

    /// Adds the bounds of items of one cell by other items.
    fn bound_items(&mut self, items: &BTreeMap<Item, usize>, sop: &Sop) {
        let all = |figure: &str, item: &str, step: Option<i64>| -> Vec<usize> {
            let is = |of: &Item| of.0 == figure && of.1 == item && step.is_none_or(|s| of.2 == s);
            items.iter().filter(|(of, _)| is(of)).map(|(_, count)| *count).collect()
        };
        for step in &sop.steps {
            let number = Some(i64::from(step.number));
            let (events, measured) =
                (all("time_per_step", "events", number), all("time_per_step", "handling_working", number));
            self.bound(all("time_per_step", "waiting_working", number), &measured);
            // Each of these items counts berkas, each of which has at least one event at the step.
            let milestones: BTreeSet<Milestone> = step.outcomes.iter().filter_map(|o| o.milestone).collect();
            for (milestone, figure, item) in AT_STEP {
                if milestones.contains(&milestone) {
                    self.bound(all(figure, item, None), &events);
                }
            }
        }
        for (figure, item, whole_figure, whole) in WITHIN {
            self.bound(all(figure, item, None), &all(whole_figure, whole, None));
        }
    }

    /// Adds the sums of items of one cell.
    fn sum_items(&mut self, items: &BTreeMap<Item, usize>) {
        let all = |figure: &str, item: &str, step: Option<i64>, name: Option<&str>| -> Vec<usize> {
            let is = |of: &Item| {
                of.0 == figure && of.1 == item && step.is_none_or(|s| of.2 == s) && name.is_none_or(|n| of.4 == n)
            };
            items.iter().filter(|(of, _)| is(of)).map(|(_, count)| *count).collect()
        };
        let steps: BTreeSet<i64> = items.keys().map(|item| item.2).collect();
        for step in steps {
            let measured = all("time_per_step", "handling_working", Some(step), None);
            let left_out = all("time_per_step", "left_out", Some(step), None);
            self.add_up([measured, left_out].concat(), &all("time_per_step", "events", Some(step), None));
        }
        let handed_over = all("flow", "handed_over", None, None);
        let no_receipt = all("turnaround", "left_out", None, Some("no_receipt"));
        self.add_up([all("turnaround", "working", None, None), no_receipt].concat(), &handed_over);
        let conforming = all("conformance", "conforming", None, None);
        self.add_up([conforming, all("conformance", "deviating", None, None)].concat(), &handed_over);
        self.add_up(all("backlog", "open", None, None), &all("flow", "open", None, None));
        // Of the cases that were left out, some were printed in the month, the others earlier.
        let measured = all("issuance", "wall", None, None);
        let printed = all("flow", "printed", None, None);
        let n = |counts: &[usize], all: &[Count]| counts.iter().map(|i| all[*i].n).sum::<i64>();
        let left_out = all("issuance", "left_out", None, Some("no_complete_check"));
        if !printed.is_empty() && !left_out.is_empty() {
            let here = n(&printed, &self.all) - n(&measured, &self.all);
            let (here, earlier) = (self.rest(here), self.rest(n(&left_out, &self.all) - here));
            self.add_up([measured, vec![here]].concat(), &printed);
            self.add_up(vec![here, earlier], &left_out);
        } else {
            self.add_up(measured, &printed);
        }
    }

    /// Adds a sum. If the whole has no row, it is zero, and so are its parts.
    fn add_up(&mut self, parts: Vec<usize>, whole: &[usize]) {
        if let [whole] = whole {
            self.sums.push(Sum { parts, whole: *whole });
        }
    }
}

/// Returns how much an office would miss an item: the least worth is hidden first.
fn worth(item: &Item) -> u8 {
    match (item.0.as_str(), item.1.as_str()) {
        (_, "left_out") | ("time_per_step", "events") | ("conformance" | "completeness", _) => 0,
        ("flow", _) => 2,
        _ => 1,
    }
}
