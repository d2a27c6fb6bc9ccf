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

mod audit;
mod counts;

use super::divisions::{self, By};
use super::summary::fault;
use crate::figures::error::FigureError;
use counts::Counts;
use polars::prelude::DataFrame;
use schemas::figures::{FigureRow, ReleasedRow};
use schemas::{Facts, Month};
use std::collections::BTreeMap;

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

impl Mask {
    /// What is hidden of a month whose additive rows these are.
    pub(crate) fn of(rows: &[DataFrame], facts: &Facts) -> Result<Self, FigureError> {
        let mut found = BTreeMap::new();
        for rows in rows {
            counts::add_up(rows, &facts.wilayah, &mut found).map_err(|e| fault(&e))?;
        }
        let mut counts = Counts::of(found);
        counts.tie(facts);
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
        let stands = by != By::Month && divisions::stands(&row.figure, &row.item);
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
