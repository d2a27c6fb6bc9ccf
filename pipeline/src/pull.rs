//! Brings new events from the source into the archive: every committed row once, in one atomic commit with its cursor.
//!
//! A window of `lookback` before the cursor is read again and dropped by `event_id` and content digest, so rows that
//! were written late are found. A row whose content changed is archived beside the first as a correction. A row that
//! breaks the contract goes to quarantine and is asked for again until the source has mended it.

use crate::archive::log::TableFacts;
use crate::archive::table::{ArchivedEvent, QuarantinedRow, content_digest};
use crate::archive::{Archive, ArchiveError, Writer};
use crate::key::Key;
use crate::known::Known;
use crate::sources::{Outage, RawRow, ReadError, Source, SourceConfig, SourceError, Stock, Window};
use crate::validate::{Contract, Fault, id_text, row_json};
use hmac::Mac;
use schemas::{Column, EventId, Facts, Finding};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Rows that are validated and encoded together.
const CHUNK_ROWS: usize = 50_000;
/// How many ids a message names as examples.
const EXAMPLES: usize = 3;

/// A pull could not be done.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The source failed.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The archive failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// How to pull.
#[derive(Clone, Copy, Debug)]
pub struct PullOptions<'a> {
    /// Name under which the archive keeps this source's cursor.
    pub source_name: &'a str,
    /// How far before the cursor to read again, seconds.
    pub lookback_s: i64,
    /// Now, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Whether to leave the archive as it is.
    pub dry_run: bool,
}

/// What a pull did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullReport {
    /// Rows read from the source.
    pub read: u64,
    /// Events that were new.
    pub new: u64,
    /// Rows that were archived already.
    pub known: u64,
    /// Events archived as corrections.
    pub corrections: u64,
    /// Rows put into quarantine now.
    pub quarantined: u64,
    /// Rows that were in quarantine already and are still broken.
    pub still_quarantined: u64,
    /// Version of the archive after the pull; none while it is empty.
    pub archive_version: Option<u64>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// Pulls once. `progress` is told how many rows were read and how many there are.
///
/// # Errors
/// [`PullError`] when the source or the archive cannot be used; the archive is then as it was.
pub async fn pull(
    config: &SourceConfig,
    root: &Path,
    key: &Key,
    facts: &Facts,
    options: PullOptions<'_>,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<PullReport, PullError> {
    // The lock comes before the snapshot: a snapshot older than another pull's commit would undo its corrections.
    let mut writer = if options.dry_run { None } else { Some(Writer::open(root, key)?) };
    let archive = match &writer {
        Some(writer) => writer.archive().clone(),
        None => Archive::open(root)?,
    };
    let mut source = Source::open(config.clone()).await?;
    let shape = source.shape().await?;
    let integer_ids = key_type(&archive, shape.integer_ids)?;
    let known = Known::load(&archive)?;
    let cursor = archive.cursor(options.source_name);
    let window = match known.open_quarantine() {
        Some(ids) => Window { from_us: cursor.map(|c| c.saturating_sub(options.lookback_s * 1_000_000)), ids },
        // A broken row without a key can only be found again by reading everything.
        None => Window::default(),
    };
    let total = source.count(&shape, &window).await?;
    let mut intake = Intake::new(key, facts, config.zone, known, integer_ids, archive.next_seq());
    if source.may_write().await? {
        intake.find("S003", config.view.clone(), None);
    }
    for name in &shape.unknown {
        intake.find("S001", name.clone(), None);
    }
    let sink = &mut |row: RawRow| -> Result<(), ArchiveError> {
        intake.take(&row);
        if intake.report.read.is_multiple_of(1_000) {
            progress(intake.report.read, total);
        }
        match &mut writer {
            Some(writer) if intake.rows.len() >= CHUNK_ROWS => intake.flush(writer),
            Some(_) => Ok(()),
            None => {
                intake.rows.clear();
                Ok(())
            }
        }
    };
    match source.events(&shape, &window, sink).await {
        Ok(()) => {}
        Err(ReadError::Source(fault)) => return Err(fault.into()),
        Err(ReadError::Sink(fault)) => return Err(fault.into()),
    }
    progress(intake.report.read, total);
    let (outages, stock) = intake.side_tables(&mut source).await?;
    if intake.report.read == 0 && archive.is_empty() {
        intake.find("S002", config.view.clone(), None);
    }
    let Some(mut writer) = writer else {
        return Ok(intake.finish(&archive));
    };
    intake.flush(&mut writer)?;
    if let Some(rows) = outages {
        writer.set_outages(&rows)?;
    }
    if let Some(rows) = stock {
        writer.set_stock(&rows)?;
    }
    let archive = match intake.integer_ids {
        Some(integer_ids) if writer.has_news() => {
            let facts = TableFacts { integer_ids, key_id: key.id() };
            // A clock that runs ahead in the source must not push the window into the future.
            let cursor = intake.cursor_us.map(|c| c.min(options.at_ms * 1_000)).max(cursor);
            writer.commit(&facts, options.source_name, cursor, options.at_ms, intake.counts())?
        }
        _ => archive,
    };
    Ok(intake.finish(&archive))
}

/// The archive's type of key, which the source must keep.
fn key_type(archive: &Archive, found: Option<bool>) -> Result<Option<bool>, ArchiveError> {
    let word = |integer: bool| if integer { "an integer" } else { "text" };
    match (archive.facts().map(|f| f.integer_ids), found) {
        (Some(expected), Some(found)) if expected != found => {
            Err(ArchiveError::KeyType { expected: word(expected), found: word(found) })
        }
        (Some(expected), _) => Ok(Some(expected)),
        (None, found) => Ok(found),
    }
}

