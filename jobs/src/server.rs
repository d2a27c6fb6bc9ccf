//! Runs jobs when they are due: looks at the clock, decides, starts runs as processes, and minds them until they have ended.
//!
//! Invariant: it remembers nothing that matters; what was decided and what ran stands in the history, so that it may be killed at any
//! time.

mod asked;
mod children;
mod current;
mod kept;
mod lost_history;
mod observer;
mod rest;
mod rival;

pub(crate) use asked::{Answer, Asked, Wish};
pub(crate) use kept::files as files_of;

use crate::config::{Config, PortalSection};
use crate::heartbeat::{self, Heartbeat};
use crate::history::{History, explained};
use crate::options::Where;
use crate::scheduler::{self, Clock, ClockFault, ClockWatch, Lane, Plan, STEP_S, Trust};
use crate::witness::{self, Witness};
use crate::workspace::Workspace;
use crate::{clock, job_lock, run_log};
use anyhow::{Context, Result, bail};
use children::{Children, Orders};
use current::Current;
use lost_history::make_up_for_a_lost_history;
use observer::{Observer, is_over};
use rest::Rest;
use rival::Rival;
use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The longest sleep. A clock that was set, a PC that slept and a changed configuration are noticed within this time.
pub(crate) const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// A clock that is believed is kept this often, in seconds.
const BELIEF_S: i64 = 3_600;

/// Logs are swept this often, in seconds.
const SWEEP_S: i64 = 86_400;

/// The scheduler of one office.
#[derive(Debug)]
pub(crate) struct Server {
    current: Current,
    children: Children,
    observer: Observer,
    rival: Rival,
    watch: ClockWatch,
    witness: Witness,
    told: Option<ClockFault>,
    /// While the clock is doubted, the latest instant that it can be.
    known_s: Option<i64>,
    /// The instant by which it was last decided; somebody may have set the clock since.
    judged_s: Option<i64>,
    /// Whether something happened since everything was looked at.
    changed: bool,
    told_next: Option<i64>,
    archived_s: Option<i64>,
    swept_s: Option<i64>,
    rest: Option<Rest>,
    beat: Option<Heartbeat>,
    /// Whether the portal could not be opened.
    portal_fault: bool,
    /// The settings of the portal by which this `serve` began.
    portal: Option<PortalSection>,
    /// Whether runs go on of which nobody tells when they are killed: those of an earlier `serve`, or by hand.
    others_run: bool,
    /// Whether a run that it started failed, had findings or did not begin.
    unwell_runs: bool,
    lock: File,
}

impl Server {
    /// Reads the configuration, and makes sure that no other process serves it.
    ///
    /// # Errors
    /// When it cannot be used, has no job, or is served already.
    pub(crate) fn open(place: Where) -> Result<Self> {
        let current = Current::open(place)?;
        let path = heartbeat::path(&current.workspace.config);
        let Some(lock) = job_lock::take_file(&path)? else {
            let process =
                heartbeat::last(&current.workspace.config).map(|beat| format!(" as process {}", beat.process));
            bail!(
                "tertib serve is running already{}\n  stop that one first, or let it run",
                process.unwrap_or_default()
            );
        };
        let portal = current.workspace.config.portal.clone();
        Ok(Self {
            current,
            children: Children::default(),
            observer: Observer::default(),
            rival: Rival::new(),
            watch: ClockWatch::new(),
            witness: Witness::default(),
            told: None,
            known_s: None,
            judged_s: None,
            changed: true,
            told_next: None,
            archived_s: None,
            swept_s: None,
            rest: None,
            beat: None,
            portal_fault: false,
            portal,
            others_run: false,
            unwell_runs: false,
            lock,
        })
    }

