//! How often does the same person come twice? Three rates that are never mixed.
//!
//! Reads   record checks (step 6) and receipts (step 1)
//! Gives   (a) `duplikat` per berkas checked, (b) the same NIK twice in one batch, (c) a NIK again within 90 days in
//!         another batch
//! Rule    SOP step 6, "pengecekan Duplikat Record"
//! Finds   berkas without a NIK: counted, left out of (b) and (c)

use crate::figures::figure::{Context, Figure, Followed, Term, TermSide};
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use schemas::document::Measured;
use schemas::figures::Duplicates;

const NAME: &str = "duplicates";

pub(super) const FIGURE: Figure = Figure {
    left_out: &[("no_nik", "Berkas tanpa NIK (tidak masuk angka kedatangan berulang)")],
    followed: &[Followed {
        id: "record_duplicates",
        place: 10,
        words: "Rekaman ganda (langkah 6)",
        bad: "rekaman ganda",
        more_is_better: false,
        value: |m| Measured::share(m.figures.duplicates.record_duplicates, m.figures.duplicates.record_checks),
        with_outages: None,
        standard: None,
        made_of: &[Term::of("record_checks"), Term::of("record_duplicates").on(TermSide::PartOfRest)],
    }],
    ..Figure::of(FigureSql::new(NAME, include_str!("duplicates.sql"), TimeScope::IncludingLater, EventScope::Arrivals))
};

pub(super) fn compute(context: Context<'_>) -> Duplicates {
    let n = |item: &str| context.figures.n(NAME, item);
    Duplicates {
        record_checks: n("record_checks"),
        record_duplicates: n("record_duplicates"),
        batch_berkas: n("batch_berkas"),
        batch_same_nik: n("batch_same_nik"),
        arrivals: n("arrivals"),
        repeat_within_90_days: n("repeat_within_90_days"),
    }
}
