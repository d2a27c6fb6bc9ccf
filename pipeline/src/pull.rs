//! Brings new events from the source into the archive. Every committed row is archived exactly once, in atomic commits
//! that also hold the cursor.
//!
//! Rows recorded up to `lookback` before the cursor are read again, so that rows written late are found; those that the
//! archive already has, by `event_id` and values, are dropped. Where PostgreSQL shows which transaction wrote a row,
//! every row written since the last snapshot is read instead, however early it claims to have been recorded. A row whose
//! content changed is archived as a correction beside the first. A row that breaks the contract goes to quarantine and
//! is read again until the source has corrected it. A large backlog is read in slices of time, each in its own
//! transaction and its own commit.

mod archived_rows;
mod complete;
mod contract;
pub(crate) mod held_back;
mod ingest;
mod recognition;
mod reconcile;
mod repeated_keys;
mod report;
mod row_text;
mod said;
mod sample;
mod slices;

pub use reconcile::{Difference, Reconciliation, reconcile};
pub use report::{PullError, PullReport};
pub use sample::{Reason, Sample, sample};

use crate::archive::commit_log::TableFacts;
use crate::archive::key::Key;
use crate::archive::quarantine::Quarantine;
use crate::archive::tree::extend_by;
use crate::archive::{Archive, ArchiveError, CommitRequest, Leaves, SourceNote, Writer, WriterLock};
use crate::source::{RelationSchema, RowFilter, Source, SourceConfig, SourceError, Writers};
use crate::transparency::SigningKey;
use backon::{BackoffBuilder, ExponentialBuilder};
use contract::Contract;
use ingest::Ingestor;
use report::FindingCounts;
use schemas::{Facts, Identity, Month, Outage, Stock};
use slices::{Reread, SliceRequest, Slices};
use std::path::Path;
use std::time::Duration;
use tokio::task::JoinSet;

/// The most chunks that wait between the reading task and the checks.
const QUEUED_CHUNKS: usize = 4;

/// Options of a pull.
#[derive(Clone, Copy, Debug)]
pub struct PullOptions<'a> {
    /// The name under which the archive keeps this source's cursor.
    pub source_name: &'a str,
    /// How far before the cursor to read again, in seconds.
    pub lookback_s: i64,
    /// The present instant, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Whether to read and check only, and to leave the archive unchanged.
    pub dry_run: bool,
    /// At the first pull only: skip rows recorded before this instant, in microseconds.
    pub from_us: Option<i64>,
    /// Skip rows recorded at or after this instant, in microseconds.
    pub until_us: Option<i64>,
    /// A month to compare and read again, whatever the cursor is, instead of reading new rows.
    pub again: Option<Month>,
    /// Whether to accept many corrections at once, and rows of another database.
    pub accept_corrections: bool,
    /// The number of rows above which a backlog is read in slices.
    pub slice_rows: u64,
    /// How often to try again when the source is lost or another writer was first.
    pub retries: usize,
    /// Whether to accept a database user who may write.
    pub may_write: bool,
    /// How concurrent writers are kept apart.
    pub fence: WriterLock,
    /// The key that signs the log; `None` leaves it unsigned.
    pub signing: Option<&'a SigningKey>,
}

/// What a pull is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Rows of the source are read.
    Reading,
    /// Rows of the archive are added to its log.
    Logging,
}

/// Called with the number of rows so far and an estimate of their total.
pub type Progress<'a> = &'a mut (dyn FnMut(Stage, u64, u64) + Send);

