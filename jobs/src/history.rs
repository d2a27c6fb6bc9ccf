//! Run history in the program's own SQLite file.
//!
//! Invariant: a run that began and has no end was cut off; the next start marks it so.

mod backups;

pub(crate) use backups::{BackupRecord, RecordKind, RecordOutcome};

use crate::clock;
use anyhow::{Context, Result, anyhow};
use chrono::{DateTime, SecondsFormat, Utc};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{Connection, Row, SqlSafeStr, SqliteConnection, query};
use std::path::Path;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Nothing to report.
    Done,
    /// Done, with findings.
    Findings,
    /// Could not run.
    Failed,
    /// Another run of the job was going on.
    Skipped,
}

impl Ended {
    fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Findings => "findings",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// One row of the history.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct Run {
    /// Job name.
    pub job: String,
    /// For which month or due time.
    pub period: String,
    /// When it began, UTC.
    pub started: String,
    /// When it ended, UTC.
    pub ended: Option<String>,
    /// running, done, findings, failed or skipped.
    pub outcome: String,
    /// What it said.
    pub message: String,
}

/// The forms of the file, in their order. A file of an older form is brought to the newest one when it is opened.
const MIGRATIONS: [(i64, &str, &str); 3] = [
    (1, "runs", include_str!("../migrations/0001_runs.sql")),
    (3, "messages", include_str!("../migrations/0003_messages.sql")),
    (4, "backups", include_str!("../migrations/0004_backups.sql")),
];

/// The open history.
#[derive(Debug)]
pub(crate) struct History {
    db: SqliteConnection,
}

impl History {
    /// Opens or makes the file.
    pub(crate) async fn open(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .busy_timeout(std::time::Duration::from_secs(30));
        let failed = || format!("cannot open the run history {}", path.display());
        let mut db = SqliteConnection::connect_with(&options).await.with_context(failed)?;
        let migrations = MIGRATIONS.map(|(version, name, text)| {
            Migration::new(version, name.into(), MigrationType::Simple, text.into_sql_str(), false)
        });
        Migrator::with_migrations(migrations.into()).run(&mut db).await.map_err(|fault| of_another(fault, path))?;
        Ok(Self { db })
    }

    /// The connection, for what belongs into the history but is no run: alerts and messages.
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.db
    }

    /// Writes that a run begins; gives its id.
    pub(crate) async fn begin(&mut self, job: &str, task: &str, period: &str) -> Result<i64> {
        let insert =
            query("insert into runs (job, task, period, started, outcome, program) values (?,?,?,?,'running',?)");
        let done = insert
            .bind(job)
            .bind(task)
            .bind(period)
            .bind(instant(clock::now()))
            .bind(env!("CARGO_PKG_VERSION"))
            .execute(&mut self.db)
            .await?;
        Ok(done.last_insert_rowid())
    }

    /// Writes how a run ended.
    pub(crate) async fn finish(
        &mut self,
        id: i64,
        ended: Ended,
        message: &str,
        archive_version: Option<u64>,
    ) -> Result<()> {
        let update = query("update runs set ended = ?, outcome = ?, message = ?, archive_version = ? where id = ?");
        update
            .bind(instant(clock::now()))
            .bind(ended.word())
            .bind(message)
            .bind(archive_version.map(i64::try_from).transpose()?)
            .bind(id)
            .execute(&mut self.db)
            .await?;
        Ok(())
    }

    /// Marks what was running when the program was cut off. To be called while holding the job's lock.
    pub(crate) async fn mark_cut_off(&mut self, job: &str) -> Result<()> {
        let update = query(
            "update runs set ended = ?, outcome = 'failed', message = 'cut off before it ended' \
             where job = ? and outcome = 'running'",
        );
        update.bind(instant(clock::now())).bind(job).execute(&mut self.db).await?;
        Ok(())
    }

    /// Whether a run of the job for the period came to an end that need not be repeated.
    pub(crate) async fn has_succeeded(&mut self, job: &str, period: &str) -> Result<bool> {
        let select = query("select 1 from runs where job = ? and period = ? and outcome in ('done', 'findings')");
        Ok(select.bind(job).bind(period).fetch_optional(&mut self.db).await?.is_some())
    }

    /// When the last run of the job that was not skipped began.
    pub(crate) async fn last_started(&mut self, job: &str) -> Result<Option<DateTime<Utc>>> {
        let select = query("select max(started) from runs where job = ? and outcome <> 'skipped'");
        let row = select.bind(job).fetch_one(&mut self.db).await?;
        let text: Option<String> = row.try_get(0)?;
        Ok(text.map(|t| t.parse::<DateTime<Utc>>()).transpose()?)
    }

    /// The latest runs, newest first.
    pub(crate) async fn latest(&mut self, n: u32) -> Result<Vec<Run>> {
        let select = query("select job, period, started, ended, outcome, message from runs order by id desc limit ?");
        let read = |row: SqliteRow| -> Result<Run, sqlx::Error> {
            Ok(Run {
                job: row.try_get(0)?,
                period: row.try_get(1)?,
                started: row.try_get(2)?,
                ended: row.try_get(3)?,
                outcome: row.try_get(4)?,
                message: row.try_get(5)?,
            })
        };
        let rows = select.bind(n).fetch_all(&mut self.db).await?;
        Ok(rows.into_iter().map(read).collect::<Result<_, _>>()?)
    }
}

fn instant(t: DateTime<Utc>) -> String {
    t.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Why a file cannot be brought to the newest form. That of a newer program is left as it is.
fn of_another(fault: MigrateError, path: &Path) -> anyhow::Error {
    let shown = path.display();
    match fault {
        MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_) => anyhow!(
            "the run history {shown} was written by another tertib than this one ({}); nothing was changed\n  install the newest \
             tertib, or move the file away: a new one is made, and the archive is not concerned",
            env!("CARGO_PKG_VERSION")
        ),
        other => anyhow!(other).context(format!("cannot open the run history {shown}")),
    }
}
