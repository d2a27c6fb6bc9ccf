//! Lists of events, batches, months and days.
//!
//! Reads   the entries of books, the events, the stock log
//! Gives   the rows of a list by its definition
//! Rule    data/daftar; the office's retention schedule, data/jra.toml. Nothing is destroyed here, only listed

use super::entry::Entry;
use super::sheets::Sheets;
use super::{BookError, BookWriter, Disclosure, counted};
use chrono::NaiveDate;
use indexmap::IndexMap;
use schemas::document::{BookContent, Cell, Destruction, LedgerBook, Obstacle};
use schemas::{
    ArchiveList, ColumnTotal, LedgerColumn, LedgerField, ListCase, ListDestruction, ListRows, Milestone, Month,
    RetentionPeriod,
};
use std::collections::{BTreeMap, BTreeSet};

/// A row of a book or list.
pub(super) enum BookRow<'r> {
    /// An event, in a list by batch with its number within the batch, in a list of cases with its reason.
    Event { entry: &'r Entry, item: Option<u64>, why: Option<&'r str> },
    /// A document, by its code, that an event names as lacking.
    Lack { entry: &'r Entry, document: &'r str },
    /// The print of a card that nobody has collected, and the instant until which its age is counted.
    Uncollected { entry: &'r Entry, until_s: i64 },
    /// Values that are worked out for a row as a whole.
    Summary(Vec<(LedgerField, Cell)>),
    /// The entries of one batch.
    Batch(Vec<&'r Entry>),
    /// A month, and the entries that it has.
    Month(Month, Sheets),
    /// A day of the stock log: blanks received, printed, spoilt, and those left, if it is known.
    Day(NaiveDate, [i64; 3], Option<i64>),
    /// A day of service, and the blanks left, if the stock log has the day and it is known.
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
        match self {
            BookRow::Event { entry, .. } | BookRow::Lack { entry, .. } | BookRow::Uncollected { entry, .. } => {
                Some(entry)
            }
            _ => None,
        }
    }

    /// Returns the row of an event that is in no batch or list of cases.
    pub(super) fn event_row(entry: &Entry) -> BookRow<'_> {
        BookRow::Event { entry, item: None, why: None }
    }

    /// Returns a row for each document that an event names as lacking.
    pub(super) fn lacks(entry: &Entry) -> impl Iterator<Item = BookRow<'_>> {
        let codes = entry.kekurangan.as_deref().unwrap_or_default().split(';').map(str::trim);
        codes.filter(|code| !code.is_empty()).map(move |document| BookRow::Lack { entry, document })
    }

    pub(super) fn lacking(&self) -> Option<(&Entry, &str)> {
        if let BookRow::Lack { entry, document } = self { Some((entry, document)) } else { None }
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

    /// Returns how many berkas a batch or month has; an item of a batch is one.
    pub(super) fn berkas(&self) -> Option<u64> {
        match self {
            BookRow::Batch(entries) => Some(entries.len() as u64),
            BookRow::Month(_, sheets) => Some(sheets.dossiers()),
            BookRow::Event { item: Some(_), .. } => Some(1),
            _ => None,
        }
    }

    /// Returns the sheets of its dossiers.
    pub(super) fn sheets(&self) -> Option<Sheets> {
        match self {
            BookRow::Batch(entries) => Some(Sheets::of(entries.iter().copied())),
            BookRow::Month(_, sheets) => Some(*sheets),
            _ => self.event().map(|entry| Sheets::of([entry])),
        }
    }

    pub(super) fn stock(&self) -> Option<(&[i64; 3], Option<i64>)> {
        if let BookRow::Day(_, counts, left) = self { Some((counts, *left)) } else { None }
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
        let (obstacle, mut months_without_rule, mut opening) = (self.obstacle(&list.rows), Vec::new(), Vec::new());
        let rows: Vec<BookRow<'_>> = match &list.rows {
            ListRows::Batch { of } => self.batches(of).into_values().map(BookRow::Batch).collect(),
            ListRows::Entry { of } => self.items(of),
            ListRows::Event { cases } => self.cases(cases),
            ListRows::Day => {
                opening = self.opening(&list.columns);
                self.days()
            }
            ListRows::ServiceDay => self.service_days(),
            ListRows::Uncollected => self.uncollected_cards(),
            ListRows::Pekon => self.pekon_counts().into_iter().map(|(_, row)| row).collect(),
            ListRows::Outage => self.outage_rows()?,
            ListRows::Register => self.register_rows(),
            ListRows::StockLine => self.stock_lines(),
            ListRows::Month { of, past } => {
                let (rows, without_rule) = self.months_past(of, *past);
                months_without_rule = without_rule;
                rows
            }
        };
        let zone = self.facts.zone;
        let berkas = rows.iter().map(|row| match row {
            BookRow::Event { entry, .. } | BookRow::Uncollected { entry, .. } => entry.berkas_id.clone(),
            _ => String::new(),
        });
        let berkas = berkas.collect();
        let sheets: Sheets = rows.iter().filter_map(BookRow::sheets).sum();
        let apart = apart(&list.rows, &rows);
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
                obstacle,
                note: list.note.clone(),
                apart,
                months_without_rule,
                destruction: list.destruction.as_ref().map(|d| destruction(d, list, &rows)),
            },
            code: self.code(&list.id, &rows, disclosure)?,
            officers: officers(&list.columns, &rows),
            berkas,
            totals: if obstacle.is_none() { totals(&list.columns, &opening, &rows, sheets) } else { Vec::new() },
            opening,
            rows,
            signer: list.signer.as_deref().and_then(|post| self.facts.post(post)),
            closing: self.closing.clone(),
            personal: self.is_personal(&list.columns),
            row_mm: list.row_mm,
            masked: disclosure == Disclosure::Masked,
            provenance: self.provenance.clone(),
        })
    }

    /// Returns what a list of such rows cannot be made without.
    pub(super) fn obstacle(&self, rows: &ListRows) -> Option<Obstacle> {
        let has_stock = || self.stock.keys().next().is_some_and(|first| *first <= self.month.last_day());
        match rows {
            ListRows::Day | ListRows::StockLine => (!has_stock()).then_some(Obstacle::NoStockLog),
            ListRows::Outage => (!self.logs_outages).then_some(Obstacle::NoOutageLog),
            ListRows::Month { .. } => self.facts.retention.is_empty().then_some(Obstacle::NoSchedule),
            _ => None,
        }
    }

    /// Whether a document of that title can be made; one that is no list always can.
    pub(super) fn can_be_made(&self, title: &str) -> bool {
        let list = self.facts.lists.iter().find(|list| list.title == title);
        list.is_none_or(|list| self.obstacle(&list.rows).is_none())
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

    /// Returns entries by batch. The numbers of a batch go on from those that it has in earlier months.
    fn items(&self, book: &str) -> Vec<BookRow<'_>> {
        let numbered = self.batches(book).into_values().flat_map(|entries| {
            let first = entries.first().map_or(0, |entry| self.earlier(entry)) + 1;
            entries.into_iter().zip(first..)
        });
        numbered.map(|(entry, item)| BookRow::Event { entry, item: Some(item), why: None }).collect()
    }

    /// Returns the events that are one of these cases, with the reason.
    fn cases<'r>(&'r self, cases: &'r [ListCase]) -> Vec<BookRow<'r>> {
        let fits = |entry: &Entry| {
            let milestone = self.facts.sop.milestone(entry.step, &entry.hasil);
            cases.iter().find(|case| {
                Some(case.milestone) == milestone
                    && case.jenis.as_ref().is_none_or(|all| all.contains(&entry.jenis))
                    && case.old_card.is_none_or(|answer| entry.ktp_lama_diterima == Some(answer))
            })
        };
        let mut found: Vec<(&Entry, &str)> =
            self.entries.values().flatten().filter_map(|e| Some((e, fits(e)?.label.as_str()))).collect();
        found.sort_by_key(|(e, _)| (e.selesai_s, e.event_id.clone(), e.seq));
        found.into_iter().map(|(entry, why)| BookRow::Event { entry, item: None, why: Some(why) }).collect()
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
        let left_on = |day: NaiveDate| self.stock.get(&day).and_then(|_| self.left_on(day));
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
            let may_go = rule.due(month).is_some_and(|due| due <= now);
            match past {
                RetentionPeriod::Active => {
                    !may_go && rule.ends(month, rule.aktif_tahun).is_some_and(|ended| ended < now)
                }
                RetentionPeriod::Whole => may_go,
            }
        };
        let months = self.counts.iter().filter(|((of, month), _)| Some(*of) == step && is_past(*month));
        let rows = months.map(|((_, month), n)| BookRow::Month(*month, *n)).collect();
        (rows, without_rule)
    }
}

