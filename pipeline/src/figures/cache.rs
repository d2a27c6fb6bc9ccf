//! The cache of additive rows of past months, so that the figures of a year are merged from its months instead of computed
//! from all events again.
//!
//! Reads   `figures/MONTH-SCOPE-BASIS-MAC.parquet` of the archive
//! Gives   the additive rows of a month, unless they must be computed
//! Rule    BASIS is a digest of everything that determines the rows: the parts, corrections, outages, calendar, SOP,
//!         statements and the program. If one of them changes, the file is not found, and the rows are computed again. MAC
//!         is made of the name and the bytes with the office's key, so that a file which was changed is not used.
//!         `tertib verify` computes all rows again in any case.

use super::additive::{NUMBERS, TEXTS};
use super::error::FigureError;
use super::metrics;
use super::outage_clock::OutageClock;
use super::statement::TimeScope;
use super::summary::{fault, numbers, texts};
use crate::archive::columns;
use crate::archive::key::{Key, Keyed};
use crate::archive::store::{EntryKind, Store};
use crate::archive::{Archive, ArchiveError, decode, layout, month_of_path};
use crate::hash::{hex, sha256};
use arrow::array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use polars::prelude::{Column, DataFrame, NamedFrom, PolarsError, Series, SortMultipleOptions};
use schemas::{Facts, Month, Zone};
use std::sync::Arc;

/// Raised by hand whenever the Rust code between events and additive rows changes its result, so that rows of an earlier form
/// are no longer found. A test compares it and a digest of such rows with what they were.
const FORM: u32 = 4;

/// The longest file that is read. The rows of a month take a small part of it.
const LONGEST_BYTES: u64 = 64 << 20;

/// The folder of the kept rows, and everything that their names depend on.
#[derive(Debug)]
pub(crate) struct FigureCache {
    /// Keeps the files of the archive.
    store: Arc<dyn Store>,
    /// Computes MACs with the office's key.
    mac: Keyed,
    /// A digest of the inputs that are the same for all months.
    basis: String,
    outages: OutageClock,
    zone: Zone,
    /// The parts of the archive, each with its month and its SHA-256.
    parts: Vec<(Month, String)>,
    /// The last month that has events.
    last: Option<Month>,
}

impl FigureCache {
    pub(crate) fn new(archive: &Archive, facts: &Facts, key: &Key) -> Result<Self, FigureError> {
        // What was kept under an earlier key has a MAC of that key, and is not looked for.
        let epoch = archive.key_changes().last().map_or_else(String::new, |(_, change)| change.to.clone());
        let basis = basis(FORM, env!("CARGO_PKG_VERSION"), facts, archive.corrections())? + &epoch;
        let parts = archive.event_files().filter_map(|f| Some((month_of_path(&f.path)?, f.sha256.clone())));
        let mut parts: Vec<(Month, String)> = parts.collect();
        parts.sort_unstable();
        let last = parts.last().map(|(month, _)| *month);
        let (store, basis) = (Arc::clone(archive.store()), sha256(basis.as_bytes()));
        let (mac, zone, outages) = (key.keyed("figures"), facts.zone, OutageClock::of(archive)?);
        Ok(Self { store, mac, basis, outages, zone, parts, last })
    }

    /// Returns the rows of a month, if they are kept and unchanged.
    pub(crate) fn load(&self, month: Month, time_scope: TimeScope) -> Option<DataFrame> {
        let path = self.find(month, time_scope)?;
        self.read(&path).map_err(|why| tracing::warn!("{path}: {why}; computed anew")).ok()
    }

    /// Keeps the rows of a past month, in place of earlier ones. The last month that has events is not kept, because more may
    /// come, nor is a later one.
    pub(crate) fn store(&self, month: Month, time_scope: TimeScope, rows: &DataFrame) {
        if Some(month) >= self.last {
            return;
        }
        if let Err(why) = self.replace(month, time_scope, rows) {
            // The archive may be read-only, which does not prevent the figures.
            tracing::info!("figures of {month} are not kept: {why}");
        }
    }

    /// Returns the files of kept rows whose basis is the present one.
    pub(crate) fn entries(&self) -> Vec<(Month, TimeScope, String)> {
        let mut months: Vec<Month> = self.parts.iter().map(|(month, _)| *month).collect();
        months.dedup();
        let all = months.into_iter().flat_map(|month| TimeScope::ALL.map(|time_scope| (month, time_scope)));
        all.filter_map(|(month, time_scope)| Some((month, time_scope, self.find(month, time_scope)?))).collect()
    }

