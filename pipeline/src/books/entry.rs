//! An entry of a book: an event with what books, lists and papers show of it.

use super::person::PersonRow;
use crate::archive::current_events::CurrentEvent;
use crate::archive::{Archive, ArchiveError};
use schemas::{Column, EventId, Month, OldCard, Zone};

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

/// A month of books: which events belong into its documents.
#[derive(Clone, Copy)]
pub(super) struct BookMonth {
    month: Month,
    zone: Zone,
    /// Events of earlier months from this `seq` on are entered in this month's books, because those months are closed.
    late_from: Option<i64>,
}

impl BookMonth {
    /// The month of the books of an archive.
    pub(super) fn of(archive: &Archive, month: Month, zone: Zone) -> Self {
        Self { month, zone, late_from: archive.seal(month.back(1)).map(|seal| seal.next_seq) }
    }

    /// The month of books with nothing of earlier months.
    #[cfg(test)]
    pub(super) fn open(month: Month) -> Self {
        Self { month, zone: Zone::Wib, late_from: None }
    }

    /// Returns the month to which an event belongs, if it is entered in these books after those of its own month were closed.
    pub(super) fn late(self, seq: i64, selesai_s: i64) -> Option<Month> {
        let is_late = self.late_from.is_some_and(|from| seq >= from);
        self.zone.month(selesai_s).filter(|month| is_late && *month < self.month)
    }

    /// Whether an event is entered in these books.
    pub(super) fn has(self, seq: i64, selesai_s: i64) -> bool {
        self.zone.month(selesai_s) == Some(self.month) || self.late(seq, selesai_s).is_some()
    }
}

/// By what the entries of a book are ordered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EntryOrder {
    late: Option<Late>,
    nomor_register: Option<String>,
    selesai_s: i64,
    event_id: String,
    seq: i64,
}

impl EntryOrder {
    /// The place of an event among the entries.
    pub(super) fn of(event: CurrentEvent<'_, '_>, late: Option<Late>) -> Result<Self, ArchiveError> {
        Ok(Self {
            late,
            nomor_register: event.optional_text(Column::NomorRegister)?.map(str::to_owned),
            selesai_s: event.second(Column::Selesai)?,
            event_id: ordered_id(event)?,
            seq: event.seq(),
        })
    }

    /// Returns the number of the event.
    pub(super) fn seq(&self) -> i64 {
        self.seq
    }
}

/// Returns the key of an event as a text of which the order is that of the keys.
fn ordered_id(event: CurrentEvent<'_, '_>) -> Result<String, ArchiveError> {
    Ok(match event.id()? {
        EventId::Integer(id) => format!("{id:020}"),
        EventId::Text(id) => id.to_owned(),
    })
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
            event_id: ordered_id(event)?,
            late,
            person: PersonRow::default(),
        })
    }

    /// Returns its place among the entries.
    pub(super) fn order(&self) -> EntryOrder {
        EntryOrder {
            late: self.late,
            nomor_register: self.nomor_register.clone(),
            selesai_s: self.selesai_s,
            event_id: self.event_id.clone(),
            seq: self.seq,
        }
    }
}
