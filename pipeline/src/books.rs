//! The rows of an official book: one entry per event of the book's step in the month.
//!
//! Reads   every event in its current form, public and private; the book's definition
//! Gives   rows in order of (number, end of the step, event), numbered from 1; personal fields are masked unless requested
//! Rule    data/ledgers; an event that came after its month's books were closed is entered in the first open month

mod cells;
mod lists;
mod person;

use crate::archive::current_events::{Computed, CurrentEvent, CurrentEvents};
use crate::archive::read::stock_log;
use crate::archive::{Archive, ArchiveError};
use crate::hash::sha256;
use cells::{number_marks, remarked};
use chrono::NaiveDate;
use lists::BookRow;
use person::PersonRow;
use schemas::document::{BookCode, BookColumn, BookContent, Cell, LedgerBook};
use schemas::figures::RegisterNumbers;
use schemas::{CalendarError, Column, EventId, Facts, Ledger, LedgerColumn, LedgerField, ListRows, Milestone, Month};
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
    /// The calendar does not cover the day on which it is closed.
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

/// An entry of a book.
struct Entry {
    seq: i64,
    step: u8,
    berkas_id: String,
    kolektif_id: String,
    hasil: String,
    jenis: String,
    pekon: String,
    petugas_id: Option<String>,
    nomor_register: Option<String>,
    selesai_s: i64,
    diterima_s: i64,
    event_id: String,
    late: Option<Late>,
    person: PersonRow,
}

/// The month of an entry that came after the books of that month were closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Late {
    month: Month,
    is_correction: bool,
}

/// The columns that are read of every event. Columns about the person are read for entries only.
const COLUMNS: [Column; 11] = [
    Column::EventId,
    Column::BerkasId,
    Column::KolektifId,
    Column::Langkah,
    Column::Hasil,
    Column::PetugasId,
    Column::NomorRegister,
    Column::Jenis,
    Column::Pekon,
    Column::Selesai,
    Column::Diterima,
];

/// When a berkas first reached its milestones, in epoch seconds.
#[derive(Clone, Copy, Default)]
struct Milestones {
    complete: Option<i64>,
    printed: Option<i64>,
    gathered: Option<i64>,
    handed_over: Option<i64>,
}

