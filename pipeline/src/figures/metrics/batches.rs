//! How long do finished cards wait for the last one of their batch, and which berkas held the batch up?
//!
//! Reads   gathering of prints (step 7) of batches whose berkas are all settled: gathered, handed over, refused or recorded twice
//! Gives   batches that came into hand in the month, batches completed in it, waiting in working seconds, the berkas gathered last per batch
//! Rule    SOP steps 7 and 10; the cards of one batch go home together

use crate::figures::figure::{Context, Figure, ListedTime};
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use schemas::figures::Batches;

const NAME: &str = "batches";

pub(super) const FIGURE: Figure = Figure {
    never_released: &["held_up_by", "received"],
    times: &[ListedTime {
        words: "KTP-el menunggu KTP-el terakhir permohonan kolektifnya, jam kerja",
        is_working: true,
        note: "KTP-el dari permohonan kolektif yang himpunannya genap bulan ini, termasuk yang dicetak lebih dahulu",
        item: "waiting_for_last_working",
        spread: |f| &f.batches.waiting_for_last_working,
    }],
    ..Figure::of(FigureSql::new(NAME, include_str!("batches.sql"), TimeScope::UpToMonthEnd, EventScope::Batches))
};

pub(super) fn compute(context: Context<'_>) -> Batches {
    let held_up = context.figures.rows(NAME, "held_up_by");
    Batches {
        received: context.figures.n(NAME, "received"),
        completed: context.figures.n(NAME, "held_up_by"),
        waiting_for_last_working: context.figures.spread(NAME, "waiting_for_last_working", 0),
        held_up_by: held_up.map(|row| (row.name.clone(), row.detail.clone())).collect(),
    }
}
