//! How long from receipt to hand-over, with and without the time the file was back with the applicant?
//!
//! Reads   first receipt (step 1), first hand-over (step 10), checks that sent the file back
//! Gives   berkas handed over in the month: working seconds
//! Rule    SOP steps 1 and 10
//! Finds   berkas handed over without a receipt: counted, not measured

use crate::figures::figure::{Context, Figure, Followed};
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use schemas::document::{ChangeWords, Quantity};
use schemas::figures::Turnaround;
use schemas::number;

const NAME: &str = "turnaround";

pub(super) const FIGURE: Figure = Figure {
    counted_with: &[("working_less_applicant", "working")],
    left_out: &[("no_receipt", "Berkas diserahkan tanpa penerimaan (tidak masuk lama penyelesaian)")],
    times: &[
        ("Terima sampai serah (jam kerja)", |f| &f.turnaround.working),
        ("Terima sampai serah, tanpa masa di pemohon (jam kerja)", |f| &f.turnaround.working_less_applicant),
    ],
    followed: &[Followed {
        id: "turnaround_working_p50",
        words: ChangeWords {
            subject: "Median waktu dari terima sampai serah",
            quantity: Quantity::Time,
            tail: "kerja",
        },
        more_is_better: false,
        value: |m| m.figures.turnaround.working.p50().map(number::of_whole),
    }],
    ..Figure::of(FigureSql::new(NAME, include_str!("turnaround.sql"), TimeScope::IncludingLater, EventScope::Berkas))
};

pub(super) fn compute(context: Context<'_>) -> Turnaround {
    let figures = context.figures;
    Turnaround {
        handed_over: figures.n(NAME, "working"),
        working: figures.spread(NAME, "working", 0),
        working_less_applicant: figures.spread(NAME, "working_less_applicant", 0),
    }
}
