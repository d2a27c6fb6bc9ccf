//! How long from complete requirements to a printed card, and is that within the rules?
//!
//! Reads   first `lengkap`/`perlu_rekam` (step 2), first `tercetak` (step 6), the outage log
//! Gives   berkas first printed in the month: wall, wall less outages, working seconds; how many within each limit;
//!         the honest service level, in which a case open past the limit at the end of the month counts as late
//! Rule    1 hour and 24 hours since complete, outages excepted; 14 working days, the day of completeness is day 0
//! Finds   berkas printed without a complete check: counted, not measured

use crate::figures::error::FigureError;
use crate::figures::figure::{Context, Figure, Followed, ListedTime, Term};
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use schemas::document::Measured;
use schemas::figures::{Deadline, Deadlines, Issuance, MonthFigures};
use schemas::{ShareMeasure, Standard, Within};

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
    left_out: &[("no_complete_check", "KTP-el tercetak tanpa pemeriksaan lengkap (tidak masuk lama penerbitan)")],
    times: &[
        ListedTime {
            words: "Lengkap sampai cetak, jam kerja",
            is_working: true,
            note: "",
            item: "working",
            spread: |f| &f.issuance.working,
        },
        ListedTime {
            words: "Lengkap sampai cetak, jam kalender",
            is_working: false,
            note: "",
            item: "wall",
            spread: |f| &f.issuance.wall,
        },
        ListedTime {
            words: "Lengkap sampai cetak, jam kalender, di luar gangguan",
            is_working: false,
            note: "",
            item: "wall_less_outages",
            spread: |f| &f.issuance.wall_less_outages,
        },
    ],
    followed: &[
        Followed {
            id: "issued_within_24_hours",
            place: 1,
            words: "Terbit ≤ 24 jam kalender, di luar gangguan",
            bad: "terlambat",
            more_is_better: true,
            value: |m| in_time(m.deadlines.within_24_hours_less_outages),
            with_outages: Some(within_24_hours_with_outages),
            standard: Some(issued(Within::TwentyFourHours)),
            made_of: &Term::deadline("wall_less_outages", "open_wall_less_outages", DAY_S),
        },
        Followed {
            id: "issued_within_24_hours_with_outages",
            place: 2,
            words: "Terbit ≤ 24 jam kalender, gangguan ikut dihitung",
            bad: "terlambat",
            more_is_better: true,
            value: within_24_hours_with_outages,
            with_outages: None,
            standard: None,
            made_of: &Term::deadline("wall", "open_wall", DAY_S),
        },
        Followed {
            id: "issued_within_1_hour",
            place: 3,
            words: "Terbit ≤ 1 jam kalender, di luar gangguan",
            bad: "terlambat",
            more_is_better: true,
            value: |m| in_time(m.deadlines.within_1_hour_less_outages),
            with_outages: Some(|MonthFigures { figures, .. }| {
                let i = &figures.issuance;
                Measured::share(i.within_1_hour_wall, i.printed + i.open_past_1_hour_wall)
            }),
            standard: Some(issued(Within::OneHour)),
            made_of: &Term::deadline("wall_less_outages", "open_wall_less_outages", HOUR_S),
        },
        Followed {
            id: "issued_within_1_working_day",
            place: 4,
            words: "Terbit paling lambat hari kerja berikutnya",
            bad: "terlambat",
            more_is_better: true,
            value: |MonthFigures { figures, .. }| {
                let i = &figures.issuance;
                Measured::share(i.within_1_working_day, i.printed + i.open_past_1_working_day)
            },
            with_outages: None,
            standard: None,
            made_of: &Term::deadline("working_days", "open_working_days", 1),
        },
        Followed {
            id: "issued_within_14_working_days",
            place: 5,
            words: "Terbit ≤ 14 hari kerja",
            bad: "terlambat",
            more_is_better: true,
            value: |m| in_time(m.deadlines.within_14_working_days),
            with_outages: None,
            standard: Some(issued(Within::FourteenWorkingDays)),
            made_of: &Term::deadline("working_days", "open_working_days", WORKING_DAYS),
        },
    ],
    ..Figure::of(FigureSql::new(NAME, include_str!("issuance.sql"), TimeScope::UpToMonthEnd, EventScope::Berkas))
};

fn within_24_hours_with_outages(MonthFigures { figures, .. }: &MonthFigures) -> Option<Measured> {
    let i = &figures.issuance;
    Measured::share(i.within_24_hours_wall, i.printed + i.open_past_24_hours_wall)
}

const fn issued(within: Within) -> Standard {
    Standard::Share { measure: ShareMeasure::Issued(within), at_least: None }
}

/// Returns the share of those that met a deadline. An open berkas that is already past it counts as late.
fn in_time(deadline: Deadline) -> Option<Measured> {
    Measured::share(deadline.on_time, deadline.n())
}

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
        within_1_working_day: within("working_days", 1)?,
        within_14_working_days: within("working_days", WORKING_DAYS)?,
        open_past_1_hour_wall: open_past("open_wall", HOUR_S)?,
        open_past_1_working_day: open_past("open_working_days", 1)?,
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
