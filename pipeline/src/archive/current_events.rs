//! The current form of each event, public and private. All code that computes, prints or compares events reads them through this
//! module.
//!
//! Reads   public parts without the rows that a later correction replaces, and the private parts of the same months
//! Gives   batches of rows with typed columns; for each row its key, step, texts and instants, which are checked only here
//! Rule    private parts are read only if a private column is requested; a missing private row is an error once its value is needed

pub(crate) use super::computed::Computed;

use super::columns::{impossible, int64s, missing, step, texts, values};
use super::commit_log::EventFile;
use super::event_batch::Values;
use super::picked_rows::PickedRows;
use super::private_rows::PrivateRows;
use super::{Archive, ArchiveError};
use arrow::array::{Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use chrono::NaiveDate;
use schemas::{Column, ColumnFacts, Event, EventId, Month, OldCard, Person};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The events of an archive, each in the form that was recorded last.
#[derive(Debug)]
pub(crate) struct CurrentEvents<'a> {
    archive: &'a Archive,
    /// The numbers of the rows that a later one replaces.
    superseded: BTreeSet<i64>,
    classified: ColumnFacts,
    /// The only rows that there are; `None` for all rows of the archive.
    picked: Option<Picked<'a>>,
}

/// Rows that were read before, taken for all that there are.
#[derive(Clone, Copy, Debug)]
struct Picked<'a> {
    rows: &'a PickedRows,
    /// The number of a row; later ones have not come yet.
    until_seq: i64,
    /// The berkas of which they are; `None` for all.
    of: Option<&'a BTreeSet<String>>,
}

impl Picked<'_> {
    /// Returns the indices of the rows that are there.
    fn places(self, public: &RecordBatch) -> Result<Vec<usize>, ArchiveError> {
        let (seqs, berkas) = (int64s(public, "seq")?, texts(public, Column::BerkasId.name())?);
        let is_of = |row: usize| self.of.is_none_or(|of| of.contains(berkas.value(row)));
        let is_there = |row: &usize| seqs.value(*row) < self.until_seq && is_of(*row);
        Ok((0..public.num_rows()).filter(is_there).collect())
    }
}

/// The columns to read from each table.
#[derive(Debug)]
struct RequestedColumns {
    public: Vec<Column>,
    private: Vec<Column>,
    computed: Vec<Computed>,
}

impl<'a> CurrentEvents<'a> {
    /// Reads which rows of the archive are replaced by later ones.
    pub(crate) fn of(archive: &'a Archive) -> Result<Self, ArchiveError> {
        let mut superseded = BTreeSet::new();
        if archive.corrections() > 0 {
            let name = Computed::CorrectionOf.name();
            for file in archive.correcting_parts() {
                for batch in archive.read(&file.entry, Some(&[name]))? {
                    superseded.extend(int64s(&batch, name)?.iter().flatten());
                }
            }
        }
        Ok(Self { archive, superseded, classified: archive.columns()?, picked: None })
    }

    /// Takes rows that were read before for all that there are, as they were before the row of a number came: those of some berkas, or
    /// all.
    pub(crate) fn among(
        archive: &'a Archive,
        rows: &'a PickedRows,
        until_seq: i64,
        of: Option<&'a BTreeSet<String>>,
    ) -> Result<Self, ArchiveError> {
        let picked = Some(Picked { rows, until_seq, of });
        Ok(Self { archive, superseded: rows.superseded(until_seq)?, classified: archive.columns()?, picked })
    }

    /// Takes every form of an event for one of its own.
    pub(crate) fn with_replaced(self) -> Self {
        Self { superseded: BTreeSet::new(), ..self }
    }

    /// Returns the rows of the parts that `wanted` selects, batch by batch. They are in the order of the log; if private columns are
    /// requested, they are ordered by month first.
    pub(crate) fn batches(
        &self,
        wanted: impl Fn(&EventFile) -> bool,
        columns: &[Column],
        computed: &[Computed],
    ) -> impl Iterator<Item = Result<CurrentBatch, ArchiveError>> {
        let (private, public) = columns.iter().partition(|column| self.classified.is_personal(**column));
        let requested = Arc::new(RequestedColumns { public, private, computed: computed.to_vec() });
        let mut files: Vec<&EventFile> = match self.picked {
            Some(picked) => picked.rows.files().filter(|file| wanted(file)).collect(),
            None => self.archive.keyed_files().filter(|file| wanted(file)).collect(),
        };
        if !requested.private.is_empty() {
            files.sort_by_key(|file| file.month);
        }
        let mut private_rows: Option<(Month, Arc<PrivateRows>)> = None;
        files.into_iter().flat_map(move |file| match self.read(file, &requested, &mut private_rows) {
            Ok(batches) => batches.into_iter().map(Ok).collect(),
            Err(fault) => vec![Err(fault)],
        })
    }

