//! What persons ask of `serve` on its pages: to run a job now, to abort a run.

use super::Server;
use crate::clock;
use crate::history::History;
use crate::run_log::RunLog;
use crate::scheduler::Lane;
use anyhow::Result;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long a run that is aborted may take to end by itself.
const PATIENCE: Duration = Duration::from_millis(120);

/// What somebody asks for.
#[derive(Debug)]
pub(crate) struct Asked {
    /// What.
    pub(crate) what: Wish,
    /// The account of who asks.
    pub(crate) by: String,
    /// Who waits for the answer.
    pub(crate) answer: oneshot::Sender<Result<Answer>>,
}

/// What is asked for.
#[derive(Debug)]
pub(crate) enum Wish {
    /// A run of this job, now.
    Run(String),
    /// The end of the run with this number.
    Abort(i64),
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It was done.
    Done,
    /// The configuration has no such job, or the history no such run.
    Unknown,
    /// A run of the job goes on.
    Running,
    /// The run has ended already, or was not started by this `serve`.
    NotOurs,
    /// Another machine serves the archive.
    Elsewhere,
}

impl Server {
    /// Whether the configuration has pages to show.
    pub(crate) fn has_portal(&self) -> bool {
        self.current.workspace.config.portal.is_some()
    }

    /// Says that the portal could not be opened, which lasts until `serve` is started anew.
    pub(crate) fn without_portal(&mut self) {
        self.portal_fault = true;
        self.changed = true;
    }

    /// Does what somebody asks for, and answers.
    pub(crate) async fn obey(&mut self, asked: Asked) {
        let Asked { what, by, answer } = asked;
        self.changed = true;
        let done = match &what {
            Wish::Run(job) => self.run_now(job, &by).await,
            Wish::Abort(run) => self.abort(*run, &by).await,
        };
        match &done {
            Ok(done) => tracing::info!(by, "{what:?}: {done:?}"),
            Err(fault) => tracing::error!(by, "{what:?}: {fault:#}"),
        }
        // Whoever asked may have gone.
        drop(answer.send(done));
    }

    async fn run_now(&mut self, name: &str, by: &str) -> Result<Answer> {
        let workspace = self.current.workspace.clone();
        let Some(job) = workspace.config.jobs.iter().find(|job| job.name == name) else { return Ok(Answer::Unknown) };
        if self.rival.host().is_some() && Lane::of(job.task) != Lane::Pull {
            return Ok(Answer::Elsewhere);
        }
        let mut history = History::open(&workspace.config.history_path()).await?;
        self.mark_cut_off(&workspace.config, &mut history).await?;
        if self.children.runs(name) || history.running().await?.iter().any(|running| running == name) {
            return Ok(Answer::Running);
        }
        let at_s = clock::now().timestamp();
        self.children.start_asked(&workspace.config.file, self.current.kept.as_deref(), job, at_s, by)?;
        Ok(Answer::Done)
    }

    /// Whatever the run was at is whole or not there; it is not tried again before a day is over, unless somebody runs it.
    async fn abort(&mut self, run: i64, by: &str) -> Result<Answer> {
        let path = self.current.workspace.config.history_path();
        let mut history = History::open(&path).await?;
        let Some(found) = history.run(run).await? else { return Ok(Answer::Unknown) };
        if found.outcome != "running" || !self.children.end(&found.job, Instant::now() + PATIENCE).await {
            return Ok(Answer::NotOurs);
        }
        // Who reads the log as it grows is told before the history says that it has ended.
        if let Some(log) = &found.log {
            let config = &self.current.workspace.config;
            let said = RunLog::open(config, log).and_then(|log| Ok(log.add(config, &format!("aborted by {by}"))?));
            if let Err(fault) = said {
                tracing::warn!(run, "its log does not say that it was aborted: {fault:#}");
            }
        }
        history.abort(run, by, clock::now().timestamp()).await?;
        Ok(Answer::Done)
    }
}
