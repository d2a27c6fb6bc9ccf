//! The batches of the month's berkas.
//!
//! Reads   all events of these batches up to the end of the month
//! Rule    all berkas of a batch come from one pekon, brought by one person
//! Finds   Q044 (several pekon), Q045 (several bearers)

use super::Found;
use crate::archive::ArchiveError;
use crate::archive::current_events::CurrentEvents;
use schemas::{Column, Event, Month};
use std::collections::{BTreeMap, BTreeSet};

/// The values in the events of a batch.
#[derive(Debug, Default)]
struct BatchValues {
    pekon: BTreeSet<String>,
    bearers: BTreeSet<String>,
}

/// Checks every batch that has an event in the month, against all of its events up to its end.
pub(super) fn check(
    current: &CurrentEvents<'_>,
    month: Month,
    events: &[Event<'_>],
    found: &mut Found<'_>,
) -> Result<(), ArchiveError> {
    let mut batches: BTreeMap<&str, BatchValues> =
        events.iter().map(|e| (e.kolektif_id, BatchValues::default())).collect();
    for rows in current.batches(|f| f.month <= month, &[Column::KolektifId, Column::Pekon, Column::Pembawa], &[]) {
        for event in rows?.rows()?.events() {
            let Some(values) = batches.get_mut(event.text(Column::KolektifId)?) else { continue };
            values.pekon.insert(event.text(Column::Pekon)?.to_owned());
            if !event.is_destroyed() {
                values.bearers.insert(event.text(Column::Pembawa)?.trim().to_uppercase());
            }
        }
    }
    for (id, values) in batches {
        if values.pekon.len() > 1 {
            let codes: Vec<&str> = values.pekon.iter().map(String::as_str).collect();
            found.elsewhere("Q044", id.to_owned(), 0, codes.join(", "), 1);
        }
        if values.bearers.len() > 1 {
            found.elsewhere("Q045", id.to_owned(), 0, format!("{} nama", values.bearers.len()), 1);
        }
    }
    Ok(())
}
