//! What books say of a person, in whichever table the archive keeps it.

use crate::archive::ArchiveError;
use crate::archive::columns::values;
use crate::archive::event_batch::Values;
use arrow::array::{Array, RecordBatch};
use schemas::{Column, ColumnFacts, Visibility};
use std::collections::BTreeMap;

/// What books say of a person. In which table each of them stands, the archive's classification says.
const OF_PERSONS: [Column; 7] = [
    Column::Nik,
    Column::Nama,
    Column::JenisKelamin,
    Column::TempatLahir,
    Column::TanggalLahir,
    Column::Pembawa,
    Column::Keterangan,
];

/// What one table says of a person.
#[derive(Default)]
pub(super) struct PersonRow {
    pub(super) texts: BTreeMap<Column, String>,
    pub(super) born_days: Option<i32>,
}

impl PersonRow {
    pub(super) fn of(columns: &[(Column, Values<'_>)], row: usize) -> Self {
        let mut person = Self::default();
        for (column, values) in columns {
            match values {
                Values::Days(days) => person.born_days = days.is_valid(row).then(|| days.value(row)),
                _ => person.texts.extend(values.said(row).map(|text| (*column, text))),
            }
        }
        person
    }
}

/// Which columns of persons one table holds.
pub(super) fn of_table(held: &ColumnFacts, visibility: Visibility) -> Vec<Column> {
    OF_PERSONS.into_iter().filter(|column| held.get(*column).visibility == visibility).collect()
}

/// Their values in rows of that table.
pub(super) fn persons_of<'b>(
    batch: &'b RecordBatch,
    held: &ColumnFacts,
    visibility: Visibility,
) -> Result<Vec<(Column, Values<'b>)>, ArchiveError> {
    of_table(held, visibility).into_iter().map(|column| Ok((column, values(batch, column)?))).collect()
}
