//! How long from complete requirements to a printed card, and is that within the rules?
//!
//! Reads   first `lengkap`/`perlu_rekam` (step 2), first `tercetak` (step 6), the outage log
//! Gives   berkas first printed in the month: wall, wall less outages, working seconds; how many within each limit;
//!         the honest service level, in which a case open past the limit at the end of the month counts as late
//! Rule    1 hour and 24 hours since complete, outages excepted; 14 working days, the day of completeness is day 0
//! Finds   berkas printed without a complete check: counted, not measured

use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use crate::figures::{Context, FigureError};
use schemas::Within;
use schemas::figures::{Deadline, Deadlines, Issuance};

pub(super) const SQL: FigureSql =
    FigureSql::new("issuance", include_str!("issuance.sql"), TimeScope::UpToMonthEnd, EventScope::Berkas);

const FIGURE: &str = "issuance";
const HOUR_S: i64 = Within::OneHour.limit();
const DAY_S: i64 = Within::TwentyFourHours.limit();
const WORKING_DAYS: i64 = Within::FourteenWorkingDays.limit();

pub(in crate::figures) fn compute(context: Context<'_>) -> Result<(Issuance, Deadlines), FigureError> {
    let within = |item: &str, limit: i64| context.within(FIGURE, item, limit);
    let spread = |item: &str| context.figures.spread(FIGURE, item, 0);
    let open_past = |item: &str, limit: i64| -> Result<u64, FigureError> {
        Ok(context.figures.n(FIGURE, item) - within(item, limit)?)
    };
    let figure = Issuance {
        printed: context.figures.n(FIGURE, "wall"),
        wall: spread("wall"),
        wall_less_outages: spread("wall_less_outages"),
        working: spread("working"),
        within_1_hour_wall: within("wall", HOUR_S)?,
        within_24_hours_wall: within("wall", DAY_S)?,
        within_1_hour_working: within("working", HOUR_S)?,
        within_24_hours_wall_less_outages: within("wall_less_outages", DAY_S)?,
        within_14_working_days: within("working_days", WORKING_DAYS)?,
        open_past_24_hours_wall: open_past("open_wall", DAY_S)?,
    };
    let deadline = |clock: &str, limit: i64| -> Result<Deadline, FigureError> {
        let on_time = within(clock, limit)?;
        let late = context.figures.n(FIGURE, clock) - on_time;
        Ok(Deadline { on_time, late, open_past: open_past(&format!("open_{clock}"), limit)? })
    };
    let deadlines = Deadlines {
        within_1_hour_less_outages: deadline("wall_less_outages", HOUR_S)?,
        within_24_hours_less_outages: deadline("wall_less_outages", DAY_S)?,
        within_14_working_days: deadline("working_days", WORKING_DAYS)?,
    };
    Ok((figure, deadlines))
}
