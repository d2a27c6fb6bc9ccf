//! `tertib pull`

use crate::cli::{Common, Where};
use crate::exit::Outcome;
use crate::office::{Installed, PullRequest};
use crate::{clock, print};
use anyhow::Result;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use clap::Args;
use pipeline::PullReport;

/// Options of `tertib pull`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Say what would come, and leave the archive as it is.
    #[arg(long)]
    dry_run: bool,
    /// At the first pull: only rows recorded from then on (2026-01-01 or 2026-01-01T00:00:00Z).
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    from: Option<DateTime<Utc>>,
    /// Only rows recorded before then; the next pull goes on from there.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    until: Option<DateTime<Utc>>,
    /// Pull as if it were then, so that the archive can be made again byte for byte.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    at: Option<DateTime<Utc>>,
    /// Which configuration to use.
    #[command(flatten)]
    pub(crate) place: Where,
}

/// Exit code 1 when rows went to quarantine, were odd, or had changed.
pub(crate) async fn run(options: Options, common: Common) -> Result<Outcome> {
    let installed = Installed::open(options.place.config.as_deref())?;
    let bar = print::bar(common, "pull");
    let progress = &mut |done: u64, total: u64| print::advance(&bar, done, total);
    let at = options.at.unwrap_or_else(clock::now);
    let request = PullRequest { at, dry_run: options.dry_run, from: options.from, until: options.until };
    let report = installed.pull(request, progress).await;
    bar.finish_and_clear();
    let report = report?;
    print::data(&summary(&report, options.dry_run))?;
    print::words(common, print::findings(&installed.facts, &report.findings).trim_end());
    Ok(Outcome::of(installed.facts.need_attention(&report.findings)))
}

/// An instant with its zone, or a date, which begins in Western Indonesian Time.
fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Ok(instant.to_utc());
    }
    let date = text.parse::<NaiveDate>().map_err(|_| "write 2026-01-31 or 2026-01-31T08:00:00+07:00".to_owned())?;
    Ok(date.and_time(NaiveTime::MIN).and_utc() - TimeDelta::seconds(schemas::WIB_OFFSET_S))
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
