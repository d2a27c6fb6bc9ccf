//! Runs the tasks of jobs. Each task has a file of its own, and each run is recorded in the history, even if it fails.

mod backup;
mod close_month;
mod digest;
mod doctor;
mod monthly_reports;
mod province_report;
mod pull_events;
mod reconcile_months;
mod restore_drill;
mod verify_archive;

pub(crate) use close_month::Closing;

use crate::config::{JobSection, Task};
use crate::history::{Begun, Ending, History};
use crate::messages::Messages;
use crate::outcome::Outcome;
use crate::scheduler::FailureClass;
use crate::stop::{self, Stopped};
use crate::workspace::Workspace;
use crate::{clock, continuity, job_lock};
use anyhow::{Result, anyhow};
use chrono::{DateTime, Utc};
use pipeline::{ArchiveError, Disclosure, PullError, SealError};
use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a task that is told to stop may take to end by itself.
const GRACE: Duration = Duration::from_millis(1_500);

/// How often a log line tells how far a task is.
const TOLD_EVERY: Duration = Duration::from_secs(3);

/// The result of a task, in one line.
pub(crate) struct Report {
    /// Whether somebody should look at the result.
    pub outcome: Outcome,
    /// One line for the history.
    pub message: String,
}

/// Why a task runs.
#[derive(Clone, Debug)]
pub(crate) enum Occasion {
    /// A slot was due.
    Slot {
        /// When.
        at_s: i64,
        /// The file to which the run writes its log, relative to the configuration.
        log: String,
        /// The latest instant that it can be when it begins.
        not_after_s: Option<i64>,
    },
    /// Somebody asked for it, with that period.
    ByHand(String),
    /// Somebody asked `serve` for it, with that period.
    Asked {
        /// The period.
        period: String,
        /// The file to which the run writes its log, relative to the configuration.
        log: String,
        /// The account of who asked.
        by: String,
    },
}

impl Occasion {
    /// Now; by a wrong clock, no later than it can be, since an archive that states a later time states it for ever.
    fn at(&self) -> DateTime<Utc> {
        let now = clock::now();
        match self {
            Self::Slot { not_after_s: Some(s), .. } => {
                DateTime::from_timestamp(*s, 0).map_or(now, |known| known.min(now))
            }
            Self::Slot { .. } | Self::ByHand(_) | Self::Asked { .. } => now,
        }
    }
}

