//! What becomes of each row of a pull: new, known, a correction, or quarantine.

use super::report::{FindingCounts, PullError, PullReport, Range};
use crate::archive::event_batch::Events;
use crate::archive::key::{Key, Keyed};
use crate::archive::tables::{NewEvents, QuarantinedRow, Tables};
use crate::archive::{Archive, ArchiveError, DigestForm, Persons, Pseudonymizer, Writer};
use crate::hash::hex;
use crate::pull::archived_rows::{ArchivedRows, RowMatcher};
use crate::pull::contract::{Contract, Fault, id_text, row_json};
use crate::pull::repeated_keys::{RepeatedKeys, mark};
use crate::source::{Cell, Chunk, Row};
use schemas::{Column, EventId, Month};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range as Span;
use std::path::Path;

/// Rows that are looked up in the archive together.
const LOOKED_UP_ROWS: usize = 65_536;
/// Rows of one part of the quarantine.
const QUARANTINE_ROWS: usize = 10_000;
/// When this many rows break the contract and they are the most, the view is wrong and not the rows.
const MOST_BROKEN: u64 = 100_000;

/// Takes rows chunk by chunk and hands on what must be archived.
pub(crate) struct Ingestor<'a> {
    contract: Contract<'a>,
    archive: Archive,
    range: Range,
    tables: Tables,
    residents: Pseudonymizer,
    quarantine_digest: Keyed,
    quarantined: BTreeSet<[u8; 16]>,
    doubles: Option<RepeatedKeys>,
    watched: BTreeSet<u64>,
    seen: BTreeSet<String>,
    month: Option<(Month, Span<i64>)>,
    waiting: Vec<Chunk>,
    broken: Vec<QuarantinedRow>,
    /// The number that the next event would get.
    pub(crate) next_seq: i64,
    /// The latest instant of recording.
    pub(crate) cursor_us: Option<i64>,
    /// What was found.
    pub(crate) tally: FindingCounts,
    /// What was counted.
    pub(crate) report: PullReport,
}

impl<'a> Ingestor<'a> {
    /// `watched` are the marks that an earlier reading of the same rows found doubled; without one, marks are gathered in
    /// `folder`.
    pub(crate) fn new(
        key: &Key,
        contract: Contract<'a>,
        archive: Archive,
        range: Range,
        quarantined: BTreeSet<[u8; 16]>,
        watched: Option<BTreeSet<u64>>,
        folder: &Path,
    ) -> Self {
        Self {
            contract,
            next_seq: archive.next_seq(),
            archive,
            range,
            tables: Tables::of(&contract.facts.columns, contract.integer_ids),
            residents: Pseudonymizer::new(key, DigestForm::of(&contract.facts.columns)),
            quarantine_digest: key.keyed("quarantine"),
            quarantined,
            doubles: watched.is_none().then(|| RepeatedKeys::new(folder)),
            watched: watched.unwrap_or_default(),
            seen: BTreeSet::new(),
            month: None,
            waiting: Vec::new(),
            broken: Vec::new(),
            cursor_us: None,
            tally: FindingCounts::default(),
            report: PullReport::default(),
        }
    }

    /// Whether keys are integers.
    pub(crate) fn integer_ids(&self) -> bool {
        self.contract.integer_ids
    }

    /// Takes a chunk; what it says is decided when enough rows are there to be looked up together.
    pub(crate) fn take(&mut self, chunk: Chunk, writer: Option<&mut Writer>) -> Result<(), PullError> {
        self.waiting.push(chunk);
        let rows: usize = self.waiting.iter().map(Chunk::len).sum();
        if self.archive.is_empty() || rows >= LOOKED_UP_ROWS { self.decide(writer) } else { Ok(()) }
    }

    /// Decides about every row that waits and hands everything to the writer. Gives the marks that came twice.
    pub(crate) fn finish(&mut self, mut writer: Option<&mut Writer>) -> Result<BTreeSet<u64>, PullError> {
        self.decide(writer.as_deref_mut())?;
        self.hand_on_broken(writer)?;
        let doubles = self.doubles.take().map(RepeatedKeys::finish).transpose();
        Ok(doubles.map_err(PullError::Scratch)?.unwrap_or_default())
    }

