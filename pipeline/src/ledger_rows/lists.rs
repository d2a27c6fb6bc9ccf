//! Lists made from books, events and the stock log, and the hand-overs of batches.
//!
//! Rule    data/daftar; the office's retention schedule, data/jra.toml. Nothing is destroyed here, only listed

use super::{BookWriter, Disclosure, Entry};
use chrono::{Datelike, NaiveDate};
use indexmap::IndexMap;
use schemas::document::{Cell, Destruction, Handover, HandoverBatch, HandoverCard, LedgerBook};
use schemas::{
    ArchiveList, FinalAction, LedgerColumn, LedgerField, ListCase, ListDestruction, ListRows, Milestone, Month,
    Retention,
};
use std::collections::BTreeMap;

/// A row of a list.
enum Row<'r> {
    /// An event: its number within its batch, and why it is in the list.
    Event { entry: &'r Entry, item: u64, why: &'r str },
    /// Entries of one batch.
    Batch(Vec<&'r Entry>),
    /// How many entries a month has.
    Month(Month, u64),
    /// A day of the stock log: received, printed, spoilt, left.
    Day(NaiveDate, [i64; 4]),
    /// A day of service; what is left of the blanks where the log says it.
    ServiceDay(NaiveDate, Served, Option<i64>),
}

/// What an office did on a day.
#[derive(Clone, Copy, Default)]
struct Served {
    recorded: u64,
    first_cards: u64,
    other_cards: u64,
    duplicates: u64,
}

/// The kind of application of who has no card yet.
const FIRST_CARD: &str = "baru";

