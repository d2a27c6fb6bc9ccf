//! Which counts are hidden before figures leave the office (cell suppression).
//!
//! Reads   the additive rows of a month
//! Gives   of each item in each cell of every division whether its count is shown
//! Rule    a count of one to four may point at a person. It is hidden, and others with it, until whoever knows all that is shown of
//!         the month, in all divisions together, and how items add up, can still not say of any such count whether it is one
//!         or five. Several months together show what each of them shows, and no more.
//!
//! A hidden count keeps its row, unless such rows would themselves say too much of the count to which they add up; of several
//! months together it has none.
//!
//! What is hidden is so for all divisions at once and follows from the month alone: it does not matter which files leave the
//! office, nor in what order.

use super::cells::{self, By};
use super::summary::{fault, texts, whole};
use crate::view::FigureError;
use polars::prelude::DataFrame;
use schemas::figures::{FigureRow, ReleasedRow};
use schemas::{Month, Wilayah};
use std::collections::{BTreeMap, BTreeSet};

/// A count below this may point at a person.
const SMALL: i64 = 5;
/// Items that are never shown: those that name single cases, and findings of data quality that say once more what a figure left
/// out.
const NEVER: [(&str, &str, &str); 7] = [
    ("batches", "held_up_by", ""),
    ("register_agreement", "numbers", ""),
    ("data_quality", "rows", ""),
    ("data_quality", "present", ""),
    ("data_quality", "valid", ""),
    ("data_quality", "finding", "W003"),
    ("data_quality", "finding", "Q023"),
];
/// Items that count the same cases by another clock; they are shown or hidden together.
const SAME: [(&str, &str, &str); 7] = [
    ("time_per_step", "handling_wall", "handling_working"),
    ("issuance", "wall_less_outages", "wall"),
    ("issuance", "working", "wall"),
    ("issuance", "working_days", "wall"),
    ("issuance", "open_wall_less_outages", "open_wall"),
    ("issuance", "open_working_days", "open_wall"),
    ("turnaround", "working_less_applicant", "working"),
];
/// Where nothing is known of a count.
const ANY: i64 = i64::MAX / 4;

/// What is counted: figure, item, step, next step, name, detail.
type Item = (String, String, i64, i64, String, String);
/// A cell of a division, by the division's place in [`DIVISIONS`].
type Cell = (usize, String);

const DIVISIONS: [By; 5] = [By::Total, By::Kecamatan, By::Pekon, By::Jenis, By::Officer];
const TOTAL: usize = 0;
const KECAMATAN: usize = 1;
const PEKON: usize = 2;
const OFFICER: usize = 4;

/// What is hidden of a month, and whether its row is shown without its count.
#[derive(Debug)]
pub(crate) struct Mask(BTreeMap<(Cell, Item), bool>);

/// A count that is shown, hidden, or known to nobody outside.
#[derive(Clone, Debug)]
struct Count {
    n: i64,
    shown: bool,
    /// Whether a row stands for it, which says that it is not nothing.
    has_row: bool,
    /// The later it should be hidden, the greater.
    worth: u8,
}

/// Counts that add up to another one.
#[derive(Debug)]
struct Sum {
    parts: Vec<usize>,
    whole: usize,
}

#[derive(Default)]
struct Counts {
    all: Vec<Count>,
    known: BTreeMap<(Cell, Item), usize>,
    sums: Vec<Sum>,
    /// The sums in which each count stands.
    of: Vec<Vec<usize>>,
}

impl Mask {
    /// What is hidden of a month whose additive rows these are.
    pub(crate) fn of(rows: &[DataFrame], wilayah: &Wilayah) -> Result<Self, FigureError> {
        let mut counts = Counts::default();
        for rows in rows {
            counts.take(rows, wilayah).map_err(|e| fault(&e))?;
        }
        counts.tie(wilayah);
        counts.hide();
        let hidden = counts.known.into_iter().filter(|(_, i)| !counts.all[*i].shown);
        Ok(Self(hidden.map(|(of, i)| (of, counts.all[i].has_row)).collect()))
    }

    /// Of what is hidden, whether its row is shown.
    fn of_row(&self, row: &FigureRow, division: usize, cell: &str) -> Option<bool> {
        self.0.get(&((division, cell.to_owned()), item_of(row))).copied()
    }
}

