//! What is done by itself: what an office cannot do without has a job, and the history of runs can be kept.

use super::{Check, Subject, finding};
use crate::config::{Config, JobSection, Task};
use crate::history::History;

/// An expression that never comes, and jobs that cannot be told apart, are refused with the configuration.
pub(super) fn check(jobs: &[JobSection]) -> Check {
    let lacks = |task: Task| jobs.iter().all(|job| job.task != task);
    let mut found = Vec::new();
    if lacks(Task::Pull) {
        found.push(finding("J030", "[[job]]"));
    }
    if lacks(Task::Verify) {
        found.push(finding("J031", "[[job]]"));
    }
    if lacks(Task::MonthlyReports) {
        found.push(finding("J032", "[[job]]"));
    }
    Check::of(Subject::Jobs, found)
}

/// A history that is not there yet is made by the first run.
pub(super) async fn history(config: &Config) -> Check {
    let path = config.history_path();
    if path.symlink_metadata().is_err() {
        return Check::of(Subject::History, Vec::new());
    }
    Check::works(Subject::History, "J034", History::open(&path).await)
}
