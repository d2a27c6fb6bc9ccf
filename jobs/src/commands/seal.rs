//! `tertib seal`

use crate::options::{Common, Where};
use crate::outcome::Outcome;
use crate::print::{self, Progress};
use crate::sealing::{self, Sealed};
use crate::workspace::Workspace;
use crate::{clock, stop};
use anyhow::Result;
use clap::Args;
use pipeline::{Archive, Seal, SealError, SealRequest};
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

/// Exit code 1 when the log is not signed, so that no bag was made; 2 when the month is not over or not complete, it is sealed already,
/// or the books of an earlier month are open.
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
    let Seal { month, version, .. } = match pipeline::seal(&archive, &key, workspace.fence(), request) {
        // It was stopped before the bag was made, or closed by a version that made none.
        Err(closed) => unsealed(&archive, closed)?,
        Ok(seal) => seal,
    };
    let sealed = sealing::keep(&workspace, month, |step| {
        bar.name(step.name);
        bar.at(step.done as u64, step.of as u64);
    })?;
    drop(bar);
    let next = print::command(&format!("render --month {month} --full"), options.place.config.as_deref());
    let (said, outcome) = match sealed {
        Sealed::By(bag) => (format!(", and its bag is in seals/{month} by version {bag}"), Outcome::Done),
        Sealed::Unsigned => (
            "; no bag was made, since the log is not signed: see that the signing key is there, then run this again"
                .to_owned(),
            Outcome::Findings,
        ),
    };
    print::data(&format!(
        "the books of {month} are closed by version {version} of the archive{said}; next:\n{next}\n"
    ))?;
    Ok(outcome)
}

/// The closing of a month that has no bag yet.
fn unsealed(archive: &Path, closed: SealError) -> Result<Seal> {
    let SealError::Closed { month, .. } = closed else { return Err(closed.into()) };
    let archive = Archive::open(archive)?;
    match archive.seal(month).filter(|_| archive.bag(month).is_none()) {
        Some(seal) => Ok(seal),
        None => Err(closed.into()),
    }
}

/// What became of a seal that was stopped: it is one commit, so it is there or not.
fn is_closed(archive: &Path, month: Month) -> String {
    match Archive::open(archive).map(|archive| archive.seal(month).is_some()) {
        Ok(true) => format!("the books of {month} are closed"),
        Ok(false) => format!("the books of {month} are not closed; run the same command again"),
        Err(fault) => fault.to_string(),
    }
}
