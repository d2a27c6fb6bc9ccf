//! How many berkas are complete when they are first checked, and what do the others lack?
//!
//! Reads   checks of the requirements
//! Gives   first checks in the month, those found complete, files returned, missing documents by code
//! Rule    the SOP's outcomes `complete` and `returned`

use crate::figures::figure::{Context, Figure, Followed, Term, TermSide};
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use schemas::document::Measured;
use schemas::figures::{Completeness, FigureRow};
use schemas::{ShareMeasure, Standard};
use std::collections::BTreeMap;

const NAME: &str = "completeness";

pub(super) const FIGURE: Figure = Figure {
    followed: &[Followed {
        id: "complete_at_first_check",
        place: 8,
        words: "Lengkap pada pemeriksaan pertama",
        bad: "tidak lengkap",
        more_is_better: true,
        value: |m| Measured::share(m.figures.completeness.complete, m.figures.completeness.first_checks),
        with_outages: None,
        standard: Some(Standard::Share { measure: ShareMeasure::CompleteAtFirstCheck, at_least: None }),
        made_of: &[
            Term { detail: Some("complete"), ..Term::of("first_checks").on(TermSide::Part) },
            Term { detail: Some("returned"), ..Term::of("first_checks") },
        ],
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
