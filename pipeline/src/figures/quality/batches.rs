//! Batches: all of one come from one village, brought by one person.

use super::Found;
use crate::archive::columns::{int64s, texts};
use crate::archive::{Archive, ArchiveError, month_of_path};
use schemas::{Event, Month};
use std::collections::{BTreeMap, BTreeSet};

/// What the events of a batch say of it.
#[derive(Debug, Default)]
struct Said {
    pekon: BTreeSet<String>,
    bearers: BTreeSet<String>,
}

/// Of every batch that has an event in the month, whether all its events up to then say the same.
pub(super) fn check(
    archive: &Archive,
    month: Month,
    events: &[Event<'_>],
    superseded: &BTreeSet<i64>,
    found: &mut Found<'_>,
) -> Result<(), ArchiveError> {
    let mut batches: BTreeMap<&str, Said> = events.iter().map(|e| (e.kolektif_id, Said::default())).collect();
    for of_month in archive.months().into_iter().filter(|m| *m <= month) {
        let is_of = |path: &str| month_of_path(path) == Some(of_month);
        let mut of_seq: BTreeMap<i64, &str> = BTreeMap::new();
        let ids: BTreeMap<String, &str> = batches.keys().map(|id| ((*id).to_owned(), *id)).collect();
        for file in archive.event_files().filter(|f| is_of(&f.path)) {
            for rows in archive.read(file, Some(&["seq", "kolektif_id", "pekon"]))? {
                let (seqs, batch, pekon) =
                    (int64s(&rows, "seq")?, texts(&rows, "kolektif_id")?, texts(&rows, "pekon")?);
                for row in (0..rows.num_rows()).filter(|row| !superseded.contains(&seqs.value(*row))) {
                    let Some(id) = ids.get(batch.value(row)) else { continue };
                    of_seq.insert(seqs.value(row), id);
                    if let Some(said) = batches.get_mut(id) {
                        said.pekon.insert(pekon.value(row).to_owned());
                    }
                }
            }
        }
        for file in archive.person_files().filter(|f| is_of(&f.path)) {
            for rows in archive.read(file, Some(&["seq", "pembawa"]))? {
                let (seqs, bearer) = (int64s(&rows, "seq")?, texts(&rows, "pembawa")?);
                for row in 0..rows.num_rows() {
                    if let Some(said) = of_seq.get(&seqs.value(row)).and_then(|id| batches.get_mut(id)) {
                        said.bearers.insert(bearer.value(row).trim().to_uppercase());
                    }
                }
            }
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
