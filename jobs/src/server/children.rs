//! Runs as processes of their own: each has its process group, its log and its deadline, and goes on when `serve` ends.

use crate::config::JobSection;
use crate::itself;
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

/// How often a run that was told to end is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// A run that goes on.
#[derive(Debug)]
pub(super) struct Running {
    /// The job.
    pub(super) job: String,
    /// The slot, and how often it was tried before; nothing where somebody asked for the run.
    pub(super) slot: Option<(i64, u32)>,
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
    /// The latest instant that it can be when the run begins, whatever the clock shows then.
    pub(super) not_after_s: i64,
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
        let mut command = run_of(job, by.config, by.kept)?;
        command.args(["--slot", &at_s.to_string(), "--not-after", &by.not_after_s.to_string()]);
        self.spawn(command, job, Some((at_s, attempts)))
    }

    /// Starts a run that somebody asks for.
    ///
    /// # Errors
    /// When no process can be made.
    pub(super) fn start_asked(
        &mut self,
        config: &Path,
        kept: Option<&Path>,
        job: &JobSection,
        at_s: i64,
        by: &str,
    ) -> Result<()> {
        let mut command = run_of(job, config, kept)?;
        command.args(["--asked", &at_s.to_string(), "--by", by]);
        self.spawn(command, job, None)
    }

    fn spawn(&mut self, mut command: Command, job: &JobSection, slot: Option<(i64, u32)>) -> Result<()> {
        let process = command.spawn().with_context(|| format!("cannot start job `{}`", job.name))?;
        let deadline = Duration::from_secs(u64::from(job.deadline_minutes) * 60);
        let (job, lane) = (job.name.clone(), Lane::of(job.task));
        let at = slot.map(|(at_s, _)| run_log::slot(at_s));
        tracing::info!(job, slot = at, process = process.id(), "started");
        self.0.push(Running { job, slot, lane, process, ends: Instant::now() + deadline + COURTESY, told: None });
        Ok(())
    }

    /// Tells the run of a job to end, and kills it where it has not at that instant. Says whether there was one.
    pub(super) async fn end(&mut self, job: &str, at: Instant) -> bool {
        let Some(running) = self.0.iter_mut().find(|running| running.job == job) else { return false };
        running.tell(Instant::now());
        // It is reaped with all others, which know then that it has ended.
        while Instant::now() < at {
            if !matches!(running.process.try_wait(), Ok(None)) {
                return true;
            }
            tokio::time::sleep(LOOK).await;
        }
        running.signal(Signal::KILL);
        if let Err(fault) = running.process.wait().await {
            tracing::warn!(job, "cannot be waited for: {fault}");
        }
        true
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

/// How a run of a job begins, in a process group of its own.
fn run_of(job: &JobSection, config: &Path, kept: Option<&Path>) -> Result<Command> {
    let mut command = itself::child()?;
    command.args(["run", &job.name, "--config"]).arg(config);
    if let Some(kept) = kept {
        command.arg("--kept").arg(kept);
    }
    // What it says goes to its log; what it cannot say there goes where the words of `serve` go.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
    Ok(command)
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    /// A run that does not listen is told to end at its deadline, and killed when it has had its grace.
    #[test]
    fn a_run_that_does_not_end_is_killed() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let text = "name = \"tarik\"\ntask = \"pull\"\ncron = \"0 6 * * *\"\ndeadline-minutes = 1\n";
            let job: JobSection = toml::from_str(text).unwrap();
            let mut deaf = Command::new("/bin/sh");
            deaf.args(["-c", "trap '' TERM; echo hears nothing; while :; do sleep 1; done"]);
            deaf.stdout(Stdio::piped()).stdin(Stdio::null()).process_group(0).kill_on_drop(true);
            let mut children = Children::default();
            children.spawn(deaf, &job, None).unwrap();
            let mut said = [0; 5];
            let output = children.0[0].process.stdout.as_mut().unwrap();
            tokio::io::AsyncReadExt::read_exact(output, &mut said).await.unwrap();
            let ends = children.next_deadline().unwrap();
            children.mind_deadlines(ends - Duration::from_secs(1));
            assert!(children.0[0].told.is_none() && ends > Instant::now() + Duration::from_secs(60));
            children.mind_deadlines(ends);
            assert_eq!(children.next_deadline(), Some(ends + GRACE));
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert!(children.ended().unwrap().is_empty(), "it hears nothing");
            children.mind_deadlines(ends + GRACE - Duration::from_secs(1));
            children.mind_deadlines(ends + GRACE);
            let began = Instant::now();
            let ended = loop {
                match children.ended().unwrap().pop() {
                    Some((_, status)) => break status,
                    None => tokio::time::sleep(LOOK).await,
                }
                assert!(began.elapsed() < Duration::from_secs(10), "it was not killed");
            };
            assert_eq!(ended.signal(), Some(9));
        });
    }
}
