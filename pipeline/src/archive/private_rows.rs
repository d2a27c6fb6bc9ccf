//! The private rows of one month, found by the number of the event.

use super::columns::int64s;
use super::{Archive, ArchiveError, month_of_path};
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use schemas::{Column, Month};

/// The private rows of one month.
#[derive(Debug)]
pub(super) struct PrivateRows {
    pub(super) rows: Option<RecordBatch>,
    /// The number and the row index of each, sorted by number.
    places: Vec<(i64, usize)>,
    /// The version by which some of them were destroyed.
    pub(super) destroyed: Option<u64>,
}

impl PrivateRows {
    /// Reads these columns of a month.
    pub(super) fn of(archive: &Archive, month: Month, columns: &[Column]) -> Result<Self, ArchiveError> {
        let names: Vec<&str> = ["seq"].into_iter().chain(columns.iter().map(|column| column.name())).collect();
        let (mut batches, destroyed) = (Vec::new(), archive.destroyed_in(month));
        if destroyed.is_none() && !archive.holds_persons()? {
            return Err(archive.without_persons());
        }
        for file in archive.person_files().filter(|file| month_of_path(&file.path) == Some(month)) {
            batches.extend(archive.read(file, Some(&names))?);
        }
        Self::joined(&batches, destroyed)
    }

    /// Takes rows that were read before.
    pub(super) fn joined(batches: &[RecordBatch], destroyed: Option<u64>) -> Result<Self, ArchiveError> {
        let Some(first) = batches.first() else { return Ok(Self { rows: None, places: Vec::new(), destroyed }) };
        let rows = concat_batches(&first.schema(), batches)
            .map_err(|e| ArchiveError::Decode { path: "persons".to_owned(), reason: e.to_string() })?;
        let mut places: Vec<(i64, usize)> = int64s(&rows, "seq")?.values().iter().copied().zip(0..).collect();
        places.sort_unstable();
        Ok(Self { rows: Some(rows), places, destroyed })
    }

    pub(super) fn place(&self, seq: i64) -> Option<usize> {
        let at = self.places.binary_search_by_key(&seq, |(seq, _)| *seq).ok()?;
        self.places.get(at).map(|(_, row)| *row)
    }
}
