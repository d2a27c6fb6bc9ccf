//! The archive: it can be read, holds the month before, and is not old.

use super::history::Memory;
use super::{Check, Subject, finding};
use crate::freshness;
use crate::workspace::Workspace;
use chrono::{DateTime, Utc};
use pipeline::Archive;
use schemas::Finding;

/// Damage inside a file is what `verify` looks for.
pub(super) fn checks(workspace: &Workspace, memory: Option<&Memory>, now: DateTime<Utc>) -> [Check; 2] {
    let behind: Vec<Finding> = memory.into_iter().flat_map(|memory| memory.lasting(&["J015"])).collect();
    match workspace.archive() {
        Ok(_) if !behind.is_empty() => [Check::of(Subject::Archive, behind), Check::not_examined(Subject::Data)],
        Err(fault) => {
            let unread = finding("P018", format!("{fault:#}"));
            [Check::of(Subject::Archive, vec![unread]), Check::not_examined(Subject::Data)]
        }
        Ok(archive) if archive.is_empty() => {
            let empty = finding("P019", workspace.config.archive_path().display());
            [Check::of(Subject::Archive, vec![empty]), Check::not_examined(Subject::Data)]
        }
        Ok(archive) => match data(workspace, &archive, memory, now) {
            Ok(found) => [Check::of(Subject::Archive, Vec::new()), Check::of(Subject::Data, found)],
            Err(fault) => {
                let unread = finding("P018", format!("{fault:#}"));
                [Check::of(Subject::Archive, vec![unread]), Check::not_examined(Subject::Data)]
            }
        },
    }
}

fn data(
    workspace: &Workspace,
    archive: &Archive,
    memory: Option<&Memory>,
    now: DateTime<Utc>,
) -> anyhow::Result<Vec<Finding>> {
    let (provenance, facts) = (archive.provenance()?, &workspace.facts);
    let mut found = Vec::new();
    // A month that is just over comes with the next pull; then its data are not old.
    let until_s = provenance.complete_until_s.max(memory.and_then(Memory::pulled_s));
    let is_late = freshness::is_late(facts, until_s, now);
    if is_late {
        found.push(finding("P020", provenance.complete_until()));
    }
    let before = facts.zone.month(now.timestamp()).map(|month| month.back(1));
    if let Some(month) = before.filter(|month| is_late || provenance.lacks_the_beginning_of(*month)) {
        found.extend(provenance.gap(month));
    }
    Ok(found)
}
