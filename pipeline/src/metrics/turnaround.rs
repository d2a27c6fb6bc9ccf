//! How long from receipt to hand-over, with and without the time the file was back with the applicant?
//!
//! Reads   first receipt (step 1), first hand-over (step 10), checks that sent the file back
//! Gives   berkas handed over in the month: working seconds
//! Rule    SOP steps 1 and 10
//! Finds   berkas handed over without a receipt: counted, not measured

use super::{Context, FigureError, LeftOut, add};
use schemas::figures::{Spread, Turnaround};
use std::collections::BTreeMap;

pub(super) fn compute(context: Context<'_>, left_out: &mut LeftOut) -> Result<Turnaround, FigureError> {
    let rows = context.run("turnaround", include_str!("turnaround.sql"), "times")?;
    let (mut working, mut less_applicant) = (BTreeMap::new(), BTreeMap::new());
    let (mut handed_over, mut no_receipt) = (0, 0);
    let values = rows.integers("working")?.into_iter().zip(rows.integers("working_less_applicant")?);
    for ((whole, less), n) in values.zip(rows.counts("n")?) {
        add(&mut working, whole, n);
        add(&mut less_applicant, less, n);
        *if whole.is_some() { &mut handed_over } else { &mut no_receipt } += n;
    }
    left_out.insert("turnaround.no_receipt".to_owned(), no_receipt);
    Ok(Turnaround {
        handed_over,
        working: Spread::of_histogram(&working),
        working_less_applicant: Spread::of_histogram(&less_applicant),
    })
}