/// The data for writing the books of one month.
pub struct BookWriter<'a> {
    facts: &'a Facts,
    month: Month,
    /// The office that created the archive.
    creator: &'a str,
    /// Events of earlier months from this `seq` on are entered in this month's books, because those months are closed.
    late_from: Option<i64>,
    provenance: schemas::document::Provenance,
    entries: BTreeMap<u8, Vec<Entry>>,
    milestones: BTreeMap<String, Milestones>,
    /// How many entries each step made in each month.
    counts: BTreeMap<(u8, Month), u64>,
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
        let mut writer = Self {
            facts,
            month,
            creator,
            late_from: archive.seal(month.back(1)).map(|seal| seal.next_seq),
            provenance: archive.provenance()?,
            entries: BTreeMap::new(),
            milestones: BTreeMap::new(),
            counts: BTreeMap::new(),
            stock: stock_log(archive)?,
        };
        let (current, steps) = (CurrentEvents::of(archive)?, steps_of_documents(facts));
        for batch in current.batches(|_| true, &COLUMNS, &[Computed::CorrectionOf]) {
            for event in batch?.rows()?.events() {
                writer.add(event, &steps)?;
            }
        }
        writer.add_persons(&current)?;
        for entries in writer.entries.values_mut() {
            entries.sort_by(|a, b| {
                let key = |e: &Entry| (e.late, e.nomor_register.clone(), e.selesai_s, e.event_id.clone(), e.seq);
                key(a).cmp(&key(b))
            });
        }
        Ok(writer)
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
        let last_entry = entries.iter().map(|e| e.selesai_s).max().and_then(|at| self.facts.zone.date(at));
        let marks = number_marks(entries, numbers);
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
            rows,
            content: BookContent::Book {
                numbers: numbers.clone(),
                late_entries: entries.iter().filter(|entry| entry.late.is_some()).count() as u64,
            },
            closed_on: self.closed_on(last_entry)?,
            masked: disclosure == Disclosure::Masked,
            provenance: self.provenance.clone(),
        })
    }

    /// Returns the code by which a printed copy is checked.
    fn code(&self, id: &str, rows: &[Vec<Cell>], disclosure: Disclosure) -> Result<BookCode, BookError> {
        let text = serde_json::to_string(rows)?;
        Ok(BookCode {
            id: id.to_owned(),
            month: self.month,
            masked: disclosure == Disclosure::Masked,
            version: self.provenance.archive_version,
            rows: rows.len() as u64,
            digest: sha256(text.as_bytes()).chars().take(32).collect(),
            head: BookCode::short_head(&self.provenance.head),
        })
    }

    /// Returns the last working day of the month, or the day of a later entry.
    fn closed_on(&self, last_entry: Option<NaiveDate>) -> Result<NaiveDate, CalendarError> {
        let last_working_day = self.facts.clock.last_working_day(self.month)?;
        Ok(last_entry.map_or(last_working_day, |day| day.max(last_working_day)))
    }

    /// Notes the milestone of an event, and adds it as an entry if it belongs into the month's documents.
    fn add(&mut self, event: CurrentEvent<'_, '_>, steps: &BTreeSet<u8>) -> Result<(), ArchiveError> {
        let (step, selesai_s) = (event.step()?, event.second(Column::Selesai)?);
        let (berkas_id, hasil) = (event.text(Column::BerkasId)?, event.text(Column::Hasil)?);
        if let Some(milestone) = self.facts.sop.milestone(step, hasil) {
            self.milestones.entry(berkas_id.to_owned()).or_default().reach(milestone, selesai_s);
        }
        let Some(month) = self.facts.zone.month(selesai_s).filter(|_| steps.contains(&step)) else { return Ok(()) };
        *self.counts.entry((step, month)).or_default() += 1;
        let is_late = month < self.month && self.late_from.is_some_and(|from| event.seq() >= from);
        if month != self.month && !is_late {
            return Ok(());
        }
        let text = |column| event.text(column).map(str::to_owned);
        let optional = |column| event.optional_text(column).map(|text| text.map(str::to_owned));
        self.entries.entry(step).or_default().push(Entry {
            seq: event.seq(),
            step,
            berkas_id: berkas_id.to_owned(),
            kolektif_id: text(Column::KolektifId)?,
            hasil: hasil.to_owned(),
            jenis: text(Column::Jenis)?,
            pekon: text(Column::Pekon)?,
            petugas_id: optional(Column::PetugasId)?,
            nomor_register: optional(Column::NomorRegister)?,
            selesai_s,
            diterima_s: event.second(Column::Diterima)?,
            event_id: match event.id()? {
                EventId::Integer(id) => format!("{id:020}"),
                EventId::Text(id) => id.to_owned(),
            },
            late: is_late.then(|| Late { month, is_correction: event.is_correction() }),
            person: PersonRow::default(),
        });
        Ok(())
    }

    /// Reads the persons of the entries.
    fn add_persons(&mut self, current: &CurrentEvents<'_>) -> Result<(), ArchiveError> {
        let own = self.month;
        let mut entries: BTreeMap<i64, &mut Entry> =
            self.entries.values_mut().flatten().map(|entry| (entry.seq, entry)).collect();
        let months: BTreeSet<Month> = entries.values().map(|entry| entry.late.map_or(own, |late| late.month)).collect();
        for batch in current.batches(|file| months.contains(&file.month), &PersonRow::COLUMNS, &[]) {
            for event in batch?.rows()?.events() {
                if let Some(entry) = entries.get_mut(&event.seq()) {
                    entry.person = PersonRow::of(event)?;
                }
            }
        }
        Ok(())
    }
}

impl Milestones {
    /// Notes that a milestone was reached, and keeps the earliest time.
    fn reach(&mut self, milestone: Milestone, at: i64) {
        let milestone = match milestone {
            Milestone::Complete => &mut self.complete,
            Milestone::Printed => &mut self.printed,
            Milestone::Gathered => &mut self.gathered,
            Milestone::HandedOver => &mut self.handed_over,
            _ => return,
        };
        *milestone = Some(milestone.map_or(at, |earlier| earlier.min(at)));
    }
}

/// Returns the headings of columns.
fn headings(columns: &[LedgerColumn]) -> Vec<BookColumn> {
    columns.iter().map(|c| BookColumn { label: c.label.clone(), width: c.width, align: c.align }).collect()
}

/// Returns the steps whose events are entries of a book or a list, or are a hand-over.
fn steps_of_documents(facts: &Facts) -> BTreeSet<u8> {
    let cases = facts.lists.iter().flat_map(|list| match &list.rows {
        ListRows::Event { cases } => cases.as_slice(),
        _ => &[],
    });
    let of_a_day = [Milestone::Recorded, Milestone::Printed, Milestone::Duplicate];
    let per_day = facts.lists.iter().any(|list| matches!(list.rows, ListRows::ServiceDay));
    let milestones = cases.map(|case| case.milestone).chain(of_a_day.into_iter().filter(|_| per_day));
    let milestones: BTreeSet<Milestone> = milestones.chain([Milestone::HandedOver]).collect();
    let of_milestones =
        facts.sop.steps.iter().filter(|step| {
            step.outcomes.iter().any(|outcome| outcome.milestone.is_some_and(|m| milestones.contains(&m)))
        });
    of_milestones.map(|step| step.number).chain(facts.ledgers.iter().map(|l| l.step)).collect()
}
