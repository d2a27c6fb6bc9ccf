//! Does a month of the archive agree with the source, row for row?
//!
//! Reads   one month of the source, in one snapshot; the latest archived rows of that month
//! Gives   every row that is missing, gone, different or in quarantine, by its `event_id`
//! Rule    a deletion or change in the source is reported, but the archive does not change
//! Finds   R001–R007
//!
//! A database that can digest rows itself sends only one sum per day, and the digests of single rows only for days whose
//! sums differ. Otherwise (SQLite, CSV, columns of unusual types) the rows are read and digested here.

mod rows;

use super::report::FindingCounts;
use crate::archive::current_events::CurrentEvents;
use crate::archive::key::Key;
use crate::archive::lookup::{archived_keys, in_order};
use crate::archive::quarantine::Quarantine;
use crate::archive::{Archive, ArchiveError};
use crate::hash::hex;
use crate::pull::PullError;
use crate::pull::contract::Contract;
use crate::pull::row_text::id_text;
use crate::source::instants::DAY_US;
use crate::source::{
    Chunk, Database, DigestSql, RelationSchema, RowFilter, Source, SourceConfig, digest, field, first_60_bits,
};
use arrow::array::Array;
use rows::{Values, archived_values, each_of_month, event_values};
use schemas::{Column, Facts, Finding, Month};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use tokio::task::JoinSet;

/// The differences between the archive and the source in a month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reconciliation {
    /// Whether the database digested the rows itself.
    pub in_database: bool,
    /// Rows of the month in the source.
    pub source_rows: u64,
    /// Events of the month in the archive, each in its latest form.
    pub archive_rows: u64,
    /// Rows, digests and sums that were transferred.
    pub travelled: u64,
    /// Rows in the source that are not in the archive.
    pub missing: Vec<String>,
    /// Events in the archive that are no longer in the source.
    pub gone: Vec<String>,
    /// Events in both, with different content.
    pub different: Vec<Difference>,
    /// Events in both, whose row in the source now breaks the contract and so cannot be archived as a correction.
    pub broken: Vec<Difference>,
    /// Rows in the source that are in the quarantine instead of the archive.
    pub quarantined: Vec<String>,
    /// Keys that the source has more than once, so that it is undefined which row the archive should have.
    pub doubled: Vec<String>,
    /// Rows of the source without a key, which cannot be compared.
    pub without_key: u64,
}

/// An event that differs between the source and the archive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    /// Its key.
    pub event_id: String,
    /// The columns whose values differ.
    pub columns: Vec<&'static str>,
}

impl Reconciliation {
    /// Returns the differences as findings R001–R007, grouped by code and by the columns that differ.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut counts = FindingCounts::default();
        for (code, columns, id) in self.rows() {
            counts.add(code, if columns.is_empty() { "event_id".to_owned() } else { columns }, Some(&id));
        }
        (0..self.without_key).for_each(|_| counts.add("R005", "event_id", None));
        counts.findings()
    }

    /// Returns every row with a finding: the code, the columns that differ, and the key.
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

    /// Returns the keys of the rows that a pull must read again, so that the archive agrees with the source.
    pub(crate) fn to_read_again(&self) -> Vec<String> {
        let different = self.different.iter().chain(&self.broken).map(|d| &d.event_id);
        let ids = self.missing.iter().chain(different).chain(&self.quarantined).chain(&self.doubled);
        ids.cloned().collect()
    }
}

/// The instants and digests of rows, by their keys as text.
type Digests = BTreeMap<String, (i64, String)>;

/// The rows of a month in the source.
#[derive(Debug, Default)]
struct SourceRows {
    rows: Digests,
    doubled: BTreeSet<String>,
    without_key: u64,
    read: u64,
}

