//! Runs as processes of their own: each has its process group, its log and its deadline, and goes on when `serve` ends.

use crate::config::JobSection;
use crate::run_log;
use crate::scheduler::Lane;
use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// How long a run may take to end by itself at its deadline, before it is told to.
const COURTESY: Duration = Duration::from_secs(10);

/// How long a run that was told to end may take before it is killed.
const GRACE: Duration = Duration::from_secs(20);

/// A run that goes on.
#[derive(Debug)]
pub(super) struct Running {
    /// The job.
    pub(super) job: String,
    /// The slot.
    pub(super) at_s: i64,
    /// How often the slot was tried before.
    pub(super) attempts: u32,
    pub(super) lane: Lane,
    process: Child,
    ends: Instant,
    told: Option<Instant>,
}

/// What a run works by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Orders<'a> {
    /// The configuration.
    pub(super) config: &'a Path,
    /// The copy of it that counts, where there is one.
    pub(super) kept: Option<&'a Path>,
    /// The latest instant that it can be, where the clock is doubted.
    pub(super) known_s: Option<i64>,
}

/// The runs that go on.
#[derive(Debug, Default)]
pub(super) struct Children(Vec<Running>);

impl Children {
    /// Starts the run of a slot.
    ///
    /// # Errors
    /// When no process can be made.
    pub(super) fn start(&mut self, by: Orders<'_>, job: &JobSection, at_s: i64, attempts: u32) -> Result<()> {
        let program = std::env::current_exe().context("cannot find the own program")?;
        let mut command = Command::new(program);
        command.args(["run", &job.name, "--slot", &at_s.to_string(), "--config"]).arg(by.config);
        if let Some(kept) = by.kept {
            command.arg("--kept").arg(kept);
        }
        if let Some(known_s) = by.known_s {
            command.args(["--not-after", &known_s.to_string()]);
        }
        // What it says goes to its log; what it cannot say there goes where the words of `serve` go.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit()).process_group(0);
        // It does not speak to the service manager for `serve`.
        command.env_remove("NOTIFY_SOCKET").env_remove("WATCHDOG_USEC").env_remove("WATCHDOG_PID");
        let process = command.spawn().with_context(|| format!("cannot start job `{}`", job.name))?;
        let deadline = Duration::from_secs(u64::from(job.deadline_minutes) * 60);
        let (job_name, lane) = (job.name.clone(), Lane::of(job.task));
        let ends = Instant::now() + deadline + COURTESY;
        tracing::info!(job = job_name, slot = run_log::slot(at_s), process = process.id(), "started");
        self.0.push(Running { job: job_name, at_s, attempts, lane, process, ends, told: None });
        Ok(())
    }

    /// The lanes in which a run goes on.
    pub(super) fn lanes(&self) -> Vec<Lane> {
        self.0.iter().map(|running| running.lane).collect()
    }

    /// Whether a run of a job goes on.
    pub(super) fn runs(&self, job: &str) -> bool {
        self.0.iter().any(|running| running.job == job)
    }

    /// Whether no run goes on.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the runs that have ended.
    ///
    /// # Errors
    /// When the system does not tell of a process.
    pub(super) fn ended(&mut self) -> Result<Vec<(Running, ExitStatus)>> {
        let mut ended = Vec::new();
        let mut i = 0;
        while i < self.0.len() {
            match self.0[i].process.try_wait().with_context(|| format!("cannot see job `{}`", self.0[i].job))? {
                Some(status) => ended.push((self.0.remove(i), status)),
                None => i += 1,
            }
        }
        Ok(ended)
    }

    /// Tells the runs whose time is over to end, and kills those that did not.
    pub(super) fn mind_deadlines(&mut self, now: Instant) {
        for running in &mut self.0 {
            match running.told {
                None if now >= running.ends => running.tell(now),
                Some(told) if now >= told + GRACE => running.signal(Signal::KILL),
                _ => {}
            }
        }
    }

    /// Tells every run to end.
    pub(super) fn tell_all(&mut self, now: Instant) {
        for running in &mut self.0 {
            if running.told.is_none() {
                running.tell(now);
            }
        }
    }

    /// When a deadline must be minded next.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.0.iter().map(|running| running.told.map_or(running.ends, |told| told + GRACE)).min()
    }
}

impl Running {
    fn tell(&mut self, now: Instant) {
        tracing::warn!(job = self.job, "told to end");
        self.told = Some(now);
        self.signal(Signal::TERM);
    }

    /// Signals the run and every process that it started.
    fn signal(&self, signal: Signal) {
        let group = self.process.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(Err(fault)) = group.map(|group| kill_process_group(group, signal)) {
            tracing::warn!(job = self.job, "cannot be signalled: {fault}");
        }
    }
}
