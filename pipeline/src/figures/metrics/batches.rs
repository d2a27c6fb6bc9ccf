//! How long do finished cards wait for the last one of their batch, and which berkas held the batch up?
//!
//! Reads   gathering of prints (step 7) of batches whose berkas have all ended
//! Gives   batches completed in the month, waiting in working seconds, the berkas gathered last per batch
//! Rule    SOP steps 7 and 10; the cards of one batch go home together

use crate::figures::Context;
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use schemas::figures::Batches;

pub(super) const SQL: FigureSql =
    FigureSql::new("batches", include_str!("batches.sql"), TimeScope::IncludingLater, EventScope::Batches);

const FIGURE: &str = "batches";

pub(in crate::figures) fn compute(context: Context<'_>) -> Batches {
    let held_up = context.figures.rows(FIGURE, "held_up_by");
    Batches {
        completed: context.figures.n(FIGURE, "held_up_by"),
        waiting_for_last_working: context.figures.spread(FIGURE, "waiting_for_last_working", 0),
        held_up_by: held_up.map(|row| (row.name.clone(), row.detail.clone())).collect(),
    }
}
