//! Cell suppression: which counts are hidden before figures leave the office.
//!
//! Reads   the additive rows of a month
//! Gives   for each item in each cell of every division, whether its count is shown
//! Rule    a count of one to four may point at a person, so it is hidden. Others are hidden with it until even a reader who
//!         knows everything shown of the month, in all divisions together, and how items add up, cannot tell whether such a
//!         count is one or five. Several months together show only what each of them shows.
//!
//! A hidden count keeps its row without the number, unless such rows would reveal too much about the count to which they add
//! up. In several months together, it has no row.
//!
//! What is hidden depends on the month only, and is the same for all divisions. It does not matter which files leave the
//! office, nor in what order.

mod audit;
mod counts;

use super::divisions;
use super::metrics;
use super::summary::fault;
use crate::figures::error::FigureError;
use counts::Counts;
use polars::prelude::DataFrame;
use schemas::figures::{By, FigureRow, ReleasedRow};
use schemas::{Facts, Month};
use std::collections::BTreeMap;

/// Counts of data quality that are never shown, among them findings that repeat what a figure left out.
const NEVER: [(&str, &str, &str); 5] = [
    ("data_quality", "rows", ""),
    ("data_quality", "present", ""),
    ("data_quality", "valid", ""),
    ("data_quality", "finding", "W003"),
    ("data_quality", "finding", "Q023"),
];

/// The key of a count: figure, item, step, next step, name, detail.
type Item = (String, String, i64, i64, String, String);
/// A cell of a division, by the division's place in [`DIVISIONS`].
type Cell = (usize, String);

const DIVISIONS: [By; 5] = [By::Total, By::Kecamatan, By::Pekon, By::Jenis, By::Officer];
const TOTAL: usize = 0;
const KECAMATAN: usize = 1;
const PEKON: usize = 2;
const OFFICER: usize = 4;

/// The hidden counts of a month; for each, whether its row is shown without the count.
#[derive(Debug)]
pub(crate) struct Mask(BTreeMap<(Cell, Item), bool>);

impl Mask {
    /// Decides which counts of a month are hidden, from its additive rows.
    pub(crate) fn of(rows: &[DataFrame], facts: &Facts) -> Result<Self, FigureError> {
        let mut found = BTreeMap::new();
        for rows in rows {
            counts::add_up(rows, &facts.wilayah, &mut found).map_err(|e| fault(&e))?;
        }
        let mut counts = Counts::of(found);
        counts.relate(facts);
        counts.hide();
        let hidden = counts.known.into_iter().filter(|(_, i)| !counts.all[*i].shown);
        Ok(Self(hidden.map(|(of, i)| (of, counts.all[i].has_row)).collect()))
    }

    /// Returns whether the row of a hidden count is shown; `None` if the count is not hidden.
    fn of_row(&self, row: &FigureRow, division: usize, cell: &str) -> Option<bool> {
        self.0.get(&((division, cell.to_owned()), item_of(row))).copied()
    }
}

/// Returns the rows of a division as they may leave the office. In several months together, a count is hidden if one of them
/// hides it.
pub(crate) fn released(rows: Vec<FigureRow>, masks: &[(Month, Mask)], by: By) -> Vec<ReleasedRow> {
    let is_one_month = masks.len() == 1;
    let division = DIVISIONS.iter().position(|division| *division == by).unwrap_or(TOTAL);
    // As `Mask::of_row`, for all months together.
    let hidden = |row: &FigureRow| {
        // An item about the end of the last month is hidden only if that month hides it.
        let is_standing = by != By::Month && divisions::is_standing(&row.figure, &row.item);
        let earlier = if is_standing { masks.len().saturating_sub(1) } else { 0 };
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
    metrics::named(figure).is_some_and(|figure| figure.never_released.contains(&item))
        || NEVER.iter().any(|(f, i, n)| (*f, *i) == (figure, item) && (n.is_empty() || *n == name))
}

fn item_of(row: &FigureRow) -> Item {
    let (name, detail) = (row.name.clone(), row.detail.clone());
    (row.figure.clone(), shown_with(&row.figure, &row.item).to_owned(), row.step, row.next_step, name, detail)
}

/// Returns the item together with which an item is shown or hidden.
fn shown_with<'a>(figure: &str, item: &'a str) -> &'a str {
    let counted_with = metrics::named(figure).map_or(&[][..], |figure| figure.counted_with);
    counted_with.iter().find(|(i, _)| *i == item).map_or(item, |(_, with)| with)
}
