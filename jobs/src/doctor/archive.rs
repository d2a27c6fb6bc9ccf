//! The archive: it can be read, holds the month before, and is not old.

use super::{Check, Subject, finding};
use crate::workspace::Workspace;
use chrono::{DateTime, Utc};
use pipeline::Archive;
use schemas::Finding;

/// Two days of work: data that are older are late, whatever weekends and holidays lie between.
const FRESH_WORKING_S: i64 = 2 * 27_000;

/// Damage inside a file is what `verify` looks for.
pub(super) fn checks(workspace: &Workspace, now: DateTime<Utc>) -> [Check; 2] {
    match workspace.archive() {
        Err(fault) => {
            let unread = finding("P018", format!("{fault:#}"));
            [Check::of(Subject::Archive, vec![unread]), Check::not_examined(Subject::Data)]
        }
        Ok(archive) if archive.is_empty() => {
            let empty = finding("P019", workspace.config.archive_path().display());
            [Check::of(Subject::Archive, vec![empty]), Check::not_examined(Subject::Data)]
        }
        Ok(archive) => match data(workspace, &archive, now) {
            Ok(found) => [Check::of(Subject::Archive, Vec::new()), Check::of(Subject::Data, found)],
            Err(fault) => {
                let unread = finding("P018", format!("{fault:#}"));
                [Check::of(Subject::Archive, vec![unread]), Check::not_examined(Subject::Data)]
            }
        },
    }
}

fn data(workspace: &Workspace, archive: &Archive, now: DateTime<Utc>) -> anyhow::Result<Vec<Finding>> {
    let (provenance, facts) = (archive.provenance()?, &workspace.facts);
    let mut found = Vec::new();
    // A month that is just over comes with the next pull; then its data are not old.
    let working_s = |until: i64| {
        let [then, now] = [until, now.timestamp()].map(|at| facts.clock.working_s(at));
        Some(now.ok()? - then.ok()?)
    };
    let is_late = provenance.complete_until_s.is_none_or(|until| working_s(until).is_some_and(|s| s > FRESH_WORKING_S));
    if is_late {
        found.push(finding("P020", provenance.complete_until()));
    }
    let before = facts.zone.month(now.timestamp()).map(|month| month.back(1));
    if let Some(month) = before.filter(|month| is_late || provenance.lacks_the_beginning_of(*month)) {
        found.extend(provenance.gap(month));
    }
    Ok(found)
}