/// Runs a job once, with a deadline, one run at a time across processes. `None` when another run of the job is going on, or when the
/// slot is not to be run any more.
///
/// # Errors
/// When the job could not run; the history says so too.
pub(crate) async fn run(workspace: &Arc<Workspace>, job: &JobSection, occasion: Occasion) -> Result<Option<Report>> {
    let Some(lock) = job_lock::take(&workspace.config, &job.name)?.map(Arc::new) else { return Ok(None) };
    let mut history = History::open(&workspace.config.history_path()).await?;
    history.mark_cut_off(&job.name, clock::now().timestamp()).await?;
    let now_s = clock::now().timestamp();
    let (period, begun) = match &occasion {
        Occasion::ByHand(period) => {
            let begun = history.begin_by_hand(&job.name, job.task, period, now_s).await?;
            (period.clone(), Some(begun))
        }
        Occasion::Asked { period, log, by } => {
            let begun = history.begin_by_hand(&job.name, job.task, period, now_s).await?;
            history.logs_to(begun.id, log).await?;
            history.asked_by(begun.id, by).await?;
            (period.clone(), Some(begun))
        }
        Occasion::Slot { at_s, log, .. } => {
            let period = job.task.period(*at_s, workspace.facts.zone)?.key;
            let begun = history.claim(&job.name, job.task, &period, *at_s, now_s).await?;
            if let Some(begun) = begun {
                history.logs_to(begun.id, log).await?;
            }
            (period, begun)
        }
    };
    let Some(Begun { id, attempt }) = begun else { return Ok(None) };
    // What a check has seen is what was there when it began.
    let is_check = matches!(job.task, Task::Verify | Task::VerifyNew);
    let before = if is_check { version(workspace).await } else { None };
    // However it ends, the history says so.
    let _ends = stop::ends_by_itself();
    tracing::info!(run = id, job = job.name, period, attempt, "began");
    let minutes = job.deadline_minutes;
    let deadline = Duration::from_secs(u64::from(minutes) * 60);
    let performed = tokio::time::timeout(deadline, perform(workspace, job.task, &period, occasion.at(), &lock));
    let (class, result) = tokio::select! {
        performed = performed => match performed {
            Ok(result) => (result.as_ref().err().map(class), result),
            Err(_) => (Some(FailureClass::Deadline), Err(anyhow!("not finished within {minutes} minutes"))),
        },
        stopped = stopped() => (Some(FailureClass::Stopped), Err(stopped.into())),
    };
    let version = if is_check { before } else { version(workspace).await };
    let result = match result {
        Ok(report) if matches!(job.task, Task::MonthlyReports | Task::CloseMonth) => {
            tell_of_reports(workspace, &mut history, &period).await.map(|()| report)
        }
        other => other,
    };
    // Who reads the log as it grows is told before the history says that it has ended.
    tell(job, &occasion, &result);
    let ending = match (&result, class) {
        (Ok(report), _) => Ending::Succeeded(report.outcome, report.message.clone()),
        (Err(fault), class) => Ending::Failed(class.unwrap_or(FailureClass::Passing), format!("{fault:#}")),
    };
    history.finish(id, &ending, version, peak_kb(), clock::now().timestamp()).await?;
    match result {
        Ok(report) => Ok(Some(report)),
        Err(fault) => Err(fault.context(format!("job `{}`", job.name))),
    }
}

/// Writes how a run ended to its log. Who runs a job by hand is told of a failure by the command itself.
fn tell(job: &JobSection, occasion: &Occasion, result: &Result<Report>) {
    match (result, occasion) {
        (Ok(report), _) => tracing::info!(job = job.name, "{}", report.message),
        (Err(_), Occasion::ByHand(_)) => {}
        (Err(fault), _) => tracing::error!(job = job.name, "{fault:#}"),
    }
}

/// Tells the log how far a task is, every few seconds.
struct Pace {
    what: &'static str,
    last: Mutex<Instant>,
}

impl Pace {
    fn begin(what: &'static str) -> Self {
        Self { what, last: Mutex::new(Instant::now()) }
    }

    fn at(&self, done: u64, of: u64) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= TOLD_EVERY {
            *last = Instant::now();
            tracing::info!(done, of, "{}", self.what);
        }
    }
}

/// The version of the archive; nothing while it is empty or cannot be read.
async fn version(workspace: &Arc<Workspace>) -> Option<u64> {
    let workspace = Arc::clone(workspace);
    apart(move || Ok(workspace.archive()?.version())).await.unwrap_or_else(|fault| {
        tracing::warn!("the history lacks the version of the archive: {fault:#}");
        None
    })
}

/// Tells that the reports of a month are ready, before the run that made them has ended: if it is cut off here, it is made again, and
/// the same reports are told once.
async fn tell_of_reports(workspace: &Workspace, history: &mut History, month: &str) -> Result<()> {
    Messages::open(workspace)?.report_ready(history.connection(), month.parse()?, clock::now()).await
}

/// Waits until the program is asked to stop, and lets the task end by itself.
async fn stopped() -> Stopped {
    let stopped = stop::asked().await;
    tokio::time::sleep(GRACE).await;
    stopped
}

