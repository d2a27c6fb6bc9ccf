//! The rows of an official book: one entry per event of the book's step in the month.
//!
//! Reads   every event in its current form, public and private; the book's definition
//! Gives   rows in order of (number, end of the step, event), numbered from 1; personal fields are masked unless requested
//! Rule    data/ledgers; an event that came after its month's books were closed is entered in the first open month

mod cells;
mod entry;
mod lists;
mod milestones;
mod papers;
mod person;
mod places;
mod requirements;
mod sheets;
mod stock;
mod summary;
mod uncollected;

use crate::archive::current_events::{Computed, CurrentEvent, CurrentEvents};
use crate::archive::read::{outages_by_kind, stock_log};
use crate::archive::{Archive, ArchiveError};
use crate::hash::sha256;
pub(crate) use cells::shown;
use cells::{joined, number_marks, remarked};
use chrono::NaiveDate;
use entry::{BookMonth, COLUMNS, Entry, Late};
use lists::BookRow;
use milestones::Milestones;
use person::PersonRow;
pub(crate) use places::{Naming, places};
use schemas::document::{BookCode, BookColumn, BookContent, Cell, Closing, LedgerBook, LogPosition, Provenance};
use schemas::figures::RegisterNumbers;
use schemas::{
    CalendarError, Column, ColumnTotal, EventsOf, Facts, Ledger, LedgerColumn, LedgerField, ListRows, Milestone, Month,
};
use serde::Serialize;
use sheets::Sheets;
use std::collections::{BTreeMap, BTreeSet};

/// Whether personal data are shown in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disclosure {
    /// NIK and names masked: the working copy.
    Masked,
    /// Everything as recorded: the office's own copy.
    Full,
}

/// A book or list cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// The archive failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The calendar does not cover a day that is counted.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// The instant of an event is not on any day of the calendar.
    #[error("berkas {berkas_id}: an event lies outside every calendar")]
    NoDay {
        /// The berkas.
        berkas_id: String,
    },
    /// A column shows a field that the rows of its book or list do not have.
    #[error("the column `{label}` cannot be filled by the rows of its book or list; change its `field`")]
    Column {
        /// Its heading.
        label: String,
    },
    /// The rows cannot be serialised for their digest.
    #[error("the rows cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The data for writing the books of one month.
pub struct BookWriter<'a> {
    facts: &'a Facts,
    month: Month,
    /// The office that created the archive.
    creator: &'a str,
    /// Which events belong into the month's documents.
    of_month: BookMonth,
    /// How the books of the month were closed; `None` while they are open.
    closing: Option<Closing>,
    provenance: Provenance,
    entries: BTreeMap<u8, Vec<Entry>>,
    milestones: BTreeMap<String, Milestones>,
    /// The number that the office gave to the latest slip of a berkas, and when.
    slips: BTreeMap<String, (i64, String)>,
    /// Who received the card of a berkas with an entry.
    receivers: BTreeMap<String, String>,
    /// How often dossiers of a pekon were sent back in the month, by its code as a number.
    returned: BTreeMap<u64, u64>,
    /// The prints of cards that nobody has collected at the end of the month; a letter leaves out what was collected afterwards.
    uncollected: Vec<Entry>,
    /// The outages of the log: kind, start and end in epoch seconds.
    outages: Vec<(String, i64, i64)>,
    /// Whether the archive has that log.
    logs_outages: bool,
    /// How the entries of each book are numbered.
    numbers: BTreeMap<String, RegisterNumbers>,
    /// The entries that each step made in each month, and their sheets.
    counts: BTreeMap<(u8, Month), Sheets>,
    /// How many entries of a step and batch stand in the books of earlier months, and the time of the first of them.
    earlier: BTreeMap<(u8, String), (u64, i64)>,
    /// Blanks received, printed and spoilt by day.
    stock: BTreeMap<NaiveDate, [i64; 3]>,
}

impl std::fmt::Debug for BookWriter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BookWriter").field("month", &self.month).finish_non_exhaustive()
    }
}

impl<'a> BookWriter<'a> {
    /// Reads the data for the books of a month. `creator` is the office that created the archive.
    ///
    /// # Errors
    /// [`ArchiveError`] when the archive is empty or damaged.
    pub fn open(archive: &Archive, facts: &'a Facts, month: Month, creator: &'a str) -> Result<Self, ArchiveError> {
        let current = CurrentEvents::of(archive)?;
        let mut writer = Self::of(archive, &current, facts, month, creator)?;
        writer.add_persons(&current)?;
        Ok(writer)
    }

