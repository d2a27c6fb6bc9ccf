//! The columns of the source contract.
//!
//! Rule    the name of a column is spelled here and in data/columns.toml only

use serde::{Deserialize, Serialize};

/// A column of the source contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each column's meaning is a row of data/columns.toml")]
pub enum Column {
    EventId,
    RecordedAt,
    BerkasId,
    KolektifId,
    Langkah,
    Pelaksana,
    PetugasId,
    Mulai,
    Selesai,
    Hasil,
    Kekurangan,
    NomorRegister,
    NomorBukti,
    JumlahLembar,
    KtpLamaDiterima,
    Keterangan,
    Jenis,
    Kewarganegaraan,
    Nik,
    Nama,
    JenisKelamin,
    TempatLahir,
    TanggalLahir,
    Pekon,
    Pembawa,
    Penerima,
    Diterima,
}

/// The type of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum ColumnKind {
    /// A key: integers or texts, the same in one archive.
    #[serde(rename = "integer or text")]
    Key,
    /// Text.
    #[serde(rename = "text")]
    Text,
    /// A whole number.
    #[serde(rename = "integer")]
    Integer,
    /// An instant.
    #[serde(rename = "timestamp")]
    Timestamp,
    /// A day.
    #[serde(rename = "date")]
    Date,
}

/// Whether a row may have no value in the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// The key of the row.
    Key,
    /// Every row has a value.
    Required,
    /// A row may have none.
    Optional,
}

/// Who may see the values of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody: they are in the public table.
    Public,
    /// The office only: they are in the private table.
    Personal,
}

impl ColumnKind {
    /// Its word in data/columns.toml.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Key => "integer or text",
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Timestamp => "timestamp",
            Self::Date => "date",
        }
    }
}

impl Presence {
    /// Its word in data/columns.toml.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Required => "required",
            Self::Optional => "optional",
        }
    }
}

impl Visibility {
    /// Its word in data/columns.toml.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Personal => "personal",
        }
    }
}

impl Column {
    /// Every column, in the order in which it is selected from a source.
    pub const ALL: [Self; 27] = [
        Self::EventId,
        Self::RecordedAt,
        Self::BerkasId,
        Self::KolektifId,
        Self::Langkah,
        Self::Pelaksana,
        Self::PetugasId,
        Self::Mulai,
        Self::Selesai,
        Self::Hasil,
        Self::Kekurangan,
        Self::NomorRegister,
        Self::NomorBukti,
        Self::JumlahLembar,
        Self::KtpLamaDiterima,
        Self::Keterangan,
        Self::Jenis,
        Self::Kewarganegaraan,
        Self::Nik,
        Self::Nama,
        Self::JenisKelamin,
        Self::TempatLahir,
        Self::TanggalLahir,
        Self::Pekon,
        Self::Pembawa,
        Self::Penerima,
        Self::Diterima,
    ];

