//! One run with its log, and what may be done with it: abort it, run its job again.

use super::super::answer::{Answer, Answered, Sheet};
use super::super::refusal::{Reason, Refusal};
use super::super::visit::Visit;
use super::job_path::segment;
use super::remedies::Reader;
use super::{apart, jobs, surely};
use crate::clock;
use crate::commands::status::View;
use crate::condition::remedy_for;
use crate::config::Task;
use crate::history::{History, Run};
use crate::messages::words::without_persons;
use crate::run_log;
use crate::server::{self, Asked, Wish};
use crate::tasks::Closing;
use crate::workspace::Workspace;
use anyhow::{Result, anyhow};
use axum::http::StatusCode;
use schemas::{Language, Month, Right, Speech};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// So many lines of a log are shown; `tertib log` shows all.
const LINES: usize = 500;

/// How long `serve` may take to obey, and a run to begin.
const PATIENCE: Duration = Duration::from_secs(10);
const BEGINS: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(40);

/// The page.
pub(super) async fn page(visit: &Visit) -> Answered {
    let workspace = visit.portal.office.now();
    let may_mend = visit.may(Right::Operate);
    let may_operate = may_mend && visit.portal.asks.is_some();
    let id = number(visit)?;
    known_lines(visit)?;
    if visit.portal.asks.is_none() && !workspace.config.history_path().exists() {
        return Err(Refusal::of(StatusCode::NOT_FOUND));
    }
    let reader = Reader::of(visit);
    let value = apart(move || async move {
        let mut history = History::open(&workspace.config.history_path()).await?;
        let Some(run) = history.run(id).await? else { return Ok(None) };
        let speech = workspace.facts.speech(Language::Indonesian);
        let (lines, is_lost) = match run_log::lines(&workspace.config, speech, &run) {
            Ok(lines) => (lines, false),
            Err(fault) => {
                tracing::warn!("the log of run {id} cannot be shown: {fault:#}");
                (Vec::new(), true)
            }
        };
        let view = View::new(&workspace, speech, clock::now());
        let left_out = lines.len().saturating_sub(LINES);
        let is_running = run.outcome == "running";
        anyhow::Ok(Some(json!({
            "run": jobs::of_run(&view, &run, clock::now()), "is_running": is_running, "may_operate": may_operate,
            "may_mend": may_mend, "findings": findings(&workspace, speech, &run, &reader),
            "ended": ended(&workspace, &view, &run),
            "cause": run.class.as_deref().filter(|_| run.outcome == "failed").and_then(|class| view.class(class)),
            "is_logged": run.log.is_some(), "is_lost": is_lost, "left_out": left_out, "lines": lines.get(left_out..).unwrap_or_default(),
            "stream": is_running.then(|| format!("/pekerjaan/{id}?dari={}", lines.len())),
        })))
    });
    let value = value.await?.ok_or_else(|| Refusal::of(StatusCode::NOT_FOUND))?;
    Ok(Answer::Sheet(Sheet::new("pekerjaan_jalan", &format!("Pelaksanaan {id}"), value)))
}

/// How many lines of the log are known already.
pub(super) fn known_lines(visit: &Visit) -> Result<usize, Refusal> {
    let asked = visit.asked("dari");
    if asked.is_empty() { Ok(0) } else { asked.parse().map_err(|_| Refusal::of(StatusCode::BAD_REQUEST)) }
}

/// The number of a run.
pub(super) fn number(visit: &Visit) -> Result<i64, Refusal> {
    visit.name("id").parse().map_err(|_| Refusal::of(StatusCode::NOT_FOUND))
}

/// The findings that a run's message names, each once, with what it is and what to do.
fn findings(workspace: &Workspace, speech: Speech<'_>, run: &Run, reader: &Reader) -> Vec<Value> {
    let said = |code: &str| {
        let text = speech.finding(code);
        let remedy = without_persons(&remedy_for(&text.remedy, &run.job));
        let pages = reader.pages(&remedy);
        json!({"code": code, "tone": jobs::tone(text.severity), "sentence": text.sentence, "remedy": remedy, "pages": pages})
    };
    codes(workspace, run).into_iter().map(said).collect()
}

/// How it ended, in a sentence; nothing where the configuration does not know its job any more.
fn ended(workspace: &Workspace, view: &View<'_>, run: &Run) -> Option<String> {
    let job = workspace.config.jobs.iter().find(|job| job.name == run.job)?;
    view.ended(job.task, &run.outcome, &codes(workspace, run))
}

/// The codes of findings that a run's message names.
fn codes<'a>(workspace: &Workspace, run: &'a Run) -> Vec<&'a str> {
    let words = run.message.split(|c: char| !c.is_ascii_alphanumeric());
    let mut codes: Vec<&str> = Vec::new();
    for word in words.filter(|word| workspace.facts.findings.contains_key(*word)) {
        if !codes.contains(&word) {
            codes.push(word);
        }
    }
    codes
}

