//! `tertib seal`

use crate::options::Where;
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use crate::{clock, print};
use anyhow::Result;
use clap::Args;
use pipeline::{Seal, SealRequest};
use schemas::Month;

/// Options of `tertib seal`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The month whose books are closed, for example 2026-10.
    #[arg(long, value_name = "YYYY-MM")]
    month: Month,
    /// Close them although the archive does not hold all of the month, for this reason, which is kept in its log.
    #[arg(long, value_name = "REASON")]
    incomplete: Option<String>,
    #[command(flatten)]
    place: Where,
}

/// Exit code 2 when the month is not over or not complete, its books are closed already, or those of an earlier month are open.
pub(crate) fn run(options: &Options) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let key = workspace.config.key()?;
    let request = SealRequest {
        month: options.month,
        zone: workspace.facts.zone,
        at_ms: clock::now().timestamp_millis(),
        incomplete: options.incomplete.as_deref(),
    };
    let Seal { month, version, .. } =
        pipeline::seal(&workspace.config.archive_path(), &key, workspace.fence(), request)?;
    let next = print::command(&format!("render --month {month} --full"), options.place.config.as_deref());
    print::data(&format!("the books of {month} are closed by version {version} of the archive; next:\n{next}\n"))?;
    Ok(Outcome::Done)
}