    /// Returns its name in the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EventId => "event_id",
            Self::RecordedAt => "recorded_at",
            Self::BerkasId => "berkas_id",
            Self::KolektifId => "kolektif_id",
            Self::Langkah => "langkah",
            Self::Pelaksana => "pelaksana",
            Self::PetugasId => "petugas_id",
            Self::Mulai => "mulai",
            Self::Selesai => "selesai",
            Self::Hasil => "hasil",
            Self::Kekurangan => "kekurangan",
            Self::NomorRegister => "nomor_register",
            Self::NomorBukti => "nomor_bukti",
            Self::JumlahLembar => "jumlah_lembar",
            Self::KtpLamaDiterima => "ktp_lama_diterima",
            Self::Keterangan => "keterangan",
            Self::Jenis => "jenis",
            Self::Kewarganegaraan => "kewarganegaraan",
            Self::Nik => "nik",
            Self::Nama => "nama",
            Self::JenisKelamin => "jenis_kelamin",
            Self::TempatLahir => "tempat_lahir",
            Self::TanggalLahir => "tanggal_lahir",
            Self::Pekon => "pekon",
            Self::Pembawa => "pembawa",
            Self::Penerima => "penerima",
            Self::Diterima => "diterima",
        }
    }

    /// Returns the classification that the program needs the column to have, and why. Apart from this, data/columns.toml alone says
    /// who may see a column.
    #[must_use]
    pub fn bound(self) -> Option<(Visibility, &'static str)> {
        match self {
            Self::EventId
            | Self::RecordedAt
            | Self::BerkasId
            | Self::KolektifId
            | Self::Langkah
            | Self::Pelaksana
            | Self::PetugasId
            | Self::Mulai
            | Self::Selesai
            | Self::Hasil
            | Self::Kekurangan
            | Self::NomorRegister
            | Self::NomorBukti
            | Self::JumlahLembar
            | Self::KtpLamaDiterima
            | Self::Jenis
            | Self::Pekon
            | Self::Diterima => Some((
                Visibility::Public,
                "keys, figures and books are made from the public table, which anybody may check",
            )),
            Self::Nik | Self::Nama | Self::TanggalLahir | Self::Pembawa | Self::Penerima | Self::Keterangan => Some((
                Visibility::Personal,
                "it may name a resident, or tell digits of a NIK, and the public table goes to others",
            )),
            Self::Kewarganegaraan | Self::JenisKelamin | Self::TempatLahir => None,
        }
    }

    /// Returns the type in which the program holds its values.
    #[must_use]
    pub fn held_as(self) -> ColumnKind {
        match self {
            Self::EventId => ColumnKind::Key,
            Self::Langkah | Self::JumlahLembar => ColumnKind::Integer,
            Self::RecordedAt | Self::Mulai | Self::Selesai | Self::Diterima => ColumnKind::Timestamp,
            Self::TanggalLahir => ColumnKind::Date,
            Self::BerkasId
            | Self::KolektifId
            | Self::Pelaksana
            | Self::PetugasId
            | Self::Hasil
            | Self::Kekurangan
            | Self::NomorRegister
            | Self::NomorBukti
            | Self::KtpLamaDiterima
            | Self::Keterangan
            | Self::Jenis
            | Self::Kewarganegaraan
            | Self::Nik
            | Self::Nama
            | Self::JenisKelamin
            | Self::TempatLahir
            | Self::Pekon
            | Self::Pembawa
            | Self::Penerima => ColumnKind::Text,
        }
    }

    /// Whether the program reads a value in every row, so that no row may lack one.
    #[must_use]
    pub fn is_always_read(self) -> bool {
        match self {
            Self::EventId
            | Self::RecordedAt
            | Self::BerkasId
            | Self::KolektifId
            | Self::Langkah
            | Self::Pelaksana
            | Self::Selesai
            | Self::Hasil
            | Self::Jenis
            | Self::Kewarganegaraan
            | Self::Pekon
            | Self::Pembawa
            | Self::Diterima => true,
            Self::PetugasId
            | Self::Mulai
            | Self::Kekurangan
            | Self::NomorRegister
            | Self::NomorBukti
            | Self::JumlahLembar
            | Self::KtpLamaDiterima
            | Self::Keterangan
            | Self::Nik
            | Self::Nama
            | Self::JenisKelamin
            | Self::TempatLahir
            | Self::TanggalLahir
            | Self::Penerima => false,
        }
    }

    /// Whether its texts are numbers in many databases, so that an integer stands for its digits.
    #[must_use]
    pub fn may_be_a_number(self) -> bool {
        matches!(
            self,
            Self::BerkasId
                | Self::KolektifId
                | Self::PetugasId
                | Self::NomorRegister
                | Self::NomorBukti
                | Self::Nik
                | Self::Pekon
        )
    }

    /// Whether the program counts by its words, so that no other word of it is ever archived.
    #[must_use]
    pub fn is_counted_by_its_words(self) -> bool {
        self == Self::KtpLamaDiterima
    }

    /// Returns its place in [`Column::ALL`].
    #[inline]
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// Returns the column of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Column;

    #[test]
    fn the_list_is_in_the_order_of_the_enum() {
        assert!(Column::ALL.iter().enumerate().all(|(i, c)| c.index() == i));
    }
}
