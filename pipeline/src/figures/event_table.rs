//! All events of an archive as numbers, in order of berkas.
//!
//! A year of an office is a few million of them, and every figure asks for a few berkas: so each text is kept once, a berkas'
//! events lie together in the order in which they happened, and only what a month needs becomes a frame.

use crate::archive::columns::missing;
use crate::archive::current_events::{Computed, CurrentEvents, CurrentRows};
use crate::archive::event_batch::Values;
use crate::archive::{Archive, ArchiveError};
use arrow::array::{Array, StringArray, TimestampMicrosecondArray};
use indexmap::IndexSet;
use polars::prelude::{IntoSeries, NamedFrom, NewChunkedArray, Series, StringChunked};
use schemas::Column;
use std::ops::Range;

/// Columns of texts; the first two make groups. The one that is no column of the contract is the pseudonym of the NIK.
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

/// Stands for no value.
const NOTHING: u32 = u32::MAX;

/// Every event that no correction replaces, by berkas and in a berkas by (selesai, langkah, `event_id`).
#[derive(Debug, Default)]
pub(super) struct EventTable {
    texts: [TextColumn; TEXTS.len()],
    ids: Ids,
    steps: Vec<u8>,
    /// Seconds since 1970; [`NOTHING`] where there is no start.
    starts: Vec<u32>,
    ends: Vec<u32>,
    received: Vec<u32>,
    /// Where each berkas begins, and at last how many events there are.
    berkas: Vec<u32>,
}

/// Texts by number; the numbers of the rows.
#[derive(Debug, Default)]
struct TextColumn {
    known: IndexSet<Box<str>>,
    rows: Vec<u32>,
}

/// Keys of the events.
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
    fn take(&mut self, column: &StringArray, rows: &[usize]) -> Result<(), ArchiveError> {
        // Neighbours are often alike.
        let mut last: Option<(&str, u32)> = None;
        for row in rows {
            let number = match (column.is_valid(*row).then(|| column.value(*row)), last) {
                (None, _) => NOTHING,
                (Some(text), Some((before, number))) if before == text => number,
                (Some(text), _) => {
                    let place = self.known.get_index_of(text);
                    let place = place.unwrap_or_else(|| self.known.insert_full(text.into()).0);
                    let number = u32::try_from(place).ok().filter(|number| *number != NOTHING);
                    let number = number.ok_or_else(|| beyond("a column has more than 2^32 texts".to_owned()))?;
                    last = Some((text, number));
                    number
                }
            };
            self.rows.push(number);
        }
        Ok(())
    }

    fn text(&self, row: usize) -> Option<&str> {
        self.known.get_index(*self.rows.get(row)? as usize).map(|text| &**text)
    }
}

impl EventTable {
    /// Reads every part.
    pub(super) fn read(archive: &Archive) -> Result<Self, ArchiveError> {
        let mut table = Self::default();
        table.make_room(archive.next_seq())?;
        if archive.facts().is_some_and(|facts| !facts.integer_ids) {
            table.ids = Ids::Texts(TextColumn::default());
        }
        let other = [Column::EventId, Column::Langkah, Column::Mulai, Column::Selesai, Column::Diterima];
        let columns: Vec<Column> = other.into_iter().chain(TEXTS.into_iter().flatten()).collect();
        for batch in CurrentEvents::of(archive)?.batches(|_| true, &columns, &[Computed::NikPseudonym]) {
            table.take(&batch?.rows()?)?;
        }
        table.put_in_order();
        Ok(table)
    }

