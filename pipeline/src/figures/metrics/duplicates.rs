//! How often does the same person come twice? Three rates that are never mixed.
//!
//! Reads   record checks (step 6) and receipts (step 1)
//! Gives   (a) `duplikat` per berkas checked, (b) the same NIK twice in one batch, (c) a NIK again within 90 days in
//!         another batch
//! Rule    SOP step 6, "pengecekan Duplikat Record"
//! Finds   berkas without a NIK: counted, left out of (b) and (c)

use crate::figures::Context;
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use schemas::figures::Duplicates;

pub(super) const SQL: FigureSql =
    FigureSql::new("duplicates", include_str!("duplicates.sql"), TimeScope::IncludingLater, EventScope::Arrivals);

pub(in crate::figures) fn compute(context: Context<'_>) -> Duplicates {
    let n = |item: &str| context.figures.n("duplicates", item);
    Duplicates {
        record_checks: n("record_checks"),
        record_duplicates: n("record_duplicates"),
        batch_berkas: n("batch_berkas"),
        batch_same_nik: n("batch_same_nik"),
        arrivals: n("arrivals"),
        repeat_within_90_days: n("repeat_within_90_days"),
    }
}
