//! Is a month of the archive what the source says now, row for row?
//!
//! Reads   one month of the source, in one snapshot; the latest archived rows of that month
//! Gives   every row that is missing, gone, different or in quarantine, by its `event_id`
//! Rule    a deletion or change in the source is reported, never followed
//!
//! Where the database can digest rows itself, only a sum per day travels, and the rows' digests only of days whose sums
//! differ. Elsewhere (SQLite, CSV, columns of unusual types) the rows are read and digested here.

mod rows;

use super::report::FindingCounts;
use crate::archive::key::Key;
use crate::archive::lookup::{archived_keys, in_order};
use crate::archive::quarantine::Quarantine;
use crate::archive::{Archive, ArchiveError};
use crate::hash::hex;
use crate::pull::PullError;
use crate::pull::contract::{Contract, id_text};
use crate::source::instants::DAY_US;
use crate::source::{Chunk, Digested, RelationSchema, RowFilter, Source, SourceConfig, digest, field, first_60_bits};
use arrow::array::Array;
use rows::{Values, archived_values, each_latest, event_values};
use schemas::{Column, Facts, Finding, Month};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use tokio::task::JoinSet;

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
    pub different: Vec<Difference>,
    /// In both, and in the source so that it breaks the contract and cannot be archived as a correction.
    pub broken: Vec<Difference>,
    /// In the source, and in the quarantine instead of the archive.
    pub quarantined: Vec<String>,
    /// More than once in the source, so that nobody can say which row the archive should have.
    pub doubled: Vec<String>,
    /// Rows of the source without a key, which cannot be compared.
    pub without_key: u64,
}

/// An event that the source now tells otherwise than the archive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    /// Its key.
    pub event_id: String,
    /// The columns whose values differ.
    pub columns: Vec<&'static str>,
}

impl Reconciliation {
    /// The same as findings R001–R007, grouped by code and, where rows differ, by the columns that do.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut tally = FindingCounts::default();
        for (code, columns, id) in self.rows() {
            tally.add(code, if columns.is_empty() { "event_id".to_owned() } else { columns }, Some(&id));
        }
        (0..self.without_key).for_each(|_| tally.add("R005", "event_id", None));
        tally.findings()
    }

    /// Every row that a finding is about: code, the columns that differ, and its key.
    #[must_use]
    pub fn rows(&self) -> Vec<(&'static str, String, String)> {
        let lists =
            [("R001", &self.missing), ("R002", &self.gone), ("R004", &self.quarantined), ("R006", &self.doubled)];
        let each = |(code, ids): (&'static str, &Vec<String>)| {
            ids.iter().map(|id| (code, String::new(), id.clone())).collect::<Vec<_>>()
        };
        let differences = [("R003", &self.different), ("R007", &self.broken)];
        let differing = |(code, rows): (&'static str, &Vec<Difference>)| {
            rows.iter().map(|d| (code, d.columns.join(", "), d.event_id.clone())).collect::<Vec<_>>()
        };
        lists.into_iter().flat_map(each).chain(differences.into_iter().flat_map(differing)).collect()
    }

    /// Keys of the rows that a pull has to ask for, so that the archive says what the source says.
    pub(crate) fn to_ask_for(&self) -> Vec<String> {
        let different = self.different.iter().chain(&self.broken).map(|d| &d.event_id);
        let ids = self.missing.iter().chain(different).chain(&self.quarantined).chain(&self.doubled);
        ids.cloned().collect()
    }
}

/// Digests of rows by their keys as text.
type Digests = BTreeMap<String, (i64, String)>;

/// What the source has of a month.
#[derive(Debug, Default)]
struct Found {
    rows: Digests,
    doubled: BTreeSet<String>,
    without_key: u64,
    read: u64,
}

