//! Whether the archive is whole, and whether it has what the source has: what a visitor lets be checked, what was found, what to do.

use super::super::answer::{Answer, Answered, Sheet};
use super::super::errands::Done;
use super::super::refusal::{Reason, Refusal};
use super::super::runner::{Pasted, Subject};
use super::super::visit::{Form, Visit};
use super::answers::number;
use super::decisions::fault_in_words;
use super::errands::{begin, cancel, done, file, files, located, standing};
use super::remedies::Reader;
use super::{apart, jobs, review};
use crate::clock;
use crate::commands::status::View;
use crate::config::Task;
use crate::history::History;
use crate::messages::words::without_persons;
use anyhow::Context;
use axum::http::StatusCode;
use reports::Link;
use schemas::document::LocatedFinding;
use schemas::{Language, Month, Right};
use serde::Deserialize;
use serde_json::{Value, json};

const ARCHIVE: &str = "/verifikasi";
const SOURCE: &str = "/rekonsiliasi";
/// So many runs of a job are shown.
const RUNS: u32 = 5;
/// What is pasted is no longer.
const LONGEST_KEPT: usize = 20_000;

/// The verification of the archive.
pub(super) async fn archive(visit: &Visit) -> Answered {
    verification(visit, "", None).await
}

async fn verification(visit: &Visit, kept: &str, fault: Option<&Refusal>) -> Answered {
    let workspace = visit.portal.office.now();
    let check = visit.portal.errands.of(&Subject::Archive);
    let found = done(check.as_deref());
    let value = json!({
        "check": standing(visit, check.as_deref(), ARCHIVE)?, "may_mend": visit.may(Right::Operate), "kept": kept,
        "found": found.as_deref().map(|found| verified(found, &Reader::of(visit))).transpose()?, "runs": runs(visit, &[Task::Verify, Task::VerifyNew]).await?,
        "fault": fault.map(|fault| fault_in_words(fault, &workspace)),
    });
    let status = fault.map_or(StatusCode::OK, |fault| fault.status);
    let files = found.as_deref().map(|found| files(found, ARCHIVE)).unwrap_or_default();
    Ok(Answer::Sheet(Sheet { files, status, ..Sheet::new("verifikasi", "Verifikasi arsip", value) }))
}

/// Begins it, by what the visitor kept of the archive.
pub(super) async fn verify(visit: &Visit) -> Answered {
    let kept = visit.field("kept");
    if kept.len() > LONGEST_KEPT || Pasted::read(&kept).is_none() {
        let fault = Refusal::from(Reason::Kept);
        return match visit.form {
            Form::Page => verification(visit, &schemas::without_numbers_of_persons(&kept), Some(&fault)).await,
            _ => Err(fault),
        };
    }
    begin(visit, Subject::Archive, kept)?;
    Ok(Answer::See(ARCHIVE.to_owned()))
}

/// Ends it.
pub(super) fn cancel_verification(visit: &Visit) -> Answered {
    cancel(visit, visit.portal.errands.of(&Subject::Archive))?;
    Ok(Answer::See(ARCHIVE.to_owned()))
}

/// What it found as a file.
pub(super) fn archive_file(visit: &Visit) -> Answered {
    file(visit, visit.portal.errands.of(&Subject::Archive).as_deref())
}

/// The comparison of the last month that is over.
pub(super) async fn months(visit: &Visit) -> Answered {
    let months = review::months(visit).await?;
    let workspace = visit.portal.office.now();
    let now = workspace.facts.zone.month(clock::now().timestamp());
    let over = months.iter().copied().rfind(|month| now.is_none_or(|now| *month < now));
    match over.or(months.first().copied()) {
        Some(month) => Ok(Answer::See(format!("{SOURCE}/{month}"))),
        None => Ok(Answer::See(ARCHIVE.to_owned())),
    }
}

/// The comparison of a month with the source.
pub(super) async fn month(visit: &Visit) -> Answered {
    let month = of_archive(visit).await?;
    let check = visit.portal.errands.of(&Subject::Source(month));
    let (found, root) = (done(check.as_deref()), format!("{SOURCE}/{month}"));
    let value = json!({
        "check": standing(visit, check.as_deref(), &root)?, "may_mend": visit.may(Right::Operate),
        "month": month.indonesian(), "is_copy": visit.portal.office.is_copy(),
        "found": found.as_deref().map(|found| compared(found, month, &Reader::of(visit))).transpose()?,
        "runs": runs(visit, &[Task::Reconcile]).await?,
    });
    let months = review::months(visit).await?;
    let link = |month: &Month| Link { path: format!("{SOURCE}/{month}"), text: month.indonesian() };
    let before = months.iter().rfind(|other| **other < month).map(link);
    let after = months.iter().find(|other| **other > month).map(link);
    let files = found.as_deref().map(|found| files(found, &root)).unwrap_or_default();
    let title = format!("Rekonsiliasi {}", month.indonesian());
    Ok(Answer::Sheet(Sheet { before, after, files, ..Sheet::new("rekonsiliasi", &title, value) }))
}

