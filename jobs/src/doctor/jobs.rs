//! What is done by itself: what an office cannot do without has a job, and every job has a day that comes.

use super::{Check, Subject, finding};
use crate::config::Task;
use crate::workspace::Workspace;
use chrono::{DateTime, Utc};

/// An expression that never comes, and jobs that cannot be told apart, are refused with the configuration.
pub(super) fn check(workspace: &Workspace, now: DateTime<Utc>) -> Check {
    let config = &workspace.config;
    let lacks = |task: Task| config.jobs.iter().all(|job| job.task != task);
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
    if lacks(Task::Backup) && !config.backups.is_empty() {
        found.push(finding("J036", "[[job]]"));
    }
    // A day that the office's calendar never has on a day of the expression.
    for job in &config.jobs {
        let plan = job.plan(config.zone());
        if plan.is_ok_and(|plan| plan.schedule.next(now.timestamp(), &workspace.facts.clock).is_err()) {
            found.push(finding("J007", &job.name));
        }
    }
    Check::of(Subject::Jobs, found)
}
