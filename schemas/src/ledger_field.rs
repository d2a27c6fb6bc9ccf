//! What a column of a book can show, and of which rows.

use crate::Column;
use serde::{Deserialize, Serialize};

/// What a column of a book can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerField {
    /// Running number in this book and month.
    Urut,
    /// The number that the office gave.
    NomorRegister,
    /// When the step ended: its date.
    Selesai,
    /// When the batch was received: date and time.
    Diterima,
    /// The NIK, masked in working copies.
    Nik,
    /// The name, masked in working copies.
    Nama,
    /// L or P.
    JenisKelamin,
    /// Place and date of birth.
    TempatTanggalLahir,
    /// Age in whole years on the day of the entry.
    Usia,
    /// Name of the pekon or kelurahan.
    NamaPekon,
    /// Name of the kecamatan.
    Kecamatan,
    /// Kind of application.
    Jenis,
    /// Outcome of the step.
    Hasil,
    /// The officer.
    PetugasId,
    /// The batch.
    KolektifId,
    /// Who brought and takes home the batch.
    Pembawa,
    /// The berkas.
    BerkasId,
    /// Remark.
    Keterangan,
    /// When the requirements were declared complete: date and time.
    TanggalLengkap,
    /// When the card was first printed.
    TanggalCetak,
    /// When the card was gathered for collection.
    TanggalSiap,
    /// When the card was handed over.
    TanggalSerah,
    /// Archive classification code by date.
    KodeKlasifikasi,
    /// The words of the column.
    Tetap,
    /// Of a list of events: why the event is in it.
    Sebab,
    /// Of a batch or a month: how many entries.
    JumlahBerkas,
    /// Of a batch or a month: from the first entry to the last.
    KurunWaktu,
    /// Running number within its batch.
    NomorItem,
    /// Of a month: its number in the list of its years.
    NomorArsip,
    /// Who made the archive: the office.
    Pencipta,
    /// Of a day: blanks received.
    Terima,
    /// Of a day: cards printed.
    Cetak,
    /// Of a day: cards spoilt.
    Gagal,
    /// Of a day: blanks left.
    Sisa,
    /// Of a service day: people recorded.
    Perekaman,
    /// Of a service day: cards printed for who had none.
    CetakPrr,
    /// Of a service day: cards printed in place of another.
    CetakGanti,
    /// Of a service day: duplicate records found.
    DuplikatRecord,
    /// Left for the pen.
    Kosong,
}

impl LedgerField {
    /// The columns of the source contract that it prints as they are, or a part of them.
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

    /// All of them.
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

    /// Whether a row of that kind has what the field shows.
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

/// What a row is: an entry of a book, an item of a batch, a case, and what else a list counts.
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