impl BookWriter<'_> {
    /// One list of the month.
    #[must_use]
    pub fn list(&self, list: &ArchiveList, disclosure: Disclosure) -> LedgerBook {
        let rows = match &list.rows {
            ListRows::Batch { of } => self.batches(of).into_values().map(Row::Batch).collect(),
            ListRows::Entry { of } => items(self.batches(of)),
            ListRows::Event { cases } => self.cases(cases),
            ListRows::Day => self.days(),
            ListRows::ServiceDay => self.service_days(),
            ListRows::Month { of, past } => self.months_past(of, *past),
        };
        let zone = self.facts.zone;
        let last = rows.iter().filter_map(|row| match row {
            Row::Event { entry, .. } => zone.date(entry.selesai_s),
            Row::Batch(entries) => entries.iter().map(|e| e.selesai_s).max().and_then(|at| zone.date(at)),
            Row::Day(day, _) | Row::ServiceDay(day, ..) => Some(*day),
            Row::Month(..) => None,
        });
        let closed_on = last.max();
        let berkas = rows.iter().map(|row| match row {
            Row::Event { entry, .. } => entry.berkas_id.clone(),
            _ => String::new(),
        });
        let berkas = berkas.collect();
        let rows = rows.iter().zip(1..).map(|(row, number)| {
            list.columns.iter().map(|column| self.list_cell(column, number, row, disclosure)).collect()
        });
        let rows: Vec<Vec<Cell>> = rows.collect();
        LedgerBook {
            id: list.id.clone(),
            title: list.title.clone(),
            legal_basis: list.legal_basis.clone(),
            month: self.month,
            zone,
            columns: super::heads(&list.columns),
            destruction: list.destruction.as_ref().map(|d| destruction(d, &list.columns, &rows)),
            code: self.code(&list.id, &rows, disclosure),
            berkas,
            rows,
            unit: Some(list.unit.clone()),
            late_entries: 0,
            without_schedule: matches!(list.rows, ListRows::Month { .. }) && self.facts.retention.is_empty(),
            first_number: None,
            last_number: None,
            numbers_missing: Vec::new(),
            numbers_used_twice: Vec::new(),
            closed_on: self.closed_on(closed_on),
            masked: disclosure == Disclosure::Masked,
            provenance: self.provenance.clone(),
        }
    }

    /// Entries of a book by batch, in order of the batch's first entry.
    fn batches(&self, book: &str) -> BTreeMap<(i64, String), Vec<&Entry>> {
        let step = self.facts.ledgers.iter().find(|l| l.id == book).map(|l| l.step);
        let mut batches: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in step.and_then(|step| self.entries.get(&step)).into_iter().flatten() {
            batches.entry(&entry.kolektif_id).or_default().push(entry);
        }
        let first = |entries: &[&Entry]| entries.iter().map(|e| e.selesai_s).min().unwrap_or(0);
        batches.into_iter().map(|(id, entries)| ((first(&entries), id.to_owned()), entries)).collect()
    }

    fn cases<'r>(&'r self, cases: &'r [ListCase]) -> Vec<Row<'r>> {
        let fits = |entry: &Entry| {
            let milestone = self.facts.sop.milestone(entry.step, &entry.hasil);
            cases.iter().find(|case| {
                Some(case.milestone) == milestone && case.jenis.as_ref().is_none_or(|all| all.contains(&entry.jenis))
            })
        };
        let mut found: Vec<(&Entry, &str)> =
            self.entries.values().flatten().filter_map(|e| Some((e, fits(e)?.label.as_str()))).collect();
        found.sort_by_key(|(e, _)| (e.selesai_s, e.event_id.clone(), e.seq));
        found.into_iter().zip(1..).map(|((entry, why), item)| Row::Event { entry, item, why }).collect()
    }

    fn days<'r>(&self) -> Vec<Row<'r>> {
        let mut left = 0;
        let days = self.stock.iter().map(|(day, [received, printed, spoilt])| {
            left += received - printed - spoilt;
            (*day, [*received, *printed, *spoilt, left])
        });
        days.filter(|(day, _)| Month::of_date(*day) == self.month).map(|(day, n)| Row::Day(day, n)).collect()
    }

    fn service_days<'r>(&self) -> Vec<Row<'r>> {
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
        days.into_iter().map(|(day, served)| Row::ServiceDay(day, served, left_on(day))).collect()
    }

    /// Months whose entries are past a time of the retention schedule; none where the schedule says nothing of them.
    fn months_past<'r>(&self, book: &str, past: Retention) -> Vec<Row<'r>> {
        let step = self.facts.ledgers.iter().find(|l| l.id == book).map(|l| l.step);
        let now = self.month.last_day();
        let is_past = |month: Month| {
            let code = self.facts.classification(month.last_day());
            let Some(rule) = self.facts.retention.iter().find(|row| Some(row.kode.as_str()) == code) else {
                return false;
            };
            let after = |years: u32| {
                let until =
                    i32::try_from(years).ok().and_then(|y| month.last_day().with_day(1)?.with_year(month.year() + y));
                until.is_some_and(|until| Month::of_date(until).last_day() < now)
            };
            let may_go = after(rule.aktif_tahun + rule.inaktif_tahun) && rule.akhir == FinalAction::Musnah;
            match past {
                Retention::Active => after(rule.aktif_tahun) && !may_go,
                Retention::Retention => may_go,
            }
        };
        let months = self.counts.iter().filter(|((of, month), _)| Some(*of) == step && is_past(*month));
        months.map(|((_, month), n)| Row::Month(*month, *n)).collect()
    }

    fn list_cell(&self, column: &LedgerColumn, number: u64, row: &Row<'_>, disclosure: Disclosure) -> Cell {
        let counted = |n: i64| u64::try_from(n).map_or_else(|_| Cell::Text(n.to_string()), Cell::Number);
        let zone = self.facts.zone;
        let span = |first: i64, last: i64| match (zone.date(first), zone.date(last)) {
            (Some(a), Some(b)) if a == b => Cell::Text(a.format("%d-%m-%Y").to_string()),
            (Some(a), Some(b)) => Cell::Text(format!("{} s.d. {}", a.format("%d-%m-%Y"), b.format("%d-%m-%Y"))),
            _ => Cell::Empty,
        };
        match (column.field, row) {
            (LedgerField::Urut, _) => Cell::Number(number),
            (LedgerField::Tetap, _) => Cell::Text(column.text.clone()),
            (LedgerField::Sebab, Row::Event { why, .. }) => Cell::Text((*why).to_owned()),
            (LedgerField::NomorItem, Row::Event { item, .. }) => Cell::Number(*item),
            (LedgerField::JumlahBerkas, Row::Batch(entries)) => Cell::Number(entries.len() as u64),
            (LedgerField::KurunWaktu, Row::Batch(entries)) => {
                let times = || entries.iter().map(|e| e.selesai_s);
                span(times().min().unwrap_or(0), times().max().unwrap_or(0))
            }
            (field, Row::Event { entry, item, .. }) => self.cell(field, *item, entry, disclosure),
            (field, Row::Batch(entries)) => {
                entries.first().map_or(Cell::Empty, |entry| self.cell(field, number, entry, disclosure))
            }
            (LedgerField::JumlahBerkas, Row::Month(_, n)) => Cell::Number(*n),
            (LedgerField::KurunWaktu, Row::Month(month, _)) => Cell::Text(month.indonesian()),
            (LedgerField::NomorArsip, Row::Month(month, _)) => Cell::Text(month.to_string()),
            (LedgerField::KodeKlasifikasi, Row::Month(month, _)) => {
                self.facts.classification(month.last_day()).map_or(Cell::Empty, |code| Cell::Text(code.to_owned()))
            }
            (LedgerField::Selesai, Row::Day(day, _) | Row::ServiceDay(day, ..)) => Cell::Date(zone.start_s(*day)),
            (LedgerField::Perekaman, Row::ServiceDay(_, served, _)) => Cell::Number(served.recorded),
            (LedgerField::CetakPrr, Row::ServiceDay(_, served, _)) => Cell::Number(served.first_cards),
            (LedgerField::CetakGanti, Row::ServiceDay(_, served, _)) => Cell::Number(served.other_cards),
            (LedgerField::DuplikatRecord, Row::ServiceDay(_, served, _)) => Cell::Number(served.duplicates),
            (LedgerField::Sisa, Row::ServiceDay(_, _, left)) => left.map_or(Cell::Empty, counted),
            (LedgerField::Terima, Row::Day(_, n)) => counted(n[0]),
            (LedgerField::Cetak, Row::Day(_, n)) => counted(n[1]),
            (LedgerField::Gagal, Row::Day(_, n)) => counted(n[2]),
            (LedgerField::Sisa, Row::Day(_, n)) => counted(n[3]),
            _ => Cell::Empty,
        }
    }

    /// What was handed over in the month, by batch and day.
    #[must_use]
    pub fn handover(&self, disclosure: Disclosure) -> Handover {
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
            let of = |field: LedgerField, e: &Entry| self.cell(field, 0, e, disclosure);
            let card = |e: &&Entry| HandoverCard {
                berkas_id: e.berkas_id.clone(),
                nik: of(LedgerField::Nik, e),
                nama: of(LedgerField::Nama, e),
                jenis: of(LedgerField::Jenis, e),
            };
            HandoverBatch {
                kolektif_id: kolektif_id.to_owned(),
                on,
                pekon: area.map_or_else(String::new, |a| a.name.clone()),
                kecamatan: area.map_or_else(String::new, |a| a.kecamatan.clone()),
                pembawa: entries.first().map_or(Cell::Empty, |e| of(LedgerField::Pembawa, e)),
                cards: entries.iter().map(card).collect(),
            }
        };
        Handover {
            month: self.month,
            zone: self.facts.zone,
            batches: batches.into_iter().map(batch).collect(),
            masked: disclosure == Disclosure::Masked,
            provenance: self.provenance.clone(),
        }
    }
}

/// Entries by batch, numbered within each.
fn items(batches: BTreeMap<(i64, String), Vec<&Entry>>) -> Vec<Row<'_>> {
    let numbered = batches.into_values().flat_map(|entries| entries.into_iter().zip(1..));
    numbered.map(|(entry, item)| Row::Event { entry, item, why: "" }).collect()
}
/// The rows of a list summed up by one of its columns.
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
