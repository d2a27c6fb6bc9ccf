//! `tertib seal`

use crate::options::{Common, Where};
use crate::outcome::Outcome;
use crate::print::{self, Progress};
use crate::workspace::Workspace;
use crate::{clock, stop};
use anyhow::Result;
use clap::Args;
use pipeline::{Archive, Seal, SealRequest};
use schemas::Month;
use std::path::Path;

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
pub(crate) fn run(options: &Options, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let (key, signing) = (workspace.config.key()?, workspace.config.signing_key()?);
    let request = SealRequest {
        month: options.month,
        zone: workspace.facts.zone,
        at_ms: clock::now().timestamp_millis(),
        incomplete: options.incomplete.as_deref(),
        signing: signing.as_ref(),
    };
    let bar = Progress::of_pieces(common, "seal");
    let archive = workspace.config.archive_path();
    let _under_way = stop::under_way({
        let (archive, month) = (archive.clone(), options.month);
        move || is_closed(&archive, month)
    });
    let Seal { month, version, .. } = pipeline::seal(&archive, &key, workspace.fence(), request)?;
    drop(bar);
    let next = print::command(&format!("render --month {month} --full"), options.place.config.as_deref());
    print::data(&format!("the books of {month} are closed by version {version} of the archive; next:\n{next}\n"))?;
    Ok(Outcome::Done)
}

/// What became of a seal that was stopped: it is one commit, so it is there or not.
fn is_closed(archive: &Path, month: Month) -> String {
    match Archive::open(archive).map(|archive| archive.seal(month).is_some()) {
        Ok(true) => format!("the books of {month} are closed"),
        Ok(false) => format!("the books of {month} are not closed; run the same command again"),
        Err(fault) => fault.to_string(),
    }
}