impl Found {
    /// Takes a row; in files a later one is another export of the same event.
    fn add(&mut self, id: Option<String>, at_us: i64, digest: String, in_files: bool) {
        match id {
            None => self.without_key += 1,
            Some(id) => {
                if self.rows.insert(id.clone(), (at_us, digest)).is_some() && !in_files {
                    self.doubled.insert(id);
                }
            }
        }
    }
}

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
    let secret = hex(&key.keyed("reconcile").digest(&[month.to_string().as_bytes(), &at_ms.to_le_bytes()]));
    let integer_ids = archive.facts().map_or(shape.integer_ids.unwrap_or(true), |f| f.integer_ids);
    let contract = Contract { facts, zone: config.zone, integer_ids };
    let replaced = archive.superseded()?;
    let held = archived(archive, month, &replaced, &secret)?;
    let mut result = Reconciliation { archive_rows: held.len() as u64, ..Reconciliation::default() };
    let (from_us, until_us) = (month.start_s(facts.zone) * 1_000_000, month.end_s(facts.zone) * 1_000_000);
    let (held, found) = if let Some(asked) = source.digested(&shape, &secret) {
        result.in_database = true;
        let (days, rows, found) = digested(&mut source, &asked, &held, from_us..until_us).await?;
        result.source_rows = rows;
        let of_days = |(_, (at, _)): &(String, (i64, String))| days.contains(&((at - from_us) / DAY_US));
        (held.into_iter().filter(of_days).collect(), found)
    } else {
        let (back, found) = read_here(source, &shape, contract, month, &secret).await?;
        source = back;
        result.source_rows = found.rows.len() as u64 + found.without_key;
        (held, found)
    };
    result.travelled = found.read;
    result.without_key = found.without_key;
    let quarantine: BTreeSet<String> = Quarantine::load(archive)?.open_keys.into_iter().collect();
    let elsewhere = archived_elsewhere(archive, &held, &found.rows, integer_ids)?;
    let mut suspects = BTreeSet::new();
    for (id, (_, theirs)) in found.rows.iter().filter(|(id, _)| !found.doubled.contains(*id)) {
        match held.get(id) {
            Some((_, ours)) if ours == theirs => {}
            Some(_) => drop(suspects.insert(id.clone())),
            None if elsewhere.contains(id) => drop(suspects.insert(id.clone())),
            None if quarantine.contains(id) => result.quarantined.push(id.clone()),
            None => result.missing.push(id.clone()),
        }
    }
    let unseen: BTreeSet<String> = held.into_keys().filter(|id| !found.rows.contains_key(id)).collect();
    result.doubled = found.doubled.into_iter().collect();
    suspects.extend(unseen.iter().cloned());
    let now = values_now(source, &shape, contract, &suspects).await?;
    let ids = in_order(&suspects, integer_ids);
    let then = if ids.is_empty() { BTreeMap::new() } else { archived_values(archive, &ids, &replaced)? };
    for id in suspects {
        let columns = match (now.get(&id), then.get(&id)) {
            (None, _) if unseen.contains(&id) => {
                result.gone.push(id);
                continue;
            }
            (Some(Now::Kept(theirs)), Some(ours)) => differing_columns(theirs, ours),
            (Some(Now::Broken(column)), _) => {
                result.broken.push(Difference { event_id: id, columns: vec![column.name()] });
                continue;
            }
            _ => Vec::new(),
        };
        // The two sides may write the same value differently into their digests; here the values themselves were compared.
        if !matches!((now.get(&id), columns.as_slice()), (Some(Now::Kept(_)), [])) {
            result.different.push(Difference { event_id: id, columns });
        }
    }
    Ok(result)
}

/// On which days the two differ, how many rows the source has, and the digests of its rows on these days, made in the database.
async fn digested(
    source: &mut Source,
    asked: &Digested,
    held: &Digests,
    month_us: std::ops::Range<i64>,
) -> Result<(BTreeSet<i64>, u64, Found), PullError> {
    let from_us = month_us.start;
    let theirs = source.day_sums(asked, from_us, month_us.end).await?;
    let mut rows = theirs.values().map(|(rows, _)| rows).sum();
    let days = differing_days(held, &theirs, from_us);
    let mut found = Found { read: theirs.len() as u64, ..Found::default() };
    for day in &days {
        let begin = from_us + day * DAY_US;
        for (id, digest) in source.row_digests(asked, begin, begin + DAY_US).await? {
            found.read += 1;
            found.add(id, begin, digest, false);
        }
    }
    for (id, digest) in source.endless_row_digests(asked).await? {
        found.read += 1;
        rows += 1;
        found.add(id, 0, digest, false);
    }
    Ok((days, rows, found))
}

/// What the source says now about an event.
enum Now {
    Kept(Values),
    /// The row breaks the contract in that column.
    Broken(Column),
}

