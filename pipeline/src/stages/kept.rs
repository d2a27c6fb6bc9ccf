//! Additive rows that are kept, so that a year is a merge of its months and not another reading of all events.
//!
//! Reads   `figures/MONTH-KIND-KEY-SHA256.parquet` of the archive
//! Gives   the additive rows of a month
//!
//! The key is a digest of all that the rows follow from: the parts, corrections, outages, calendar, SOP and statements. When one
//! of them changes, the file is not found and the rows are computed anew. `tertib verify` computes them anew in any case.

use super::additive::{FIGURES, NUMBERS, Sight, TEXTS};
use super::summary::{numbers, texts};
use crate::archive::{Archive, ArchiveError, decode, layout, month_of_path};
use crate::columns;
use crate::key::sha256;
use crate::view::{FigureError, OutageClock};
use arrow::array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use polars::prelude::{Column, DataFrame, NamedFrom, PolarsError, Series};
use schemas::{Facts, Month, Zone};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the rows of the months are kept, and under which keys.
#[derive(Debug)]
pub(crate) struct Kept {
    folder: PathBuf,
    /// Of what is the same for all months.
    basis: String,
    outages: OutageClock,
    zone: Zone,
    parts: Vec<(Month, String)>,
    last: Option<Month>,
}

impl Kept {
    pub(crate) fn new(archive: &Archive, facts: &Facts) -> Result<Self, ArchiveError> {
        let statements: String = FIGURES.iter().map(|figure| figure.text).collect();
        let basis = format!("{statements}\n{:?}\n{:?}\n{}", facts.clock, facts.sop, archive.corrections());
        let parts = archive.event_files().filter_map(|f| Some((month_of_path(&f.path)?, f.sha256.clone())));
        let mut parts: Vec<(Month, String)> = parts.collect();
        parts.sort_unstable();
        let last = parts.last().map(|(month, _)| *month);
        let (folder, basis) = (archive.root().join(layout::FIGURES), sha256(basis.as_bytes()));
        Ok(Self { folder, basis, outages: OutageClock::of(archive)?, zone: facts.zone, parts, last })
    }

    /// The rows of a month, if they are kept and whole.
    pub(crate) fn load(&self, month: Month, sight: Sight) -> Option<DataFrame> {
        let path = self.find(month, sight)?;
        read(&path).map_err(|fault| tracing::warn!("{}: {fault}; computed anew", path.display())).ok()
    }

    /// Keeps the rows of a month that is over, in place of earlier ones. The month that is still coming in is not kept.
    pub(crate) fn store(&self, month: Month, sight: Sight, rows: &DataFrame) {
        if Some(month) == self.last {
            return;
        }
        if let Err(fault) = self.replace(month, sight, rows) {
            // An auditor's copy may be read-only; the figures are there all the same.
            tracing::info!("figures of {month} are not kept: {fault}");
        }
    }

    /// The files of rows that are kept under a key that holds.
    pub(crate) fn held(&self) -> Vec<(Month, Sight, PathBuf)> {
        let mut months: Vec<Month> = self.parts.iter().map(|(month, _)| *month).collect();
        months.dedup();
        let all = months.into_iter().flat_map(|month| Sight::ALL.map(|sight| (month, sight)));
        all.filter_map(|(month, sight)| Some((month, sight, self.find(month, sight)?))).collect()
    }

    fn find(&self, month: Month, sight: Sight) -> Option<PathBuf> {
        let begin = format!("{}-{}-", stem(month, sight), self.key(month, sight));
        // Where nothing was ever kept there is no folder.
        let mut entries = fs::read_dir(&self.folder).ok()?.flatten();
        entries.find(|entry| entry.file_name().to_string_lossy().starts_with(&begin)).map(|entry| entry.path())
    }

    fn key(&self, month: Month, sight: Sight) -> String {
        let seen = self.parts.iter().filter(|(of, _)| sight == Sight::Ahead || *of <= month);
        let parts: String = seen.map(|(_, sha256)| sha256.as_str()).collect();
        let outages = self.outages.until(if sight == Sight::Ahead { i64::MAX } else { month.end_s(self.zone) });
        short(&sha256(format!("{}{month}{outages}{parts}", self.basis).as_bytes()))
    }

    fn replace(&self, month: Month, sight: Sight, rows: &DataFrame) -> Result<(), Fault> {
        let bytes = encode(rows)?;
        let name = format!("{}-{}-{}.parquet", stem(month, sight), self.key(month, sight), short(&sha256(&bytes)));
        fs::create_dir_all(&self.folder)?;
        let staged = self.folder.join(format!("{name}.{}", std::process::id()));
        fs::write(&staged, bytes)?;
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path != staged && path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(&stem(month, sight)))
            {
                fs::remove_file(path)?;
            }
        }
        Ok(fs::rename(staged, self.folder.join(name))?)
    }
}

/// Enough of a digest.
fn short(digest: &str) -> String {
    digest.chars().take(32).collect()
}

fn stem(month: Month, sight: Sight) -> String {
    format!("{month}-{}", if sight == Sight::Ahead { "ahead" } else { "past" })
}

/// Why rows cannot be kept or read.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("its bytes are not those that its name tells")]
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

fn encode(rows: &DataFrame) -> Result<Vec<u8>, Fault> {
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

fn read(path: &Path) -> Result<DataFrame, Fault> {
    let bytes = fs::read(path)?;
    if !path.file_stem().is_some_and(|name| name.to_string_lossy().ends_with(&short(&sha256(&bytes)))) {
        return Err(Fault::Altered);
    }
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

/// Whether kept rows are those that were computed, in any order.
pub(crate) fn same(kept: &DataFrame, computed: &DataFrame) -> Result<bool, FigureError> {
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
    both.map(|(kept, computed)| kept == computed).map_err(|e| super::summary::fault(&e))
}
