//! The jobs: whether everything is in order, what each does and did, what is to be done.

use super::super::answer::{Answer, Answered, Sheet};
use super::super::refusal::Refusal;
use super::super::shown::without_addresses;
use super::super::visit::Visit;
use super::apart;
use super::job_path::{place, segment};
use super::remedies::Reader;
use crate::clock;
use crate::commands::status::View;
use crate::condition::{Condition, remedy_for};
use crate::health::{Health, JobHealth, JobState};
use crate::history::{History, Run};
use crate::messages::words::without_persons;
use crate::messages::{Messages, Unsent};
use crate::workspace::Workspace;
use anyhow::Result;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use reports::DataSource;
use schemas::document::Provenance;
use schemas::{Language, Right, Severity};
use serde_json::{Value, json};
use std::sync::Arc;

/// So many runs are shown.
const RUNS: u32 = 30;

/// Of so many that are looked at, where only some kind of them is asked for.
const LOOKED: u32 = 400;

/// So many slots that come are shown.
const COMING: usize = 10;

/// So many slots of each job are shown.
const SLOTS: u32 = 3;

/// The page.
pub(super) async fn page(visit: &Visit) -> Answered {
    let workspace = visit.portal.office.now();
    let may_mend = visit.may(Right::Operate);
    let may_operate = may_mend && visit.portal.asks.is_some();
    let only = Only::asked(&visit.asked("saring")).ok_or_else(|| Refusal::of(StatusCode::BAD_REQUEST))?;
    let is_there = visit.portal.asks.is_some() || workspace.config.history_path().exists();
    let (value, provenance) = if is_there {
        let reader = Reader::of(visit);
        apart(move || async move { value(&workspace, [may_operate, may_mend], only, &reader).await }).await?
    } else {
        (json!({"known": false}), None)
    };
    let source = provenance.as_ref().map(DataSource::of);
    Ok(Answer::Sheet(Sheet { source, ..Sheet::new("pekerjaan", "Pekerjaan", value) }))
}

/// Which runs are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Only {
    All,
    Failed,
    Findings,
}

impl Only {
    fn asked(word: &str) -> Option<Self> {
        Some(match word {
            "" | "semua" => Self::All,
            "gagal" => Self::Failed,
            "temuan" => Self::Findings,
            _ => return None,
        })
    }

    fn takes(self, run: &Run) -> bool {
        match self {
            Self::All => true,
            Self::Failed => run.outcome == "failed",
            Self::Findings => run.outcome == "findings",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::All => "semua",
            Self::Failed => "gagal",
            Self::Findings => "temuan",
        }
    }
}

async fn value(
    workspace: &Arc<Workspace>,
    [may_operate, may_mend]: [bool; 2],
    only: Only,
    reader: &Reader,
) -> Result<(Value, Option<Provenance>)> {
    let now = clock::now();
    let health = Health::examine(workspace, now).await?;
    let mut history = History::open(&workspace.config.history_path()).await?;
    let runs = history.latest(None, if only == Only::All { RUNS } else { LOOKED }).await?;
    let speech = workspace.facts.speech(Language::Indonesian);
    let view = View::new(workspace, speech, now);
    let mut jobs = Vec::new();
    for job in &health.jobs {
        let slots = history.slots(&job.name, SLOTS, now.timestamp()).await?;
        let slots = slots.iter().map(|slot| {
            json!({
                "at": view.local(slot.slot_s), "decision": view.decision(slot.decision),
                "reason": view.reason(&slot.reason), "attempts": slot.attempts,
            })
        });
        jobs.push(of_job(&view, job, slots.collect()));
    }
    let messages = if may_mend { waiting(workspace, &mut history, &view).await? } else { Vec::new() };
    let finding = |one: &Condition| {
        let text = speech.finding(one.code);
        let remedy = without_persons(&remedy_for(&text.remedy, &one.of));
        let run = health.jobs.iter().find(|job| job.name == one.of).and_then(|job| job.last.as_ref());
        json!({
            "run": run.map(|run| run.id), "pages": reader.pages(&remedy),
            "code": one.code, "of": without_persons(&one.of), "since": view.local(one.since.timestamp()), "count": one.count,
            "severity": text.severity, "tone": tone(text.severity), "sentence": text.sentence,
            "remedy": remedy,
        })
    };
    let runs = runs.iter().filter(|run| only.takes(run)).take(RUNS as usize);
    let value = json!({
        "known": true,
        "at": format!("{} {}", view.local(now.timestamp()), workspace.facts.zone),
        "verdict": view.verdict(&health),
        "tone": health.severity(workspace).map_or("baik", tone),
        "data": sentence(&view.data(&health)),
        "served": sentence(&view.served(&health)),
        "is_served": health.server.is_some(),
        "backups": sentence(&view.backups(&health)),
        "unsent": health.unsent,
        "quarantined": health.quarantined,
        "messages": messages,
        "coming": coming(workspace, &view, now.timestamp())?,
        "may_operate": may_operate,
        "may_mend": may_mend,
        "jobs": jobs,
        "findings": health.conditions.iter().map(finding).collect::<Vec<_>>(),
        "only": only.word(),
        "runs": runs.map(|run| of_run(&view, run, now)).collect::<Vec<_>>(),
    });
    Ok((value, health.provenance))
}

