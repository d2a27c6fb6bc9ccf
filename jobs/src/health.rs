//! Whether everything is in order: what is wrong with jobs, clock and configuration, and how fresh the data are.
//!
//! Reads   the history, the archive, the sign of life of `serve`
//! Gives   the state of every job, the conditions that last, the age of the data in time and in office hours
//! Rule    a failure stays until it is over; what is not known is not called well

use crate::backup;
use crate::condition::Condition;
use crate::config::{Config, JobSection, Task};
use crate::continuity::Behind;
use crate::heartbeat::{self, Heartbeat};
use crate::history::{History, Run, SlotRow};
use crate::messages::Messages;
use crate::portal::tls::Standing;
use crate::scheduler::{ClockFault, ClockWatch, Decision, Known, STEP_S};
use crate::workspace::Workspace;
use crate::{clock, freshness, witness};
use anyhow::Result;
use chrono::{DateTime, Utc};
use pipeline::{Archive, Seal};
use schemas::Severity;
use schemas::document::Provenance;
use serde::Serialize;

/// A slot that is not decided, waits or does not begin for longer than this is late.
const LATE_S: i64 = 3_600;

/// Slots that were given up or dropped are told for so long.
const REMEMBERED_S: i64 = 366 * 86_400;

/// That the history was made anew is told for so long.
const NEWS_S: i64 = 7 * 86_400;

/// What a job is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum JobState {
    /// Its last run had nothing to report.
    Well,
    /// It never ran.
    Never,
    /// It runs.
    Running,
    /// Its last run had findings.
    Findings,
    /// Its last run failed.
    Failed,
    /// Its last run was aborted by somebody.
    Aborted,
    /// A slot of it was given up.
    GivenUp,
    /// It waits for other jobs.
    Waiting,
    /// The clock is not believed.
    Held,
}

/// How a job is.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct JobHealth {
    /// Its name.
    pub name: String,
    /// What it does.
    pub task: &'static str,
    /// What it is doing.
    pub state: JobState,
    /// Its last run.
    pub last: Option<Run>,
    /// When its last run that succeeded began.
    pub last_success_s: Option<i64>,
    /// When it is due next.
    pub next_s: Option<i64>,
}

/// Whether everything is in order.
#[derive(Debug)]
pub(crate) struct Health {
    /// What lasts that is not as it should be.
    pub conditions: Vec<Condition>,
    /// Every job.
    pub jobs: Vec<JobHealth>,
    /// Where the data come from; nothing while the archive is empty.
    pub provenance: Option<Provenance>,
    /// The months of the archive; nothing while it cannot be read.
    pub months: Option<Vec<String>>,
    /// Rows in quarantine; nothing while the archive cannot be read.
    pub quarantined: Option<u64>,
    /// When the last pull that succeeded began: until then there was nothing that the archive lacks.
    pub pulled_s: Option<i64>,
    /// How old the data are, in seconds of all time and of office hours.
    pub data_age_s: Option<(i64, Option<i64>)>,
    /// Months whose books were closed early.
    pub closed_early: Vec<Seal>,
    /// Why the archive cannot be opened.
    pub archive_fault: Option<anyhow::Error>,
    /// When a backup was last proved by restoring it.
    pub proven: Option<DateTime<Utc>>,
    /// Messages that wait, or were given up.
    pub unsent: usize,
    /// The sign of life of `serve`.
    pub server: Option<Heartbeat>,
}