    /// Room for so many events as the log names, so that no column grows beyond.
    fn make_room(&mut self, events: i64) -> Result<(), ArchiveError> {
        let fault = || beyond(format!("the log names {events} events, for which there is no room"));
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

    fn take(&mut self, rows: &CurrentRows<'_>) -> Result<(), ArchiveError> {
        for (column, asked) in self.texts.iter_mut().zip(TEXTS) {
            let texts = match asked {
                Some(asked) => rows.texts(asked)?,
                None => rows.pseudonyms()?,
            };
            column.take(texts, rows.places())?;
        }
        match (&mut self.ids, rows.column(Column::EventId)?) {
            (Ids::Integers(ids), Values::Integers(column)) => {
                ids.extend(rows.places().iter().map(|row| column.value(*row)));
            }
            (Ids::Texts(ids), Values::Texts(column)) => ids.take(column, rows.places())?,
            _ => return Err(missing(Column::EventId.name())),
        }
        rows.steps(&mut self.steps)?;
        let times = [
            (Column::Mulai, &mut self.starts),
            (Column::Selesai, &mut self.ends),
            (Column::Diterima, &mut self.received),
        ];
        for (asked, seconds) in times {
            let column = rows.instants(asked)?;
            for row in rows.places() {
                seconds.push(second(column, *row)?);
            }
        }
        Ok(())
    }

    fn put_in_order(&mut self) {
        let berkas = std::mem::take(&mut self.texts[BERKAS].rows);
        let count = self.texts[BERKAS].known.len();
        let (order, begins) = {
            let before = |a: u32, b: u32| {
                let (a, b) = (a as usize, b as usize);
                let ids = || match &self.ids {
                    Ids::Integers(ids) => ids[a].cmp(&ids[b]),
                    Ids::Texts(ids) => ids.text(a).cmp(&ids.text(b)),
                };
                (self.ends[a], self.steps[a]).cmp(&(self.ends[b], self.steps[b])).then_with(ids)
            };
            crate::figures::case_order::by_case(&berkas, count, before)
        };
        self.texts[BERKAS].rows = berkas;
        self.berkas = begins;
        for rows in self.texts.iter_mut().map(|column| &mut column.rows) {
            put(rows, &order);
        }
        match &mut self.ids {
            Ids::Integers(ids) => put(ids, &order),
            Ids::Texts(ids) => put(&mut ids.rows, &order),
        }
        put(&mut self.steps, &order);
        for seconds in [&mut self.starts, &mut self.ends, &mut self.received] {
            put(seconds, &order);
        }
    }

    /// How many berkas there are.
    pub(super) fn berkas(&self) -> usize {
        self.berkas.len().saturating_sub(1)
    }

    /// The events of a berkas, in order.
    pub(super) fn events_of(&self, berkas: usize) -> Range<usize> {
        let at = |n: usize| self.berkas.get(n).map_or(0, |begin| *begin as usize);
        at(berkas)..at(berkas + 1)
    }

    /// The first event of the berkas to which an event belongs: its batch, village and kind are the berkas'.
    pub(super) fn first_of(&self, row: u32) -> u32 {
        self.berkas[self.texts[BERKAS].rows[row as usize] as usize]
    }

    pub(super) fn step(&self, row: usize) -> u8 {
        self.steps[row]
    }

    /// The end of the step, seconds since 1970.
    pub(super) fn end_s(&self, row: usize) -> i64 {
        self.ends[row].into()
    }

    /// When the batch was received, seconds since 1970.
    pub(super) fn received_s(&self, row: usize) -> i64 {
        self.received[row].into()
    }

    /// The number of the batch to which a berkas belongs: that of its first event.
    pub(super) fn batch_of(&self, berkas: usize) -> u32 {
        self.texts[KOLEKTIF].rows[self.events_of(berkas).start]
    }

    pub(super) fn hasil(&self, row: usize) -> &str {
        self.texts[HASIL].text(row).unwrap_or_default()
    }

    /// First and last second of all.
    pub(super) fn span(&self) -> Option<(i64, i64)> {
        let all = || [&self.starts, &self.ends, &self.received].into_iter().flatten().filter(|s| **s != NOTHING);
        Some(((*all().min()?).into(), (*all().max()?).into()))
    }

    /// A column of texts of some rows.
    pub(super) fn text_series(&self, column: usize, name: &str, rows: &[u32]) -> Series {
        let column = &self.texts[column];
        let values = rows.iter().map(|row| column.text(*row as usize));
        StringChunked::from_iter_options(name.into(), values).into_series()
    }

    /// The keys of some rows, of the archive's type.
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

    /// Numbers of the berkas of some rows: engines group integers faster than texts.
    pub(super) fn berkas_numbers(&self, rows: &[u32]) -> Vec<i64> {
        rows.iter().map(|row| i64::from(self.texts[BERKAS].rows[*row as usize])).collect()
    }

    /// The start of the step, seconds since 1970.
    pub(super) fn start_s(&self, row: usize) -> Option<i64> {
        (self.starts[row] != NOTHING).then(|| self.starts[row].into())
    }
}

fn put<T: Copy>(values: &mut Vec<T>, order: &[u32]) {
    *values = order.iter().map(|from| values[*from as usize]).collect();
}

/// Seconds since 1970, up to 2106; what is archived lies within the office's calendar.
fn second(column: &TimestampMicrosecondArray, row: usize) -> Result<u32, ArchiveError> {
    if column.is_null(row) {
        return Ok(NOTHING);
    }
    let us = column.value(row);
    let second = u32::try_from(us.div_euclid(1_000_000)).ok().filter(|second| *second != NOTHING);
    second.ok_or_else(|| beyond(format!("an instant, {us} microseconds since 1970, lies outside 1970 to 2106")))
}

/// What no archive holds that was written by this program.
fn beyond(reason: String) -> ArchiveError {
    ArchiveError::Decode { path: "a part".to_owned(), reason }
}

/// An event of a test.
#[cfg(test)]
pub(crate) struct Made {
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
    pub(super) fn made(made: &[Made]) -> Self {
        let mut table = Self::default();
        let all: Vec<usize> = (0..made.len()).collect();
        let mut take = |column: usize, value: &dyn Fn(&Made) -> Option<String>| {
            table.texts[column].take(&made.iter().map(value).collect::<StringArray>(), &all).unwrap();
        };
        let village = |m: &Made| Some(format!("180601200{}", m.id % 3));
        let kind = |m: &Made| Some(if m.id % 2 == 0 { "baru" } else { "hilang" }.to_owned());
        let number = |m: &Made| [3, 4, 8, 9].contains(&m.step).then(|| format!("{:06}/{}/2026", m.id, m.step));
        take(0, &|m| Some(m.berkas.clone()));
        take(1, &|m| Some(m.kolektif.clone()));
        take(2, &|m| m.nik.clone());
        take(3, &|m| Some(if m.id % 7 == 0 { "operator" } else { "front_office" }.to_owned()));
        take(4, &|m| Some(format!("P{}", m.id % 4)));
        take(5, &|m| Some(m.hasil.clone()));
        take(6, &|m| (m.hasil == "kurang").then(|| "kk".to_owned()));
        take(7, &number);
        take(8, &kind);
        take(9, &village);
        let second = |s: i64| u32::try_from(s).unwrap();
        table.ids = Ids::Integers(made.iter().map(|m| m.id).collect());
        table.steps = made.iter().map(|m| m.step).collect();
        table.starts = made.iter().map(|m| m.start.map_or(NOTHING, second)).collect();
        table.ends = made.iter().map(|m| second(m.end)).collect();
        table.received = made.iter().map(|m| second(m.received)).collect();
        table.put_in_order();
        table
    }
}
