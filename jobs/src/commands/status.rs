//! `tertib status`

use crate::cli::{Format, Where};
use crate::exit::Outcome;
use crate::history::History;
use crate::office::Installed;
use crate::{clock, print, scheduler};
use anyhow::Result;
use clap::Args;
use serde_json::json;

/// Options of `tertib status`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How to write it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    place: Where,
}

const RUNS: u32 = 15;

/// Exit code 1 when the last run of a job failed.
pub(crate) async fn run(options: Options) -> Result<Outcome> {
    let installed = Installed::open(options.place.config.as_deref())?;
    let archive = installed.archive()?;
    let zone = installed.config.zone();
    let mut history = History::open(&installed.config.history_path()).await?;
    let runs = history.latest(RUNS).await?;
    let months: Vec<String> = archive.months().iter().map(ToString::to_string).collect();
    let quarantined = pipeline::waiting_in_quarantine(&archive)?;
    let mut due = Vec::new();
    for job in &installed.config.jobs {
        let next = scheduler::next(job, clock::now(), zone)?.with_timezone(&zone);
        due.push(vec![job.name.clone(), job.task.word().to_owned(), next.format("%Y-%m-%d %H:%M %Z").to_string()]);
    }
    let latest_failed = installed.config.jobs.iter().any(|job| {
        runs.iter().find(|r| r.job == job.name && r.outcome != "skipped").is_some_and(|r| r.outcome == "failed")
    });
    let rows: Vec<Vec<String>> = runs
        .iter()
        .map(|r| vec![r.started.clone(), r.job.clone(), r.period.clone(), r.outcome.clone(), r.message.clone()])
        .collect();
    let head = ["started", "job", "period", "outcome", "message"];
    let text = match options.format {
        Format::Json => {
            let value = json!({
                "archive": archive.provenance().ok(), "months": months, "quarantined": quarantined,
                "jobs": due, "runs": runs,
            });
            format!("{}\n", serde_json::to_string_pretty(&value)?)
        }
        Format::Csv => print::csv(&head, &rows)?,
        Format::Table => {
            let archive_line = match archive.provenance() {
                Ok(p) => format!(
                    "archive version {}, {} events, {} to {}, {} rows in quarantine\nhead {}\n",
                    p.archive_version,
                    p.events,
                    months.first().map_or("-", String::as_str),
                    months.last().map_or("-", String::as_str),
                    quarantined,
                    p.head
                ),
                Err(_) => "the archive is empty\n".to_owned(),
            };
            format!("{archive_line}{}{}", print::table(&["job", "task", "next"], &due), print::table(&head, &rows))
        }
    };
    print::data(&text)?;
    Ok(Outcome::of(latest_failed))
}