/// The rows of a division as they may leave the office. Of several months together, what one of them hides is hidden.
pub(crate) fn released(rows: Vec<FigureRow>, masks: &[(Month, Mask)], by: By) -> Vec<ReleasedRow> {
    let is_one_month = masks.len() == 1;
    let division = DIVISIONS.iter().position(|division| *division == by).unwrap_or(TOTAL);
    // Of what is hidden, whether its row is shown.
    let hidden = |row: &FigureRow| {
        // What stands at the end of the last month is that month's.
        let stands = by != By::Month && cells::stands(&row.figure, &row.item);
        let earlier = if stands { masks.len().saturating_sub(1) } else { 0 };
        let mut masks = masks.iter().skip(earlier);
        match by {
            By::Month => masks.find(|(month, _)| row.cell == month.to_string())?.1.of_row(row, TOTAL, ""),
            _ => {
                masks.find_map(|(_, mask)| mask.of_row(row, division, &row.cell)).map(|has_row| has_row && is_one_month)
            }
        }
    };
    let rows = rows.into_iter().filter(|row| !is_never_shown(&row.figure, &row.item, &row.name));
    let released = rows.filter_map(|row| match hidden(&row) {
        None => Some(row.into()),
        Some(true) => Some(ReleasedRow { n: None, values: None, ..row.into() }),
        Some(false) => None,
    });
    released.collect()
}

fn is_never_shown(figure: &str, item: &str, name: &str) -> bool {
    NEVER.iter().any(|(f, i, n)| (*f, *i) == (figure, item) && (n.is_empty() || *n == name))
}

fn item_of(row: &FigureRow) -> Item {
    let (name, detail) = (row.name.clone(), row.detail.clone());
    (row.figure.clone(), stands_for(&row.figure, &row.item).to_owned(), row.step, row.next_step, name, detail)
}

/// The item with which it is shown or hidden.
fn stands_for<'a>(figure: &str, item: &'a str) -> &'a str {
    SAME.iter().find(|(f, i, _)| (*f, *i) == (figure, item)).map_or(item, |(_, _, with)| with)
}

impl Counts {
    /// Adds a month's rows up by item, in the cells of every division.
    fn take(&mut self, rows: &DataFrame, wilayah: &Wilayah) -> Result<(), polars::prelude::PolarsError> {
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
            let key =
                (of.to_owned(), what.to_owned(), step[row], next_step[row], name[row].clone(), detail[row].clone());
            let kecamatan = wilayah.get(&pekon[row]).map_or(pekon[row].as_str(), |area| area.kecamatan.as_str());
            let cells = ["", kecamatan, pekon[row].as_str(), jenis[row].as_str(), officer[row].as_str()];
            for (division, cell) in cells.into_iter().enumerate() {
                let count = self.count(((division, cell.to_owned()), key.clone()));
                self.all[count].n += n[row];
            }
        }
        Ok(())
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

    /// A count that no row shows, but that follows from others.
    fn rest(&mut self, n: i64) -> usize {
        self.all.push(Count { n, shown: false, has_row: false, worth: 0 });
        self.all.len() - 1
    }

