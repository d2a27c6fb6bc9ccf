//! The history of jobs, their slots and their runs, in the program's own SQLite file.
//!
//! Invariant: what belongs together is written in one transaction, and is on the disk when that has ended.
//! Invariant: a run that began and has no end, and whose job's lock is free, was cut off.

mod backups;
mod runs;
mod slots;

pub(crate) use backups::{BackupRecord, RecordKind, RecordOutcome};
pub(crate) use runs::{Begun, Ending, Run};
pub(crate) use slots::SlotRow;

use anyhow::{Context, Result, anyhow};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{Connection, SqlSafeStr, SqliteConnection};
use std::path::Path;

/// The forms of the file, in their order. A file of an older form is brought to the newest one when it is opened.
const MIGRATIONS: [(i64, &str, &str); 4] = [
    (1, "runs", include_str!("../migrations/0001_runs.sql")),
    (2, "slots", include_str!("../migrations/0002_slots.sql")),
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
    ///
    /// # Errors
    /// When it cannot be read or written, or was made by a newer program.
    pub(crate) async fn open(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .synchronous(SqliteSynchronous::Full)
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