    fn decide(&mut self, mut writer: Option<&mut Writer>) -> Result<(), PullError> {
        let chunks = std::mem::take(&mut self.waiting);
        let archive = self.archive.clone();
        let mut ids: Vec<EventId<'_>> = if archive.is_empty() {
            Vec::new()
        } else {
            chunks.iter().flat_map(Chunk::rows).filter_map(|row| self.contract.key(row)).collect()
        };
        ids.sort_unstable();
        ids.dedup();
        let known = ArchivedRows::load(&archive, &ids, &self.tables.public)?;
        for chunk in &chunks {
            self.chunk(chunk, &known, writer.as_deref_mut())?;
        }
        Ok(())
    }

    fn chunk(
        &mut self,
        chunk: &Chunk,
        known: &ArchivedRows<'_>,
        mut writer: Option<&mut Writer>,
    ) -> Result<(), PullError> {
        let checked = self.contract.check(chunk);
        let persons = self.residents.form().persons(|column| Ok(checked.events.values(column)))?;
        let likeness = known.beside(&checked.events)?;
        let beside = CommitExtras { events: &checked.events, persons: &persons, known, likeness };
        let mut months = BTreeMap::new();
        for (index, row) in (0_u32..).zip(chunk.rows()) {
            self.report.read += 1;
            match checked.fault(index as usize) {
                Some(fault) => self.refuse(row, fault)?,
                None => self.event(index, row, &beside, &mut months)?,
            }
        }
        let integer_ids = self.contract.integer_ids;
        if let Some(writer) = writer.as_deref_mut() {
            for (month, admitted) in months {
                let corrections = admitted.corrections();
                writer.add_events(integer_ids, month, admitted.batches(&checked.events, &self.tables)?, corrections)?;
            }
        }
        if self.broken.len() >= QUARANTINE_ROWS { Ok(self.hand_on_broken(writer)?) } else { Ok(()) }
    }

    /// What becomes of a row that keeps the contract: it is admitted to its month, unless it is known already.
    fn event(
        &mut self,
        index: u32,
        row: Row<'_>,
        beside: &CommitExtras<'_>,
        months: &mut BTreeMap<Month, NewEvents>,
    ) -> Result<(), PullError> {
        let (events, place) = (beside.events, index as usize);
        let at = events.recorded_at.value(place);
        if self.range.from_us.is_some_and(|from| at < from) || self.range.until_us.is_some_and(|until| at >= until) {
            self.report.read -= 1;
            return Ok(());
        }
        let event_id = events.key(place);
        let mark = mark(event_id);
        if let Some(doubles) = &mut self.doubles {
            doubles.push(mark).map_err(PullError::Scratch)?;
        } else if self.watched.contains(&mark) && !self.seen.insert(event_id.to_string()) {
            return self.refuse(row, Fault { code: "V008", column: Column::EventId });
        }
        self.cursor_us = self.cursor_us.max(Some(at));
        let month = self.month_of(events.selesai.value(place).div_euclid(1_000_000))?;
        let person = self.residents.digest(beside.persons.row(place));
        let earlier = beside.known.get(event_id);
        if let (Some(earlier), Some(likeness)) = (earlier, &beside.likeness)
            && likeness.is_same(earlier, place, &person.commitment)
        {
            self.report.known += 1;
            return Ok(());
        }
        let correction_of = earlier.map(|e| e.seq);
        for (code, column) in self.contract.oddities(events, place) {
            self.tally.add(code, column.name(), Some(events.berkas_id.value(place)));
        }
        if correction_of.is_some() {
            self.report.corrections += 1;
            self.tally.add("W005", "event_id", Some(&event_id.to_string()));
        } else {
            self.report.new += 1;
        }
        let admitted = months.entry(month).or_insert_with(|| NewEvents::with_capacity(row.chunk_len()));
        admitted.push(index, self.next_seq, person, correction_of);
        self.next_seq += 1;
        Ok(())
    }

    /// The month of an instant; most are in the month of the one before.
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

    fn refuse(&mut self, row: Row<'_>, fault: Fault) -> Result<(), PullError> {
        let text = row_json(row);
        let digest = self.quarantine_digest.digest(&[fault.code.as_bytes(), text.as_bytes()]);
        let event_id = id_text(row);
        let column = fault.column.name();
        let place = match self.contract.longest(fault.column).filter(|_| fault.code == "V011") {
            Some(longest) => format!("{column}, paling banyak {longest} huruf"),
            None => column.to_owned(),
        };
        self.tally.add(fault.code, place, event_id.as_deref());
        if !self.quarantined.insert(digest) {
            self.report.still_quarantined += 1;
            return Ok(());
        }
        self.report.quarantined += 1;
        if self.report.quarantined >= MOST_BROKEN && self.report.quarantined * 2 > self.report.read {
            return Err(PullError::MostlyBroken { rows: self.report.quarantined, code: fault.code, column });
        }
        self.broken.push(QuarantinedRow { event_id, code: fault.code, column, digest: hex(&digest), row: text });
        Ok(())
    }

    fn hand_on_broken(&mut self, writer: Option<&mut Writer>) -> Result<(), ArchiveError> {
        let broken = std::mem::take(&mut self.broken);
        match writer {
            Some(writer) if !broken.is_empty() => writer.add_quarantine(&broken),
            _ => Ok(()),
        }
    }
}

/// The events of a chunk beside what the archive holds of them.
struct CommitExtras<'a> {
    events: &'a Events,
    persons: &'a Persons<'a>,
    known: &'a ArchivedRows<'a>,
    likeness: Option<RowMatcher<'a>>,
}

impl Contract<'_> {
    /// The key of a row, if it has one of the archive's type.
    fn key<'r>(&self, row: Row<'r>) -> Option<EventId<'r>> {
        match (row.cell(Column::EventId), self.integer_ids) {
            (Cell::Integer(n), true) => Some(EventId::Integer(n)),
            (Cell::Text(text), false) => Some(EventId::Text(text)),
            _ => None,
        }
    }
}