    fn tie(&mut self, wilayah: &Wilayah) {
        self.tie_cells(wilayah);
        let mut cells: BTreeMap<Cell, BTreeMap<Item, usize>> = BTreeMap::new();
        for ((cell, item), count) in &self.known {
            cells.entry(cell.clone()).or_default().insert(item.clone(), *count);
        }
        for items in cells.values() {
            self.tie_items(items);
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

    /// Hides the small counts, and others until no small one can be told from what is shown.
    fn hide(&mut self) {
        let small: Vec<usize> = (0..self.all.len()).filter(|i| (1..SMALL).contains(&self.all[*i].n)).collect();
        small.iter().for_each(|i| self.all[*i].shown = false);
        loop {
            let bounds = self.bounds();
            let (mut more, mut rows) = (BTreeSet::new(), BTreeSet::new());
            for count in small.iter().copied().filter(|i| is_told(bounds[*i])) {
                let below = if bounds[count].0 > 1 { self.rows_below(count) } else { BTreeSet::new() };
                if below.is_empty() {
                    more.extend(self.next_to(count));
                }
                rows.extend(below);
            }
            if more.is_empty() && rows.is_empty() {
                return;
            }
            more.into_iter().for_each(|i| self.all[i].shown = false);
            rows.into_iter().for_each(|i| self.all[i].has_row = false);
        }
    }

    /// Rows of hidden counts that add up to a count, over any number of sums: so many must it be at least.
    fn rows_below(&self, count: usize) -> BTreeSet<usize> {
        let (mut below, mut open) = (BTreeSet::new(), vec![count]);
        while let Some(whole) = open.pop() {
            let sums = self.of[whole].iter().map(|sum| &self.sums[*sum]).filter(|sum| sum.whole == whole);
            let parts = sums.flat_map(|sum| &sum.parts).filter(|part| !self.all[**part].shown);
            open.extend(parts.copied().filter(|part| below.insert(*part)));
        }
        below.retain(|i| self.all[*i].has_row);
        below
    }

    /// What is best hidden to guard a count: of what adds up with it the least worth, then the smallest.
    fn next_to(&self, count: usize) -> Option<usize> {
        let (mut reached, mut edge) = (BTreeSet::from([count]), vec![count]);
        while !edge.is_empty() {
            let sums = edge.iter().flat_map(|i| &self.of[*i]);
            let near: BTreeSet<usize> =
                sums.flat_map(|sum| self.sums[*sum].parts.iter().chain([&self.sums[*sum].whole])).copied().collect();
            let shown = near.iter().filter(|i| self.all[**i].shown && self.all[**i].n > 0);
            if let Some(next) = shown.min_by_key(|i| (self.all[**i].worth, self.all[**i].n, **i)) {
                return Some(*next);
            }
            edge = near.into_iter().filter(|i| reached.insert(*i)).collect();
        }
        None
    }

    /// Between which numbers each count must lie, for one who knows all that is shown.
    fn bounds(&self) -> Vec<(i64, i64)> {
        let bound = |count: &Count| match (count.shown, count.has_row) {
            (true, _) => (count.n, count.n),
            (false, true) => (1, ANY),
            (false, false) => (0, ANY),
        };
        let mut bounds: Vec<(i64, i64)> = self.all.iter().map(bound).collect();
        let mut open: BTreeSet<usize> = (0..self.sums.len()).collect();
        while !open.is_empty() {
            for sum in std::mem::take(&mut open) {
                for changed in self.sums[sum].narrow(&mut bounds) {
                    open.extend(self.of[changed].iter().filter(|other| **other != sum));
                }
            }
        }
        bounds
    }
}

impl Sum {
    /// Narrows the bounds of its counts by each other; those that changed.
    fn narrow(&self, bounds: &mut [(i64, i64)]) -> Vec<usize> {
        let mut changed = Vec::new();
        let mut set = |bounds: &mut [(i64, i64)], i: usize, lo: i64, hi: i64| {
            let new = (bounds[i].0.max(lo), bounds[i].1.min(hi));
            if new != bounds[i] {
                bounds[i] = new;
                changed.push(i);
            }
        };
        let least: i64 = self.parts.iter().map(|i| bounds[*i].0).sum();
        let endless = self.parts.iter().filter(|i| bounds[**i].1 >= ANY).count();
        let most: i64 = self.parts.iter().map(|i| bounds[*i].1).filter(|hi| *hi < ANY).sum();
        set(bounds, self.whole, least, if endless > 0 { ANY } else { most });
        let (lo, hi) = bounds[self.whole];
        for i in &self.parts {
            let (own_least, own_most) = bounds[*i];
            let others_endless = endless - usize::from(own_most >= ANY) > 0;
            let others_most = most - if own_most >= ANY { 0 } else { own_most };
            let from = if others_endless { 0 } else { lo - others_most };
            let to = if hi >= ANY { ANY } else { hi - (least - own_least) };
            set(bounds, *i, from, to);
        }
        changed
    }
}

/// Whether bounds say of a small count more than that it may be one and may be five.
fn is_told((lo, hi): (i64, i64)) -> bool {
    lo > 1 || hi < SMALL
}

/// What an office misses least when it is hidden has least worth.
fn worth(item: &Item) -> u8 {
    match (item.0.as_str(), item.1.as_str()) {
        (_, "left_out") | ("time_per_step", "events") | ("conformance" | "completeness", _) => 0,
        ("flow", _) => 2,
        _ => 1,
    }
}
