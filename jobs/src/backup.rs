//! Backups of the archive and of the office's own files, restoring them, and the trial that proves that they can be restored.
//!
//! Reads   the archive, the office's own files, the run history; targets
//! Gives   files in a target, a restored folder, findings K010–K017, records in the history
//!
//! Invariant: the key is in no backup, and what names residents only in one that is declared encrypted.

mod command;
mod conditions;
mod configuration;
mod copying;
mod drill;
mod examination;
mod folder;
mod manifest;
mod office_files;
mod opening;
mod restoring;
mod s3;
mod target;

pub(crate) use conditions::{Standing, proven, standings};

use crate::config::BackupSection;
use crate::history::{BackupRecord, History, RecordKind, RecordOutcome};
use crate::outcome::Outcome;
use crate::stop;
use crate::workspace::Workspace;
use anyhow::{Result, bail};
use chrono::{DateTime, Datelike, Utc};
use copying::{Copied, Source};
use drill::{Drilled, Trial};
use examination::Held;
use restoring::{Beside, Wanted};
use schemas::Finding;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// After so many days a trial reads all of a target again.
const WHOLE_EVERY_DAYS: i64 = 365;

/// What a backup or a trial gave.
#[derive(Debug)]
pub(crate) struct Told {
    /// Whether somebody should look at it, and whether it ran.
    pub outcome: Outcome,
    /// One line.
    pub message: String,
    pub findings: Vec<Finding>,
}

/// Makes a backup, and writes into the history what became of it.
///
/// # Errors
/// When it could not be made; the history says so too.
pub(crate) async fn make(
    workspace: &Workspace,
    section: &BackupSection,
    at: DateTime<Utc>,
    accept_smaller: bool,
    advance: &mut dyn FnMut(u64, u64),
) -> Result<Told> {
    let config = &workspace.config;
    let mut history = History::open(&config.history_path()).await?;
    let earlier = history.backups(section.identity()).await?;
    let known =
        earlier.iter().filter(|record| record.kind == RecordKind::Backup).filter_map(|record| record.number).max();
    let snapshot = history.snapshot(&config.folder).await?;
    let _under_way = stop::under_way(|| "what lies in the target stays; the next backup goes on from there".to_owned());
    let copied = tokio::task::block_in_place(|| {
        let Some(target) = opening::to_write(section, &config.folder, known.is_some())? else { return Ok(None) };
        let archive = workspace.archive()?;
        let source = Source { config, archive: &archive, history: snapshot, at, accept_smaller, known };
        copying::copy(source, section, &*target, advance).map(Some)
    });
    let mut record = BackupRecord::new(section.identity(), RecordKind::Backup, at, RecordOutcome::Failed);
    let told = match &copied {
        Ok(Some(copied)) => made(workspace, section, copied, &mut record),
        Ok(None) => absent(section, &earlier, at, NOT_PLUGGED_IN, &mut record),
        Err(fault) => {
            Told { outcome: Outcome::CannotRun, message: format!("{}: {fault:#}", section.name), findings: Vec::new() }
        }
    };
    record.message.clone_from(&told.message);
    history.keep_backup(&record).await?;
    copied.map(|_| told)
}

/// Why there was nothing to write to or to read.
const NOT_PLUGGED_IN: &str = "the disk is not plugged in";

/// What is told of a target that holds nothing or is not there, which is no failure until a backup is late.
fn absent(
    section: &BackupSection,
    earlier: &[BackupRecord],
    at: DateTime<Utc>,
    why: &str,
    record: &mut BackupRecord,
) -> Told {
    record.outcome = RecordOutcome::Absent;
    let outcome = Outcome::of(is_late(section, earlier, at));
    Told { outcome, message: format!("{}: {why}", section.name), findings: Vec::new() }
}

/// Whether there has been no backup for longer than the office wants.
fn is_late(section: &BackupSection, records: &[BackupRecord], at: DateTime<Utc>) -> bool {
    conditions::late_since(section, records).is_some_and(|since| since <= at)
}

fn made(workspace: &Workspace, section: &BackupSection, copied: &Copied, record: &mut BackupRecord) -> Told {
    record.codes = copied.findings.iter().map(|finding| finding.code.to_owned()).collect();
    let attention = workspace.facts.need_attention(&copied.findings);
    record.outcome = if attention { RecordOutcome::Findings } else { RecordOutcome::Done };
    (record.files, record.bytes) = (copied.put.files, copied.put.bytes);
    let name = &section.name;
    let (outcome, message) = match &copied.manifest {
        None => (Outcome::CannotRun, format!("{name}: refused, nothing was put")),
        Some(manifest) => {
            record.number = Some(manifest.number);
            record.version = Some(manifest.version);
            record.head = Some(manifest.head.clone());
            let message = format!(
                "{name}: backup {} of archive version {}; {} new files, {}; it holds {} files of the archive and {} of the office",
                manifest.number,
                manifest.version,
                copied.put.files,
                size(copied.put.bytes),
                manifest.archive.files,
                manifest.office.files,
            );
            (Outcome::of(attention), message)
        }
    };
    Told { outcome, message, findings: copied.findings.clone() }
}

/// A number of bytes as a person reads it.
fn size(bytes: u64) -> String {
    match bytes {
        1_048_576.. => format!("{}.{} MB", bytes >> 20, ((bytes >> 10) % 1_024) * 10 / 1_024),
        _ => format!("{} kB", bytes.div_ceil(1_024)),
    }
}

