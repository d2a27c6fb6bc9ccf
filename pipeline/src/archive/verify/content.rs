//! Compares the rows of the parts with each other and with the log.
//!
//! Reads   the parts of one commit after another, each public part together with its private one
//! Gives   A009 numbers, A010 months, A011 commitments, A012 pseudonyms and salts, A020 counts, A021 columns,
//!         A022 the key

use super::super::commit_log::{Commit, EventFile};
use super::super::disposal::disposed;
use super::super::pseudonyms::DigestForm;
use super::super::record::RowRecords;
use super::super::store::Store;
use super::super::tables::Tables;
use super::super::{FileEntry, READ_ROWS, as_stored, layout, month_of_path};
use super::faults::Faults;
use super::keys::Keys;
use super::persons::of_private_part;
use super::tree::TreeCheck;
use super::{ArchiveError, Examination, Log, Verification};
use crate::archive::columns::{instants, int64s};
use crate::transparency::Hash;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema};
use bytes::Bytes;
use schemas::{Finding, Zone};
use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::mpsc::sync_channel;

/// Checks the commits in order.
pub(super) struct Contents<'a> {
    store: &'a dyn Store,
    public_only: bool,
    /// The files of commits up to this one are not read.
    since: Option<u64>,
    /// The office's keys.
    keys: Keys<'a>,
    /// The tables and the columns of the digests in the form of the commit that is checked.
    form: Option<(Tables, DigestForm)>,
    /// The office's time zone, which determines the month of a row.
    zone: Zone,
    /// The version that is expected next.
    next_version: u64,
    /// The `seq` with which it must begin.
    next_seq: i64,
    /// The private files that were destroyed.
    destroyed: BTreeMap<String, u64>,
    /// How many files were checked, of how many, and who is told.
    files: (u64, u64),
    told: &'a dyn Fn(u64, u64),
}

/// The `seq` numbers of the rows of a commit, as runs of consecutive numbers.
struct Numbers<'a> {
    commit: &'a Commit,
    runs: Vec<Run>,
    corrections: u64,
    /// Whether all parts could be read.
    complete: bool,
}

/// Consecutive numbers in consecutive rows of one part.
struct Run {
    first: i64,
    /// The number after the last one.
    end: i64,
    part: usize,
    row: usize,
}

impl Numbers<'_> {
    fn take(&mut self, seq: i64, part: usize, row: usize) {
        match self.runs.last_mut() {
            Some(run) if run.part == part && run.end == seq => run.end += 1,
            _ => self.runs.push(Run { first: seq, end: seq.saturating_add(1), part, row }),
        }
    }

    /// Reports numbers between `first` and `last` that are missing or repeated.
    fn conclude(mut self, first: i64, last: i64, result: &mut Verification) {
        let mut found = |place: String, from: i64, to: i64| {
            let count = u64::try_from(to.saturating_sub(from)).unwrap_or(u64::MAX);
            result.findings.push(Finding { code: "A009", place: format!("{place}: seq {from}"), count });
        };
        self.runs.sort_by_key(|run| run.first);
        let mut expected = first;
        for run in &self.runs {
            if run.first < expected {
                let path = &self.commit.events[run.part].entry.path;
                found(format!("{path}, baris {}", run.row + 1), run.first, run.end.min(expected));
            } else if run.first > expected && self.complete {
                found(layout::commit(self.commit.version), expected, run.first);
            }
            expected = expected.max(run.end);
        }
        if expected < last && self.complete {
            found(layout::commit(self.commit.version), expected, last);
        }
        if self.complete && self.corrections != self.commit.note.corrections {
            result.find("A020", format!("{}: {} koreksi", layout::commit(self.commit.version), self.corrections));
        }
    }
}

impl<'a> Contents<'a> {
    pub(super) fn new(
        (store, examination): (&'a dyn Store, Examination<'a>),
        log: &Log,
        told: &'a dyn Fn(u64, u64),
        result: &mut Verification,
    ) -> Self {
        let facts = log.commits.first().and_then(|commit| commit.facts.as_ref());
        let keys = Keys::of(examination, log, result);
        let destroyed = disposed(&log.commits);
        Self {
            store,
            public_only: examination.public_only,
            since: examination.since,
            keys,
            form: None,
            zone: facts.map_or_else(Zone::default, |facts| facts.zone),
            next_version: 0,
            next_seq: 0,
            files: (
                0,
                log.commits
                    .iter()
                    .filter(|commit| Some(commit.version) > examination.since)
                    .map(|commit| files(commit, examination.public_only, &destroyed))
                    .sum(),
            ),
            told,
            destroyed,
        }
    }

    fn is_checked(&mut self, files: u64) {
        self.files.0 += files;
        (self.told)(self.files.0, self.files.1);
    }

