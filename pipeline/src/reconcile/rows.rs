//! What a row says, column by column as text, in the archive and in the source.

use crate::archive::{Archive, ArchiveError, month_of_path};
use crate::columns::{dates, instants, int32s, int64s, texts};
use arrow::array::{Array, RecordBatch};
use schemas::{Column, Event, EventId, Month};
use std::collections::{BTreeMap, BTreeSet};

/// The columns of the contract, in their order; `None` for no value.
pub(super) type Values = Vec<Option<String>>;

/// Hands on the latest archived form of every event of a month, or only of its parts that may hold some of these keys, with
/// the instant of its end.
pub(super) fn each_latest(
    archive: &Archive,
    month: Month,
    among: Option<&[EventId<'_>]>,
    replaced: &BTreeSet<i64>,
    mut each: impl FnMut(i64, Values),
) -> Result<(), ArchiveError> {
    let of_month = |path: &str| month_of_path(path) == Some(month);
    let mut persons: BTreeMap<i64, [Option<String>; 7]> = BTreeMap::new();
    for file in archive.person_files().filter(|f| of_month(&f.path)) {
        for batch in archive.read(file, None)? {
            note_persons(&batch, &mut persons)?;
        }
    }
    let wanted = archive.keyed_files().filter(|f| of_month(&f.entry.path));
    for file in wanted.filter(|f| among.is_none_or(|ids| f.may_hold_any(ids))) {
        for batch in archive.read(&file.entry, None)? {
            let seqs = int64s(&batch, "seq")?;
            let selesai = instants(&batch, "selesai")?;
            for row in (0..batch.num_rows()).filter(|row| !replaced.contains(&seqs.value(*row))) {
                let none = Default::default();
                let person = persons.get(&seqs.value(row)).unwrap_or(&none);
                each(selesai.value(row), row_values(&batch, row, person)?);
            }
        }
    }
    Ok(())
}

/// The latest archived values of these events, by their keys as text, in whatever month they stand.
pub(super) fn archived_values(
    archive: &Archive,
    ids: &[EventId<'_>],
    replaced: &BTreeSet<i64>,
) -> Result<BTreeMap<String, Values>, ArchiveError> {
    let files = archive.keyed_files().filter(|f| f.may_hold_any(ids));
    let months: BTreeSet<Month> = files.filter_map(|f| month_of_path(&f.entry.path)).collect();
    let names: BTreeSet<String> = ids.iter().map(ToString::to_string).collect();
    let mut found = BTreeMap::new();
    for month in months {
        each_latest(archive, month, Some(ids), replaced, |_, values| {
            if let Some(id) = values[Column::EventId.index()].clone().filter(|id| names.contains(id)) {
                found.insert(id, values);
            }
        })?;
    }
    Ok(found)
}

/// nik, nama, `jenis_kelamin`, `tempat_lahir`, `tanggal_lahir`, pembawa, keterangan by seq.
fn note_persons(batch: &RecordBatch, persons: &mut BTreeMap<i64, [Option<String>; 7]>) -> Result<(), ArchiveError> {
    let seqs = int64s(batch, "seq")?;
    let birth = dates(batch, "tanggal_lahir")?;
    let text = |name: &str, row: usize| {
        texts(batch, name).map(|a| if a.is_null(row) { None } else { Some(a.value(row).to_owned()) })
    };
    for row in 0..batch.num_rows() {
        let day = (!birth.is_null(row)).then(|| birth.value(row).to_string());
        let person = [
            text("nik", row)?,
            text("nama", row)?,
            text("jenis_kelamin", row)?,
            text("tempat_lahir", row)?,
            day,
            text("pembawa", row)?,
            text("keterangan", row)?,
        ];
        persons.insert(seqs.value(row), person);
    }
    Ok(())
}

/// The columns of the contract, in their order, as text.
fn row_values(
    batch: &RecordBatch,
    row: usize,
    person: &[Option<String>; 7],
) -> Result<Vec<Option<String>>, ArchiveError> {
    let text =
        |name: &str| texts(batch, name).map(|a| if a.is_null(row) { None } else { Some(a.value(row).to_owned()) });
    let [nik, nama, kelamin, tempat, birth, pembawa, keterangan] = person.clone();
    Column::ALL
        .into_iter()
        .map(|column| match column {
            Column::EventId => match int64s(batch, column.name()) {
                Ok(ids) => Ok(Some(ids.value(row).to_string())),
                Err(_) => text(column.name()),
            },
            Column::Langkah => Ok(Some(int32s(batch, column.name())?.value(row).to_string())),
            Column::RecordedAt | Column::Mulai | Column::Selesai | Column::Diterima => {
                let at = instants(batch, column.name())?;
                Ok((!at.is_null(row)).then(|| at.value(row).to_string()))
            }
            Column::Nik => Ok(nik.clone()),
            Column::Nama => Ok(nama.clone()),
            Column::JenisKelamin => Ok(kelamin.clone()),
            Column::TempatLahir => Ok(tempat.clone()),
            Column::TanggalLahir => Ok(birth.clone()),
            Column::Pembawa => Ok(pembawa.clone()),
            Column::Keterangan => Ok(keterangan.clone()),
            _ => text(column.name()),
        })
        .collect()
}

/// The same for an event of the source.
pub(super) fn event_values(event: &Event<'_>) -> [Option<String>; 23] {
    let p = &event.person;
    let text = |t: &str| Some(t.to_owned());
    Column::ALL.map(|column| match column {
        Column::EventId => Some(event.event_id.to_string()),
        Column::RecordedAt => Some(event.recorded_at_us.to_string()),
        Column::BerkasId => text(event.berkas_id),
        Column::KolektifId => text(event.kolektif_id),
        Column::Langkah => Some(event.langkah.to_string()),
        Column::Pelaksana => text(event.pelaksana),
        Column::PetugasId => event.petugas_id.map(str::to_owned),
        Column::Mulai => event.mulai_us.map(|us| us.to_string()),
        Column::Selesai => Some(event.selesai_us.to_string()),
        Column::Hasil => text(event.hasil),
        Column::Kekurangan => event.kekurangan.map(str::to_owned),
        Column::NomorRegister => event.nomor_register.map(str::to_owned),
        Column::Keterangan => p.keterangan.map(str::to_owned),
        Column::Jenis => text(event.jenis),
        Column::Kewarganegaraan => text(event.kewarganegaraan),
        Column::Nik => p.nik.map(str::to_owned),
        Column::Nama => p.nama.map(str::to_owned),
        Column::JenisKelamin => p.jenis_kelamin.map(str::to_owned),
        Column::TempatLahir => p.tempat_lahir.map(str::to_owned),
        Column::TanggalLahir => p.tanggal_lahir_days.map(|d| d.to_string()),
        Column::Pekon => text(event.pekon),
        Column::Pembawa => text(p.pembawa),
        Column::Diterima => Some(event.diterima_us.to_string()),
    })
}
