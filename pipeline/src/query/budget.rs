//! What a question may take: of rows, pairs and frames together, however many tables, joins and windows they are of.

use super::{QueryError, refused};
use std::cell::Cell;

/// So many values may be kept; a table that is read and an answer of the same size are as many as the machine should hold.
const MOST_VALUES: usize = 48_000_000;

/// So many pairs of rows are looked at.
const MOST_PAIRS: usize = 20_000_000;

/// So many rows the frames of all windows may have.
const MOST_STEPS: usize = 100_000_000;

/// What was taken so far.
#[derive(Debug, Default)]
pub(super) struct Budget {
    values: Cell<usize>,
    pairs: Cell<usize>,
    steps: Cell<usize>,
}

impl Budget {
    /// Rows that are made or kept, each of so many values.
    pub(super) fn values(&self, rows: usize, columns: usize) -> Result<(), QueryError> {
        if spent(&self.values, rows.saturating_mul(columns.max(1)), MOST_VALUES) {
            return Ok(());
        }
        let what = format!("its tables have more than {MOST_VALUES} values together");
        Err(refused(what, "select fewer columns, or fewer rows with WHERE in a subquery, before they are joined"))
    }

    pub(super) fn pairs(&self, pairs: usize) -> Result<(), QueryError> {
        if spent(&self.pairs, pairs, MOST_PAIRS) {
            return Ok(());
        }
        let what = format!("its joins have more than {MOST_PAIRS} pairs of rows together");
        Err(refused(what, "join by a.berkas_id = b.berkas_id, or make the sides smaller with WHERE in a subquery"))
    }

    /// The rows of a window's frames.
    pub(super) fn steps(&self, rows: usize, of_frame: usize) -> Result<(), QueryError> {
        if spent(&self.steps, rows.saturating_mul(of_frame), MOST_STEPS) {
            return Ok(());
        }
        let what = format!("the frames of windows have more than {MOST_STEPS} rows together");
        Err(refused(
            what,
            "write a shorter frame, ask in several questions, or for fewer rows with WHERE in a subquery",
        ))
    }
}

fn spent(taken: &Cell<usize>, more: usize, most: usize) -> bool {
    taken.set(taken.get().saturating_add(more));
    taken.get() <= most
}
