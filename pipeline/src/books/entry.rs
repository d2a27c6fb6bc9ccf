//! An entry of a book: an event with what books, lists and papers show of it.

use super::person::PersonRow;
use crate::archive::ArchiveError;
use crate::archive::current_events::CurrentEvent;
use schemas::{Column, EventId, Month, OldCard};

/// An entry of a book.
pub(super) struct Entry {
    pub(super) seq: i64,
    pub(super) step: u8,
    pub(super) berkas_id: String,
    pub(super) kolektif_id: String,
    pub(super) hasil: String,
    pub(super) kekurangan: Option<String>,
    pub(super) jenis: String,
    pub(super) kewarganegaraan: String,
    pub(super) pekon: String,
    pub(super) petugas_id: Option<String>,
    pub(super) nomor_register: Option<String>,
    pub(super) nomor_bukti: Option<String>,
    pub(super) jumlah_lembar: Option<u64>,
    pub(super) ktp_lama_diterima: Option<OldCard>,
    pub(super) selesai_s: i64,
    pub(super) diterima_s: i64,
    pub(super) event_id: String,
    pub(super) late: Option<Late>,
    pub(super) person: PersonRow,
}

/// The month of an entry that came after the books of that month were closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Late {
    pub(super) month: Month,
    pub(super) is_correction: bool,
}

/// The columns that are read of every event. Columns about the person are read for entries only.
pub(super) const COLUMNS: [Column; 16] = [
    Column::EventId,
    Column::BerkasId,
    Column::KolektifId,
    Column::Langkah,
    Column::Hasil,
    Column::Kekurangan,
    Column::PetugasId,
    Column::NomorRegister,
    Column::NomorBukti,
    Column::JumlahLembar,
    Column::KtpLamaDiterima,
    Column::Jenis,
    Column::Kewarganegaraan,
    Column::Pekon,
    Column::Selesai,
    Column::Diterima,
];

impl Entry {
    /// Reads the entry of an event, without its person.
    pub(super) fn of(event: CurrentEvent<'_, '_>, late: Option<Late>) -> Result<Self, ArchiveError> {
        let text = |column| event.text(column).map(str::to_owned);
        let optional = |column| event.optional_text(column).map(|text| text.map(str::to_owned));
        Ok(Self {
            seq: event.seq(),
            step: event.step()?,
            berkas_id: text(Column::BerkasId)?,
            kolektif_id: text(Column::KolektifId)?,
            hasil: text(Column::Hasil)?,
            kekurangan: optional(Column::Kekurangan)?,
            jenis: text(Column::Jenis)?,
            kewarganegaraan: text(Column::Kewarganegaraan)?,
            pekon: text(Column::Pekon)?,
            petugas_id: optional(Column::PetugasId)?,
            nomor_register: optional(Column::NomorRegister)?,
            nomor_bukti: optional(Column::NomorBukti)?,
            jumlah_lembar: event.sheets()?,
            ktp_lama_diterima: event.old_card()?,
            selesai_s: event.second(Column::Selesai)?,
            diterima_s: event.second(Column::Diterima)?,
            event_id: match event.id()? {
                EventId::Integer(id) => format!("{id:020}"),
                EventId::Text(id) => id.to_owned(),
            },
            late,
            person: PersonRow::default(),
        })
    }
}
