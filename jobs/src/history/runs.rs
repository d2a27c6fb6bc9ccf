//! Runs in the history.

use super::History;
use crate::config::Task;
use crate::outcome::Outcome;
use crate::scheduler::FailureClass;
use anyhow::Result;
use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection, query};
use std::collections::BTreeSet;

/// One row of the history.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Run {
    /// Its number.
    pub id: i64,
    /// Job name.
    pub job: String,
    /// For which month or instant.
    pub period: String,
    /// When its slot was due; nothing where somebody asked for it.
    pub slot_s: Option<i64>,
    /// Which attempt at the slot it is.
    pub attempt: u32,
    /// When it began.
    pub began_s: i64,
    /// When it ended.
    pub ended_s: Option<i64>,
    /// running, done, findings, failed, or aborted by somebody.
    pub outcome: String,
    /// Why it failed: passing, lasting, cut-off, deadline or stopped.
    pub class: Option<String>,
    /// What it said.
    pub message: String,
    /// Its log file, relative to the configuration.
    pub log: Option<String>,
    /// The account of who asked for it on the office's pages.
    pub asked_by: Option<String>,
    /// The account of who aborted it there.
    pub aborted_by: Option<String>,
}

/// A run that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Begun {
    /// Its number.
    pub id: i64,
    /// Which attempt at its slot it is.
    pub attempt: u32,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub(crate) enum Ending {
    /// It came to an end that need not be repeated.
    Succeeded(Outcome, String),
    /// It did not.
    Failed(FailureClass, String),
}

const COLUMNS: &str = "select id, job, period, slot_s, attempt, began_s, ended_s, outcome, class, message, log, asked_by, aborted_by from run";

/// A run that somebody aborted is not tried again for so long.
const ABORTED_S: i64 = 86_400;

impl History {
    /// Writes that a run begins that somebody asked for.
    pub(crate) async fn begin_by_hand(&mut self, job: &str, task: Task, period: &str, now_s: i64) -> Result<Begun> {
        let id = insert(&mut self.db, job, task, period, None, 1, now_s).await?;
        Ok(Begun { id, attempt: 1 })
    }

    /// Writes that the run of a slot begins; nothing where the slot is not to be run any more. To be called while holding the job's
    /// lock.
    pub(crate) async fn claim(
        &mut self,
        job: &str,
        task: Task,
        period: &str,
        slot_s: i64,
        now_s: i64,
    ) -> Result<Option<Begun>> {
        let mut transaction = self.db.begin_with("begin immediate").await?;
        let update = query(
            "update slot set attempts = attempts + 1, changed_s = ?3 \
             where job = ?1 and slot_s = ?2 and decision = 'run' returning attempts",
        );
        let row = update.bind(job).bind(slot_s).bind(now_s).fetch_optional(&mut *transaction).await?;
        let Some(row) = row else { return Ok(None) };
        let attempt: u32 = row.try_get(0)?;
        let id = insert(&mut transaction, job, task, period, Some(slot_s), attempt, now_s).await?;
        transaction.commit().await?;
        Ok(Some(Begun { id, attempt }))
    }

    /// Writes where the log of a run is.
    pub(crate) async fn logs_to(&mut self, id: i64, log: &str) -> Result<()> {
        query("update run set log = ? where id = ?").bind(log).bind(id).execute(&mut self.db).await?;
        Ok(())
    }

    /// Writes who asked for a run.
    pub(crate) async fn asked_by(&mut self, id: i64, account: &str) -> Result<()> {
        query("update run set asked_by = ? where id = ?").bind(account).bind(id).execute(&mut self.db).await?;
        Ok(())
    }

