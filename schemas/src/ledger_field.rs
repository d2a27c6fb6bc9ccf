//! The fields that a column of a book or list can show, and the kinds of row that have them.

use crate::Column;
use serde::{Deserialize, Serialize};

/// A field: what a column of a book or list can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerField {
    /// The running number in this book and month.
    Urut,
    /// The number that the office gave.
    NomorRegister,
    /// The date on which the step ended.
    Selesai,
    /// The date and time at which the batch was received.
    Diterima,
    /// The NIK, masked in working copies.
    Nik,
    /// The name, masked in working copies.
    Nama,
    /// The sex, L or P.
    JenisKelamin,
    /// The place and date of birth.
    TempatTanggalLahir,
    /// The age in whole years on the day of the entry.
    Usia,
    /// The name of the pekon or kelurahan.
    NamaPekon,
    /// The name of the kecamatan.
    Kecamatan,
    /// The kind of application.
    Jenis,
    /// The outcome of the step.
    Hasil,
    /// The officer.
    PetugasId,
    /// The batch.
    KolektifId,
    /// The person who brought the batch and takes the cards home.
    Pembawa,
    /// The berkas.
    BerkasId,
    /// The remark.
    Keterangan,
    /// The date and time at which the requirements were declared complete.
    TanggalLengkap,
    /// The date on which the card was first printed.
    TanggalCetak,
    /// The date on which the card was gathered for collection.
    TanggalSiap,
    /// The date on which the card was handed over.
    TanggalSerah,
    /// The archive classification code on the date of the row.
    KodeKlasifikasi,
    /// The fixed text of the column.
    Tetap,
    /// The reason why an event is in a list of cases.
    Sebab,
    /// How many entries a batch or a month has.
    JumlahBerkas,
    /// The period of a batch or a month, from the first entry to the last.
    KurunWaktu,
    /// The running number of an entry within its batch.
    NomorItem,
    /// The number of a month in the list of months.
    NomorArsip,
    /// The office that created the archive.
    Pencipta,
    /// The blanks received on a day.
    Terima,
    /// The cards printed on a day.
    Cetak,
    /// The cards spoilt on a day.
    Gagal,
    /// The blanks left at the end of a day.
    Sisa,
    /// The people recorded on a service day.
    Perekaman,
    /// The first cards of people that were printed on a service day.
    CetakPrr,
    /// The cards printed on a service day as a replacement of another card.
    CetakGanti,
    /// The duplicate records found on a service day.
    DuplikatRecord,
    /// A blank to be filled in by hand.
    Kosong,
}

impl LedgerField {
    /// Returns the columns of the source contract that it shows as they are, or in part.
    #[must_use]
    pub fn printed(self) -> &'static [Column] {
        match self {
            Self::NomorRegister => &[Column::NomorRegister],
            Self::Selesai => &[Column::Selesai],
            Self::Diterima => &[Column::Diterima],
            Self::Nik => &[Column::Nik],
            Self::Nama => &[Column::Nama],
            Self::JenisKelamin => &[Column::JenisKelamin],
            Self::TempatTanggalLahir => &[Column::TempatLahir, Column::TanggalLahir],
            Self::Usia => &[Column::TanggalLahir],
            Self::NamaPekon | Self::Kecamatan => &[Column::Pekon],
            Self::Jenis => &[Column::Jenis],
            Self::Hasil => &[Column::Hasil],
            Self::PetugasId => &[Column::PetugasId],
            Self::KolektifId => &[Column::KolektifId],
            Self::Pembawa => &[Column::Pembawa],
            Self::BerkasId => &[Column::BerkasId],
            Self::Keterangan => &[Column::Keterangan],
            // Counted, numbered or computed here, from what is public.
            Self::Urut
            | Self::TanggalLengkap
            | Self::TanggalCetak
            | Self::TanggalSiap
            | Self::TanggalSerah
            | Self::KodeKlasifikasi
            | Self::Tetap
            | Self::Sebab
            | Self::JumlahBerkas
            | Self::KurunWaktu
            | Self::NomorItem
            | Self::NomorArsip
            | Self::Pencipta
            | Self::Terima
            | Self::Cetak
            | Self::Gagal
            | Self::Sisa
            | Self::Perekaman
            | Self::CetakPrr
            | Self::CetakGanti
            | Self::DuplikatRecord
            | Self::Kosong => &[],
        }
    }

    /// All fields.
    pub const ALL: [Self; 39] = [
        Self::Urut,
        Self::NomorRegister,
        Self::Selesai,
        Self::Diterima,
        Self::Nik,
        Self::Nama,
        Self::JenisKelamin,
        Self::TempatTanggalLahir,
        Self::Usia,
        Self::NamaPekon,
        Self::Kecamatan,
        Self::Jenis,
        Self::Hasil,
        Self::PetugasId,
        Self::KolektifId,
        Self::Pembawa,
        Self::BerkasId,
        Self::Keterangan,
        Self::TanggalLengkap,
        Self::TanggalCetak,
        Self::TanggalSiap,
        Self::TanggalSerah,
        Self::KodeKlasifikasi,
        Self::Tetap,
        Self::Sebab,
        Self::JumlahBerkas,
        Self::KurunWaktu,
        Self::NomorItem,
        Self::NomorArsip,
        Self::Pencipta,
        Self::Terima,
        Self::Cetak,
        Self::Gagal,
        Self::Sisa,
        Self::Perekaman,
        Self::CetakPrr,
        Self::CetakGanti,
        Self::DuplikatRecord,
        Self::Kosong,
    ];

    /// Whether a row of that kind has the field.
    #[must_use]
    pub fn is_filled_by(self, row: RowKind) -> bool {
        let is_event = matches!(row, RowKind::Entry | RowKind::Item | RowKind::Case);
        match self {
            Self::Urut | Self::Tetap | Self::Pencipta | Self::Kosong => true,
            Self::NomorRegister
            | Self::Nik
            | Self::Nama
            | Self::JenisKelamin
            | Self::TempatTanggalLahir
            | Self::Usia
            | Self::Jenis
            | Self::Hasil
            | Self::PetugasId
            | Self::BerkasId
            | Self::Keterangan
            | Self::TanggalLengkap
            | Self::TanggalCetak
            | Self::TanggalSiap
            | Self::TanggalSerah => is_event,
            Self::Selesai => is_event || matches!(row, RowKind::Day | RowKind::ServiceDay),
            Self::Diterima | Self::NamaPekon | Self::Kecamatan | Self::KolektifId | Self::Pembawa => {
                is_event || row == RowKind::Batch
            }
            Self::KodeKlasifikasi => is_event || matches!(row, RowKind::Batch | RowKind::Month),
            Self::Sebab => row == RowKind::Case,
            Self::NomorItem => row == RowKind::Item,
            Self::JumlahBerkas | Self::KurunWaktu => matches!(row, RowKind::Batch | RowKind::Month),
            Self::NomorArsip => row == RowKind::Month,
            Self::Terima | Self::Cetak | Self::Gagal => row == RowKind::Day,
            Self::Sisa => matches!(row, RowKind::Day | RowKind::ServiceDay),
            Self::Perekaman | Self::CetakPrr | Self::CetakGanti | Self::DuplikatRecord => row == RowKind::ServiceDay,
        }
    }
}

/// The kind of a row: an entry of a book, an item of a batch, a case, or anything else that a list counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum RowKind {
    Entry,
    Item,
    Case,
    Batch,
    Month,
    Day,
    ServiceDay,
}
