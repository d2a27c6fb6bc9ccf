//! `tertib pull`

use crate::cli::{Common, Where};
use crate::exit::Outcome;
use crate::office::Installed;
use crate::{clock, print};
use anyhow::Result;
use clap::Args;
use pipeline::PullReport;

/// Options of `tertib pull`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Say what would come, and leave the archive as it is.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Where,
}

/// Exit code 1 when rows went to quarantine, were odd, or had changed.
pub(crate) async fn run(options: Options, common: Common) -> Result<Outcome> {
    let installed = Installed::open(options.place.config.as_deref())?;
    let bar = print::bar(common, "pull");
    let progress = &mut |done: u64, total: u64| print::advance(&bar, done, total);
    let report = installed.pull(clock::now().timestamp_millis(), options.dry_run, progress).await;
    bar.finish_and_clear();
    let report = report?;
    print::data(&summary(&report, options.dry_run))?;
    print::words(common, print::findings(&installed.facts, &report.findings).trim_end());
    Ok(Outcome::of(installed.facts.need_attention(&report.findings)))
}

/// One line: what was read and what became of it.
pub(crate) fn summary(report: &PullReport, dry_run: bool) -> String {
    let verb = if dry_run { "would archive" } else { "archived" };
    let version = report.archive_version.map_or_else(|| "empty".to_owned(), |v| format!("version {v}"));
    format!(
        "read {} rows: {verb} {} new and {} corrected, {} known already, {} to quarantine, {} still there; archive {version}\n",
        report.read, report.new, report.corrections, report.known, report.quarantined, report.still_quarantined,
    )
}
