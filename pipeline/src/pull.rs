//! Brings new events from the source into the archive: every committed row once, in atomic commits with their cursor.
//!
//! A window of `lookback` before the cursor is read again and dropped by `event_id` and values, so rows that
//! were written late are found; where PostgreSQL shows by which transaction a row was written, every row written since
//! the last snapshot is asked for instead, however early it claims to be. A row whose content changed is archived beside
//! the first as a correction. A row that breaks the contract goes to quarantine and is asked for again until the source
//! has mended it. A large backlog is read in slices of time, each in a transaction and a commit of its own.

mod archived_rows;
mod complete;
mod contract;
mod ingest;
mod recognition;
mod reconcile;
mod repeated_keys;
mod report;
mod slices;

pub use reconcile::{Difference, Reconciliation, reconcile};
pub use report::{PullError, PullReport};

use crate::archive::commit_log::TableFacts;
use crate::archive::key::Key;
use crate::archive::quarantine::Quarantine;
use crate::archive::{Archive, ArchiveError, CommitRequest, SourceNote, Writer, WriterLock};
use crate::source::{RelationSchema, RowFilter, Source, SourceConfig, SourceError, Writers};
use backon::{BackoffBuilder, ExponentialBuilder};
use contract::Contract;
use ingest::Ingestor;
use report::FindingCounts;
use schemas::{Facts, Month, Outage, Stock};
use slices::{Again, SliceRequest, Slices};
use std::path::Path;
use std::time::Duration;
use tokio::task::JoinSet;

/// Chunks that may wait between the reader and who examines them.
const QUEUE: usize = 4;

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
    /// At the first pull: only rows recorded from this instant on, microseconds.
    pub from_us: Option<i64>,
    /// Only rows recorded before this instant, microseconds.
    pub until_us: Option<i64>,
    /// A month to be read again whatever the cursor says, instead of what is new.
    pub again: Option<Month>,
    /// Whether many corrections at once are meant, also those of another database.
    pub accept_corrections: bool,
    /// Rows beyond which a backlog is read in slices.
    pub slice_rows: u64,
    /// How often to try again when the source goes away or another writer was first.
    pub retries: usize,
    /// Whether a database user who may write is accepted.
    pub may_write: bool,
    /// What keeps two writers apart.
    pub fence: WriterLock,
}

/// Told how many rows were read and about how many there are.
pub type Progress<'a> = &'a mut (dyn FnMut(u64, u64) + Send);

/// Pulls everything that is new.
///
/// # Errors
/// [`PullError`] when the source or the archive cannot be used. What was committed before stays; the next pull goes on
/// from there.
pub async fn pull(
    config: &SourceConfig,
    root: &Path,
    key: &Key,
    facts: &Facts,
    options: PullOptions<'_>,
    progress: Progress<'_>,
) -> Result<PullReport, PullError> {
    let again = match options.again {
        Some(month) => Some(Again::of(month, config, root, key, facts, options.at_ms).await?),
        None => None,
    };
    let mut run = Run { config, root, key, facts, options, progress, again, done: Done::default() };
    let waits = || ExponentialBuilder::default().with_jitter().with_max_times(options.retries).build();
    let mut left = waits();
    loop {
        match run.slice().await {
            Ok(true) => return Ok(run.done.report()),
            Ok(false) => left = waits(),
            Err(fault) if fault.is_passing() && (run.done.connected || fault.is_of_a_server()) => {
                let Some(wait) = left.next() else { return Err(fault) };
                let archived = run.done.report.new;
                tracing::warn!(archived, wait_ms = wait_ms(wait), "{fault}; what is archived is safe, trying again");
                tokio::time::sleep(wait).await;
            }
            Err(fault) => return Err(fault),
        }
    }
}

fn wait_ms(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}

/// What the slices of one pull have done so far.
#[derive(Debug, Default)]
struct Done {
    connected: bool,
    report: PullReport,
    tally: FindingCounts,
    total: Option<u64>,
    slices: Option<Slices>,
}

impl Done {
    fn report(self) -> PullReport {
        PullReport { findings: self.tally.findings(), ..self.report }
    }
}

