//! How long does each SOP step take, and how long does a berkas wait for it?
//!
//! Reads   events with `selesai` in the month
//! Gives   per step: events, handling (working and wall) and waiting (working) in seconds
//! Rule    SOP steps 1–10
//! Finds   events without a start or with the end before it: counted, not measured

use super::{Context, FigureError, LeftOut, add};
use schemas::figures::{Spread, StepTimes};
use std::collections::BTreeMap;

#[derive(Default)]
struct Histograms {
    events: u64,
    handling_working: BTreeMap<i64, u64>,
    handling_wall: BTreeMap<i64, u64>,
    waiting_working: BTreeMap<i64, u64>,
}

pub(super) fn compute(context: Context<'_>, left_out: &mut LeftOut) -> Result<BTreeMap<u8, StepTimes>, FigureError> {
    let rows = context.run("time_per_step", include_str!("time_per_step.sql"), "times")?;
    let steps = rows.counts("langkah")?;
    let (working, wall) = (rows.integers("handling_working")?, rows.integers("handling_wall")?);
    let (waiting, usable, n) = (rows.integers("waiting_working")?, rows.texts("usable")?, rows.counts("n")?);
    let mut by_step: BTreeMap<u64, Histograms> = BTreeMap::new();
    for i in 0..n.len() {
        let step = by_step.entry(steps[i]).or_default();
        step.events += n[i];
        add(&mut step.handling_working, working[i], n[i]);
        add(&mut step.handling_wall, wall[i], n[i]);
        add(&mut step.waiting_working, waiting[i], n[i]);
        if let Some(reason) = usable[i].as_deref().filter(|u| *u != "used") {
            *left_out.entry(format!("time_per_step.{reason}")).or_insert(0) += n[i];
        }
    }
    Ok(context
        .facts
        .sop
        .steps
        .iter()
        .map(|step| {
            let h = by_step.remove(&u64::from(step.number)).unwrap_or_default();
            let times = StepTimes {
                events: h.events,
                handling_working: Spread::of_histogram(&h.handling_working),
                handling_wall: Spread::of_histogram(&h.handling_wall),
                waiting_working: Spread::of_histogram(&h.waiting_working),
            };
            (step.number, times)
        })
        .collect())
}
