//! How long from receipt to hand-over, with and without the time the file was back with the applicant?
//!
//! Reads   first receipt (step 1), first hand-over (step 10), checks that sent the file back
//! Gives   berkas handed over in the month: working seconds
//! Rule    SOP steps 1 and 10
//! Finds   berkas handed over without a receipt: counted, not measured

use crate::figures::Context;
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use schemas::figures::Turnaround;

pub(super) const SQL: FigureSql =
    FigureSql::new("turnaround", include_str!("turnaround.sql"), TimeScope::IncludingLater, EventScope::Berkas);

const FIGURE: &str = "turnaround";

pub(in crate::figures) fn compute(context: Context<'_>) -> Turnaround {
    let figures = context.figures;
    Turnaround {
        handed_over: figures.n(FIGURE, "working"),
        working: figures.spread(FIGURE, "working", 0),
        working_less_applicant: figures.spread(FIGURE, "working_less_applicant", 0),
    }
}