impl SourceRows {
    /// Adds a row. In files, a later row with the same key is a newer export of the event, not a repetition.
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

/// Compares one month. `at_ms` makes the key of the digests different in each run.
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
    let schema = source.relation_schema().await?;
    let secret = hex(&key.keyed("reconcile").digest(&[month.to_string().as_bytes(), &at_ms.to_le_bytes()]));
    let integer_ids = archive.facts().map_or(schema.integer_ids.unwrap_or(true), |f| f.integer_ids);
    let contract = Contract { facts, zone: config.zone, integer_ids, held: &config.words };
    let current = CurrentEvents::of(archive)?;
    let archived = archived_digests(&current, month, &secret)?;
    let mut result = Reconciliation { archive_rows: archived.len() as u64, ..Reconciliation::default() };
    let (from_us, until_us) = (month.start_s(facts.zone) * 1_000_000, month.end_s(facts.zone) * 1_000_000);
    let (archived, found) = if let Some(database) = source.database()
        && let Some(sql) = database.digest_sql(&schema, &secret)
    {
        result.in_database = true;
        let (days, rows, found) = compare_days(database, &sql, &archived, from_us..until_us).await?;
        result.source_rows = rows;
        let in_days = |(_, (at, _)): &(String, (i64, String))| days.contains(&((at - from_us) / DAY_US));
        (archived.into_iter().filter(in_days).collect(), found)
    } else {
        let (returned, found) = read_here(source, &schema, contract, month, &secret).await?;
        source = returned;
        result.source_rows = found.rows.len() as u64 + found.without_key;
        (archived, found)
    };
    result.travelled = found.read;
    result.without_key = found.without_key;
    let quarantine: BTreeSet<String> = Quarantine::load(archive)?.open_keys.into_iter().collect();
    let elsewhere = archived_elsewhere(archive, &archived, &found.rows, integer_ids)?;
    let mut suspects = BTreeSet::new();
    for (id, (_, theirs)) in found.rows.iter().filter(|(id, _)| !found.doubled.contains(*id)) {
        match archived.get(id) {
            Some((_, ours)) if ours == theirs => {}
            Some(_) => drop(suspects.insert(id.clone())),
            None if elsewhere.contains(id) => drop(suspects.insert(id.clone())),
            None if quarantine.contains(id) => result.quarantined.push(id.clone()),
            None => result.missing.push(id.clone()),
        }
    }
    let unmatched: BTreeSet<String> = archived.into_keys().filter(|id| !found.rows.contains_key(id)).collect();
    result.doubled = found.doubled.into_iter().collect();
    suspects.extend(unmatched.iter().cloned());
    let now = values_now(source, &schema, contract, &suspects).await?;
    let ids = in_order(&suspects, integer_ids);
    let then = if ids.is_empty() { BTreeMap::new() } else { archived_values(&current, &ids)? };
    for id in suspects {
        let columns = match (now.get(&id), then.get(&id)) {
            (None, _) if unmatched.contains(&id) => {
                result.gone.push(id);
                continue;
            }
            (Some(SourceRow::Valid(theirs)), Some(ours)) => differing_columns(theirs, ours),
            (Some(SourceRow::Broken(column)), _) => {
                result.broken.push(Difference { event_id: id, columns: vec![column.name()] });
                continue;
            }
            _ => Vec::new(),
        };
        // Both sides may digest the same value in different forms, so only rows whose values differ are reported.
        if !matches!((now.get(&id), columns.as_slice()), (Some(SourceRow::Valid(_)), [])) {
            result.different.push(Difference { event_id: id, columns });
        }
    }
    Ok(result)
}

/// Compares the days of a month by sums that the database makes. Returns the days that differ, how many rows the source
/// has, and the digests of its rows on those days.
async fn compare_days(
    database: &mut Database,
    sql: &DigestSql,
    archived: &Digests,
    month_us: std::ops::Range<i64>,
) -> Result<(BTreeSet<i64>, u64, SourceRows), PullError> {
    let from_us = month_us.start;
    let theirs = database.day_sums(sql, from_us, month_us.end).await?;
    let mut rows = theirs.values().map(|(rows, _)| rows).sum();
    let days = differing_days(archived, &theirs, from_us);
    let mut found = SourceRows { read: theirs.len() as u64, ..SourceRows::default() };
    for day in &days {
        let begin = from_us + day * DAY_US;
        for (id, digest) in database.row_digests(sql, begin, begin + DAY_US).await? {
            found.read += 1;
            found.add(id, begin, digest, false);
        }
    }
    for (id, digest) in database.endless_row_digests(sql).await? {
        found.read += 1;
        rows += 1;
        found.add(id, 0, digest, false);
    }
    Ok((days, rows, found))
}

/// The present row of an event in the source.
enum SourceRow {
    /// Its values; it keeps the contract.
    Valid(Values),
    /// It breaks the contract in this column.
    Broken(Column),
}

/// Returns the names of the columns whose values differ.
fn differing_columns(theirs: &Values, ours: &Values) -> Vec<&'static str> {
    let pairs = Column::ALL.into_iter().zip(theirs.iter().zip(ours));
    pairs.filter(|(_, (theirs, ours))| theirs != ours).map(|(column, _)| column.name()).collect()
}

