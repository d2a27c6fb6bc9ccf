//! The history of runs: it can be kept, and other checks know what it holds.

use super::{Check, Subject};
use crate::health::Health;
use crate::history::{History, RecordKind};
use crate::workspace::Workspace;
use anyhow::Result;
use chrono::{DateTime, Utc};
use pipeline::ArchiveError;
use schemas::Finding;
use std::collections::BTreeSet;

/// What is remembered of jobs, backups and messages.
pub(super) struct Memory {
    /// Whether jobs were ever served.
    pub(super) was_served: bool,
    /// Of which keys somebody has compared a copy.
    pub(super) copied_keys: BTreeSet<String>,
    health: Option<Health>,
}

impl Memory {
    /// When the last pull that succeeded began.
    pub(super) fn pulled_s(&self) -> Option<i64> {
        self.health.as_ref().and_then(|health| health.pulled_s)
    }

    /// What lasts of that, as findings: each under one of these beginnings of codes.
    pub(super) fn lasting(&self, codes: &[&str]) -> impl Iterator<Item = Finding> {
        let conditions = self.health.iter().flat_map(|health| &health.conditions);
        let of_codes = conditions.filter(|one| codes.iter().any(|code| one.code.starts_with(code)));
        of_codes.map(|one| Finding { code: one.code, place: one.of.clone(), count: one.count })
    }
}

/// Nothing is remembered before the first run makes a history; `None` where it cannot be read.
pub(super) async fn check(workspace: &Workspace, now: DateTime<Utc>) -> (Check, Option<Memory>) {
    if workspace.config.history_path().symlink_metadata().is_err() {
        let nothing = Memory { was_served: false, copied_keys: BTreeSet::new(), health: None };
        return (Check::of(Subject::History, Vec::new()), Some(nothing));
    }
    match remembered(workspace, now).await {
        Ok(memory) => (Check::of(Subject::History, Vec::new()), Some(memory)),
        Err(fault) => {
            let code = if fault.is::<ArchiveError>() { "P018" } else { "J034" };
            (Check::works(Subject::History, code, Err::<(), _>(fault)), None)
        }
    }
}

async fn remembered(workspace: &Workspace, now: DateTime<Utc>) -> Result<Memory> {
    let mut history = History::open(&workspace.config.history_path()).await?;
    let known = history.known(now.timestamp()).await?;
    let noted = history.backups(("", "")).await?;
    Ok(Memory {
        was_served: workspace.config.jobs.iter().any(|job| known.contains_key(&job.name)),
        copied_keys: noted
            .into_iter()
            .filter(|record| record.kind == RecordKind::Key)
            .map(|record| record.message)
            .collect(),
        health: Some(Health::examine(workspace, now).await?),
    })
}
