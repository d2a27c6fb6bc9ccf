//! Runs the tasks of jobs. Each task has a file of its own, and each run is recorded in the history, even if it could not start.

mod backup;
mod digest;
mod monthly_reports;
mod pull_events;
mod restore_drill;
mod verify_archive;

use crate::clock;
use crate::config::{JobSection, Task};
use crate::history::{Ended, History};
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use anyhow::{Context, Result, anyhow};
use backon::{ExponentialBuilder, Retryable};
use pipeline::{ArchiveError, PullError};
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

/// The result of a task, in one line.
pub(crate) struct Report {
    /// Whether somebody should look at the result.
    pub outcome: Outcome,
    /// One line for the history.
    pub message: String,
}

/// Runs a job once, with retries and a deadline, one run at a time across processes.
///
/// # Errors
/// When the job could not run; the history says so too.
pub(crate) async fn run(workspace: &Arc<Workspace>, job: &JobSection, period: &str) -> Result<Report> {
    let mut history = History::open(&workspace.config.history_path()).await?;
    let Some(lock) = lock(workspace, &job.name)?.map(Arc::new) else {
        let id = history.begin(&job.name, job.task.word(), period).await?;
        let message = "another run of this job is going on";
        history.finish(id, Ended::Skipped, message, None).await?;
        return Err(anyhow!("job `{}`: {message}", job.name));
    };
    history.mark_cut_off(&job.name).await?;
    let id = history.begin(&job.name, job.task.word(), period).await?;
    let attempt = || async { perform(workspace, job.task, period, &lock).await };
    let retries = ExponentialBuilder::default().with_min_delay(Duration::from_secs(5)).with_max_times(job.retries);
    let tried = attempt.retry(retries).when(may_pass).notify(|fault: &anyhow::Error, wait: Duration| {
        tracing::warn!(job = job.name, wait_seconds = wait.as_secs(), "failed, will try again: {fault:#}");
    });
    let deadline = Duration::from_secs(job.deadline_minutes * 60);
    let result = match tokio::time::timeout(deadline, tried).await {
        Ok(result) => result,
        Err(_) => Err(anyhow!("not finished within {} minutes", job.deadline_minutes)),
    };
    let of_archive = Arc::clone(workspace);
    let version = apart(move || Ok(of_archive.archive()?.version())).await.unwrap_or_else(|fault| {
        tracing::warn!(job = job.name, "the history lacks the version of the archive: {fault:#}");
        None
    });
    let (ended, message) = match &result {
        Ok(report) if report.outcome == Outcome::Done => (Ended::Done, report.message.clone()),
        Ok(report) => (Ended::Findings, report.message.clone()),
        Err(fault) => (Ended::Failed, format!("{fault:#}")),
    };
    history.finish(id, ended, &message, version).await?;
    result.with_context(|| format!("job `{}`", job.name))
}

/// Whether a failure may be temporary. A pull knows this of its own failures. An archive may be locked or out of reach for a
/// while, but it does not turn into another archive.
fn may_pass(fault: &anyhow::Error) -> bool {
    let is_passing = |fault: &ArchiveError| {
        matches!(fault, ArchiveError::Io { .. } | ArchiveError::Locked { .. } | ArchiveError::Conflict { .. })
    };
    fault.downcast_ref::<PullError>().is_none_or(PullError::is_passing)
        && fault.downcast_ref::<ArchiveError>().is_none_or(is_passing)
}

/// Carries out a task. A task that is still running after its deadline keeps the job's lock, so that the next run does not start
/// beside it.
async fn perform(workspace: &Arc<Workspace>, task: Task, period: &str, lock: &Arc<File>) -> Result<Report> {
    let (workspace, lock) = (Arc::clone(workspace), Arc::clone(lock));
    match task {
        Task::Pull => pull_events::run(&workspace).await,
        Task::Digest => digest::run(&workspace, clock::now()).await,
        Task::Verify => apart(holding(lock, move || verify_archive::run(&workspace))).await,
        Task::Backup => backup::run(&workspace).await,
        Task::RestoreDrill => restore_drill::run(&workspace).await,
        Task::MonthlyReports => {
            let month = period.parse()?;
            apart(holding(lock, move || monthly_reports::run(&workspace, month))).await
        }
    }
}

/// Wraps work so that it releases the lock when it is done.
fn holding<T>(lock: Arc<File>, work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    move || {
        let result = work();
        drop(lock);
        result
    }
}

/// Runs blocking work in a thread of its own, so that the deadline and signals are still noticed. A thread that is no longer waited
/// for runs until the program ends; each file that it writes is either complete or absent.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(ended) => match ended.try_into_panic() {
            Ok(defect) => std::panic::resume_unwind(defect),
            Err(_) => Err(anyhow!("the program ends")),
        },
    }
}

/// A kernel lock, freed when the process ends however it ends; `None` when another process holds it.
fn lock(workspace: &Arc<Workspace>, job: &str) -> Result<Option<File>> {
    let safe: String = job.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let path = workspace.config.state_path().join(format!(".{safe}.lock"));
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(fault)) => {
            Err(fault).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::Zone;

    /// The wait for a task that computes can be given up, and the task keeps its lock as long as it runs.
    #[test]
    fn a_deadline_ends_the_wait_for_a_task_that_computes() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let lock = Arc::new(tempfile::tempfile().unwrap());
        let (end, ends) = std::sync::mpsc::channel::<()>();
        let work = holding(Arc::clone(&lock), move || Ok(ends.recv_timeout(Duration::from_secs(10)).is_ok()));
        let began = std::time::Instant::now();
        let waited = runtime.block_on(async { tokio::time::timeout(Duration::from_millis(50), apart(work)).await });
        assert!(waited.is_err() && began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        assert_eq!(Arc::strong_count(&lock), 2, "the task goes on under its lock");
        end.send(()).unwrap();
        drop(runtime);
        assert_eq!(Arc::strong_count(&lock), 1);
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let path = "archive".to_owned();
        let zone = ArchiveError::Zone { path: path.clone(), begun: Zone::ALL[0], zone: Zone::ALL[1] };
        for lasting in [zone, ArchiveError::Nothing { path: path.clone() }, ArchiveError::Form { path: path.clone() }] {
            assert!(!may_pass(&lasting.into()));
        }
        assert!(may_pass(&ArchiveError::Locked { path: path.clone() }.into()));
        let reason = std::io::Error::from(std::io::ErrorKind::StaleNetworkFileHandle);
        assert!(may_pass(&ArchiveError::Io { act: "read", path, reason }.into()));
        let lasting = PullError::from(ArchiveError::Empty { path: String::new() });
        assert!(!may_pass(&lasting.into()));
    }
}