/// The messages that wait or were given up, for who may do something about it: through which channel, and why. To whom is not said.
async fn waiting(workspace: &Workspace, history: &mut History, view: &View<'_>) -> Result<Vec<Value>> {
    let unsent = Messages::open(workspace)?.unsent(history.connection()).await?;
    let message = |of: &Unsent| {
        json!({
            "channel": without_persons(&of.channel), "subject": without_persons(&of.subject),
            "since": view.local(of.since.timestamp()), "attempts": of.attempts, "fault": without_addresses(&of.fault),
            "next": (!of.given_up).then(|| view.local(of.not_before.timestamp())),
        })
    };
    Ok(unsent.iter().take(RUNS as usize).map(message).collect())
}

/// The next slots of all jobs, in their order.
fn coming(workspace: &Workspace, view: &View<'_>, now_s: i64) -> Result<Vec<Value>> {
    let mut coming: Vec<(i64, &str)> = Vec::new();
    for job in &workspace.config.jobs {
        let plan = job.plan(workspace.config.zone())?;
        // A day that never comes is a finding of its own.
        let next = |after_s: &i64| plan.schedule.next(*after_s, &workspace.facts.clock).ok();
        let slots = std::iter::successors(next(&now_s), next).take(COMING);
        coming.extend(slots.map(|at_s| (at_s, job.name.as_str())));
    }
    coming.sort_unstable();
    let slot = |(at_s, job): &(i64, &str)| json!({"at": view.local(*at_s), "job": without_persons(job)});
    Ok(coming.iter().take(COMING).map(slot).collect())
}

/// How grave it is, as pages colour it.
pub(super) fn tone(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "catatan",
        Severity::Warning => "perhatian",
        Severity::Error => "buruk",
    }
}

fn of_job(view: &View<'_>, job: &JobHealth, slots: Vec<Value>) -> Value {
    let tone = match job.state {
        JobState::Well => "baik",
        JobState::Never | JobState::Running | JobState::Waiting | JobState::Aborted => "catatan",
        JobState::Findings | JobState::Held => "perhatian",
        JobState::Failed | JobState::GivenUp => "buruk",
    };
    let is_running = job.last.as_ref().is_some_and(|run| run.outcome == "running");
    json!({
        "name": without_persons(&job.name), "path": segment(&job.name), "place": place(&job.name), "task": job.task, "state": job.state,
        "said": view.state(job.state).to_lowercase(), "tone": tone,
        "run": job.last.as_ref().map(|run| run.id), "is_running": is_running,
        "last_success": job.last_success_s.map(|s| view.local(s)), "next": job.next_s.map(|s| view.local(s)), "slots": slots,
    })
}

/// A run, as it is shown here and on its own page.
pub(super) fn of_run(view: &View<'_>, run: &Run, now: DateTime<Utc>) -> Value {
    let tone = match run.outcome.as_str() {
        "done" => "baik",
        "running" | "aborted" => "catatan",
        "findings" => "perhatian",
        _ => "buruk",
    };
    let began = view.local(run.began_s);
    let took = match run.ended_s {
        Some(ended_s) => Language::Indonesian.duration_with_seconds((ended_s - run.began_s).max(0)),
        None => {
            let today = view.local(now.timestamp());
            let day = today.split(' ').next().unwrap_or_default();
            format!("berjalan sejak {}", began.strip_prefix(day).unwrap_or(&began).trim_start())
        }
    };
    json!({
        "id": run.id, "job": without_persons(&run.job), "path": segment(&run.job),
        // The instant at which it began says nothing more.
        "period": Some(view.period(&run.period)).filter(|period| *period != began),
        "slot": run.slot_s.map(|s| view.local(s)), "attempt": run.attempt, "began": began,
        "ended": run.ended_s.map(|s| view.local(s)), "took": took,
        "outcome": run.outcome, "said": view.outcome(&run.outcome), "tone": tone, "message": without_persons(&run.message),
        "asked_by": run.asked_by, "aborted_by": run.aborted_by,
    })
}

/// Words of a screen as a sentence of a page.
fn sentence(words: &str) -> String {
    let mut rest = words.chars();
    let first: String = rest.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", rest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_a_sentence() {
        assert_eq!(sentence("arsip masih kosong"), "Arsip masih kosong.");
    }
}
