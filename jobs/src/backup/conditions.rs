//! What is wrong with the backups as long as it lasts, from the records in the history.

use crate::condition::Condition;
use crate::config::{BackupSection, Config};
use crate::history::{BackupRecord, History, RecordKind, RecordOutcome};
use anyhow::Result;
use chrono::{DateTime, Duration, Utc};

/// After so many days without one that proved it, a backup is not known to be restorable.
const PROVEN_DAYS: i64 = 100;

/// The findings of a backup or a trial that last until the next one.
const LASTING: [&str; 4] = ["K011", "K012", "K013", "K015"];

/// How one target is.
#[derive(Debug)]
pub(crate) struct Standing {
    /// Its name.
    pub target: String,
    /// Its last backup.
    pub backup: Option<BackupRecord>,
    /// The last trial that proved it.
    pub proven: Option<BackupRecord>,
    /// What is wrong.
    pub conditions: Vec<Condition>,
}

/// How every target of the configuration is. One that is new is noted, so that it is late from then on.
pub(crate) async fn standings(config: &Config, history: &mut History, now: DateTime<Utc>) -> Result<Vec<Standing>> {
    let mut standings = Vec::new();
    for section in &config.backups {
        let mut records = history.backups(section.identity()).await?;
        if records.is_empty() {
            let seen = BackupRecord::new(section.identity(), RecordKind::Configured, now, RecordOutcome::Done);
            history.keep_backup(&seen).await?;
            records.push(seen);
        }
        standings.push(standing(section, &records, now));
    }
    Ok(standings)
}

/// When a backup was last proved by restoring it: of all targets the latest.
pub(crate) fn proven(standings: &[Standing]) -> Option<DateTime<Utc>> {
    standings.iter().filter_map(|standing| Some(standing.proven.as_ref()?.at)).max()
}

/// Whether a record is of a backup that was made, with findings or without.
fn is_made(record: &BackupRecord) -> bool {
    record.kind == RecordKind::Backup && record.number.is_some()
}

/// From when on a target is without a backup for too long; none without a record of it.
pub(super) fn late_since(section: &BackupSection, records: &[BackupRecord]) -> Option<DateTime<Utc>> {
    let last = records.iter().rfind(|record| is_made(record)).or(records.first())?;
    Some(last.at + Duration::days(section.late_after_days.into()))
}

fn standing(section: &BackupSection, records: &[BackupRecord], now: DateTime<Utc>) -> Standing {
    let of = |kind| move |record: &&BackupRecord| record.kind == kind;
    let condition =
        |code, since, count: usize| Condition { code, of: section.name.clone(), since, count: count.max(1) as u64 };
    let mut conditions = Vec::new();
    if let Some(since) = late_since(section, records).filter(|since| *since <= now) {
        let days = (now - since).num_days() + i64::from(section.late_after_days);
        conditions.push(condition("K010", since, usize::try_from(days).unwrap_or(1)));
    }
    for kind in [RecordKind::Backup, RecordKind::Drill] {
        // What was not there says nothing about what it holds.
        let told: Vec<&BackupRecord> =
            records.iter().filter(of(kind)).filter(|record| record.outcome != RecordOutcome::Absent).collect();
        let failed = told.iter().rev().take_while(|record| record.outcome == RecordOutcome::Failed);
        if let Some(first) = failed.clone().last() {
            let code = if kind == RecordKind::Backup { "K016" } else { "K018" };
            conditions.push(condition(code, first.at, failed.count()));
        }
        let told: Vec<_> = told.into_iter().filter(|record| record.outcome != RecordOutcome::Failed).collect();
        for code in LASTING {
            let with = told.iter().rev().take_while(|record| record.codes.iter().any(|held| held == code));
            let since = with.clone().last().map(|first| first.at);
            let is_known = conditions.iter().any(|known| known.code == code);
            if let Some(since) = since.filter(|_| !is_known) {
                conditions.push(condition(code, since, with.count()));
            }
        }
    }
    let proven = records.iter().filter(of(RecordKind::Drill)).rfind(|record| record.outcome == RecordOutcome::Done);
    let last = proven.or(records.iter().find(|record| is_made(record)));
    if let Some(since) = last.map(|last| last.at + Duration::days(PROVEN_DAYS)).filter(|since| *since <= now) {
        let days = (now - since).num_days() + PROVEN_DAYS;
        conditions.push(condition("K014", since, usize::try_from(days).unwrap_or(1)));
    }
    Standing {
        target: section.name.clone(),
        backup: records.iter().rfind(|record| is_made(record)).cloned(),
        proven: proven.cloned(),
        conditions,
    }
}
