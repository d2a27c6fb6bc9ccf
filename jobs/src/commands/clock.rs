//! `tertib clock`

use crate::history::History;
use crate::options::Where;
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use crate::{clock, examples, print};
use anyhow::Result;
use clap::{Args, Subcommand};

/// What to do with the clock.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Say that time and date of this machine are right, so that jobs that wait for that may run.
    #[command(after_help = examples::CLOCK)]
    Confirm(Options),
}

/// Options of `tertib clock confirm`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Which configuration to use.
    #[command(flatten)]
    place: Where,
}

/// The word of a person counts for a week.
pub(crate) async fn run(action: Action) -> Result<Outcome> {
    let Action::Confirm(options) = action;
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let now = clock::now();
    History::open(&workspace.config.history_path()).await?.confirm_clock(now.timestamp()).await?;
    print::data(&format!("{} is right\n", now.with_timezone(&workspace.config.zone()).format("%d-%m-%Y %H.%M %Z")))?;
    Ok(Outcome::Done)
}
