//! All events of an archive in memory, as numbers, in order of berkas.
//!
//! Reads   every event in its current form
//! Gives   the events of a berkas, in order of time; columns of some rows for the SQL
//! Rule    each text is kept once, and only the rows that a month needs become a frame: a year of an office has a few
//!         million events, of which a figure needs those of a few berkas

use crate::archive::columns::missing;
use crate::archive::current_events::{Computed, CurrentEvents, CurrentRows};
use crate::archive::event_batch::Values;
use crate::archive::{Archive, ArchiveError};
use arrow::array::{Array, StringArray, TimestampMicrosecondArray};
use indexmap::IndexSet;
use polars::prelude::{IntoSeries, NamedFrom, NewChunkedArray, Series, StringChunked};
use schemas::Column;
use std::ops::Range;

/// Columns of text; the first two form groups. `None` is the pseudonym of the NIK, which is no column of the contract.
pub(super) const TEXTS: [Option<Column>; 10] = [
    Some(Column::BerkasId),
    Some(Column::KolektifId),
    None,
    Some(Column::Pelaksana),
    Some(Column::PetugasId),
    Some(Column::Hasil),
    Some(Column::Kekurangan),
    Some(Column::NomorRegister),
    Some(Column::Jenis),
    Some(Column::Pekon),
];
const BERKAS: usize = 0;
const KOLEKTIF: usize = 1;
const HASIL: usize = 5;

/// The number of a missing value.
const MISSING: u32 = u32::MAX;

/// Every event that no correction replaces, in order of berkas and, within a berkas, of (selesai, langkah, `event_id`).
#[derive(Debug, Default)]
pub(super) struct EventTable {
    texts: [TextColumn; TEXTS.len()],
    ids: Ids,
    steps: Vec<u8>,
    /// Seconds since 1970; [`MISSING`] if there is no start.
    starts: Vec<u32>,
    ends: Vec<u32>,
    received: Vec<u32>,
    /// The row at which each berkas begins; the last entry is the number of events.
    berkas: Vec<u32>,
}

/// A column of text: its distinct texts, and for each row the number of its text.
#[derive(Debug, Default)]
struct TextColumn {
    distinct: IndexSet<Box<str>>,
    rows: Vec<u32>,
}

/// The keys of the events.
#[derive(Debug)]
enum Ids {
    Integers(Vec<i64>),
    Texts(TextColumn),
}

impl Default for Ids {
    fn default() -> Self {
        Self::Integers(Vec::new())
    }
}

impl TextColumn {
    /// Adds some rows of a column.
    fn add(&mut self, column: &StringArray, rows: &[usize]) -> Result<(), ArchiveError> {
        // Neighbouring rows often have the same text.
        let mut last: Option<(&str, u32)> = None;
        for row in rows {
            let number = match (column.is_valid(*row).then(|| column.value(*row)), last) {
                (None, _) => MISSING,
                (Some(text), Some((last_text, number))) if last_text == text => number,
                (Some(text), _) => {
                    let place = self.distinct.get_index_of(text);
                    let place = place.unwrap_or_else(|| self.distinct.insert_full(text.into()).0);
                    let number = u32::try_from(place).ok().filter(|number| *number != MISSING);
                    let number = number.ok_or_else(|| impossible("a column has more than 2^32 texts".to_owned()))?;
                    last = Some((text, number));
                    number
                }
            };
            self.rows.push(number);
        }
        Ok(())
    }

    fn text(&self, row: usize) -> Option<&str> {
        self.distinct.get_index(*self.rows.get(row)? as usize).map(|text| &**text)
    }
}

impl EventTable {
    /// Reads every event of an archive.
    pub(super) fn read(archive: &Archive) -> Result<Self, ArchiveError> {
        let mut table = Self::default();
        table.reserve(archive.next_seq())?;
        table.filled(archive, &CurrentEvents::of(archive)?)
    }

    /// Reads some events of an archive, which are few.
    pub(super) fn of_some(archive: &Archive, current: &CurrentEvents<'_>) -> Result<Self, ArchiveError> {
        Self::default().filled(archive, current)
    }

    fn filled(self, archive: &Archive, current: &CurrentEvents<'_>) -> Result<Self, ArchiveError> {
        let mut table = self;
        if archive.facts().is_some_and(|facts| !facts.integer_ids) {
            table.ids = Ids::Texts(TextColumn::default());
        }
        let other = [Column::EventId, Column::Langkah, Column::Mulai, Column::Selesai, Column::Diterima];
        let columns: Vec<Column> = other.into_iter().chain(TEXTS.into_iter().flatten()).collect();
        for batch in current.batches(|_| true, &columns, &[Computed::NikPseudonym]) {
            table.add(&batch?.rows()?)?;
        }
        table.sort();
        Ok(table)
    }

