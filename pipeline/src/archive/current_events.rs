//! The current form of each event, public and private: how everything that computes, prints or compares reads the archive.
//!
//! Reads   public parts, less the rows that a later correction replaces; beside them the private parts of the same month
//! Gives   batches of rows with typed columns; of a row its key, step, texts and instants, each checked here and nowhere else
//! Rule    a value stands in the table in which the archive's classification puts its column; private parts are read only when
//!         a private column is asked for, and a row without its private counterpart is an error as soon as one is needed

use super::columns::{int64s, missing, step, texts, values};
use super::commit_log::EventFile;
use super::event_batch::Values;
use super::{Archive, ArchiveError, month_of_path};
use arrow::array::{Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::compute::concat_batches;
use chrono::NaiveDate;
use schemas::{Column, ColumnFacts, Event, EventId, Month, Person};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A column that the archive computes, beside those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Computed {
    /// The pseudonym of the NIK.
    NikPseudonym,
    /// The number of the row that this one replaces.
    CorrectionOf,
}

impl Computed {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NikPseudonym => "nik_pseudonym",
            Self::CorrectionOf => "correction_of",
        }
    }
}

/// The events of an archive, each as it was recorded last.
#[derive(Debug)]
pub(crate) struct CurrentEvents<'a> {
    archive: &'a Archive,
    /// Numbers of the rows that a later one replaces.
    superseded: BTreeSet<i64>,
    classified: ColumnFacts,
}

/// Which columns are read from which table.
#[derive(Debug)]
struct Asked {
    public: Vec<Column>,
    private: Vec<Column>,
    computed: Vec<Computed>,
}

impl<'a> CurrentEvents<'a> {
    /// Those of this archive.
    pub(crate) fn of(archive: &'a Archive) -> Result<Self, ArchiveError> {
        let mut superseded = BTreeSet::new();
        if archive.corrections() > 0 {
            let name = Computed::CorrectionOf.name();
            for file in archive.event_files() {
                for batch in archive.read(file, Some(&[name]))? {
                    superseded.extend(int64s(&batch, name)?.iter().flatten());
                }
            }
        }
        Ok(Self { archive, superseded, classified: archive.columns()? })
    }

    /// The rows of the parts that are wanted, batch by batch: in the order of the log, and by month where private columns are
    /// among those asked for.
    pub(crate) fn batches(
        &self,
        wanted: impl Fn(&EventFile) -> bool,
        columns: &[Column],
        computed: &[Computed],
    ) -> impl Iterator<Item = Result<CurrentBatch, ArchiveError>> {
        let (private, public) = columns.iter().partition(|column| self.classified.is_personal(**column));
        let asked = Arc::new(Asked { public, private, computed: computed.to_vec() });
        let mut files: Vec<&EventFile> = self.archive.keyed_files().filter(|file| wanted(file)).collect();
        if !asked.private.is_empty() {
            files.sort_by_key(|file| file.month);
        }
        let mut beside: Option<(Month, Arc<PrivateRows>)> = None;
        files.into_iter().flat_map(move |file| match self.read(file, &asked, &mut beside) {
            Ok(batches) => batches.into_iter().map(Ok).collect(),
            Err(fault) => vec![Err(fault)],
        })
    }

    fn read(
        &self,
        file: &EventFile,
        asked: &Arc<Asked>,
        beside: &mut Option<(Month, Arc<PrivateRows>)>,
    ) -> Result<Vec<CurrentBatch>, ArchiveError> {
        let private = match beside {
            _ if asked.private.is_empty() => None,
            Some((month, rows)) if *month == file.month => Some(Arc::clone(rows)),
            _ => {
                let rows = Arc::new(PrivateRows::of(self.archive, file.month, &asked.private)?);
                *beside = Some((file.month, Arc::clone(&rows)));
                Some(rows)
            }
        };
        let names = asked.public.iter().map(|column| column.name());
        let names: Vec<&str> =
            ["seq"].into_iter().chain(names).chain(asked.computed.iter().map(|c| c.name())).collect();
        let batch = |public: RecordBatch| {
            let seqs = int64s(&public, "seq")?;
            let is_current = |row: &usize| !self.superseded.contains(&seqs.value(*row));
            let rows = (0..public.num_rows()).filter(is_current).collect();
            let (asked, private) = (Arc::clone(asked), private.clone());
            Ok(CurrentBatch { month: file.month, asked, public, private, rows })
        };
        self.archive.read(&file.entry, Some(&names))?.into_iter().map(batch).collect()
    }
}

