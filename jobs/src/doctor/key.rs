//! The key: it is there, nobody else reads it, and it is the archive's.

use super::{Check, Subject, finding};
use crate::workspace::Workspace;
use pipeline::KeyError;

/// An archive that cannot be read says so itself.
pub(super) fn check(workspace: &Workspace) -> Check {
    let path = workspace.config.key_path();
    let found = match workspace.config.key() {
        Err(KeyError::Open { .. }) => Some(finding("P012", path.display())),
        Err(fault) => Some(finding("P011", fault)),
        Ok(key) => {
            let is_another = workspace.archive().is_ok_and(|archive| archive.check_key(&key).is_err());
            is_another.then(|| finding("A022", path.display()))
        }
    };
    Check::of(Subject::Key, found.into_iter().collect())
}
