//! The relation `events` that every figure is computed from, and the SQL that runs over it.
//!
//! Reads   the public table, less superseded rows; the outage log; the calendar
//! Gives   `events`: the public columns plus integers derived when read, since a calendar may be corrected:
//!         `*_s` epoch seconds, `*_w` working seconds W(t), `selesai_d` working days D(t), `selesai_o` outage seconds O(t),
//!         `berkas_no` a number for each `berkas_id`; `bulan` and `bulan_diterima` the Asia/Jakarta months as text, `nik` the keyed pseudonym
//!         `sop_next(langkah, hasil, next)` and `sop_step(langkah, pelaksana, mandatory, writes_book)`

use crate::archive::{Archive, ArchiveError};
use crate::columns::{instants, int32s, int64s, superseded, texts};
use crate::stages::additive::Sight;
use arrow::array::{Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use polars::prelude::{
    Column, DataFrame, IntoLazy, IntoSeries, LazyFrame, NamedFrom, NewChunkedArray, PolarsError, Series, StringChunked,
    col, lit,
};
use polars::sql::SQLContext;
use schemas::{CalendarError, Facts, Month, Sop, WorkingClock};
use std::collections::BTreeMap;

/// Figures cannot be computed.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// The archive cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// An event lies outside the calendar.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// A query failed.
    #[error("the figure {figure} could not be computed: {reason}")]
    Sql {
        /// File and statement.
        figure: String,
        /// What the engine said.
        reason: String,
    },
    /// The archive has no events of that month.
    #[error("the archive has no events of {month}; it holds {first} to {last}")]
    NoMonth {
        /// The month asked for.
        month: Month,
        /// First month in the archive.
        first: Month,
        /// Last month in the archive.
        last: Month,
    },
}

/// Seconds of logged outages up to an instant, overlaps counted once.
#[derive(Clone, Debug, Default)]
pub(crate) struct OutageClock {
    /// Start, end, and outage seconds before the start; disjoint and in order.
    spans: Vec<(i64, i64, i64)>,
}

impl OutageClock {
    /// The latest outage log of an archive.
    pub(crate) fn of(archive: &Archive) -> Result<Self, ArchiveError> {
        let batches = archive.outage_file().map(|file| archive.read(file, None)).transpose()?.unwrap_or_default();
        let mut spans = Vec::new();
        for batch in &batches {
            let (start, end) = (instants(batch, "mulai")?, instants(batch, "selesai")?);
            spans.extend((0..batch.num_rows()).map(|i| (seconds(start.value(i)), seconds(end.value(i)))));
        }
        Ok(Self::new(spans))
    }

    /// What is known of the time before an instant, as text.
    pub(crate) fn until(&self, epoch_s: i64) -> String {
        let before = self.spans.iter().take_while(|(start, ..)| *start < epoch_s);
        format!("{:?}", before.map(|(start, end, _)| (start, epoch_s.min(*end))).collect::<Vec<_>>())
    }

    pub(crate) fn new(mut outages: Vec<(i64, i64)>) -> Self {
        outages.sort_unstable();
        let mut spans: Vec<(i64, i64, i64)> = Vec::new();
        for (start, end) in outages.into_iter().filter(|(start, end)| start < end) {
            match spans.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                Some(&mut (s, e, before)) => spans.push((start, end, before + e - s)),
                None => spans.push((start, end, 0)),
            }
        }
        Self { spans }
    }

    pub(crate) fn outage_s(&self, epoch_s: i64) -> i64 {
        let after = self.spans.partition_point(|(start, _, _)| *start <= epoch_s);
        match after.checked_sub(1).and_then(|i| self.spans.get(i)) {
            Some((start, end, before)) => before + epoch_s.min(*end) - start,
            None => 0,
        }
    }
}

/// Everything the figures of any month are computed from.
pub(crate) struct View {
    events: LazyFrame,
    sop_next: LazyFrame,
    sop_step: LazyFrame,
    clock: WorkingClock,
    outages: OutageClock,
}

/// Values that stand for `$month`, `$end_s`, `$end_o` and `$end_d` in a statement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameters {
    month: Month,
    end_s: i64,
    end_o: i64,
    end_d: i64,
}

impl View {
    pub(crate) fn load(archive: &Archive, facts: &Facts) -> Result<Self, FigureError> {
        if archive.is_empty() {
            return Err(archive.empty().into());
        }
        let outages = OutageClock::of(archive)?;
        let mut batches = Vec::new();
        let columns: Vec<&str> = OTHER_COLUMNS.into_iter().chain(TEXT_COLUMNS).collect();
        for file in archive.event_files() {
            batches.extend(archive.read(file, Some(&columns))?);
        }
        let events = events_frame(&batches, &facts.clock, &outages)?;
        Ok(Self {
            events: events.lazy(),
            sop_next: sop_next(&facts.sop)?.lazy(),
            sop_step: sop_step(&facts.sop)?.lazy(),
            clock: facts.clock.clone(),
            outages,
        })
    }

