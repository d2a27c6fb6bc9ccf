//! How long from receipt to hand-over, with and without the time the file was back with the applicant?
//!
//! Reads   first receipt (step 1), first hand-over (step 10), checks that sent the file back
//! Gives   berkas handed over in the month: working seconds
//! Rule    SOP steps 1 and 10
//! Finds   berkas handed over without a receipt: counted, not measured

use crate::figures::figure::{Context, Figure, Followed, ListedTime, Term};
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use schemas::document::Measured;
use schemas::figures::{Spread, Turnaround};
use schemas::{Standard, TimeMeasure, TimeUnit};

const NAME: &str = "turnaround";

pub(super) const FIGURE: Figure = Figure {
    counted_with: &[("working_less_applicant", "working")],
    left_out: &[("no_receipt", "Berkas diserahkan tanpa penerimaan (tidak masuk lama penyelesaian)")],
    times: &[
        ListedTime {
            words: "Sejak diterima sampai diserahkan, jam kerja",
            is_working: true,
            note: "",
            item: "working",
            spread: |f| &f.turnaround.working,
        },
        ListedTime {
            words: "Sejak diterima sampai diserahkan tanpa masa di pemohon, jam kerja",
            is_working: true,
            note: "",
            item: "working_less_applicant",
            spread: |f| &f.turnaround.working_less_applicant,
        },
    ],
    followed: &[
        Followed {
            id: "turnaround_working_p50",
            place: 6,
            words: "Lama sejak diterima sampai diserahkan, nilai tengah",
            bad: "",
            more_is_better: false,
            value: |m| working(&m.figures.turnaround, Spread::p50),
            with_outages: None,
            standard: None,
            made_of: &[Term::of("working")],
        },
        Followed {
            id: "turnaround_working_p90",
            place: 7,
            words: "Lama sejak diterima sampai diserahkan, 90 % kasus",
            bad: "",
            more_is_better: false,
            value: |m| working(&m.figures.turnaround, Spread::p90),
            with_outages: None,
            standard: Some(Standard::Time {
                measure: TimeMeasure::TurnaroundP90,
                unit: TimeUnit::Jam,
                at_most_s: None,
            }),
            made_of: &[Term::of("working")],
        },
    ],
    ..Figure::of(FigureSql::new(NAME, include_str!("turnaround.sql"), TimeScope::IncludingLater, EventScope::Berkas))
};

fn working(turnaround: &Turnaround, rank: fn(&Spread) -> Option<i64>) -> Option<Measured> {
    let (spread, of) = (&turnaround.working, turnaround.working.n);
    rank(spread).map(|seconds| Measured::WorkingTime { seconds, of })
}

pub(super) fn compute(context: Context<'_>) -> Turnaround {
    let figures = context.figures;
    Turnaround {
        handed_over: figures.n(NAME, "working"),
        working: figures.spread(NAME, "working", 0),
        working_less_applicant: figures.spread(NAME, "working_less_applicant", 0),
    }
}