/// The private rows of a month.
#[derive(Debug)]
struct PrivateRows {
    rows: Option<RecordBatch>,
    /// Number and place of each, in order.
    places: Vec<(i64, usize)>,
}

impl PrivateRows {
    fn of(archive: &Archive, month: Month, columns: &[Column]) -> Result<Self, ArchiveError> {
        let names: Vec<&str> = ["seq"].into_iter().chain(columns.iter().map(|column| column.name())).collect();
        let mut batches = Vec::new();
        for file in archive.person_files().filter(|file| month_of_path(&file.path) == Some(month)) {
            batches.extend(archive.read(file, Some(&names))?);
        }
        let Some(first) = batches.first() else { return Ok(Self { rows: None, places: Vec::new() }) };
        let rows = concat_batches(&first.schema(), &batches)
            .map_err(|e| ArchiveError::Decode { path: "persons".to_owned(), reason: e.to_string() })?;
        let mut places: Vec<(i64, usize)> = int64s(&rows, "seq")?.values().iter().copied().zip(0..).collect();
        places.sort_unstable();
        Ok(Self { rows: Some(rows), places })
    }

    fn place(&self, seq: i64) -> Option<usize> {
        let at = self.places.binary_search_by_key(&seq, |(seq, _)| *seq).ok()?;
        self.places.get(at).map(|(_, row)| *row)
    }
}

/// Some rows of one part, with the private rows of its month.
#[derive(Debug)]
pub(crate) struct CurrentBatch {
    month: Month,
    asked: Arc<Asked>,
    public: RecordBatch,
    private: Option<Arc<PrivateRows>>,
    rows: Vec<usize>,
}

