//! `tertib pull`

use crate::options::{Common, Where};
use crate::outcome::Outcome;
use crate::workspace::{PullRequest, Workspace};
use crate::{clock, continuity, print};
use anyhow::{Result, bail};
use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use pipeline::PullReport;
use schemas::{Month, Zone};

/// Options of `tertib pull`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Say what would come, and leave the archive as it is.
    #[arg(long)]
    dry_run: bool,
    /// At the first pull: only rows recorded from then on (2026-01-01 or 2026-01-01T00:00:00Z).
    #[arg(long, value_name = "INSTANT", value_parser = moment)]
    from: Option<Moment>,
    /// Only rows recorded before then; the next pull goes on from there.
    #[arg(long, value_name = "INSTANT", value_parser = moment)]
    until: Option<Moment>,
    /// Read a month of the source again, whatever was read before: what `tertib reconcile` finds is archived.
    #[arg(long, value_name = "YYYY-MM", conflicts_with_all = ["from", "until"])]
    again: Option<Month>,
    /// Archive many corrections at once, and take the database for the archive's own though its rows are other ones.
    #[arg(long)]
    accept_corrections: bool,
    /// Pull as if it were then, so that the archive can be made again byte for byte.
    #[arg(long, value_name = "INSTANT", value_parser = moment)]
    at: Option<Moment>,
    /// Which configuration to use.
    #[command(flatten)]
    pub(crate) place: Where,
}

/// Exit code 1 when rows went to quarantine, were odd, or had changed.
pub(crate) async fn run(options: Options, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    continuity::check(&workspace).await?;
    let bar = print::Progress::of_rows(common, "pull");
    let progress = &mut |stage, done, total| bar.of_pull(stage, done, total);
    let instant = |moment: Option<Moment>| moment.map(|moment| moment.of(workspace.facts.zone));
    let now = clock::now();
    let at = instant(options.at).unwrap_or(now);
    if at > now {
        bail!("--at {} lies in the future, of which no pull can say that it saw everything", at.to_rfc3339());
    }
    let (from, until) = (instant(options.from), instant(options.until));
    let Options { dry_run, again, accept_corrections, .. } = options;
    let request = PullRequest { at, dry_run, from, until, again, accept_corrections };
    let report = workspace.pull(request, progress).await;
    drop(bar);
    let report = report?;
    print::data(&summary(&report, options.dry_run))?;
    print::words(common, print::findings(workspace.speech(common), &report.findings).trim_end());
    Ok(Outcome::of(workspace.facts.need_attention(&report.findings)))
}

/// When something begins or ends.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// An instant, given with its zone.
    Instant(DateTime<Utc>),
    /// The beginning of a day of the office.
    Day(NaiveDate),
}

impl Moment {
    fn of(self, zone: Zone) -> DateTime<Utc> {
        match self {
            Self::Instant(instant) => instant,
            Self::Day(day) => DateTime::from_timestamp(zone.start_s(day), 0).unwrap_or(DateTime::<Utc>::MIN_UTC),
        }
    }
}

fn moment(text: &str) -> Result<Moment, String> {
    let instant = DateTime::parse_from_rfc3339(text).map(|instant| Moment::Instant(instant.to_utc()));
    let day = || text.parse().map(Moment::Day);
    instant.or_else(|_| day()).map_err(|_| "write 2026-01-31 or 2026-01-31T08:00:00+07:00".to_owned())
}

/// One line: what was read and what became of it.
pub(crate) fn summary(report: &PullReport, dry_run: bool) -> String {
    let verb = if dry_run { "would archive" } else { "archived" };
    let waiting = match report.held_back {
        0 => String::new(),
        corrections => format!("{corrections} corrections wait for --accept-corrections; "),
    };
    let version = report.archive_version.map_or_else(|| "empty".to_owned(), |v| format!("version {v}"));
    format!(
        "read {} rows: {waiting}{verb} {} new and {} corrected, {} known already, {} to quarantine, {} still there; archive {version}\n",
        report.read, report.new, report.corrections, report.known, report.quarantined, report.still_quarantined,
    )
}