/// Asks `serve` to run a job now, and shows the run once it began.
pub(super) async fn run_now(visit: &Visit) -> Answered {
    let job = visit.name("id").to_owned();
    match visit.field("pasti").as_str() {
        "ya" => {}
        "" => {
            if let Some(question) = question(visit, &job).await? {
                return Ok(Answer::Sheet(question));
            }
        }
        _ => return Err(Refusal::of(StatusCode::BAD_REQUEST)),
    }
    let before = latest(visit, &job).await?;
    ask(visit, Wish::Run(job.clone())).await?;
    let until = std::time::Instant::now() + BEGINS;
    while std::time::Instant::now() < until {
        tokio::time::sleep(LOOK).await;
        if let Some(run) = latest(visit, &job).await?.filter(|run| Some(*run) != before) {
            return Ok(Answer::See(format!("/pekerjaan/{run}")));
        }
    }
    Ok(Answer::See("/pekerjaan".to_owned()))
}

/// What is asked before a job is run that puts out something for good; nothing for any other.
async fn question(visit: &Visit, name: &str) -> Result<Option<Sheet>, Refusal> {
    let workspace = visit.portal.office.now();
    let Some(job) = workspace.config.jobs.iter().find(|job| job.name == name) else { return Ok(None) };
    let now = clock::now();
    let period = job.task.period(now.timestamp(), workspace.facts.zone)?;
    let words = match job.task {
        Task::CloseMonth => closing(&workspace, period.key.parse().map_err(|fault| anyhow!("{fault}"))?).await?,
        Task::ProvinceReport => {
            let view = View::new(&workspace, workspace.facts.speech(Language::Indonesian), now);
            let period = view.period(&period.key);
            format!("Laporan {period} untuk provinsi akan dibuat dan menggantikan yang sudah ada. Lanjutkan?")
        }
        _ => return Ok(None),
    };
    let job = without_persons(&job.name);
    let action = format!("/pekerjaan/{}/jalankan", segment(name));
    Ok(Some(surely(&format!("Jalankan pekerjaan {job}"), &words, &action, &[], "/pekerjaan")))
}

/// What is asked before books are closed: each month is named.
async fn closing(workspace: &Arc<Workspace>, month: Month) -> Result<String, Refusal> {
    let office = Arc::clone(workspace);
    match apart(move || async move { Ok(Closing::of(&office.archive()?, month)) }).await? {
        Closing::Done(_) => {
            Ok(format!("Buku {} sudah ditutup; dokumennya akan dibuat lagi. Lanjutkan?", month.indonesian()))
        }
        Closing::Closes(months) => {
            let names: Vec<String> = months.into_iter().map(Month::indonesian).collect();
            Ok(format!("Menutup buku {} tidak dapat dibatalkan. Lanjutkan?", in_a_row(&names)))
        }
        Closing::First(first) => Err(Refusal::from(Reason::FirstClosing(first)).leading_to_jobs()),
        Closing::Beyond => Err(Refusal::from(Reason::NotToClose(month)).leading_to_jobs()),
    }
}

/// Names one after another, as a sentence has them.
pub(super) fn in_a_row(names: &[String]) -> String {
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} dan {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// Asks `serve` to abort a run.
pub(super) async fn abort(visit: &Visit) -> Answered {
    let run = number(visit)?;
    ask(visit, Wish::Abort(run)).await?;
    Ok(Answer::See(format!("/pekerjaan/{run}")))
}

async fn latest(visit: &Visit, job: &str) -> Result<Option<i64>> {
    let (workspace, job) = (visit.portal.office.now(), job.to_owned());
    apart(move || async move {
        let mut history = History::open(&workspace.config.history_path()).await?;
        Ok(history.latest(Some(&job), 1).await?.first().map(|run| run.id))
    })
    .await
}

async fn ask(visit: &Visit, what: Wish) -> Result<(), Refusal> {
    let conflict = |reason: Reason| Err(Refusal::from(reason).leading_to_jobs());
    let (Some(asks), Some(visitor)) = (&visit.portal.asks, &visit.visitor) else {
        return conflict(Reason::ReadOnly);
    };
    let (answer, answered) = oneshot::channel();
    let asked = Asked { what, by: visitor.account.clone(), answer };
    asks.send(asked).await.map_err(|_| anyhow!("the scheduler does not listen any more"))?;
    let answer = tokio::time::timeout(PATIENCE, answered).await;
    match answer.map_err(|_| anyhow!("the scheduler does not answer"))?.map_err(|_| anyhow!("the scheduler ends"))?? {
        server::Answer::Done => Ok(()),
        server::Answer::Unknown => Err(Refusal::of(StatusCode::NOT_FOUND)),
        server::Answer::Running => conflict(Reason::Running),
        server::Answer::NotOurs => conflict(Reason::NotOurs),
        server::Answer::Elsewhere => conflict(Reason::Elsewhere),
    }
}
