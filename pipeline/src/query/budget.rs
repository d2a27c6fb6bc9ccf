//! The budget of a question: how many values, pairs of rows and frame rows it may use, over all of its tables, joins
//! and windows together.

use super::{QueryError, refused};
use std::cell::Cell;

/// The most values that may be kept. So many fit into the memory that a question may take, with the rows around them, which an office's
/// machine can hold.
const MOST_VALUES: usize = 31_000_000;

/// A row takes as much memory beside its values as so many values.
const OF_A_ROW: usize = 3;

/// The most pairs of rows that are compared.
const MOST_PAIRS: usize = 20_000_000;

/// The most rows in the frames of all windows.
const MOST_FRAME_ROWS: usize = 100_000_000;

/// What has been used so far.
#[derive(Debug, Default)]
pub(super) struct Budget {
    values: Cell<usize>,
    pairs: Cell<usize>,
    frame_rows: Cell<usize>,
}

impl Budget {
    /// Charges for rows that are made or kept, each with this many values.
    pub(super) fn values(&self, rows: usize, columns: usize) -> Result<(), QueryError> {
        if spend(&self.values, rows.saturating_mul(columns.saturating_add(OF_A_ROW)), MOST_VALUES) {
            return Ok(());
        }
        let what = format!("its tables have more than {MOST_VALUES} values together");
        Err(refused(what, "select fewer columns, or fewer rows with WHERE in a subquery, before they are joined"))
    }

    /// Charges for pairs of rows in a join.
    pub(super) fn pairs(&self, pairs: usize) -> Result<(), QueryError> {
        if spend(&self.pairs, pairs, MOST_PAIRS) {
            return Ok(());
        }
        let what = format!("its joins have more than {MOST_PAIRS} pairs of rows together");
        Err(refused(what, "join by a.berkas_id = b.berkas_id, or make the sides smaller with WHERE in a subquery"))
    }

    /// Charges for the frames of a window, one for each row.
    pub(super) fn frame_rows(&self, rows: usize, of_frame: usize) -> Result<(), QueryError> {
        if spend(&self.frame_rows, rows.saturating_mul(of_frame), MOST_FRAME_ROWS) {
            return Ok(());
        }
        let what = format!("the frames of windows have more than {MOST_FRAME_ROWS} rows together");
        Err(refused(
            what,
            "write a shorter frame, ask in several questions, or for fewer rows with WHERE in a subquery",
        ))
    }
}

/// Adds to a counter, and returns whether it is still within its limit.
fn spend(used: &Cell<usize>, more: usize, most: usize) -> bool {
    used.set(used.get().saturating_add(more));
    used.get() <= most
}
