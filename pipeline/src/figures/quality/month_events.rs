//! The events of one month with what is personal about them.

use crate::archive::columns::{int64s, missing, step, values};
use crate::archive::event_batch::Values;
use crate::archive::{Archive, ArchiveError, month_of_path};
use arrow::array::{Int64Array, RecordBatch};
use schemas::{Column, Event, EventId, Month, Person};
use std::collections::BTreeSet;

/// Parts of a month, read.
pub(super) struct MonthEvents {
    events: Vec<RecordBatch>,
    persons: Vec<RecordBatch>,
    superseded: BTreeSet<i64>,
    /// The columns of either table.
    public: Vec<Column>,
    private: Vec<Column>,
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
        let facts = archive.columns()?;
        let (private, public) = Column::ALL.iter().partition(|column| facts.is_personal(**column));
        Ok(Self { events, persons, superseded: archive.superseded()?, public, private })
    }

    /// Sequence numbers of the events that a correction replaces, of the whole archive.
    pub(super) fn superseded(&self) -> &BTreeSet<i64> {
        &self.superseded
    }

    /// Every event that no correction replaces, in order of archiving.
    pub(super) fn events(&self) -> Result<Vec<Event<'_>>, ArchiveError> {
        let private = self.persons.iter().map(|batch| Held::of(batch, &self.private)).collect::<Result<Vec<_>, _>>()?;
        let mut persons: Vec<(i64, &Held<'_>, usize)> = private
            .iter()
            .flat_map(|held| held.seqs.values().iter().enumerate().map(move |(row, seq)| (*seq, held, row)))
            .collect();
        persons.sort_by_key(|(seq, ..)| *seq);
        let mut all = Vec::new();
        for batch in &self.events {
            let public = Held::of(batch, &self.public)?;
            let current = |(_, seq): &(usize, &i64)| !self.superseded.contains(seq);
            for (row, seq) in public.seqs.values().iter().enumerate().filter(current) {
                let at = persons.binary_search_by_key(seq, |(seq, ..)| *seq);
                // Without its private row nothing can be said of an event: empty columns would be findings that are none.
                let beside = at.ok().and_then(|at| persons.get(at));
                let (_, private, beside) = beside.ok_or_else(|| ArchiveError::no_private_row(*seq))?;
                all.push((*seq, event(&Said { public: (&public, row), private: (private, *beside) })?));
            }
        }
        all.sort_by_key(|(seq, _)| *seq);
        Ok(all.into_iter().map(|(_, event)| event).collect())
    }
}

/// The columns of the contract that a part holds.
struct Held<'a> {
    seqs: &'a Int64Array,
    values: [Option<Values<'a>>; Column::ALL.len()],
}

impl<'a> Held<'a> {
    fn of(batch: &'a RecordBatch, columns: &[Column]) -> Result<Self, ArchiveError> {
        let mut held = [None; Column::ALL.len()];
        for column in columns {
            held[column.index()] = Some(values(batch, *column)?);
        }
        Ok(Self { seqs: int64s(batch, "seq")?, values: held })
    }
}

/// The two rows of an event. Of each column one of them has the value, as the archive classifies it.
struct Said<'h, 'a> {
    public: (&'h Held<'a>, usize),
    private: (&'h Held<'a>, usize),
}

impl<'a> Said<'_, 'a> {
    fn value<T>(&self, column: Column, of: impl Fn(Values<'a>, usize) -> Option<T>) -> Option<T> {
        [self.public, self.private]
            .into_iter()
            .find_map(|(held, row)| Some(of(held.values[column.index()]?, row)))
            .flatten()
    }

    fn text(&self, column: Column) -> Option<&'a str> {
        self.value(column, Values::text)
    }

    fn number(&self, column: Column) -> Option<i64> {
        self.value(column, Values::number)
    }
}

fn event<'a>(said: &Said<'_, 'a>) -> Result<Event<'a>, ArchiveError> {
    let text = |column: Column| said.text(column).ok_or_else(|| missing(column.name()));
    let number = |column: Column| said.number(column).ok_or_else(|| missing(column.name()));
    Ok(Event {
        event_id: match said.number(Column::EventId) {
            Some(id) => EventId::Integer(id),
            None => EventId::Text(text(Column::EventId)?),
        },
        recorded_at_us: number(Column::RecordedAt)?,
        berkas_id: text(Column::BerkasId)?,
        kolektif_id: text(Column::KolektifId)?,
        langkah: step(number(Column::Langkah)?)?,
        pelaksana: text(Column::Pelaksana)?,
        petugas_id: said.text(Column::PetugasId),
        mulai_us: said.number(Column::Mulai),
        selesai_us: number(Column::Selesai)?,
        hasil: text(Column::Hasil)?,
        kekurangan: said.text(Column::Kekurangan),
        nomor_register: said.text(Column::NomorRegister),
        jenis: text(Column::Jenis)?,
        kewarganegaraan: text(Column::Kewarganegaraan)?,
        pekon: text(Column::Pekon)?,
        diterima_us: number(Column::Diterima)?,
        person: Person {
            nik: said.text(Column::Nik),
            nama: said.text(Column::Nama),
            jenis_kelamin: said.text(Column::JenisKelamin),
            tempat_lahir: said.text(Column::TempatLahir),
            tanggal_lahir_days: said.number(Column::TanggalLahir).and_then(|days| i32::try_from(days).ok()),
            pembawa: text(Column::Pembawa)?,
            keterangan: said.text(Column::Keterangan),
        },
    })
}
