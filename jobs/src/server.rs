//! Runs jobs when they are due: looks at the clock, decides, starts runs as processes, and minds them until they have ended.
//!
//! Invariant: it remembers nothing that matters; what was decided and what ran stands in the history, so that it may be killed at any
//! time.

mod children;
mod current;
mod kept;
mod observer;
mod rival;

use crate::config::Config;
use crate::heartbeat::{self, Heartbeat};
use crate::history::History;
use crate::options::Where;
use crate::scheduler::{self, Clock, ClockFault, ClockWatch, Lane, Plan, Trust};
use crate::witness::{self, Witness};
use crate::workspace::Workspace;
use crate::{clock, job_lock, run_log};
use anyhow::{Context, Result, bail};
use children::{Children, Orders};
use current::Current;
use observer::Observer;
use rival::Rival;
use std::fs::File;
use std::time::{Duration, Instant};

/// The longest sleep. A clock that was set, a PC that slept and a changed configuration are noticed within this time.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// A clock that is believed is kept this often, in seconds.
const BELIEF_S: i64 = 3_600;

/// Logs are swept this often.
const SWEEP: Duration = Duration::from_secs(86_400);

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
    /// Whether something happened since everything was looked at.
    changed: bool,
    told_next: Option<i64>,
    archived_s: Option<i64>,
    swept: Option<Instant>,
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
        Ok(Self {
            current,
            children: Children::default(),
            observer: Observer::default(),
            rival: Rival::new(),
            watch: ClockWatch::new(),
            witness: Witness::default(),
            told: None,
            known_s: None,
            changed: true,
            told_next: None,
            archived_s: None,
            swept: None,
            lock,
        })
    }

    /// Does what is to be done now. Returns how long it may sleep.
    pub(crate) async fn wake(&mut self) -> Duration {
        self.changed |= self.current.renew();
        let next = self.step().await;
        if let Err(fault) = self.observe().await {
            tracing::error!("how things are cannot be told: {fault:#}");
        }
        match next {
            Ok(next_s) => {
                if self.told_next != next_s {
                    self.told_next = next_s;
                    tracing::info!(next = next_s.map(|next_s| self.local(next_s)), "waiting");
                }
                let left_s = next_s.map(|next_s| next_s.saturating_sub(clock::now().timestamp()).max(0).unsigned_abs());
                let left = left_s.map_or(LONGEST_SLEEP, Duration::from_secs);
                let deadline = self.children.next_deadline();
                let to_deadline = deadline.map(|at| at.saturating_duration_since(Instant::now()));
                left.min(LONGEST_SLEEP).min(to_deadline.unwrap_or(LONGEST_SLEEP))
            }
            Err(fault) => {
                tracing::error!("{fault:#}\n  trying again in {} seconds", LONGEST_SLEEP.as_secs());
                LONGEST_SLEEP
            }
        }
    }

    async fn observe(&mut self) -> Result<()> {
        self.observer.observe(&self.current.workspace, self.changed).await?;
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
        self.changed |= self.rival.look(&workspace.config.archive_path(), clock.now_s);
        let plans = plans(&workspace)?;
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
            let by =
                Orders { config: &workspace.config.file, kept: self.current.kept.as_deref(), known_s: self.known_s };
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
            let (job, slot) = (run.job.as_str(), run_log::slot(run.at_s));
            match history.latest_of_slot(job, run.at_s).await? {
                Some(last) if last.attempt > run.attempts => match last.outcome.as_str() {
                    "done" => tracing::info!(job, slot, run = last.id, "done: {}", last.message),
                    "findings" => tracing::warn!(job, slot, run = last.id, "done with findings: {}", last.message),
                    _ => tracing::error!(job, slot, run = last.id, "failed: {}", last.message),
                },
                // It was over before it began: another run of the job goes on, or the program could not start.
                _ => {
                    history.put_off(job, run.at_s, now_s).await?;
                    tracing::warn!(job, slot, "did not begin ({status}), will try again");
                }
            }
            if run.lane == Lane::Pull {
                self.archived_s = None;
            }
        }
        Ok(())
    }

    /// A run whose process is gone and whose job's lock is free was cut off.
    async fn mark_cut_off(&self, config: &Config, history: &mut History) -> Result<()> {
        for job in history.running().await? {
            if !self.children.runs(&job)
                && let Some(_lock) = job_lock::take(config, &job)?
            {
                history.mark_cut_off(&job, clock::now().timestamp()).await?;
                tracing::warn!(job, "the last run was cut off before it ended");
            }
        }
        Ok(())
    }

    /// The clock, and whether it is believed.
    async fn clock(&mut self, workspace: &Workspace, history: &mut History) -> Result<Clock> {
        let now_s = clock::now().timestamp();
        if self.archived_s.is_none() {
            self.archived_s = workspace.archive()?.last_commit_s();
        }
        let mut seen = witness::sightings(history, self.archived_s).await?;
        let machine_s = clock::machine_s();
        let (mut trust, mut fault) = self.watch.judge(now_s, machine_s, seen);
        if matches!(trust, Trust::Doubted { .. }) {
            seen.ahead_of_source_s = self.witness.ahead_s(workspace, now_s).await;
            if seen.ahead_of_source_s.is_some() {
                (trust, fault) = self.watch.judge(now_s, machine_s, seen);
            }
        }
        let is_doubted = matches!(trust, Trust::Doubted { .. });
        self.known_s = self.watch.known_s(machine_s, seen).filter(|_| is_doubted);
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
        };
        beat.leave(&mut self.lock)
    }

    async fn sweep(&mut self, config: &Config, history: &mut History, now_s: i64) -> Result<()> {
        if self.swept.is_some_and(|swept| swept.elapsed() < SWEEP) {
            return Ok(());
        }
        self.swept = Some(Instant::now());
        let failed = history.logs_of_failures().await?;
        let swept = run_log::sweep(config, now_s, |log| failed.contains(log)).context("cannot sweep the logs")?;
        if swept != run_log::Swept::default() {
            tracing::info!(removed = swept.removed, packed = swept.packed, "old logs of runs were packed or removed");
        }
        Ok(())
    }

    fn local(&self, at_s: i64) -> String {
        clock::instant(at_s).with_timezone(&self.current.workspace.config.zone()).to_string()
    }
}

/// The jobs of a configuration as the scheduler needs them.
pub(crate) fn plans(workspace: &Workspace) -> Result<Vec<Plan>> {
    let zone = workspace.config.zone();
    workspace.config.jobs.iter().map(|job| job.plan(zone)).collect()
}
