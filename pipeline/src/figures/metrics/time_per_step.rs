//! How long does each SOP step take, and how long does a berkas wait for it?
//!
//! Reads   events with `selesai` in the month
//! Gives   per step: events, handling (working and wall) and waiting (working) in seconds
//! Rule    SOP steps 1–10
//! Finds   events without a start or with the end before it: counted, not measured

use crate::figures::figure::{Context, Figure};
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use schemas::figures::StepTimes;
use std::collections::BTreeMap;

const NAME: &str = "time_per_step";

pub(super) const FIGURE: Figure = Figure {
    counted_with: &[("handling_wall", "handling_working")],
    left_out: &[
        ("no_start", "Peristiwa tanpa waktu mulai (tidak masuk lama penanganan)"),
        ("end_before_start", "Peristiwa yang selesai sebelum mulai (tidak masuk lama penanganan)"),
    ],
    ..Figure::of(FigureSql::new(NAME, include_str!("time_per_step.sql"), TimeScope::UpToMonthEnd, EventScope::Berkas))
};

pub(super) fn compute(context: Context<'_>) -> BTreeMap<u8, StepTimes> {
    let figures = context.figures;
    let times = |step: u8| StepTimes {
        events: figures.spread(NAME, "events", step).n,
        handling_working: figures.spread(NAME, "handling_working", step),
        handling_wall: figures.spread(NAME, "handling_wall", step),
        waiting_working: figures.spread(NAME, "waiting_working", step),
    };
    context.facts.sop.steps.iter().map(|step| (step.number, times(step.number))).collect()
}
