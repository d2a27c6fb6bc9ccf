//! `tertib log`

use crate::history::History;
use crate::options::Where;
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use crate::{print, run_log};
use anyhow::{Result, anyhow};
use clap::Args;

/// Options of `tertib log`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Number of a run, as `tertib status JOB` shows it, or name of a job for its last run.
    run: String,
    /// Which configuration to use.
    #[command(flatten)]
    place: Where,
}

/// The log as it was written, one JSON object a line, after a line on how the run ended.
pub(crate) async fn run(options: Options) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let mut history = History::open(&workspace.config.history_path()).await?;
    let asked = &options.run;
    let run = match asked.parse() {
        Ok(number) => history.run(number).await?,
        Err(_) => history.latest(Some(asked), 1).await?.into_iter().next(),
    };
    let run = run.ok_or_else(|| anyhow!("there is no run `{asked}`; `tertib status JOB` shows the runs of a job"))?;
    let message = run.message.replace('\n', "\n  ");
    let mut text = format!("run {} of {} for {}: {} {message}\n", run.id, run.job, run.period, run.outcome);
    match &run.log {
        None => text.push_str("it was run by hand, so its log stood on the terminal only\n"),
        Some(log) => text.push_str(&run_log::read(&workspace.config, log)?),
    }
    print::data(&print::visible(&text))?;
    Ok(Outcome::Done)
}
