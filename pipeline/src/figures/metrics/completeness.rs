//! How many berkas are complete when they are first checked, and what do the others lack?
//!
//! Reads   checks of the requirements
//! Gives   first checks in the month, those found complete, files returned, missing documents by code
//! Rule    the SOP's outcomes `complete` and `returned`

use crate::figures::Context;
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use schemas::figures::{Completeness, FigureRow};
use std::collections::BTreeMap;

pub(super) const SQL: FigureSql =
    FigureSql::new("completeness", include_str!("completeness.sql"), TimeScope::UpToMonthEnd, EventScope::Berkas);

const FIGURE: &str = "completeness";

pub(in crate::figures) fn compute(context: Context<'_>) -> Completeness {
    let is_complete = |row: &&FigureRow| row.detail == "complete";
    let mut missing = BTreeMap::new();
    for row in context.figures.rows(FIGURE, "returned") {
        for code in row.name.split(';').filter(|c| !c.is_empty()) {
            *missing.entry(code.to_owned()).or_insert(0) += row.n;
        }
    }
    Completeness {
        first_checks: context.figures.n(FIGURE, "first_checks"),
        complete: context.figures.rows(FIGURE, "first_checks").filter(is_complete).map(|row| row.n).sum(),
        returned: context.figures.n(FIGURE, "returned"),
        missing,
    }
}