    /// The same without persons, of some events that are all of their berkas: the papers and lists that have these are named as those of
    /// the whole are, their rows are fewer.
    pub(crate) fn of(
        archive: &Archive,
        current: &CurrentEvents<'_>,
        facts: &'a Facts,
        month: Month,
        creator: &'a str,
    ) -> Result<Self, ArchiveError> {
        let mut writer = Self {
            facts,
            month,
            creator,
            of_month: BookMonth::of(archive, month, facts.zone),
            closing: archive.closing(month),
            provenance: archive.provenance()?,
            entries: BTreeMap::new(),
            milestones: BTreeMap::new(),
            slips: BTreeMap::new(),
            receivers: BTreeMap::new(),
            counts: BTreeMap::new(),
            earlier: BTreeMap::new(),
            stock: stock_log(archive)?,
            returned: BTreeMap::new(),
            uncollected: Vec::new(),
            outages: outages_by_kind(archive)?,
            logs_outages: archive.outage_file().is_some(),
            numbers: BTreeMap::new(),
        };
        let steps = steps_of_documents(facts);
        for batch in current.batches(|_| true, &COLUMNS, &[Computed::CorrectionOf]) {
            for event in batch?.rows()?.events() {
                writer.add(event, &steps)?;
            }
        }
        writer.add_uncollected(current)?;
        writer.entries.values_mut().for_each(|entries| entries.sort_by_cached_key(Entry::order));
        Ok(writer)
    }

    /// The same, which knows how the entries of each book are numbered: the figure `register_agreement`.
    #[must_use]
    pub fn with_numbers(self, numbers: &BTreeMap<String, RegisterNumbers>) -> Self {
        Self { numbers: numbers.clone(), ..self }
    }

    /// Returns a book of the month. `numbers` is the figure `register_agreement` of the same book.
    ///
    /// # Errors
    /// [`BookError`] when a value that must be there is not, or the calendar does not cover the month.
    pub fn book(
        &self,
        ledger: &Ledger,
        numbers: &RegisterNumbers,
        disclosure: Disclosure,
    ) -> Result<LedgerBook, BookError> {
        let entries = self.entries.get(&ledger.step).map_or(&[][..], Vec::as_slice);
        let marks = number_marks(entries, numbers).into_iter().zip(entries);
        let marks: Vec<Option<String>> =
            marks.map(|(of_number, entry)| joined(of_number, self.person_mark(&ledger.columns, entry))).collect();
        let row = |((number, entry), mark): ((u64, &Entry), &Option<String>)| -> Result<Vec<Cell>, BookError> {
            let cell = |column: &LedgerColumn| {
                let cell = self.cell(column, number, &BookRow::Event { entry, item: None, why: None }, disclosure)?;
                let is_remark = column.field == LedgerField::Keterangan;
                Ok(if is_remark { remarked(cell, mark.as_deref()) } else { cell })
            };
            ledger.columns.iter().map(cell).collect()
        };
        let rows = (1..).zip(entries).zip(&marks).map(row).collect::<Result<Vec<_>, _>>()?;
        Ok(LedgerBook {
            id: ledger.id.clone(),
            title: ledger.title.clone(),
            legal_basis: ledger.legal_basis.clone(),
            month: self.month,
            zone: self.facts.zone,
            columns: headings(&ledger.columns),
            code: self.code(&ledger.id, &rows, disclosure)?,
            berkas: entries.iter().map(|entry| entry.berkas_id.clone()).collect(),
            opening: Vec::new(),
            totals: lists::totals(&ledger.columns, &[], &rows, Sheets::of(entries)),
            officers: lists::officers(&ledger.columns, &rows),
            rows,
            content: BookContent::Book {
                numbers: numbers.clone(),
                late_entries: entries.iter().filter(|entry| entry.late.is_some()).count() as u64,
            },
            signer: ledger.signer.as_deref().and_then(|post| self.facts.post(post)),
            closing: self.closing.clone(),
            personal: self.is_personal(&ledger.columns),
            row_mm: ledger.row_mm,
            masked: disclosure == Disclosure::Masked,
            provenance: self.provenance.clone(),
        })
    }

    /// Returns the code by which a printed copy of these rows or sheets is checked.
    fn code<R: Serialize>(&self, id: &str, rows: &[R], disclosure: Disclosure) -> Result<BookCode, BookError> {
        let text = serde_json::to_string(rows)?;
        Ok(BookCode {
            id: id.to_owned(),
            month: self.month,
            day: None,
            masked: disclosure == Disclosure::Masked,
            version: self.provenance.archive_version,
            rows: rows.len() as u64,
            digest: sha256(text.as_bytes()).chars().take(32).collect(),
            head: BookCode::short_head(&self.provenance.head),
            log: self.provenance.statement.as_ref().map(LogPosition::of),
        })
    }

    /// Returns how many entries of the entry's batch stand in the same book of earlier months.
    fn earlier(&self, entry: &Entry) -> u64 {
        self.first_of_batch(entry).map_or(0, |(entries, _)| entries)
    }

    /// Returns the same, and the time of the first of them; `None` where there are none.
    fn first_of_batch(&self, entry: &Entry) -> Option<(u64, i64)> {
        self.earlier.get(&(entry.step, entry.kolektif_id.clone())).copied()
    }

    /// Whether some of the columns show anything personal.
    fn is_personal(&self, columns: &[LedgerColumn]) -> bool {
        columns.iter().any(|column| self.facts.columns.hides(column.field))
    }

