//! The key: it is there, nobody else reads it, it is the archive's, and there is a copy of it on paper.

use super::history::Memory;
use super::{Check, Subject, finding};
use crate::workspace::Workspace;
use chrono::{DateTime, Utc};
use pipeline::{Key, KeyError};
use schemas::Finding;

/// An archive that is older has a copy of its key.
const WITHOUT_A_COPY_S: i64 = 30 * 86_400;

/// An archive that cannot be read says so itself.
pub(super) fn check(workspace: &Workspace, memory: Option<&Memory>, now: DateTime<Utc>) -> Check {
    let path = workspace.config.key_path();
    let found = match workspace.config.key() {
        Err(KeyError::Open { .. }) => Some(finding("P012", path.display())),
        Err(fault) => Some(finding("P011", fault)),
        Ok(key) => {
            let is_another = workspace.archive().is_ok_and(|archive| archive.check_key(&key).is_err());
            let another = is_another.then(|| finding("A022", path.display()));
            another.or_else(|| without_a_copy(workspace, &key, memory?, now))
        }
    };
    Check::of(Subject::Key, found.into_iter().collect())
}

/// Nobody has compared the paper with this key. A new archive has time until then.
fn without_a_copy(workspace: &Workspace, key: &Key, memory: &Memory, now: DateTime<Utc>) -> Option<Finding> {
    let first_s = workspace.archive().ok()?.at(0)?.last_commit_s()?;
    let is_late = now.timestamp() - first_s > WITHOUT_A_COPY_S;
    let is_confirmed = memory.copy_of_key.as_ref() == Some(&key.id());
    (is_late && !is_confirmed).then(|| finding("K019", workspace.config.key_path().display()))
}