    fn read(
        &self,
        file: &EventFile,
        requested: &Arc<RequestedColumns>,
        private_rows: &mut Option<(Month, Arc<PrivateRows>)>,
    ) -> Result<Vec<CurrentBatch>, ArchiveError> {
        let private = match private_rows {
            _ if requested.private.is_empty() => None,
            Some((month, rows)) if *month == file.month => Some(Arc::clone(rows)),
            _ => {
                let rows = match self.picked {
                    Some(picked) => picked.rows.private(self.archive, file.month)?,
                    None => PrivateRows::of(self.archive, file.month, &requested.private)?,
                };
                let rows = Arc::new(rows);
                *private_rows = Some((file.month, Arc::clone(&rows)));
                Some(rows)
            }
        };
        let names = requested.public.iter().map(|column| column.name());
        let names: Vec<&str> =
            ["seq"].into_iter().chain(names).chain(requested.computed.iter().map(|c| c.name())).collect();
        let batch = |public: RecordBatch| {
            let seqs = int64s(&public, "seq")?;
            let is_current = |row: &usize| !self.superseded.contains(&seqs.value(*row));
            let rows = match self.picked {
                Some(picked) => picked.places(&public)?.into_iter().filter(is_current).collect(),
                None => (0..public.num_rows()).filter(is_current).collect(),
            };
            let (requested, private) = (Arc::clone(requested), private.clone());
            Ok(CurrentBatch { month: file.month, requested, public, private, rows })
        };
        match self.picked {
            Some(picked) => picked.rows.public(file).into_iter().map(batch).collect(),
            None => self.archive.read(&file.entry, Some(&names))?.into_iter().map(batch).collect(),
        }
    }
}

/// A batch of rows of one part, with the private rows of its month.
#[derive(Debug)]
pub(crate) struct CurrentBatch {
    month: Month,
    requested: Arc<RequestedColumns>,
    public: RecordBatch,
    private: Option<Arc<PrivateRows>>,
    /// The indices of the rows that no correction replaces.
    rows: Vec<usize>,
}

impl CurrentBatch {
    /// Returns the rows with typed columns.
    pub(crate) fn rows(&self) -> Result<CurrentRows<'_>, ArchiveError> {
        let mut columns = [None; Column::ALL.len()];
        for column in &self.requested.public {
            columns[column.index()] = Some(values(&self.public, *column)?);
        }
        if let Some(private) = self.private.as_ref().and_then(|private| private.rows.as_ref()) {
            for column in &self.requested.private {
                columns[column.index()] = Some(values(private, *column)?);
            }
        }
        let is_requested = |computed| self.requested.computed.contains(&computed);
        let pseudonyms =
            is_requested(Computed::NikPseudonym).then(|| texts(&self.public, Computed::NikPseudonym.name()));
        let corrections =
            is_requested(Computed::CorrectionOf).then(|| int64s(&self.public, Computed::CorrectionOf.name()));
        Ok(CurrentRows {
            batch: self,
            seqs: int64s(&self.public, "seq")?,
            columns,
            pseudonyms: pseudonyms.transpose()?,
            corrections: corrections.transpose()?,
        })
    }
}

/// The rows of a batch that no correction replaces.
#[derive(Debug)]
pub(crate) struct CurrentRows<'b> {
    batch: &'b CurrentBatch,
    seqs: &'b Int64Array,
    columns: [Option<Values<'b>>; Column::ALL.len()],
    pseudonyms: Option<&'b StringArray>,
    corrections: Option<&'b Int64Array>,
}

