//! `tertib status`: one screen on whether everything is in order, and one on a job.

mod job;
mod words;

use crate::condition::{Condition, remedy_for};
use crate::health::{Health, JobHealth, JobState};
use crate::history::{History, Run};
use crate::options::{Common, Format, Where};
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use crate::{clock, print, server};
use anyhow::{Context, Result, bail};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use clap::Args;
use schemas::{Language, Month, Quarter, Severity, Speech};
use serde_json::{Value, json};
use std::sync::Arc;

/// Options of `tertib status`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Show the last slots and runs of this job, and the end of its last log.
    job: Option<String>,
    /// All slots and runs of the job since this day, instead of the last 20.
    #[arg(long, value_name = "YYYY-MM-DD", requires = "job")]
    since: Option<NaiveDate>,
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
    let now = clock::now();
    let (workspace, broken, health) = examine(&options.place, now).await?;
    let view = View::new(&workspace, workspace.speech(common), now);
    let mut history = History::open(&workspace.config.history_path()).await?;
    if let Some(name) = &options.job {
        let names: Vec<&str> = workspace.config.jobs.iter().map(|job| job.name.as_str()).collect();
        if !names.contains(&name.as_str()) {
            bail!("there is no job `{name}`; the configuration has {}", names.join(", "));
        }
        let (slots, runs) = match options.since {
            None => (history.slots(name, RUNS, now.timestamp()).await?, history.latest(Some(name), RUNS).await?),
            Some(day) => {
                let midnight = day.and_time(NaiveTime::MIN).and_local_timezone(workspace.config.zone()).earliest();
                let since_s = midnight.with_context(|| format!("{day} lies outside every calendar"))?.timestamp();
                (history.slots_since(name, since_s, now.timestamp()).await?, history.runs_since(name, since_s).await?)
            }
        };
        print::data(&view.of_job(&slots, &runs, options.format)?)?;
    } else {
        let runs = history.latest(None, RUNS).await?;
        print::data(&view.everything(&health, &runs, options.format)?)?;
    }
    for fault in broken.iter().chain(&health.archive_fault) {
        print::fault(&format!("tertib: {fault:#}"));
    }
    Ok(outcome(health.severity(&workspace)))
}

