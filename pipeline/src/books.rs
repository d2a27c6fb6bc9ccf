//! The rows of an official book: one entry per event of the book's step in the month.
//!
//! Reads   public and private parts; the book's definition
//! Gives   rows ordered by (number, end of the step, event), numbered from 1; personal fields masked unless asked for
//! Rule    data/ledgers; corrections replace what they correct

mod cells;
mod lists;
mod person;

use crate::archive::columns::{instants, int32s, int64s, step, texts};
use crate::archive::read::stock_log;
use crate::archive::{Archive, ArchiveError, month_of_path};
use crate::hash::sha256;
use arrow::array::{Array, RecordBatch, StringArray};
use cells::{number_marks, remarked};
use chrono::NaiveDate;
use lists::Row;
use person::{PersonRow, of_table, persons_of};
use schemas::document::{BookCode, BookColumn, BookContent, Cell, LedgerBook};
use schemas::figures::RegisterNumbers;
use schemas::{
    CalendarError, ColumnFacts, Facts, Ledger, LedgerColumn, LedgerField, ListRows, Milestone, Month, Visibility,
};
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
    /// The day on which it is closed is not known.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// Somebody who is in the public table is not in the private one.
    #[error(
        "berkas {berkas_id}: the archive lacks the personal data of event {seq}; `tertib verify` says what is missing"
    )]
    NoPerson {
        /// The berkas.
        berkas_id: String,
        /// The number of the event in the archive.
        seq: i64,
    },
    /// An instant is of no day.
    #[error("berkas {berkas_id}: an event lies outside every calendar")]
    NoDay {
        /// The berkas.
        berkas_id: String,
    },
    /// A column shows what its rows do not have.
    #[error("the column `{label}` cannot be filled by the rows of its book or list; change its `field`")]
    Column {
        /// Its head.
        label: String,
    },
    /// The rows cannot be written for their digest.
    #[error("the rows cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// An entry of a book with what other steps of its berkas say.
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
    /// What the public table says of the person.
    open: PersonRow,
}

/// What came after the books of its month were closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Late {
    month: Month,
    is_correction: bool,
}

/// What is read of every event.
const COLUMNS: [&str; 13] = [
    "seq",
    "event_id",
    "berkas_id",
    "kolektif_id",
    "langkah",
    "hasil",
    "petugas_id",
    "nomor_register",
    "jenis",
    "pekon",
    "selesai",
    "diterima",
    "correction_of",
];

/// When the milestones of a berkas were first reached, epoch seconds.
#[derive(Clone, Copy, Default)]
struct Milestones {
    complete: Option<i64>,
    printed: Option<i64>,
    gathered: Option<i64>,
    handed_over: Option<i64>,
}

