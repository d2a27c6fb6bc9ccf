//! `tertib serve`

use crate::config::JobSection;
use crate::history::History;
use crate::options::Where;
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use crate::{clock, scheduler, tasks};
use anyhow::{Result, bail};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::Args;

/// Options of `tertib serve`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Which configuration to use.
    #[command(flatten)]
    pub(crate) place: Where,
}

/// A clock that was set, or a PC that slept, is noticed within this time.
const LONGEST_SLEEP: std::time::Duration = std::time::Duration::from_secs(30);

/// Runs until it is told to stop (Ctrl-C or SIGTERM); a run that has begun is finished first.
pub(crate) async fn run(options: Options) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    if workspace.config.jobs.is_empty() {
        bail!("the configuration has no [[job]]; add one or run `tertib pull` yourself");
    }
    let zone = workspace.config.zone();
    // Due times up to this instant are in the queue. It moves on only when the queue is filled again, so that what falls
    // due while a long run goes on is not passed over.
    let mut since = clock::now();
    let mut queue = catch_up(&workspace, since, zone).await?;
    let mut stop = std::pin::pin!(stop_signal());
    loop {
        for (due, job) in queue.drain(..) {
            run_due(&workspace, job, due).await?;
            if futures_util::poll!(stop.as_mut()).is_ready() {
                tracing::info!("stopped");
                return Ok(Outcome::Done);
            }
        }
        let next = workspace.config.jobs.iter().map(|job| job.next(since, zone));
        let Some(first) = next.collect::<Result<Vec<_>>>()?.into_iter().min() else { continue };
        tracing::info!(next = %first.with_timezone(&zone), "waiting");
        while clock::now() < first {
            let left = (first - clock::now()).to_std().unwrap_or_default().min(LONGEST_SLEEP);
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                () = &mut stop => {
                    tracing::info!("stopped");
                    return Ok(Outcome::Done);
                }
            }
        }
        let now = clock::now();
        for job in &workspace.config.jobs {
            queue.extend(scheduler::due(job, since, now, zone)?.into_iter().map(|due| (due, job)));
        }
        queue.sort_by_key(|(due, _)| *due);
        since = now;
    }
}

/// What was missed while nothing ran, oldest first.
async fn catch_up(workspace: &Workspace, now: DateTime<Utc>, zone: Tz) -> Result<Vec<(DateTime<Utc>, &JobSection)>> {
    let mut history = History::open(&workspace.config.history_path()).await?;
    let mut queue = Vec::new();
    for job in &workspace.config.jobs {
        if let Some(last) = history.last_started(&job.name).await? {
            queue.extend(scheduler::due(job, last, now, zone)?.into_iter().map(|due| (due, job)));
        }
    }
    queue.sort_by_key(|(due, _)| *due);
    Ok(queue)
}

async fn run_due(workspace: &std::sync::Arc<Workspace>, job: &JobSection, due: DateTime<Utc>) -> Result<()> {
    let period = job.task.period(due, workspace.facts.zone)?;
    if History::open(&workspace.config.history_path()).await?.has_succeeded(&job.name, &period).await? {
        return Ok(());
    }
    tracing::info!(job = job.name, period, "run");
    match tasks::run(workspace, job, &period).await {
        Ok(report) => tracing::info!(job = job.name, period, "{}", report.message),
        // The history has it; the other jobs go on.
        Err(fault) => tracing::error!(job = job.name, period, "{fault:#}"),
    }
    Ok(())
}

async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
