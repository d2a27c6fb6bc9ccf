//! Which later commits may have changed what is printed of a month whose books are closed.
//!
//! Reads   the log of the archive; the public columns of what came after the closing, and of the months that the reports compare
//! Gives   these commits, each with the earliest month of which it may have changed a figure
//! Rule    rather one too many than one too few: what really changed is found by making the reports of both versions. A figure of a
//!         month depends on the events up to its end; later ones count for what was handed over in it, and for the receipts that it
//!         or the column `diterima` says are of it

use crate::archive::additions::Addition;
use crate::archive::columns::{int64s, values};
use crate::archive::commit_log::EventFile;
use crate::archive::current_events::Computed;
use crate::archive::read::{outages_by_kind, stock_log};
use crate::archive::{Archive, ArchiveError};
use crate::pull::held_back::{HeldBack, held_back};
use chrono::NaiveDate;
use schemas::document::Coverage;
use schemas::{Column, Facts, Milestone, Month};
use std::collections::BTreeMap;

/// How many months before it are compared with a month.
pub(super) const COMPARED_MONTHS: u32 = 12;

/// A commit that may have changed what is printed of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Touching {
    /// The version of the archive that it created.
    pub version: u64,
    /// When it was made, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// No figure of a month before this one has changed.
    pub from: Month,
}

/// Returns the commits after a version that may have changed what is printed of a month, in order.
pub(super) fn touching(
    archive: &Archive,
    facts: &Facts,
    month: Month,
    since: u64,
) -> Result<Vec<Touching>, ArchiveError> {
    let additions = archive.additions_after(since);
    let by_events = Reach::of(archive, facts, month, &additions)?;
    let Some(mut before) = archive.at(since).map(|then| Beside::of(&then, facts, month)).transpose()? else {
        return Ok(Vec::new());
    };
    let mut touching = Vec::new();
    for (addition, by_events) in additions.iter().zip(by_events) {
        let Some(then) = archive.at(addition.version) else { continue };
        let after = Beside::of(&then, facts, month)?;
        let by_logs = after.earliest_change(&before, month);
        // In a copy without the quarantine, any row that came into it may be of the month.
        let by_quarantine = (after.held.is_none() && !addition.quarantine.is_empty()).then_some(month);
        before = after;
        let from = by_events.into_iter().chain(by_logs).chain(by_quarantine).min();
        touching.extend(from.map(|from| Touching { version: addition.version, at_ms: addition.at_ms, from }));
    }
    Ok(touching)
}

/// What reports of a month print that is no event.
#[derive(PartialEq)]
struct Beside {
    /// The outages that began before the end of the month: their kind, and what of them lies before that end.
    outages: Vec<(String, i64, i64)>,
    /// The days of the stock up to the end of the month, and whether there are later ones.
    stock: (BTreeMap<NaiveDate, [i64; 3]>, bool),
    /// The rows that are held back; `None` in a copy of the archive without its quarantine.
    held: Option<Vec<HeldBack>>,
    /// Of which of the compared months all is there.
    coverage: Vec<Coverage>,
}

impl Beside {
    fn of(archive: &Archive, facts: &Facts, month: Month) -> Result<Self, ArchiveError> {
        let end = month.end_s(facts.zone);
        let outages = outages_by_kind(archive)?.into_iter().filter(|(_, began, _)| *began < end);
        let outages = outages.map(|(kind, began, ended)| (kind, began, ended.min(end))).collect();
        let mut stock = stock_log(archive)?;
        let later = stock.split_off(&month.next().first_day());
        let mut held = held_back(archive, facts.zone)?;
        if let Some(held) = &mut held {
            held.retain(|held| held.may_be_of(month));
        }
        let provenance = archive.provenance()?;
        let coverage = (0..=COMPARED_MONTHS).map(|back| provenance.coverage(month.back(back))).collect();
        Ok(Self { outages, stock: (stock, !later.is_empty()), held, coverage })
    }

    /// Returns the earliest month of which something changed since.
    fn earliest_change(&self, before: &Self, month: Month) -> Option<Month> {
        let of_all = self.outages != before.outages || self.coverage != before.coverage;
        let of_month = self.stock != before.stock || self.held != before.held;
        if of_all { Some(month.back(COMPARED_MONTHS)) } else { of_month.then_some(month) }
    }
}

/// How far the rows of commits reach back.
struct Reach<'a> {
    facts: &'a Facts,
    month: Month,
    /// The first of the compared months in which a berkas was handed over.
    handed_over: BTreeMap<String, Month>,
    /// The first of the compared months in which its receipt was written.
    received: BTreeMap<String, Month>,
}

