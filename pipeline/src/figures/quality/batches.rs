//! Batches: all of one come from one village, brought by one person.

use super::Found;
use crate::archive::ArchiveError;
use crate::archive::current_events::CurrentEvents;
use schemas::{Column, Event, Month};
use std::collections::{BTreeMap, BTreeSet};

/// What the events of a batch say of it.
#[derive(Debug, Default)]
struct Said {
    pekon: BTreeSet<String>,
    bearers: BTreeSet<String>,
}

/// Of every batch that has an event in the month, whether all its events up to then say the same.
pub(super) fn check(
    current: &CurrentEvents<'_>,
    month: Month,
    events: &[Event<'_>],
    found: &mut Found<'_>,
) -> Result<(), ArchiveError> {
    let mut batches: BTreeMap<&str, Said> = events.iter().map(|e| (e.kolektif_id, Said::default())).collect();
    for rows in current.batches(|f| f.month <= month, &[Column::KolektifId, Column::Pekon, Column::Pembawa], &[]) {
        for event in rows?.rows()?.events() {
            let Some(said) = batches.get_mut(event.text(Column::KolektifId)?) else { continue };
            said.pekon.insert(event.text(Column::Pekon)?.to_owned());
            said.bearers.insert(event.text(Column::Pembawa)?.trim().to_uppercase());
        }
    }
    for (id, said) in batches {
        if said.pekon.len() > 1 {
            let codes: Vec<&str> = said.pekon.iter().map(String::as_str).collect();
            found.elsewhere("Q044", id.to_owned(), 0, codes.join(", "), 1);
        }
        if said.bearers.len() > 1 {
            found.elsewhere("Q045", id.to_owned(), 0, format!("{} nama", said.bearers.len()), 1);
        }
    }
    Ok(())
}
