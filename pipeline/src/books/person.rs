//! The person of an entry.

use crate::archive::ArchiveError;
use crate::archive::current_events::CurrentEvent;
use chrono::NaiveDate;
use schemas::Column;
use std::collections::BTreeMap;

/// The columns of an event that are about the person.
#[derive(Default)]
pub(super) struct PersonRow {
    pub(super) texts: BTreeMap<Column, String>,
    pub(super) born: Option<NaiveDate>,
    /// Whether the person's data were destroyed.
    pub(super) is_destroyed: bool,
}

impl PersonRow {
    /// The columns that are read.
    pub(super) const COLUMNS: [Column; 8] = [
        Column::Nik,
        Column::Nama,
        Column::JenisKelamin,
        Column::TempatLahir,
        Column::TanggalLahir,
        Column::Pembawa,
        Column::Penerima,
        Column::Keterangan,
    ];

    /// The person of an event of another month than that of the books, if the data were destroyed.
    pub(super) fn destroyed() -> Self {
        Self { is_destroyed: true, ..Self::default() }
    }

    /// Reads the person of an event.
    pub(super) fn of(event: CurrentEvent<'_, '_>) -> Result<Self, ArchiveError> {
        let mut person = Self { born: event.date(Column::TanggalLahir)?, ..Self::default() };
        for column in Self::COLUMNS.into_iter().filter(|column| *column != Column::TanggalLahir) {
            person.texts.extend(event.optional_text(column)?.map(|text| (column, text.to_owned())));
        }
        Ok(person)
    }
}