    /// Finds the file of a month's rows, if its basis is the present one.
    fn find(&self, month: Month, time_scope: TimeScope) -> Option<String> {
        let prefix = format!("{}-", self.name(month, time_scope));
        self.names().ok()?.into_iter().find(|name| name.starts_with(&prefix)).map(|name| path_of(&name))
    }

    /// Returns the names of all files. If nothing was ever kept, there is no folder. A link in its place is not followed.
    fn names(&self) -> Result<Vec<String>, ArchiveError> {
        if self.store.kind(layout::FIGURES)? != Some(EntryKind::Folder) {
            return Ok(Vec::new());
        }
        let entries = self.store.list(layout::FIGURES)?;
        Ok(entries.iter().map(|entry| entry.name.to_string_lossy().into_owned()).collect())
    }

    /// Returns the name of the rows without their MAC.
    fn name(&self, month: Month, time_scope: TimeScope) -> String {
        let seen = self.parts.iter().filter(|(of, _)| time_scope == TimeScope::IncludingLater || *of <= month);
        let parts: String = seen.map(|(_, sha256)| sha256.as_str()).collect();
        let outages =
            self.outages.until(if time_scope == TimeScope::IncludingLater { i64::MAX } else { month.end_s(self.zone) });
        let basis = sha256(format!("{}{month}{outages}{parts}", self.basis).as_bytes());
        format!("{}-{}", stem(month, time_scope), basis.get(..32).unwrap_or(&basis))
    }

    /// Returns the MAC of a name and the bytes under it: 128 bits, as digits.
    fn mac(&self, name: &str, bytes: &[u8]) -> String {
        hex(&self.mac.digest(&[name.as_bytes(), b"\n", bytes]))
    }

    /// Reads a file and checks its MAC.
    fn read(&self, path: &str) -> Result<DataFrame, Fault> {
        let bytes = self.store.read(path, LONGEST_BYTES)?;
        let name = path.rsplit_once('/').and_then(|(_, name)| name.strip_suffix(ENDING));
        match name.and_then(|name| name.rsplit_once('-')) {
            Some((name, mac)) if self.mac(name, &bytes) == mac => decoded(bytes),
            _ => Err(Fault::Altered),
        }
    }

    /// Writes the rows of a month, and removes those of an earlier basis.
    fn replace(&self, month: Month, time_scope: TimeScope, rows: &DataFrame) -> Result<(), Fault> {
        let bytes = encode(rows)?;
        let name = self.name(month, time_scope);
        let kept = format!("{name}-{}{ENDING}", self.mac(&name, &bytes));
        self.store.put(&path_of(&kept), &bytes)?;
        let stem = stem(month, time_scope);
        for earlier in self.names()?.into_iter().filter(|name| *name != kept && name.starts_with(&stem)) {
            self.store.remove(&path_of(&earlier))?;
        }
        Ok(())
    }
}

/// How the name of a file of kept rows ends.
const ENDING: &str = ".parquet";

fn path_of(name: &str) -> String {
    format!("{}/{name}", layout::FIGURES)
}

/// Returns everything but the events that determines the rows of every month: the program and its form, the statements, the
/// calendar and the SOP, and how many corrections there are.
fn basis(form: u32, program: &str, facts: &Facts, corrections: u64) -> Result<String, FigureError> {
    let statements: Vec<&str> = metrics::statements().iter().map(|sql| sql.text).collect();
    let basis = serde_json::to_string(&(form, program, statements, &facts.clock, &facts.sop, corrections));
    basis.map_err(|e| FigureError::Sql { figure: "the basis of kept rows".into(), reason: e.to_string() })
}

/// Returns the beginning of a file name, which is the same for every basis.
fn stem(month: Month, time_scope: TimeScope) -> String {
    format!("{month}-{}", if time_scope == TimeScope::IncludingLater { "ahead" } else { "past" })
}

/// The reason why rows cannot be kept or read.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("its bytes are not those that this office wrote under its name")]
    Altered,
    #[error("{0}")]
    Decode(String),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Parquet(#[from] parquet::errors::ParquetError),
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
    #[error(transparent)]
    Column(#[from] ArchiveError),
    #[error(transparent)]
    Frame(#[from] PolarsError),
}

/// Encodes rows as Parquet. The same rows give the same bytes, in whatever order the engine returned them.
fn encode(rows: &DataFrame) -> Result<Vec<u8>, Fault> {
    let order: Vec<&str> = std::iter::once("figure").chain(TEXTS).chain(NUMBERS).collect();
    let rows = &rows.sort(order, SortMultipleOptions::default())?;
    let mut columns: Vec<(&str, ArrayRef)> = Vec::new();
    for name in std::iter::once("figure").chain(TEXTS) {
        columns.push((name, Arc::new(StringArray::from(texts(rows, name)?))));
    }
    for name in NUMBERS {
        columns.push((name, Arc::new(Int64Array::from(numbers(rows, name)?))));
    }
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, c)| (name, c, name == "v")))?;
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?)).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties))?;
    writer.write(&batch)?;
    Ok(writer.into_inner()?)
}