/// Returns the officers that rows name, in order.
pub(super) fn officers(columns: &[LedgerColumn], rows: &[Vec<Cell>]) -> Vec<String> {
    let place = columns.iter().position(|column| column.field == LedgerField::PetugasId);
    let cells = place.into_iter().flat_map(|place| rows.iter().filter_map(move |row| row.get(place)));
    let named: BTreeSet<&String> =
        cells.filter_map(|cell| if let Cell::Text(id) = cell { Some(id) } else { None }).collect();
    named.into_iter().cloned().collect()
}

/// Returns a row above or below the others: a label in its second column, and values in some.
pub(super) fn framed(
    columns: &[LedgerColumn],
    label: &str,
    value: impl Fn(usize, &LedgerColumn) -> Option<Cell>,
) -> Vec<Cell> {
    let cells = columns.iter().enumerate().map(|(place, column)| match value(place, column) {
        Some(cell) => cell,
        None if place == 1 => Cell::Text(label.to_owned()),
        None => Cell::Empty,
    });
    cells.collect()
}

/// Returns what the rows of a book or list come to; nothing where no column is added up, or nobody counted the sheets that are.
pub(super) fn totals(columns: &[LedgerColumn], opening: &[Cell], rows: &[Vec<Cell>], sheets: Sheets) -> Vec<Cell> {
    let is_added_up = |total: ColumnTotal| total != ColumnTotal::Recorded || sheets.cell() != Cell::Empty;
    if !columns.iter().filter_map(|column| column.total).any(is_added_up) || (rows.is_empty() && opening.is_empty()) {
        return Vec::new();
    }
    let number = |cell: &Cell| match cell {
        // Facts are refused in which a total stands under anything but counts.
        Cell::Number(n) => i64::try_from(*n).unwrap_or(i64::MAX),
        Cell::BelowZero(n) => *n,
        _ => 0,
    };
    framed(columns, "Jumlah", |place, column| {
        let of_column = |row: &Vec<Cell>| row.get(place).cloned();
        match column.total? {
            ColumnTotal::Recorded => Some(sheets.cell()),
            // What is known of no row is not zero.
            ColumnTotal::Sum
                if !rows.is_empty() && rows.iter().filter_map(of_column).all(|cell| cell == Cell::Empty) =>
            {
                Some(Cell::Empty)
            }
            ColumnTotal::Sum => Some(counted(rows.iter().filter_map(of_column).map(|cell| number(&cell)).sum())),
            ColumnTotal::Last => {
                let last = rows.iter().rev().filter_map(of_column).find(|cell| *cell != Cell::Empty);
                last.or_else(|| opening.get(place).cloned())
            }
        }
    })
}

