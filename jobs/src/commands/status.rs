//! `tertib status`: one screen on whether everything is in order, and one on a job.

use crate::condition::{Condition, remedy_for};
use crate::health::{Health, JobHealth, JobState};
use crate::history::{History, Run, SlotRow};
use crate::options::{Common, Format, Where};
use crate::outcome::Outcome;
use crate::scheduler::Decision;
use crate::workspace::Workspace;
use crate::{clock, print};
use anyhow::{Result, bail};
use chrono::{DateTime, Utc};
use clap::Args;
use schemas::{Severity, Speech};
use serde_json::{Value, json};

/// Options of `tertib status`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Show the last slots and runs of this job.
    job: Option<String>,
    /// Answer in one line, as Nagios, Icinga and Zabbix read it: 0 in order, 1 findings, 2 failures, 3 not known.
    #[arg(long, conflicts_with_all = ["job", "format"])]
    check: bool,
    /// How to write it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    place: Where,
}

const RUNS: u32 = 20;

/// Exit code 0 when everything is in order, 1 when something is to be looked at, 2 when something failed.
pub(crate) async fn run(options: Options, common: Common) -> Result<Outcome> {
    if options.check {
        return check(&options.place).await;
    }
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let now = clock::now();
    let health = Health::examine(&workspace, now).await?;
    let view = View { workspace: &workspace, speech: workspace.speech(common), now };
    let mut history = History::open(&workspace.config.history_path()).await?;
    if let Some(name) = &options.job {
        let names: Vec<&str> = workspace.config.jobs.iter().map(|job| job.name.as_str()).collect();
        if !names.contains(&name.as_str()) {
            bail!("there is no job `{name}`; the configuration has {}", names.join(", "));
        }
        let (slots, runs) =
            (history.slots(name, RUNS, now.timestamp()).await?, history.latest(Some(name), RUNS).await?);
        print::data(&view.of_job(&slots, &runs, options.format)?)?;
    } else {
        let runs = history.latest(None, RUNS).await?;
        print::data(&view.everything(&health, &runs, options.format)?)?;
    }
    if let Some(fault) = &health.archive_fault {
        print::fault(&format!("tertib: {fault:#}"));
    }
    Ok(outcome(health.severity(&workspace)))
}

fn outcome(severity: Option<Severity>) -> Outcome {
    match severity {
        Some(Severity::Error) => Outcome::CannotRun,
        Some(Severity::Warning) => Outcome::Findings,
        Some(Severity::Info) | None => Outcome::Done,
    }
}

/// One line for a program that watches, which must get one whatever happens.
async fn check(place: &Where) -> Result<Outcome> {
    let examined = async {
        let workspace = Workspace::open(place.config.as_deref())?;
        let health = Health::examine(&workspace, clock::now()).await?;
        let outcome = outcome(health.severity(&workspace));
        Ok::<_, anyhow::Error>((outcome, health))
    };
    let (word, said, outcome) = match examined.await {
        Err(fault) => ("UNKNOWN", format!("{fault:#}").replace(['\n', '|'], " "), Outcome::Unknown),
        Ok((outcome, health)) => {
            let word = match outcome {
                Outcome::Done => "OK",
                Outcome::Findings => "WARNING",
                Outcome::CannotRun | Outcome::Unknown => "CRITICAL",
            };
            (word, measured(&health), outcome)
        }
    };
    print::data(&format!("TERTIB {word} - {said}\n"))?;
    Ok(outcome)
}

/// What is wrong, and the figures that a watching program draws.
fn measured(health: &Health) -> String {
    let wrong: Vec<String> = health.conditions.iter().map(|one| format!("{} {}", one.code, one.of)).collect();
    let said = if wrong.is_empty() { "0 conditions".to_owned() } else { wrong.join(", ").trim().to_owned() };
    let age_s = health.data_age_s.map_or_else(|| "U".to_owned(), |(age_s, _)| format!("{age_s}s"));
    let quarantined = health.quarantined.map_or_else(|| "U".to_owned(), |rows| rows.to_string());
    format!("{said} | data_age={age_s} conditions={} quarantined={quarantined}", wrong.len())
}

struct View<'a> {
    workspace: &'a Workspace,
    speech: Speech<'a>,
    now: DateTime<Utc>,
}

