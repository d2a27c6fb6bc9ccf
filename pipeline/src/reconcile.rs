//! Is a month of the archive what the source says now, row for row?
//!
//! Reads   one month of the source, in one snapshot; the latest archived rows of that month
//! Gives   every row that is missing, gone, different or in quarantine, by its `event_id`
//! Rule    a deletion or change in the source is reported, never followed
//!
//! Where the database can digest rows itself, only a sum per day travels, and the rows' digests only of days whose sums
//! differ. Elsewhere (SQLite, CSV, columns of unusual types) the rows are read and digested here.

use crate::archive::{Archive, ArchiveError, FileEntry, month_of_path};
use crate::columns::{dates, instants, int32s, int64s, superseded, texts};
use crate::key::Key;
use crate::known::{Quarantine, archived_keys, id_of};
use crate::pull::PullError;
use crate::sources::{Chunk, DAY_US, Shape, Source, SourceConfig, Window, digest, field, first_60_bits};
use crate::validate::{Contract, id_text};
use arrow::array::{Array, RecordBatch};
use schemas::{Column, Event, Facts, Finding, Month};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How a month of the archive and of the source compare.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reconciliation {
    /// Whether the database digested the rows itself.
    pub in_database: bool,
    /// Rows of the month in the source.
    pub source_rows: u64,
    /// Events of the month in the archive, each in its latest form.
    pub archive_rows: u64,
    /// Rows or digests that travelled.
    pub travelled: u64,
    /// In the source and not in the archive.
    pub missing: Vec<String>,
    /// In the archive and no longer in the source.
    pub gone: Vec<String>,
    /// In both, with another content.
    pub different: Vec<String>,
    /// In the source, and in the quarantine instead of the archive.
    pub quarantined: Vec<String>,
}

impl Reconciliation {
    /// The same as findings R001–R004, one per row.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let lists =
            [("R001", &self.missing), ("R002", &self.gone), ("R003", &self.different), ("R004", &self.quarantined)];
        let each = |(code, ids): (&'static str, &Vec<String>)| {
            ids.iter().map(|id| Finding { code, place: id.clone(), count: 1 }).collect::<Vec<_>>()
        };
        lists.into_iter().flat_map(each).collect()
    }
}

/// Digests of rows by their keys as text.
type Digests = BTreeMap<String, (i64, String)>;

/// Compares one month. `at_ms` makes the key of the digests one of its own.
///
/// # Errors
/// [`PullError`] when the source or the archive cannot be read.
pub async fn reconcile(
    config: &SourceConfig,
    archive: &Archive,
    key: &Key,
    facts: &Facts,
    month: Month,
    at_ms: i64,
) -> Result<Reconciliation, PullError> {
    let mut source = Source::open(config.clone()).await?;
    let shape = source.shape().await?;
    let secret = crate::key::hex(&key.keyed("reconcile").digest(&[month.to_string().as_bytes(), &at_ms.to_le_bytes()]));
    let integer_ids = archive.facts().map_or(shape.integer_ids.unwrap_or(true), |f| f.integer_ids);
    let contract = Contract { facts, zone: config.zone, integer_ids };
    let held = archived(archive, month, &secret)?;
    let quarantine: BTreeSet<String> = Quarantine::load(archive)?.open_keys.into_iter().collect();
    let mut result = Reconciliation { archive_rows: held.len() as u64, ..Reconciliation::default() };
    let (from_us, until_us) = (month.start_s(facts.zone) * 1_000_000, month.end_s(facts.zone) * 1_000_000);
    let (held, found) = match source.day_sums(&shape, &secret, from_us, until_us).await? {
        Some(theirs) => {
            result.in_database = true;
            result.source_rows = theirs.values().map(|(rows, _)| rows).sum();
            result.travelled = theirs.len() as u64;
            let mut found = Digests::new();
            let days = differing_days(&held, &theirs, from_us);
            for day in &days {
                let begin = from_us + day * DAY_US;
                let rows = source.row_digests(&shape, &secret, begin, begin + DAY_US).await?;
                result.travelled += rows.len() as u64;
                found.extend(rows.into_iter().map(|(id, digest)| (id, (begin, digest))));
            }
            let of_days = |(_, (at, _)): &(String, (i64, String))| days.contains(&((at - from_us) / DAY_US));
            (held.into_iter().filter(of_days).collect(), found)
        }
        None => {
            let (back, found, read) = read_here(source, &shape, contract, month, &secret, &quarantine).await?;
            source = back;
            result.source_rows = found.len() as u64;
            result.travelled = read;
            (held, found)
        }
    };
    for (id, (_, theirs)) in &found {
        match held.get(id) {
            Some((_, ours)) if ours == theirs => {}
            Some(_) => result.different.push(id.clone()),
            None if is_archived(archive, id, integer_ids)? => result.different.push(id.clone()),
            None if quarantine.contains(id) => result.quarantined.push(id.clone()),
            None => result.missing.push(id.clone()),
        }
    }
    let unseen: BTreeSet<String> = held.into_keys().filter(|id| !found.contains_key(id)).collect();
    let elsewhere = present(source, &shape, integer_ids, &unseen).await?;
    for id in unseen {
        if elsewhere.contains(&id) { &mut result.different } else { &mut result.gone }.push(id);
    }
    Ok(result)
}

