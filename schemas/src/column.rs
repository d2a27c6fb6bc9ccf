//! The columns of the source contract: the only place where their names are spelled.

use serde::{Deserialize, Serialize};

/// A column of the source contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
    Diterima,
}

/// Whether a row may lack the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// The key of the row.
    Key,
    /// Every row has it.
    Required,
    /// A row may lack it.
    Optional,
}

/// Who may see the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// In the public table.
    Public,
    /// Only in the private table.
    Personal,
}

impl Column {
    /// Every column, in the order in which sources are asked for them.
    pub const ALL: [Self; 23] = [
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
        Self::Diterima,
    ];

    /// The name in the contract.
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
            Self::Diterima => "diterima",
        }
    }

    /// Its place in [`Column::ALL`].
    #[inline]
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// The column of that name.
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
