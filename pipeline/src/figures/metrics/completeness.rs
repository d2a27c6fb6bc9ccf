//! How many berkas are complete when they are first checked, and what do the others lack?
//!
//! Reads   checks of the requirements
//! Gives   first checks in the month, those found complete, files returned, missing documents by code
//! Rule    the SOP's outcomes `complete` and `returned`

use crate::figures::figure::{Context, Figure, Followed};
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use schemas::document::{ChangeWords, Quantity};
use schemas::figures::{Completeness, FigureRow, share};
use std::collections::BTreeMap;

const NAME: &str = "completeness";

pub(super) const FIGURE: Figure = Figure {
    followed: &[Followed {
        id: "complete_at_first_check",
        words: ChangeWords { subject: "Berkas lengkap pada pemeriksaan pertama", quantity: Quantity::Share, tail: "" },
        more_is_better: true,
        value: |m| share(m.figures.completeness.complete, m.figures.completeness.first_checks),
    }],
    ..Figure::of(FigureSql::new(NAME, include_str!("completeness.sql"), TimeScope::UpToMonthEnd, EventScope::Berkas))
};

pub(super) fn compute(context: Context<'_>) -> Completeness {
    let is_complete = |row: &&FigureRow| row.detail == "complete";
    let mut missing = BTreeMap::new();
    for row in context.figures.rows(NAME, "returned") {
        for code in row.name.split(';').filter(|c| !c.is_empty()) {
            *missing.entry(code.to_owned()).or_insert(0) += row.n;
        }
    }
    Completeness {
        first_checks: context.figures.n(NAME, "first_checks"),
        complete: context.figures.rows(NAME, "first_checks").filter(is_complete).map(|row| row.n).sum(),
        returned: context.figures.n(NAME, "returned"),
        missing,
    }
}