/// Counts the rows of a list of cases that stand in it without being counted: a card that is only presumed to be at the office, or
/// known not to be there.
fn apart(of: &ListRows, rows: &[BookRow<'_>]) -> Vec<(String, u64)> {
    let cases: &[ListCase] = if let ListRows::Event { cases } = of { cases } else { &[] };
    let of_case = |case: &ListCase| rows.iter().filter(|row| row.why() == Some(&case.label)).count() as u64;
    let cases = cases.iter().filter(|case| case.presumed || case.is_elsewhere());
    cases.map(|case| (case.label.clone(), of_case(case))).filter(|(_, n)| *n > 0).collect()
}

/// Counts the rows of a list by one of its columns, for the statement of destruction. What is only presumed is not counted, and what is
/// known to be elsewhere is not named.
fn destruction(of: &ListDestruction, list: &ArchiveList, rows: &[Vec<Cell>]) -> Destruction {
    let place = |field: LedgerField| list.columns.iter().position(|column| column.field == field);
    let (by, count) = (place(of.by), of.count.and_then(place));
    let cases: &[ListCase] = if let ListRows::Event { cases } = &list.rows { cases } else { &[] };
    let is_presumed = |kind: &str| cases.iter().any(|case| case.presumed && case.label == kind);
    let is_elsewhere = |kind: &str| cases.iter().any(|case| case.is_elsewhere() && case.label == kind);
    let mut counts: IndexMap<String, Option<u64>> = IndexMap::new();
    for row in rows {
        let cell = |place: Option<usize>| place.and_then(|place| row.get(place));
        let kind = if let Some(Cell::Text(kind)) = cell(by) { kind.clone() } else { String::new() };
        if is_elsewhere(&kind) {
            continue;
        }
        let n = match cell(count) {
            Some(Cell::Number(n)) => *n,
            _ => 1,
        };
        let counted = counts.entry(kind).or_insert_with_key(|kind| (!is_presumed(kind)).then_some(0));
        *counted = counted.map(|before| before + n);
    }
    Destruction {
        id: of.id.clone(),
        title: of.title.clone(),
        object: of.object.clone(),
        unit: of.unit.clone(),
        by: by.and_then(|by| list.columns.get(by)).map(|column| column.label.clone()).unwrap_or_default(),
        counts: counts.into_iter().collect(),
        witnesses: of.witnesses.clone(),
    }
}
