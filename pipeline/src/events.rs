//! Events as columns, in the buffers in which the source's values were put.

use arrow::array::{Array, Date32Array, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray};
use schemas::{Column, Event, EventId, Person};

/// The keys of events.
#[derive(Clone, Debug)]
pub(crate) enum Ids {
    /// Integers.
    Integer(Int64Array),
    /// Texts.
    Text(StringArray),
}

/// Columns of the contract, each of the archive's type. Rows that break the contract may lack what is required.
#[derive(Clone, Debug)]
pub(crate) struct Events {
    pub(crate) event_id: Ids,
    pub(crate) recorded_at: TimestampMicrosecondArray,
    pub(crate) berkas_id: StringArray,
    pub(crate) kolektif_id: StringArray,
    pub(crate) langkah: Int32Array,
    pub(crate) pelaksana: StringArray,
    pub(crate) petugas_id: StringArray,
    pub(crate) mulai: TimestampMicrosecondArray,
    pub(crate) selesai: TimestampMicrosecondArray,
    pub(crate) hasil: StringArray,
    pub(crate) kekurangan: StringArray,
    pub(crate) nomor_register: StringArray,
    pub(crate) jenis: StringArray,
    pub(crate) kewarganegaraan: StringArray,
    pub(crate) pekon: StringArray,
    pub(crate) diterima: TimestampMicrosecondArray,
    pub(crate) nik: StringArray,
    pub(crate) nama: StringArray,
    pub(crate) jenis_kelamin: StringArray,
    pub(crate) tempat_lahir: StringArray,
    pub(crate) tanggal_lahir: Date32Array,
    pub(crate) pembawa: StringArray,
    pub(crate) keterangan: StringArray,
}

/// The columns that enter the public table as they are, in its order, but for the key.
pub(crate) const PUBLIC: [Column; 15] = [
    Column::RecordedAt,
    Column::BerkasId,
    Column::KolektifId,
    Column::Langkah,
    Column::Pelaksana,
    Column::PetugasId,
    Column::Mulai,
    Column::Selesai,
    Column::Hasil,
    Column::Kekurangan,
    Column::NomorRegister,
    Column::Jenis,
    Column::Kewarganegaraan,
    Column::Pekon,
    Column::Diterima,
];

impl Events {
    /// The values of [`PUBLIC`], in that order.
    pub(crate) fn public(&self) -> [&dyn Array; PUBLIC.len()] {
        [
            &self.recorded_at,
            &self.berkas_id,
            &self.kolektif_id,
            &self.langkah,
            &self.pelaksana,
            &self.petugas_id,
            &self.mulai,
            &self.selesai,
            &self.hasil,
            &self.kekurangan,
            &self.nomor_register,
            &self.jenis,
            &self.kewarganegaraan,
            &self.pekon,
            &self.diterima,
        ]
    }

    /// The key of an event.
    pub(crate) fn key(&self, row: usize) -> EventId<'_> {
        match &self.event_id {
            Ids::Integer(ids) => EventId::Integer(ids.value(row)),
            Ids::Text(ids) => EventId::Text(ids.value(row)),
        }
    }

    /// What is personal about an event.
    pub(crate) fn person(&self, row: usize) -> Person<'_> {
        Person {
            nik: value(&self.nik, row),
            nama: value(&self.nama, row),
            jenis_kelamin: value(&self.jenis_kelamin, row),
            tempat_lahir: value(&self.tempat_lahir, row),
            tanggal_lahir_days: self.tanggal_lahir.is_valid(row).then(|| self.tanggal_lahir.value(row)),
            pembawa: self.pembawa.value(row),
            keterangan: value(&self.keterangan, row),
        }
    }

    /// One event; its texts stay where they are.
    pub(crate) fn event(&self, row: usize) -> Event<'_> {
        Event {
            event_id: self.key(row),
            recorded_at_us: self.recorded_at.value(row),
            berkas_id: self.berkas_id.value(row),
            kolektif_id: self.kolektif_id.value(row),
            langkah: u8::try_from(self.langkah.value(row)).unwrap_or(0),
            pelaksana: self.pelaksana.value(row),
            petugas_id: value(&self.petugas_id, row),
            mulai_us: self.mulai.is_valid(row).then(|| self.mulai.value(row)),
            selesai_us: self.selesai.value(row),
            hasil: self.hasil.value(row),
            kekurangan: value(&self.kekurangan, row),
            nomor_register: value(&self.nomor_register, row),
            jenis: self.jenis.value(row),
            kewarganegaraan: self.kewarganegaraan.value(row),
            pekon: self.pekon.value(row),
            diterima_us: self.diterima.value(row),
            person: self.person(row),
        }
    }
}

fn value(texts: &StringArray, row: usize) -> Option<&str> {
    texts.is_valid(row).then(|| texts.value(row))
}
