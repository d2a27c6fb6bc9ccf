//! Lists, and the hand-overs of batches.
//!
//! Reads   the entries of books, the events, the stock log
//! Gives   the rows of a list by its definition; the cards of each batch that was handed over
//! Rule    data/daftar; the office's retention schedule, data/jra.toml. Nothing is destroyed here, only listed

use super::{BookError, BookWriter, Disclosure, Entry};
use chrono::{Datelike, NaiveDate};
use indexmap::IndexMap;
use schemas::document::{
    BookContent, Cell, Destruction, Handover, HandoverBatch, HandoverCard, LedgerBook, RetentionCheck,
};
use schemas::{
    ArchiveList, FinalAction, LedgerColumn, LedgerField, ListCase, ListDestruction, ListRows, Milestone, Month,
    RetentionPeriod,
};
use std::collections::BTreeMap;

/// A row of a book or list.
pub(super) enum BookRow<'r> {
    /// An event, in a list by batch with its number within the batch, in a list of cases with its reason.
    Event { entry: &'r Entry, item: Option<u64>, why: Option<&'r str> },
    /// The entries of one batch.
    Batch(Vec<&'r Entry>),
    /// A month, and how many entries it has.
    Month(Month, u64),
    /// A day of the stock log: blanks received, printed, spoilt, left.
    Day(NaiveDate, [i64; 4]),
    /// A day of service, and the blanks left, if the stock log has the day.
    ServiceDay(NaiveDate, Served, Option<i64>),
}

/// The services of a day.
#[derive(Clone, Copy, Default)]
pub(super) struct Served {
    pub(super) recorded: u64,
    pub(super) first_cards: u64,
    pub(super) other_cards: u64,
    pub(super) duplicates: u64,
}

impl BookRow<'_> {
    /// Returns the event of the row, if it has a single one.
    pub(super) fn event(&self) -> Option<&Entry> {
        if let BookRow::Event { entry, .. } = self { Some(entry) } else { None }
    }

    /// Returns the event of the row, or the first one of its batch.
    pub(super) fn entry(&self) -> Option<&Entry> {
        if let BookRow::Batch(entries) = self { entries.first().copied() } else { self.event() }
    }

    pub(super) fn item(&self) -> Option<u64> {
        if let BookRow::Event { item, .. } = self { *item } else { None }
    }

    pub(super) fn why(&self) -> Option<&str> {
        if let BookRow::Event { why, .. } = self { *why } else { None }
    }

    /// Returns how many berkas a batch or month has.
    pub(super) fn berkas(&self) -> Option<u64> {
        match self {
            BookRow::Batch(entries) => Some(entries.len() as u64),
            BookRow::Month(_, n) => Some(*n),
            BookRow::Event { .. } | BookRow::Day(..) | BookRow::ServiceDay(..) => None,
        }
    }

    pub(super) fn stock(&self) -> Option<&[i64; 4]> {
        if let BookRow::Day(_, counts) = self { Some(counts) } else { None }
    }

    pub(super) fn served(&self) -> Option<&Served> {
        if let BookRow::ServiceDay(_, served, _) = self { Some(served) } else { None }
    }
}

/// The kind of application for a first card.
const FIRST_CARD: &str = "baru";

