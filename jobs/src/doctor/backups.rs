//! Backups: there is a target, each has a copy that is not old, and one was restored not long ago.

use super::history::Memory;
use super::{Check, Subject, finding};
use crate::config::Config;

/// From what the history holds; the targets themselves are examined by each backup and each trial.
pub(super) fn check(config: &Config, memory: Option<&Memory>) -> Check {
    let Some(memory) = memory else { return Check::not_examined(Subject::Backups) };
    let none = config.backups.is_empty().then(|| finding("K020", "[[backup]]"));
    Check::of(Subject::Backups, none.into_iter().chain(memory.lasting(&["K01"])).collect())
}
