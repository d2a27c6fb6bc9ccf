//! How long do finished cards wait for the last one of their batch, and which berkas held the batch up?
//!
//! Reads   gathering of prints (step 7) of batches whose berkas have all ended
//! Gives   batches completed in the month, waiting in working seconds, the berkas gathered last per batch
//! Rule    SOP steps 7 and 10; the cards of one batch go home together

use super::{Context, FigureError, add};
use schemas::figures::{Batches, Spread};
use std::collections::BTreeMap;

pub(super) fn compute(context: Context<'_>) -> Result<Batches, FigureError> {
    let rows = context.run("batches", include_str!("batches.sql"), "waits")?;
    let (mut waits, mut held_up_by) = (BTreeMap::new(), BTreeMap::new());
    let keys = rows.texts("kolektif_id")?.into_iter().zip(rows.texts("berkas_id")?);
    for (((kolektif, berkas), wait), is_last) in keys.zip(rows.integers("waiting")?).zip(rows.integers("is_last")?) {
        add(&mut waits, wait, 1);
        if let (Some(kolektif), Some(berkas), Some(1)) = (kolektif, berkas, is_last) {
            // Rows come in order of berkas, so of several gathered last the greatest id stays.
            held_up_by.insert(kolektif, berkas);
        }
    }
    Ok(Batches {
        completed: held_up_by.len() as u64,
        waiting_for_last_working: Spread::of_histogram(&waits),
        held_up_by,
    })
}