    /// Checks every file of a commit, and the totals that the commit states for all of them.
    pub(super) fn check(
        &mut self,
        commit: &Commit,
        tree: &mut TreeCheck<'_>,
        result: &mut Verification,
    ) -> Result<(), ArchiveError> {
        let note = &commit.note;
        if let Some(facts) = &commit.facts {
            self.keys.begin(facts.digest_form());
            self.form = Some((facts.tables(), facts.digest_form()));
        }
        if commit.version != self.next_version {
            // An earlier commit could not be read, which has been reported. The first number then follows from this commit alone.
            let rows = commit.events.iter().map(|file| file.entry.rows).fold(0, u64::saturating_add);
            self.next_seq = note.next_seq.saturating_sub_unsigned(rows);
        }
        self.next_version = commit.version + 1;
        if Some(commit.version) <= self.since {
            self.next_seq = self.counts(commit, result);
            self.keys.pass(commit, result);
            return Ok(());
        }
        self.keys.prepare(commit.version);
        let is_there = |file: &&FileEntry| !self.public_only && !self.destroyed.contains_key(&file.path);
        let persons: Vec<Option<&FileEntry>> = note.persons.iter().map(|file| Some(file).filter(is_there)).collect();
        let quarantine: Vec<&FileEntry> = note.quarantine.iter().filter(is_there).collect();
        let of_bag: Vec<&FileEntry> = note.bag_files().filter(is_there).collect();
        let last = self.counts(commit, result);
        let mut numbers = Numbers { commit, runs: Vec::new(), corrections: 0, complete: true };
        for (part, file) in commit.events.iter().enumerate() {
            let private = persons.get(part).copied().flatten();
            self.pair((part, file), private, &mut numbers, (tree, result))?;
            self.is_checked(1 + u64::from(private.is_some()));
        }
        let others = persons.into_iter().skip(commit.events.len()).flatten().chain(quarantine);
        for file in others.chain(note.public_files()) {
            result.whole(self.store, file)?;
            self.is_checked(1);
        }
        for file in of_bag {
            result.sealed(self.store, file)?;
            self.is_checked(1);
        }
        numbers.conclude(self.next_seq, last, result);
        self.next_seq = last;
        self.keys.pass(commit, result);
        Ok(())
    }

    /// Checks the counts of the commit against the rows of its files. Returns the number after its last row.
    fn counts(&self, commit: &Commit, result: &mut Verification) -> i64 {
        let note = &commit.note;
        let sum = |rows: &mut dyn Iterator<Item = u64>| rows.fold(0, u64::saturating_add);
        let rows = sum(&mut commit.events.iter().map(|file| file.entry.rows));
        let last = self.next_seq.saturating_add_unsigned(rows);
        let quarantined = sum(&mut note.quarantine.iter().map(|file| file.rows));
        let private = note.persons.iter().map(|file| (file.rows, month_of_path(&file.path)));
        let is_paired = commit.events.iter().map(|file| (file.entry.rows, Some(file.month))).eq(private);
        if last != note.next_seq || quarantined != note.quarantined || !is_paired {
            let persons = sum(&mut note.persons.iter().map(|file| file.rows));
            let place = layout::commit(commit.version);
            let counted = format!("{rows} baris publik, {persons} pribadi, {quarantined} tertahan");
            result.find("A020", format!("{place}: {counted}, seq {} sampai {}", self.next_seq, note.next_seq));
        }
        last
    }

