//! The cards that are printed and that nobody has collected at the end of a month.
//!
//! Reads   when each dossier was printed and handed over; the events of those that were not
//! Gives   the print of each, by kecamatan and pekon, and its age
//! Rule    the age is that of the figure `uncollected`: working days since the first print. A list is of the end of the month; a letter
//!         goes out later, so that it leaves out what was collected by the end of the data, and counts the age until then

use super::entry::{COLUMNS, Entry};
use super::lists::BookRow;
use super::{BookError, BookWriter};
use crate::archive::ArchiveError;
use crate::archive::current_events::CurrentEvents;
use schemas::{Column, Milestone, Month};
use std::collections::{BTreeMap, BTreeSet};

impl BookWriter<'_> {
    /// Reads the prints of the cards that were not handed over before the end of the month.
    pub(super) fn add_uncollected(&mut self, current: &CurrentEvents<'_>) -> Result<(), ArchiveError> {
        let (zone, end) = (self.facts.zone, self.month.end_s(self.facts.zone));
        let waits = |printed: i64, ended: Option<i64>| printed < end && ended.is_none_or(|ended| ended >= end);
        let mut wanted: BTreeMap<&str, i64> = BTreeMap::new();
        for (berkas_id, reached) in &self.milestones {
            wanted.extend(reached.printed.filter(|at| waits(*at, reached.ended())).map(|at| (berkas_id.as_str(), at)));
        }
        let months: BTreeSet<Month> = wanted.values().filter_map(|at| zone.month(*at)).collect();
        let mut found = Vec::new();
        for batch in current.batches(|file| months.contains(&file.month), &COLUMNS, &[]) {
            for event in batch?.rows()?.events() {
                let printed = wanted.get(event.text(Column::BerkasId)?);
                if printed.is_some_and(|at| event.second(Column::Selesai).is_ok_and(|selesai| selesai == *at))
                    && self.facts.sop.milestone(event.step()?, event.text(Column::Hasil)?) == Some(Milestone::Printed)
                {
                    found.push(Entry::of(event, None)?);
                }
            }
        }
        let place = |entry: &Entry| {
            let area = self.facts.wilayah.get(&entry.pekon);
            let names = area.map(|area| (area.kecamatan.clone(), area.name.clone()));
            (names, entry.pekon.clone(), entry.kolektif_id.clone(), entry.berkas_id.clone(), entry.seq)
        };
        found.sort_by_cached_key(place);
        found.dedup_by(|later, first| later.berkas_id == first.berkas_id);
        self.uncollected = found;
        Ok(())
    }

    /// Returns the cards at the end of the month, as rows.
    pub(super) fn uncollected_cards(&self) -> Vec<BookRow<'_>> {
        let until_s = self.month.end_s(self.facts.zone) - 1;
        self.uncollected.iter().map(|entry| BookRow::Uncollected { entry, until_s }).collect()
    }

    /// Returns those for which a letter can be sent: nobody has collected them since, and they wait for a working day or more.
    pub(super) fn cards_to_call_for(&self) -> Result<Vec<BookRow<'_>>, BookError> {
        let until_s = self.provenance.complete_until_s.unwrap_or(self.month.end_s(self.facts.zone) - 1);
        let mut cards = Vec::new();
        for entry in &self.uncollected {
            let is_collected = self.milestones.get(&entry.berkas_id).is_some_and(|reached| reached.ended().is_some());
            if !is_collected && self.age(entry, until_s)? > 0 {
                cards.push(BookRow::Uncollected { entry, until_s });
            }
        }
        Ok(cards)
    }

    /// Returns the working days for which a card has waited at an instant.
    pub(super) fn age(&self, entry: &Entry, until_s: i64) -> Result<u64, BookError> {
        let printed = self.milestones.get(&entry.berkas_id).and_then(|reached| reached.printed);
        let since = printed.unwrap_or(entry.selesai_s).min(until_s);
        let days = self.facts.clock.working_days(until_s)? - self.facts.clock.working_days(since)?;
        Ok(u64::try_from(days).unwrap_or_default())
    }
}
