//! Definition of an official book: which step writes it and what its columns show.

use serde::{Deserialize, Serialize};

/// One book, from `data/ledgers/<id>.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// Same as the file name.
    pub id: String,
    /// As printed on the book.
    pub title: String,
    /// The SOP step that writes one entry per event.
    pub step: u8,
    /// Where the layout comes from.
    pub source: String,
    /// Printed under the title.
    pub legal_basis: String,
    /// Columns from left to right.
    #[serde(rename = "column")]
    pub columns: Vec<LedgerColumn>,
}

/// One column of a book.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerColumn {
    /// Head, in Indonesian.
    pub label: String,
    /// What it shows.
    pub field: LedgerField,
    /// Relative width.
    pub width: u32,
    /// How it is set.
    pub align: Align,
}

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Flush left.
    Left,
    /// Centred.
    Center,
    /// Flush right.
    Right,
}

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
    /// Left for the pen.
    Kosong,
}

impl LedgerField {
    /// Whether the field is personal data.
    #[must_use]
    pub fn personal(self) -> bool {
        matches!(
            self,
            Self::Nik
                | Self::Nama
                | Self::JenisKelamin
                | Self::TempatTanggalLahir
                | Self::Usia
                | Self::Pembawa
                | Self::Keterangan
        )
    }
}
