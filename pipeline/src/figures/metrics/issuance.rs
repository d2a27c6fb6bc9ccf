//! How long from complete requirements to a printed card, and is that within the rules?
//!
//! Reads   first `lengkap`/`perlu_rekam` (step 2), first `tercetak` (step 6), the outage log
//! Gives   berkas first printed in the month: wall, wall less outages, working seconds; how many within each limit;
//!         the honest service level, in which a case open past the limit at the end of the month counts as late
//! Rule    1 hour and 24 hours since complete, outages excepted; 14 working days, the day of completeness is day 0
//! Finds   berkas printed without a complete check: counted, not measured

use crate::figures::error::FigureError;
use crate::figures::figure::{Context, Figure, Followed};
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use schemas::Within;
use schemas::document::{ChangeWords, Quantity};
use schemas::figures::{Deadline, Deadlines, Issuance, share};
use schemas::number;

const NAME: &str = "issuance";

pub(super) const FIGURE: Figure = Figure {
    standing: &["open_wall", "open_wall_less_outages", "open_working_days"],
    counted_with: &[
        ("wall_less_outages", "wall"),
        ("working", "wall"),
        ("working_days", "wall"),
        ("open_wall_less_outages", "open_wall"),
        ("open_working_days", "open_wall"),
    ],
    left_out: &[("no_complete_check", "Kartu tercetak tanpa pemeriksaan lengkap (tidak masuk lama penerbitan)")],
    times: &[
        ("Lengkap sampai cetak (jam kerja)", |f| &f.issuance.working),
        ("Lengkap sampai cetak (waktu kalender)", |f| &f.issuance.wall),
        ("Lengkap sampai cetak, di luar gangguan (waktu kalender)", |f| &f.issuance.wall_less_outages),
    ],
    followed: &[
        Followed {
            id: "issuance_working_p50",
            words: ChangeWords {
                subject: "Median waktu dari lengkap sampai cetak",
                quantity: Quantity::Time,
                tail: "kerja",
            },
            more_is_better: false,
            value: |m| m.figures.issuance.working.p50().map(number::of_whole),
        },
        Followed {
            id: "issued_within_24_hours",
            words: ChangeWords {
                subject: "KTP-el yang terbit dalam 24 jam sejak lengkap",
                quantity: Quantity::Share,
                tail: "",
            },
            more_is_better: true,
            value: |m| {
                let deadline = m.deadlines.within_24_hours_less_outages;
                share(deadline.on_time, deadline.n())
            },
        },
    ],
    ..Figure::of(FigureSql::new(NAME, include_str!("issuance.sql"), TimeScope::UpToMonthEnd, EventScope::Berkas))
};

const HOUR_S: i64 = Within::OneHour.limit();
const DAY_S: i64 = Within::TwentyFourHours.limit();
const WORKING_DAYS: i64 = Within::FourteenWorkingDays.limit();

pub(super) fn compute(context: Context<'_>) -> Result<(Issuance, Deadlines), FigureError> {
    let within = |item: &str, limit: i64| context.within(NAME, item, limit);
    let spread = |item: &str| context.figures.spread(NAME, item, 0);
    let open_past = |item: &str, limit: i64| -> Result<u64, FigureError> {
        Ok(context.figures.n(NAME, item) - within(item, limit)?)
    };
    let figure = Issuance {
        printed: context.figures.n(NAME, "wall"),
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
        let late = context.figures.n(NAME, clock) - on_time;
        Ok(Deadline { on_time, late, open_past: open_past(&format!("open_{clock}"), limit)? })
    };
    let deadlines = Deadlines {
        within_1_hour_less_outages: deadline("wall_less_outages", HOUR_S)?,
        within_24_hours_less_outages: deadline("wall_less_outages", DAY_S)?,
        within_14_working_days: deadline("working_days", WORKING_DAYS)?,
    };
    Ok((figure, deadlines))
}
