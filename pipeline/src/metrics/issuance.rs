//! How long from complete requirements to a printed card, and is that within the rules?
//!
//! Reads   first `lengkap`/`perlu_rekam` (step 2), first `tercetak` (step 6), the outage log
//! Gives   berkas first printed in the month: wall, wall less outages, working seconds; how many within each limit;
//!         the honest service level, in which a case open past the limit at the end of the month counts as late
//! Rule    1 hour and 24 hours since complete, outages excepted; 14 working days, the day of completeness is day 0
//! Finds   berkas printed without a complete check: counted, not measured

use super::{Context, FigureError, LeftOut, add};
use schemas::figures::{Deadline, Deadlines, Issuance, Spread};
use std::collections::BTreeMap;

const SQL: &str = include_str!("issuance.sql");
const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 86_400;
const WORKING_DAYS: i64 = 14;

pub(super) fn compute(context: Context<'_>, left_out: &mut LeftOut) -> Result<(Issuance, Deadlines), FigureError> {
    let printed = Measured::read(context, "printed", &["wall", "wall_less_outages", "working_days", "working"])?;
    let open = Measured::read(context, "open", &["wall", "wall_less_outages", "working_days"])?;
    let unmeasured = context.run("issuance", SQL, "left_out")?.single("n")?;
    left_out.insert("issuance.no_complete_check".to_owned(), unmeasured);
    let figure = Issuance {
        printed: printed.total("wall"),
        wall: printed.spread("wall"),
        wall_less_outages: printed.spread("wall_less_outages"),
        working: printed.spread("working"),
        within_1_hour_wall: printed.within("wall", HOUR_S),
        within_24_hours_wall: printed.within("wall", DAY_S),
        within_1_hour_working: printed.within("working", HOUR_S),
        within_24_hours_wall_less_outages: printed.within("wall_less_outages", DAY_S),
        within_14_working_days: printed.within("working_days", WORKING_DAYS),
        open_past_24_hours_wall: open.total("wall") - open.within("wall", DAY_S),
    };
    let deadline = |clock: &str, limit: i64| {
        let on_time = printed.within(clock, limit);
        let open_past = open.total(clock) - open.within(clock, limit);
        Deadline { on_time, late: printed.total(clock) - on_time, open_past }
    };
    let deadlines = Deadlines {
        within_1_hour_less_outages: deadline("wall_less_outages", HOUR_S),
        within_24_hours_less_outages: deadline("wall_less_outages", DAY_S),
        within_14_working_days: deadline("working_days", WORKING_DAYS),
    };
    Ok((figure, deadlines))
}

/// Histograms by clock.
struct Measured(BTreeMap<String, BTreeMap<i64, u64>>);

impl Measured {
    fn read(context: Context<'_>, statement: &str, clocks: &[&str]) -> Result<Self, FigureError> {
        let rows = context.run("issuance", SQL, statement)?;
        let n = rows.counts("n")?;
        let mut clocks_read = BTreeMap::new();
        for clock in clocks {
            let histogram: &mut BTreeMap<i64, u64> = clocks_read.entry((*clock).to_owned()).or_default();
            for (value, n) in rows.integers(clock)?.into_iter().zip(&n) {
                add(histogram, value, *n);
            }
        }
        Ok(Self(clocks_read))
    }

    fn spread(&self, clock: &str) -> Spread {
        self.0.get(clock).map(Spread::of_histogram).unwrap_or_default()
    }

    fn total(&self, clock: &str) -> u64 {
        self.0.get(clock).map_or(0, |h| h.values().sum())
    }

    fn within(&self, clock: &str, limit: i64) -> u64 {
        self.0.get(clock).map_or(0, |h| h.range(..=limit).map(|(_, n)| n).sum())
    }
}