    /// Does what is to be done now. Returns how long it may sleep.
    ///
    /// # Errors
    /// When it could not be done; it is to be tried again after [`LONGEST_SLEEP`].
    pub(crate) async fn wake(&mut self) -> Result<Duration> {
        self.changed |= self.current.renew();
        if let Some(left) = self.rests() {
            return Ok(left.min(LONGEST_SLEEP));
        }
        let rest = Rest::begin(self.current.workspace.config.history_path());
        let next = self.step().await;
        let told = self.observe().await;
        if let Err(fault) = &told {
            tracing::error!("how things are cannot be told: {fault:#}");
        }
        let next_s = next.map_err(explained)?;
        if self.told_next != next_s {
            self.told_next = next_s;
            tracing::info!(next = next_s.map(|next_s| self.local(next_s)), "waiting");
        }
        let is_alone = self.children.is_empty() && !self.others_run && self.rival.host().is_none();
        let is_quiet = told.is_ok() && is_alone && self.told.is_none() && self.observer.is_quiet();
        self.rest = Some(rest.until(next_s)).filter(|_| is_quiet);
        let left_s = next_s.map(|next_s| next_s.saturating_sub(clock::now().timestamp()).max(0).unsigned_abs());
        let left = left_s.map_or(LONGEST_SLEEP, Duration::from_secs);
        let deadline = self.children.next_deadline();
        let to_deadline = deadline.map(|at| at.saturating_duration_since(Instant::now()));
        Ok(left.min(LONGEST_SLEEP).min(to_deadline.unwrap_or(LONGEST_SLEEP)))
    }

    /// For how long there is nothing to be done; a sign of life is left all the same.
    fn rests(&mut self) -> Option<Duration> {
        let rest = self.rest.take().filter(|_| !self.changed)?;
        let clocks = clock::both_s();
        let left = rest.left(clocks)?;
        let beat = self.beat.as_mut()?;
        beat.at_s = clocks.0;
        if let Err(fault) = beat.leave(&mut self.lock) {
            tracing::error!("{fault:#}");
        }
        self.rest = Some(rest);
        Some(left)
    }

    async fn observe(&mut self) -> Result<()> {
        self.observer.observe(&self.current.workspace, self.changed, self.judged_s).await?;
        self.changed = false;
        Ok(())
    }

