//! The values of a row as text, from the archive and from the source, in the form in which they are compared.

use crate::archive::ArchiveError;
use crate::archive::current_events::{CurrentEvent, CurrentEvents};
use crate::archive::event_batch::Events;
use schemas::{Column, EventId, Month};
use std::collections::{BTreeMap, BTreeSet};

/// The values of the contract's columns, in their order; `None` for a missing value.
pub(super) type Values = Vec<Option<String>>;

/// Calls `each` with every event of a month and the instant of its end.
pub(super) fn each_of_month(
    current: &CurrentEvents<'_>,
    month: Month,
    mut each: impl FnMut(i64, Values),
) -> Result<(), ArchiveError> {
    for batch in current.batches(|file| file.month == month, &Column::ALL, &[]) {
        for event in batch?.rows()?.events() {
            each(event.number(Column::Selesai)?, archived(event)?);
        }
    }
    Ok(())
}

/// Returns the archived values of these events, by their keys as text, in any month.
pub(super) fn archived_values(
    current: &CurrentEvents<'_>,
    ids: &[EventId<'_>],
) -> Result<BTreeMap<String, Values>, ArchiveError> {
    let keys: BTreeSet<&EventId<'_>> = ids.iter().collect();
    let mut found = BTreeMap::new();
    for batch in current.batches(|file| file.may_hold_any(ids), &Column::ALL, &[]) {
        for event in batch?.rows()?.events() {
            let id = event.id()?;
            if keys.contains(&id) {
                found.insert(id.to_string(), archived(event)?);
            }
        }
    }
    Ok(found)
}

/// Returns the values of an archived event.
fn archived(event: CurrentEvent<'_, '_>) -> Result<Values, ArchiveError> {
    Column::ALL.into_iter().map(|column| event.said(column)).collect()
}

/// Returns the values of an event of the source.
pub(super) fn event_values(events: &Events, row: usize) -> [Option<String>; Column::ALL.len()] {
    Column::ALL.map(|column| events.values(column).said(row))
}