/// What rows are compared with.
#[derive(Clone, Copy)]
struct Held<'a, 'f> {
    archive: &'a Archive,
    quarantine: &'a Quarantine,
    contract: Contract<'f>,
}

struct Run<'a> {
    config: &'a SourceConfig,
    root: &'a Path,
    key: &'a Key,
    facts: &'a Facts,
    options: PullOptions<'a>,
    progress: Progress<'a>,
    again: Option<Again>,
    done: Done,
}

impl Run<'_> {
    /// Reads one slice and commits it; `true` when it was the last one.
    async fn slice(&mut self) -> Result<bool, PullError> {
        // The lock comes before the snapshot: a snapshot older than another pull's commit would undo its corrections.
        let options = self.options;
        let mut writer = if options.dry_run { None } else { Some(Writer::open(self.root, self.key, options.fence)?) };
        let archive = match &writer {
            Some(writer) => writer.archive().clone(),
            None => Archive::open(self.root)?,
        };
        archive.check_zone(self.facts.zone)?;
        archive.check_columns(&self.facts.columns)?;
        let mut source = Source::open(self.config.clone()).await?;
        self.done.connected = true;
        let shape = source.shape().await?;
        let may_write = source.may_write().await?;
        if may_write && !options.may_write {
            return Err(PullError::MayWrite);
        }
        let integer_ids = key_type(&archive, shape.integer_ids)?;
        let identity = self.recognise(&mut source, &archive).await?;
        let quarantine = Quarantine::load(&archive)?;
        let asked = self.ask(&mut source, &shape, &archive, &quarantine).await?;
        let open_since = source.open_since();
        let contract =
            Contract { facts: self.facts, zone: self.config.zone, integer_ids: integer_ids.unwrap_or(false) };
        let held = Held { archive: &archive, quarantine: &quarantine, contract };
        let (mut source, mut intake, files) = self.examine(source, &shape, &asked, held, writer.as_mut()).await?;
        // A file may hold rows beyond the range, so it is not done with.
        let files = if asked.range.until_us.is_none() { files } else { Vec::new() };
        if !options.accept_corrections && intake.report.has_many_corrections() {
            // The writer is dropped, so nothing of this slice counts.
            self.hold_back(&intake.report, &archive);
            return Ok(true);
        }
        self.note_source(&source, &shape, may_write, &mut intake.tally);
        let (outages, stock) = side_tables(&mut source, asked.last, &mut intake.tally).await?;
        drop(source);
        if asked.last && self.done.report.read + intake.report.read == 0 && archive.is_empty() {
            intake.tally.note("S002", self.config.view.as_str());
        }
        let archive = match writer {
            None => archive,
            Some(mut writer) => {
                outages.map(|rows| writer.set_outages(&rows)).transpose()?;
                stock.map(|rows| writer.set_stock(&rows)).transpose()?;
                let complete_until_us = self.complete_until_us(&archive, &asked, &intake, open_since);
                let moved = complete::holds_more(&archive, &asked.note, complete_until_us, self.facts.zone);
                match integer_ids {
                    Some(integer_ids) if writer.has_news() || !files.is_empty() || moved => {
                        let cursor = self.cursor(&archive, intake.cursor_us, &asked, open_since);
                        let ready = CommitRequest {
                            at_ms: options.at_ms,
                            source: Some(SourceNote { files, identity, ..asked.note.clone() }),
                            cursor,
                            next_seq: intake.next_seq,
                            complete_until_us,
                            facts: &TableFacts::new(integer_ids, self.key.id(), self.facts),
                            findings: intake.tally.by_code(),
                        };
                        writer.commit(&ready)?
                    }
                    _ => archive,
                }
            }
        };
        if let Some(slices) = &mut self.done.slices {
            slices.reached_us = asked.range.until_us.unwrap_or(slices.end_us);
        }
        self.done.report.merge(&intake.report);
        self.done.report.archive_version = archive.version();
        self.done.tally.merge(intake.tally);
        (self.progress)(self.done.report.read, self.done.total.unwrap_or(0).max(self.done.report.read));
        Ok(asked.last)
    }

    /// What is to be said of the source as a whole.
    fn note_source(&self, source: &Source, shape: &RelationSchema, may_write: bool, tally: &mut FindingCounts) {
        let view = self.config.view.as_str();
        if may_write {
            tally.note("S003", view);
        }
        if source.writers() == Writers::Wait {
            tally.note("S005", view);
        }
        for name in &shape.unknown {
            tally.note("S001", name.as_str());
        }
    }

    /// Reads and examines every row of the slice. When keys came twice, once more, to know which rows are second ones.
    async fn examine<'f>(
        &mut self,
        mut source: Source,
        shape: &RelationSchema,
        asked: &SliceRequest,
        held: Held<'_, 'f>,
        mut writer: Option<&mut Writer>,
    ) -> Result<(Source, Ingestor<'f>, Vec<String>), PullError> {
        let mut watched = None;
        loop {
            let scratch = writer.as_ref().map_or_else(std::env::temp_dir, |w| w.staging().to_owned());
            let digests = held.quarantine.digests.clone();
            let archive = held.archive.clone();
            let mut intake =
                Ingestor::new(self.key, held.contract, archive, asked.range, digests, watched.take(), &scratch);
            let (back, files) = self.read(source, shape, &asked.window, &mut intake, writer.as_deref_mut()).await?;
            source = back;
            let doubled = intake.finish(writer.as_deref_mut())?;
            if doubled.is_empty() {
                return Ok((source, intake, files));
            }
            if doubled.len() > repeated_keys::MOST {
                let view = self.config.view.clone();
                return Err(SourceError::Doubled { view, rows: doubled.len() }.into());
            }
            watched = Some(doubled);
            if let Some(writer) = writer.as_deref_mut() {
                writer.start_again()?;
            }
        }
    }

    /// Reads the window in a task of its own while the rows are examined here.
    async fn read(
        &mut self,
        mut source: Source,
        shape: &RelationSchema,
        window: &RowFilter,
        intake: &mut Ingestor<'_>,
        mut writer: Option<&mut Writer>,
    ) -> Result<(Source, Vec<String>), PullError> {
        let (to, mut chunks) = tokio::sync::mpsc::channel(QUEUE);
        let (shape, window) = (shape.clone(), window.clone());
        let integer_ids = intake.integer_ids();
        // Whoever gives up this pull ends its reader with it.
        let mut reader = JoinSet::new();
        reader.spawn(async move {
            let files = source.events(&shape, &window, integer_ids, to).await;
            (source, files)
        });
        let before = self.done.report.read;
        let mut taken = Ok(());
        while let Some(chunk) = chunks.recv().await {
            taken = intake.take(chunk, writer.as_deref_mut());
            if taken.is_err() {
                break;
            }
            let read = before + intake.report.read;
            (self.progress)(read, self.done.total.unwrap_or(0).max(read));
        }
        drop(chunks);
        let (source, files) = reader.join_next().await.and_then(Result::ok).ok_or(PullError::Reader)?;
        taken?;
        Ok((source, files?))
    }

    /// Says how many corrections wait for somebody's word, and that nothing was archived.
    fn hold_back(&mut self, slice: &PullReport, archive: &Archive) {
        self.done.tally.add_many("S007", self.config.view.as_str(), slice.corrections);
        self.done.report.merge(&PullReport { read: slice.read, held_back: slice.corrections, ..PullReport::default() });
        self.done.report.archive_version = archive.version();
    }
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

/// The optional tables. Every slice reads them whole; the last one names the rows that are left out.
async fn side_tables(
    source: &mut Source,
    last: bool,
    tally: &mut FindingCounts,
) -> Result<(Option<Vec<Outage>>, Option<Vec<Stock>>), SourceError> {
    let mut name = |table: &str, left_out: &[String]| {
        left_out.iter().filter(|_| last).for_each(|row| tally.add("S008", table, Some(row)));
    };
    let (outages, stock) = (source.outages().await?, source.stock().await?);
    outages.iter().for_each(|read| name("gangguan", &read.faulty));
    stock.iter().for_each(|read| name("blangko", &read.faulty));
    Ok((outages.map(|read| read.rows), stock.map(|read| read.rows)))
}