/// Returns those keys that the archive has in another month instead of this one.
fn archived_elsewhere(
    archive: &Archive,
    archived: &Digests,
    found: &Digests,
    integer_ids: bool,
) -> Result<BTreeSet<String>, ArchiveError> {
    let unknown: BTreeSet<String> = found.keys().filter(|id| !archived.contains_key(*id)).cloned().collect();
    let keys = archived_keys(archive, &in_order(&unknown, integer_ids))?;
    Ok(keys.iter().map(ToString::to_string).collect())
}

/// Returns the days on which the sums of the two sides differ, counted from the beginning of the month.
fn differing_days(archived: &Digests, theirs: &BTreeMap<i64, (u64, String)>, from_us: i64) -> BTreeSet<i64> {
    let mut ours: BTreeMap<i64, (u64, u128)> = BTreeMap::new();
    for (at, digest) in archived.values() {
        let (rows, sum) = ours.entry((at - from_us) / DAY_US).or_default();
        *rows += 1;
        *sum += first_60_bits(digest);
    }
    let days: BTreeSet<i64> = ours.keys().chain(theirs.keys()).copied().collect();
    let equal = |day: &i64| ours.get(day).map(|(n, sum)| (*n, sum.to_string())) == theirs.get(day).cloned();
    days.into_iter().filter(|day| !equal(day)).collect()
}

/// Digests every event of a month as the archive has it now.
fn archived_digests(current: &CurrentEvents<'_>, month: Month, secret: &str) -> Result<Digests, ArchiveError> {
    let mut digests = Digests::new();
    each_of_month(current, month, |at_us, values| {
        let mut text = String::new();
        values.iter().for_each(|v| field(&mut text, v.as_deref()));
        let id = values[Column::EventId.index()].clone().unwrap_or_default();
        digests.insert(id, (at_us, digest(secret, &text)));
    })?;
    Ok(digests)
}

/// Calls `each` with every chunk of the rows of a filter.
async fn stream(
    mut source: Source,
    schema: &RelationSchema,
    filter: RowFilter,
    integer_ids: bool,
    mut each: impl FnMut(&Chunk),
) -> Result<Source, PullError> {
    let (sender, mut chunks) = tokio::sync::mpsc::channel(2);
    let schema = schema.clone();
    // Dropping the set aborts its task, so a comparison that is given up does not leave a reader behind.
    let mut reader = JoinSet::new();
    reader.spawn(async move {
        let read = source.events(&schema, &filter, integer_ids, sender).await;
        (source, read)
    });
    while let Some(chunk) = chunks.recv().await {
        each(&chunk);
    }
    let (source, read) = reader.join_next().await.and_then(Result::ok).ok_or(PullError::Reader)?;
    read?;
    Ok(source)
}

/// Reads the rows of a month from the source and digests them here. A row that breaks the contract belongs to the month of
/// its `selesai`, and to every month if that cannot be read.
async fn read_here(
    source: Source,
    schema: &RelationSchema,
    contract: Contract<'_>,
    month: Month,
    secret: &str,
) -> Result<(Source, SourceRows), PullError> {
    let mut found = SourceRows::default();
    let in_files = source.is_folder();
    let source = stream(source, schema, RowFilter::default(), contract.integer_ids, |chunk| {
        let checked = contract.check(chunk);
        for (index, row) in chunk.rows().enumerate() {
            found.read += 1;
            let selesai = &checked.events.selesai;
            let at_us = selesai.is_valid(index).then(|| selesai.value(index));
            if at_us.is_some_and(|us| contract.facts.zone.month(us.div_euclid(1_000_000)) != Some(month)) {
                continue;
            }
            let text = match checked.fault(index) {
                Some(_) => None,
                None => Some(event_values(&checked.events, index)),
            };
            // A row that breaks the contract gets an empty digest, which no archived row has.
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

/// Reads the present rows of the events with these keys, in any month.
async fn values_now(
    source: Source,
    schema: &RelationSchema,
    contract: Contract<'_>,
    ids: &BTreeSet<String>,
) -> Result<BTreeMap<String, SourceRow>, PullError> {
    let mut found = BTreeMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let filter = RowFilter { ids: ids.iter().cloned().collect(), only_ids: true, ..RowFilter::default() };
    let reading = stream(source, schema, filter, contract.integer_ids, |chunk| {
        let checked = contract.check(chunk);
        for (index, row) in chunk.rows().enumerate() {
            let Some(id) = id_text(row).filter(|id| ids.contains(id)) else { continue };
            let now = match checked.fault(index) {
                Some(fault) => SourceRow::Broken(fault.column),
                None => SourceRow::Valid(event_values(&checked.events, index).to_vec()),
            };
            found.insert(id, now);
        }
    });
    reading.await.map(drop)?;
    Ok(found)
}