/// The most memory that this process has had, where the system tells it.
fn peak_kb() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// Whether a failure may pass by waiting. A pull knows this of its own failures. An archive may be locked or out of reach for a while,
/// but it does not turn into another archive.
fn class(fault: &anyhow::Error) -> FailureClass {
    if fault.is::<Stopped>() {
        return FailureClass::Stopped;
    }
    let is_passing = |fault: &ArchiveError| {
        matches!(fault, ArchiveError::Io { .. } | ArchiveError::Locked { .. } | ArchiveError::Conflict { .. })
    };
    // What a person must decide does not pass; what a pull may still bring does.
    let is_decided = matches!(fault.downcast_ref(), Some(SealError::Earlier { .. } | SealError::Passed { .. }));
    if is_decided || fault.is::<close_month::FirstClosing>() {
        return FailureClass::Lasting;
    }
    // A full disk too: somebody may make room while nobody thinks of the pull.
    let of_pull = |fault: &PullError| match fault {
        PullError::Archive(fault) => is_passing(fault),
        PullError::Scratch(_) => true,
        other => other.is_passing(),
    };
    let may_pass =
        fault.downcast_ref().is_none_or(of_pull) && fault.downcast_ref::<ArchiveError>().is_none_or(is_passing);
    if may_pass { FailureClass::Passing } else { FailureClass::Lasting }
}

/// Carries out a task. A task that is still running after its deadline keeps the job's lock, so that the next run does not start
/// beside it.
async fn perform(
    workspace: &Arc<Workspace>,
    task: Task,
    period: &str,
    at: DateTime<Utc>,
    lock: &Arc<File>,
) -> Result<Report> {
    let (workspace, lock) = (Arc::clone(workspace), Arc::clone(lock));
    // What these make of an archive that is not the office's would stand for the office's.
    if matches!(task, Task::Pull | Task::CloseMonth | Task::MonthlyReports | Task::ProvinceReport) {
        continuity::check(&workspace).await?;
    }
    match task {
        Task::Pull => pull_events::run(&workspace, at).await,
        Task::Digest => digest::run(&workspace, clock::now()).await,
        Task::Verify => apart(holding(lock, move || verify_archive::run(&workspace, None))).await,
        Task::VerifyNew => {
            let since = History::open(&workspace.config.history_path()).await?.verified().await?;
            apart(holding(lock, move || verify_archive::run(&workspace, since))).await
        }
        Task::Reconcile => reconcile_months::run(&workspace).await,
        Task::Backup => backup::run(&workspace).await,
        Task::RestoreDrill => restore_drill::run(&workspace).await,
        Task::Doctor => doctor::run(&workspace, clock::now()).await,
        Task::MonthlyReports => {
            let month = period.parse()?;
            apart(holding(lock, move || monthly_reports::run(&workspace, month, Disclosure::Masked))).await
        }
        Task::CloseMonth => {
            let month = period.parse()?;
            apart(holding(lock, move || close_month::run(&workspace, month))).await
        }
        Task::ProvinceReport => {
            let quarter = period.parse()?;
            apart(holding(lock, move || province_report::run(&workspace, quarter))).await
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
            assert_eq!(class(&lasting.into()), FailureClass::Lasting);
        }
        assert_eq!(class(&ArchiveError::Locked { path: path.clone() }.into()), FailureClass::Passing);
        let reason = std::io::Error::from(std::io::ErrorKind::StaleNetworkFileHandle);
        assert_eq!(class(&ArchiveError::Io { act: "read", path, reason }.into()), FailureClass::Passing);
        let first = "2026-10".parse().unwrap();
        assert_eq!(
            class(&close_month::FirstClosing { first }.into()),
            FailureClass::Lasting,
            "a person closes the first"
        );
        let reason = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let full = ArchiveError::Io { act: "write", path: "archive".to_owned(), reason };
        assert_eq!(class(&PullError::from(full).into()), FailureClass::Passing);
        let lasting = PullError::from(ArchiveError::Empty { path: String::new() });
        assert_eq!(class(&lasting.into()), FailureClass::Lasting);
    }
}
