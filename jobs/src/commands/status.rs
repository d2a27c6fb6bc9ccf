//! `tertib status`

use crate::history::History;
use crate::options::{Format, Where};
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use crate::{clock, print};
use anyhow::Result;
use clap::Args;
use pipeline::Seal;
use schemas::document::Provenance;
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
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let archive = workspace.archive()?;
    let zone = workspace.config.zone();
    let mut history = History::open(&workspace.config.history_path()).await?;
    let runs = history.latest(RUNS).await?;
    let months: Vec<String> = archive.months().iter().map(ToString::to_string).collect();
    let quarantined = pipeline::waiting_in_quarantine(&archive)?;
    let mut due = Vec::new();
    for job in &workspace.config.jobs {
        let next = job.next(clock::now(), zone)?.with_timezone(&zone);
        due.push(vec![job.name.clone(), job.task.word().to_owned(), next.format("%Y-%m-%d %H:%M %Z").to_string()]);
    }
    let latest_failed = workspace.config.jobs.iter().any(|job| {
        runs.iter().find(|r| r.job == job.name && r.outcome != "skipped").is_some_and(|r| r.outcome == "failed")
    });
    let rows: Vec<Vec<String>> = runs
        .iter()
        .map(|r| vec![r.started.clone(), r.job.clone(), r.period.clone(), r.outcome.clone(), r.message.clone()])
        .collect();
    let now = clock::now();
    let age = |p: &Provenance| p.complete_until_s.map(|until| now.timestamp().saturating_sub(until));
    let unfinished: Vec<Seal> = archive.seals().filter(|seal| seal.incomplete.is_some()).collect();
    let head = ["started", "job", "period", "outcome", "message"];
    let text = match options.format {
        Format::Json => {
            let value = json!({
                "archive": archive.provenance().ok(), "months": months, "quarantined": quarantined,
                "data_age_s": archive.provenance().ok().and_then(|p| age(&p)),
                "sealed_incomplete": unfinished.iter().map(|s| json!({"month": s.month, "reason": s.incomplete})).collect::<Vec<_>>(),
                "jobs": due, "runs": runs,
            });
            format!("{}\n", serde_json::to_string_pretty(&value)?)
        }
        Format::Csv => print::csv(&head, &rows)?,
        Format::Table => {
            let archive_line = match archive.provenance() {
                Ok(p) => format!(
                    "archive version {}, {} events, {} to {}, {} rows in quarantine\ncomplete until {}{}\nhead {}\n{}",
                    p.archive_version,
                    p.events,
                    months.first().map_or("-", String::as_str),
                    months.last().map_or("-", String::as_str),
                    quarantined,
                    p.complete_until(),
                    age(&p).map_or_else(String::new, |s| format!(", {} ago", print::duration(s))),
                    p.head,
                    unfinished.iter().map(closed_early).collect::<String>(),
                ),
                Err(_) => "the archive is empty\n".to_owned(),
            };
            format!("{archive_line}{}{}", print::table(&["job", "task", "next"], &due), print::table(&head, &rows))
        }
    };
    print::data(&text)?;
    Ok(Outcome::of(latest_failed))
}

/// A month whose books were closed before all of it was there.
fn closed_early(seal: &Seal) -> String {
    let reason = seal.incomplete.as_deref().unwrap_or_default();
    format!("the books of {} were closed before all of it was there: {reason}\n", seal.month)
}
