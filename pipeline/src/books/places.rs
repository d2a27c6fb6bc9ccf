//! Where events stand in the official books, and which lists and papers name a berkas, without writing them.
//!
//! Reads   the public columns by which the entries of a month are ordered; all events of the berkas
//! Gives   the row of each entry that is asked for, as the printed book numbers it; lists and papers by their numbers and days
//! Rule    that of [`BookWriter`], which is asked for what does not depend on other berkas

use super::entry::{BookMonth, EntryOrder, Late};
use super::{BookError, BookWriter, Disclosure};
use crate::archive::Archive;
use crate::archive::current_events::{Computed, CurrentEvents};
use chrono::NaiveDate;
use schemas::{Column, Facts, ListRows, Month, PaperRows};
use std::collections::{BTreeMap, BTreeSet};

/// The entries of a month's books that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The row of each, by the number of its event, and the month to which it belongs if it came after that was closed.
    pub(crate) rows: BTreeMap<i64, (u64, Option<Month>)>,
}

/// Finds the rows that some events have in the books of a month.
///
/// # Errors
/// [`BookError`] when a part is damaged.
pub(crate) fn places(
    archive: &Archive,
    current: &CurrentEvents<'_>,
    facts: &Facts,
    month: Month,
    wanted: &BTreeSet<i64>,
) -> Result<Places, BookError> {
    let of_month = BookMonth::of(archive, month, facts.zone);
    // What is entered late came after the month before was closed.
    let closed = archive.seal(month.back(1)).map_or(u64::MAX, |seal| seal.version);
    let late: BTreeSet<&str> = archive.files_since(closed).map(|file| file.entry.path.as_str()).collect();
    let columns = [Column::EventId, Column::Langkah, Column::NomorRegister, Column::Selesai];
    let mut entries: BTreeMap<u8, Vec<EntryOrder>> = BTreeMap::new();
    let mut found: Vec<(u8, EntryOrder, Option<Month>)> = Vec::new();
    let may_have = |file: &crate::archive::commit_log::EventFile| {
        file.month == month || (file.month < month && late.contains(file.entry.path.as_str()))
    };
    for batch in current.batches(may_have, &columns, &[Computed::CorrectionOf]) {
        for event in batch?.rows()?.events() {
            let (step, selesai_s) = (event.step()?, event.second(Column::Selesai)?);
            let is_entry = facts.ledgers.iter().any(|ledger| ledger.step == step);
            if !is_entry || !of_month.has(event.seq(), selesai_s) {
                continue;
            }
            let belongs = of_month.late(event.seq(), selesai_s);
            let order =
                EntryOrder::of(event, belongs.map(|month| Late { month, is_correction: event.is_correction() }))?;
            if wanted.contains(&event.seq()) {
                found.push((step, order.clone(), belongs));
            }
            entries.entry(step).or_default().push(order);
        }
    }
    let mut places = Places::default();
    for (step, order, late) in found {
        let before = entries.get(&step).into_iter().flatten().filter(|other| **other < order).count();
        places.rows.insert(order.seq(), (before as u64 + 1, late));
    }
    Ok(places)
}

/// A list or a paper that names a berkas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Naming {
    /// Its id.
    pub(crate) id: String,
    /// As printed.
    pub(crate) title: String,
    /// The number of the sheet; a list has none.
    pub(crate) number: Option<String>,
    /// The day of the sheet, where it has one.
    pub(crate) on: Option<NaiveDate>,
    /// Whether its rows came after the books of their month were closed.
    pub(crate) is_late: bool,
}

impl BookWriter<'_> {
    /// Returns the lists and papers of the month that name a berkas, of which this one was made alone.
    ///
    /// # Errors
    /// [`BookError`] when a value that must be there is not.
    pub(crate) fn naming(&self, is_called_for: bool) -> Result<Vec<Naming>, BookError> {
        let mut naming = Vec::new();
        for list in &self.facts.lists {
            let names_berkas =
                matches!(list.rows, ListRows::Entry { .. } | ListRows::Event { .. } | ListRows::Uncollected);
            if names_berkas && !self.list(list, Disclosure::Masked)?.rows.is_empty() && !is_called_for {
                let (id, title) = (list.id.clone(), list.title.clone());
                naming.push(Naming { id, title, number: None, on: None, is_late: false });
            }
        }
        for paper in &self.facts.papers {
            let calls = matches!(paper.rows, PaperRows::Uncollected);
            // What counts a pekon, or comes with a letter, names nobody.
            if matches!(paper.rows, PaperRows::Pekon | PaperRows::Enclosure { .. }) || calls != is_called_for {
                continue;
            }
            for sheet in self.paper(paper, None, Disclosure::Masked)?.sheets {
                // A letter gets its number by the pen.
                let number = Some(sheet.number).filter(|_| paper.code.is_some());
                let (id, title) = (paper.id.clone(), paper.title.clone());
                naming.push(Naming { id, title, number, on: sheet.on, is_late: sheet.late });
            }
        }
        Ok(naming)
    }
}
