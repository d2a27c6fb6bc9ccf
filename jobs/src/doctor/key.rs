//! The keys: they are there, nobody else reads them, they are the archive's, and there is a copy of each.

use super::history::Memory;
use super::{Check, Subject, finding};
use crate::workspace::Workspace;
use chrono::{DateTime, Utc};
use pipeline::{Archive, KeyError, NoteError};
use schemas::Finding;
use std::path::Path;

/// An archive that is older has a copy of its keys.
const WITHOUT_A_COPY_S: i64 = 30 * 86_400;

/// An archive that cannot be read says so itself.
pub(super) fn check(workspace: &Workspace, memory: Option<&Memory>, now: DateTime<Utc>) -> Check {
    let archive = workspace.archive().ok();
    let copies = Copies { archive: archive.as_ref(), memory, now };
    let found = of_pseudonyms(workspace, copies).into_iter().chain(of_log(workspace, copies));
    Check::of(Subject::Key, found.collect())
}

/// The key of the pseudonyms.
fn of_pseudonyms(workspace: &Workspace, copies: Copies<'_>) -> Option<Finding> {
    let path = workspace.config.key_path();
    match workspace.config.key() {
        Err(KeyError::Open { .. }) => Some(finding("P012", path.display())),
        Err(fault) => Some(finding("P011", fault)),
        Ok(key) => {
            let is_another = copies.archive.is_some_and(|archive| archive.check_key(&key).is_err());
            if is_another { Some(finding("A022", path.display())) } else { copies.missing(&key.id(), &path) }
        }
    }
}

/// The key that signs the log. A log that was never signed needs none.
fn of_log(workspace: &Workspace, copies: Copies<'_>) -> Option<Finding> {
    let path = workspace.config.signing_key_path();
    let signer = copies.archive.and_then(|archive| archive.signer().ok().flatten());
    match workspace.config.signing_key() {
        Err(NoteError::Open { .. }) => Some(finding("P036", path.display())),
        Err(fault) => Some(finding("P035", fault)),
        Ok(None) => signer.map(|_| finding("P037", path.display())),
        Ok(Some(key)) => {
            let is_another = signer.is_some_and(|signer| key.verifying(signer.name()) != signer);
            if is_another { Some(finding("P037", path.display())) } else { copies.missing(&key.id(), &path) }
        }
    }
}

/// What is known of the copies of keys.
#[derive(Clone, Copy)]
struct Copies<'a> {
    archive: Option<&'a Archive>,
    memory: Option<&'a Memory>,
    now: DateTime<Utc>,
}

impl Copies<'_> {
    /// Nobody has compared a copy with this key. A new archive has time until then.
    fn missing(self, id: &str, path: &Path) -> Option<Finding> {
        let memory = self.memory?;
        let first_s = self.archive?.at(0)?.last_commit_s()?;
        let is_late = self.now.timestamp() - first_s > WITHOUT_A_COPY_S;
        (is_late && !memory.copied_keys.contains(id)).then(|| finding("K019", path.display()))
    }
}
