//! A batch of events as Arrow columns, and typed access to their values. The pull fills the buffers directly from the source; they
//! are archived without conversion.

use arrow::array::{Array, Date32Array, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray};
use schemas::{Column, EventId};

/// The keys of events.
#[derive(Clone, Debug)]
pub(crate) enum Ids {
    /// Integers.
    Integer(Int64Array),
    /// Texts.
    Text(StringArray),
}

/// The columns of the contract with the types of the archive. Required values may be missing in rows that violate the contract.
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
    pub(crate) nomor_bukti: StringArray,
    pub(crate) jumlah_lembar: Int32Array,
    pub(crate) ktp_lama_diterima: StringArray,
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
    pub(crate) penerima: StringArray,
    pub(crate) keterangan: StringArray,
}

/// The values of one column of any type.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Values<'a> {
    Texts(&'a StringArray),
    Integers(&'a Int64Array),
    Small(&'a Int32Array),
    Instants(&'a TimestampMicrosecondArray),
    Days(&'a Date32Array),
}

impl Events {
    /// Returns the values of a column of the contract. This is the only place that assigns fields to columns; the classification of a
    /// column, and so its table, comes from `data/columns.toml`.
    pub(crate) fn values(&self, column: Column) -> Values<'_> {
        match column {
            Column::EventId => match &self.event_id {
                Ids::Integer(ids) => Values::Integers(ids),
                Ids::Text(ids) => Values::Texts(ids),
            },
            Column::RecordedAt => Values::Instants(&self.recorded_at),
            Column::BerkasId => Values::Texts(&self.berkas_id),
            Column::KolektifId => Values::Texts(&self.kolektif_id),
            Column::Langkah => Values::Small(&self.langkah),
            Column::Pelaksana => Values::Texts(&self.pelaksana),
            Column::PetugasId => Values::Texts(&self.petugas_id),
            Column::Mulai => Values::Instants(&self.mulai),
            Column::Selesai => Values::Instants(&self.selesai),
            Column::Hasil => Values::Texts(&self.hasil),
            Column::Kekurangan => Values::Texts(&self.kekurangan),
            Column::NomorRegister => Values::Texts(&self.nomor_register),
            Column::NomorBukti => Values::Texts(&self.nomor_bukti),
            Column::JumlahLembar => Values::Small(&self.jumlah_lembar),
            Column::KtpLamaDiterima => Values::Texts(&self.ktp_lama_diterima),
            Column::Keterangan => Values::Texts(&self.keterangan),
            Column::Jenis => Values::Texts(&self.jenis),
            Column::Kewarganegaraan => Values::Texts(&self.kewarganegaraan),
            Column::Nik => Values::Texts(&self.nik),
            Column::Nama => Values::Texts(&self.nama),
            Column::JenisKelamin => Values::Texts(&self.jenis_kelamin),
            Column::TempatLahir => Values::Texts(&self.tempat_lahir),
            Column::TanggalLahir => Values::Days(&self.tanggal_lahir),
            Column::Pekon => Values::Texts(&self.pekon),
            Column::Pembawa => Values::Texts(&self.pembawa),
            Column::Penerima => Values::Texts(&self.penerima),
            Column::Diterima => Values::Instants(&self.diterima),
        }
    }

    /// Returns the key of an event.
    pub(crate) fn key(&self, row: usize) -> EventId<'_> {
        match &self.event_id {
            Ids::Integer(ids) => EventId::Integer(ids.value(row)),
            Ids::Text(ids) => EventId::Text(ids.value(row)),
        }
    }
}

impl<'a> Values<'a> {
    /// Wraps a column of an archived table; `None` if the contract has no columns of its type.
    pub(crate) fn of(column: &'a dyn Array) -> Option<Self> {
        let any = column.as_any();
        let texts = any.downcast_ref().map(Self::Texts);
        let integers = || any.downcast_ref().map(Self::Integers);
        let small = || any.downcast_ref().map(Self::Small);
        let instants = || any.downcast_ref().map(Self::Instants);
        texts.or_else(integers).or_else(small).or_else(instants).or_else(|| any.downcast_ref().map(Self::Days))
    }

    /// Returns the values as an Arrow array.
    pub(crate) fn array(self) -> &'a dyn Array {
        match self {
            Self::Texts(values) => values,
            Self::Integers(values) => values,
            Self::Small(values) => values,
            Self::Instants(values) => values,
            Self::Days(values) => values,
        }
    }

    /// Returns the text of a row; `None` if it has no value, or the column has another type.
    pub(crate) fn text(self, row: usize) -> Option<&'a str> {
        match self {
            Self::Texts(values) => values.is_valid(row).then(|| values.value(row)),
            _ => None,
        }
    }

    /// Returns the number of a row, which is an integer, microseconds or days; `None` if it has no value, or the column has
    /// texts.
    pub(crate) fn number(self, row: usize) -> Option<i64> {
        match self {
            Self::Texts(_) => None,
            Self::Integers(values) => values.is_valid(row).then(|| values.value(row)),
            Self::Small(values) => values.is_valid(row).then(|| values.value(row).into()),
            Self::Instants(values) => values.is_valid(row).then(|| values.value(row)),
            Self::Days(values) => values.is_valid(row).then(|| values.value(row).into()),
        }
    }

    /// Returns the key of a row; `None` if it has no value, or the column's type is not one of keys.
    pub(crate) fn key(self, row: usize) -> Option<EventId<'a>> {
        match self {
            Self::Integers(values) => values.is_valid(row).then(|| EventId::Integer(values.value(row))),
            Self::Texts(values) => values.is_valid(row).then(|| EventId::Text(values.value(row))),
            _ => None,
        }
    }

    /// Returns the value of a row as text; `None` if it has no value.
    pub(crate) fn said(self, row: usize) -> Option<String> {
        match self {
            Self::Texts(_) => self.text(row).map(str::to_owned),
            _ => self.number(row).map(|number| number.to_string()),
        }
    }
}