/// The archive read for writing the books of one month.
pub struct BookWriter<'a> {
    facts: &'a Facts,
    /// How the archive classifies its columns.
    held: ColumnFacts,
    month: Month,
    /// Who made the archive.
    creator: &'a str,
    /// From this `seq` on, events of earlier months stand in this month's books, since theirs are closed.
    late_from: Option<i64>,
    provenance: schemas::document::Provenance,
    entries: BTreeMap<u8, Vec<Entry>>,
    milestones: BTreeMap<String, Milestones>,
    persons: BTreeMap<i64, PersonRow>,
    /// Of every month, how many entries each step made.
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
    /// Reads what the books of a month need; `creator` is the office that made the archive.
    ///
    /// # Errors
    /// [`ArchiveError`] when the archive is empty or damaged.
    pub fn open(archive: &Archive, facts: &'a Facts, month: Month, creator: &'a str) -> Result<Self, ArchiveError> {
        let mut writer = Self {
            facts,
            held: archive.columns()?,
            month,
            creator,
            late_from: archive.seal(month.back(1)).map(|seal| seal.next_seq),
            provenance: archive.provenance()?,
            entries: BTreeMap::new(),
            milestones: BTreeMap::new(),
            persons: BTreeMap::new(),
            counts: BTreeMap::new(),
            stock: stock_log(archive)?,
        };
        let (superseded, steps) = (archive.superseded()?, steps_of_documents(facts));
        let open = of_table(&writer.held, Visibility::Public);
        let columns: Vec<&str> = COLUMNS.into_iter().chain(open.iter().map(|column| column.name())).collect();
        for file in archive.event_files() {
            for batch in archive.read(file, Some(&columns))? {
                writer.take(&batch, &superseded, &steps)?;
            }
        }
        let wanted: BTreeSet<i64> = writer.entries.values().flatten().map(|e| e.seq).collect();
        let late = writer.entries.values().flatten().filter_map(|e| e.late).map(|late| late.month);
        let months: BTreeSet<Month> = late.chain([month]).collect();
        for file in archive.person_files().filter(|f| month_of_path(&f.path).is_some_and(|m| months.contains(&m))) {
            for batch in archive.read(file, None)? {
                writer.take_persons(&batch, &wanted)?;
            }
        }
        for entries in writer.entries.values_mut() {
            entries.sort_by(|a, b| {
                let key = |e: &Entry| (e.late, e.nomor_register.clone(), e.selesai_s, e.event_id.clone(), e.seq);
                key(a).cmp(&key(b))
            });
        }
        Ok(writer)
    }

    /// One book of the month; `numbers` are the figure `register_agreement` of the same book.
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
                let cell = self.cell(column, number, &Row::Event { entry, item: None, why: None }, disclosure)?;
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
            columns: heads(&ledger.columns),
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

    /// What a printed copy is checked by.
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

    /// The last working day of the month, or the day of a later entry.
    fn closed_on(&self, last_entry: Option<NaiveDate>) -> Result<NaiveDate, CalendarError> {
        let last_working_day = self.facts.clock.last_working_day(self.month)?;
        Ok(last_entry.map_or(last_working_day, |day| day.max(last_working_day)))
    }

    fn take(
        &mut self,
        batch: &RecordBatch,
        superseded: &BTreeSet<i64>,
        steps: &BTreeSet<u8>,
    ) -> Result<(), ArchiveError> {
        let (seq, langkah) = (int64s(batch, "seq")?, int32s(batch, "langkah")?);
        let (selesai, diterima) = (instants(batch, "selesai")?, instants(batch, "diterima")?);
        let (berkas, kolektif, hasil) =
            (texts(batch, "berkas_id")?, texts(batch, "kolektif_id")?, texts(batch, "hasil")?);
        let (jenis, pekon) = (texts(batch, "jenis")?, texts(batch, "pekon")?);
        let (petugas, nomor) = (texts(batch, "petugas_id")?, texts(batch, "nomor_register")?);
        let corrects = int64s(batch, "correction_of")?;
        let open = persons_of(batch, &self.held, Visibility::Public)?;
        for i in (0..batch.num_rows()).filter(|i| !superseded.contains(&seq.value(*i))) {
            let at = selesai.value(i).div_euclid(1_000_000);
            let step = step(langkah.value(i))?;
            if let Some(milestone) = self.facts.sop.milestone(step, hasil.value(i)) {
                self.milestones.entry(berkas.value(i).to_owned()).or_default().reach(milestone, at);
            }
            let Some(month) = self.facts.zone.month(at).filter(|_| steps.contains(&step)) else { continue };
            *self.counts.entry((step, month)).or_default() += 1;
            let is_late = month < self.month && self.late_from.is_some_and(|from| seq.value(i) >= from);
            if month != self.month && !is_late {
                continue;
            }
            let event_id = match int64s(batch, "event_id") {
                Ok(ids) => format!("{:020}", ids.value(i)),
                Err(_) => texts(batch, "event_id")?.value(i).to_owned(),
            };
            self.entries.entry(step).or_default().push(Entry {
                seq: seq.value(i),
                step,
                berkas_id: berkas.value(i).to_owned(),
                kolektif_id: kolektif.value(i).to_owned(),
                hasil: hasil.value(i).to_owned(),
                jenis: jenis.value(i).to_owned(),
                pekon: pekon.value(i).to_owned(),
                petugas_id: optional(petugas, i),
                nomor_register: optional(nomor, i),
                selesai_s: at,
                diterima_s: diterima.value(i).div_euclid(1_000_000),
                event_id,
                late: is_late.then(|| Late { month, is_correction: corrects.is_valid(i) }),
                open: PersonRow::of(&open, i),
            });
        }
        Ok(())
    }

    fn take_persons(&mut self, batch: &RecordBatch, wanted: &BTreeSet<i64>) -> Result<(), ArchiveError> {
        let (seq, columns) = (int64s(batch, "seq")?, persons_of(batch, &self.held, Visibility::Personal)?);
        for i in (0..batch.num_rows()).filter(|i| wanted.contains(&seq.value(*i))) {
            self.persons.insert(seq.value(i), PersonRow::of(&columns, i));
        }
        Ok(())
    }
}

impl Milestones {
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

/// Heads of columns.
fn heads(columns: &[LedgerColumn]) -> Vec<BookColumn> {
    columns.iter().map(|c| BookColumn { label: c.label.clone(), width: c.width, align: c.align }).collect()
}

/// Steps whose events stand in a book or a list, or are handed over.
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

fn optional(column: &StringArray, row: usize) -> Option<String> {
    (!column.is_null(row)).then(|| column.value(row).to_owned())
}