    /// Checks a public part and its private counterpart.
    fn pair(
        &mut self,
        (part, file): (usize, &EventFile),
        private: Option<&FileEntry>,
        numbers: &mut Numbers<'_>,
        (tree, result): (&mut TreeCheck<'_>, &mut Verification),
    ) -> Result<(), ArchiveError> {
        let (public_bytes, private_bytes) = result.both(self.store, (&file.entry, private))?;
        let Some(public_bytes) = public_bytes else {
            numbers.complete = false;
            return Ok(());
        };
        let mut faults = (Faults::default(), Faults::default());
        match self.rows((part, file), (public_bytes, private_bytes), (numbers, tree), &mut faults) {
            Ok(rows) => result.events += rows,
            Err((table, reason)) => {
                numbers.complete = false;
                let of_private = private.filter(|_| table == layout::PERSONS);
                let path = of_private.map_or(&file.entry.path, |private| &private.path);
                result.find("A021", format!("{path}: {reason}"));
            }
        }
        let (of_public, of_private) = faults;
        of_public.tell(&file.entry.path, result);
        if let Some(private) = private {
            of_private.tell(&private.path, result);
        }
        Ok(())
    }

    /// Compares the rows of both parts. Returns how many were checked; an error names the table that cannot be read.
    fn rows(
        &mut self,
        (part, file): (usize, &EventFile),
        (public, private): (Bytes, Option<Bytes>),
        (numbers, tree): (&mut Numbers<'_>, &mut TreeCheck<'_>),
        (of_public, of_private): &mut (Faults, Faults),
    ) -> Result<u64, (&'static str, String)> {
        let Some((tables, form)) = self.form.clone() else {
            // The first commit could not be read, which has been reported. So the columns are unknown.
            numbers.complete = false;
            return Ok(0);
        };
        let events = |reason: String| (layout::EVENTS, reason);
        let persons = |reason: String| (layout::PERSONS, reason);
        let private = private.map(|bytes| rows_of(bytes, &tables.private_schema)).transpose().map_err(persons)?;
        let public = rows_of(public, &tables.public_schema).map_err(events)?;
        let keys = &mut self.keys;
        let month = file.month.start_s(self.zone) * 1_000_000..file.month.end_s(self.zone) * 1_000_000;
        // Persons are checked beside the public rows, which are as much work.
        std::thread::scope(|scope| {
            let (sender, of_public_rows) = sync_channel::<RecordBatch>(BATCHES_AHEAD);
            let of_persons = private.map(|private| {
                scope.spawn(move || of_private_part(keys, &form, (of_public_rows, private), of_private))
            });
            let checked = public_part((numbers, tree), (part, file), (month, public), of_public, |batch| {
                // Who has found something that cannot be read wants no more.
                of_persons.is_none() || sender.send(batch.clone()).is_ok()
            });
            drop(sender);
            let of_persons = of_persons.map(|thread| thread.join().unwrap_or_else(|defect| resume_unwind(defect)));
            of_persons.transpose().map_err(persons)?;
            checked.map_err(events)
        })
    }
}

/// So many batches of public rows wait for their private ones.
const BATCHES_AHEAD: usize = 2;

/// Checks the rows of a public part, and gives each batch of them to `take` first. Returns how many they are.
fn public_part(
    (numbers, tree): (&mut Numbers<'_>, &mut TreeCheck<'_>),
    (part, file): (usize, &EventFile),
    (month, rows): (Range<i64>, impl Iterator<Item = Result<RecordBatch, String>>),
    faults: &mut Faults,
    take: impl Fn(&RecordBatch) -> bool,
) -> Result<u64, String> {
    let (mut at, mut before) = (0, i64::MIN);
    for batch in rows {
        let batch = batch?;
        if !take(&batch) {
            break;
        }
        let read = public_rows(&batch).map_err(|e| e.to_string())?;
        let records = RowRecords::of(&batch).map_err(|e| e.to_string())?;
        let leaves = leaves_of(&records, batch.num_rows());
        for ((row, (seq, ended, replaced)), leaf) in (at..).zip(read).zip(&leaves) {
            numbers.take(seq, part, row);
            let version = numbers.commit.version;
            tree.row(version, seq, leaf, || (file.entry.path.clone(), row));
            if seq <= before {
                faults.add("A009", row, || format!("seq {seq}"));
            }
            before = seq;
            if !month.contains(&ended) {
                faults.add("A010", row, || format!("seq {seq}"));
            }
            if let Some(replaced) = replaced {
                numbers.corrections += 1;
                if !(0..seq).contains(&replaced) {
                    faults.add("A009", row, || format!("seq {seq} mengoreksi seq {replaced}"));
                }
            }
        }
        at += batch.num_rows();
    }
    Ok(at as u64)
}

/// Returns the leaves of the rows of a batch. Of many rows, another thread hashes the second half.
fn leaves_of(records: &RowRecords<'_>, rows: usize) -> Vec<Hash> {
    if rows < ROWS_OF_TWO_THREADS {
        return records.leaves(0..rows);
    }
    std::thread::scope(|scope| {
        let second = scope.spawn(|| records.leaves(rows / 2..rows));
        let mut leaves = records.leaves(0..rows / 2);
        leaves.extend(second.join().unwrap_or_else(|defect| resume_unwind(defect)));
        leaves
    })
}

/// Fewer rows are hashed faster than a thread begins.
const ROWS_OF_TWO_THREADS: usize = 512;

/// Returns how many files of a commit are checked.
fn files(commit: &Commit, public_only: bool, destroyed: &BTreeMap<String, u64>) -> u64 {
    let note = &commit.note;
    let there = note.private_files().filter(|file| !destroyed.contains_key(&file.path));
    let private = if public_only { 0 } else { there.count() };
    (commit.events.len() + note.public_files().count() + private) as u64
}

/// Returns the number, the end and the replaced number of each public row.
fn public_rows(batch: &RecordBatch) -> Result<impl Iterator<Item = (i64, i64, Option<i64>)> + use<'_>, ArchiveError> {
    let (seqs, ended) = (int64s(batch, "seq")?.values(), instants(batch, "selesai")?.values());
    let replaced = int64s(batch, "correction_of")?.iter();
    Ok(seqs.iter().zip(ended).zip(replaced).map(|((seq, ended), replaced)| (*seq, *ended, replaced)))
}

/// Returns the rows of a part after a check that it has the columns of the table.
fn rows_of(bytes: Bytes, wanted: &Schema) -> Result<impl Iterator<Item = Result<RecordBatch, String>> + use<>, String> {
    let (schema, rows) = as_stored(bytes, None, READ_ROWS)?;
    let columns = |schema: &Schema| -> Vec<(String, DataType, bool)> {
        let field = |field: &Field| (field.name().clone(), field.data_type().clone(), field.is_nullable());
        schema.fields().iter().map(|one| field(one)).collect()
    };
    if columns(&schema) == columns(wanted) {
        Ok(rows)
    } else {
        Err("its columns are not those of the table".to_owned())
    }
}