    /// Notes the milestone of an event, and adds it as an entry if it belongs into the month's documents.
    fn add(&mut self, event: CurrentEvent<'_, '_>, steps: &BTreeSet<u8>) -> Result<(), ArchiveError> {
        let (step, selesai_s) = (event.step()?, event.second(Column::Selesai)?);
        let (berkas_id, hasil) = (event.text(Column::BerkasId)?, event.text(Column::Hasil)?);
        let late = self.of_month.late(event.seq(), selesai_s);
        let is_late = late.is_some();
        let milestone = self.facts.sop.milestone(step, hasil);
        let area = event.text(Column::Pekon)?.parse().unwrap_or_default();
        self.milestones.entry(berkas_id.to_owned()).or_default().note(
            area,
            milestone,
            (event.seq(), selesai_s, step),
            is_late,
        );
        if let Some(number) = event.optional_text(Column::NomorBukti)? {
            let slip = self.slips.entry(berkas_id.to_owned()).or_default();
            *slip = (selesai_s, number.to_owned()).max(std::mem::take(slip));
        }
        if milestone == Some(Milestone::Returned) && self.facts.zone.month(selesai_s) == Some(self.month) {
            *self.returned.entry(area).or_default() += 1;
        }
        let Some(month) = self.facts.zone.month(selesai_s).filter(|_| steps.contains(&step)) else { return Ok(()) };
        self.counts.entry((step, month)).or_default().add(event.sheets()?);
        if month < self.month && !is_late {
            let batch = event.text(Column::KolektifId)?.to_owned();
            let (entries, first_s) = self.earlier.entry((step, batch)).or_insert((0, selesai_s));
            (*entries, *first_s) = (*entries + 1, selesai_s.min(*first_s));
        }
        if !self.of_month.has(event.seq(), selesai_s) {
            return Ok(());
        }
        let late = late.map(|month| Late { month, is_correction: event.is_correction() });
        self.entries.entry(step).or_default().push(Entry::of(event, late)?);
        Ok(())
    }

    /// Reads the persons of the entries, and who received their cards, be it in another month.
    fn add_persons(&mut self, current: &CurrentEvents<'_>) -> Result<(), ArchiveError> {
        let zone = self.facts.zone;
        let mut handed_over: BTreeMap<i64, String> = BTreeMap::new();
        let mut months = BTreeSet::new();
        for entry in self.entries.values().flatten() {
            if let Some((seq, at)) = self.milestones.get(&entry.berkas_id).and_then(Milestones::hand_over) {
                months.extend(zone.month(at));
                handed_over.insert(seq, entry.berkas_id.clone());
            }
        }
        let mut entries: BTreeMap<i64, Vec<&mut Entry>> = BTreeMap::new();
        for entry in self.entries.values_mut().flatten().chain(&mut self.uncollected) {
            entries.entry(entry.seq).or_default().push(entry);
        }
        months.extend(entries.values().flatten().filter_map(|entry| zone.month(entry.selesai_s)));
        for batch in current.batches(|file| months.contains(&file.month), &PersonRow::COLUMNS, &[]) {
            for event in batch?.rows()?.events() {
                for entry in entries.get_mut(&event.seq()).into_iter().flatten() {
                    // Of the books' own month, that it cannot be read is an error.
                    let is_gone = event.is_destroyed() && event.month() != self.month;
                    entry.person = if is_gone { PersonRow::destroyed() } else { PersonRow::of(event)? };
                }
                if let Some(berkas_id) = handed_over.get(&event.seq()).filter(|_| !event.is_destroyed()) {
                    let name = event.optional_text(Column::Penerima)?;
                    self.receivers.extend(name.map(|name| (berkas_id.clone(), name.to_owned())));
                }
            }
        }
        Ok(())
    }
}

/// Returns a cell with a number of the stock log, which may be negative.
fn counted(n: i64) -> Cell {
    u64::try_from(n).map_or_else(|_| Cell::BelowZero(n), Cell::Number)
}

/// Returns the headings of columns.
fn headings(columns: &[LedgerColumn]) -> Vec<BookColumn> {
    let heading = |c: &LedgerColumn| BookColumn {
        label: c.label.clone(),
        width: c.width,
        align: c.align,
        sum: c.total == Some(ColumnTotal::Sum),
    };
    columns.iter().map(heading).collect()
}

/// Returns the steps whose events are entries of a book, a list or a paper.
fn steps_of_documents(facts: &Facts) -> BTreeSet<u8> {
    let cases = facts.lists.iter().flat_map(|list| match &list.rows {
        ListRows::Event { cases } => cases.as_slice(),
        _ => &[],
    });
    let of_a_day = [Milestone::Recorded, Milestone::Printed, Milestone::Duplicate];
    let per_day = facts.lists.iter().any(|list| matches!(list.rows, ListRows::ServiceDay));
    let milestones = cases.map(|case| case.milestone).chain(of_a_day.into_iter().filter(|_| per_day));
    let of_lists = milestones.map(EventsOf::Milestone);
    let kinds: Vec<EventsOf> = of_lists.chain(facts.papers.iter().filter_map(|paper| paper.rows.events())).collect();
    let steps = facts.sop.steps.iter().filter(|step| kinds.iter().any(|of| of.are_of(step)));
    steps.map(|step| step.number).chain(facts.ledgers.iter().map(|l| l.step)).collect()
}