    /// Tells the runs that go on to end, and waits for them, and for so long for messages that are being sent.
    pub(crate) async fn stop(&mut self, patience: Duration) -> Result<()> {
        self.children.tell_all(Instant::now());
        while !self.children.is_empty() {
            self.children.mind_deadlines(Instant::now());
            if let Err(fault) = self.reap().await {
                tracing::error!("{fault:#}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.observer.end(patience).await;
        self.lock.set_len(0).context("cannot clear the sign of life")
    }

    /// Whether a run that it started failed, had findings or did not begin.
    pub(crate) fn has_unwell_runs(&self) -> bool {
        self.unwell_runs
    }

    /// Whether no run goes on.
    pub(crate) fn is_idle(&self) -> bool {
        self.children.is_empty()
    }

    /// Minds what runs, decides what is due and starts what may start. Returns when something is due next.
    async fn step(&mut self) -> Result<Option<i64>> {
        self.children.mind_deadlines(Instant::now());
        self.reap().await?;
        let workspace = self.current.workspace.clone();
        let mut history = History::open(&workspace.config.history_path()).await?;
        self.mark_cut_off(&workspace.config, &mut history).await?;
        let clock = self.clock(&workspace, &mut history).await?;
        let plans = plans(&workspace)?;
        make_up_for_a_lost_history(&workspace, &mut history, &plans, clock).await?;
        self.changed |= self.rival.look(&workspace.config.archive_path(), clock.now_s);
        // Jobs run also where nothing can be said of it.
        if let Err(fault) = self.beat(clock, &plans) {
            tracing::error!("{fault:#}");
        }
        let (calendar, zone) = (&workspace.facts.clock, workspace.facts.zone);
        let known = history.known(clock.now_s).await?;
        let decided = scheduler::decide(&plans, &known, clock, calendar, zone);
        for (job, fault) in &decided.faults {
            tracing::error!(job, "{fault}");
        }
        let known = if decided.changes.is_empty() {
            known
        } else {
            self.changed = true;
            history.apply(&decided.changes, clock.now_s).await?;
            history.known(clock.now_s).await?
        };
        for (name, at_s) in scheduler::startable(&plans, &known, clock, &self.children.lanes()) {
            let Some(job) = workspace.config.jobs.iter().find(|job| job.name == name) else { continue };
            // Two pulls are kept apart by the archive itself; anything else would be done twice.
            if self.rival.host().is_some() && Lane::of(job.task) != Lane::Pull {
                continue;
            }
            let attempts = known.get(&name).and_then(|known| known.open.iter().find(|open| open.at_s == at_s));
            let attempts = attempts.map_or(0, |open| open.attempts);
            // Somebody may set the clock while the run begins.
            let soon_s = clock.now_s + i64::from(job.deadline_minutes) * 60;
            let not_after_s = self.known_s.unwrap_or(soon_s);
            let by = Orders { config: &workspace.config.file, kept: self.current.kept.as_deref(), not_after_s };
            self.children.start(by, job, at_s, attempts)?;
        }
        // A clock that is wrong would make every log an old one.
        if clock.trust == Trust::Unchallenged {
            self.sweep(&workspace.config, &mut history, clock.now_s).await?;
        }
        Ok(scheduler::next_wake(&plans, &known, clock, calendar))
    }

    /// Takes note of the runs that have ended.
    async fn reap(&mut self) -> Result<()> {
        let ended = self.children.ended()?;
        if ended.is_empty() {
            return Ok(());
        }
        self.changed = true;
        let workspace = self.current.workspace.clone();
        let mut history = History::open(&workspace.config.history_path()).await?;
        self.mark_cut_off(&workspace.config, &mut history).await?;
        let now_s = clock::now().timestamp();
        for (run, status) in ended {
            if run.lane == Lane::Pull {
                self.archived_s = None;
            }
            let job = run.job.as_str();
            let Some((at_s, attempts)) = run.slot else {
                tracing::info!(job, "the run that somebody asked for has ended ({status})");
                continue;
            };
            let slot = run_log::slot(at_s);
            let last = history.latest_of_slot(job, at_s).await?;
            self.unwell_runs |= last.as_ref().is_none_or(|last| last.attempt <= attempts || last.outcome != "done");
            match last {
                Some(last) if last.attempt > attempts => match last.outcome.as_str() {
                    "done" => tracing::info!(job, slot, run = last.id, "done: {}", last.message),
                    "findings" => tracing::warn!(job, slot, run = last.id, "done with findings: {}", last.message),
                    _ => tracing::error!(job, slot, run = last.id, "failed: {}", last.message),
                },
                // It was over before it began: another run of the job goes on, or the program could not start.
                _ => {
                    history.put_off(job, at_s, now_s).await?;
                    tracing::warn!(job, slot, "did not begin ({status}), will try again");
                }
            }
        }
        Ok(())
    }

    /// A run whose process is gone and whose job's lock is free was cut off. Notes whether runs go on that somebody else has started.
    async fn mark_cut_off(&mut self, config: &Config, history: &mut History) -> Result<()> {
        self.others_run = false;
        for job in history.running().await? {
            if self.children.runs(&job) {
                continue;
            }
            if let Some(_lock) = job_lock::take(config, &job)? {
                history.mark_cut_off(&job, clock::now().timestamp()).await?;
                tracing::warn!(job, "the last run was cut off before it ended");
            } else {
                self.others_run = true;
            }
        }
        Ok(())
    }

    /// The clock, and whether it is believed.
    async fn clock(&mut self, workspace: &Workspace, history: &mut History) -> Result<Clock> {
        let (now_s, machine_s) = clock::both_s();
        if self.archived_s.is_none() {
            self.archived_s = workspace.archive()?.last_commit_s();
        }
        let mut seen = witness::sightings(history, self.archived_s).await?;
        let (mut trust, mut fault) = self.watch.judge(now_s, machine_s, seen);
        if matches!(trust, Trust::Doubted { .. }) {
            seen.ahead_of_source_s = self.witness.ahead_s(workspace, now_s).await;
            if seen.ahead_of_source_s.is_some() {
                (trust, fault) = self.watch.judge(now_s, machine_s, seen);
            }
        }
        if let Some(archived_s) = self.archived_s.filter(|archived_s| *archived_s > now_s + STEP_S)
            && (trust, fault) == (Trust::Confirmed, Some(ClockFault::Behind))
        {
            // Every later commit states that time too, which would be held against the right clock for ever.
            tracing::warn!(
                "a commit of the archive states a time of the future; it is no evidence against the clock any more"
            );
            history.disprove(archived_s).await?;
        }
        let is_doubted = matches!(trust, Trust::Doubted { .. });
        self.known_s = self.watch.known_s(machine_s, seen).filter(|_| is_doubted);
        self.judged_s = Some(self.known_s.unwrap_or(now_s));
        let is_believed = matches!(trust, Trust::Unchallenged | Trust::Confirmed);
        if is_believed && seen.believed_s.is_none_or(|then_s| (now_s - then_s).abs() >= BELIEF_S) {
            history.believe_clock(now_s).await?;
        }
        if self.told != fault {
            match fault {
                Some(fault) => tracing::error!(finding = fault.code(), "the clock of this machine is doubted"),
                None => tracing::info!("the clock of this machine is believed again"),
            }
            self.told = fault;
            self.changed = true;
        }
        Ok(Clock { now_s, trust })
    }

    /// Leaves a sign of life for `status`.
    fn beat(&mut self, clock: Clock, plans: &[Plan]) -> Result<()> {
        let held = plans.iter().filter(|plan| !clock.trust.allows(plan.task));
        let beat = Heartbeat {
            process: std::process::id(),
            at_s: clock.now_s,
            clock_fault: self.told.map(|fault| fault.code().to_owned()),
            held: held.map(|plan| plan.name.clone()).collect(),
            configuration_fault: self.current.fault.clone(),
            other_host: self.rival.host().map(str::to_owned),
            portal_fault: self.portal_fault,
            portal_changed: self.current.workspace.config.portal != self.portal,
        };
        let left = beat.leave(&mut self.lock);
        self.beat = Some(beat);
        left
    }

    async fn sweep(&mut self, config: &Config, history: &mut History, now_s: i64) -> Result<()> {
        if !is_over(self.swept_s, SWEEP_S, now_s) {
            return Ok(());
        }
        self.swept_s = Some(now_s);
        let failed = history.logs_of_failures().await?;
        let written = history.logs_being_written().await?;
        let swept = run_log::sweep(config, now_s, |log| failed.contains(log), |log| written.contains(log));
        let swept = swept.context("cannot sweep the logs")?;
        if swept != run_log::Swept::default() {
            tracing::info!(removed = swept.removed, packed = swept.packed, "old logs of runs were packed or removed");
        }
        Ok(())
    }

    fn local(&self, at_s: i64) -> String {
        clock::instant(at_s).with_timezone(&self.current.workspace.config.zone()).to_string()
    }
}

/// The workspace by which jobs run: as its files are now or, while they cannot be used, as `serve` last could read it, with what is wrong.
///
/// # Errors
/// When the files cannot be used and never could.
pub(crate) fn in_force(place: &Where) -> Result<(Arc<Workspace>, Option<anyhow::Error>)> {
    match Workspace::open(place.config.as_deref()) {
        Ok(workspace) => Ok((workspace, None)),
        Err(fault) => match current::as_it_was(place)? {
            Some((workspace, _)) => Ok((workspace, Some(fault))),
            None => Err(fault),
        },
    }
}

/// The jobs of a configuration as the scheduler needs them.
pub(crate) fn plans(workspace: &Workspace) -> Result<Vec<Plan>> {
    let zone = workspace.config.zone();
    workspace.config.jobs.iter().map(|job| job.plan(zone)).collect()
}