/// Begins it.
pub(super) async fn compare(visit: &Visit) -> Answered {
    let month = of_archive(visit).await?;
    if visit.portal.office.is_copy() {
        return Err(Reason::NoSource.into());
    }
    begin(visit, Subject::Source(month), String::new())?;
    Ok(Answer::See(format!("{SOURCE}/{month}")))
}

/// Ends it.
pub(super) async fn cancel_comparison(visit: &Visit) -> Answered {
    let month = of_archive(visit).await?;
    cancel(visit, visit.portal.errands.of(&Subject::Source(month)))?;
    Ok(Answer::See(format!("{SOURCE}/{month}")))
}

/// What it found as a file.
pub(super) async fn month_file(visit: &Visit) -> Answered {
    let month = of_archive(visit).await?;
    file(visit, visit.portal.errands.of(&Subject::Source(month)).as_deref())
}

/// The month of a path, of which the archive has something.
async fn of_archive(visit: &Visit) -> Result<Month, Refusal> {
    let month: Month = visit.name("bulan").parse().map_err(|_| Refusal::of(StatusCode::NOT_FOUND))?;
    let has = review::months(visit).await?.contains(&month);
    if has { Ok(month) } else { Err(Refusal::from(Reason::NoMonth(month)).leading_to_last_month("rekonsiliasi")) }
}

/// What the verification says of itself.
#[derive(Deserialize)]
struct Verified {
    events: Option<u64>,
    figures: Value,
    unchecked: Value,
    commits: u64,
    files: u64,
    rows: u64,
    head: String,
    findings: Vec<LocatedFinding>,
}

fn verified(found: &Done, reader: &Reader) -> anyhow::Result<Value> {
    let report = &found.value["report"];
    let Verified { events, figures, unchecked, commits, files, rows, head, findings } =
        Verified::deserialize(report).context("what a verification found cannot be read")?;
    let log = &found.value["log"];
    let log = log["size"].as_u64().map(|size| json!({"size": number(size), "root": log["root"]}));
    Ok(json!({
        "commits": number(commits), "files": number(files), "rows": number(rows), "events": events.map(number), "head": head,
        "figures": figures, "unchecked": unchecked, "log": log, "version": report["provenance"]["archive_version"],
        "kept": number(found.value["kept"].as_u64().unwrap_or_default()),
        "needs_attention": found.value["needs_attention"], "findings": located(&findings, reader, str::to_owned),
    }))
}

fn compared(found: &Done, month: Month, reader: &Reader) -> anyhow::Result<Value> {
    let value = &found.value;
    let said = |name: &str| number(value[name].as_u64().unwrap_or_default());
    let lines = value["rows"].as_array().cloned().unwrap_or_default();
    // The program tells the columns before the number of the event.
    let line = |row: &Value| [&row[0], &row[2], &row[1]].map(|cell| without_persons(cell.as_str().unwrap_or_default()));
    let findings = Vec::<LocatedFinding>::deserialize(&value["findings"]);
    let findings = findings.context("what a comparison found cannot be read")?;
    Ok(json!({
        "source_rows": said("source_rows"), "archive_rows": said("archive_rows"), "n": said("n"),
        "shown": (lines.len() as u64 != value["n"].as_u64().unwrap_or_default()).then(|| number(lines.len() as u64)),
        "lines": lines.iter().map(line).collect::<Vec<_>>(), "needs_attention": value["needs_attention"],
        "findings": located(&findings, reader, |remedy| remedy.replace("BULAN", &month.to_string())),
    }))
}

/// The last runs of the jobs that do the same by the clock, for who may see them.
async fn runs(visit: &Visit, tasks: &'static [Task]) -> Result<Vec<Value>, Refusal> {
    let workspace = visit.portal.office.now();
    if !visit.may(Right::Jobs) || !workspace.config.history_path().exists() {
        return Ok(Vec::new());
    }
    let runs = apart(move || async move {
        let mut history = History::open(&workspace.config.history_path()).await?;
        let view = View::new(&workspace, workspace.facts.speech(Language::Indonesian), clock::now());
        let mut runs = Vec::new();
        for job in workspace.config.jobs.iter().filter(|job| tasks.contains(&job.task)) {
            for run in history.latest(Some(&job.name), RUNS).await? {
                runs.push(jobs::of_run(&view, &run, clock::now()));
            }
        }
        anyhow::Ok(runs)
    });
    Ok(runs.await?)
}