impl<'a> Reach<'a> {
    /// Returns of each commit the earliest month of which its events may have changed a figure; `None` where there is none.
    fn of(
        archive: &Archive,
        facts: &'a Facts,
        month: Month,
        additions: &[Addition<'_>],
    ) -> Result<Vec<Option<Month>>, ArchiveError> {
        let mut reached: Vec<Option<Month>> = vec![None; additions.len()];
        if additions.iter().all(|addition| addition.events.is_empty()) {
            return Ok(reached);
        }
        let mut reach = Self { facts, month, handed_over: BTreeMap::new(), received: BTreeMap::new() };
        let compared = month.back(COMPARED_MONTHS)..=month;
        for file in archive.keyed_files().filter(|file| compared.contains(&file.month)) {
            each(archive, file, |row| reach.learn(file.month, row))?;
        }
        let mut corrected: BTreeMap<i64, usize> = BTreeMap::new();
        for (place, addition) in additions.iter().enumerate() {
            for file in addition.events {
                each(archive, file, |row| {
                    reached[place] = earlier(reached[place], reach.earliest(file.month, row));
                    corrected.extend(row.correction_of.map(|seq| (seq, place)));
                })?;
            }
        }
        if !corrected.is_empty() {
            for file in archive.keyed_files() {
                each(archive, file, |row| {
                    if let Some(place) = corrected.get(&row.seq) {
                        reached[*place] = earlier(reached[*place], reach.earliest(file.month, row));
                    }
                })?;
            }
        }
        Ok(reached)
    }

    /// Notes a row of one of the compared months.
    fn learn(&mut self, month: Month, row: Row<'_>) {
        let of = match self.milestone(row) {
            Some(Milestone::HandedOver) => &mut self.handed_over,
            Some(Milestone::Received) => &mut self.received,
            _ => return,
        };
        let known = of.entry(row.berkas_id.to_owned()).or_insert(month);
        *known = month.min(*known);
    }

    fn milestone(&self, row: Row<'_>) -> Option<Milestone> {
        self.facts.sop.milestone(u8::try_from(row.step).ok()?, row.hasil)
    }

    /// Returns the earliest month of which a row may have changed a figure by being there, or no longer being there.
    fn earliest(&self, month: Month, row: Row<'_>) -> Option<Month> {
        let is_receipt = self.milestone(row) == Some(Milestone::Received);
        let received = self.facts.zone.month(row.received_us.div_euclid(1_000_000)).filter(|_| is_receipt);
        let written = self.received.get(row.berkas_id).filter(|_| is_receipt).copied();
        let handed_over = self.handed_over.get(row.berkas_id).copied();
        let of_row = [Some(month), received, written, handed_over];
        of_row.into_iter().flatten().min().filter(|earliest| *earliest <= self.month)
    }
}

fn earlier(one: Option<Month>, other: Option<Month>) -> Option<Month> {
    one.into_iter().chain(other).min()
}

/// What matters of a row, in the form in which it was archived.
#[derive(Clone, Copy)]
struct Row<'r> {
    seq: i64,
    berkas_id: &'r str,
    step: i64,
    hasil: &'r str,
    received_us: i64,
    correction_of: Option<i64>,
}

/// Hands over every row of a part.
fn each(archive: &Archive, file: &EventFile, mut of: impl FnMut(Row<'_>)) -> Result<(), ArchiveError> {
    let columns = [Column::BerkasId, Column::Langkah, Column::Hasil, Column::Diterima];
    let computed = Computed::CorrectionOf.name();
    let names: Vec<&str> = ["seq", computed].into_iter().chain(columns.iter().map(|column| column.name())).collect();
    for batch in archive.read(&file.entry, Some(&names))? {
        let (seqs, corrections) = (int64s(&batch, "seq")?, int64s(&batch, computed)?);
        let [berkas, steps, outcomes, received] = columns.map(|column| values(&batch, column));
        let (berkas, steps, outcomes, received) = (berkas?, steps?, outcomes?, received?);
        for (row, (seq, correction_of)) in seqs.iter().zip(corrections.iter()).enumerate() {
            of(Row {
                seq: seq.unwrap_or_default(),
                berkas_id: berkas.text(row).unwrap_or_default(),
                step: steps.number(row).unwrap_or_default(),
                hasil: outcomes.text(row).unwrap_or_default(),
                received_us: received.number(row).unwrap_or_default(),
                correction_of,
            });
        }
    }
    Ok(())
}