/// How things are by the configuration that is in force; and why the present one cannot be used.
async fn examine(place: &Where, now: DateTime<Utc>) -> Result<(Arc<Workspace>, Option<anyhow::Error>, Health)> {
    let (workspace, broken) = server::in_force(place)?;
    let mut health = Health::examine(&workspace, now).await?;
    if broken.is_some() {
        health.add_broken_configuration(now);
    }
    Ok((workspace, broken, health))
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
    let (word, said, outcome) = match examine(place, clock::now()).await {
        Err(fault) => ("UNKNOWN", format!("{fault:#}").replace(['\n', '|'], " "), Outcome::Unknown),
        Ok((workspace, _, health)) => {
            let outcome = outcome(health.severity(&workspace));
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

/// How things are, in the words of the officer: for a terminal, for programs, and for the pages of the portal.
pub(crate) struct View<'a> {
    workspace: &'a Workspace,
    speech: Speech<'a>,
    now: DateTime<Utc>,
}

impl<'a> View<'a> {
    /// By what and when it is seen.
    pub(crate) fn new(workspace: &'a Workspace, speech: Speech<'a>, now: DateTime<Utc>) -> Self {
        Self { workspace, speech, now }
    }

    fn everything(&self, health: &Health, runs: &[Run], format: Format) -> Result<String> {
        Ok(match format {
            Format::Json => format!("{}\n", serde_json::to_string_pretty(&self.json(health, runs))?),
            Format::Csv => {
                let head = ["job", "task", "state", "last_success", "next", "last_outcome", "last_message"];
                let rows = health.jobs.iter().map(csv_row).collect::<Result<Vec<_>>>()?;
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
        let verdict = self.verdict(health);
        let program = speech.say(
            "status.program",
            &[("version", &env!("CARGO_PKG_VERSION")), ("at", &self.local(self.now.timestamp()))],
        );
        let mut lines = vec![format!("{verdict}    {program}"), self.data(health)];
        lines.extend(health.closed_early.iter().map(|seal| {
            let reason = seal.incomplete.as_deref().unwrap_or_default();
            speech.say("status.closed_early", &[("month", &seal.month), ("reason", &reason)])
        }));
        lines.push(self.backups(health));
        if health.unsent > 0 {
            lines.push(speech.say("status.unsent", &[("n", &health.unsent)]));
        }
        lines.push(if health.jobs.is_empty() { speech.say("status.no_jobs", &[]) } else { self.served(health) });
        let mut screen: String = lines.iter().map(|line| print::paragraph(line, 2)).collect();
        if !health.jobs.is_empty() {
            screen.push_str(&self.table(health));
        }
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

    fn table(&self, health: &Health) -> String {
        let head = [
            self.speech.say("status.job", &[]),
            self.speech.say("status.state", &[]),
            self.speech.say("status.last_success", &[]),
            self.speech.say("status.next", &[]),
        ];
        let rows: Vec<Vec<String>> = health.jobs.iter().map(|job| self.job(job)).collect();
        print::table(&head.each_ref().map(String::as_str), &rows)
    }

    /// Whether something needs attention, or is to be known.
    pub(crate) fn verdict(&self, health: &Health) -> String {
        let n = health.conditions.len();
        match health.severity(self.workspace) {
            None => self.speech.say("status.well", &[]),
            Some(Severity::Info) => self.speech.say("status.notes", &[("n", &n)]),
            Some(Severity::Warning | Severity::Error) => self.speech.say("status.attention", &[("n", &n)]),
        }
    }

    /// When a backup was last proved.
    pub(crate) fn backups(&self, health: &Health) -> String {
        match health.proven.map(|at| self.local(at.timestamp())) {
            Some(at) => self.speech.say("status.proven", &[("at", &at)]),
            None => self.speech.say("status.not_proven", &[]),
        }
    }

    /// Whether somebody runs the jobs.
    pub(crate) fn served(&self, health: &Health) -> String {
        match &health.server {
            Some(_) => self.speech.say("status.served", &[]),
            None => self.speech.say("status.not_served", &[]),
        }
    }

    /// Until when the archive has data, and how old they are.
    pub(crate) fn data(&self, health: &Health) -> String {
        let Some(provenance) = &health.provenance else {
            let is_known = health.quarantined.is_some();
            return if is_known {
                self.speech.say("status.no_data", &[])
            } else {
                self.speech.say("status.not_known", &[])
            };
        };
        let age = match health.data_age_s {
            Some((_, Some(..60))) => self.speech.say("status.working_moment", &[]),
            Some((_, Some(working_s))) if working_s < 2 * 3_600 => {
                self.speech.say("status.working_minutes", &[("n", &(working_s / 60))])
            }
            Some((_, Some(working_s))) => self.speech.say("status.working_hours", &[("n", &(working_s / 3_600))]),
            Some((age_s, None)) => print::duration(age_s),
            None => "?".to_owned(),
        };
        let integer = |n| self.speech.language().integer(n);
        let mut until = provenance.complete_until();
        // A pull that finds nothing new leaves no commit, and says that there is nothing new.
        if let Some(pulled_s) = health.pulled_s.filter(|pulled_s| Some(*pulled_s) > provenance.complete_until_s) {
            until += &self.speech.say("status.nothing_new", &[("at", &self.local(pulled_s))]);
        }
        let quarantined = match health.quarantined {
            Some(rows) => self.speech.say("status.quarantined", &[("rows", &integer(rows))]),
            None => self.speech.say("status.quarantine_not_known", &[]),
        };
        self.speech.say(
            "status.data",
            &[
                ("until", &until),
                ("age", &age),
                ("version", &provenance.archive_version),
                ("events", &integer(provenance.events)),
                ("quarantined", &quarantined),
            ],
        )
    }

    /// What a job is doing.
    pub(crate) fn state(&self, state: JobState) -> String {
        let speech = self.speech;
        match state {
            JobState::Well => speech.say("status.state_well", &[]),
            JobState::Never => speech.say("status.state_never", &[]),
            JobState::Running => speech.say("status.state_running", &[]),
            JobState::Findings => speech.say("status.state_findings", &[]),
            JobState::Failed => speech.say("status.state_failed", &[]),
            JobState::Aborted => speech.say("status.state_aborted", &[]),
            JobState::GivenUp => speech.say("status.state_given_up", &[]),
            JobState::Waiting => speech.say("status.state_waiting", &[]),
            JobState::Held => speech.say("status.state_held", &[]),
        }
    }

    fn job(&self, job: &JobHealth) -> Vec<String> {
        let at = |s: Option<i64>| s.map_or_else(|| "-".to_owned(), |s| self.local(s));
        vec![job.name.clone(), self.state(job.state), at(job.last_success_s), at(job.next_s)]
    }

    /// The period of a run: a month, a quarter, the instant of its slot, or whatever the task calls it.
    pub(crate) fn period(&self, word: &str) -> String {
        if let Ok(at) = NaiveDateTime::parse_from_str(word, "%Y-%m-%dT%H:%MZ") {
            return self.local(at.and_utc().timestamp());
        }
        let named = match self.speech.language() {
            Language::Indonesian => {
                word.parse().map(Month::indonesian).ok().or_else(|| word.parse().map(Quarter::indonesian).ok())
            }
            Language::English => None,
        };
        named.unwrap_or_else(|| word.to_owned())
    }

    /// An instant as an official reads it.
    pub(crate) fn local(&self, at_s: i64) -> String {
        clock::instant(at_s).with_timezone(&self.workspace.config.zone()).format("%d-%m-%Y %H.%M").to_string()
    }
}

/// A job in words for programs.
fn csv_row(job: &JobHealth) -> Result<Vec<String>> {
    let at = |at_s: Option<i64>| at_s.map_or_else(String::new, rfc3339);
    let state = serde_json::to_value(job.state)?.as_str().unwrap_or_default().to_owned();
    let last = job.last.as_ref();
    let outcome = last.map_or_else(String::new, |run| run.outcome.clone());
    let message = last.map_or_else(String::new, |run| run.message.clone());
    Ok(vec![job.name.clone(), job.task.to_owned(), state, at(job.last_success_s), at(job.next_s), outcome, message])
}

fn rfc3339(at_s: i64) -> String {
    clock::instant(at_s).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