fn differing_columns(theirs: &Values, ours: &Values) -> Vec<&'static str> {
    let pairs = Column::ALL.into_iter().zip(theirs.iter().zip(ours));
    pairs.filter(|(_, (theirs, ours))| theirs != ours).map(|(column, _)| column.name()).collect()
}

/// Which keys that the month of the archive does not have stand in another month of it.
fn archived_elsewhere(
    archive: &Archive,
    held: &Digests,
    found: &Digests,
    integer_ids: bool,
) -> Result<BTreeSet<String>, ArchiveError> {
    let unknown: BTreeSet<String> = found.keys().filter(|id| !held.contains_key(*id)).cloned().collect();
    let archived = archived_keys(archive, &in_order(&unknown, integer_ids))?;
    Ok(archived.iter().map(ToString::to_string).collect())
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

/// Digests of the latest archived form of every event of a month.
fn archived(archive: &Archive, month: Month, replaced: &BTreeSet<i64>, secret: &str) -> Result<Digests, ArchiveError> {
    let mut digests = Digests::new();
    each_latest(archive, month, None, replaced, |at_us, values| {
        let mut text = String::new();
        values.iter().for_each(|v| field(&mut text, v.as_deref()));
        let id = values[Column::EventId.index()].clone().unwrap_or_default();
        digests.insert(id, (at_us, digest(secret, &text)));
    })?;
    Ok(digests)
}

/// Calls `each` with every chunk of a window.
async fn stream(
    mut source: Source,
    shape: &RelationSchema,
    window: RowFilter,
    integer_ids: bool,
    mut each: impl FnMut(&Chunk),
) -> Result<Source, PullError> {
    let (to, mut chunks) = tokio::sync::mpsc::channel(2);
    let shape = shape.clone();
    // Whoever gives up this comparison ends its reader with it.
    let mut reader = JoinSet::new();
    reader.spawn(async move {
        let read = source.events(&shape, &window, integer_ids, to).await;
        (source, read)
    });
    while let Some(chunk) = chunks.recv().await {
        each(&chunk);
    }
    let (source, read) = reader.join_next().await.and_then(Result::ok).ok_or(PullError::Reader)?;
    read?;
    Ok(source)
}

/// What the source has of a month, read and digested here. A row that breaks the contract belongs to the month in which it
/// ends, and to every month where that cannot be read.
async fn read_here(
    source: Source,
    shape: &RelationSchema,
    contract: Contract<'_>,
    month: Month,
    secret: &str,
) -> Result<(Source, Found), PullError> {
    let mut found = Found::default();
    let in_files = source.is_files();
    let source = stream(source, shape, RowFilter::default(), contract.integer_ids, |chunk| {
        let checked = contract.check(chunk);
        for (index, row) in chunk.rows().enumerate() {
            found.read += 1;
            let ends = &checked.events.selesai;
            let at_us = ends.is_valid(index).then(|| ends.value(index));
            if at_us.is_some_and(|us| contract.facts.zone.month(us.div_euclid(1_000_000)) != Some(month)) {
                continue;
            }
            let text = match checked.fault(index) {
                Some(_) => None,
                None => Some(event_values(&checked.events, index)),
            };
            // What breaks the contract is like nothing that the archive holds.
            let digest = text.map_or_else(String::new, |values| {
                let mut text = String::new();
                values.iter().for_each(|v| field(&mut text, v.as_deref()));
                digest(secret, &text)
            });
            found.add(id_text(row), at_us.unwrap_or(0), digest, in_files);
        }
    });
    Ok((source.await?, found))
}

/// What the source says now about the events with these keys, in whatever month they are.
async fn values_now(
    source: Source,
    shape: &RelationSchema,
    contract: Contract<'_>,
    ids: &BTreeSet<String>,
) -> Result<BTreeMap<String, Now>, PullError> {
    let mut found = BTreeMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let window = RowFilter { ids: ids.iter().cloned().collect(), only_ids: true, ..RowFilter::default() };
    let reading = stream(source, shape, window, contract.integer_ids, |chunk| {
        let checked = contract.check(chunk);
        for (index, row) in chunk.rows().enumerate() {
            let Some(id) = id_text(row).filter(|id| ids.contains(id)) else { continue };
            let now = match checked.fault(index) {
                Some(fault) => Now::Broken(fault.column),
                None => Now::Kept(event_values(&checked.events, index).to_vec()),
            };
            found.insert(id, now);
        }
    });
    reading.await.map(drop)?;
    Ok(found)
}
