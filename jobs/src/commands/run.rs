//! `tertib run`

use crate::config::Task;
use crate::options::Where;
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use crate::{clock, print, tasks};
use anyhow::{Result, anyhow};
use clap::Args;
use schemas::Month;

/// Options of `tertib run`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Name of a job in the configuration.
    job: String,
    /// For a monthly job: the month [default: the month before this one].
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<Month>,
    /// Which configuration to use.
    #[command(flatten)]
    pub(crate) place: Where,
}

/// The run is written to the history, also when it fails.
pub(crate) async fn run(options: Options) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let jobs = &workspace.config.jobs;
    let job = jobs.iter().find(|j| j.name == options.job).ok_or_else(|| {
        let names: Vec<&str> = jobs.iter().map(|j| j.name.as_str()).collect();
        anyhow!("there is no job `{}`; the configuration has {}", options.job, names.join(", "))
    })?;
    let period = match options.month {
        Some(month) if job.task == Task::MonthlyReports => month.to_string(),
        Some(_) => return Err(anyhow!("job `{}` has no month; leave --month out", job.name)),
        None => job.task.period(clock::now(), workspace.facts.zone)?,
    };
    let report = tasks::run(&workspace, job, &period).await?;
    print::data(&format!("{}: {}\n", job.name, report.message))?;
    Ok(report.outcome)
}