    /// Reserves memory for as many events as the log names, so that no column is moved while it grows.
    fn reserve(&mut self, events: i64) -> Result<(), ArchiveError> {
        let fault = || impossible(format!("the log names {events} events, for which there is no room"));
        let room = usize::try_from(events).map_err(|_| fault())?;
        let mut numbers: Vec<&mut Vec<u32>> = self.texts.iter_mut().map(|column| &mut column.rows).collect();
        numbers.extend([&mut self.starts, &mut self.ends, &mut self.received]);
        let ids = match &mut self.ids {
            Ids::Integers(ids) => ids.try_reserve_exact(room),
            Ids::Texts(ids) => ids.rows.try_reserve_exact(room),
        };
        let mut reserved = ids.and(self.steps.try_reserve_exact(room));
        for column in numbers {
            reserved = reserved.and_then(|()| column.try_reserve_exact(room));
        }
        reserved.map_err(|_| fault())
    }

    /// Adds the events of a batch.
    fn add(&mut self, rows: &CurrentRows<'_>) -> Result<(), ArchiveError> {
        for (column, source) in self.texts.iter_mut().zip(TEXTS) {
            let texts = match source {
                Some(source) => rows.texts(source)?,
                None => rows.pseudonyms()?,
            };
            column.add(texts, rows.places())?;
        }
        match (&mut self.ids, rows.column(Column::EventId)?) {
            (Ids::Integers(ids), Values::Integers(column)) => {
                ids.extend(rows.places().iter().map(|row| column.value(*row)));
            }
            (Ids::Texts(ids), Values::Texts(column)) => ids.add(column, rows.places())?,
            _ => return Err(missing(Column::EventId.name())),
        }
        rows.steps(&mut self.steps)?;
        let times = [
            (Column::Mulai, &mut self.starts),
            (Column::Selesai, &mut self.ends),
            (Column::Diterima, &mut self.received),
        ];
        for (source, seconds) in times {
            let column = rows.instants(source)?;
            for row in rows.places() {
                seconds.push(second(column, *row)?);
            }
        }
        Ok(())
    }

    /// Sorts all columns.
    fn sort(&mut self) {
        let berkas = std::mem::take(&mut self.texts[BERKAS].rows);
        let count = self.texts[BERKAS].distinct.len();
        let (order, begins) = {
            let compare = |a: u32, b: u32| {
                let (a, b) = (a as usize, b as usize);
                let ids = || match &self.ids {
                    Ids::Integers(ids) => ids[a].cmp(&ids[b]),
                    Ids::Texts(ids) => ids.text(a).cmp(&ids.text(b)),
                };
                (self.ends[a], self.steps[a]).cmp(&(self.ends[b], self.steps[b])).then_with(ids)
            };
            crate::figures::case_order::by_case(&berkas, count, compare)
        };
        self.texts[BERKAS].rows = berkas;
        self.berkas = begins;
        for rows in self.texts.iter_mut().map(|column| &mut column.rows) {
            reorder(rows, &order);
        }
        match &mut self.ids {
            Ids::Integers(ids) => reorder(ids, &order),
            Ids::Texts(ids) => reorder(&mut ids.rows, &order),
        }
        reorder(&mut self.steps, &order);
        for seconds in [&mut self.starts, &mut self.ends, &mut self.received] {
            reorder(seconds, &order);
        }
    }

    /// Returns the number of berkas.
    pub(super) fn berkas(&self) -> usize {
        self.berkas.len().saturating_sub(1)
    }

    /// Returns the rows of a berkas' events, in order.
    pub(super) fn events_of(&self, berkas: usize) -> Range<usize> {
        let at = |n: usize| self.berkas.get(n).map_or(0, |begin| *begin as usize);
        at(berkas)..at(berkas + 1)
    }

    /// Returns the first event of the berkas to which an event belongs. Its batch, pekon and kind are those of the berkas.
    pub(super) fn first_of(&self, row: u32) -> u32 {
        self.berkas[self.texts[BERKAS].rows[row as usize] as usize]
    }

    pub(super) fn step(&self, row: usize) -> u8 {
        self.steps[row]
    }

    /// Returns the end of the step, in seconds since 1970.
    pub(super) fn end_s(&self, row: usize) -> i64 {
        self.ends[row].into()
    }

    /// Returns when the batch was received, in seconds since 1970.
    pub(super) fn received_s(&self, row: usize) -> i64 {
        self.received[row].into()
    }

    /// Returns the number of the batch to which a berkas belongs, which is that of its first event.
    pub(super) fn batch_of(&self, berkas: usize) -> u32 {
        self.texts[KOLEKTIF].rows[self.events_of(berkas).start]
    }

    pub(super) fn hasil(&self, row: usize) -> &str {
        self.texts[HASIL].text(row).unwrap_or_default()
    }