impl<'b> CurrentRows<'b> {
    /// Returns their indices in the columns.
    pub(crate) fn places(&self) -> &'b [usize] {
        &self.batch.rows
    }

    /// Returns a public column, including the rows that are replaced.
    pub(crate) fn column(&self, column: Column) -> Result<Values<'b>, ArchiveError> {
        self.columns[column.index()].ok_or_else(|| missing(column.name()))
    }

    /// Returns a public column of texts, including the rows that are replaced.
    pub(crate) fn texts(&self, column: Column) -> Result<&'b StringArray, ArchiveError> {
        match self.column(column)? {
            Values::Texts(texts) => Ok(texts),
            _ => Err(missing(column.name())),
        }
    }

    /// Returns a public column of instants, including the rows that are replaced.
    pub(crate) fn instants(&self, column: Column) -> Result<&'b TimestampMicrosecondArray, ArchiveError> {
        match self.column(column)? {
            Values::Instants(instants) => Ok(instants),
            _ => Err(missing(column.name())),
        }
    }

    /// Appends the SOP step of each row to `to`.
    pub(crate) fn steps(&self, to: &mut Vec<u8>) -> Result<(), ArchiveError> {
        let Values::Small(steps) = self.column(Column::Langkah)? else { return Err(missing(Column::Langkah.name())) };
        for row in self.places() {
            to.push(step(steps.value(*row))?);
        }
        Ok(())
    }

    /// Returns the column of pseudonyms, including the rows that are replaced.
    pub(crate) fn pseudonyms(&self) -> Result<&'b StringArray, ArchiveError> {
        self.pseudonyms.ok_or_else(|| missing(Computed::NikPseudonym.name()))
    }

    /// Returns the events one by one.
    pub(crate) fn events<'r>(&'r self) -> impl Iterator<Item = CurrentEvent<'r, 'b>> {
        let private_row = |row| self.batch.private.as_ref().and_then(|private| private.place(self.seqs.value(row)));
        self.batch.rows.iter().map(move |row| CurrentEvent { rows: self, row: *row, private_row: private_row(*row) })
    }
}

/// One event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CurrentEvent<'r, 'b> {
    rows: &'r CurrentRows<'b>,
    row: usize,
    private_row: Option<usize>,
}

