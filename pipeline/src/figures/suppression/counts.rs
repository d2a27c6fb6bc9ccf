//! The counts of a month in the cells of every division, and how they add up.

use super::{Cell, Item, KECAMATAN, OFFICER, PEKON, TOTAL, is_never_shown, stands_for};
use crate::figures::summary::{texts, whole};
use polars::prelude::{DataFrame, PolarsError};
use schemas::{Facts, Milestone, Sop, Wilayah};
use std::collections::{BTreeMap, BTreeSet};

/// Items that are no more than the events at the step of a milestone.
const AT_STEP: [(Milestone, &str, &str); 7] = [
    (Milestone::Received, "flow", "received"),
    (Milestone::Received, "duplicates", "arrivals"),
    (Milestone::Complete, "completeness", "first_checks"),
    (Milestone::Returned, "completeness", "returned"),
    (Milestone::Printed, "flow", "printed"),
    (Milestone::Printed, "duplicates", "record_checks"),
    (Milestone::HandedOver, "flow", "handed_over"),
];
/// Items that are no more than another.
const WITHIN: [(&str, &str, &str, &str); 3] = [
    ("duplicates", "record_duplicates", "duplicates", "record_checks"),
    ("duplicates", "batch_same_nik", "duplicates", "batch_berkas"),
    ("duplicates", "repeat_within_90_days", "duplicates", "arrivals"),
];

/// A count that is shown, hidden, or known to nobody outside.
#[derive(Clone, Debug)]
pub(super) struct Count {
    pub(super) n: i64,
    pub(super) shown: bool,
    /// Whether a row stands for it, which says that it is not nothing.
    pub(super) has_row: bool,
    /// The later it should be hidden, the greater.
    pub(super) worth: u8,
}

/// Counts that add up to another one.
#[derive(Debug)]
pub(super) struct Sum {
    pub(super) parts: Vec<usize>,
    pub(super) whole: usize,
}

#[derive(Default)]
pub(super) struct Counts {
    pub(super) all: Vec<Count>,
    pub(super) known: BTreeMap<(Cell, Item), usize>,
    pub(super) sums: Vec<Sum>,
    /// The sums in which each count stands.
    pub(super) of: Vec<Vec<usize>>,
}

/// Adds a month's rows up by item, in the cells of every division.
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
        let (of, what) = (figure[row].as_str(), item[row].as_str());
        if is_never_shown(of, what, &name[row]) || stands_for(of, what) != what {
            continue;
        }
        let key = (of.to_owned(), what.to_owned(), step[row], next_step[row], name[row].clone(), detail[row].clone());
        let kecamatan = wilayah.get(&pekon[row]).map_or(pekon[row].as_str(), |area| area.kecamatan.as_str());
        let cells = ["", kecamatan, pekon[row].as_str(), jenis[row].as_str(), officer[row].as_str()];
        for (division, cell) in cells.into_iter().enumerate() {
            *found.entry(((division, cell.to_owned()), key.clone())).or_insert(0) += n[row];
        }
    }
    Ok(())
}

impl Counts {
    /// Counts in their order, so that the same rows hide the same, in whatever order they come.
    pub(super) fn of(found: BTreeMap<(Cell, Item), i64>) -> Self {
        let mut counts = Self::default();
        for (of, n) in found {
            let count = counts.count(of);
            counts.all[count].n = n;
        }
        counts
    }

    /// The count of an item in a cell; nothing at first.
    fn count(&mut self, of: (Cell, Item)) -> usize {
        if let Some(known) = self.known.get(&of) {
            return *known;
        }
        let ((division, cell), item) = &of;
        // Who took no step by name stands in no row.
        let has_row = *division != OFFICER || !cell.is_empty();
        let worth = worth(item) + if *division == TOTAL { 10 } else { 0 };
        self.all.push(Count { n: 0, shown: has_row, has_row, worth });
        self.known.insert(of, self.all.len() - 1);
        self.all.len() - 1
    }

    /// Parts that are no more than a whole.
    fn bound(&mut self, parts: Vec<usize>, whole: &[usize]) {
        let rest = self.rest(0);
        self.add_up([parts, vec![rest]].concat(), whole);
    }

    /// A count that no row shows, but that follows from others; 0 where it need not be guarded.
    fn rest(&mut self, n: i64) -> usize {
        self.all.push(Count { n, shown: false, has_row: false, worth: 0 });
        self.all.len() - 1
    }

    /// All that adds up.
    pub(super) fn tie(&mut self, facts: &Facts) {
        self.tie_cells(&facts.wilayah);
        let mut cells: BTreeMap<Cell, BTreeMap<Item, usize>> = BTreeMap::new();
        for ((cell, item), count) in &self.known {
            cells.entry(cell.clone()).or_default().insert(item.clone(), *count);
        }
        for items in cells.values() {
            self.tie_items(items);
            self.bound_items(items, &facts.sop);
        }
        self.of = vec![Vec::new(); self.all.len()];
        for (i, sum) in self.sums.iter().enumerate() {
            for count in sum.parts.iter().chain([&sum.whole]) {
                self.of[*count].push(i);
            }
        }
    }

    /// Cells add up to their kecamatan and to the total.
    fn tie_cells(&mut self, wilayah: &Wilayah) {
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

    /// Items of one cell are no more than others.
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
            // Each is counted by berkas, and of each there is an event at the step.
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

    /// Items of one cell add up.
    fn tie_items(&mut self, items: &BTreeMap<Item, usize>) {
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
        // Some of what was left out was printed in the month, the rest earlier.
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

    /// Where no row names the whole it is nothing, and so are its parts.
    fn add_up(&mut self, parts: Vec<usize>, whole: &[usize]) {
        if let [whole] = whole {
            self.sums.push(Sum { parts, whole: *whole });
        }
    }
}

/// What an office misses least when it is hidden has least worth.
fn worth(item: &Item) -> u8 {
    match (item.0.as_str(), item.1.as_str()) {
        (_, "left_out") | ("time_per_step", "events") | ("conformance" | "completeness", _) => 0,
        ("flow", _) => 2,
        _ => 1,
    }
}
