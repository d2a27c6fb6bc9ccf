//! The public rows of a month as people read them in a table.

use crate::archive::{Archive, ArchiveError, FileEntry, month_of_path};
use arrow::array::{Array, Date32Array, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use schemas::Month;
use schemas::document::Cell;

/// So many rows are decoded at a time.
const ROWS: usize = 4_096;
/// Seconds of a day.
const DAY_S: i64 = 86_400;

/// The public rows of a month, corrections and what they replace included, part by part.
#[derive(Debug)]
pub struct MonthRows<'a> {
    /// The names of the columns.
    pub head: Vec<String>,
    /// How many rows there are.
    pub rows: u64,
    archive: &'a Archive,
    files: Vec<&'a FileEntry>,
}

/// Returns the public rows of a month.
///
/// # Errors
/// [`ArchiveError`] when the archive cannot be read.
pub fn month_rows(archive: &Archive, month: Month) -> Result<MonthRows<'_>, ArchiveError> {
    let files: Vec<&FileEntry> =
        archive.event_files().filter(|file| month_of_path(&file.path) == Some(month)).collect();
    let head = archive.public_schema()?.fields().iter().map(|field| field.name().clone()).collect();
    Ok(MonthRows { head, rows: files.iter().map(|file| file.rows).sum(), archive, files })
}

impl MonthRows<'_> {
    /// Calls `row` with each row.
    ///
    /// # Errors
    /// [`ArchiveError`] when a part cannot be read, and what `row` returns.
    pub fn each<E: From<ArchiveError>>(&self, mut row: impl FnMut(Vec<Cell>) -> Result<(), E>) -> Result<(), E> {
        for file in &self.files {
            for batch in self.archive.batches(file, None, ROWS)? {
                let batch = batch?;
                let columns = self.head.iter().map(|name| Column::of(&batch, name));
                let columns: Vec<Column<'_>> = columns.collect::<Result<_, ArchiveError>>()?;
                for at in 0..batch.num_rows() {
                    row(columns.iter().map(|column| column.cell(at)).collect())?;
                }
            }
        }
        Ok(())
    }
}

/// The values of a column.
enum Column<'a> {
    Long(&'a Int64Array),
    Short(&'a Int32Array),
    Text(&'a StringArray),
    Instant(&'a TimestampMicrosecondArray),
    Day(&'a Date32Array),
}

impl<'a> Column<'a> {
    fn of(batch: &'a RecordBatch, name: &str) -> Result<Self, ArchiveError> {
        let column = batch.column_by_name(name).map(|column| column.as_any());
        let known = column.and_then(|column| {
            None.or_else(|| column.downcast_ref().map(Self::Long))
                .or_else(|| column.downcast_ref().map(Self::Short))
                .or_else(|| column.downcast_ref().map(Self::Text))
                .or_else(|| column.downcast_ref().map(Self::Instant))
                .or_else(|| column.downcast_ref().map(Self::Day))
        });
        known.ok_or_else(|| crate::archive::columns::missing(name))
    }

    fn cell(&self, at: usize) -> Cell {
        let whole = |n: i64| u64::try_from(n).map_or(Cell::BelowZero(n), Cell::Number);
        match self {
            Self::Long(values) if values.is_valid(at) => whole(values.value(at)),
            Self::Short(values) if values.is_valid(at) => whole(values.value(at).into()),
            Self::Text(values) if values.is_valid(at) => Cell::Text(values.value(at).to_owned()),
            Self::Instant(values) if values.is_valid(at) => Cell::DateTime(values.value(at).div_euclid(1_000_000)),
            Self::Day(values) if values.is_valid(at) => Cell::Date(i64::from(values.value(at)) * DAY_S),
            _ => Cell::Empty,
        }
    }
}