/// Takes rows one by one and keeps what must be archived.
struct Intake<'a> {
    key: &'a Key,
    facts: &'a Facts,
    zone: chrono_tz::Tz,
    known: Known,
    integer_ids: Option<bool>,
    next_seq: i64,
    cursor_us: Option<i64>,
    seen: BTreeSet<EventId>,
    rows: Vec<ArchivedEvent>,
    quarantine: Vec<QuarantinedRow>,
    found: BTreeMap<(&'static str, String), (u64, Vec<String>)>,
    report: PullReport,
}

impl<'a> Intake<'a> {
    fn new(
        key: &'a Key,
        facts: &'a Facts,
        zone: chrono_tz::Tz,
        known: Known,
        integer_ids: Option<bool>,
        next_seq: i64,
    ) -> Self {
        Self {
            key,
            facts,
            zone,
            known,
            integer_ids,
            next_seq,
            cursor_us: None,
            seen: BTreeSet::new(),
            rows: Vec::new(),
            quarantine: Vec::new(),
            found: BTreeMap::new(),
            report: PullReport::default(),
        }
    }

    fn take(&mut self, row: &RawRow) {
        self.report.read += 1;
        let contract = Contract { facts: self.facts, zone: self.zone, integer_ids: self.integer_ids.unwrap_or(false) };
        match contract.event(row) {
            Err(fault) => self.refuse(row, fault),
            Ok((event, _)) if !self.seen.insert(event.event_id.clone()) => {
                self.refuse(row, Fault { code: "V008", column: Column::EventId });
            }
            Ok((event, warnings)) => {
                self.cursor_us = self.cursor_us.max(Some(event.recorded_at_us));
                let content_digest = content_digest(self.key, &event);
                let correction_of = match self.known.event(&event.event_id) {
                    Some(earlier) if earlier.content_digest == content_digest => {
                        self.report.known += 1;
                        return;
                    }
                    earlier => earlier.map(|e| e.seq),
                };
                let id = Some(event.berkas_id.clone());
                for (code, column) in warnings {
                    self.find(code, column.name().to_owned(), id.clone());
                }
                if correction_of.is_some() {
                    self.report.corrections += 1;
                    self.find("W005", "event_id".to_owned(), Some(event.event_id.to_string()));
                } else {
                    self.report.new += 1;
                }
                self.rows.push(ArchivedEvent { seq: self.next_seq, event, content_digest, correction_of });
                self.next_seq += 1;
            }
        }
    }

    /// Outages and stock, where the configuration names them; rows of them that cannot be read are findings.
    async fn side_tables(
        &mut self,
        source: &mut Source,
    ) -> Result<(Option<Vec<Outage>>, Option<Vec<Stock>>), SourceError> {
        let outages = source.outages().await?;
        let stock = source.stock().await?;
        let faulty = [("gangguan", outages.as_ref().map(|o| o.1)), ("blangko", stock.as_ref().map(|s| s.1))];
        for (table, faulty) in faulty {
            (0..faulty.unwrap_or(0)).for_each(|_| self.find("V002", table.to_owned(), None));
        }
        Ok((outages.map(|o| o.0), stock.map(|s| s.0)))
    }

    fn refuse(&mut self, row: &RawRow, fault: Fault) {
        let text = row_json(row);
        let digest = self.key.digest("quarantine", |m| {
            m.update(fault.code.as_bytes());
            m.update(text.as_bytes());
        });
        let event_id = id_text(row);
        if self.known.is_quarantined(&digest) {
            self.report.still_quarantined += 1;
        } else {
            self.report.quarantined += 1;
            let column = fault.column.name();
            self.known.quarantine(digest.clone());
            self.quarantine.push(QuarantinedRow {
                event_id: event_id.clone(),
                code: fault.code,
                column,
                digest,
                row: text,
            });
        }
        self.find(fault.code, fault.column.name().to_owned(), event_id);
    }

    fn find(&mut self, code: &'static str, column: String, id: Option<String>) {
        let (count, examples) = self.found.entry((code, column)).or_default();
        *count += 1;
        if let Some(id) = id
            && examples.len() < EXAMPLES
            && !examples.contains(&id)
        {
            examples.push(id);
        }
    }

    fn flush(&mut self, writer: &mut Writer) -> Result<(), ArchiveError> {
        if !self.rows.is_empty() {
            writer.add_events(self.integer_ids.unwrap_or(false), std::mem::take(&mut self.rows))?;
        }
        if !self.quarantine.is_empty() {
            writer.add_quarantine(&std::mem::take(&mut self.quarantine))?;
        }
        Ok(())
    }

    fn counts(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for ((code, _), (n, _)) in &self.found {
            *counts.entry((*code).to_owned()).or_insert(0) += n;
        }
        counts
    }

    fn finish(mut self, archive: &Archive) -> PullReport {
        self.report.archive_version = archive.provenance().ok().map(|p| p.archive_version);
        self.report.findings = self
            .found
            .into_iter()
            .map(|((code, column), (count, examples))| {
                let place = if examples.is_empty() { column } else { format!("{column}: {}", examples.join(", ")) };
                Finding { code, place, count }
            })
            .collect();
        self.report
    }
}
