//! The events of one month with what is personal about them.

use crate::archive::{Archive, ArchiveError, month_of_path};
use crate::columns::{dates, instants, int32s, int64s, step, texts};
use arrow::array::{Array, Int64Array, RecordBatch, StringArray};
use schemas::{Event, EventId, Month, Person};
use std::collections::BTreeSet;

/// Parts of a month, read.
pub(super) struct MonthEvents {
    events: Vec<RecordBatch>,
    persons: Vec<RecordBatch>,
    superseded: BTreeSet<i64>,
}

impl MonthEvents {
    /// Reads the public and the private parts of a month.
    pub(super) fn read(archive: &Archive, month: Month) -> Result<Self, ArchiveError> {
        let (mut events, mut persons) = (Vec::new(), Vec::new());
        for file in archive.event_files().filter(|f| month_of_path(&f.path) == Some(month)) {
            events.extend(archive.read(file, None)?);
        }
        for file in archive.person_files().filter(|f| month_of_path(&f.path) == Some(month)) {
            persons.extend(archive.read(file, None)?);
        }
        Ok(Self { events, persons, superseded: archive.superseded()? })
    }

    /// Sequence numbers of the events that a correction replaces, of the whole archive.
    pub(super) fn superseded(&self) -> &BTreeSet<i64> {
        &self.superseded
    }

    /// Every event that no correction replaces, in order of archiving.
    pub(super) fn events(&self) -> Result<Vec<Event<'_>>, ArchiveError> {
        let persons = self.persons()?;
        let mut all = Vec::new();
        for batch in &self.events {
            let seqs = int64s(batch, "seq")?;
            for row in (0..batch.num_rows()).filter(|row| !self.superseded.contains(&seqs.value(*row))) {
                let seq = seqs.value(row);
                let at = persons.binary_search_by_key(&seq, |(seq, ..)| *seq);
                // Without its private row nothing can be said of an event: empty columns would be findings that are none.
                let Some((_, person)) = at.ok().and_then(|at| persons.get(at)) else {
                    let reason = format!(
                        "there is no row of event seq {seq}; run `tertib verify`, then restore from the backup"
                    );
                    return Err(ArchiveError::Decode { path: "persons".to_owned(), reason });
                };
                all.push((seq, event(batch, row, *person)?));
            }
        }
        all.sort_by_key(|(seq, _)| *seq);
        Ok(all.into_iter().map(|(_, event)| event).collect())
    }

    fn persons(&self) -> Result<Vec<(i64, Person<'_>)>, ArchiveError> {
        let mut persons = Vec::new();
        for batch in &self.persons {
            let (seqs, birth) = (int64s(batch, "seq")?, dates(batch, "tanggal_lahir")?);
            let (nik, nama) = (texts(batch, "nik")?, texts(batch, "nama")?);
            let (sex, place) = (texts(batch, "jenis_kelamin")?, texts(batch, "tempat_lahir")?);
            let (pembawa, keterangan) = (texts(batch, "pembawa")?, texts(batch, "keterangan")?);
            persons.extend((0..batch.num_rows()).map(|row| {
                let person = Person {
                    nik: value(nik, row),
                    nama: value(nama, row),
                    jenis_kelamin: value(sex, row),
                    tempat_lahir: value(place, row),
                    tanggal_lahir_days: birth.is_valid(row).then(|| birth.value(row)),
                    pembawa: pembawa.value(row),
                    keterangan: value(keterangan, row),
                };
                (seqs.value(row), person)
            }));
        }
        persons.sort_by_key(|(seq, _)| *seq);
        Ok(persons)
    }
}

fn event<'a>(batch: &'a RecordBatch, row: usize, person: Person<'a>) -> Result<Event<'a>, ArchiveError> {
    let text = |name: &str| Ok::<_, ArchiveError>(texts(batch, name)?.value(row));
    let optional = |name: &str| Ok::<_, ArchiveError>(value(texts(batch, name)?, row));
    let instant = |name: &str| Ok::<_, ArchiveError>(instants(batch, name)?.value(row));
    let mulai = instants(batch, "mulai")?;
    let ids: Option<&Int64Array> = batch.column_by_name("event_id").and_then(|ids| ids.as_any().downcast_ref());
    Ok(Event {
        event_id: match ids {
            Some(ids) => EventId::Integer(ids.value(row)),
            None => EventId::Text(text("event_id")?),
        },
        recorded_at_us: instant("recorded_at")?,
        berkas_id: text("berkas_id")?,
        kolektif_id: text("kolektif_id")?,
        langkah: step(int32s(batch, "langkah")?.value(row))?,
        pelaksana: text("pelaksana")?,
        petugas_id: optional("petugas_id")?,
        mulai_us: mulai.is_valid(row).then(|| mulai.value(row)),
        selesai_us: instant("selesai")?,
        hasil: text("hasil")?,
        kekurangan: optional("kekurangan")?,
        nomor_register: optional("nomor_register")?,
        jenis: text("jenis")?,
        kewarganegaraan: text("kewarganegaraan")?,
        pekon: text("pekon")?,
        diterima_us: instant("diterima")?,
        person,
    })
}

fn value(texts: &StringArray, row: usize) -> Option<&str> {
    texts.is_valid(row).then(|| texts.value(row))
}