    /// The parameters of a month.
    pub(crate) fn parameters(&self, month: Month) -> Result<Parameters, FigureError> {
        Ok(Parameters {
            month,
            end_s: month.end_s(),
            end_o: self.outages.outage_s(month.end_s()),
            end_d: self.clock.working_days(month.end_s() - 1)?,
        })
    }

    /// Runs a statement with the parameters in place of their names.
    pub(crate) fn run(&self, statement: &str, p: Parameters, sight: Sight) -> Result<DataFrame, PolarsError> {
        let statement = statement
            .replace("$month", &format!("'{}'", p.month))
            .replace("$end_s", &p.end_s.to_string())
            .replace("$end_o", &p.end_o.to_string())
            .replace("$end_d", &p.end_d.to_string());
        let events = match sight {
            Sight::Past => self.events.clone().filter(col("selesai_s").lt(lit(p.end_s))),
            Sight::Ahead => self.events.clone(),
        };
        self.context(events).execute(&statement).and_then(LazyFrame::collect)
    }

    fn context(&self, events: LazyFrame) -> SQLContext {
        let context = SQLContext::new();
        context.register("events", events);
        context.register("sop_next", self.sop_next.clone());
        context.register("sop_step", self.sop_step.clone());
        context
    }
}

fn frame_error(e: &PolarsError) -> FigureError {
    FigureError::Sql { figure: "events".into(), reason: e.to_string() }
}

fn seconds(us: i64) -> i64 {
    us.div_euclid(1_000_000)
}

/// Columns as they are collected, by name.
#[derive(Default)]
struct Builder {
    integers: BTreeMap<&'static str, Vec<Option<i64>>>,
    texts: BTreeMap<&'static str, Series>,
}

/// Numbers for texts, in the order in which they are met: engines group integers faster than texts.
#[derive(Default)]
#[expect(clippy::disallowed_types, reason = "numbers follow the order of the rows, never that of the map")]
struct Numbers<'a>(std::collections::HashMap<&'a str, i64>);

impl<'a> Numbers<'a> {
    fn of(&mut self, text: &'a str) -> i64 {
        let next = i64::try_from(self.0.len()).unwrap_or(i64::MAX);
        *self.0.entry(text).or_insert(next)
    }
}

const TEXT_COLUMNS: [&str; 9] =
    ["berkas_id", "kolektif_id", "pelaksana", "petugas_id", "hasil", "kekurangan", "nomor_register", "jenis", "pekon"];

const OTHER_COLUMNS: [&str; 8] =
    ["seq", "event_id", "langkah", "mulai", "selesai", "diterima", "nik_pseudonym", "correction_of"];

fn events_frame(
    batches: &[RecordBatch],
    clock: &WorkingClock,
    outages: &OutageClock,
) -> Result<DataFrame, FigureError> {
    let superseded = superseded(batches)?;
    let mut b = Builder::default();
    let mut numbers = Numbers::default();
    for batch in batches {
        let seqs = int64s(batch, "seq")?;
        let rows: Vec<usize> = (0..batch.num_rows()).filter(|i| !superseded.contains(&seqs.value(*i))).collect();
        b.integers.entry("seq").or_default().extend(rows.iter().map(|i| Some(seqs.value(*i))));
        let langkah = int32s(batch, "langkah")?;
        b.integers.entry("langkah").or_default().extend(rows.iter().map(|i| Some(i64::from(langkah.value(*i)))));
        match int64s(batch, "event_id") {
            Ok(ids) => b.integers.entry("event_id").or_default().extend(rows.iter().map(|i| Some(ids.value(*i)))),
            Err(_) => b.take_texts("event_id", texts(batch, "event_id")?, &rows)?,
        }
        for name in TEXT_COLUMNS {
            b.take_texts(name, texts(batch, name)?, &rows)?;
        }
        let berkas = texts(batch, "berkas_id")?;
        let places: Vec<Option<i64>> = rows.iter().map(|i| Some(numbers.of(berkas.value(*i)))).collect();
        b.integers.entry("berkas_no").or_default().extend(places);
        b.take_texts("nik", texts(batch, "nik_pseudonym")?, &rows)?;
        b.take_instants(["mulai_s", "mulai_w"], instants(batch, "mulai")?, &rows, clock)?;
        b.take_instants(["selesai_s", "selesai_w"], instants(batch, "selesai")?, &rows, clock)?;
        b.take_instants(["diterima_s", "diterima_w"], instants(batch, "diterima")?, &rows, clock)?;
    }
    b.derive(clock, outages)?;
    let integers = b.integers.into_iter().map(|(name, values)| Series::new(name.into(), values));
    let texts = b.texts.into_values().map(|column| column.rechunk());
    let columns: Vec<Column> = integers.chain(texts).map(Column::from).collect();
    DataFrame::new_infer_height(columns).map_err(|e| frame_error(&e))
}