impl Health {
    /// Examines everything.
    ///
    /// # Errors
    /// When history or archive cannot be read.
    pub(crate) async fn examine(workspace: &Workspace, now: DateTime<Utc>) -> Result<Self> {
        let mut history = History::open(&workspace.config.history_path()).await?;
        let server = heartbeat::last(&workspace.config);
        let mut found = Found { conditions: Vec::new(), now };
        let mut jobs = Vec::new();
        let known = history.known(now.timestamp()).await?;
        let mut overdue = Vec::new();
        for job in &workspace.config.jobs {
            let known = known.get(&job.name);
            let next_s = found.next(workspace, job, known, &mut overdue)?;
            let is_held = server.as_ref().is_some_and(|beat| beat.held.contains(&job.name));
            let health = found.job(workspace, job, known, &mut history, is_held).await?;
            jobs.push(JobHealth { next_s, ..health });
        }
        let abandoned_s = heartbeat::abandoned(&workspace.config).map(|beat| beat.at_s);
        if let Some(since_s) = overdue.iter().copied().chain(abandoned_s).min()
            && server.is_none()
        {
            found.add("J004", "", since_s, overdue.len().max(1));
        }
        if let Some(at_s) = history.made_anew_s().await?
            && now.timestamp() - at_s < NEWS_S
        {
            found.add("J013", "", at_s, 1);
        }
        let opened = workspace.archive();
        let archive = opened.as_ref().ok();
        if archive.is_none() {
            found.add("J011", "", now.timestamp(), 1);
        }
        let version = archive.and_then(Archive::version);
        if archive.is_some() && Behind::of(history.archived().await?, version).is_some() {
            found.add("J015", "", now.timestamp(), 1);
        }
        if server.is_none() && !known.is_empty() {
            // Nobody watches the clock, so it is judged as at a start.
            let archived_s = archive.and_then(Archive::last_commit_s);
            let seen = witness::sightings(&mut history, archived_s).await?;
            let (_, fault) = ClockWatch::new().judge(now.timestamp(), clock::machine_s(), seen);
            if let Some(fault) = fault {
                found.add(fault.code(), "", now.timestamp(), 1);
            }
        }
        server.iter().for_each(|beat| found.of_server(beat));
        found.certificate(&workspace.config);
        let backups = backup::standings(&workspace.config, &mut history, now).await?;
        let proven = backup::proven(&backups);
        let messages = Messages::open(workspace)?;
        let of_channels = messages.conditions(history.connection()).await?;
        found.conditions.extend(backups.into_iter().flat_map(|standing| standing.conditions).chain(of_channels));
        let provenance = archive.and_then(|archive| archive.provenance().ok());
        let pulled_s =
            jobs.iter().filter(|job| job.task == Task::Pull.word()).filter_map(|job| job.last_success_s).max();
        let until_s = provenance.as_ref().and_then(|provenance| provenance.complete_until_s.max(pulled_s));
        found.data(workspace, archive, until_s);
        Ok(Self {
            conditions: found.conditions,
            proven,
            unsent: messages.unsent(history.connection()).await?.len(),
            jobs,
            data_age_s: until_s.map(|until_s| freshness::age_s(&workspace.facts, until_s, now)),
            pulled_s,
            provenance,
            months: archive.map(|archive| archive.months().iter().map(ToString::to_string).collect()),
            quarantined: archive.map(pipeline::waiting_in_quarantine).transpose()?.flatten(),
            closed_early: archive.map(closed_early).unwrap_or_default(),
            archive_fault: opened.err(),
            server,
        })
    }

    /// Adds that the files of the configuration cannot be used, which nobody may have noticed yet.
    pub(crate) fn add_broken_configuration(&mut self, now: DateTime<Utc>) {
        const CODE: &str = "J006";
        if !self.conditions.iter().any(|condition| condition.code == CODE) {
            // Nothing is graver, and whoever reads one line reads it first.
            self.conditions.insert(0, Condition { code: CODE, of: String::new(), since: now, count: 1 });
        }
    }

    /// The gravest of what is wrong.
    pub(crate) fn severity(&self, workspace: &Workspace) -> Option<Severity> {
        let severity = |one: &Condition| workspace.facts.finding_text(one.code).severity;
        self.conditions.iter().map(severity).max()
    }
}

fn closed_early(archive: &Archive) -> Vec<Seal> {
    archive.seals().filter(|seal| seal.incomplete.is_some()).collect()
}

struct Found {
    conditions: Vec<Condition>,
    now: DateTime<Utc>,
}

impl Found {
    fn add(&mut self, code: &'static str, of: &str, since_s: i64, count: usize) {
        let since = DateTime::from_timestamp(since_s, 0).unwrap_or(self.now);
        self.conditions.push(Condition { code, of: of.to_owned(), since, count: count as u64 });
    }

    /// What `serve` says is wrong.
    fn of_server(&mut self, beat: &Heartbeat) {
        let faults = [
            ("J006", beat.configuration_fault.is_some()),
            ("J012", beat.other_host.is_some()),
            ("J014", beat.portal_fault),
            ("J016", beat.portal_changed),
        ];
        for (code, _) in faults.into_iter().filter(|(_, is_so)| *is_so) {
            self.add(code, "", beat.at_s, 1);
        }
        if let Some(code) = beat.clock_fault.as_deref().and_then(ClockFault::code_of) {
            self.add(code, "", beat.at_s, 1);
        }
    }

    /// What is wrong with the certificate of the pages.
    fn certificate(&mut self, config: &Config) {
        if let Some((code, day)) = Standing::of(config, self.now).and_then(Standing::told) {
            self.add(code, &day, self.now.timestamp(), 1);
        }
    }

    /// That the archive holds nothing yet, or that its data are late, as the doctor says it. Of one that is behind nothing more is said.
    fn data(&mut self, workspace: &Workspace, archive: Option<&Archive>, until_s: Option<i64>) {
        let is_behind = self.conditions.iter().any(|condition| condition.code == "J015");
        let Some(archive) = archive.filter(|_| !is_behind) else { return };
        let now_s = self.now.timestamp();
        if archive.is_empty() {
            self.add("P019", "", now_s, 1);
        } else if freshness::is_late(&workspace.facts, until_s, self.now) {
            self.add("P020", "", until_s.unwrap_or(now_s), 1);
        }
    }

