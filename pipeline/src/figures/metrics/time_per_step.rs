//! How long does each SOP step take, and how long does a berkas wait for it?
//!
//! Reads   events with `selesai` in the month
//! Gives   per step: events, handling (working and wall) and waiting (working) in seconds
//! Rule    SOP steps 1–10
//! Finds   events without a start or with the end before it: counted, not measured

use crate::figures::Context;
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use schemas::figures::StepTimes;
use std::collections::BTreeMap;

pub(super) const SQL: FigureSql =
    FigureSql::new("time_per_step", include_str!("time_per_step.sql"), TimeScope::UpToMonthEnd, EventScope::Berkas);

const FIGURE: &str = "time_per_step";

pub(in crate::figures) fn compute(context: Context<'_>) -> BTreeMap<u8, StepTimes> {
    let figures = context.figures;
    let times = |step: u8| StepTimes {
        events: figures.spread(FIGURE, "events", step).n,
        handling_working: figures.spread(FIGURE, "handling_working", step),
        handling_wall: figures.spread(FIGURE, "handling_wall", step),
        waiting_working: figures.spread(FIGURE, "waiting_working", step),
    };
    context.facts.sop.steps.iter().map(|step| (step.number, times(step.number))).collect()
}