/// Days since the beginning of the month on which the two sides have other sums.
fn differing_days(held: &Digests, theirs: &BTreeMap<i64, (u64, String)>, from_us: i64) -> BTreeSet<i64> {
    let mut ours: BTreeMap<i64, (u64, u128)> = BTreeMap::new();
    for (at, digest) in held.values() {
        let (rows, sum) = ours.entry((at - from_us) / DAY_US).or_default();
        *rows += 1;
        *sum += first_60_bits(digest);
    }
    let days: BTreeSet<i64> = ours.keys().chain(theirs.keys()).copied().collect();
    let equal = |day: &i64| ours.get(day).map(|(n, sum)| (*n, sum.to_string())) == theirs.get(day).cloned();
    days.into_iter().filter(|day| !equal(day)).collect()
}

/// The latest archived form of every event of a month.
fn archived(archive: &Archive, month: Month, secret: &str) -> Result<Digests, ArchiveError> {
    let mut replaced = BTreeSet::new();
    for file in archive.event_files() {
        replaced.extend(superseded(&archive.read(file, Some(&["correction_of"]))?)?);
    }
    let of_month = |f: &&FileEntry| month_of_path(&f.path) == Some(month);
    let mut persons: BTreeMap<i64, [Option<String>; 7]> = BTreeMap::new();
    for file in archive.person_files().filter(of_month) {
        for batch in archive.read(file, None)? {
            note_persons(&batch, &mut persons)?;
        }
    }
    let mut digests = Digests::new();
    for file in archive.event_files().filter(of_month) {
        for batch in archive.read(file, None)? {
            let seqs = int64s(&batch, "seq")?;
            let selesai = instants(&batch, "selesai")?;
            for row in (0..batch.num_rows()).filter(|row| !replaced.contains(&seqs.value(*row))) {
                let none = Default::default();
                let person = persons.get(&seqs.value(row)).unwrap_or(&none);
                let values = row_values(&batch, row, person)?;
                let mut text = String::new();
                values.iter().for_each(|v| field(&mut text, v.as_deref()));
                let id = values[Column::EventId.index()].clone().unwrap_or_default();
                digests.insert(id, (selesai.value(row), digest(secret, &text)));
            }
        }
    }
    Ok(digests)
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
fn event_values(event: &Event<'_>) -> [Option<String>; 23] {
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

/// Calls `each` with every chunk of a window.
async fn stream(
    mut source: Source,
    shape: &Shape,
    window: Window,
    integer_ids: bool,
    mut each: impl FnMut(&Chunk),
) -> Result<Source, PullError> {
    let (to, mut chunks) = tokio::sync::mpsc::channel(2);
    let shape = shape.clone();
    let reader = tokio::spawn(async move {
        let read = source.events(&shape, &window, integer_ids, to).await;
        (source, read)
    });
    while let Some(chunk) = chunks.recv().await {
        each(&chunk);
    }
    let (source, read) = reader.await.map_err(|_| PullError::Reader)?;
    read?;
    Ok(source)
}

/// Digests of the month's rows, made here; also how many rows were read. A row that breaks the contract belongs to the
/// month in which it stands in quarantine, which its key tells.
async fn read_here(
    source: Source,
    shape: &Shape,
    contract: Contract<'_>,
    month: Month,
    secret: &str,
    quarantine: &BTreeSet<String>,
) -> Result<(Source, Digests, u64), PullError> {
    let (mut found, mut read) = (Digests::new(), 0);
    let source = stream(source, shape, Window::default(), contract.integer_ids, |chunk| {
        let checked = contract.check(chunk);
        for (index, row) in chunk.rows().enumerate() {
            read += 1;
            if checked.fault(index).is_some() {
                if let Some(id) = id_text(row).filter(|id| quarantine.contains(id)) {
                    found.insert(id, (0, String::new()));
                }
                continue;
            }
            let event = checked.events.event(index);
            let id = event.event_id.to_string();
            if contract.facts.zone.month(event.selesai_us.div_euclid(1_000_000)) == Some(month) {
                let mut text = String::new();
                event_values(&event).iter().for_each(|v| field(&mut text, v.as_deref()));
                found.insert(id, (event.selesai_us, digest(secret, &text)));
            }
        }
    });
    Ok((source.await?, found, read))
}

/// Which of these keys the source has, in whatever month.
async fn present(
    source: Source,
    shape: &Shape,
    integer_ids: bool,
    ids: &BTreeSet<String>,
) -> Result<BTreeSet<String>, PullError> {
    let mut found = BTreeSet::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let window = Window { ids: ids.iter().cloned().collect(), only_ids: true, ..Window::default() };
    let reading = stream(source, shape, window, integer_ids, |chunk| {
        found.extend(chunk.rows().filter_map(id_text).filter(|id| ids.contains(id)));
    });
    reading.await.map(drop)?;
    Ok(found)
}

fn is_archived(archive: &Archive, id: &str, integer_ids: bool) -> Result<bool, ArchiveError> {
    Ok(match id_of(id, integer_ids) {
        Some(id) => !archived_keys(archive, &[id])?.is_empty(),
        None => false,
    })
}
