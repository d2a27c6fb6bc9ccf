//! Decides for each row of a pull whether it is new, already archived, a correction, or for the quarantine.
//!
//! Reads   chunks of rows from the source; the archived rows with the same keys
//! Gives   new events by month, and rows for the quarantine, to the [`Writer`]; counts and findings to the report
//! Rule    a row that breaks the contract, or repeats a key, goes to quarantine; a row equal to the latest archived one
//!         of its key is dropped; any other row with a known key is a correction
//! Finds   V008 and W005; the findings of the contract

use super::report::{FindingCounts, PullError, PullReport, Range};
use crate::archive::commit_log::TableFacts;
use crate::archive::event_batch::Events;
use crate::archive::key::{Key, Keyed};
use crate::archive::quarantine::DIGEST;
use crate::archive::tables::{NewEvents, QuarantinedRow, Tables};
use crate::archive::{Archive, ArchiveError, PersonOf, Persons, Pseudonymizer, Writer};
use crate::hash::hex;
use crate::pull::archived_rows::{ArchivedRow, ArchivedRows, RowMatcher};
use crate::pull::contract::{Contract, Fault};
use crate::pull::repeated_keys::{RepeatedKeys, key_fingerprint};
use crate::pull::row_text::{id_text, row_json};
use crate::source::{Cell, Chunk, Row};
use schemas::{Column, EventId, Month};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range as Span;
use std::path::Path;

/// How many rows are looked up in the archive together.
const LOOKED_UP_ROWS: usize = 65_536;
/// How many rows one part of the quarantine holds.
const QUARANTINE_ROWS: usize = 10_000;
/// If this many rows go to quarantine and they are the majority, the view is wrong rather than the rows.
const MOST_QUARANTINED: u64 = 100_000;

/// Takes rows chunk by chunk, and passes those that must be archived to the writer.
pub(crate) struct Ingestor<'a> {
    contract: Contract<'a>,
    archive: Archive,
    range: Range,
    tables: Tables,
    pseudonymizer: Pseudonymizer,
    quarantine_digest: Keyed,
    /// Digests of the rows that are already in quarantine.
    quarantined: BTreeSet<[u8; 16]>,
    /// Gathers fingerprints, in a first reading.
    fingerprints: Option<RepeatedKeys>,
    /// Fingerprints that a first reading found repeated, in a second one.
    repeated: BTreeSet<u64>,
    /// Keys with such a fingerprint that have been seen.
    seen: BTreeSet<String>,
    /// The month of the event before, and its seconds.
    month: Option<(Month, Span<i64>)>,
    /// Chunks that wait to be looked up together.
    pending: Vec<Chunk>,
    /// Rows that wait to be written to the quarantine.
    for_quarantine: Vec<QuarantinedRow>,
    /// The number that the next event gets.
    pub(crate) next_seq: i64,
    /// The latest `recorded_at` that was seen.
    pub(crate) cursor_us: Option<i64>,
    pub(crate) counts: FindingCounts,
    pub(crate) report: PullReport,
}

impl<'a> Ingestor<'a> {
    /// Starts a reading of rows. `repeated` are the fingerprints that a first reading of the same rows found repeated; in a
    /// first reading it is `None`, and fingerprints are gathered, with scratch files in `folder`.
    pub(crate) fn new(
        key: &Key,
        contract: Contract<'a>,
        archive: Archive,
        range: Range,
        quarantined: BTreeSet<[u8; 16]>,
        repeated: Option<BTreeSet<u64>>,
        folder: &Path,
    ) -> Self {
        let written = TableFacts::new(archive.newest_form(), contract.integer_ids, key.id(), contract.facts);
        Self {
            contract,
            next_seq: archive.next_seq(),
            archive,
            range,
            tables: written.tables(),
            pseudonymizer: Pseudonymizer::new(key, written.digest_form()),
            quarantine_digest: key.keyed(DIGEST),
            quarantined,
            fingerprints: repeated.is_none().then(|| RepeatedKeys::new(folder)),
            repeated: repeated.unwrap_or_default(),
            seen: BTreeSet::new(),
            month: None,
            pending: Vec::new(),
            for_quarantine: Vec::new(),
            cursor_us: None,
            counts: FindingCounts::default(),
            report: PullReport::default(),
        }
    }

    /// Whether keys are integers.
    pub(crate) fn integer_ids(&self) -> bool {
        self.contract.integer_ids
    }

