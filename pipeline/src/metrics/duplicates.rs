//! How often does the same person come twice? Three rates that are never mixed.
//!
//! Reads   record checks (step 6) and receipts (step 1)
//! Gives   (a) `duplikat` per berkas checked, (b) the same NIK twice in one batch, (c) a NIK again within 90 days in
//!         another batch
//! Rule    SOP step 6, "pengecekan Duplikat Record"
//! Finds   berkas without a NIK: counted, left out of (b) and (c)

use super::{Context, FigureError, LeftOut};
use schemas::figures::Duplicates;

const SQL: &str = include_str!("duplicates.sql");

pub(super) fn compute(context: Context<'_>, left_out: &mut LeftOut) -> Result<Duplicates, FigureError> {
    let run = |name: &str| context.run("duplicates", SQL, name);
    let record = run("record")?;
    let batch = run("batch")?;
    let (mut batch_berkas, mut batch_same_nik) = (0, 0);
    for (times, niks) in batch.counts("times")?.into_iter().zip(batch.counts("niks")?) {
        batch_berkas += times * niks;
        batch_same_nik += (times - 1) * niks;
    }
    left_out.insert("duplicates.no_nik".to_owned(), run("left_out")?.single("n")?);
    Ok(Duplicates {
        record_checks: record.single("checks")?,
        record_duplicates: record.single("duplicates")?,
        batch_berkas,
        batch_same_nik,
        arrivals: run("arrivals")?.single("n")?,
        repeat_within_90_days: run("repeats")?.single("n")?,
    })
}
