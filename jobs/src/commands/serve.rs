//! `tertib serve`

use crate::config::JobSection;
use crate::history::History;
use crate::options::Where;
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use crate::{clock, scheduler, stop, systemd, tasks};
use anyhow::{Result, bail};
use chrono::{DateTime, Utc};
use clap::Args;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Options of `tertib serve`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Which configuration to use.
    #[command(flatten)]
    pub(crate) place: Where,
}

/// The longest sleep. A clock that was set, a PC that slept and a changed configuration are noticed within this time.
const LONGEST_SLEEP: std::time::Duration = std::time::Duration::from_secs(10);

/// Jobs that are to run, each with the time at which it was due.
type Queue = Vec<(DateTime<Utc>, String)>;

/// Runs until it is told to stop (Ctrl-C or SIGTERM); a run that has begun is finished first.
pub(crate) async fn run(options: Options) -> Result<Outcome> {
    let _runs = stop::ends_by_itself();
    let mut current = Current::open(options.place)?;
    // Due times up to this instant are in the queue. It moves on only when the queue is filled again, so that what falls
    // due while a long run goes on is not passed over.
    let mut since = clock::now();
    let mut queue = catch_up(&current.workspace, since).await?;
    let mut stop = std::pin::pin!(stop::asked());
    systemd::ready();
    loop {
        for (due, name) in queue.drain(..) {
            current.renew();
            run_due(&current.workspace, &name, due).await?;
            if futures_util::poll!(stop.as_mut()).is_ready() {
                systemd::stopping();
                tracing::info!("stopped");
                return Ok(Outcome::Done);
            }
        }
        let mut told = None;
        loop {
            systemd::alive();
            current.renew();
            let zone = current.workspace.config.zone();
            let next = current.workspace.config.jobs.iter().map(|job| job.next(since, zone));
            let first = next.collect::<Result<Vec<_>>>()?.into_iter().min();
            if told != first {
                told = first;
                tracing::info!(next = first.map(|first| first.with_timezone(&zone).to_string()), "waiting");
            }
            let left = first.map_or(LONGEST_SLEEP, |first| (first - clock::now()).to_std().unwrap_or_default());
            if left.is_zero() {
                break;
            }
            tokio::select! {
                () = tokio::time::sleep(left.min(LONGEST_SLEEP)) => {}
                _ = &mut stop => {
                    systemd::stopping();
                    tracing::info!("stopped");
                    return Ok(Outcome::Done);
                }
            }
        }
        let now = clock::now();
        queue = due_jobs(&current.workspace, now, |_| Some(since))?;
        since = now;
    }
}

/// The workspace as its files are now or, while they cannot be used, as they last could be.
struct Current {
    place: Where,
    workspace: Arc<Workspace>,
    /// Why the files cannot be used. It is logged once.
    fault: Option<String>,
}

impl Current {
    fn open(place: Where) -> Result<Self> {
        let workspace = with_jobs(&place)?;
        Ok(Self { place, workspace, fault: None })
    }

    /// Reads everything anew.
    fn renew(&mut self) {
        let fault = match with_jobs(&self.place) {
            Ok(workspace) => {
                self.workspace = workspace;
                None
            }
            Err(fault) => Some(format!("{fault:#}")),
        };
        if self.fault != fault {
            match &fault {
                Some(fault) => tracing::error!("{fault}\n  until it is mended, jobs run by what was read before"),
                None => tracing::info!("the configuration can be used again"),
            }
            self.fault = fault;
        }
    }
}

fn with_jobs(place: &Where) -> Result<Arc<Workspace>> {
    let workspace = Workspace::open(place.config.as_deref())?;
    if workspace.config.jobs.is_empty() {
        bail!("the configuration has no [[job]]; add one or run `tertib pull` yourself");
    }
    Ok(workspace)
}

/// Returns the runs of each job that fell due since an instant, oldest first. A job without that instant has none.
fn due_jobs(
    workspace: &Workspace,
    now: DateTime<Utc>,
    since: impl Fn(&JobSection) -> Option<DateTime<Utc>>,
) -> Result<Queue> {
    let (zone, mut queue) = (workspace.config.zone(), Vec::new());
    for job in &workspace.config.jobs {
        if let Some(since) = since(job) {
            queue.extend(scheduler::due(job, since, now, zone)?.into_iter().map(|due| (due, job.name.clone())));
        }
    }
    queue.sort_by_key(|(due, _)| *due);
    Ok(queue)
}

/// Returns the runs that were missed while `serve` was not running, oldest first.
async fn catch_up(workspace: &Workspace, now: DateTime<Utc>) -> Result<Queue> {
    let mut history = History::open(&workspace.config.history_path()).await?;
    let mut started = BTreeMap::new();
    for job in &workspace.config.jobs {
        started.insert(job.name.as_str(), history.last_started(&job.name).await?);
    }
    due_jobs(workspace, now, |job| started.get(job.name.as_str()).copied().flatten())
}

async fn run_due(workspace: &Arc<Workspace>, name: &str, due: DateTime<Utc>) -> Result<()> {
    let Some(job) = workspace.config.jobs.iter().find(|job| job.name == name) else {
        tracing::info!(job = name, "not run, since the configuration does not have it any more");
        return Ok(());
    };
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