impl BookWriter<'_> {
    /// Returns a list of the month.
    ///
    /// # Errors
    /// [`BookError`] when a value that must be there is not, or the calendar does not cover the month.
    pub fn list(&self, list: &ArchiveList, disclosure: Disclosure) -> Result<LedgerBook, BookError> {
        let mut retention = None;
        let rows: Vec<BookRow<'_>> = match &list.rows {
            ListRows::Batch { of } => self.batches(of).into_values().map(BookRow::Batch).collect(),
            ListRows::Entry { of } => items(self.batches(of)),
            ListRows::Event { cases } => self.cases(cases),
            ListRows::Day => self.days(),
            ListRows::ServiceDay => self.service_days(),
            ListRows::Month { of, past } => {
                let (rows, months_without_rule) = self.months_past(of, *past);
                let without_schedule = self.facts.retention.is_empty();
                retention = Some(RetentionCheck { without_schedule, months_without_rule });
                rows
            }
        };
        let zone = self.facts.zone;
        let last = rows.iter().filter_map(|row| match row {
            BookRow::Event { entry, .. } => zone.date(entry.selesai_s),
            BookRow::Batch(entries) => entries.iter().map(|e| e.selesai_s).max().and_then(|at| zone.date(at)),
            BookRow::Day(day, _) | BookRow::ServiceDay(day, ..) => Some(*day),
            BookRow::Month(..) => None,
        });
        let closed_on = last.max();
        let berkas = rows.iter().map(|row| match row {
            BookRow::Event { entry, .. } => entry.berkas_id.clone(),
            _ => String::new(),
        });
        let berkas = berkas.collect();
        let cells = |(row, number): (&BookRow<'_>, u64)| -> Result<Vec<Cell>, BookError> {
            list.columns.iter().map(|column| self.cell(column, number, row, disclosure)).collect()
        };
        let rows = rows.iter().zip(1..).map(cells).collect::<Result<Vec<_>, _>>()?;
        Ok(LedgerBook {
            id: list.id.clone(),
            title: list.title.clone(),
            legal_basis: list.legal_basis.clone(),
            month: self.month,
            zone,
            columns: super::headings(&list.columns),
            content: BookContent::List {
                unit: list.unit.clone(),
                retention,
                destruction: list.destruction.as_ref().map(|d| destruction(d, &list.columns, &rows)),
            },
            code: self.code(&list.id, &rows, disclosure)?,
            berkas,
            rows,
            closed_on: self.closed_on(closed_on)?,
            masked: disclosure == Disclosure::Masked,
            provenance: self.provenance.clone(),
        })
    }

    /// Returns the entries of a book by batch, in order of the batch's first entry.
    fn batches(&self, book: &str) -> BTreeMap<(i64, String), Vec<&Entry>> {
        let step = self.facts.ledgers.iter().find(|l| l.id == book).map(|l| l.step);
        let mut batches: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in step.and_then(|step| self.entries.get(&step)).into_iter().flatten() {
            batches.entry(&entry.kolektif_id).or_default().push(entry);
        }
        let first = |entries: &[&Entry]| entries.iter().map(|e| e.selesai_s).min().unwrap_or(0);
        batches.into_iter().map(|(id, entries)| ((first(&entries), id.to_owned()), entries)).collect()
    }

    /// Returns the events that are one of these cases, with the reason.
    fn cases<'r>(&'r self, cases: &'r [ListCase]) -> Vec<BookRow<'r>> {
        let fits = |entry: &Entry| {
            let milestone = self.facts.sop.milestone(entry.step, &entry.hasil);
            cases.iter().find(|case| {
                Some(case.milestone) == milestone && case.jenis.as_ref().is_none_or(|all| all.contains(&entry.jenis))
            })
        };
        let mut found: Vec<(&Entry, &str)> =
            self.entries.values().flatten().filter_map(|e| Some((e, fits(e)?.label.as_str()))).collect();
        found.sort_by_key(|(e, _)| (e.selesai_s, e.event_id.clone(), e.seq));
        found.into_iter().map(|(entry, why)| BookRow::Event { entry, item: None, why: Some(why) }).collect()
    }

    /// Returns the days of the stock log in the month.
    fn days<'r>(&self) -> Vec<BookRow<'r>> {
        let mut left = 0;
        let days = self.stock.iter().map(|(day, [received, printed, spoilt])| {
            left += received - printed - spoilt;
            (*day, [*received, *printed, *spoilt, left])
        });
        days.filter(|(day, _)| Month::of_date(*day) == self.month).map(|(day, n)| BookRow::Day(day, n)).collect()
    }

    /// Returns the days on which the office served.
    fn service_days<'r>(&self) -> Vec<BookRow<'r>> {
        let mut days: BTreeMap<NaiveDate, Served> = BTreeMap::new();
        for entry in self.entries.values().flatten() {
            let Some(day) = self.facts.zone.date(entry.selesai_s) else { continue };
            let milestone = self.facts.sop.milestone(entry.step, &entry.hasil);
            let mut served = |count: fn(&mut Served) -> &mut u64| *count(days.entry(day).or_default()) += 1;
            match milestone {
                Some(Milestone::Recorded) => served(|s| &mut s.recorded),
                Some(Milestone::Printed) if entry.jenis == FIRST_CARD => served(|s| &mut s.first_cards),
                Some(Milestone::Printed) => served(|s| &mut s.other_cards),
                Some(Milestone::Duplicate) => served(|s| &mut s.duplicates),
                _ => {}
            }
        }
        let left_on = |day: NaiveDate| {
            let upto = self.stock.range(..=day).map(|(_, [received, printed, spoilt])| received - printed - spoilt);
            self.stock.contains_key(&day).then(|| upto.sum())
        };
        days.into_iter().map(|(day, served)| BookRow::ServiceDay(day, served, left_on(day))).collect()
    }

    /// Returns the months whose entries are past a retention period, and those for which the schedule has no rule.
    fn months_past<'r>(&self, book: &str, past: RetentionPeriod) -> (Vec<BookRow<'r>>, Vec<Month>) {
        let mut without_rule = Vec::new();
        let step = self.facts.ledgers.iter().find(|l| l.id == book).map(|l| l.step);
        let now = self.month.last_day();
        let mut is_past = |month: Month| {
            let code = self.facts.classification(month.last_day());
            let Some(rule) = self.facts.retention.iter().find(|row| Some(row.kode.as_str()) == code) else {
                without_rule.push(month);
                return false;
            };
            let after = |years: u32| {
                let until =
                    i32::try_from(years).ok().and_then(|y| month.last_day().with_day(1)?.with_year(month.year() + y));
                until.is_some_and(|until| Month::of_date(until).last_day() < now)
            };
            let may_go = after(rule.aktif_tahun + rule.inaktif_tahun) && rule.akhir == FinalAction::Musnah;
            match past {
                RetentionPeriod::Active => after(rule.aktif_tahun) && !may_go,
                RetentionPeriod::Whole => may_go,
            }
        };
        let months = self.counts.iter().filter(|((of, month), _)| Some(*of) == step && is_past(*month));
        let rows = months.map(|((_, month), n)| BookRow::Month(*month, *n)).collect();
        (rows, without_rule)
    }

    /// Returns the hand-overs of the month, by batch and day.
    ///
    /// # Errors
    /// [`BookError`] when a value that must be there is not.
    pub fn handover(&self, disclosure: Disclosure) -> Result<Handover, BookError> {
        let mut batches: BTreeMap<(NaiveDate, &str), Vec<&Entry>> = BTreeMap::new();
        for entry in self.entries.values().flatten() {
            let is_handed_over = self.facts.sop.milestone(entry.step, &entry.hasil) == Some(Milestone::HandedOver);
            if let Some(day) = self.facts.zone.date(entry.selesai_s).filter(|_| is_handed_over) {
                batches.entry((day, &entry.kolektif_id)).or_default().push(entry);
            }
        }
        let batch = |((on, kolektif_id), mut entries): ((NaiveDate, &str), Vec<&Entry>)| {
            entries.sort_by_key(|e| (e.berkas_id.clone(), e.selesai_s));
            let area = entries.first().and_then(|e| self.facts.wilayah.get(&e.pekon));
            let of = |field: LedgerField, e: &Entry| self.of_entry(field, e, disclosure);
            let card = |e: &&Entry| -> Result<HandoverCard, BookError> {
                Ok(HandoverCard {
                    berkas_id: e.berkas_id.clone(),
                    nik: of(LedgerField::Nik, e)?,
                    nama: of(LedgerField::Nama, e)?,
                    jenis: of(LedgerField::Jenis, e)?,
                })
            };
            let pembawa = entries.first().map(|e| of(LedgerField::Pembawa, e)).transpose()?;
            Ok(HandoverBatch {
                kolektif_id: kolektif_id.to_owned(),
                on,
                pekon: area.map_or_else(String::new, |a| a.name.clone()),
                kecamatan: area.map_or_else(String::new, |a| a.kecamatan.clone()),
                pembawa: pembawa.unwrap_or(Cell::Empty),
                cards: entries.iter().map(card).collect::<Result<_, _>>()?,
            })
        };
        Ok(Handover {
            month: self.month,
            zone: self.facts.zone,
            batches: batches.into_iter().map(batch).collect::<Result<_, BookError>>()?,
            masked: disclosure == Disclosure::Masked,
            provenance: self.provenance.clone(),
        })
    }
}

