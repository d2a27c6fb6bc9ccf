//! `tertib run`

use crate::config::Config;
use crate::options::Where;
use crate::outcome::Outcome;
use crate::run_log::{self, RunLog};
use crate::tasks::{self, Occasion};
use crate::workspace::Workspace;
use crate::{clock, print};
use anyhow::{Result, anyhow, bail};
use clap::Args;
use schemas::Month;
use std::path::PathBuf;

/// Options of `tertib run`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Name of a job in the configuration.
    pub(crate) job: String,
    /// For a monthly or quarterly job: the month, or one of the quarter [default: the one before this].
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<Month>,
    /// The slot to run, seconds since 1970 UTC: how `serve` starts it.
    #[arg(long, hide = true, conflicts_with = "month")]
    slot: Option<i64>,
    /// The folder of the copy of the configuration to run by: how `serve` starts it.
    #[arg(long, hide = true, requires = "config")]
    kept: Option<PathBuf>,
    /// The latest instant that it can be when the run begins: how `serve` starts it.
    #[arg(long, hide = true, requires = "slot")]
    not_after: Option<i64>,
    /// When somebody asked for it on the office's pages, seconds since 1970 UTC: how `serve` starts it.
    #[arg(long, hide = true, conflicts_with = "slot", requires = "by")]
    asked: Option<i64>,
    /// The account of who asked for it.
    #[arg(long, hide = true, requires = "asked")]
    by: Option<String>,
    /// Which configuration to use.
    #[command(flatten)]
    pub(crate) place: Where,
}

impl Options {
    /// Where the log of a run goes that `serve` started.
    pub(crate) fn log(&self) -> Result<Option<RunLog>> {
        let Some(slot_s) = self.slot.or(self.asked) else { return Ok(None) };
        RunLog::open(&self.config()?, &run_log::path(&self.job, slot_s)).map(Some)
    }

    /// The configuration, or the copy of it.
    pub(crate) fn config(&self) -> Result<Config> {
        match (&self.place.config, &self.kept) {
            (Some(file), Some(kept)) => Config::kept(file, kept),
            (file, _) => Config::find(file.as_deref()),
        }
    }
}

/// The run is written to the history, also when it fails.
pub(crate) async fn run(options: Options) -> Result<Outcome> {
    let workspace = Workspace::of(options.config()?)?;
    let jobs = &workspace.config.jobs;
    let job = jobs.iter().find(|j| j.name == options.job).ok_or_else(|| {
        let names: Vec<&str> = jobs.iter().map(|j| j.name.as_str()).collect();
        anyhow!("there is no job `{}`; the configuration has {}", options.job, names.join(", "))
    })?;
    let occasion = match (options.slot, options.asked, options.month) {
        (Some(at_s), ..) => {
            Occasion::Slot { at_s, log: run_log::path(&job.name, at_s), not_after_s: options.not_after }
        }
        (None, Some(at_s), _) => Occasion::Asked {
            period: job.task.period(clock::now().timestamp(), workspace.facts.zone)?.key,
            log: run_log::path(&job.name, at_s),
            by: options.by.unwrap_or_default(),
        },
        (None, None, month) => {
            let now = job.task.period(clock::now().timestamp(), workspace.facts.zone)?;
            Occasion::ByHand(match month {
                Some(month) => match job.task.period_with(month, workspace.facts.zone) {
                    Some(period) => period.key,
                    None => bail!("job `{}` has no month; leave --month out", job.name),
                },
                None => now.key,
            })
        }
    };
    let Some(report) = tasks::run(&workspace, job, occasion).await? else {
        if options.slot.or(options.asked).is_some() {
            return Ok(Outcome::CannotRun);
        }
        bail!("job `{}`: another run of this job is going on", job.name);
    };
    print::data(&format!("{}: {}\n", job.name, report.message))?;
    Ok(report.outcome)
}
