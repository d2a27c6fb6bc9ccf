//! How long do finished cards wait for the last one of their batch, and which berkas held the batch up?
//!
//! Reads   gathering of prints (step 7) of batches whose berkas have all ended
//! Gives   batches completed in the month, waiting in working seconds, the berkas gathered last per batch
//! Rule    SOP steps 7 and 10; the cards of one batch go home together

use crate::figures::figure::{Context, Figure};
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use schemas::figures::Batches;

const NAME: &str = "batches";

pub(super) const FIGURE: Figure = Figure {
    never_released: &["held_up_by"],
    times: &[("Kartu menunggu kartu terakhir batch (jam kerja)", |f| &f.batches.waiting_for_last_working)],
    ..Figure::of(FigureSql::new(NAME, include_str!("batches.sql"), TimeScope::IncludingLater, EventScope::Batches))
};

pub(super) fn compute(context: Context<'_>) -> Batches {
    let held_up = context.figures.rows(NAME, "held_up_by");
    Batches {
        completed: context.figures.n(NAME, "held_up_by"),
        waiting_for_last_working: context.figures.spread(NAME, "waiting_for_last_working", 0),
        held_up_by: held_up.map(|row| (row.name.clone(), row.detail.clone())).collect(),
    }
}