    /// Takes a chunk. Its rows are decided once there are enough rows to look up together.
    pub(crate) fn add(&mut self, chunk: Chunk, writer: Option<&mut Writer>) -> Result<(), PullError> {
        self.pending.push(chunk);
        let rows: usize = self.pending.iter().map(Chunk::len).sum();
        if self.archive.is_empty() || rows >= LOOKED_UP_ROWS { self.decide_pending(writer) } else { Ok(()) }
    }

    /// Decides all pending rows, and passes everything to the writer. Returns the fingerprints that came more than once.
    pub(crate) fn finish(&mut self, mut writer: Option<&mut Writer>) -> Result<BTreeSet<u64>, PullError> {
        self.decide_pending(writer.as_deref_mut())?;
        self.flush_quarantine(writer)?;
        let repeated = self.fingerprints.take().map(RepeatedKeys::finish).transpose();
        Ok(repeated.map_err(PullError::Scratch)?.unwrap_or_default())
    }

    /// Looks up the keys of the pending rows in the archive, and decides the rows.
    fn decide_pending(&mut self, mut writer: Option<&mut Writer>) -> Result<(), PullError> {
        let chunks = std::mem::take(&mut self.pending);
        let archive = self.archive.clone();
        let mut ids: Vec<EventId<'_>> = if archive.is_empty() {
            Vec::new()
        } else {
            chunks.iter().flat_map(Chunk::rows).filter_map(|row| self.contract.key(row)).collect()
        };
        ids.sort_unstable();
        ids.dedup();
        let archived = ArchivedRows::load(&archive, &ids, &self.tables.public)?;
        for chunk in &chunks {
            self.decide_chunk(chunk, &archived, writer.as_deref_mut())?;
        }
        Ok(())
    }

    /// Checks a chunk and decides its rows.
    fn decide_chunk(
        &mut self,
        chunk: &Chunk,
        archived: &ArchivedRows<'_>,
        mut writer: Option<&mut Writer>,
    ) -> Result<(), PullError> {
        let checked = self.contract.check(chunk);
        let persons = self.pseudonymizer.form().persons(|column| Ok(checked.events.values(column)))?;
        let matcher = archived.matcher(&checked.events)?;
        let chunk_rows = ChunkRows { events: &checked.events, persons: &persons, archived, matcher };
        let mut months = BTreeMap::new();
        for (index, row) in (0_u32..).zip(chunk.rows()) {
            self.report.read += 1;
            match checked.fault(index as usize) {
                Some(fault) => self.quarantine(row, fault)?,
                None => self.decide_event(index, row, &chunk_rows, &mut months)?,
            }
        }
        let integer_ids = self.contract.integer_ids;
        if let Some(writer) = writer.as_deref_mut() {
            for (month, new_events) in months {
                let corrections = new_events.corrections();
                writer.add_events(
                    integer_ids,
                    month,
                    new_events.batches(&checked.events, &self.tables)?,
                    corrections,
                )?;
            }
        }
        if self.for_quarantine.len() >= QUARANTINE_ROWS { Ok(self.flush_quarantine(writer)?) } else { Ok(()) }
    }

    /// Decides a row that keeps the contract. It is added to its month, unless the archive already has it.
    fn decide_event(
        &mut self,
        index: u32,
        row: Row<'_>,
        chunk_rows: &ChunkRows<'_>,
        months: &mut BTreeMap<Month, NewEvents>,
    ) -> Result<(), PullError> {
        let (events, row_index) = (chunk_rows.events, index as usize);
        let at = events.recorded_at.value(row_index);
        if self.range.from_us.is_some_and(|from| at < from) || self.range.until_us.is_some_and(|until| at >= until) {
            self.report.read -= 1;
            return Ok(());
        }
        let event_id = events.key(row_index);
        let fingerprint = key_fingerprint(event_id);
        if let Some(fingerprints) = &mut self.fingerprints {
            fingerprints.push(fingerprint).map_err(PullError::Scratch)?;
        } else if self.repeated.contains(&fingerprint) && !self.seen.insert(event_id.to_string()) {
            return self.quarantine(row, Fault { code: "V008", column: Column::EventId });
        }
        self.cursor_us = self.cursor_us.max(Some(at));
        let month = self.month_of(events.selesai.value(row_index).div_euclid(1_000_000))?;
        let earlier = chunk_rows.archived.get(event_id);
        if let (Some(earlier), Some(matcher)) = (earlier, &chunk_rows.matcher)
            && matcher.is_same(earlier, row_index)
            && self.is_same_person(earlier, row_index, chunk_rows, matcher)?
        {
            self.report.known += 1;
            return Ok(());
        }
        let person = self.pseudonymizer.digest(chunk_rows.persons.row(row_index));
        let correction_of = earlier.map(|e| e.seq);
        for (code, column) in self.contract.warnings(events, row_index) {
            self.counts.add(code, column.name(), Some(events.berkas_id.value(row_index)));
        }
        if correction_of.is_some() {
            self.report.corrections += 1;
            self.counts.add("W005", "event_id", Some(&event_id.to_string()));
        } else {
            self.report.new += 1;
        }
        let new_events = months.entry(month).or_insert_with(|| NewEvents::with_capacity(row.chunk_len()));
        new_events.push(index, self.next_seq, person, correction_of);
        self.next_seq += 1;
        Ok(())
    }

    /// Whether a row has the personal columns of the archived one.
    fn is_same_person(
        &mut self,
        archived: ArchivedRow,
        row: usize,
        chunk_rows: &ChunkRows<'_>,
        matcher: &RowMatcher<'_>,
    ) -> Result<bool, ArchiveError> {
        let person = chunk_rows.persons.row(row);
        Ok(match chunk_rows.archived.person_of(archived)? {
            PersonOf::TheKey => matcher.has_commitment(archived, &self.pseudonymizer.digest(person).commitment),
            PersonOf::ASalt(salt) => {
                matcher.has_commitment(archived, &self.pseudonymizer.commitment_under(&salt, person))
            }
            PersonOf::Pseudonym => {
                matcher.has_pseudonym(archived, self.pseudonymizer.digest(person).pseudonym.as_ref())
            }
        })
    }

    /// Returns the month of an instant. Most instants are in the month of the one before, so that one is tried first.
    fn month_of(&mut self, epoch_s: i64) -> Result<Month, ArchiveError> {
        if let Some((month, seconds)) = &self.month
            && seconds.contains(&epoch_s)
        {
            return Ok(*month);
        }
        let zone = self.contract.facts.zone;
        let month = zone.month(epoch_s);
        let month = month.ok_or_else(|| ArchiveError::Encode("an event lies outside every calendar".into()))?;
        self.month = Some((month, month.start_s(zone)..month.end_s(zone)));
        Ok(month)
    }

    /// Puts a row into the quarantine, unless it is already there.
    fn quarantine(&mut self, row: Row<'_>, fault: Fault) -> Result<(), PullError> {
        let text = row_json(row);
        let digest = self.quarantine_digest.digest(&[fault.code.as_bytes(), text.as_bytes()]);
        let event_id = id_text(row);
        let column = fault.column.name();
        let (place, said) = (self.contract.place(row, fault), self.contract.said(row, fault));
        match said {
            Some(said) => self.counts.add_word(fault.code, place, &said, event_id.as_deref()),
            None => self.counts.add(fault.code, place, event_id.as_deref()),
        }
        if !self.quarantined.insert(digest) {
            self.report.still_quarantined += 1;
            return Ok(());
        }
        self.report.quarantined += 1;
        if self.report.quarantined >= MOST_QUARANTINED && self.report.quarantined * 2 > self.report.read {
            return Err(PullError::MostlyBroken { rows: self.report.quarantined, code: fault.code, column });
        }
        self.for_quarantine.push(QuarantinedRow {
            event_id,
            code: fault.code,
            column,
            digest: hex(&digest),
            row: text,
        });
        Ok(())
    }

    /// Passes the rows for the quarantine to the writer.
    fn flush_quarantine(&mut self, writer: Option<&mut Writer>) -> Result<(), ArchiveError> {
        let rows = std::mem::take(&mut self.for_quarantine);
        match writer {
            Some(writer) if !rows.is_empty() => writer.add_quarantine(&rows),
            _ => Ok(()),
        }
    }
}

/// The events of a chunk, and the archived rows with the same keys.
struct ChunkRows<'a> {
    events: &'a Events,
    persons: &'a Persons<'a>,
    archived: &'a ArchivedRows<'a>,
    matcher: Option<RowMatcher<'a>>,
}

impl Contract<'_> {
    /// Returns the key of a row, if it has one of the archive's type.
    fn key<'r>(&self, row: Row<'r>) -> Option<EventId<'r>> {
        match (row.cell(Column::EventId), self.integer_ids) {
            (Cell::Integer(n), true) => Some(EventId::Integer(n)),
            (Cell::Text(text), false) => Some(EventId::Text(text)),
            _ => None,
        }
    }
}