/// Decodes rows from Parquet.
fn decoded(bytes: Vec<u8>) -> Result<DataFrame, Fault> {
    let batches = decode(bytes, None).map_err(Fault::Decode)?;
    let mut columns: Vec<Column> = Vec::new();
    for name in std::iter::once("figure").chain(TEXTS) {
        let mut values: Vec<&str> = Vec::new();
        for batch in &batches {
            let column = columns::texts(batch, name)?;
            values.extend((0..column.len()).map(|i| column.value(i)));
        }
        columns.push(Series::new(name.into(), values).into());
    }
    for name in NUMBERS {
        let mut values: Vec<Option<i64>> = Vec::new();
        for batch in &batches {
            values.extend(columns::int64s(batch, name)?.iter());
        }
        columns.push(Series::new(name.into(), values).into());
    }
    Ok(DataFrame::new_infer_height(columns)?)
}

/// Whether kept rows are equal to computed ones, in any order.
pub(crate) fn is_same(kept: &DataFrame, computed: &DataFrame) -> Result<bool, FigureError> {
    let lines = |frame: &DataFrame| -> Result<Vec<String>, PolarsError> {
        let names: Vec<&str> = std::iter::once("figure").chain(TEXTS).collect();
        let texts = names.iter().map(|name| texts(frame, name)).collect::<Result<Vec<_>, _>>()?;
        let numbers = NUMBERS.iter().map(|name| numbers(frame, name)).collect::<Result<Vec<_>, _>>()?;
        let line = |i: usize| {
            let (texts, numbers) = (texts.iter().map(|t| &t[i]), numbers.iter().map(|n| n[i]));
            format!("{:?}{:?}", texts.collect::<Vec<_>>(), numbers.collect::<Vec<_>>())
        };
        let mut lines: Vec<String> = (0..frame.height()).map(line).collect();
        lines.sort_unstable();
        Ok(lines)
    };
    let both = lines(kept).and_then(|kept| Ok((kept, lines(computed)?)));
    both.map(|(kept, computed)| kept == computed).map_err(|e| fault(&e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_program_form_calendar_or_sop_finds_no_kept_rows() {
        let facts = Facts::embedded().unwrap();
        let of = |form, program, facts: &Facts, corrections| basis(form, program, facts, corrections).unwrap();
        let usual = of(1, "0.1.0", &facts, 0);
        assert_eq!(usual, of(1, "0.1.0", &facts, 0));
        assert_ne!(usual, of(2, "0.1.0", &facts, 0));
        assert_ne!(usual, of(1, "0.1.1", &facts, 0));
        assert_ne!(usual, of(1, "0.1.0", &facts, 1));
        let mut other = facts.clone();
        other.sop.steps[1].mandatory = false;
        assert_ne!(usual, of(1, "0.1.0", &other, 0));
        let week = [const { Vec::new() }; 7];
        let (from, to) = (day("2020-01-01"), day("2027-12-31"));
        let other = Facts { clock: schemas::WorkingClock::of_week(from, to, &week, &[]).unwrap(), ..facts.clone() };
        assert_ne!(usual, of(1, "0.1.0", &other, 0));
    }

    #[test]
    fn rows_in_another_order_are_the_same_bytes() {
        let texts = std::iter::once("figure").chain(TEXTS).map(|name| Series::new(name.into(), ["a", "b", "a"]).into());
        let no_value = |name| if name == "v" { None } else { Some(3_i64) };
        let numbers = NUMBERS.map(|name| Series::new(name.into(), [Some(2), no_value(name), Some(1)]).into());
        let rows = DataFrame::new_infer_height(texts.chain(numbers).collect()).unwrap();
        let bytes = encode(&rows).unwrap();
        assert_eq!(encode(&rows.reverse()).unwrap(), bytes);
        assert_eq!(encode(&decoded(bytes.clone()).unwrap()).unwrap(), bytes);
    }

    fn day(text: &str) -> chrono::NaiveDate {
        text.parse().unwrap()
    }
}