/// Pulls all new rows.
///
/// # Errors
/// [`PullError`] when the source or the archive cannot be used. Slices that were already committed stay, and the next
/// pull continues after them.
pub async fn pull(
    config: &SourceConfig,
    root: &Path,
    key: &Key,
    facts: &Facts,
    options: PullOptions<'_>,
    progress: Progress<'_>,
) -> Result<PullReport, PullError> {
    let reread = match options.again {
        Some(month) => Some(Reread::of(month, config, root, key, facts, options.at_ms).await?),
        None => None,
    };
    let mut run = Run { config, root, key, facts, options, progress, reread, state: State::default() };
    let new_backoff = || ExponentialBuilder::default().with_jitter().with_max_times(options.retries).build();
    let mut backoff = new_backoff();
    loop {
        match run.slice().await {
            Ok(true) => return Ok(run.state.report()),
            Ok(false) => backoff = new_backoff(),
            Err(fault) if fault.is_passing() && (run.state.connected || fault.is_of_a_server()) => {
                let Some(wait) = backoff.next() else { return Err(fault) };
                let archived = run.state.report.new;
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

/// The state of a pull after some of its slices.
#[derive(Debug, Default)]
struct State {
    connected: bool,
    report: PullReport,
    counts: FindingCounts,
    /// An estimate of the rows that there are to read.
    total: Option<u64>,
    slices: Option<Slices>,
}

impl State {
    fn report(self) -> PullReport {
        PullReport { findings: self.counts.findings(), ..self.report }
    }
}

/// What the rows of a slice are checked against and compared with.
#[derive(Clone, Copy)]
struct LookupContext<'a, 'f> {
    archive: &'a Archive,
    quarantine: &'a Quarantine,
    contract: Contract<'f>,
}

/// What was read of a slice, besides its rows.
struct SliceRead<'a, 'f> {
    request: &'a SliceRequest,
    ingestor: &'a Ingestor<'f>,
    files: Vec<String>,
    identity: Option<Identity>,
    integer_ids: Option<bool>,
    open_since: Option<i64>,
}

/// A pull in progress.
struct Run<'a> {
    config: &'a SourceConfig,
    root: &'a Path,
    key: &'a Key,
    facts: &'a Facts,
    options: PullOptions<'a>,
    progress: Progress<'a>,
    reread: Option<Reread>,
    state: State,
}

impl Run<'_> {
    /// Reads one slice and commits it. Returns `true` after the last one.
    async fn slice(&mut self) -> Result<bool, PullError> {
        // The lock is taken before the snapshot: a snapshot older than another pull's commit would undo its corrections.
        let options = self.options;
        let mut writer = if options.dry_run { None } else { Some(Writer::open(self.root, self.key, options.fence)?) };
        let archive = match &writer {
            Some(writer) => writer.archive().clone(),
            None => Archive::open(self.root)?,
        };
        archive.check_zone(self.facts.zone)?;
        if writer.is_some() {
            // What an earlier writer did not get to, and all of an archive from before there was a log.
            self.log(&archive, None)?;
        }
        archive.check_columns(&self.facts.columns)?;
        let mut source = Source::open(self.config.clone()).await?;
        self.state.connected = true;
        let schema = source.relation_schema().await?;
        let may_write = source.may_write().await?;
        if may_write && !options.may_write {
            return Err(PullError::MayWrite);
        }
        let integer_ids = key_type(&archive, schema.integer_ids)?;
        let identity = self.recognise(&mut source, &archive).await?;
        let quarantine = Quarantine::load_under(&archive, self.key)?;
        let request = self.request(&mut source, &schema, &archive, &quarantine).await?;
        let open_since = source.open_since();
        let SourceConfig { zone, words: held, .. } = self.config;
        let contract = Contract { facts: self.facts, zone: *zone, integer_ids: integer_ids.unwrap_or(false), held };
        let lookup = LookupContext { archive: &archive, quarantine: &quarantine, contract };
        let (mut source, mut ingestor, files) = self.check(source, &schema, &request, lookup, writer.as_mut()).await?;
        // A file may have rows after the end of the range, so it does not count as read.
        let files = if request.range.until_us.is_none() { files } else { Vec::new() };
        if !options.accept_corrections && ingestor.report.has_many_corrections() {
            // The writer is dropped without a commit, so nothing of this slice is archived.
            self.hold_back(&ingestor.report, &archive);
            return Ok(true);
        }
        self.note_source(&source, &schema, may_write, &mut ingestor.counts);
        let (outages, stock) = side_tables(&mut source, request.last, &mut ingestor.counts).await?;
        drop(source);
        if request.last && self.state.report.read + ingestor.report.read == 0 && archive.is_empty() {
            ingestor.counts.note("S002", self.config.view.as_str());
        }
        let archive = match writer {
            None => archive,
            Some(mut writer) => {
                outages.map(|rows| writer.set_outages(&rows)).transpose()?;
                stock.map(|rows| writer.set_stock(&rows)).transpose()?;
                let read =
                    SliceRead { request: &request, ingestor: &ingestor, files, identity, integer_ids, open_since };
                self.commit(writer, archive, read)?
            }
        };
        if let Some(slices) = &mut self.state.slices {
            slices.reached_us = request.range.until_us.unwrap_or(slices.end_us);
        }
        self.state.report.merge(&ingestor.report);
        self.state.report.archive_version = archive.version();
        self.state.counts.merge(ingestor.counts);
        (self.progress)(
            Stage::Reading,
            self.state.report.read,
            self.state.total.unwrap_or(0).max(self.state.report.read),
        );
        Ok(request.last)
    }

    /// Commits a slice, where it brought anything or the archive is known to reach further, and adds it to the log.
    fn commit(&mut self, mut writer: Writer, archive: Archive, read: SliceRead<'_, '_>) -> Result<Archive, PullError> {
        let SliceRead { request, ingestor, files, identity, integer_ids, open_since } = read;
        let complete_until_us = self.complete_until_us(&archive, request, ingestor, open_since);
        let grew = complete::coverage_grew(&archive, &request.note, complete_until_us, self.facts.zone);
        let Some(integer_ids) = integer_ids.filter(|_| writer.has_news() || !files.is_empty() || grew) else {
            return Ok(archive);
        };
        let leaves = writer.leaves()?;
        let key_id = archive.first_key_id().unwrap_or_else(|| self.key.id());
        let (committed, _fence) = writer.commit(&CommitRequest {
            at_ms: self.options.at_ms,
            source: Some(SourceNote { files, identity, ..request.note.clone() }),
            cursor: self.cursor(&archive, ingestor.cursor_us, request, open_since),
            next_seq: ingestor.next_seq,
            complete_until_us,
            facts: &TableFacts::new(archive.newest_form(), integer_ids, key_id, self.facts),
            findings: ingestor.counts.by_code(),
        })?;
        self.log(&committed, leaves)?;
        Ok(committed)
    }

    /// Adds the archive's newest rows and commits to its log. The leaves are those of the newest commit.
    fn log(&mut self, archive: &Archive, leaves: Option<Leaves>) -> Result<(), ArchiveError> {
        let told = &mut |done, of| (self.progress)(Stage::Logging, done, of);
        extend_by(archive, self.options.signing, leaves, told)
    }

    /// Notes the findings about the source as a whole.
    fn note_source(&self, source: &Source, schema: &RelationSchema, may_write: bool, counts: &mut FindingCounts) {
        let view = self.config.view.as_str();
        if may_write {
            counts.note("S003", view);
        }
        if source.writers() == Writers::Wait {
            counts.note("S005", view);
        }
        for name in &schema.unknown {
            counts.note("S001", name.as_str());
        }
    }

    /// Reads and checks every row of a slice. If a key may have come twice, the slice is read a second time to find out
    /// which rows repeat it.
    async fn check<'f>(
        &mut self,
        mut source: Source,
        schema: &RelationSchema,
        request: &SliceRequest,
        context: LookupContext<'_, 'f>,
        mut writer: Option<&mut Writer>,
    ) -> Result<(Source, Ingestor<'f>, Vec<String>), PullError> {
        let mut repeated = None;
        loop {
            let scratch = writer.as_ref().map_or_else(std::env::temp_dir, |w| w.scratch());
            let digests = context.quarantine.digests.clone();
            let archive = context.archive.clone();
            let mut ingestor =
                Ingestor::new(self.key, context.contract, archive, request.range, digests, repeated.take(), &scratch);
            let (returned, files) =
                self.read(source, schema, &request.filter, &mut ingestor, writer.as_deref_mut()).await?;
            source = returned;
            let found = ingestor.finish(writer.as_deref_mut())?;
            if found.is_empty() {
                return Ok((source, ingestor, files));
            }
            if found.len() > repeated_keys::MOST {
                let view = self.config.view.clone();
                return Err(SourceError::Doubled { view, rows: found.len() }.into());
            }
            repeated = Some(found);
            if let Some(writer) = writer.as_deref_mut() {
                writer.start_again()?;
            }
        }
    }

    /// Reads the rows of a filter in a separate task, while this one checks them.
    async fn read(
        &mut self,
        mut source: Source,
        schema: &RelationSchema,
        filter: &RowFilter,
        ingestor: &mut Ingestor<'_>,
        mut writer: Option<&mut Writer>,
    ) -> Result<(Source, Vec<String>), PullError> {
        let (sender, mut chunks) = tokio::sync::mpsc::channel(QUEUED_CHUNKS);
        let (schema, filter) = (schema.clone(), filter.clone());
        let integer_ids = ingestor.integer_ids();
        // Dropping the set aborts its task, so a pull that is given up does not leave a reader behind.
        let mut reader = JoinSet::new();
        reader.spawn(async move {
            let files = source.events(&schema, &filter, integer_ids, sender).await;
            (source, files)
        });
        let before = self.state.report.read;
        let mut ingested = Ok(());
        while let Some(chunk) = chunks.recv().await {
            ingested = ingestor.add(chunk, writer.as_deref_mut());
            if ingested.is_err() {
                break;
            }
            let read = before + ingestor.report.read;
            (self.progress)(Stage::Reading, read, self.state.total.unwrap_or(0).max(read));
        }
        drop(chunks);
        let (source, files) = reader.join_next().await.and_then(Result::ok).ok_or(PullError::Reader)?;
        ingested?;
        Ok((source, files?))
    }

    /// Reports how many corrections were held back until somebody accepts them. Nothing of the slice is archived.
    fn hold_back(&mut self, slice: &PullReport, archive: &Archive) {
        self.state.counts.add_many("S007", self.config.view.as_str(), slice.corrections);
        self.state.report.merge(&PullReport {
            read: slice.read,
            held_back: slice.corrections,
            ..PullReport::default()
        });
        self.state.report.archive_version = archive.version();
    }
}

/// Returns whether keys are integers, or an error if the source has another type of key than the archive. `None` if
/// neither of them shows it yet.
fn key_type(archive: &Archive, found: Option<bool>) -> Result<Option<bool>, ArchiveError> {
    let type_name = |integer: bool| if integer { "an integer" } else { "text" };
    match (archive.facts().map(|f| f.integer_ids), found) {
        (Some(expected), Some(found)) if expected != found => {
            Err(ArchiveError::KeyType { expected: type_name(expected), found: type_name(found) })
        }
        (Some(expected), _) => Ok(Some(expected)),
        (None, found) => Ok(found),
    }
}

/// Reads the optional tables. Every slice reads them whole; only the last one reports the rows that are left out.
async fn side_tables(
    source: &mut Source,
    last: bool,
    counts: &mut FindingCounts,
) -> Result<(Option<Vec<Outage>>, Option<Vec<Stock>>), SourceError> {
    let mut report = |table: &str, left_out: &[String]| {
        left_out.iter().filter(|_| last).for_each(|row| counts.add("S008", table, Some(row)));
    };
    let (outages, stock) = (source.outages().await?, source.stock().await?);
    outages.iter().for_each(|read| report("gangguan", &read.faulty));
    stock.iter().for_each(|read| report("blangko", &read.faulty));
    Ok((outages.map(|read| read.rows), stock.map(|read| read.rows)))
}