/// Restores a part of the newest backup of a target to a scratch folder, computes a month from it, and writes into the history what
/// became of that. Every month reads another twelfth of what is not needed for the figures; all is read once a year.
///
/// # Errors
/// When it could not be tried; the history says so too.
pub(crate) async fn drill(
    workspace: &Arc<Workspace>,
    section: &BackupSection,
    at: DateTime<Utc>,
    whole: bool,
    advance: &mut dyn FnMut(u64, u64),
) -> Result<Told> {
    let config = &workspace.config;
    let mut history = History::open(&config.history_path()).await?;
    let earlier = history.backups(section.identity()).await?;
    let is_recent = |record: &BackupRecord| (at - record.at).num_days() < WHOLE_EVERY_DAYS;
    let was_whole = |record: &BackupRecord| {
        record.kind == RecordKind::Drill && record.whole && record.outcome == RecordOutcome::Done && is_recent(record)
    };
    let whole = whole || !earlier.iter().any(was_whole);
    let twelfth = workspace.facts.zone.date(at.timestamp()).map_or(1, |date| date.month());
    let _under_way = stop::under_way(|| "the backup was not tried to its end; run it again".to_owned());
    let was_tried =
        |record: &BackupRecord| record.kind == RecordKind::Backup && record.outcome != RecordOutcome::Absent;
    let is_known = earlier.iter().any(was_tried);
    let drilled = tokio::task::block_in_place(|| {
        let Some(target) = opening::to_try(section, &config.folder, is_known)? else { return Ok(None) };
        drill::run(workspace, section, &*target, Trial { whole, twelfth, is_known }, advance)
    });
    let mut record = BackupRecord::new(section.identity(), RecordKind::Drill, at, RecordOutcome::Failed);
    let told = match &drilled {
        Ok(None) => {
            let why = if is_known { NOT_PLUGGED_IN } else { "no backup was made yet, so there is none to try" };
            absent(section, &earlier, at, why, &mut record)
        }
        Ok(Some(Drilled { version, month, files, bytes, findings })) => {
            record.codes = findings.iter().map(|finding| finding.code.to_owned()).collect();
            record.outcome = if findings.is_empty() { RecordOutcome::Done } else { RecordOutcome::Findings };
            (record.version, record.files, record.bytes, record.whole) = (*version, *files, *bytes, whole);
            let extent = if whole { "all of it" } else { "a twelfth of it" };
            let version = version.map_or_else(|| "-".to_owned(), |version| version.to_string());
            let month = month.map_or_else(|| "no month".to_owned(), |month| format!("the figures of {month}"));
            let message = format!(
                "{}: archive version {version} restored from the backup and verified, {extent} read ({files} files, {}), {month} compared; {} findings",
                section.name,
                size(*bytes),
                findings.len()
            );
            Told { outcome: Outcome::of(!findings.is_empty()), message, findings: findings.clone() }
        }
        Err(fault) => {
            Told { outcome: Outcome::CannotRun, message: format!("{}: {fault:#}", section.name), findings: Vec::new() }
        }
    };
    record.message.clone_from(&told.message);
    history.keep_backup(&record).await?;
    drilled.map(|_| told)
}

/// What a restore gave.
#[derive(Debug)]
pub(crate) struct Restoration {
    /// The folder.
    pub folder: PathBuf,
    /// The version of its archive.
    pub version: u64,
    /// Its head.
    pub head: String,
    /// Its events.
    pub events: u64,
    /// How many of the office's own files.
    pub files: u64,
    /// Whether all that names residents was left out of the backup.
    pub public_only: bool,
    /// When the backup was made; none where it was cut off before its end.
    pub at: Option<DateTime<Utc>>,
    /// Files that are gone or damaged, and of no matter for the archive.
    pub faults: Vec<String>,
    /// How many files belong to a backup that was cut off.
    pub unnamed: u64,
}

/// Restores a backup into a folder that is not there yet, or empty. Everything is verified before the folder has its name.
///
/// # Errors
/// When the folder holds something, or the backup is not what it was.
pub(crate) fn restore(
    section: &BackupSection,
    home: &Path,
    folder: &Path,
    until: Option<u64>,
    advance: &mut dyn FnMut(u64, u64),
) -> Result<Restoration> {
    let beside = Beside::of(folder)?;
    let _under_way = stop::under_way(|| "nothing was restored; run the same command again".to_owned());
    let target = opening::to_read(section, home)?;
    let mut held = Held::read(&*target)?;
    if held.is_empty() {
        bail!(
            "there is no backup of tertib in {}; look for the folder that holds `manifest` and `archive`",
            target.place()
        );
    }
    let wanted = Wanted { until, private: &|_| true, files: &|_, _| true };
    let restored = restoring::restore(&mut held, beside.path(), &wanted, advance)?;
    held.check_older_files()?;
    held.check_earlier_lists();
    Ok(Restoration {
        folder: beside.finish()?,
        version: restored.version,
        head: restored.verification.head,
        events: restored.verification.events,
        files: restored.files,
        public_only: held.public_only(),
        at: held.last.as_ref().map(|last| last.at),
        unnamed: held.unnamed.len() as u64,
        faults: held.faults,
    })
}