impl View<'_> {
    fn everything(&self, health: &Health, runs: &[Run], format: Format) -> Result<String> {
        Ok(match format {
            Format::Json => format!("{}\n", serde_json::to_string_pretty(&self.json(health, runs))?),
            Format::Csv => {
                let head = ["began", "job", "period", "outcome", "message"];
                let rows: Vec<Vec<String>> = runs
                    .iter()
                    .map(|r| {
                        vec![rfc3339(r.began_s), r.job.clone(), r.period.clone(), r.outcome.clone(), r.message.clone()]
                    })
                    .collect();
                print::csv(&head, &rows)?
            }
            Format::Table => self.screen(health),
        })
    }

    fn json(&self, health: &Health, runs: &[Run]) -> Value {
        let condition = |one: &Condition| {
            let text = self.speech.finding(one.code);
            json!({
                "code": one.code, "of": one.of, "since": one.since.timestamp(), "count": one.count,
                "severity": text.severity, "sentence": text.sentence, "remedy": remedy_for(&text.remedy, &one.of),
            })
        };
        json!({
            "at": self.now.timestamp(),
            "program": env!("CARGO_PKG_VERSION"),
            "severity": health.severity(self.workspace),
            "conditions": health.conditions.iter().map(condition).collect::<Vec<_>>(),
            "archive": health.provenance, "months": health.months, "quarantined": health.quarantined,
            "backup_proven": health.proven.map(|at| at.timestamp()), "messages_unsent": health.unsent,
            "data_age_s": health.data_age_s.map(|(age_s, _)| age_s),
            "data_age_working_s": health.data_age_s.and_then(|(_, working_s)| working_s),
            "sealed_incomplete":
                health.closed_early.iter().map(|s| json!({"month": s.month, "reason": s.incomplete})).collect::<Vec<_>>(),
            "server": health.server, "jobs": health.jobs, "runs": runs,
        })
    }

    /// At most as wide as a terminal of 80 columns, whatever the office.
    fn screen(&self, health: &Health) -> String {
        let speech = self.speech;
        let n = health.conditions.len();
        let verdict =
            if n == 0 { speech.say("status.well", &[]) } else { speech.say("status.attention", &[("n", &n)]) };
        let program = speech.say(
            "status.program",
            &[("version", &env!("CARGO_PKG_VERSION")), ("at", &self.local(self.now.timestamp()))],
        );
        let mut lines = vec![format!("{verdict}    {program}"), self.data(health)];
        lines.extend(health.closed_early.iter().map(|seal| {
            let reason = seal.incomplete.as_deref().unwrap_or_default();
            speech.say("status.closed_early", &[("month", &seal.month), ("reason", &reason)])
        }));
        let proven = health.proven.map(|at| self.local(at.timestamp()));
        lines.push(match proven {
            Some(at) => speech.say("status.proven", &[("at", &at)]),
            None => speech.say("status.not_proven", &[]),
        });
        if health.unsent > 0 {
            lines.push(speech.say("status.unsent", &[("n", &health.unsent)]));
        }
        if health.jobs.is_empty() {
            lines.push(speech.say("status.no_jobs", &[]));
            return lines.iter().map(|line| print::paragraph(line, 2)).collect();
        }
        lines.push(match &health.server {
            Some(beat) => speech.say("status.served", &[("process", &beat.process)]),
            None => speech.say("status.not_served", &[]),
        });
        let head = [
            speech.say("status.job", &[]),
            speech.say("status.state", &[]),
            speech.say("status.last_success", &[]),
            speech.say("status.next", &[]),
        ];
        let rows: Vec<Vec<String>> = health.jobs.iter().map(|job| self.job(job)).collect();
        let lines: String = lines.iter().map(|line| print::paragraph(line, 2)).collect();
        let mut screen = lines + &print::table(&head.each_ref().map(String::as_str), &rows);
        for one in &health.conditions {
            let text = speech.finding(one.code);
            let of = if one.of.is_empty() { String::new() } else { format!(" {}", one.of) };
            let since = speech.say("status.since", &[("at", &self.local(one.since.timestamp()))]);
            let said = format!("{}{of} ({}×, {since}) {}", one.code, one.count, text.sentence);
            screen.push_str(&print::paragraph(&said, 5));
            screen.push_str(&format!("     {}", print::paragraph(&remedy_for(&text.remedy, &one.of), 5)));
        }
        screen
    }

    fn data(&self, health: &Health) -> String {
        let Some(provenance) = &health.provenance else {
            let is_known = health.quarantined.is_some();
            return if is_known {
                self.speech.say("status.no_data", &[])
            } else {
                self.speech.say("status.not_known", &[])
            };
        };
        let age = match health.data_age_s {
            Some((_, Some(working_s))) if working_s < 2 * 3_600 => {
                self.speech.say("status.working_minutes", &[("n", &(working_s / 60))])
            }
            Some((_, Some(working_s))) => self.speech.say("status.working_hours", &[("n", &(working_s / 3_600))]),
            Some((age_s, None)) => print::duration(age_s),
            None => "?".to_owned(),
        };
        self.speech.say(
            "status.data",
            &[
                ("until", &provenance.complete_until()),
                ("age", &age),
                ("version", &provenance.archive_version),
                ("events", &provenance.events),
                ("quarantined", &health.quarantined.unwrap_or_default()),
            ],
        )
    }

    fn job(&self, job: &JobHealth) -> Vec<String> {
        let speech = self.speech;
        let state = match job.state {
            JobState::Well => speech.say("status.state_well", &[]),
            JobState::Never => speech.say("status.state_never", &[]),
            JobState::Running => speech.say("status.state_running", &[]),
            JobState::Findings => speech.say("status.state_findings", &[]),
            JobState::Failed => speech.say("status.state_failed", &[]),
            JobState::GivenUp => speech.say("status.state_given_up", &[]),
            JobState::Waiting => speech.say("status.state_waiting", &[]),
            JobState::Held => speech.say("status.state_held", &[]),
        };
        let at = |s: Option<i64>| s.map_or_else(|| "-".to_owned(), |s| self.local(s));
        vec![job.name.clone(), state, at(job.last_success_s), at(job.next_s)]
    }

    fn of_job(&self, slots: &[SlotRow], runs: &[Run], format: Format) -> Result<String> {
        if format == Format::Json {
            return Ok(format!("{}\n", serde_json::to_string_pretty(&json!({"slots": slots, "runs": runs}))?));
        }
        let speech = self.speech;
        let slot = |row: &SlotRow| {
            let attempts = row.attempts.to_string();
            vec![self.local(row.slot_s), self.decision(row.decision), self.reason(&row.reason), attempts]
        };
        let run = |run: &Run| {
            let took = run.ended_s.map_or_else(|| "-".to_owned(), |ended_s| (ended_s - run.began_s).to_string());
            let began = self.local(run.began_s);
            let outcome = self.outcome(&run.outcome);
            vec![run.id.to_string(), began, run.period.clone(), took, outcome, run.message.clone()]
        };
        let slot_head = [
            speech.say("status.slot", &[]),
            speech.say("status.decision", &[]),
            speech.say("status.reason", &[]),
            speech.say("status.attempts", &[]),
        ];
        let run_head = [
            speech.say("status.run", &[]),
            speech.say("status.began", &[]),
            speech.say("status.period", &[]),
            speech.say("status.took", &[]),
            speech.say("status.outcome", &[]),
            speech.say("status.message", &[]),
        ];
        let slots: Vec<Vec<String>> = slots.iter().map(slot).collect();
        let runs: Vec<Vec<String>> = runs.iter().map(run).collect();
        if format == Format::Csv {
            return print::csv(&run_head.each_ref().map(String::as_str), &runs);
        }
        let table = |title: String, head: &[String], rows: &[Vec<String>]| {
            let head: Vec<&str> = head.iter().map(String::as_str).collect();
            let none = || speech.say("status.no_runs", &[]) + "\n";
            let rows = if rows.is_empty() { none() } else { print::table(&head, rows) };
            format!("{title}\n{rows}")
        };
        let slots = table(speech.say("status.slots", &[]), &slot_head, &slots);
        Ok(slots + &table(speech.say("status.runs", &[]), &run_head, &runs))
    }

    fn decision(&self, decision: Decision) -> String {
        match decision {
            Decision::Run => self.speech.say("status.decision_run", &[]),
            Decision::Waiting => self.speech.say("status.decision_waiting", &[]),
            Decision::Done => self.speech.say("status.decision_done", &[]),
            Decision::GivenUp => self.speech.say("status.decision_given_up", &[]),
            Decision::Covered => self.speech.say("status.decision_covered", &[]),
            Decision::Missed => self.speech.say("status.decision_missed", &[]),
            Decision::Void => self.speech.say("status.decision_void", &[]),
            Decision::Dropped => self.speech.say("status.decision_dropped", &[]),
        }
    }

    /// What the history has for a reason; a word that is not known stays as it is.
    fn reason(&self, word: &str) -> String {
        match word {
            "due" => self.speech.say("status.reason_due", &[]),
            "later-slot" => self.speech.say("status.reason_later_slot", &[]),
            "by-hand" => self.speech.say("status.reason_by_hand", &[]),
            "too-late" => self.speech.say("status.reason_too_late", &[]),
            "tried" => self.speech.say("status.reason_tried", &[]),
            "waited" => self.speech.say("status.reason_waited", &[]),
            "needs" => self.speech.say("status.reason_needs", &[]),
            "wrong-clock" => self.speech.say("status.reason_wrong_clock", &[]),
            "too-many" => self.speech.say("status.reason_too_many", &[]),
            other => other.to_owned(),
        }
    }

    fn outcome(&self, word: &str) -> String {
        match word {
            "running" => self.speech.say("status.outcome_running", &[]),
            "done" => self.speech.say("status.outcome_done", &[]),
            "findings" => self.speech.say("status.outcome_findings", &[]),
            "failed" => self.speech.say("status.outcome_failed", &[]),
            other => other.to_owned(),
        }
    }

    /// An instant as an official reads it.
    fn local(&self, at_s: i64) -> String {
        clock::instant(at_s).with_timezone(&self.workspace.config.zone()).format("%d-%m-%Y %H.%M").to_string()
    }
}

fn rfc3339(at_s: i64) -> String {
    clock::instant(at_s).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