    /// Returns the first and the last second of all events.
    pub(super) fn span(&self) -> Option<(i64, i64)> {
        let all = || [&self.starts, &self.ends, &self.received].into_iter().flatten().filter(|s| **s != MISSING);
        Some(((*all().min()?).into(), (*all().max()?).into()))
    }

    /// Returns a column of text for some rows.
    pub(super) fn text_series(&self, column: usize, name: &str, rows: &[u32]) -> Series {
        let column = &self.texts[column];
        let values = rows.iter().map(|row| column.text(*row as usize));
        StringChunked::from_iter_options(name.into(), values).into_series()
    }

    /// Returns the keys of some rows, in the archive's type.
    pub(super) fn id_series(&self, name: &str, rows: &[u32]) -> Series {
        match &self.ids {
            Ids::Integers(ids) => {
                Series::new(name.into(), rows.iter().map(|row| ids[*row as usize]).collect::<Vec<i64>>())
            }
            Ids::Texts(ids) => {
                let values = rows.iter().map(|row| ids.text(*row as usize));
                StringChunked::from_iter_options(name.into(), values).into_series()
            }
        }
    }

    /// Returns a number for the berkas of each of some rows, because engines group integers faster than texts.
    pub(super) fn berkas_numbers(&self, rows: &[u32]) -> Vec<i64> {
        rows.iter().map(|row| i64::from(self.texts[BERKAS].rows[*row as usize])).collect()
    }

    /// Returns the start of the step, in seconds since 1970.
    pub(super) fn start_s(&self, row: usize) -> Option<i64> {
        (self.starts[row] != MISSING).then(|| self.starts[row].into())
    }
}

/// Moves the values of a column into the order given.
fn reorder<T: Copy>(values: &mut Vec<T>, order: &[u32]) {
    *values = order.iter().map(|from| values[*from as usize]).collect();
}

/// Returns an instant in seconds since 1970, up to 2106. Archived instants lie within the office's calendar.
fn second(column: &TimestampMicrosecondArray, row: usize) -> Result<u32, ArchiveError> {
    if column.is_null(row) {
        return Ok(MISSING);
    }
    let us = column.value(row);
    let second = u32::try_from(us.div_euclid(1_000_000)).ok().filter(|second| *second != MISSING);
    second.ok_or_else(|| impossible(format!("an instant, {us} microseconds since 1970, lies outside 1970 to 2106")))
}

/// The error for content that an archive written by this program cannot have.
fn impossible(reason: String) -> ArchiveError {
    ArchiveError::Decode { path: "a part".to_owned(), reason }
}

/// An invented event for tests.
#[cfg(test)]
pub(crate) struct InventedEvent {
    pub(crate) id: i64,
    pub(crate) berkas: String,
    pub(crate) kolektif: String,
    pub(crate) nik: Option<String>,
    pub(crate) step: u8,
    pub(crate) hasil: String,
    pub(crate) start: Option<i64>,
    pub(crate) end: i64,
    pub(crate) received: i64,
}

#[cfg(test)]
impl EventTable {
    /// A table of these events.
    pub(super) fn made(made: &[InventedEvent]) -> Self {
        let mut table = Self::default();
        let all: Vec<usize> = (0..made.len()).collect();
        let mut add = |column: usize, value: &dyn Fn(&InventedEvent) -> Option<String>| {
            table.texts[column].add(&made.iter().map(value).collect::<StringArray>(), &all).unwrap();
        };
        let village = |m: &InventedEvent| Some(format!("180601200{}", m.id % 3));
        let kind = |m: &InventedEvent| Some(if m.id % 2 == 0 { "baru" } else { "hilang" }.to_owned());
        let number = |m: &InventedEvent| [3, 4, 8, 9].contains(&m.step).then(|| format!("{:06}/{}/2026", m.id, m.step));
        add(0, &|m| Some(m.berkas.clone()));
        add(1, &|m| Some(m.kolektif.clone()));
        add(2, &|m| m.nik.clone());
        add(3, &|m| Some(if m.id % 7 == 0 { "operator" } else { "front_office" }.to_owned()));
        add(4, &|m| Some(format!("P{}", m.id % 4)));
        add(5, &|m| Some(m.hasil.clone()));
        add(6, &|m| (m.hasil == "kurang").then(|| "kk".to_owned()));
        add(7, &number);
        add(8, &kind);
        add(9, &village);
        let second = |s: i64| u32::try_from(s).unwrap();
        table.ids = Ids::Integers(made.iter().map(|m| m.id).collect());
        table.steps = made.iter().map(|m| m.step).collect();
        table.starts = made.iter().map(|m| m.start.map_or(MISSING, second)).collect();
        table.ends = made.iter().map(|m| second(m.end)).collect();
        table.received = made.iter().map(|m| second(m.received)).collect();
        table.sort();
        table
    }
}