    /// When a job is due next. Slots that should have been decided long ago are overdue.
    fn next(
        &mut self,
        workspace: &Workspace,
        job: &JobSection,
        known: Option<&Known>,
        overdue: &mut Vec<i64>,
    ) -> Result<Option<i64>> {
        let (plan, now_s) = (job.plan(workspace.config.zone())?, self.now.timestamp());
        let next = |after_s| plan.schedule.next(after_s, &workspace.facts.clock);
        let Ok(next_s) = next(now_s) else {
            self.add("J007", &job.name, now_s, 1);
            return Ok(None);
        };
        let decided_s = known.and_then(|known| known.last_s.max(Some(known.since_s)));
        if let Some(due_s) = decided_s.and_then(|decided_s| next(decided_s).ok())
            && now_s - due_s > LATE_S
        {
            overdue.push(due_s);
        }
        Ok(Some(next_s))
    }

    async fn job(
        &mut self,
        workspace: &Workspace,
        job: &JobSection,
        known: Option<&Known>,
        history: &mut History,
        is_held: bool,
    ) -> Result<JobHealth> {
        let now_s = self.now.timestamp();
        let last = history.latest(Some(&job.name), 1).await?.into_iter().next();
        let last_success_s = history.last_success(&job.name).await?.map(|run| run.began_s);
        let open = known.map(|known| known.open.as_slice()).unwrap_or_default();
        let mut state = match last.as_ref().map(|run| run.outcome.as_str()) {
            None => JobState::Never,
            Some("running") => JobState::Running,
            Some("done") => JobState::Well,
            Some("findings") => JobState::Findings,
            Some("aborted") => JobState::Aborted,
            Some(_) => JobState::Failed,
        };
        self.last_ending(job, state, last.as_ref(), history).await?;
        if let Some(waiting) = open.iter().find(|slot| slot.waits) {
            state = JobState::Waiting;
            if now_s - waiting.decided_s > LATE_S {
                self.add("J003", &job.name, waiting.at_s, 1);
            }
        }
        if let Some(late) = open.iter().find(|slot| !slot.waits && !slot.running && slot.attempts == 0)
            && now_s - late.decided_s > LATE_S
        {
            self.add("J010", &job.name, late.at_s, 1);
        }
        let mut given_up = Vec::new();
        for slot in history.slots_that_ended_badly(&job.name, now_s - REMEMBERED_S..now_s + STEP_S).await? {
            if !makes_up(workspace, job, &slot, history).await? {
                match slot.decision {
                    Decision::GivenUp => given_up.push(slot),
                    Decision::Dropped => {
                        self.add("J008", &job.name, slot.slot_s, usize::try_from(slot.slots).unwrap_or(usize::MAX));
                    }
                    _ => self.add("J009", &job.name, slot.slot_s, 1),
                }
            }
        }
        if let Some(first) = given_up.iter().map(|slot| slot.decided_s).min() {
            state = JobState::GivenUp;
            self.add("J002", &job.name, first, given_up.len());
        }
        if is_held && state != JobState::Running {
            state = JobState::Held;
        }
        Ok(JobHealth { name: job.name.clone(), task: job.task.word(), state, last, last_success_s, next_s: None })
    }

    /// That the last run of a job failed or found something. What is aborted on purpose is neither, and ends neither.
    async fn last_ending(
        &mut self,
        job: &JobSection,
        state: JobState,
        last: Option<&Run>,
        history: &mut History,
    ) -> Result<()> {
        if !matches!(state, JobState::Findings | JobState::Failed | JobState::Aborted) {
            return Ok(());
        }
        // What has a slot is tried again by itself.
        let failure = if last.is_some_and(|run| run.slot_s.is_none()) { "J019" } else { "J001" };
        if state != JobState::Findings
            && let Some((since_s, count)) = history.since(&job.name, "failed").await?
        {
            self.add(failure, &job.name, since_s, count);
        } else if let Some((since_s, count)) = history.since(&job.name, "findings").await? {
            self.add("J005", &job.name, since_s, count);
        }
        Ok(())
    }
}

/// Whether what a slot did not do was done later: for a month by a run for that month, otherwise by any.
async fn makes_up(workspace: &Workspace, job: &JobSection, slot: &SlotRow, history: &mut History) -> Result<bool> {
    let period = job.task.period(slot.slot_s, workspace.facts.zone)?;
    let key = period.ends_s.map(|_| period.key.as_str());
    let success_s = history.succeeded_s(&job.name, key, slot.slot_s).await?;
    Ok(success_s.is_some_and(|success_s| success_s > slot.decided_s))
}