    /// Writes that somebody aborted a run, whose process has ended. Its slot waits for a day.
    pub(crate) async fn abort(&mut self, id: i64, account: &str, now_s: i64) -> Result<()> {
        let mut transaction = self.db.begin_with("begin immediate").await?;
        let message = "aborted on the office's pages".to_owned();
        end(&mut transaction, id, &Ending::Failed(FailureClass::Stopped, message), None, None, now_s).await?;
        query("update run set aborted_by = ? where id = ?").bind(account).bind(id).execute(&mut *transaction).await?;
        let update = query(
            "update slot set not_before_s = ?2 from run where run.id = ?1 and slot.job = run.job and slot.slot_s = run.slot_s \
             and slot.decision = 'run'",
        );
        update.bind(id).bind(now_s.saturating_add(ABORTED_S)).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Writes how a run ended, and what follows for its slot.
    pub(crate) async fn finish(
        &mut self,
        id: i64,
        ending: &Ending,
        archive_version: Option<u64>,
        peak_kb: Option<i64>,
        now_s: i64,
    ) -> Result<()> {
        let mut transaction = self.db.begin_with("begin immediate").await?;
        let version = archive_version.map(i64::try_from).transpose()?;
        end(&mut transaction, id, ending, version, peak_kb, now_s).await?;
        Ok(transaction.commit().await?)
    }

    /// Marks what was running when its process was cut off. To be called while holding the job's lock.
    pub(crate) async fn mark_cut_off(&mut self, job: &str, now_s: i64) -> Result<()> {
        let mut transaction = self.db.begin_with("begin immediate").await?;
        let running = query("select id from run where job = ? and outcome = 'running'").bind(job);
        for row in running.fetch_all(&mut *transaction).await? {
            let ending = Ending::Failed(FailureClass::CutOff, "cut off before it ended".to_owned());
            end(&mut transaction, row.try_get(0)?, &ending, None, None, now_s).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Returns the jobs that have a run without an end.
    pub(crate) async fn running(&mut self) -> Result<Vec<String>> {
        let rows = query("select distinct job from run where outcome = 'running'").fetch_all(&mut self.db).await?;
        Ok(rows.into_iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// Returns the latest runs, newest first; those of one job where it is named.
    pub(crate) async fn latest(&mut self, job: Option<&str>, n: u32) -> Result<Vec<Run>> {
        let of_job = if job.is_some() { "where job = ?1" } else { "where ?1 is null" };
        let select = format!("{COLUMNS} {of_job} order by id desc limit ?2");
        let rows = query(AssertSqlSafe(select)).bind(job).bind(n).fetch_all(&mut self.db).await?;
        rows.iter().map(read).collect()
    }

    /// Returns the runs of a job that began at an instant or later, newest first.
    pub(crate) async fn runs_since(&mut self, job: &str, since_s: i64) -> Result<Vec<Run>> {
        let select = format!("{COLUMNS} where job = ? and began_s >= ? order by id desc");
        let rows = query(AssertSqlSafe(select)).bind(job).bind(since_s).fetch_all(&mut self.db).await?;
        rows.iter().map(read).collect()
    }

    /// Returns the last run of a job that succeeded.
    pub(crate) async fn last_success(&mut self, job: &str) -> Result<Option<Run>> {
        let select = format!("{COLUMNS} where job = ? and outcome in ('done', 'findings') order by id desc limit 1");
        let row = query(AssertSqlSafe(select)).bind(job).fetch_optional(&mut self.db).await?;
        row.as_ref().map(read).transpose()
    }

    /// Returns since when every run of a job that ended had one outcome, and how many did; what somebody aborted does not count. A run
    /// that failed does not end findings, since it found out nothing.
    pub(crate) async fn since(&mut self, job: &str, outcome: &str) -> Result<Option<(i64, usize)>> {
        let select = "select min(began_s), count(*) from run where job = ?1 and outcome = ?2 and aborted_by is null and id > \
            coalesce((select max(id) from run where job = ?1 and (outcome = 'done' or outcome = 'findings' and ?2 = 'failed')), 0)";
        let row = query(select).bind(job).bind(outcome).fetch_one(&mut self.db).await?;
        let count: i64 = row.try_get(1)?;
        let since_s: Option<i64> = row.try_get(0)?;
        since_s.map(|since_s| Ok((since_s, count.try_into()?))).transpose()
    }

    /// Returns when the last run of a job that succeeded began, for a period or for any, but for the run of a slot itself.
    pub(crate) async fn succeeded_s(
        &mut self,
        job: &str,
        period: Option<&str>,
        but_slot_s: i64,
    ) -> Result<Option<i64>> {
        let select = "select max(began_s) from run where job = ?1 and (?2 is null or period = ?2) \
            and outcome in ('done', 'findings') and (slot_s is null or slot_s <> ?3)";
        Ok(query(select).bind(job).bind(period).bind(but_slot_s).fetch_one(&mut self.db).await?.try_get(0)?)
    }

    /// Returns up to which version of the archive every file was found right.
    pub(crate) async fn verified(&mut self) -> Result<Option<u64>> {
        let select = "select max(archive_version) from run where task in ('verify', 'verify-new') and outcome = 'done'";
        let version: Option<i64> = query(select).fetch_one(&mut self.db).await?.try_get(0)?;
        Ok(version.map(u64::try_from).transpose()?)
    }

    /// Returns the latest version of the archive that a run has left.
    pub(crate) async fn archived(&mut self) -> Result<Option<u64>> {
        let version: Option<i64> =
            query("select max(archive_version) from run").fetch_one(&mut self.db).await?.try_get(0)?;
        Ok(version.map(u64::try_from).transpose()?)
    }

    /// Returns the last run of a slot.
    pub(crate) async fn latest_of_slot(&mut self, job: &str, slot_s: i64) -> Result<Option<Run>> {
        let select = format!("{COLUMNS} where job = ? and slot_s = ? order by id desc limit 1");
        let row = query(AssertSqlSafe(select)).bind(job).bind(slot_s).fetch_optional(&mut self.db).await?;
        row.as_ref().map(read).transpose()
    }

    /// Returns the log files of runs that failed.
    pub(crate) async fn logs_of_failures(&mut self) -> Result<BTreeSet<String>> {
        let select = query("select distinct log from run where outcome = 'failed' and log is not null");
        let rows = select.fetch_all(&mut self.db).await?;
        Ok(rows.into_iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// Returns the log files of runs that go on.
    pub(crate) async fn logs_being_written(&mut self) -> Result<BTreeSet<String>> {
        let select = query("select log from run where outcome = 'running' and log is not null");
        let rows = select.fetch_all(&mut self.db).await?;
        Ok(rows.into_iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// Returns a run by its number.
    pub(crate) async fn run(&mut self, id: i64) -> Result<Option<Run>> {
        let select = format!("{COLUMNS} where id = ?");
        let row = query(AssertSqlSafe(select)).bind(id).fetch_optional(&mut self.db).await?;
        row.as_ref().map(read).transpose()
    }
}

async fn insert(
    db: &mut SqliteConnection,
    job: &str,
    task: Task,
    period: &str,
    slot_s: Option<i64>,
    attempt: u32,
    now_s: i64,
) -> Result<i64> {
    let insert = query(
        "insert into run (job, task, period, slot_s, attempt, began_s, outcome, process, program) \
         values (?, ?, ?, ?, ?, ?, 'running', ?, ?)",
    );
    let bound = insert.bind(job).bind(task.word()).bind(period).bind(slot_s).bind(attempt).bind(now_s);
    let done = bound.bind(std::process::id()).bind(env!("CARGO_PKG_VERSION")).execute(db).await?;
    Ok(done.last_insert_rowid())
}

async fn end(
    db: &mut SqliteConnection,
    id: i64,
    ending: &Ending,
    archive_version: Option<i64>,
    peak_kb: Option<i64>,
    now_s: i64,
) -> Result<()> {
    let (outcome, class, message) = match ending {
        Ending::Succeeded(Outcome::Done, message) => ("done", None, message),
        Ending::Succeeded(_, message) => ("findings", None, message),
        Ending::Failed(class, message) => ("failed", Some(*class), message),
    };
    let update = query(
        "update run set ended_s = ?, outcome = ?, class = ?, message = ?, archive_version = ?, peak_kb = ? \
         where id = ? and outcome = 'running' returning job, slot_s, attempt",
    );
    let bound = update.bind(now_s).bind(outcome).bind(class.map(FailureClass::word)).bind(message);
    let row = bound.bind(archive_version).bind(peak_kb).bind(id).fetch_optional(&mut *db).await?;
    let Some(row) = row else { return Ok(()) };
    let (job, slot_s, attempt): (String, Option<i64>, u32) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    let Some(slot_s) = slot_s else { return Ok(()) };
    let of_slot = match class {
        None => {
            query("update slot set decision = 'done', changed_s = ? where job = ? and slot_s = ? and decision = 'run'")
                .bind(now_s)
        }
        Some(class) => {
            query("update slot set not_before_s = ?, changed_s = ? where job = ? and slot_s = ? and decision = 'run'")
                .bind(now_s.saturating_add(class.pause_s(attempt)))
                .bind(now_s)
        }
    };
    of_slot.bind(job).bind(slot_s).execute(db).await?;
    Ok(())
}

fn read(row: &SqliteRow) -> Result<Run> {
    let (outcome, aborted_by): (String, Option<String>) = (row.try_get(7)?, row.try_get(12)?);
    // The file knows only that it did not come to its end.
    let was_aborted = outcome == "failed" && aborted_by.is_some();
    Ok(Run {
        id: row.try_get(0)?,
        job: row.try_get(1)?,
        period: row.try_get(2)?,
        slot_s: row.try_get(3)?,
        attempt: row.try_get(4)?,
        began_s: row.try_get(5)?,
        ended_s: row.try_get(6)?,
        outcome: if was_aborted { "aborted".to_owned() } else { outcome },
        class: row.try_get(8)?,
        message: row.try_get(9)?,
        log: row.try_get(10)?,
        asked_by: row.try_get(11)?,
        aborted_by,
    })
}