impl Builder {
    fn take_texts(&mut self, name: &'static str, column: &StringArray, rows: &[usize]) -> Result<(), FigureError> {
        let values = rows.iter().map(|i| (!column.is_null(*i)).then(|| column.value(*i)));
        self.add_texts(name, StringChunked::from_iter_options(name.into(), values).into_series())
    }

    fn add_texts(&mut self, name: &'static str, more: Series) -> Result<(), FigureError> {
        match self.texts.get_mut(name) {
            Some(column) => column.append_owned(more).map(drop).map_err(|e| frame_error(&e)),
            None => {
                self.texts.insert(name, more);
                Ok(())
            }
        }
    }

    fn take_instants(
        &mut self,
        [name_s, name_w]: [&'static str; 2],
        column: &TimestampMicrosecondArray,
        rows: &[usize],
        clock: &WorkingClock,
    ) -> Result<(), CalendarError> {
        for i in rows {
            let s = (!column.is_null(*i)).then(|| seconds(column.value(*i)));
            let w = s.map(|s| clock.working_s(s)).transpose()?;
            self.integers.entry(name_s).or_default().push(s);
            self.integers.entry(name_w).or_default().push(w);
        }
        Ok(())
    }

    fn derive(&mut self, clock: &WorkingClock, outages: &OutageClock) -> Result<(), FigureError> {
        let selesai = self.integers.get("selesai_s").cloned().unwrap_or_default();
        let days = selesai.iter().map(|s| s.map(|s| clock.working_days(s)).transpose()).collect::<Result<_, _>>()?;
        self.integers.insert("selesai_d", days);
        self.integers.insert("selesai_o", selesai.iter().map(|s| s.map(|s| outages.outage_s(s))).collect());
        self.add_texts("bulan", months("bulan", &selesai))?;
        let diterima = self.integers.get("diterima_s").map_or_else(Vec::new, Clone::clone);
        self.add_texts("bulan_diterima", months("bulan_diterima", &diterima))
    }
}

/// The months of instants, as text.
fn months(name: &str, epoch_s: &[Option<i64>]) -> Series {
    let months: Vec<Option<Month>> = epoch_s.iter().map(|s| s.and_then(Month::of_epoch_s)).collect();
    let words: BTreeMap<Month, String> = months.iter().flatten().map(|month| (*month, month.to_string())).collect();
    let texts = months.iter().map(|month| month.and_then(|month| words.get(&month)).map(String::as_str));
    StringChunked::from_iter_options(name.into(), texts).into_series()
}

fn sop_next(sop: &Sop) -> Result<DataFrame, FigureError> {
    let rows =
        || sop.steps.iter().flat_map(|s| s.outcomes.iter().filter_map(|o| Some((s.number, o.hasil.clone(), o.next?))));
    let columns = vec![
        Series::new("langkah".into(), rows().map(|r| i64::from(r.0)).collect::<Vec<_>>()).into(),
        Series::new("hasil".into(), rows().map(|r| r.1).collect::<Vec<_>>()).into(),
        Series::new("next".into(), rows().map(|r| i64::from(r.2)).collect::<Vec<_>>()).into(),
    ];
    DataFrame::new_infer_height(columns).map_err(|e| frame_error(&e))
}

fn sop_step(sop: &Sop) -> Result<DataFrame, FigureError> {
    let flag = |b: bool| i64::from(b);
    let steps = &sop.steps;
    let columns = vec![
        Series::new("langkah".into(), steps.iter().map(|s| i64::from(s.number)).collect::<Vec<_>>()).into(),
        Series::new("pelaksana".into(), steps.iter().map(|s| s.pelaksana.clone()).collect::<Vec<_>>()).into(),
        Series::new("mandatory".into(), steps.iter().map(|s| flag(s.mandatory)).collect::<Vec<_>>()).into(),
        Series::new("writes_book".into(), steps.iter().map(|s| flag(s.ledger.is_some())).collect::<Vec<_>>()).into(),
    ];
    DataFrame::new_infer_height(columns).map_err(|e| frame_error(&e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_outages_count_once() {
        let clock = OutageClock::new(vec![(100, 200), (150, 250), (400, 500), (450, 460), (700, 700)]);
        for (t, seconds) in [(0, 0), (100, 0), (120, 20), (250, 150), (300, 150), (450, 200), (900, 250)] {
            assert_eq!(clock.outage_s(t), seconds, "at {t}");
        }
    }
}