impl CurrentBatch {
    /// Its rows with their columns.
    pub(crate) fn rows(&self) -> Result<CurrentRows<'_>, ArchiveError> {
        let mut columns = [None; Column::ALL.len()];
        for column in &self.asked.public {
            columns[column.index()] = Some(values(&self.public, *column)?);
        }
        if let Some(private) = self.private.as_ref().and_then(|private| private.rows.as_ref()) {
            for column in &self.asked.private {
                columns[column.index()] = Some(values(private, *column)?);
            }
        }
        let is_asked = |computed| self.asked.computed.contains(&computed);
        let pseudonyms = is_asked(Computed::NikPseudonym).then(|| texts(&self.public, Computed::NikPseudonym.name()));
        let corrections = is_asked(Computed::CorrectionOf).then(|| int64s(&self.public, Computed::CorrectionOf.name()));
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
    /// Their places in the columns.
    pub(crate) fn places(&self) -> &'b [usize] {
        &self.batch.rows
    }

    /// A public column, with the rows that are replaced.
    pub(crate) fn column(&self, column: Column) -> Result<Values<'b>, ArchiveError> {
        self.columns[column.index()].ok_or_else(|| missing(column.name()))
    }

    /// A public column of texts, with the rows that are replaced.
    pub(crate) fn texts(&self, column: Column) -> Result<&'b StringArray, ArchiveError> {
        match self.column(column)? {
            Values::Texts(texts) => Ok(texts),
            _ => Err(missing(column.name())),
        }
    }

    /// A public column of instants, with the rows that are replaced.
    pub(crate) fn instants(&self, column: Column) -> Result<&'b TimestampMicrosecondArray, ArchiveError> {
        match self.column(column)? {
            Values::Instants(instants) => Ok(instants),
            _ => Err(missing(column.name())),
        }
    }

    /// Adds the steps of the SOP.
    pub(crate) fn steps(&self, to: &mut Vec<u8>) -> Result<(), ArchiveError> {
        let Values::Steps(steps) = self.column(Column::Langkah)? else { return Err(missing(Column::Langkah.name())) };
        for row in self.places() {
            to.push(step(steps.value(*row))?);
        }
        Ok(())
    }

    /// The pseudonyms, with those of the rows that are replaced.
    pub(crate) fn pseudonyms(&self) -> Result<&'b StringArray, ArchiveError> {
        self.pseudonyms.ok_or_else(|| missing(Computed::NikPseudonym.name()))
    }

    /// The events one by one.
    pub(crate) fn events<'r>(&'r self) -> impl Iterator<Item = CurrentEvent<'r, 'b>> {
        let beside = |row| self.batch.private.as_ref().and_then(|private| private.place(self.seqs.value(row)));
        self.batch.rows.iter().map(move |row| CurrentEvent { rows: self, row: *row, private_row: beside(*row) })
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
    /// Its number in the archive.
    pub(crate) fn seq(self) -> i64 {
        self.rows.seqs.value(self.row)
    }

    /// The month to which it belongs.
    pub(crate) fn month(self) -> Month {
        self.rows.batch.month
    }

    /// Its key.
    pub(crate) fn id(self) -> Result<EventId<'b>, ArchiveError> {
        let key = self.rows.column(Column::EventId)?.key(self.row);
        key.ok_or_else(|| missing(Column::EventId.name()))
    }

    /// Its step of the SOP.
    pub(crate) fn step(self) -> Result<u8, ArchiveError> {
        step(self.number(Column::Langkah)?)
    }

    /// The pseudonym of its NIK.
    pub(crate) fn pseudonym(self) -> Option<&'b str> {
        self.rows.pseudonyms.filter(|all| all.is_valid(self.row)).map(|all| all.value(self.row))
    }

    /// Whether it replaces an earlier row.
    pub(crate) fn is_correction(self) -> bool {
        self.rows.corrections.is_some_and(|all| all.is_valid(self.row))
    }

    /// A text that every event has.
    pub(crate) fn text(self, column: Column) -> Result<&'b str, ArchiveError> {
        self.optional_text(column)?.ok_or_else(|| missing(column.name()))
    }

    /// A text, where there is one.
    pub(crate) fn optional_text(self, column: Column) -> Result<Option<&'b str>, ArchiveError> {
        self.value(column, Values::text)
    }

    /// An instant in microseconds since 1970, a day since 1970 or an integer that every event has.
    pub(crate) fn number(self, column: Column) -> Result<i64, ArchiveError> {
        self.optional_number(column)?.ok_or_else(|| missing(column.name()))
    }

    /// The same, where there is one.
    pub(crate) fn optional_number(self, column: Column) -> Result<Option<i64>, ArchiveError> {
        self.value(column, Values::number)
    }

    /// An instant that every event has, in seconds since 1970.
    pub(crate) fn second(self, column: Column) -> Result<i64, ArchiveError> {
        Ok(self.number(column)?.div_euclid(1_000_000))
    }

    /// A day, where there is one.
    pub(crate) fn date(self, column: Column) -> Result<Option<NaiveDate>, ArchiveError> {
        let days = self.optional_number(column)?;
        Ok(days.and_then(|days| i32::try_from(days).ok()).and_then(NaiveDate::from_epoch_days))
    }

    /// What a column says, as text.
    pub(crate) fn said(self, column: Column) -> Result<Option<String>, ArchiveError> {
        self.value(column, Values::said)
    }

    /// All of it, as the contract knows it.
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
                keterangan: self.optional_text(Column::Keterangan)?,
            },
        })
    }

    fn value<T>(self, column: Column, of: impl Fn(Values<'b>, usize) -> Option<T>) -> Result<Option<T>, ArchiveError> {
        let row = if self.rows.batch.asked.private.contains(&column) {
            self.private_row.ok_or_else(|| ArchiveError::no_private_row(self.seq()))?
        } else {
            self.row
        };
        Ok(of(self.rows.column(column)?, row))
    }
}