/// Returns entries by batch, numbered within each.
fn items(batches: BTreeMap<(i64, String), Vec<&Entry>>) -> Vec<BookRow<'_>> {
    let numbered = batches.into_values().flat_map(|entries| entries.into_iter().zip(1..));
    numbered.map(|(entry, item)| BookRow::Event { entry, item: Some(item), why: None }).collect()
}

/// Counts the rows of a list by one of its columns, for the statement of destruction.
fn destruction(of: &ListDestruction, columns: &[LedgerColumn], rows: &[Vec<Cell>]) -> Destruction {
    let place = |field: LedgerField| columns.iter().position(|column| column.field == field);
    let (by, count) = (place(of.by), of.count.and_then(place));
    let mut counts: IndexMap<String, u64> = IndexMap::new();
    for row in rows {
        let cell = |place: Option<usize>| place.and_then(|place| row.get(place));
        let kind = if let Some(Cell::Text(kind)) = cell(by) { kind.clone() } else { String::new() };
        let n = match cell(count) {
            Some(Cell::Number(n)) => *n,
            _ => 1,
        };
        *counts.entry(kind).or_default() += n;
    }
    Destruction {
        id: of.id.clone(),
        title: of.title.clone(),
        object: of.object.clone(),
        unit: of.unit.clone(),
        by: by.and_then(|by| columns.get(by)).map(|column| column.label.clone()).unwrap_or_default(),
        counts: counts.into_iter().collect(),
        witnesses: of.witnesses.clone(),
    }
}