impl<'b> CurrentEvent<'_, 'b> {
    /// Returns the number of the event in the archive.
    pub(crate) fn seq(self) -> i64 {
        self.rows.seqs.value(self.row)
    }

    /// Returns the month to which the event belongs.
    pub(crate) fn month(self) -> Month {
        self.rows.batch.month
    }

    /// Returns the key of the event.
    pub(crate) fn id(self) -> Result<EventId<'b>, ArchiveError> {
        let key = self.rows.column(Column::EventId)?.key(self.row);
        key.ok_or_else(|| missing(Column::EventId.name()))
    }

    /// Returns the SOP step of the event.
    pub(crate) fn step(self) -> Result<u8, ArchiveError> {
        step(self.number(Column::Langkah)?)
    }

    /// Returns the sheets of the berkas, if somebody counted them.
    pub(crate) fn sheets(self) -> Result<Option<u64>, ArchiveError> {
        let sheets = self.optional_number(Column::JumlahLembar)?;
        sheets.map(|sheets| u64::try_from(sheets).map_err(|_| impossible(Column::JumlahLembar))).transpose()
    }

    /// Returns whether the old card was handed in, if that was written down.
    pub(crate) fn old_card(self) -> Result<Option<OldCard>, ArchiveError> {
        let word = self.optional_text(Column::KtpLamaDiterima)?;
        word.map(|word| OldCard::of(word).ok_or_else(|| impossible(Column::KtpLamaDiterima))).transpose()
    }

    /// Returns the pseudonym of the event's NIK.
    pub(crate) fn pseudonym(self) -> Option<&'b str> {
        self.rows.pseudonyms.filter(|all| all.is_valid(self.row)).map(|all| all.value(self.row))
    }

    /// Returns whether the personal columns of the event were destroyed.
    pub(crate) fn is_destroyed(self) -> bool {
        let destroyed = self.rows.batch.private.as_ref().and_then(|private| private.destroyed);
        self.private_row.is_none() && destroyed.is_some()
    }

    /// Returns the error for an event without private row.
    fn without_person(self) -> ArchiveError {
        let batch = self.rows.batch;
        match batch.private.as_ref().and_then(|private| private.destroyed) {
            Some(version) => ArchiveError::Disposed { month: batch.month, version },
            None => ArchiveError::no_private_row(self.seq()),
        }
    }

    /// Returns whether the event replaces an earlier row.
    pub(crate) fn is_correction(self) -> bool {
        self.rows.corrections.is_some_and(|all| all.is_valid(self.row))
    }

    /// Returns a text that every event must have.
    pub(crate) fn text(self, column: Column) -> Result<&'b str, ArchiveError> {
        self.optional_text(column)?.ok_or_else(|| missing(column.name()))
    }

    /// Returns a text, if the event has one.
    pub(crate) fn optional_text(self, column: Column) -> Result<Option<&'b str>, ArchiveError> {
        self.value(column, Values::text)
    }

    /// Returns a number that every event must have: an instant in microseconds since 1970, a day since 1970, or an integer.
    pub(crate) fn number(self, column: Column) -> Result<i64, ArchiveError> {
        self.optional_number(column)?.ok_or_else(|| missing(column.name()))
    }

    /// Returns a number, if the event has one.
    pub(crate) fn optional_number(self, column: Column) -> Result<Option<i64>, ArchiveError> {
        self.value(column, Values::number)
    }

    /// Returns an instant that every event must have, in seconds since 1970.
    pub(crate) fn second(self, column: Column) -> Result<i64, ArchiveError> {
        Ok(self.number(column)?.div_euclid(1_000_000))
    }

    /// Returns a day, if the event has one.
    pub(crate) fn date(self, column: Column) -> Result<Option<NaiveDate>, ArchiveError> {
        let days = self.optional_number(column)?;
        Ok(days.and_then(|days| i32::try_from(days).ok()).and_then(NaiveDate::from_epoch_days))
    }

    /// Returns the value of a column as text, if the event has one.
    pub(crate) fn said(self, column: Column) -> Result<Option<String>, ArchiveError> {
        self.value(column, Values::said)
    }

    /// Returns the complete event with all columns of the contract.
    pub(crate) fn whole(self) -> Result<Event<'b>, ArchiveError> {
        Ok(Event {
            event_id: self.id()?,
            recorded_at_us: self.number(Column::RecordedAt)?,
            berkas_id: self.text(Column::BerkasId)?,
            kolektif_id: self.text(Column::KolektifId)?,
            langkah: self.step()?,
            pelaksana: self.text(Column::Pelaksana)?,
            petugas_id: self.optional_text(Column::PetugasId)?,
            mulai_us: self.optional_number(Column::Mulai)?,
            selesai_us: self.number(Column::Selesai)?,
            hasil: self.text(Column::Hasil)?,
            kekurangan: self.optional_text(Column::Kekurangan)?,
            nomor_register: self.optional_text(Column::NomorRegister)?,
            nomor_bukti: self.optional_text(Column::NomorBukti)?,
            jumlah_lembar: self.optional_number(Column::JumlahLembar)?,
            ktp_lama_diterima: self.optional_text(Column::KtpLamaDiterima)?,
            jenis: self.text(Column::Jenis)?,
            kewarganegaraan: self.text(Column::Kewarganegaraan)?,
            pekon: self.text(Column::Pekon)?,
            diterima_us: self.number(Column::Diterima)?,
            person: Person {
                nik: self.optional_text(Column::Nik)?,
                nama: self.optional_text(Column::Nama)?,
                jenis_kelamin: self.optional_text(Column::JenisKelamin)?,
                tempat_lahir: self.optional_text(Column::TempatLahir)?,
                tanggal_lahir_days: self
                    .optional_number(Column::TanggalLahir)?
                    .and_then(|days| i32::try_from(days).ok()),
                pembawa: self.text(Column::Pembawa)?,
                penerima: self.optional_text(Column::Penerima)?,
                keterangan: self.optional_text(Column::Keterangan)?,
            },
        })
    }

    fn value<T>(self, column: Column, of: impl Fn(Values<'b>, usize) -> Option<T>) -> Result<Option<T>, ArchiveError> {
        let row = if self.rows.batch.requested.private.contains(&column) {
            self.private_row.ok_or_else(|| self.without_person())?
        } else {
            self.row
        };
        Ok(of(self.rows.column(column)?, row))
    }
}
